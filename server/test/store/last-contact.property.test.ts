/** The last contact with companies, leads and opportunities is what a naive look at all entries finds, whatever happened before. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import type { Page } from '../../src/domain/stores.ts';
import { companyStore } from '../../src/store/company-store.ts';
import { leadStore } from '../../src/store/lead-store.ts';
import { opportunityStore } from '../../src/store/opportunity-store.ts';
import { announceSeed, histories } from '../support/soak.ts';
import { change, seconds } from './changes.ts';
import { type Change, World } from './history.ts';
import { atSecond, tenantIds } from './model.ts';

/** A change, and the times at which somebody looks then: the clock may go to and fro. */
interface Step {
  readonly change: Change;
  readonly core: number;
  readonly seconds: readonly number[];
  readonly from: number | null;
  readonly to: number | null;
  readonly size: number;
}

const anySecond = fc.integer({ min: -1, max: seconds + 1 });
const history: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    change,
    core: fc.nat(1),
    seconds: fc.array(anySecond, { minLength: 1, maxLength: 3 }),
    from: fc.option(anySecond),
    to: fc.option(anySecond),
    size: fc.constantFrom(1, 2, 1000),
  }),
  { minLength: 1, maxLength: 12 },
);

const subjects = ['company', 'lead', 'opportunity'] as const;
type Subject = (typeof subjects)[number];
type SubjectId = `${Subject}Id`;

/** The latest live entry about a subject that is not after `now`; of several at that time the one with the largest id. */
function lastOf(world: World, tenant: number, by: Subject, id: number, now: number): Trail | null {
  const field: SubjectId = `${by}Id`;
  const about = world.model.ids(tenant).map((trailId) => world.model.trail(tenant, trailId) as Trail);
  return (
    about
      .filter((trail) => trail.enabled && !trail.removed && trail[field] === id && trail.happenedAt <= now)
      .sort((a, b) => b.happenedAt - a.happenedAt || b.trailId - a.trailId)[0] ?? null
  );
}

interface Last {
  readonly id: number;
  readonly at: number | null;
}

const byTime = (a: Last, b: Last): number => (b.at ?? 0) - (a.at ?? 0) || b.id - a.id;
const byId = (a: Last, b: Last): number => b.id - a.id;
const everything: Page = { number: 1, size: 1000 };

async function compare(world: World, tenant: number, step: Step, second: number): Promise<void> {
  const { db } = world.core(step.core);
  const now = atSecond(second);
  const about = JSON.stringify({ tenant, second, ...step });
  const expected = (by: Subject): Last[] =>
    [1, 2, 3]
      .filter((id) => world.model.knows(tenant, by, id))
      .map((id) => ({ id, at: lastOf(world, tenant, by, id, now)?.happenedAt ?? null }));

  const companies = companyStore(db);
  const filter = { removed: false, owned: null, groupId: null, from: null, to: null, by: 'updatedAt' } as const;
  const { rows } = await companies.list(tenant, filter, everything, now);
  const listed = rows.map(({ company, lastContactAt }) => ({ id: company.companyId, at: lastContactAt }));
  expect(listed, about).toEqual(expected('company').toSorted(byId));
  for (const { id, at } of listed) expect((await companies.get(tenant, id, null, now))?.lastContactAt, about).toBe(at);

  const leads = leadStore(db);
  const bounds = { from: step.from === null ? null : atSecond(step.from), to: step.to === null ? null : atSecond(step.to) };
  const bounded = bounds.from !== null || bounds.to !== null;
  const within = ({ at }: Last): boolean => !bounded || (at !== null && at >= (bounds.from ?? at) && at <= (bounds.to ?? at));
  const ordered = expected('lead').filter(within).toSorted(byTime);
  for (const number of [1, 2]) {
    const wanted = { ...bounds, email: null, converted: null, by: 'lastContactAt' } as const;
    const page = await leads.list(tenant, wanted, { number, size: step.size }, now);
    expect(
      { total: page.total, rows: page.rows.map(({ lead, lastContactAt }) => ({ id: lead.leadId, at: lastContactAt })) },
      about,
    ).toEqual({ total: ordered.length, rows: ordered.slice((number - 1) * step.size, number * step.size) });
  }
  for (const { id, at } of expected('lead')) expect((await leads.get(tenant, id, null, now))?.lastContactAt, about).toBe(at);

  const opportunities = opportunityStore(db);
  const found = (await opportunities.list(tenant, { from: null, to: null }, everything, now)).rows;
  expect(
    found.map(({ opportunity, lastTrail }) => ({ id: opportunity.opportunityId, at: lastTrail?.happenedAt ?? null })),
    about,
  ).toEqual(expected('opportunity').toSorted(byId));
  for (const { opportunity, lastTrail } of found) {
    const id = opportunity.opportunityId;
    const last = lastOf(world, tenant, 'opportunity', id, now);
    expect(lastTrail, about).toEqual(last);
    expect((await opportunities.get(tenant, id, now))?.lastTrail, about).toEqual(last);
  }
}

test('the last contact is that of a naive recomputation', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('last contacts');
  const holds = async (steps: readonly Step[]): Promise<void> => {
    const world = await World.make();
    try {
      for (const step of steps) {
        await world.change(step.core, step.change);
        for (const second of step.seconds) for (const tenant of tenantIds) await compare(world, tenant, step, second);
      }
    } finally {
      await world.end();
    }
  };
  await fc.assert(fc.asyncProperty(history, holds), { numRuns: histories(500), seed, endOnFailure: false });
});
