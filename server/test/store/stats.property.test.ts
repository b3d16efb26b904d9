/** Every number of the statistics is that of a naive recount over plain lists. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PeriodUnit } from '../../src/domain/days.ts';
import type { Trail } from '../../src/domain/objects.ts';
import type { PeriodFilter } from '../../src/domain/stats-stores.ts';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { AppError } from '../../src/errors.ts';
import { formatTime } from '../../src/wire/time.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { officeCaller as caller, Office } from './office.ts';

const rounds = soak(60);
let office: Office;
beforeAll(async () => {
  office = await Office.make(randomFrom(announceSeed('statistics')));
});
afterAll(() => office.end());

const live = ({ enabled, removed }: Trail): boolean => enabled && !removed;
const dayOf = (at: number): string => formatTime(at).slice(0, 10);
const periodOf = (at: number, unit: PeriodUnit): string => formatTime(at).slice(0, unit === 'day' ? 10 : 7);
const countedBy = <T>(items: readonly T[], key: (item: T) => string): Record<string, number> =>
  Object.fromEntries(
    [...Map.groupBy(items, key)]
      .map(([name, group]): [string, number] => [name, group.length])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
/** Whole days by the calendar. */
const daysBetween = (from: number, to: number): number =>
  Math.max(0, (Date.parse(dayOf(to)) - Date.parse(dayOf(from))) / 86_400_000);

const trails = (): Trail[] => [...office.has.trail.values()];

function matching(filter: TrailFilter): Trail[] {
  return trails().filter(
    (trail) =>
      (filter.removed ? trail.removed : live(trail)) &&
      (filter.companyId === null || trail.companyId === filter.companyId) &&
      (filter.leadId === null || trail.leadId === filter.leadId) &&
      (filter.opportunityId === null || trail.opportunityId === filter.opportunityId) &&
      (filter.types.length === 0 || filter.types.includes(trail.type)) &&
      (filter.authorIds.length === 0 || filter.authorIds.includes(trail.authorId ?? 0)) &&
      (filter.contactIds.length === 0 || trail.contactIds.some((id) => filter.contactIds.includes(id))) &&
      (filter.keyword === null || trail.content.includes(filter.keyword)) &&
      (filter.from === null || trail[filter.by] >= filter.from) &&
      (filter.to === null || trail[filter.by] <= filter.to),
  );
}

function anyFilter(): TrailFilter {
  const [from, to] = [office.time(), office.time()].sort((a, b) => a - b) as [number, number];
  return {
    ...allTrails,
    ...office.pick<Partial<TrailFilter>>([
      {},
      {},
      { companyId: 1 + office.below(34) },
      { leadId: 1 + office.below(17) },
      { opportunityId: 1 + office.below(17) },
      { companyId: 1 + office.below(5), leadId: 1 + office.below(17) },
    ]),
    ...office.pick<Partial<TrailFilter>>([
      {},
      {},
      { types: [101, 103] },
      { authorIds: [2, 3] },
      { contactIds: [3, 4, 5, 6] },
      { keyword: '张' },
    ]),
    ...office.pick<Partial<TrailFilter>>([{}, {}, {}, { removed: true }]),
    ...office.pick<Partial<TrailFilter>>([{}, {}, {}, { by: 'updatedAt' }, { by: 'recordedAt' }]),
    ...office.pick<Partial<TrailFilter>>([{}, { from }, { to }, { from, to }]),
  };
}

function anyPeriod(): PeriodFilter {
  const [from, to] = [office.time(), office.time()].sort((a, b) => a - b) as [number, number];
  return {
    ...allTrails,
    ...{ from, to, by: 'happenedAt' },
    types: office.pick([[], [], [101, 102]]),
    authorIds: office.pick([[], [], [1, 2, 7]]),
  };
}

async function each(check: () => Promise<void>): Promise<void> {
  for (let round = 0; round < rounds; round++) {
    await office.change();
    office.turnClock();
    for (let n = 0; n < 12; n++) await check();
  }
}

describe('as a naive recount', { timeout: 1_800_000 }, () => {
  test('periods', () =>
    each(async () => {
      const [filter, unit] = [anyFilter(), office.pick<PeriodUnit>(['day', 'month'])];
      const about = JSON.stringify({ filter, unit });
      const found = matching(filter);
      const times = found.map((trail) => trail[filter.by]).sort((a, b) => a - b);
      const [first = null, last = null] = [times[0], times.at(-1)];
      const days =
        first === null || last === null
          ? 0
          : 1 + Math.floor(Date.parse(dayOf(last)) / 864e5) - Math.floor(Date.parse(dayOf(first)) / 864e5);
      const asked = office.core.stats.periods(caller, filter, unit);
      if (unit === 'day' && days > 1100) {
        await expect(asked, about).rejects.toThrow(AppError);
        return;
      }
      const answer = await asked;
      const periods = answer.periods.map(({ start, count }): [string, number] => [periodOf(start, unit), count]);
      expect(
        periods.map(([name]) => name),
        about,
      ).toEqual(periods.map(([name]) => name).toSorted());
      expect({ ...answer, periods: Object.fromEntries(periods) }, about).toEqual({
        revision: (await office.core.trailStore.head(caller.tenantId)).revision,
        total: found.length,
        ...{ first, last },
        periods: countedBy(times, (at) => periodOf(at, unit)),
      });
    }));

  test('people', () =>
    each(async () => {
      const [filter, unit] = [anyPeriod(), office.pick<PeriodUnit>(['day', 'month'])];
      const found = matching(filter).filter(({ authorId }) => authorId !== null);
      const { rows } = await office.core.stats.people(caller, filter, unit);
      const expected = new Set(found.map(({ authorId }) => authorId as number));
      for (const { userId, state } of office.has.user.values())
        if (filter.authorIds.length > 0 ? filter.authorIds.includes(userId) : state === 1) expected.add(userId);
      expect(rows.map(({ userId }) => userId).toSorted((a, b) => a - b)).toEqual([...expected].sort((a, b) => a - b));
      const order = rows.map(({ userId, total }) => [-total, userId]);
      expect(order).toEqual(order.toSorted(([a = 0, b = 0], [c = 0, d = 0]) => a - c || b - d));
      for (const { userId, user, total, periods } of rows) {
        const own = found.filter(({ authorId }) => authorId === userId);
        expect({ total, user: user?.nickname }, String(userId)).toEqual({
          total: own.length,
          user: office.has.user.get(userId)?.nickname,
        });
        expect(Object.fromEntries(periods.map(({ start, count }) => [periodOf(start, unit), count]))).toEqual(
          countedBy(own, ({ happenedAt }) => periodOf(happenedAt, unit)),
        );
      }
    }));

  /** The same period before, counted in whole seconds. */
  const before = ({ from, to, ...filter }: PeriodFilter): TrailFilter => {
    const seconds = (to - from) / 1000 + 1;
    return { ...filter, from: from - seconds * 1000, to: from - 1000 };
  };

  test('types', () =>
    each(async () => {
      const filter = anyPeriod();
      const [now, then] = [filter, before(filter)].map((one) => countedBy(matching(one), ({ type }) => String(type)));
      const { rows } = await office.core.stats.types(caller, filter);
      const types = [...new Set([...Object.keys(now ?? {}), ...Object.keys(then ?? {})])];
      expect(rows).toEqual(
        types
          .map((type) => ({ type: Number(type), count: now?.[type] ?? 0, before: then?.[type] ?? 0 }))
          .sort((a, b) => b.count - a.count || a.type - b.type),
      );
    }));

  test('countries', () =>
    each(async () => {
      const filter = anyPeriod();
      const countryOf = ({ companyId, leadId }: Trail): string =>
        (companyId === null
          ? office.has.lead.get(leadId ?? 0)?.details.country
          : office.has.company.get(companyId)?.details.country) ?? '';
      const found = matching(filter);
      const [now = {}, then = {}] = [found, matching(before(filter))].map((list) => countedBy(list, countryOf));
      const { rows } = await office.core.stats.countries(caller, filter);
      expect(Object.fromEntries(rows.map(({ country, ...counts }) => [country, counts]))).toEqual(
        Object.fromEntries(
          [...new Set([...Object.keys(now), ...Object.keys(then)])].map((country) => {
            const there = found.filter((trail) => countryOf(trail) === country && trail.companyId !== null);
            const companies = new Set(there.map(({ companyId }) => companyId)).size;
            return [country, { count: now[country] ?? 0, companies, before: then[country] ?? 0 }];
          }),
        ),
      );
      expect(rows.map(({ count }) => count)).toEqual(rows.map(({ count }) => count).toSorted((a, b) => b - a));
    }));

  test('silence', () =>
    each(async () => {
      const { now } = office;
      const question = {
        days: office.pick([0, 1, 7, 30, 100]),
        userId: office.pick([null, null, 1, 7]),
        rules: office.pick([[3, 7, 15, 30], [0, 1], [30]]),
        leastFirst: office.below(2) === 0,
      };
      const page = office.pick([null, { number: 1, size: 5 }, { number: 2, size: 4 }]);
      const all = [...office.has.company.values()]
        .filter(({ removed, ownerIds }) => !removed && (question.userId === null || ownerIds.includes(question.userId)))
        .map((company) => {
          const contacts = trails().filter(
            (trail) => live(trail) && trail.companyId === company.companyId && trail.happenedAt <= now,
          );
          const lastContactAt = contacts.length === 0 ? null : Math.max(...contacts.map(({ happenedAt }) => happenedAt));
          const since = lastContactAt ?? company.archivedAt ?? company.createdAt;
          return { company, lastContactAt, since, days: since === null ? null : daysBetween(since, now) };
        });
      const found = all
        .filter(({ days }) => (days ?? 1e9) >= question.days)
        .sort((a, b) => (a.since ?? -1e16) - (b.since ?? -1e16) || b.company.companyId - a.company.companyId);
      if (question.leastFirst) found.reverse();
      const answer = await office.core.stats.silence(caller, question, page);
      expect(answer.total).toBe(found.length);
      expect(
        answer.rows.map(({ companyId, ownerIds, lastContactAt, days, company }) => ({
          companyId,
          ownerIds,
          lastContactAt,
          days,
          company,
        })),
      ).toEqual(
        found
          .slice(...(page === null ? [] : [(page.number - 1) * page.size, page.number * page.size]))
          .map(({ company, lastContactAt, days }) => ({
            companyId: company.companyId,
            ownerIds: company.ownerIds,
            lastContactAt,
            days,
            company,
          })),
      );
      const within = (days: number | null, band: number): boolean => {
        const [from = 0, next = 1e10] = question.rules.slice(band);
        return (days ?? 1e9) >= from && (days ?? 1e9) < next;
      };
      const counts = (list: typeof all): number[] =>
        question.rules.map((_, band) => list.filter(({ days }) => within(days, band)).length);
      expect(answer.bands.map(({ count }) => count)).toEqual(counts(all));
      expect(answer.bands.map(({ from, to }) => [from, to])).toEqual(
        question.rules.map((from, i) => [from, i + 1 < question.rules.length ? (question.rules[i + 1] as number) - 1 : null]),
      );
      const owners = question.userId === null ? [null, 1, 2, 3, 4, 5, 6, 7] : [question.userId];
      expect(answer.byOwner).toEqual(
        owners
          .map((userId) => ({
            userId,
            counts: counts(
              all.filter(({ company: { ownerIds } }) => (userId === null ? ownerIds.length === 0 : ownerIds.includes(userId))),
            ),
          }))
          .filter(({ counts: of }) => of.some((count) => count > 0)),
      );
    }));
});
