/** An erased entry leaves the search index in the same transaction: no token that only it had is left there. */
import type { Trail } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { deletePosting, putKeys, putPosting } from './search-rows.ts';
import { bitsOf, changed, hasBit } from './search-slots.ts';
import { blocksOf, bytesOf, keepSearchState, keysOf, placeOf, searchState } from './search-tables.ts';

/**
 * Takes an entry out of the index, whatever state of it is there; `trail`: any, by which it is looked for first. Reads all rows of its
 * block, some 10,000, so that it does not depend on knowing which tokens it had.
 */
export async function forgetInSearch(tx: Tx, tenantId: number, trail: Trail): Promise<void> {
  const state = await searchState(tx, tenantId);
  if (state === null) return;
  const place = await slotOf(tx, tenantId, trail);
  if (place !== null) {
    const { block, slot } = place;
    const rows = await tx.all('SELECT token, entries, slots FROM search_posting WHERE tenant_id = ? AND block = ?', [
      tenantId,
      block,
    ]);
    for (const [token, count, bytes] of rows as [string, number, Uint8Array][]) {
      const old = { count, bytes };
      if (!hasBit(bitsOf(old), slot)) continue;
      const left = changed(old, [slot], []);
      if (left === null) await tx.run(deletePosting, [tenantId, block, token]);
      else await tx.run(putPosting, [tenantId, block, token, left.count, left.bytes]);
    }
    const keys = await keysOf(tx, tenantId, block, 'keys');
    const times = await keysOf(tx, tenantId, block, 'times');
    keys[2 * slot + 1] = 0;
    await tx.run(putKeys, [tenantId, block, bytesOf(keys), bytesOf(times)]);
  }
  // What a follower has planned meanwhile may have its words: it must plan anew.
  await keepSearchState(tx, tenantId, { ...state, stamp: state.stamp + 1 });
}

async function slotOf(tx: Tx, tenantId: number, trail: Trail): Promise<{ block: number; slot: number } | null> {
  const lists = [await blocksOf(tx, tenantId, 1), await blocksOf(tx, tenantId, 2)];
  const likely = lists.map((blocks) => blocks[placeOf(blocks, trail.happenedAt, trail.trailId)]);
  for (const block of [...likely, ...lists.flat()]) {
    if (block === undefined) continue;
    const keys = await keysOf(tx, tenantId, block.block, 'keys');
    for (let slot = 0; 2 * slot < keys.length; slot++)
      if (keys[2 * slot + 1] === trail.trailId) return { block: block.block, slot };
  }
  return null;
}
