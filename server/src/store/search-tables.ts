/**
 * The tables of the search index, and its state. Per tenant the entries in the list, and those removed, lie in blocks: runs of the
 * order `(happened_at, trail_id)` of at most 8,192 entries, each entry at a slot of its own. For each token that some entry of a block has
 * there is one row with the set of their slots (docs/decisions/0016-search-in-blocks.md).
 */
import type { Dialect, Tx } from './db.ts';

export const searchTables = ({ clustered, bytes }: Pick<Dialect, 'clustered' | 'bytes'>): string[] => [
  // "phase": see `SearchState`. "stamp" changes when anybody else than the follower changes the index.
  `CREATE TABLE search_state (
    tenant_id BIGINT NOT NULL, phase TEXT NOT NULL, revision BIGINT NOT NULL, stamp BIGINT NOT NULL, next_block BIGINT NOT NULL,
    live SMALLINT NOT NULL, happened_at BIGINT NOT NULL, trail_id BIGINT NOT NULL,
    PRIMARY KEY (tenant_id)
  ) ${clustered}`,
  // The lowest key that belongs to a block, and how many slots it has given out.
  `CREATE TABLE search_block (
    tenant_id BIGINT NOT NULL, live SMALLINT NOT NULL, first_at BIGINT NOT NULL, first_id BIGINT NOT NULL, block BIGINT NOT NULL,
    slots BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, live, first_at, first_id)
  ) ${clustered}`,
  // By slot: happenedAt and id, and in "times" recordedAt and updatedAt; an id of 0 where an entry was taken out.
  `CREATE TABLE search_keys (
    tenant_id BIGINT NOT NULL, block BIGINT NOT NULL, keys ${bytes} NOT NULL, times ${bytes} NOT NULL,
    PRIMARY KEY (tenant_id, block)
  ) ${clustered}`,
  // By block first: what a load of entries changes lies together.
  `CREATE TABLE search_posting (
    tenant_id BIGINT NOT NULL, block BIGINT NOT NULL, token TEXT NOT NULL, entries BIGINT NOT NULL, slots ${bytes} NOT NULL,
    PRIMARY KEY (tenant_id, block, token)
  ) ${clustered}`,
];

export const searchTableNames = ['search_state', 'search_block', 'search_keys', 'search_posting'] as const;

/**
 * How far the index is. `drop`: what an index of before has is being deleted; `scan`: the entries are read in their order, `live`, `happenedAt`
 * and `trailId` being the last one; `complete`: those changed meanwhile are looked through, `trailId` being the last revision;
 * `ready`: it has every entry as it stood at `revision`.
 */
export interface SearchState {
  readonly phase: 'drop' | 'scan' | 'complete' | 'ready';
  /** From `scan` on: the state that the index has or will have, whatever came later. */
  readonly revision: number;
  readonly stamp: number;
  readonly nextBlock: number;
  readonly live: number;
  readonly happenedAt: number;
  readonly trailId: number;
}

/** `null`: there is no index yet. */
export async function searchState(tx: Tx, tenantId: number): Promise<SearchState | null> {
  const row = await tx.get(
    'SELECT phase, revision, stamp, next_block, live, happened_at, trail_id FROM search_state WHERE tenant_id = ?',
    [tenantId],
  );
  if (row === undefined) return null;
  const [phase, revision, stamp, nextBlock, live, happenedAt, trailId] = row as [
    SearchState['phase'],
    ...[number, number, number, number, number, number],
  ];
  return { phase, revision, stamp, nextBlock, live, happenedAt, trailId };
}

export async function keepSearchState(tx: Tx, tenantId: number, state: SearchState): Promise<void> {
  await tx.run('DELETE FROM search_state WHERE tenant_id = ?', [tenantId]);
  await tx.run(
    'INSERT INTO search_state (tenant_id, phase, revision, stamp, next_block, live, happened_at, trail_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    [tenantId, state.phase, state.revision, state.stamp, state.nextBlock, state.live, state.happenedAt, state.trailId],
  );
}

/** One block, as it stands in the list of blocks. */
export interface Block {
  readonly block: number;
  readonly live: number;
  readonly firstAt: number;
  readonly firstId: number;
  readonly slots: number;
}

/** The blocks of the entries in the list, or of those removed, oldest first. */
export async function blocksOf(tx: Tx, tenantId: number, live: number): Promise<Block[]> {
  const rows = await tx.all(
    'SELECT block, first_at, first_id, slots FROM search_block WHERE tenant_id = ? AND live = ? ORDER BY first_at, first_id',
    [tenantId, live],
  );
  return (rows as number[][]).map(([block, firstAt, firstId, slots]) => ({ block, live, firstAt, firstId, slots }) as Block);
}

/** The place in a list of blocks of the one that a key belongs to; -1 when it is below all. */
export function placeOf(
  blocks: readonly { readonly firstAt: number; readonly firstId: number }[],
  at: number,
  id: number,
): number {
  let low = -1;
  let high = blocks.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    const { firstAt, firstId } = blocks[middle] as Block;
    if (firstAt < at || (firstAt === at && firstId <= id)) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Two numbers for each slot. */
export type Pairs = Float64Array;

export async function keysOf(tx: Tx, tenantId: number, block: number, what: 'keys' | 'times'): Promise<Pairs> {
  const row = await tx.get(`SELECT ${what} FROM search_keys WHERE tenant_id = ? AND block = ?`, [tenantId, block]);
  // A copy, because the bytes of a row need not begin at a multiple of eight.
  return row === undefined ? new Float64Array() : new Float64Array((row[0] as Uint8Array).slice().buffer);
}

export const bytesOf = (pairs: Pairs): Uint8Array => new Uint8Array(pairs.buffer, pairs.byteOffset, pairs.byteLength);
