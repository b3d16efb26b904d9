import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import { blank } from './blank.ts';
import { type ContactPush, pushContacts } from './contact.ts';
import { type Given, overlay, overlayDetails } from './given.ts';
import { once } from './idempotency.ts';
import type { Lead, LeadDetails } from './objects.ts';
import { changedNow, firstOwners, presentCompany, requireName, requireUsers } from './push.ts';
import { same } from './same.ts';
import type { Clock, LeadFilter, LeadInfo, LeadRow, LeadStore, Listed, ObjectStore, Page } from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** What a push says of a lead and of some of its contact persons. */
export interface LeadPush {
  /** `null`: a new one. */
  readonly leadId: number | null;
  readonly fields: Given<Pick<Lead, 'name' | 'serialId' | 'ownerIds' | 'status' | 'companyId' | 'nextFollowUpAt'>>;
  readonly details: Given<LeadDetails>;
  readonly contacts: readonly ContactPush[];
}

/** Firms that may become customers, with their contact persons. */
export class Leads {
  readonly #leads: LeadStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { leads: LeadStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#leads = parts.leads;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  async list(caller: Caller, filter: LeadFilter, page: Page): Promise<Listed<LeadRow>> {
    return this.#leads.list(caller.tenantId, filter, page, this.#clock());
  }

  /** By id, by number, or by both, which must then agree. Throws `not_found`. */
  async info(caller: Caller, leadId: number | null, serialId: string | null): Promise<LeadInfo> {
    const info = await this.#leads.get(caller.tenantId, leadId, serialId, this.#clock());
    if (info === null) throw new AppError('not_found');
    return info;
  }

  /**
   * Makes a lead or edits one, with its contact persons, and answers its id; an edit that changes nothing writes nothing. Under an
   * idempotency `key` see `once`. Throws `not_found` for a lead, company, contact or user that is not there.
   */
  async push(caller: Caller, push: LeadPush, key: string | null = null): Promise<number> {
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { lead: push }, async () => {
        const now = this.#clock();
        const before = push.leadId === null ? null : ((await edit.getMany('lead', [push.leadId])).get(push.leadId) ?? null);
        if (push.leadId !== null && before === null) throw new AppError('not_found');
        requireName(push.fields.name, before === null);
        await requireUsers(edit, push.fields.ownerIds ?? []);
        const { companyId = null } = push.fields;
        if (companyId !== null) await presentCompany(edit, companyId);
        const leadId = push.leadId ?? edit.newIds(1);
        const { changed } = await pushContacts(edit, 'leadContact', push.leadId, push.contacts, (contactId) => ({
          ...blank.leadContact(contactId),
          leadId,
        }));
        const after = leadAfter(before?.object ?? null, leadId, push, caller, now, changed.length > 0);
        if (after !== before?.object) await edit.write('lead', [changedNow(before, after, now)]);
        await edit.write(
          'leadContact',
          changed.map((one) => changedNow(one.before, one.after, now)),
        );
        return leadId;
      }),
    );
  }
}

/** The lead after a push; the same object as before when nothing changes, be it of its own or of its contacts. */
function leadAfter(
  before: Lead | null,
  leadId: number,
  push: LeadPush,
  caller: Caller,
  now: number,
  contactsChange: boolean,
): Lead {
  const at = wholeSecond(now);
  const from = before ?? blank.lead(leadId);
  const after = { ...overlay(from, push.fields), details: overlayDetails(from.details, push.details) };
  if (before === null) {
    const ownerIds = firstOwners(caller, push.fields.ownerIds);
    return { ...after, ownerIds, createdBy: caller.userId, createdAt: at, updatedAt: at, archivedAt: at };
  }
  return contactsChange || !same(before, after) ? { ...after, updatedAt: at, editedAt: at } : before;
}
