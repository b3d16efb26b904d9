/** Contact persons as they are pushed with their company or lead. */
import { AppError, badParameter } from '../errors.ts';
import { type Given, overlay, overlayDetails } from './given.ts';
import type { Contact, ContactDetails, LeadContact } from './objects.ts';
import { same } from './same.ts';
import type { Edit, Stored } from './stores.ts';

type Phone = readonly [area: string, number: string];
type Account = { readonly type: string; readonly value: string };

/** What a push says of one contact person. */
export interface ContactPush {
  /** `null`: a new one. */
  readonly contactId: number | null;
  readonly remove: boolean;
  readonly main: boolean | undefined;
  readonly fields: Given<Pick<Contact, 'name' | 'email'>>;
  /** All numbers; then the parts of the first one. */
  readonly phones: readonly Phone[] | undefined;
  readonly phone: { readonly area: string | undefined; readonly number: string | undefined };
  /** All accounts; then those of single types, `''` for none. */
  readonly accounts: readonly Account[] | undefined;
  readonly accountOf: readonly Account[];
  readonly details: Given<ContactDetails>;
}

type Kind = 'contact' | 'leadContact';
type PersonOf<K extends Kind> = K extends 'contact' ? Contact : LeadContact;

/** What becomes of a firm's contact persons: whom to write, and the pushed ones in the order in which they were given. */
export interface PushedContacts<P> {
  readonly changed: readonly { readonly before: Stored<P> | null; readonly after: P }[];
  readonly pushed: readonly P[];
}

/**
 * Works out what a push makes of the contact persons at a company or lead, and writes nothing. `fresh` makes a new one there. One
 * of them is the main contact: who is flagged takes over, and without any it is the first. Throws `not_found` for a person who is not at
 * that firm, `bad_parameter` for one that is given twice or is new and has neither name nor e-mail.
 */
export async function pushContacts<K extends Kind>(
  edit: Edit,
  kind: K,
  firmId: number | null,
  pushes: readonly ContactPush[],
  fresh: (contactId: number) => PersonOf<K>,
): Promise<PushedContacts<PersonOf<K>>> {
  if (pushes.length === 0) return { changed: [], pushed: [] };
  const ids = firmId === null ? [] : await edit.contactIdsAt(kind, firmId);
  const existing = (await edit.getMany(kind, ids)) as Map<number, Stored<PersonOf<K>>>;
  const people = new Map<number, PersonOf<K>>(ids.map((id) => [id, (existing.get(id) as Stored<PersonOf<K>>).object]));
  const pushed: number[] = [];
  let main: number | null = null;
  for (const [place, push] of pushes.entries()) {
    const id = push.contactId ?? edit.newIds(1);
    if (pushed.includes(id)) throw badParameter(`customers[${place}].customer_id`, id, 'it is given twice');
    if (push.contactId === null) requireNew(push, place);
    const before = push.contactId === null ? fresh(id) : people.get(id);
    if (before === undefined) throw new AppError('not_found');
    people.set(id, pushedOver(before, push));
    pushed.push(id);
    if (push.main === true && !push.remove) main = id;
  }
  const present = [...people.values()].filter((person) => !person.removed);
  main ??= present.find((person) => person.main)?.contactId ?? present[0]?.contactId ?? null;
  for (const person of people.values()) people.set(person.contactId, { ...person, main: person.contactId === main });
  const changed = [...people.values()].flatMap((after) => {
    const before = existing.get(after.contactId) ?? null;
    return before !== null && same(before.object, after) ? [] : [{ before, after }];
  });
  return { changed, pushed: pushed.map((id) => people.get(id) as PersonOf<K>) };
}

function requireNew({ remove, fields }: ContactPush, place: number): void {
  if (remove) throw badParameter(`customers[${place}].remove`, 1, 'only a contact with a customer_id can be removed');
  if ((fields.name ?? '') === '' && (fields.email ?? '') === '') {
    throw badParameter(`customers[${place}].name`, fields.name, 'a new contact has a name or an email');
  }
}

function pushedOver<P extends Contact | LeadContact>(before: P, push: ContactPush): P {
  return {
    ...before,
    ...overlay({ name: before.name, email: before.email }, push.fields),
    phones: phonesAfter(before.phones, push),
    accounts: accountsAfter(before.accounts, push),
    main: push.main ?? before.main,
    removed: push.remove,
    details: overlayDetails(before.details, push.details),
  };
}

function phonesAfter(before: readonly Phone[], { phones, phone: { area, number } }: ContactPush): readonly Phone[] {
  const all = phones ?? before;
  if (area === undefined && number === undefined) return all;
  const [first = ['', ''], ...rest] = all;
  const changed: Phone = [area ?? first[0], number ?? first[1]];
  return changed[1] === '' ? rest : [changed, ...rest];
}

function accountsAfter(before: readonly Account[], { accounts, accountOf }: ContactPush): readonly Account[] {
  let all = accounts ?? before;
  for (const account of accountOf) {
    const place = all.findIndex((one) => one.type === account.type);
    if (account.value === '') all = all.filter((one) => one.type !== account.type);
    else all = place < 0 ? all.concat(account) : all.with(place, account);
  }
  return all;
}
