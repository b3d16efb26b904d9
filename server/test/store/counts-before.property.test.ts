/** Counts before times are those of a naive recount, whatever the filter and whatever happened before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { announceSeed, histories, randomFrom } from '../support/soak.ts';
import { change, seconds, tenant } from './changes.ts';
import { filter } from './filters.ts';
import { type Change, World } from './history.ts';
import { atSecond, tenantIds } from './model.ts';

/** A change, then what is asked: the same times of several filters. */
interface Step {
  readonly core: number;
  readonly change: Change;
  readonly questions: readonly { readonly tenant: number; readonly filter: TrailFilter; readonly times: readonly number[] }[];
}

/** In no order, some of them twice, some before and after everything, some between two seconds. */
const time = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: -2, max: seconds + 2 }).map(atSecond) },
  { weight: 2, arbitrary: fc.integer({ min: -2, max: seconds + 2 }).map((at) => atSecond(at) + 1) },
  { weight: 1, arbitrary: fc.constantFrom(-8.64e15, 8.64e15, 0) },
);
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    core: fc.nat(1),
    change,
    questions: fc.array(fc.record({ tenant, filter, times: fc.array(time, { maxLength: 12 }) }), { minLength: 1, maxLength: 5 }),
  }),
  { minLength: 1, maxLength: 12 },
);

const all = { number: 1, size: Number.MAX_SAFE_INTEGER };

async function compare(world: World, core: number, { tenant, filter, times }: Step['questions'][number]): Promise<void> {
  const { trailStore } = world.core(core);
  const about = JSON.stringify({ tenant, filter, times });
  const found = await trailStore.countsBefore(tenant, filter, times);
  const { rows } = world.model.list(tenant, { ...filter, from: null, to: null }, all);
  const expected = times.map((at) => rows.filter(({ trail }) => trail[filter.by] < at).length);
  expect({ ...found }, about).toEqual({ revision: (await trailStore.head(tenant)).revision, counts: expected });
}

test('counts before times are those of a naive recount', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('counts before times');
  const holds = async (steps: readonly Step[]): Promise<void> => {
    const world = await World.make();
    try {
      for (const step of steps) {
        await world.change(step.core, step.change);
        for (const question of step.questions) await compare(world, step.core, question);
      }
    } finally {
      await world.end();
    }
  };
  await fc.assert(fc.asyncProperty(history, holds), { numRuns: histories(300), seed, endOnFailure: false });
});

test('so they are in a scope of many blocks, while it grows', { timeout: 600_000 }, async () => {
  const random = randomFrom(announceSeed('counts before times in blocks'));
  const below = (n: number): number => Math.floor(random() * n);
  const world = await World.make();
  try {
    for (let round = 0; round < 4; round++) {
      const drafts = Array.from({ length: 700 }, (_, i) => ({
        ...{
          tenant: tenantIds[0],
          id: 100 + round * 700 + i,
          second: below(50),
          updated: 0,
          company: 1 + below(2),
          lead: below(2),
        },
        ...{ opportunity: 0, author: below(3), contact: 0, file: 0, enabled: true, removed: below(20) === 0, word: 'a' },
      }));
      await world.change(0, { do: 'import', drafts });
      for (const more of [{}, { companyId: 1 }, { leadId: 1 }, { types: [101] }, { removed: true }, { keyword: 'a' }]) {
        const filter = { ...allTrails, ...more };
        const times = Array.from({ length: 60 }, (_, at) => atSecond(at - 5));
        await compare(world, round, { tenant: tenantIds[0], filter, times });
      }
    }
  } finally {
    await world.end();
  }
});
