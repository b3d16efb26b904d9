import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import { blank } from './blank.ts';
import { type ContactPush, pushContacts } from './contact.ts';
import { type Given, overlay, overlayDetails } from './given.ts';
import { once } from './idempotency.ts';
import type { Company, CompanyDetails } from './objects.ts';
import { changedNow, firstOwners, presentCompany, requireName, requireUsers } from './push.ts';
import { same } from './same.ts';
import type {
  Clock,
  CompanyFilter,
  CompanyInfo,
  CompanyRow,
  CompanySearchField,
  CompanyStore,
  Listed,
  ObjectStore,
  Page,
} from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** What a push says of a company and of some of its contact persons. */
export interface CompanyPush {
  /** `null`: a new one. */
  readonly companyId: number | null;
  readonly fields: Given<Pick<Company, 'name' | 'serialId' | 'groupId' | 'ownerIds' | 'nextFollowUpAt'>>;
  readonly details: Given<Omit<CompanyDetails, 'editedBy' | 'archiveType'>>;
  readonly contacts: readonly ContactPush[];
}

export interface PushedCompany {
  readonly companyId: number;
  /** The contacts that were given, in that order. */
  readonly contacts: readonly { readonly contactId: number; readonly name: string; readonly email: string }[];
}

/** OKKI's number for "put on file by hand" (docs/wire.md#neighbours). */
const archivedByHand = 1;

/** Customer firms with their contact persons. */
export class Companies {
  readonly #companies: CompanyStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { companies: CompanyStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#companies = parts.companies;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  async list(caller: Caller, filter: CompanyFilter, page: Page): Promise<Listed<CompanyRow>> {
    return this.#companies.list(caller.tenantId, filter, page, this.#clock());
  }

  async search(caller: Caller, field: CompanySearchField, word: string, page: Page): Promise<Listed<Company>> {
    return this.#companies.search(caller.tenantId, field, word, page);
  }

  /** By id, by number, or by both, which must then agree. Throws `not_found`. */
  async info(caller: Caller, companyId: number | null, serialId: string | null): Promise<CompanyInfo> {
    const info = await this.#companies.get(caller.tenantId, companyId, serialId, this.#clock());
    if (info === null) throw new AppError('not_found');
    return info;
  }

  /**
   * Makes a company or edits one, with its contact persons; an edit that changes nothing writes nothing. Under an idempotency `key`
   * see `once`; what is kept of the answer has no words in it, because they may be erased. Throws `not_found` for a company, contact or
   * user that is not there.
   */
  async push(caller: Caller, push: CompanyPush, key: string | null = null): Promise<PushedCompany> {
    return this.#objects.change(caller.tenantId, caller.actor, async (edit) => {
      const { companyId, contactIds } = await once(edit, this.#vault, key, { company: push }, async () => {
        const now = this.#clock();
        const before = push.companyId === null ? null : await presentCompany(edit, push.companyId);
        requireName(push.fields.name, before === null);
        await requireUsers(edit, push.fields.ownerIds ?? []);
        const companyId = before?.object.companyId ?? edit.newIds(1);
        const { changed, pushed } = await pushContacts(edit, 'contact', push.companyId, push.contacts, (contactId) => ({
          ...blank.contact(contactId),
          companyId,
        }));
        const after = companyAfter(before?.object ?? null, companyId, push, caller, now, changed.length > 0);
        if (after !== before?.object) await edit.write('company', [changedNow(before, after, now)]);
        await edit.write(
          'contact',
          changed.map((one) => changedNow(one.before, one.after, now)),
        );
        return { companyId, contactIds: pushed.map(({ contactId }) => contactId) };
      });
      const known = await edit.getMany('contact', contactIds);
      const contacts = contactIds.map((contactId) => {
        const { name = '', email = '' } = known.get(contactId)?.object ?? {};
        return { contactId, name, email };
      });
      return { companyId, contacts };
    });
  }

  /** Its entries stay, its contact persons go with it. Throws `not_found`, also for one that is removed already. */
  async remove(caller: Caller, companyId: number): Promise<void> {
    await this.#objects.change(caller.tenantId, caller.actor, async (edit) => {
      const now = this.#clock();
      const before = await presentCompany(edit, companyId);
      const after = { ...before.object, removed: true, updatedAt: wholeSecond(now) };
      await edit.write('company', [changedNow(before, after, now)]);
      const contacts = await edit.getMany('contact', await edit.contactIdsAt('contact', companyId));
      const gone = [...contacts.values()].map((contact) => changedNow(contact, { ...contact.object, removed: true }, now));
      await edit.write('contact', gone);
    });
  }
}

/** The company after a push; the same object as before when nothing changes, be it of its own or of its contacts. */
function companyAfter(
  before: Company | null,
  companyId: number,
  push: CompanyPush,
  caller: Caller,
  now: number,
  contactsChange: boolean,
): Company {
  const at = wholeSecond(now);
  const from = before ?? blank.company(companyId);
  const after = { ...overlay(from, push.fields), details: overlayDetails(from.details, push.details) };
  if (before === null) {
    const ownerIds = firstOwners(caller, push.fields.ownerIds);
    const details = { ...after.details, archiveType: archivedByHand };
    return { ...after, ownerIds, createdBy: caller.userId, createdAt: at, updatedAt: at, archivedAt: at, details };
  }
  if (!contactsChange && same(before, after)) return before;
  return { ...after, updatedAt: at, editedAt: at, details: { ...after.details, editedBy: caller.userId } };
}
