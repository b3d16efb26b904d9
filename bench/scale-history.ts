/** Makes changes of all sorts to a store that is filled, by the program's own way of writing: what `as_of` has to look behind. */
import { openCore } from '../server/src/app.ts';
import { Random } from '../server/src/demo/firm-random.ts';
import type { Trail } from '../server/src/domain/objects.ts';
import type { Edit } from '../server/src/domain/stores.ts';
import { followAll } from '../server/src/store/search-follower.ts';

/** Changes a commit. */
const batch = 500;

/** What there is to change: drawn entries and companies. */
export interface Stock {
  readonly tenantId: number;
  readonly trailIds: readonly number[];
  readonly companyIds: readonly number[];
}

/**
 * `count` changes: of ten, four new entries (one of them back-dated), two edits, two moves to another company, one removal and one
 * restoration of what was removed before.
 */
export async function makeHistory(folder: string, stock: Stock, count: number, seed: number): Promise<void> {
  const core = await openCore({ data: folder, databaseUrl: null }, { make: false });
  try {
    const random = new Random(seed);
    const removed: number[] = [];
    for (let made = 0; made < count; ) {
      made += await core.objects.change(stock.tenantId, 'command:bench', (edit) =>
        changes(edit, stock, random, removed, Math.min(batch, count - made)),
      );
    }
    // As a server does in the background.
    await followAll(core.db, stock.tenantId);
  } finally {
    await core.close();
  }
}

async function changes(edit: Edit, stock: Stock, random: Random, removed: number[], count: number): Promise<number> {
  const restored = new Set(removed.splice(0, Math.floor(count / 10)));
  const touched = new Set(restored);
  while (touched.size < count - Math.floor((count * 4) / 10)) touched.add(random.pick(stock.trailIds));
  const now = Math.floor(Date.now() / 1000) * 1000;
  const known = await edit.getMany('trail', touched);
  const writes = [...known].map(([id, before], i) => {
    const after = changed(before.object, i, restored.has(id), random, stock, now);
    if (after.removed && !before.object.removed) removed.push(id);
    return { before, after, knownAt: now };
  });
  const models = [...known.values()].map(({ object }) => object);
  const added = Math.max(0, count - writes.length);
  const firstId = edit.newIds(added);
  const records = Array.from({ length: added }, (_, i) => {
    const happenedAt = i % 4 === 0 ? now - random.below(700 * 86_400) * 1000 : now - random.below(3600) * 1000;
    const times = { happenedAt, recordedAt: now, updatedAt: now };
    const after: Trail = {
      ...random.pick(models),
      trailId: firstId + i,
      followUpId: null,
      referId: null,
      removed: false,
      ...times,
    };
    return { before: null, after, knownAt: now };
  });
  await edit.write('trail', records);
  return added + (await edit.write('trail', writes));
}

/** One change of an entry, by turns. */
function changed(trail: Trail, turn: number, restore: boolean, random: Random, stock: Stock, now: number): Trail {
  const edited = { ...trail, updatedAt: now };
  if (restore) return { ...edited, removed: false };
  if (turn % 5 < 2) return { ...edited, content: `${trail.content} 补充：${random.between(1, 99)} 件样品已寄出。` };
  if (turn % 5 < 4) return { ...edited, companyId: random.pick(stock.companyIds), opportunityId: null, contactIds: [] };
  return { ...edited, removed: !trail.removed };
}
