import type { Trail } from '../domain/objects.ts';
import type { Row, Tx } from './db.ts';
import { pace } from './pace.ts';
import { type Placing, placingColumns, placingOfFacts, placingOfRow } from './scope.ts';

/** A change of an entry, and how the entry stands in the state that the reader sees. */
export interface Moved {
  readonly id: number;
  /** The revision of the state that the change found; 0: the entry is new. */
  readonly before: number;
  /** That state; `null` of a new entry, and when nobody asked for it. */
  readonly old: Placing | null;
  /** What the log has of it; what says nothing is left out. */
  readonly oldFacts: Partial<Trail> | null;
  readonly now: Placing;
}

/** Changes read at a time. */
const portion = 1000;

/**
 * The changes of entries after the revision `from` up to `head`, which is the one that `tx` sees, in portions; gives way to other requests
 * in between. What they found is told when it is of the revision `known` or before: then it is the entry's first change after that.
 */
export async function* tail(tx: Tx, tenantId: number, from: number, head: number, known: number): AsyncGenerator<Moved[]> {
  const giveWay = pace();
  for (let after = from; after < head; after += portion) {
    const rows = await tx.all(sql, [known, tenantId, after, Math.min(after + portion, head)]);
    yield rows.map(movedOf);
    await giveWay();
  }
}

const sql =
  `SELECT c.object_id, c.before_revision, CASE WHEN c.before_revision <= ? THEN c.before_facts END, ${placingColumns} FROM change c ` +
  'JOIN trail t ON t.tenant_id = c.tenant_id AND t.trail_id = c.object_id ' +
  "WHERE c.tenant_id = ? AND c.revision > ? AND c.revision <= ? AND c.kind = 'trail' ORDER BY c.revision";

function movedOf(row: Row): Moved {
  const oldFacts = row[2] === null ? null : (JSON.parse(row[2] as string) as Partial<Trail>);
  return {
    id: row[0] as number,
    before: row[1] as number,
    old: oldFacts === null ? null : placingOfFacts(oldFacts),
    oldFacts,
    now: placingOfRow(row, 3),
  };
}
