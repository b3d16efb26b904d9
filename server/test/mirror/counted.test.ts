/** Nothing is announced: what was removed, recorded for earlier or edited long ago is found by counts, and what these do not tell by reading again. */
import { afterEach, expect, test } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import type { Caller } from '../../src/domain/application.ts';
import type { Trail } from '../../src/domain/objects.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { hourOf } from '../../src/mirror/windows.ts';
import { formatTime } from '../../src/wire/time.ts';
import { entry, testTenant } from '../support/entries.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';
import { digestOf, type Mirroring, mirroring } from './mirroring.ts';

let place: Mirroring;
afterEach(async () => {
  await place?.close();
});

/** Fewer entries and smaller pages otherwise. */
const whole = Boolean(process.env['GENJIN_SOAK']);
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const begin = Date.UTC(2026, 4, 20, 2);
const caller: Caller = {
  tenantId: testTenant,
  clientId: 'writer',
  userId: 501,
  member: false,
  scopes: new Set(),
  actor: 'command:writer',
};

/** Three years of a firm. */
const firm = (entries: number, companies = Math.ceil(entries / 50)) =>
  generateFirm({
    ...{ clientId: testTenant, seed: 7, entries, companies },
    ...{ salespeople: 100, endAt: begin - minute, days: 1095 },
  });

/** So many calls were made for each purpose. */
async function spentIn(days: number): Promise<Record<string, number>> {
  const sum: Record<string, number> = {};
  const today = Math.floor((place.upstream.clock.at + 8 * hour) / day);
  for (let one = today - days; one <= today; one++)
    for (const [purpose, calls] of Object.entries(await place.core.mirrors.spent(testTenant, one)))
      sum[purpose] = (sum[purpose] ?? 0) + calls;
  return sum;
}

test('25 entries removed and 40 added in different hours, and 25 edits and 5 removals behind equal counts', {
  timeout: 3_000_000,
}, async () => {
  const random = randomFrom(announceSeed('counted'));
  const entries = whole ? 1_000_000 : 20_000;
  place = await mirroring(firm(entries), { pageSize: whole ? 500 : 100 });
  const { core: upstream, clock } = place.upstream;
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  const { total } = await upstream.trailStore.list(testTenant, allTrails, { number: 1, size: 1 }, null);
  expect(total).toBe(entries);

  const hours = new Set<number>();
  const monthOf = (at: number) => new Date(at + 8 * hour).getUTCMonth();
  /** One of the entries, in an hour that was not drawn before. */
  const drawn = async (inMonth: (month: number) => boolean = () => true) => {
    for (;;) {
      const number = 1 + Math.floor(random() * (total - 3000));
      const page = await upstream.trailStore.list(testTenant, allTrails, { number: number + 2000, size: 1 }, null);
      const [trail] = page.trails;
      if (trail === undefined || hours.has(hourOf(trail.happenedAt).from) || !inMonth(monthOf(trail.happenedAt))) continue;
      hours.add(hourOf(trail.happenedAt).from);
      return trail;
    }
  };
  // In every other month, for what cancels out is another matter: see below.
  const removed: number[] = [];
  for (let n = 0; n < 25; n++) {
    const { trailId } = await drawn((month) => month % 2 === 0);
    await upstream.trailLife.remove(caller, { trailId, expected: null });
    removed.push(trailId);
  }
  for (let n = 0; n < 40; n++) {
    const { happenedAt, companyId } = await drawn((month) => month % 2 === 1);
    const create_time = formatTime(happenedAt);
    await place.upstream.import([entry({ company_id: companyId ?? 0, company_info: [], create_time })]);
  }
  clock.advance(minute);

  const before = await spentIn(1);
  expect(await place.round()).toBe('done');
  const after = await spentIn(1);
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  const [compare, heal] = [(after['compare'] ?? 0) - (before['compare'] ?? 0), (after['heal'] ?? 0) - (before['heal'] ?? 0)];
  const perHour = (compare + heal) / 65;
  announce(`  ${entries} entries, 65 hours touched: ${compare} calls compared, ${heal} healed: ${perHour.toFixed(1)} an hour`);
  expect(perHour).toBeLessThanOrEqual(40);

  // In the log, and so in the history; and they can be put back.
  for (const trailId of removed) {
    const { versions } = await place.core.trailLife.history(caller, trailId, { number: 1, size: 10 });
    expect(versions.map(({ trail, actor }) => [trail.removed, actor])).toEqual([
      [false, 'mirror'],
      [true, 'mirror'],
    ]);
  }
  for (const trailId of removed.slice(0, 3)) await upstream.trailLife.restore(caller, { trailId, expected: null });
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));

  const changed: number[] = [];
  for (let n = 0; n < 25; n++) {
    const { trailId } = await drawn();
    await upstream.trailLife.edit(caller, { trailId, expected: null }, { content: `edited ${n}` });
    changed.push(trailId);
  }
  for (let n = 0; n < 5; n++) {
    const { trailId, companyId, happenedAt } = await drawn();
    await upstream.trailLife.remove(caller, { trailId, expected: null });
    changed.push(trailId);
    // In the same month, so that its count is what it was.
    const other = happenedAt + (new Date(happenedAt + 8 * hour).getUTCDate() > 15 ? -1 : 1) * 10 * day;
    await place.upstream.import([entry({ company_id: companyId ?? 0, company_info: [], create_time: formatTime(other) })]);
  }
  const changedAt = clock.at;
  expect(await place.round()).toBe('done');
  /** Those of them that are not here as they are there. */
  const differing = async (): Promise<number> => {
    const [theirs, own] = await Promise.all([upstream, place.core].map((core) => core.mirrorCopy.byId(testTenant, changed)));
    // Of a removed one nothing else is known here than that it is.
    const text = ({ trailId, removed, content }: Trail) => (removed ? `${trailId} removed` : `${trailId} ${content}`);
    const texts = new Set(own?.map(text));
    return theirs?.filter((trail) => !texts.has(text(trail))).length ?? 0;
  };
  // Counts tell nothing of them.
  expect(await differing()).toBeGreaterThan(25);
  let days = 0;
  while (days < 10 && (await differing()) > 0) await place.until(changedAt + ++days * day);
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  const spent = await spentIn(days);
  announce(`  25 edits and 5 removals behind equal counts were healed within ${days} days; calls: ${JSON.stringify(spent)}`);
});

test('an empty account', { timeout: 60_000 }, async () => {
  place = await mirroring([]);
  expect(await place.round(true)).toBe('done');
  const { clock } = place.upstream;
  const before = place.proxy.calls.length;
  await place.until(clock.at + 2 * day);
  expect(place.proxy.calls.length - before).toBeLessThan(450);
  await place.upstream.import([entry({ company_id: 1, create_time: '2019-05-01 12:00:00' })]);
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(place.upstream.core));
});

test('5,000 entries within one second, and some of them removed', { timeout: 120_000 }, async () => {
  const count = soak(5_000);
  const create_time = '2026-03-02 12:00:00';
  const ids = Array.from({ length: count }, (_, n) => 10_000 + n);
  place = await mirroring(
    [
      ...ids.map((trail_id) => entry({ trail_id, company_id: 100 + (trail_id % 3), create_time })),
      ...['2026-03-02 11:59:59', '2026-03-02 12:00:01', '2026-01-01 00:00:00'].map((time) =>
        entry({ company_id: 1, create_time: time }),
      ),
    ],
    { pageSize: count / 10 },
  );
  const { core: upstream, clock } = place.upstream;
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  for (const trailId of ids.filter((_, n) => n % 7 === 0)) await upstream.trailLife.remove(caller, { trailId, expected: null });
  clock.advance(1000);
  const before = place.proxy.calls.length;
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  announce(
    `  ${Math.ceil(count / 7)} of ${count} entries of one second: removed with ${place.proxy.calls.length - before} calls`,
  );
  expect(place.proxy.calls.length - before).toBeLessThan(150);
});

test('entries in the future, and one of the year 1970', { timeout: 120_000 }, async () => {
  const planned = Array.from({ length: 300 }, (_, n) => formatTime(begin + (n + 1) * 3 * hour));
  place = await mirroring(
    [
      ...firm(2_000),
      ...planned.map((create_time) => entry({ company_id: 100, create_time, created_at: '2026-05-20 09:00:00' })),
      entry({ company_id: 100, create_time: '9998-12-31 00:00:00', created_at: '2026-05-20 09:00:00' }),
      entry({ company_id: 100, create_time: '1970-01-01 08:00:00' }),
    ],
    { pageSize: 50 },
  );
  const { core: upstream, clock } = place.upstream;
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  const spent = await spentIn(0);
  expect(spent['compare']).toBeLessThan(250);
  const before = place.proxy.calls.length;
  await place.upstream.import([entry({ company_id: 100, create_time: formatTime(clock.at) })]);
  await place.until(clock.at + 5 * minute);
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
  announce(`  301 entries in the future on pages of 50: ${place.proxy.calls.length - before} calls until a new one was seen`);
});

test('what is recorded while the first way through has not come to yesterday', { timeout: 120_000 }, async () => {
  // 3,000 entries of the last day, on pages of 20.
  const times = Array.from({ length: 3_000 }, (_, n) => formatTime(begin - n * 28_000));
  place = await mirroring(
    times.map((create_time) => entry({ company_id: 100, create_user: 501, create_time })),
    { pageSize: 20, rate: 0.5 },
  );
  const { core: upstream, clock } = place.upstream;
  const record = () =>
    upstream.trails.record(caller, {
      ...{
        type: 101,
        content: 'recorded',
        happenedAt: clock.at,
        authorId: 501,
        companyId: 100,
        leadId: null,
        opportunityId: null,
      },
      ...{ contactIds: [], leadContactIds: [], fileIds: [] },
    });
  for (let n = 0; n < 120; n++) {
    await record();
    await place.mirror.step();
  }
  expect((await place.core.mirrors.get(testTenant))?.state.fill).not.toBeNull();
  expect(await place.round()).toBe('done');
  expect(await digestOf(place.core)).toBe(await digestOf(upstream));
});

test('a difference that cannot be put right is looked at more and more seldom, and a round ends', {
  timeout: 120_000,
}, async () => {
  place = await mirroring(firm(1_000), { pageSize: 50 });
  const { clock } = place.upstream;
  await place.round();
  // Of a month of last year the upstream counts one more than it has, whoever asks.
  const [from, to] = ['2025-07-01 00:00:00', '2025-08-01 00:00:00'];
  place.proxy.fault = ({ path, query }) => {
    const { start_time: start = '', end_time: end = '' } = query;
    if (path !== '/v1/dynamic/trail/list' || start < from || end >= to || start >= to) return null;
    return { name: 'total', by: 1 };
  };
  expect(await place.round()).toBe('done');
  const before = await spentIn(0);
  await place.until(clock.at + 3 * day);
  const after = await spentIn(3);
  const calls = (after['heal'] ?? 0) - (before['heal'] ?? 0);
  announce(`  a month that stays different: ${calls} calls in 3 days`);
  expect(calls).toBeLessThan(150);
});

test('20,000 companies in the lists', { timeout: 600_000 }, async () => {
  const companies = soak(20_000);
  place = await mirroring(firm(companies * 2, companies), { pageSize: 500 });
  const { clock } = place.upstream;
  expect(await place.round()).toBe('done');
  const first = await spentIn(0);
  announce(`  ${companies} companies: ${first['lists']} calls for lists at first, ${first['told'] ?? 0} for companies in full`);
  expect(first['told'] ?? 0).toBe(0);
  await place.until(clock.at + day);
  const second = await spentIn(1);
  announce(`  and ${(second['lists'] ?? 0) - (first['lists'] ?? 0)} on the next day`);
  expect((second['lists'] ?? 0) - (first['lists'] ?? 0)).toBeLessThan(60);
  expect(await digestOf(place.core)).toBe(await digestOf(place.upstream.core));
});
