/** The persons within OKKI's answers about companies, leads and opportunities: users who look after them, and contact persons. */
import { overlay, overlayDetails } from '../domain/given.ts';
import type { Learned } from '../domain/import.ts';
import type { Contact, ContactDetails, LeadContact, User } from '../domain/objects.ts';
import {
  accounts,
  flag,
  idOrNone,
  type Json,
  joinedList,
  joinedObject,
  numberOrZero,
  phones,
  type Reading,
  requiredId,
  saidIn,
  text,
} from './answer-fields.ts';

/** Of a flag that is 0 for what was removed. */
export const removedBy: Reading<boolean> = (raw, field, within) => !flag(raw, field, true, within);

const isSet: Reading<boolean> = (raw, field, within) => flag(raw, field, false, within);

/** The users in fields that hold one of them or a list. One without an id is nobody. */
export function readUsers(raw: Json, fields: { readonly one?: readonly string[]; readonly list?: readonly string[] }): Learned[] {
  const found: Learned[] = [];
  const add = (user: Json, within: string): void => {
    const userId = idOrNone(user, 'user_id', within);
    if (userId === null) return;
    const said = saidIn(user, within);
    const known = { nickname: said('nickname', text), avatar: said('avatar', text) };
    found.push({ kind: 'user', id: userId, fields: overlay<Partial<User>>({ userId }, known) });
  };
  for (const field of fields.list ?? []) for (const user of joinedList(raw, field)) add(user, field);
  for (const field of fields.one ?? []) {
    const user = joinedObject(raw, field);
    if (user !== null) add(user, field);
  }
  return found;
}

/** The ids of a list of users. */
export const idsOfUsers: Reading<readonly number[]> = (raw, field, within) =>
  joinedList(raw, field, within)
    .map((user) => idOrNone(user, 'user_id', field))
    .filter((id) => id !== null);

function personFields(raw: Json, within: string) {
  const said = saidIn(raw, within);
  return {
    contactId: requiredId(raw, 'customer_id', within),
    name: said('name', text),
    email: said('email', text),
    phones: said('tel_list', phones),
    accounts: said('contact', accounts),
    removed: said('is_archive', removedBy),
    main: said('main_customer_flag', isSet),
  };
}

/** All that is kept of them, as the infos of companies and leads tell it. */
function wholeDetails(raw: Json, within: string): ContactDetails {
  return overlayDetails<ContactDetails>(
    {},
    {
      post: text(raw, 'post', within),
      postGrade: numberOrZero(raw, 'post_grade', within),
      gender: numberOrZero(raw, 'gender', within),
      remark: text(raw, 'remark', within),
      birth: text(raw, 'birth', within),
    },
  );
}

/** The contact persons of a company's info, in which removed ones do not stand. */
export const readContactsOfCompany = (raw: Json, companyId: number): Learned[] =>
  joinedList(raw, 'customers').map((person) => {
    const { contactId, removed = false, ...known } = personFields(person, 'customers');
    const own = {
      companyId: idOrNone(person, 'company_id', 'customers') ?? companyId,
      details: wholeDetails(person, 'customers'),
    };
    return { kind: 'contact', id: contactId, fields: overlay<Partial<Contact>>({ contactId, removed, ...own }, known) };
  });

/** The same of a lead's info. */
export const readContactsOfLead = (raw: Json, leadId: number): Learned[] =>
  joinedList(raw, 'customers').map((person) => {
    const { contactId, removed = false, ...known } = personFields(person, 'customers');
    const own = { leadId: idOrNone(person, 'lead_id', 'customers') ?? leadId, details: wholeDetails(person, 'customers') };
    return { kind: 'leadContact', id: contactId, fields: overlay<Partial<LeadContact>>({ contactId, removed, ...own }, known) };
  });

/** The contact persons of an opportunity, all of its company. Of their details only some are told, so none are learned. */
export const readContactsOfOpportunity = (raw: Json, companyId: number | null): Learned[] =>
  joinedList(raw, 'customer').map((person) => {
    const { contactId, ...known } = personFields(person, 'customer');
    const fields = overlay<Partial<Contact>>({ contactId }, { ...known, companyId: companyId ?? undefined });
    return { kind: 'contact', id: contactId, fields };
  });
