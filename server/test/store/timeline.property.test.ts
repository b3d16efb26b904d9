import fc from 'fast-check';
import { test } from 'vitest';
import { allTrails } from '../../src/domain/stores.ts';
import { announce, announceSeed, histories, randomFrom } from '../support/soak.ts';
import { change, often, second, tenant } from './changes.ts';
import { filter, orNone } from './filters.ts';
import { type Change, expectSame, type Query, type Step, World } from './history.ts';
import { atSecond, type Draft, type Shown, tenantIds } from './model.ts';

const core = fc.nat(1);

const page = fc.oneof(
  fc.record({ number: fc.integer({ min: 1, max: 6 }), size: fc.constantFrom(1, 2, 3, 7, 10, 100) }),
  fc.record({ number: fc.constantFrom(1, 2, 1_000_000, Number.MAX_SAFE_INTEGER), size: fc.constantFrom(1, 500, 1000) }),
);
const query: fc.Arbitrary<Query> = fc.record({ tenant, filter, page, reader: fc.nat(3), asOf: orNone(fc.nat(1_000_000)) });

const one: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('one' as const),
  core,
  change,
  queries: fc.array(query, { minLength: 1, maxLength: 6 }),
});
/** In a storm the order of the changes is known beforehand: each is one write, and those that read first are left out. */
const storm: fc.Arbitrary<Step> = fc.record({
  do: fc.constant('storm' as const),
  core,
  changes: fc
    .record({ tenant, second, changes: fc.array(change, { minLength: 2, maxLength: 8 }) })
    .map(({ tenant, second, changes }) =>
      changes.map((change): Change => {
        if (change.do === 'import') return { ...change, drafts: change.drafts.map((draft) => ({ ...draft, tenant })) };
        return change.do === 'push' ? { ...change, opportunity: 0, second } : change;
      }),
    ),
  queries: fc.array(
    fc
      .record({ query, after: fc.nat(7), turns: fc.nat(4), slow: often })
      .map(({ query, slow, ...when }) => ({ ...query, ...when, ...(slow ? { reader: 2 } : {}) })),
    { minLength: 4, maxLength: 16 },
  ),
});
const reopen: fc.Arbitrary<Step> = fc.record({ do: fc.constant('reopen' as const), core });
const history = fc.array(
  fc.oneof({ weight: 8, arbitrary: one }, { weight: 2, arbitrary: storm }, { weight: 1, arbitrary: reopen }),
  { minLength: 1, maxLength: 12 },
);

async function holds(steps: readonly Step[]): Promise<void> {
  const world = await World.make();
  try {
    for (const step of steps) await world.run(step);
  } finally {
    await world.end();
  }
}

test('every page and every total is that of a naive recomputation', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('timeline histories');
  await fc.assert(fc.asyncProperty(history, holds), { numRuns: histories(2000), seed, endOnFailure: false });
});

interface Crowd {
  readonly first: number;
  readonly count: number;
  readonly seconds: number;
  readonly updated: number;
}

/** Many entries at once, so that blocks split: most of them in few seconds and about few subjects. */
function crowd({ first, count, seconds, updated }: Crowd, random: () => number): Draft[] {
  const below = (n: number): number => Math.floor(random() * n);
  return Array.from({ length: count }, (_, i) => ({
    tenant: tenantIds[0],
    id: first + i,
    second: below(seconds),
    updated,
    company: below(10) < 6 ? 1 : below(4),
    lead: below(10) < 3 ? 1 : below(3),
    opportunity: below(10) < 3 ? 2 : below(3),
    author: below(3),
    contact: 0,
    file: 0,
    enabled: below(50) > 0,
    removed: below(50) === 0,
    word: `crowd ${updated}`,
  }));
}

/** Pages anywhere in a crowd, many of them deep. */
function queriesInto(count: number, seconds: number, random: () => number, amount: number): Query[] {
  const below = (n: number): number => Math.floor(random() * n);
  return Array.from({ length: amount }, () => {
    const size = [1, 3, 20, 100, 129, 1000][below(6)] as number;
    const from = below(seconds + 1);
    const filters = [
      { companyId: null, leadId: null, opportunityId: null },
      { companyId: 1, leadId: null, opportunityId: null },
      { companyId: null, leadId: 1, opportunityId: null },
      { companyId: null, leadId: null, opportunityId: 2 },
      { companyId: 1, leadId: 1, opportunityId: null },
    ] as const;
    const more = [
      {},
      {},
      {},
      { removed: true },
      { by: 'updatedAt' },
      { by: 'recordedAt' },
      { types: [101, 103] },
      { contactIds: [1] },
    ] as const;
    const ranges = [
      { from: null, to: null },
      { from: atSecond(from), to: atSecond(from) },
      { from: atSecond(from), to: null },
      { from: null, to: atSecond(from) },
    ] as const;
    return {
      tenant: tenantIds[0],
      filter: {
        ...allTrails,
        ...(filters[below(5)] as (typeof filters)[0]),
        ...(ranges[below(4)] as (typeof ranges)[0]),
        ...more[below(8)],
        oldestFirst: below(2) === 0,
      },
      page: { number: 1 + below(Math.ceil(count / size) + 1), size },
      reader: below(3),
      asOf: below(3) === 0 ? below(2 ** 31) : null,
    };
  });
}

/** Each place of a stretch by itself, so that every border between blocks is met from both sides; then the whole by pages. */
async function walk(world: World, query: Query, random: () => number): Promise<void> {
  const { tenant, filter } = query;
  const whole = world.model.list(tenant, filter, { number: 1, size: Number.MAX_SAFE_INTEGER });
  const from = Math.floor(random() * Math.max(1, whole.total - 300));
  for (let place = from; place < Math.min(from + 300, whole.total); place++) {
    const answer = await world.ask({ ...query, page: { number: place + 1, size: 1 } }, null);
    expectSame(answer, { ...whole, rows: whole.rows.slice(place, place + 1) }, `place ${place} of ${JSON.stringify(filter)}`);
  }
  const pages: Shown[] = [];
  for (let number = 1; (number - 1) * 131 < whole.total; number++) {
    pages.push(await world.ask({ ...query, page: { number, size: 131 } }, null));
  }
  const rows = pages.flatMap((page) => page.rows);
  expectSame({ ...whole, rows }, whole, `all pages of ${JSON.stringify(filter)}`);
}

test('blocks that split, with thousands of entries in one second', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('timeline crowds');
  for (let run = 0; run < histories(50); run++) {
    const random = randomFrom(seed + run);
    const below = (n: number): number => Math.floor(random() * n);
    const world = await World.make();
    try {
      const spread = 1 + below(3);
      let next = 1000;
      for (let round = 0; round < 8; round++) {
        const again = round > 0 && below(2) === 0;
        const count = [1, 300, 1000, 3000][below(4)] as number;
        // New entries, or the ones that are there with a later state: moved, removed, restored.
        const drafts = crowd({ first: again ? 1000 : next, count, seconds: spread, updated: round * 10 }, random);
        if (!again) next += count;
        await world.change(below(2), { do: 'import', drafts });
        for (let i = 0; i < 20; i++) {
          await world.change(below(2), { do: 'move', tenant: tenantIds[0], pick: below(1e6), company: 1, lead: 1, second: 0 });
        }
        await world.remember();
        for (const query of queriesInto(next, spread, random, 12)) await world.compare(query);
        // At the same time, so that readers of several states meet in blocks that have to be split.
        const drafts2 = crowd({ first: 1000, count: 600, seconds: spread, updated: round * 10 + 5 }, random);
        const changes = [0, 150, 300, 450].map((at): Change => ({ do: 'import', drafts: drafts2.slice(at, at + 150) }));
        const queries = queriesInto(next, spread, random, 24).map((query) => ({
          ...query,
          reader: below(4) === 0 ? query.reader : 2,
          after: below(4),
          turns: below(4),
        }));
        await world.run({ do: 'storm', core: below(2), changes, queries });
      }
      for (const query of queriesInto(next, spread, random, 2)) await walk(world, query, random);
    } finally {
      await world.end();
    }
  }
});

test('long tails of the log: followed, or the scope is cut anew', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('timeline long tails');
  const random = randomFrom(seed);
  const world = await World.make();
  try {
    let next = 1000;
    const started = Date.now();
    // Fewer and more than following costs less than cutting, for a scope of that size.
    for (const count of [500, 25_000, 15_000, ...Array.from({ length: histories(10) - 1 }, (_, i) => 15_000 + i * 2000)]) {
      const drafts = crowd({ first: next, count, seconds: 3, updated: 0 }, random);
      next += count;
      for (let from = 0; from < count; from += 5000) {
        await world.change(0, { do: 'import', drafts: drafts.slice(from, from + 5000) });
      }
      for (const query of queriesInto(next, 3, random, 16)) await world.compare(query);
    }
    announce(`timeline long tails: ${next - 1000} entries in ${Date.now() - started} ms`);
  } finally {
    await world.end();
  }
});
