/** The windows alone: a way through made-up times, with an upstream that is a sorted list. */
import { expect, test } from 'vitest';
import type { Walk, Window } from '../../src/domain/mirror-stores.ts';
import { afterWindow, cut, grid, halves, hourOf, isTooLarge, isWithin, nextWindow, walkFrom } from '../../src/mirror/windows.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';

const second = 1000;
const day = 86_400_000;
const now = Date.UTC(2026, 4, 20, 2, 0, 0);

/** Reads the pages of windows from newest to oldest, as the mirror does. Answers the windows that were read to their end, and the pages. */
function wayThrough(
  times: readonly number[],
  pageSize: number,
  begun = now,
): { windows: Window[]; pages: number; read: number[] } {
  const sorted = times.toSorted((a, b) => b - a);
  const windows: Window[] = [];
  const read: number[] = [];
  let pages = 0;
  for (let walk: Walk | null = walkFrom(begun); walk !== null; ) {
    const window: ReturnType<typeof nextWindow> = walk.window ?? nextWindow(walk, begun);
    const within = sorted.filter((at) => isWithin(window, at));
    const total = within.length;
    pages += 1;
    if (pages > 10_000) throw new Error(`no end: ${JSON.stringify(walk)}`);
    if (isTooLarge(total, pageSize)) {
      const first = { total, newest: within[0] as number, oldest: within[pageSize - 1] as number };
      const shorter: Walk | null = cut(walk, window, first, pageSize);
      if (shorter !== null) {
        walk = shorter;
        continue;
      }
    }
    pages += Math.max(0, Math.ceil(total / pageSize) - 1);
    windows.push({ from: window.from, to: window.to });
    read.push(...within);
    walk = afterWindow(walk, { ...window, total }, pageSize);
  }
  return { windows, pages, read };
}

type Times = (random: () => number, count: number) => number[];

const toSecond = (at: number): number => Math.floor(at / second) * second;
const spread =
  (from: number, to: number): Times =>
  (random, count) =>
    Array.from({ length: count }, () => toSecond(from + random() * (to - from)));

const shapes: Readonly<Record<string, Times>> = {
  'over three years': spread(now - 1000 * day, now),
  'within one hour': spread(now - day / 24, now),
  'in one second': (_, count) => Array.from({ length: count }, () => toSecond(now - day)),
  'all still to come': spread(now + day, now + 300 * day),
  'in one second that is still to come': (_, count) => Array.from({ length: count }, () => toSecond(now + 90 * day)),
  'from both ends of all times': (random, count) =>
    Array.from({ length: count }, () => (random() < 0.5 ? Date.UTC(1000, 0, 1) : Date.UTC(9999, 11, 31, 15, 59, 59))),
  'in bursts with years between them': (random, count) =>
    Array.from({ length: count }, () => toSecond(now - Math.floor(random() * 4) * 800 * day - random() * 3_600_000)),
  'denser and denser': (random, count) => Array.from({ length: count }, () => toSecond(now - day * 10 ** (random() * 7 - 4))),
};

test.each(Object.entries(shapes))('a way through entries %s has windows without a gap that do not overlap', (name, make) => {
  const random = randomFrom(announceSeed(name));
  for (const count of [0, 1, 19, 20, 21, 400, 2_000, 5_000]) {
    const pageSize = 5 + Math.floor(random() * 40);
    const times = make(random, count);
    const { windows, pages, read } = wayThrough(times, pageSize);
    expect(windows[0]?.to).toBeNull();
    expect(windows.at(-1)?.from).toBeNull();
    for (const [i, { from, to }] of windows.entries()) {
      if (from !== null && to !== null) expect(from).toBeLessThanOrEqual(to);
      if (i > 0) expect(to).toBe((windows[i - 1]?.from ?? 0) - second);
    }
    expect(read.length).toBe(times.length);
    // Few more than a way in one window would have: no window is cut more often than a time has binary digits.
    expect(pages).toBeLessThanOrEqual(2.5 * Math.ceil(count / pageSize) + 60);
  }
});

test('a window that is cut is shorter, ends where it did, and is not empty', () => {
  const random = randomFrom(announceSeed('cut'));
  for (let n = 0; n < 2000; n++) {
    const from = random() < 0.3 ? null : toSecond(now - random() * 1000 * day);
    const to = random() < 0.3 ? null : toSecond(Math.max(from ?? 0, now - random() * 900 * day));
    const newest = toSecond(to === null ? now + (random() - 0.2) * 100 * day : to - random() * Math.min(day, to - (from ?? 0)));
    if (from !== null && newest < from) continue;
    const oldest = toSecond(newest - random() * Math.min(day, newest - (from ?? 0)));
    const shorter = cut(walkFrom(now), { from, to }, { total: 10_000, newest, oldest }, 10)?.window;
    if (shorter === undefined) {
      expect(from).toBe(to === null ? oldest : to);
      continue;
    }
    expect(shorter?.to).toBe(to);
    expect(shorter?.from).toBeGreaterThan(from ?? Number.NEGATIVE_INFINITY);
    expect(shorter?.from).toBeLessThanOrEqual(to ?? oldest);
  }
});

test('windows grow and shrink no further than they may', () => {
  const read = (total: number) =>
    afterWindow({ ...walkFrom(now), length: day }, { from: now - day, to: now, page: 9, total, tries: 0 }, 100);
  expect(read(1)?.length).toBe(8 * day);
  expect(read(1_600)?.length).toBe(day);
  expect(read(3_200)?.length).toBe(day / 2);
  expect(read(1_000_000)?.length).toBe(day / 2);
  // Nothing there: all that is left at once.
  expect(read(0)).toMatchObject({ length: null, before: now - day });
  expect(afterWindow(walkFrom(now), { from: null, to: now, page: 1, total: 5, tries: 0 }, 100)).toBeNull();
});

test('the grid covers all times once, in few windows', () => {
  const random = randomFrom(announceSeed('grid'));
  for (let n = 0; n < 200; n++) {
    const [a, b] = [now - random() ** 4 * 700_000 * day * 0.5, now + (random() - 0.5) ** 5 * 90_000_000 * day];
    const windows = grid(Math.min(a, b), Math.max(a, b), now);
    expect(windows.length).toBeLessThanOrEqual(2 + 1 + 180 + 12);
    expect(windows[0]?.to).toBeNull();
    expect(windows.at(-1)?.from).toBeNull();
    for (let i = 1; i < windows.length; i++) expect(windows[i]?.to).toBe((windows[i - 1]?.from ?? 0) - second);
  }
});

test('a month of the grid is one of Beijing', () => {
  const windows = grid(Date.UTC(2026, 3, 30, 15, 59, 59), Date.UTC(2026, 4, 20), now);
  expect(windows).toEqual([
    { from: Date.UTC(2026, 4, 31, 16), to: null },
    { from: Date.UTC(2026, 3, 30, 16), to: Date.UTC(2026, 4, 31, 15, 59, 59) },
    { from: Date.UTC(2026, 2, 31, 16), to: Date.UTC(2026, 3, 30, 15, 59, 59) },
    { from: null, to: Date.UTC(2026, 2, 31, 15, 59, 59) },
  ]);
});

test('halves part a window, down to a second', () => {
  const random = randomFrom(announceSeed('halves'));
  for (let n = 0; n < 300; n++) {
    const from = random() < 0.3 ? null : toSecond(now - random() * 1000 * day);
    const to = random() < 0.3 ? null : toSecond((from ?? now) + random() * 1000 * day);
    let window: Window = { from, to };
    const oldest = toSecond(now - random() * 1200 * day);
    const known = random() < 0.5 ? null : { oldest, newest: toSecond(oldest + random() * 1000 * day) };
    for (let depth = 0; ; depth++) {
      expect(depth).toBeLessThan(64);
      const parts: readonly [Window, Window] | null = halves(window, null, known);
      if (parts === null) break;
      const [early, late] = parts;
      expect(early.from).toBe(window.from);
      expect(late.to).toBe(window.to);
      expect(late.from).toBe((early.to ?? Number.NaN) + second);
      if (early.from !== null) expect(early.from).toBeLessThanOrEqual(early.to ?? 0);
      if (late.to !== null) expect(late.from).toBeLessThanOrEqual(late.to);
      window = random() < 0.5 ? early : late;
    }
    if (window.from !== null && window.to !== null) expect(window.from).toBe(window.to);
  }
});

test('a window parts after the entry in the middle of those that are here', () => {
  const [from, to] = [now - 100 * day, now];
  expect(halves({ from, to }, now - 3 * day, null)?.[0]).toEqual({ from, to: now - 3 * day });
  expect(halves({ from, to: null }, now - 3 * day, { oldest: from, newest: to })?.[0]).toEqual({ from, to: now - 3 * day });
  // That would leave it as it is.
  expect(halves({ from, to }, to, null)?.[0].to).toBe(now - 50 * day);
  expect(halves({ from, to }, from - day, null)?.[0].to).toBe(now - 50 * day);
});

test('an open window parts where what is known begins or ends', () => {
  const known = { oldest: now - 900 * day, newest: now - day };
  expect(halves({ from: now - 2 * day, to: null }, null, known)?.[0]).toEqual({ from: now - 2 * day, to: now - day });
  expect(halves({ from: null, to: now }, null, known)?.[1]).toEqual({ from: now - 900 * day, to: now });
  expect(halves({ from: now, to: null }, null, known)?.[0].to).toBeGreaterThan(now + 1000 * 365 * day);
});

test('an hour is the one that a time lies in', () => {
  for (const at of [0, now, now - second, -1000, Date.UTC(1999, 11, 31, 23, 59, 59)]) {
    const hour = hourOf(at);
    expect(isWithin(hour, at)).toBe(true);
    expect((hour.to ?? 0) - (hour.from ?? 0)).toBe(3_599_000);
  }
});
