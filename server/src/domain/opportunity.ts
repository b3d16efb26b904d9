import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import { blank } from './blank.ts';
import { type Given, overlay, overlayDetails } from './given.ts';
import { once } from './idempotency.ts';
import type { Opportunity, OpportunityDetails } from './objects.ts';
import { changedNow, presentCompany, requireName, requireUsers } from './push.ts';
import { same } from './same.ts';
import type { Bounds, Clock, Edit, Listed, ObjectStore, OpportunityRow, OpportunityStore, Page, Stored } from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** What a push says of an opportunity. */
export interface OpportunityPush {
  /** `null`: a new one. */
  readonly opportunityId: number | null;
  readonly fields: Given<Pick<Opportunity, 'name' | 'companyId' | 'serialId' | 'mainUserId' | 'nextFollowUpAt'>>;
  readonly details: Given<OpportunityDetails>;
}

/** When something last happened to it: its last entry or its last edit, whichever is later; `null`: never. */
export function lastMovedAt({ opportunity, lastTrail }: OpportunityRow): number | null {
  const times = [lastTrail?.happenedAt ?? null, opportunity.editedAt].filter((at) => at !== null);
  return times.length === 0 ? null : Math.max(...times);
}

/** Deals that may come about. */
export class Opportunities {
  readonly #opportunities: OpportunityStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { opportunities: OpportunityStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#opportunities = parts.opportunities;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  async list(caller: Caller, bounds: Bounds, page: Page): Promise<Listed<OpportunityRow>> {
    return this.#opportunities.list(caller.tenantId, bounds, page, this.#clock());
  }

  /** Throws `not_found`, also for one that was removed. */
  async info(caller: Caller, opportunityId: number): Promise<OpportunityRow> {
    const row = await this.#opportunities.get(caller.tenantId, opportunityId, this.#clock());
    if (row === null) throw new AppError('not_found');
    return row;
  }

  /**
   * Makes an opportunity or edits one, and answers its id; an edit that changes nothing writes nothing. Under an idempotency `key` see
   * `once`. Throws `opportunity_company_missing` for a new one without company and for an edit that clears it, `not_found` for an
   * opportunity, company, contact or user that is not there.
   */
  async push(caller: Caller, push: OpportunityPush, key: string | null = null): Promise<number> {
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { opportunity: push }, async () => {
        const now = this.#clock();
        const at = wholeSecond(now);
        const before = push.opportunityId === null ? null : await presentOpportunity(edit, push.opportunityId);
        requireName(push.fields.name, before === null);
        await requireUsers(edit, [push.fields.mainUserId, ...(push.details.handlerIds ?? [])]);
        const contactIds = await contactsAfter(edit, before?.object ?? null, push);
        const opportunityId = before?.object.opportunityId ?? edit.newIds(1);
        const from = before?.object ?? { ...blank.opportunity(opportunityId), mainUserId: caller.userId };
        const pushed = {
          ...overlay(from, push.fields),
          details: overlayDetails(from.details, { ...push.details, contactIds }),
        };
        if (before !== null && same(before.object, pushed)) return opportunityId;
        const stamps = before === null ? { createdBy: caller.userId, createdAt: at } : { editedAt: at };
        await edit.write('opportunity', [changedNow(before, { ...pushed, ...stamps, updatedAt: at }, now)]);
        return opportunityId;
      }),
    );
  }

  /** Its entries stay. Throws `not_found`, also for one that is removed already. */
  async remove(caller: Caller, opportunityId: number): Promise<void> {
    await this.#objects.change(caller.tenantId, caller.actor, async (edit) => {
      const now = this.#clock();
      const before = await presentOpportunity(edit, opportunityId);
      const after = { ...before.object, removed: true, updatedAt: wholeSecond(now) };
      await edit.write('opportunity', [changedNow(before, after, now)]);
    });
  }
}

/** Throws `not_found` when it is not there or was removed. */
async function presentOpportunity(edit: Edit, opportunityId: number): Promise<Stored<Opportunity>> {
  const opportunity = (await edit.getMany('opportunity', [opportunityId])).get(opportunityId);
  if (opportunity === undefined || opportunity.object.removed) throw new AppError('not_found');
  return opportunity;
}

/** The contact persons after a push, which are all of the company that it has then; those of another company go with it. */
async function contactsAfter(
  edit: Edit,
  before: Opportunity | null,
  { fields, details: { contactIds } }: OpportunityPush,
): Promise<readonly number[] | undefined> {
  const companyId = fields.companyId === undefined ? (before?.companyId ?? null) : fields.companyId;
  if (companyId === null && (before === null || fields.companyId === null)) throw new AppError('opportunity_company_missing');
  const moved = companyId !== (before?.companyId ?? null);
  if (companyId !== null && moved) await presentCompany(edit, companyId);
  if (contactIds === undefined) return moved ? [] : undefined;
  // One that was there already may stay, though it was removed from the company meanwhile.
  const allowed = new Set(moved ? [] : (before?.details.contactIds ?? []));
  if (companyId !== null) for (const id of await edit.contactIdsAt('contact', companyId)) allowed.add(id);
  if (!contactIds.every((id) => allowed.has(id))) throw new AppError('not_found');
  return contactIds;
}
