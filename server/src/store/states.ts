/** Objects as they were: the state after a revision is the object's row if that made it, else what the next change of it found. */
import type { Kind, ObjectKinds } from '../domain/objects.ts';
import { objectOf } from './content.ts';
import type { Tx } from './db.ts';
import { listOf } from './lists.ts';
import { TxView } from './object-store.ts';
import { type Table, tables } from './tables.ts';

/** An object with the revision that made it so. */
export interface State<T> {
  readonly object: T;
  readonly revision: number;
}

/** How many changes of one step backwards are read at a time. */
const portion = 256;

/**
 * What stood at `revision`, of the objects with these ids; those that were not there then are missing, erased words are empty. Costs one
 * look more for each change of an object since.
 */
export async function statesAt<K extends Kind>(
  tx: Tx,
  tenantId: number,
  kind: K,
  ids: Iterable<number>,
  revision: number,
): Promise<Map<number, State<ObjectKinds[K]>>> {
  const states = new Map<number, State<ObjectKinds[K]>>();
  // By the change that made the state which was looked at last and is too late.
  let later = new Map<number, number>();
  for (const [id, { object, revision: at }] of await new TxView(tx, tenantId).getMany(kind, ids)) {
    if (at <= revision) states.set(id, { object, revision: at });
    else later.set(at, id);
  }
  const table = tables[kind] as Table<ObjectKinds[K]>;
  while (later.size > 0) {
    const next = new Map<number, number>();
    for (const [change, before, facts, words] of await foundBy(tx, tenantId, [...later.keys()], revision)) {
      const id = later.get(change) as number;
      if (before > revision) next.set(before, id);
      else if (before > 0) states.set(id, { object: objectOf(table, { facts, words }), revision: before });
    }
    later = next;
  }
  return states;
}

/** What these changes found: their texts only where they are of the time that is asked for. */
async function foundBy(
  tx: Tx,
  tenantId: number,
  changes: readonly number[],
  revision: number,
): Promise<[change: number, before: number, facts: string, words: string][]> {
  const found: [number, number, string, string][] = [];
  for (let start = 0; start < changes.length; start += portion) {
    const list = listOf(changes.slice(start, start + portion));
    const rows = await tx.all(
      'SELECT revision, before_revision, CASE WHEN before_revision <= ? THEN before_facts END, ' +
        `CASE WHEN before_revision <= ? THEN before_words END FROM change WHERE tenant_id = ? AND revision IN (${list.marks})`,
      [revision, revision, tenantId, ...list.values],
    );
    for (const [change, of, facts, words] of rows) {
      found.push([change as number, of as number, (facts as string | null) ?? '{}', (words as string | null) ?? '{}']);
    }
  }
  return found;
}
