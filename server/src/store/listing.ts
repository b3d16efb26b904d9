/** Pages of companies, leads and opportunities: a total, the ids in their order, and the last entry about each. */
import type { SubjectKind } from '../domain/objects.ts';
import type { Bounds, Page } from '../domain/stores.ts';
import type { Tx, Value } from './db.ts';
import { lastEntry } from './last-contact.ts';
import { headOf } from './log-times.ts';

/** What may be listed. */
export interface Candidates {
  /** A SELECT of `id` and `listed_at`, the time to order by: 0 where it is not known. */
  readonly sql: string;
  readonly values: readonly Value[];
}

export interface ListedIds {
  /** The last one of the tenant's log that this has. */
  readonly revision: number;
  readonly total: number;
  /** In the order of the list: newest `listed_at` first, then the largest id. */
  readonly ids: readonly number[];
  /** What was asked of the last entry about each that has one: its time or its id. */
  readonly last: ReadonlyMap<number, number>;
}

/** One page of the candidates within the bounds; past the end it is empty. */
export async function listIds(
  tx: Tx,
  tenantId: number,
  candidates: Candidates,
  { from, to }: Bounds,
  page: Page,
  last: { readonly by: SubjectKind; readonly what: 'happened_at' | 'trail_id'; readonly now: number },
): Promise<ListedIds> {
  const bounded = from !== null || to !== null;
  const matching = `FROM (${candidates.sql}) AS r${bounded ? ' WHERE r.listed_at BETWEEN ? AND ? AND r.listed_at <> 0' : ''}`;
  const values = [...candidates.values, ...(bounded ? [from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER] : [])];
  const row = await tx.get(`SELECT COUNT(*) ${matching}`, values);
  const total = row?.[0] as number;
  const skip = (page.number - 1) * page.size;
  if (skip >= total) return { revision: (await headOf(tx, tenantId)).revision, total, ids: [], last: new Map() };
  const rows = await tx.all(
    `SELECT k.id, (${lastEntry(last.by, last.what, 'k.id')}) FROM (` +
      `SELECT r.id, r.listed_at ${matching} ORDER BY r.listed_at DESC, r.id DESC LIMIT ? OFFSET ?` +
      ') AS k ORDER BY k.listed_at DESC, k.id DESC',
    [tenantId, last.now, ...values, page.size, skip],
  );
  const found = rows.filter(([, value]) => value !== null) as [number, number][];
  const { revision } = await headOf(tx, tenantId);
  return { revision, total, ids: rows.map(([id]) => id as number), last: new Map(found) };
}
