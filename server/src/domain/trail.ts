import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import { recordableTrailTypes, type Trail } from './objects.ts';
import type { Clock, Edit, ObjectStore, Page, TrailFilter, TrailPage, TrailStore } from './stores.ts';

/** What a person or a program says when it records a follow-up. */
export interface TrailRecord {
  readonly type: number | null;
  readonly content: string;
  readonly companyId: number | null;
  readonly leadId: number | null;
  readonly opportunityId: number | null;
}

const defaultTrailType = 101;

/** The timeline's rules: who may read and record what, and what an entry must have. */
export class Trails {
  readonly #trails: TrailStore;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;

  constructor(parts: { trails: TrailStore; objects: ObjectStore; clock: Clock }) {
    this.#trails = parts.trails;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
  }

  /** The entries that match, newest first, with the exact total; a page past the end is empty. Throws when `from` is after `to`. */
  async list(caller: Caller, filter: TrailFilter, page: Page): Promise<TrailPage> {
    return this.#trails.list(caller.tenantId, filter, page);
  }

  /** Records a follow-up that takes place now and answers its id. The checks and their order are OKKI's (docs/wire.md#record). */
  async record(caller: Caller, record: TrailRecord): Promise<number> {
    const type = record.type ?? defaultTrailType;
    if (!recordableTrailTypes.has(type)) throw new AppError('trail_type_unknown');
    if (record.content.trim() === '') throw new AppError('trail_content_empty');
    if (record.companyId === null && record.leadId === null && record.opportunityId === null) {
      throw new AppError('trail_subject_missing');
    }
    return this.#objects.change(caller.tenantId, caller.actor, async (edit) => {
      const companyId = await checkSubjects(edit, record);
      const now = wholeSecond(this.#clock());
      const trailId = edit.newIds(2);
      const followUpId = trailId + 1;
      const trail: Trail = {
        trailId,
        followUpId,
        type,
        authorId: caller.userId,
        referId: followUpId,
        content: record.content,
        fileIds: [],
        enabled: true,
        removed: false,
        recordedAt: now,
        happenedAt: now,
        updatedAt: now,
        companyId,
        contactIds: [],
        leadId: record.leadId,
        leadContactIds: [],
        opportunityId: record.opportunityId,
        inquiryId: null,
        trackSessionNo: null,
        commentCount: 0,
      };
      await edit.write('trail', [{ before: null, after: trail, knownAt: now }]);
      return trailId;
    });
  }
}

/** Every subject must be there; an opportunity brings its company. Answers the entry's company. */
async function checkSubjects(edit: Edit, record: TrailRecord): Promise<number | null> {
  let companyId = record.companyId;
  if (record.opportunityId !== null) {
    const opportunity = await edit.get('opportunity', record.opportunityId);
    if (opportunity === null) throw new AppError('not_found');
    if (companyId !== null && opportunity.companyId !== null && opportunity.companyId !== companyId) {
      throw badParameter(
        'company_id',
        companyId,
        `opportunity ${opportunity.opportunityId} belongs to company ${opportunity.companyId}`,
      );
    }
    companyId ??= opportunity.companyId;
  }
  if (companyId !== null) {
    const company = await edit.get('company', companyId);
    if (company === null || company.removed) throw new AppError('not_found');
  }
  if (record.leadId !== null && (await edit.get('lead', record.leadId)) === null) throw new AppError('not_found');
  return companyId;
}

/** The wire shows whole seconds and orders by them, so nothing finer is kept. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
