import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import type { RenderedPage } from './basis.ts';
import { once } from './idempotency.ts';
import { readKeyword } from './keyword.ts';
import { nextSubject, putNextFollowUp } from './next-put.ts';
import { recordableTrailTypes, type Trail } from './objects.ts';
import type { Clock, Joined, ObjectStore, Page, TrailFilter, TrailPage, TrailPortion, TrailStore } from './stores.ts';
import { checkHappened, checkOwner, companyOf, fileThere, referredTo, type Subjects, there } from './trail-subjects.ts';
import type { Vault } from './vault.ts';

/** What a person or a program says when it records a follow-up. */
export interface TrailRecord extends Subjects {
  readonly type: number | null;
  readonly content: string;
  /** When it took place; `null`: now. */
  readonly happenedAt: number | null;
  /** `null`: the caller. */
  readonly authorId: number | null;
  /** When what it is about is to be followed up next, `null` for not; absent: as it was. */
  readonly nextFollowUpAt?: number | null | undefined;
}

/** A past state: that after a revision, or that at the end of a second (`at` in ms, `given` as it was asked for). */
export type AsOf = { readonly revision: number } | { readonly at: number; readonly given: string };

const defaultTrailType = 101;

/** The timeline's rules: who may read and record what, and what an entry must have. */
export class Trails {
  readonly #trails: TrailStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { trails: TrailStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#trails = parts.trails;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  /**
   * The entries that match, with the exact total; a page past the end is empty. With `asOf` as everything was then. Throws
   * `bad_parameter` for a keyword that cannot be searched for, and for a time or a revision that is still to come.
   */
  async list(caller: Caller, filter: TrailFilter, page: Page, asOf: AsOf | null = null): Promise<TrailPage> {
    if (filter.keyword !== null) readKeyword(filter.keyword);
    return this.#trails.list(caller.tenantId, filter, page, asOf === null ? null : await this.#revisionOf(caller.tenantId, asOf));
  }

  /** The same, its entries rendered; `stamp` as for the store. */
  async rendered(
    caller: Caller,
    filter: TrailFilter,
    page: Page,
    asOf: AsOf | null,
    stamp: number | null = null,
  ): Promise<RenderedPage> {
    if (filter.keyword !== null) readKeyword(filter.keyword);
    const revision = asOf === null ? null : await this.#revisionOf(caller.tenantId, asOf);
    return this.#trails.rendered(caller.tenantId, filter, page, revision, stamp);
  }

  /**
   * Everything that `list` gives over all pages, in its order, from one state: the one at `revision`, whatever is written meanwhile.
   * Throws as `list` does.
   */
  async stream(
    { tenantId }: Pick<Caller, 'tenantId'>,
    filter: TrailFilter,
    asOf: AsOf | null,
  ): Promise<{ revision: number; portions: AsyncIterable<TrailPortion> }> {
    if (filter.keyword !== null) readKeyword(filter.keyword);
    const revision = asOf === null ? (await this.#trails.head(tenantId)).revision : await this.#revisionOf(tenantId, asOf);
    return { revision, portions: this.#trails.stream(tenantId, filter, revision) };
  }

  async #revisionOf(tenantId: number, asOf: AsOf): Promise<number> {
    const { revision } = await this.#trails.head(tenantId);
    if ('revision' in asOf) {
      if (asOf.revision > revision)
        throw badParameter('as_of', asOf.revision, `accepted: a revision up to the last one, ${revision}`);
      return asOf.revision;
    }
    if (asOf.at > this.#clock())
      throw badParameter('as_of', asOf.given, `accepted: a time that has come; the last revision is ${revision}`);
    // What the wire shows in this second was recorded in it.
    return this.#trails.revisionAt(tenantId, asOf.at + 999);
  }

  /**
   * Records a follow-up and answers its id. The checks and their order are OKKI's (docs/wire.md#record); under an idempotency
   * `key` see `once`.
   */
  async record(caller: Caller, record: TrailRecord, key: string | null = null): Promise<number> {
    const [trailId] = await this.#record(caller, 'one', [record], key, (refused) => (refused[0] as Refused).error);
    return trailId as number;
  }

  /**
   * Records all of them in one commit, their ids in the same order, or none: then throws `records_refused` with the reasons by place.
   * An error in the place of a record says why it could not be read.
   */
  async recordAll(caller: Caller, records: readonly (TrailRecord | AppError)[], key: string | null = null): Promise<number[]> {
    return this.#record(caller, 'all', records, key, (refused) => {
      const errors = refused.map(({ index, error }) => ({ index, code: error.kind.code, message: error.message }));
      return new AppError('records_refused', { refused: refused.length, count: records.length }, { data: { errors } });
    });
  }

  async #record(
    caller: Caller,
    what: 'one' | 'all',
    given: readonly (TrailRecord | AppError)[],
    key: string | null,
    refusal: (refused: readonly Refused[]) => AppError,
  ): Promise<number[]> {
    const records = each(given, (record) => checked(caller, record), refusal);
    return this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { record: what, records }, async () => {
        const now = wholeSecond(this.#clock());
        const known = await referredTo(edit, records);
        const firstId = edit.newIds(2 * records.length);
        const trails = each(records, (record, i) => newTrail(caller, record, known, firstId + 2 * i, now), refusal);
        const writes = trails.map((after) => ({ before: null, after, knownAt: now }));
        await edit.write('trail', writes);
        for (const [i, { nextFollowUpAt }] of records.entries())
          if (nextFollowUpAt !== undefined) await putNextFollowUp(edit, nextSubject(trails[i] as Trail), nextFollowUpAt, now);
        return trails.map((trail) => trail.trailId);
      }),
    );
  }
}

interface Refused {
  readonly index: number;
  readonly error: AppError;
}

/** What `work` makes of each item; when some are refused, throws what `refusal` makes of the reasons of all of these. */
function each<T, R>(
  items: readonly T[],
  work: (item: T, index: number) => R,
  refusal: (refused: readonly Refused[]) => AppError,
): R[] {
  const made: R[] = [];
  const refused: Refused[] = [];
  for (const [index, item] of items.entries()) {
    try {
      made.push(work(item, index));
    } catch (error) {
      if (!(error instanceof AppError) || error.kind.shape !== 'business') throw error;
      refused.push({ index, error });
    }
  }
  if (refused.length > 0) throw refusal(refused);
  return made;
}

/** What can be said of a record without the store. */
function checked(caller: Caller, record: TrailRecord | AppError): TrailRecord {
  if (record instanceof AppError) throw record;
  if (!recordableTrailTypes.has(record.type ?? defaultTrailType)) throw new AppError('trail_type_unknown');
  if (record.content.trim() === '') throw new AppError('trail_content_empty');
  if (record.companyId === null && record.leadId === null && record.opportunityId === null) {
    throw new AppError('trail_subject_missing');
  }
  if (caller.member && record.authorId !== null && record.authorId !== caller.userId) {
    throw badParameter('create_user', record.authorId, `who signs in records only as themselves: ${caller.userId}`);
  }
  return record;
}

/** The entry that a record becomes. Throws when it refers to what is not there, or to what does not belong together. */
function newTrail(caller: Caller, record: TrailRecord, known: Joined, trailId: number, now: number): Trail {
  const happenedAt = record.happenedAt ?? now;
  checkHappened(happenedAt, now);
  const companyId = companyOf(
    record.companyId,
    record.opportunityId === null ? null : there(known.opportunity, record.opportunityId),
  );
  if (companyId !== null) there(known.company, companyId);
  if (record.leadId !== null) there(known.lead, record.leadId);
  for (const contactId of record.contactIds) {
    const contact = there(known.contact, contactId);
    checkOwner('customer_id', contactId, 'company', contact.companyId, companyId);
  }
  for (const contactId of record.leadContactIds) {
    const contact = there(known.leadContact, contactId);
    checkOwner('lead_customer_id', contactId, 'lead', contact.leadId, record.leadId);
  }
  for (const fileId of record.fileIds) fileThere(known.file, fileId);
  if (record.authorId !== null) there(known.user, record.authorId);
  const followUpId = trailId + 1;
  return {
    trailId,
    followUpId,
    type: record.type ?? defaultTrailType,
    authorId: record.authorId ?? caller.userId,
    referId: followUpId,
    content: record.content,
    fileIds: record.fileIds,
    enabled: true,
    removed: false,
    recordedAt: now,
    happenedAt,
    updatedAt: now,
    companyId,
    contactIds: record.contactIds,
    leadId: record.leadId,
    leadContactIds: record.leadContactIds,
    opportunityId: record.opportunityId,
    inquiryId: null,
    trackSessionNo: null,
    commentCount: 0,
    ownCommentCount: 0,
  };
}

/** The wire shows whole seconds and orders by them, so nothing finer is kept. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
