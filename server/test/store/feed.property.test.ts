/** The change feed, replayed from its beginning, rebuilds the store: after random histories, whatever the sizes of its pages. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Core } from '../../src/app.ts';
import { presentChanges } from '../../src/wire/change-wire.ts';
import { type Item, replayed, stored } from '../support/replay.ts';
import { announceSeed, histories } from '../support/soak.ts';
import { change } from './changes.ts';
import { World } from './history.ts';
import { tenantIds } from './model.ts';

const runs = histories(2000);

const callerOf = (tenantId: number) => ({
  tenantId,
  clientId: 'test',
  userId: 7001,
  member: false,
  scopes: new Set(['company', 'lead', 'opportunity', 'user']),
  actor: 'app:test' as const,
});

/** The whole feed, in pages of these sizes in turn. */
async function feedOf(core: Core, tenantId: number, sizes: readonly number[]): Promise<Item[]> {
  const items: Item[] = [];
  let cursor = await core.changes.open(callerOf(tenantId), { after: 0, kinds: [] });
  for (let page = 0; cursor.after < cursor.head; page++) {
    const found = await core.changes.next(callerOf(tenantId), cursor, sizes[page % sizes.length] as number);
    const { list, next_after } = JSON.parse(presentChanges(tenantId, found)) as { list: Item[]; next_after: number };
    expect(next_after).toBeGreaterThan(cursor.after);
    items.push(...list);
    cursor = { ...cursor, after: next_after };
  }
  return items;
}

test('replayed from the beginning the feed is the store', { timeout: 900_000 }, async () => {
  const seed = announceSeed('change feed');
  const histories = fc.record({
    changes: fc.array(fc.record({ core: fc.nat(1), change }), { minLength: 1, maxLength: 25 }),
    sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }),
    reader: fc.nat(1),
  });
  await fc.assert(
    fc.asyncProperty(histories, async ({ changes, sizes, reader }) => {
      const world = await World.make();
      try {
        for (const one of changes) await world.change(one.core, one.change);
        for (const tenantId of tenantIds) {
          const core = world.core(reader);
          const items = await feedOf(core, tenantId, sizes);
          expect(items.map(({ revision }) => revision)).toEqual(items.map((_, place) => place + 1));
          expect(replayed(items)).toEqual(await stored(core, tenantId));
        }
      } finally {
        await world.end();
      }
    }),
    { seed, numRuns: runs },
  );
});
