import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import type { ChangeStore, TrailHistory, TrailState } from './change-stores.ts';
import { type Given, overlay } from './given.ts';
import { once } from './idempotency.ts';
import { recordableTrailTypes, type Trail } from './objects.ts';
import { changedNow } from './push.ts';
import { same } from './same.ts';
import type { Clock, Edit, Joined, ObjectStore, Page, Stored } from './stores.ts';
import { wholeSecond } from './trail.ts';
import { checkHappened, checkOwner, companyOf, referredTo, type Subjects, there } from './trail-subjects.ts';
import type { Vault } from './vault.ts';

/** An entry that is to change, and the revisions of which it must be at one; `null`: whichever it is at. */
export interface TrailTarget {
  readonly trailId: number;
  readonly expected: readonly number[] | null;
}

/** What an edit says of an entry. */
export type TrailFields = Given<
  Pick<
    Trail,
    | 'type'
    | 'content'
    | 'companyId'
    | 'leadId'
    | 'opportunityId'
    | 'contactIds'
    | 'leadContactIds'
    | 'fileIds'
    | 'happenedAt'
    | 'authorId'
  >
>;

/** What becomes of an entry after it was recorded: a person changes only entries of its own, an admin and a program those of everybody. */
export class TrailLife {
  readonly #changes: ChangeStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { changes: ChangeStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#changes = parts.changes;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  /** One entry with what it shows. Throws `not_found`, also for one that was removed unless `removed`. */
  async info(caller: Caller, trailId: number, removed: boolean): Promise<TrailState> {
    const state = await this.#changes.trail(caller.tenantId, trailId);
    if (state === null || (state.trail.removed && !removed)) throw new AppError('not_found');
    return state;
  }

  /** Every version of an entry, oldest first, whether it was removed or not. Throws `not_found`. */
  async history(caller: Caller, trailId: number, page: Page): Promise<TrailHistory> {
    const history = await this.#changes.history(caller.tenantId, trailId, page);
    if (history === null) throw new AppError('not_found');
    return history;
  }

  /**
   * Changes the given fields of an entry, with the checks of a record on what differs from before; an edit that changes nothing writes
   * nothing. Under an idempotency `key` see `once`. Throws `not_found` for an entry that is not there or was removed, and for what it
   * is to refer to, `not_allowed`, `conflict` when it is at another revision than expected.
   */
  edit(caller: Caller, target: TrailTarget, fields: TrailFields, key: string | null = null): Promise<number> {
    return this.#change(caller, target, { edit: fields }, key, async (edit, trail, now) => {
      if (trail.removed) throw new AppError('not_found');
      return edited(edit, caller, trail, fields, now);
    });
  }

  /** Takes an entry out of the list. As `edit`. */
  remove(caller: Caller, target: TrailTarget, key: string | null = null): Promise<number> {
    return this.#change(caller, target, 'remove', key, async (_edit, trail) => {
      if (trail.removed) throw new AppError('not_found');
      return { ...trail, removed: true };
    });
  }

  /** Puts a removed entry back; one that was not removed stays as it is. As `edit`. */
  restore(caller: Caller, target: TrailTarget, key: string | null = null): Promise<number> {
    return this.#change(caller, target, 'restore', key, async (_edit, trail) => ({ ...trail, removed: false }));
  }

  #change(
    caller: Caller,
    target: TrailTarget,
    what: unknown,
    key: string | null,
    become: (edit: Edit, trail: Trail, now: number) => Promise<Trail>,
  ): Promise<number> {
    const { trailId, expected } = target;
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { change: what, trailId, expected }, async () => {
        const before = (await edit.getMany('trail', [trailId])).get(trailId);
        if (before === undefined) throw new AppError('not_found');
        checkAllowed(caller, before, expected);
        const now = wholeSecond(this.#clock());
        const after = await become(edit, before.object, now);
        if (same(before.object, after)) return trailId;
        // An import may have brought an entry from the future.
        const updatedAt = Math.max(now, before.object.updatedAt);
        await edit.write('trail', [changedNow(before, { ...after, updatedAt }, now)]);
        return trailId;
      }),
    );
  }
}

function checkAllowed(
  caller: Caller,
  { object: { trailId, authorId }, revision }: Stored<Trail>,
  expected: readonly number[] | null,
): void {
  if (caller.member && caller.role !== 'admin' && authorId !== caller.userId) {
    throw new AppError('not_allowed', {
      reason: `entry ${trailId} is another user's: only its author, an admin and applications may change it`,
    });
  }
  if (expected === null || expected.includes(revision)) return;
  const given = expected.map((one) => `"r${one}"`).join(', ');
  const reason = `entry ${trailId} is at "r${revision}" and not at ${given === '' ? 'what If-Match names' : given}: read it again`;
  throw new AppError('conflict', { reason });
}

/**
 * The entry after an edit. An opportunity brings its company, and with another company or lead the contact persons of the former one
 * go, unless new ones are given.
 */
async function edited(edit: Edit, caller: Caller, before: Trail, fields: TrailFields, now: number): Promise<Trail> {
  const wanted = overlay(before, fields);
  if (wanted.type !== before.type && !recordableTrailTypes.has(wanted.type)) throw new AppError('trail_type_unknown');
  if (wanted.content !== before.content && wanted.content.trim() === '') throw new AppError('trail_content_empty');
  if (wanted.happenedAt !== before.happenedAt) checkHappened(wanted.happenedAt, now);
  if (caller.member && wanted.authorId !== before.authorId) {
    throw badParameter('create_user', wanted.authorId, `who signs in records only as themselves: ${caller.userId}`);
  }
  const moved = wanted.opportunityId !== before.opportunityId || wanted.companyId !== before.companyId;
  const known = await referredTo(edit, [wanted]);
  const companyId = moved ? companyAfter(before, fields, wanted, known) : before.companyId;
  const after: Trail = {
    ...wanted,
    companyId,
    contactIds: companyId === before.companyId ? wanted.contactIds : (fields.contactIds ?? []),
    leadContactIds: wanted.leadId === before.leadId ? wanted.leadContactIds : (fields.leadContactIds ?? []),
  };
  if (isAboutNothing(after) && !isAboutNothing(before)) throw new AppError('trail_subject_missing');
  checkSubjects(before, after, known);
  return after;
}

/** The company that an edit names, or that another opportunity brings. */
function companyAfter(before: Trail, fields: TrailFields, wanted: Trail, known: Joined): number | null {
  const { opportunityId } = wanted;
  const another = opportunityId !== before.opportunityId;
  const opportunity =
    opportunityId === null ? null : another ? there(known.opportunity, opportunityId) : known.opportunity.get(opportunityId);
  if (another && fields.companyId === undefined) return companyOf(null, opportunity ?? null) ?? before.companyId;
  return companyOf(wanted.companyId, opportunity ?? null);
}

const isAboutNothing = ({ companyId, leadId, opportunityId }: Subjects): boolean =>
  companyId === null && leadId === null && opportunityId === null;

/** What is new in the entry must be there and belong to what it is about; what was there already may have come with an import. */
function checkSubjects(before: Subjects, after: Subjects, known: Joined): void {
  const { companyId, leadId, authorId } = after;
  if (companyId !== null && companyId !== before.companyId) there(known.company, companyId);
  if (leadId !== null && leadId !== before.leadId) there(known.lead, leadId);
  const added = (of: 'contactIds' | 'leadContactIds' | 'fileIds', anew: boolean): readonly number[] =>
    anew ? after[of] : after[of].filter((id) => !before[of].includes(id));
  for (const contactId of added('contactIds', companyId !== before.companyId)) {
    const contact = there(known.contact, contactId);
    checkOwner('customer_id', contactId, 'company', contact.companyId, companyId);
  }
  for (const contactId of added('leadContactIds', leadId !== before.leadId)) {
    const contact = there(known.leadContact, contactId);
    checkOwner('lead_customer_id', contactId, 'lead', contact.leadId, leadId);
  }
  for (const fileId of added('fileIds', false)) there(known.file, fileId);
  if (authorId !== null && authorId !== before.authorId) there(known.user, authorId);
}
