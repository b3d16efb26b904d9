/** The rows of the search index, as they are written. */
import type { Tx, Value } from './db.ts';
import type { pace } from './pace.ts';
import type { Block } from './search-tables.ts';

/** Called between small pieces of the work. */
export type Pause = ReturnType<typeof pace>;

export const posting = 'SELECT entries, slots FROM search_posting WHERE tenant_id = ? AND block = ? AND token = ?';

/** What a plan comes to, as rows. */
export interface SearchChanges {
  readonly dropped: readonly { live: number; firstAt: number; firstId: number; block: number }[];
  readonly moved: readonly { live: number; firstAt: number; firstId: number }[];
  readonly blocks: Value[][];
  readonly keys: Value[][];
  readonly puts: Value[][];
  readonly deletes: Value[][];
}

/** Writes what was planned; the index must stand as it stood then. */
export async function writeChanges(tx: Tx, tenantId: number, changes: SearchChanges, pause: Pause): Promise<void> {
  for (const block of changes.dropped) await dropBlock(tx, tenantId, block);
  for (const { live, firstAt, firstId } of changes.moved) await tx.run(deleteBlock, [tenantId, live, firstAt, firstId]);
  await tx.runMany(putBlock, changes.blocks);
  for (const [sql, rows] of [
    [putKeys, changes.keys],
    [putPosting, changes.puts],
    [deletePosting, changes.deletes],
  ] as const) {
    for (let start = 0; start < rows.length; start += rowsAtOnce) {
      await tx.runMany(sql, rows.slice(start, start + rowsAtOnce));
      await pause();
    }
  }
}

const rowsAtOnce = 500;

export async function dropBlock(
  tx: Tx,
  tenantId: number,
  { live, firstAt, firstId, block }: Omit<Block, 'slots'>,
): Promise<void> {
  await tx.run(deleteBlock, [tenantId, live, firstAt, firstId]);
  await tx.run('DELETE FROM search_keys WHERE tenant_id = ? AND block = ?', [tenantId, block]);
  await tx.run('DELETE FROM search_posting WHERE tenant_id = ? AND block = ?', [tenantId, block]);
}

const deleteBlock = 'DELETE FROM search_block WHERE tenant_id = ? AND live = ? AND first_at = ? AND first_id = ?';
const putBlock =
  'INSERT INTO search_block (tenant_id, live, first_at, first_id, block, slots) VALUES (?, ?, ?, ?, ?, ?) ' +
  'ON CONFLICT (tenant_id, live, first_at, first_id) DO UPDATE SET block = excluded.block, slots = excluded.slots';
export const putKeys =
  'INSERT INTO search_keys (tenant_id, block, keys, times) VALUES (?, ?, ?, ?) ' +
  'ON CONFLICT (tenant_id, block) DO UPDATE SET keys = excluded.keys, times = excluded.times';
export const putPosting =
  'INSERT INTO search_posting (tenant_id, block, token, entries, slots) VALUES (?, ?, ?, ?, ?) ' +
  'ON CONFLICT (tenant_id, block, token) DO UPDATE SET entries = excluded.entries, slots = excluded.slots';
export const deletePosting = 'DELETE FROM search_posting WHERE tenant_id = ? AND block = ? AND token = ?';
