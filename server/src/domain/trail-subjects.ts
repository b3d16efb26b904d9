/** What an entry refers to, and that it is there and belongs together: of entries that are recorded, and of those that are edited. */
import { AppError, badParameter } from '../errors.ts';
import { isGone } from './file-state.ts';
import type { JoinedKind, ObjectKinds, Opportunity, StoredFile } from './objects.ts';
import type { Edit, Joined } from './stores.ts';

export interface Subjects {
  readonly companyId: number | null;
  readonly leadId: number | null;
  readonly opportunityId: number | null;
  readonly contactIds: readonly number[];
  readonly leadContactIds: readonly number[];
  readonly fileIds: readonly number[];
  /** Who wrote it. */
  readonly authorId: number | null;
}

/** Everything that records refer to, one look a kind, however many records there are. */
export async function referredTo(edit: Edit, records: readonly Subjects[]): Promise<Joined> {
  const load = async <K extends JoinedKind>(kind: K, ids: readonly (number | null)[]): Promise<Map<number, ObjectKinds[K]>> => {
    const objects = new Map<number, ObjectKinds[K]>();
    const wanted = new Set(ids.filter((id) => id !== null));
    if (wanted.size === 0) return objects;
    for (const [id, { object }] of await edit.getMany(kind, wanted)) objects.set(id, object);
    return objects;
  };
  const opportunity = await load(
    'opportunity',
    records.map((record) => record.opportunityId),
  );
  const ofOpportunities = [...opportunity.values()].map(({ companyId }) => companyId);
  return {
    opportunity,
    company: await load('company', [...records.map((record) => record.companyId), ...ofOpportunities]),
    lead: await load(
      'lead',
      records.map((record) => record.leadId),
    ),
    contact: await load(
      'contact',
      records.flatMap((record) => record.contactIds),
    ),
    leadContact: await load(
      'leadContact',
      records.flatMap((record) => record.leadContactIds),
    ),
    file: await load(
      'file',
      records.flatMap((record) => record.fileIds),
    ),
    user: await load(
      'user',
      records.map((record) => record.authorId),
    ),
  };
}

/** The entry's company: the one that is named, or the opportunity's. Throws `bad_parameter` when the opportunity is another's. */
export function companyOf(companyId: number | null, opportunity: Opportunity | null): number | null {
  const own = opportunity?.companyId ?? null;
  if (opportunity !== null && companyId !== null && own !== null && own !== companyId)
    throw badParameter('company_id', companyId, `opportunity ${opportunity.opportunityId} belongs to company ${own}`);
  return companyId ?? own;
}

/** The object of that id. Throws `not_found` when there is none, or it was removed. */
export function there<T extends object>(known: ReadonlyMap<number, T>, id: number): T {
  const object = known.get(id);
  if (object === undefined || ('removed' in object && object.removed === true)) throw new AppError('not_found');
  return object;
}

/** The same for a file. Throws `not_found` for one whose bytes were erased, too. */
export function fileThere(known: ReadonlyMap<number, StoredFile>, id: number): void {
  if (isGone(there(known, id))) throw new AppError('not_found');
}

/** Throws when a contact is known to be another's; of many that were imported it is not known whose they are. */
export function checkOwner(field: string, contactId: number, of: string, ownerId: number | null, expected: number | null): void {
  if (ownerId !== null && ownerId !== expected) {
    throw badParameter(field, contactId, `contact ${contactId} belongs to ${of} ${ownerId}, which the entry is not about`);
  }
}

/** Throws `bad_parameter` for a time (ms) that is still to come. */
export function checkHappened(happenedAt: number, now: number): void {
  if (happenedAt <= now) return;
  const value = `${(happenedAt - now) / 1000} s from now`;
  throw new AppError('bad_parameter', { field: 'create_time', value, accepted: "accepted: a time not after the server's" });
}
