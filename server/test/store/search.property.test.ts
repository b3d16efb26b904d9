/** Histories drawn at random, the index anywhere behind them or ahead of what is asked: every answer is what the truth says. */
import { expect, test } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import { rebuildSearch } from '../../src/store/search-follower.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { atSecond, type Search, SearchWorld, searchFor, tenants, trailOf } from './search-world.ts';

const words = [
  '付款',
  '方式',
  '报价',
  '价单',
  '客',
  'quote',
  'quota',
  'A4',
  '纸',
  '12',
  '120',
  '，',
  ' ',
  '.',
  'カタ',
  '👍',
  'q',
];
const keywords = [
  '付',
  '付款',
  '款方',
  '付款方式',
  '报价单',
  '客 付',
  'quo',
  'quota',
  'q',
  'a4纸',
  '4',
  '1',
  '12',
  '120',
  'カ',
  '👍',
  '付款 12',
  'quote.12',
  '报价 q 客',
];

test('every keyword, filter, page and revision', { timeout: 600_000 }, async () => {
  const seed = announceSeed('search');
  let found = 0;
  for (let run = 0; run < soak(100); run++) {
    const random = randomFrom(seed + run);
    const below = (n: number): number => Math.floor(random() * n);
    const pick = <T>(from: readonly T[]): T => from[below(from.length)] as T;
    const chance = (of: number): boolean => random() < of;
    const some = (n: number): number | null => (chance(0.5) ? null : 1 + below(n));
    const text = (): string => Array.from({ length: below(7) }, () => pick(words)).join('');
    const drawn = (): Partial<Trail> => ({
      content: text(),
      type: 101 + below(3),
      authorId: some(2),
      happenedAt: atSecond(below(8)),
      updatedAt: atSecond(below(8)),
      recordedAt: atSecond(below(8)),
      companyId: some(2),
      leadId: some(2),
      opportunityId: some(2),
      contactIds: chance(0.5) ? [] : [1 + below(2), 3],
    });
    const search = (): Search =>
      searchFor(pick(keywords), {
        companyId: chance(0.2) ? 1 + below(2) : null,
        leadId: chance(0.2) ? 1 + below(2) : null,
        opportunityId: chance(0.1) ? 1 + below(2) : null,
        types: chance(0.2) ? [101 + below(3), 102] : [],
        authorIds: chance(0.2) ? [1 + below(2)] : [],
        contactIds: chance(0.2) ? [1 + below(3), 2] : [],
        removed: chance(0.2),
        by: pick(['happenedAt', 'happenedAt', 'recordedAt', 'updatedAt']),
        oldestFirst: chance(0.3),
        from: chance(0.3) ? atSecond(below(8)) : null,
        to: chance(0.3) ? atSecond(below(8)) : null,
      });
    const world = await SearchWorld.make();
    let lastId = 0;
    for (let step = 0; step < 25; step++) {
      const tenant = pick(tenants);
      const known = world.trails(tenant);
      const change = random();
      if (known.length === 0 || change < 0.35) {
        await world.put(tenant, ...Array.from({ length: 1 + below(10) }, () => trailOf(++lastId, drawn())));
      } else if (change < 0.6) {
        await world.put(tenant, ...Array.from({ length: 1 + below(3) }, () => ({ ...pick(known), ...drawn() })));
      } else if (change < 0.75) {
        const trail = pick(known);
        await world.put(tenant, chance(0.3) ? { ...trail, enabled: !trail.enabled } : { ...trail, removed: !trail.removed });
      } else if (change < 0.8) {
        await world.erase(tenant, pick(known).trailId);
      } else if (change < 0.83) {
        await world.db.write(null, (tx) => rebuildSearch(tx, tenant));
      } else {
        await world.follow(tenant, 1 + below(5));
      }
      for (let i = 0; i < 6; i++) {
        const asOf = chance(0.4) ? below(world.head(tenant) + 1) : undefined;
        found += await world.compare(tenant, search(), { number: 1 + below(3), size: pick([1, 2, 5, 20]) }, asOf);
      }
    }
  }
  expect(found).toBeGreaterThan(0);
});
