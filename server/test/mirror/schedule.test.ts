/** When a mirror does what: the figures that its days are made of. */
import { expect, test } from 'vitest';
import {
  compareAgain,
  compareDiffering,
  dayOf,
  dueByNow,
  failingAgain,
  isOver,
  isWorking,
  nextList,
  nextPoll,
  reserve,
  restAfter,
  startOfDay,
  total,
} from '../../src/mirror/schedule.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

/** In Beijing; 2026-05-20 is a Wednesday. */
const at = (date: number, hours: number, minutes = 0): number => Date.UTC(2026, 4, date, hours - 8, minutes);

test.each([
  ['Wednesday 8:24', at(20, 8, 24), false],
  ['Wednesday 8:30', at(20, 8, 30), true],
  ['Wednesday 18:29', at(20, 18, 29), true],
  ['Wednesday 18:30', at(20, 18, 30), false],
  ['Saturday noon', at(23, 12), false],
  ['Sunday noon', at(24, 12), false],
  ['Monday noon', at(25, 12), true],
])('offices are at work: %s', (_, when, working) => {
  expect(isWorking(when)).toBe(working);
  const next = nextPoll(when, when) - when;
  if (working) expect(next).toBeLessThan(5 * minute);
  else expect(next).toBe(hour);
});

test('what was done before a clock was put back is due', () => {
  const now = at(20, 10);
  expect(nextPoll(now + 9 * hour, now)).toBe(now);
  expect(nextList('users', now + hour, now)).toBe(now);
  expect(isOver(now + 1, 6 * hour, now)).toBe(true);
  expect(isOver(now - hour, 2 * hour, now)).toBe(false);
  expect(isOver(now - 2 * hour, 2 * hour, now)).toBe(true);
});

test('a day begins at midnight in Beijing', () => {
  expect(dayOf(at(20, 0)) - dayOf(at(20, 0) - 1)).toBe(1);
  expect(startOfDay(dayOf(at(20, 23, 59)))).toBe(at(20, 0));
});

test('what is kept back is enough for all polls and lists of the rest of the day', () => {
  for (const date of [20, 23]) {
    for (let now = at(date, 0); now < at(date + 1, 0); now += 7 * minute) {
      let polls = 0;
      for (let t = now; t < at(date + 1, 0); t = nextPoll(t, t)) polls += 1;
      expect(reserve(now, 1)).toBeGreaterThanOrEqual(polls);
      expect(reserve(now, 1)).toBeLessThan(polls * 1.4 + 60);
    }
  }
});

test('a rest doubles up to ten minutes, a part of it by chance', () => {
  for (let failures = 1; failures < 2000; failures++) {
    const usual = Math.min(2 ** (failures - 1) * 1000, 10 * minute);
    expect(restAfter(failures, null, 0)).toBe(usual / 2);
    expect(restAfter(failures, null, 0.999999)).toBeLessThanOrEqual(usual);
    expect(restAfter(failures, null, 0.3)).not.toBe(restAfter(failures, null, 0.7));
  }
});

test('a rest is no shorter than the upstream asks for, and no longer than an hour and a bit on its account', () => {
  const random = randomFrom(announceSeed('rest'));
  for (let n = 0; n < 500; n++) {
    const [failures, asked] = [1 + Math.floor(random() * 12), Math.floor(random() * 3600)];
    expect(restAfter(failures, asked, random())).toBeGreaterThanOrEqual(asked * 1000);
    const long = restAfter(failures, 10 ** (4 + random() * 12), random());
    expect(long).toBeGreaterThanOrEqual(hour);
    expect(long).toBeLessThanOrEqual(1.1 * hour);
  }
  expect(restAfter(1, 60, 0.1)).not.toBe(restAfter(1, 60, 0.9));
});

test('these calls are spread over the day', () => {
  let before = 0;
  for (let now = at(20, 0); now < at(21, 0); now += 10 * minute) {
    const due = dueByNow(240, now);
    expect(due).toBeGreaterThanOrEqual(before);
    expect(due - before).toBeLessThanOrEqual(3);
    expect(due).toBeLessThanOrEqual(240);
    before = due;
  }
  expect(before).toBe(240);
});

test('what cannot be put right is compared more and more seldom, though never less than once a day', () => {
  const pauses = [1, 2, 3, 4, 5, 50].map(compareDiffering);
  expect(pauses).toEqual(pauses.toSorted((a, b) => a - b));
  expect(pauses.at(-1)).toBe(day);
});

test('what is not answered while other things are is asked for again four times a day', () => {
  expect(failingAgain(1)).toBe(2 * minute);
  expect(failingAgain(50)).toBe(6 * hour);
});

test.each([
  [1_000, 5],
  [null, 1],
] as const)('with %s calls a day months of long ago are compared within %d days, the last ones every day', (quota, days) => {
  expect(compareAgain({ from: null, to: at(20, 0) - 90 * day }, at(20, 0), quota)).toBe(days * day);
  expect(compareAgain({ from: at(1, 0), to: null }, at(20, 0), quota)).toBe(day);
});

test('calls are added up whatever they were for', () => {
  expect(total({})).toBe(0);
  expect(total({ token: 1, poll: 20, reread: 300 })).toBe(321);
});
