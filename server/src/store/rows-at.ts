/** Entries by the key that their rows lie in the order of: that spares the look into the index by id, a page of the file for each entry. */
import type { Trail } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { decode, tables } from './tables.ts';

/** Where rows of the timeline lie: by id, company and time. All of them are live, or all removed. */
export interface RowPlaces {
  readonly live: number;
  readonly of: ReadonlyMap<number, readonly [companyId: number, happenedAt: number]>;
}

/** Read at a time, so that there are few statements to prepare. */
const sizes = [100, 20, 10, 5, 2, 1] as const;

const columns = tables.trail.columns.map((column) => `t.${column}`).join(', ');

/** The first row tells an engine that asks for it what the others are. */
const statements = new Map(
  sizes.map((size) => [
    size,
    `SELECT ${columns} FROM (VALUES (CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT))${', (?, ?, ?)'.repeat(size - 1)}) AS k ` +
      'JOIN trail t ON t.tenant_id = ? AND t.live = ? AND t.company_id = k.column1 AND t.happened_at = k.column2 AND t.trail_id = k.column3',
  ]),
);

/** The entries with these ids, all of which have a place. */
export async function trailsAt(
  tx: Tx,
  tenantId: number,
  ids: readonly number[],
  places: RowPlaces,
): Promise<ReadonlyMap<number, Trail>> {
  const trails = new Map<number, Trail>();
  for (let start = 0; start < ids.length; ) {
    const size = sizes.find((one) => one <= ids.length - start) ?? 1;
    const values = ids.slice(start, start + size).flatMap((id) => [...(places.of.get(id) ?? [0, 0]), id]);
    for (const row of await tx.all(statements.get(size) as string, [...values, tenantId, places.live])) {
      const trail = decode(tables.trail, row);
      trails.set(trail.trailId, trail);
    }
    start += size;
  }
  return trails;
}
