/** A million entries with a thousand calls a day: the simulation is that of `npm run bench -- mirror`. */
import { expect, test } from 'vitest';
import { simulateMirror } from '../../../bench/mirror-simulation.ts';
import { isWorking, nextPoll, rereadShare, reserve } from '../../src/mirror/schedule.ts';
import { announce, announceSeed } from '../support/soak.ts';

const whole = Boolean(process.env['GENJIN_SOAK']);
/** Fewer entries on pages that are smaller by as much: the calls are the same. */
const scale = whole ? 1 : 25;
const [saturday, monday] = [6, 1];

test('1,000,000 entries with 1,000 calls a day', { timeout: 3_600_000 }, async () => {
  const seed = announceSeed('quota');
  const simulated = await simulateMirror({
    ...{ entries: 1_000_000 / scale, pageSize: 500 / scale, quota: 1_000, seed },
    ...(whole ? { days: 14, weekday: monday } : { days: 4, weekday: saturday }),
  });
  const { fillDays, fillCalls, days, worstAge, rereadDays, ownEntries, upstreamEntries } = simulated;
  announce(`  the first way through: ${fillDays.toFixed(2)} days, ${fillCalls} calls`);
  for (const { weekend, total, recorded, calls } of days)
    announce(
      `  ${weekend ? 'weekend' : 'working'} day: ${total} calls for ${recorded * scale} entries recorded: ${JSON.stringify(calls)}`,
    );
  announce(`  age in working hours: at most ${worstAge / 1000} s; all contents read again in ${rereadDays.toFixed(1)} days`);
  announce(`  entries at the end: ${ownEntries} of ${upstreamEntries}`);
  expect(fillDays).toBeLessThanOrEqual(3);
  expect(days.filter(({ weekend }) => weekend)).toHaveLength(whole ? 4 : 2);
  expect(Math.max(...days.map(({ total }) => total))).toBeLessThanOrEqual(400);
  expect(worstAge).toBeLessThanOrEqual(5 * 60_000);
  expect(rereadDays).toBeLessThanOrEqual(10);
  // What happened days before it was recorded is found by the next comparison.
  expect(Math.abs(ownEntries - upstreamEntries)).toBeLessThan(upstreamEntries / 1000);
});

const hour = 3_600_000;
/** Of Beijing: a Friday, and the Saturday after it. */
const friday = Date.UTC(2026, 4, 21, 16);

test('a poll is never further apart than five minutes when work begins, goes on or ends', () => {
  let polledAt = friday;
  let oldest = 0;
  for (let now = friday; now < friday + 4 * 24 * hour; now += 1000) {
    if (nextPoll(polledAt, now) <= now) polledAt = now;
    if (isWorking(now)) oldest = Math.max(oldest, now - polledAt);
  }
  expect(oldest).toBeGreaterThan(4 * 60_000);
  expect(oldest).toBeLessThan(5 * 60_000);
});

test('what a day needs to stay fresh is kept for it, and goes down to nothing', () => {
  let before = Number.POSITIVE_INFINITY;
  for (let now = friday; now < friday + 24 * hour; now += 60_000) {
    const kept = reserve(now, 4);
    expect(kept).toBeLessThanOrEqual(before);
    before = kept;
  }
  expect(reserve(friday, 4)).toBeLessThan(250);
  expect(reserve(friday, 1)).toBeLessThan(200);
  expect(before).toBeLessThan(8);
  expect(reserve(friday + 24 * hour, 1)).toBeLessThan(80);
});

test.each([10_000, 100_000, 1_000_000, 10_000_000, 100_000_000])(
  'what is read again of %d entries stays within the quota',
  (entries) => {
    for (const now of [friday, friday + 24 * hour]) {
      const kept = reserve(now, 4);
      const share = rereadShare({ entries, pageSize: 500, quota: 1_000 }, { spent: {}, now, kept });
      expect(share).toBeGreaterThan(0);
      expect(share + kept).toBeLessThanOrEqual(700);
    }
  },
);
