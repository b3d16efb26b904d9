/** Windows of time: how a way through all entries is cut, and the fixed grid that counts are compared on. Pure: ms at whole seconds. */
import { units } from '../domain/days.ts';
import type { OpenWindow, Walk, Window } from '../domain/mirror-stores.ts';

const second = 1_000;
const day = 86_400_000;

/** Pages that a window should have, and that it may have: few enough that one broken off costs little, many enough that its end does not. */
const [wantedPages, mostPages] = [16, 32];
const mostGrowth = 8;

export const walkFrom = (now: number): Walk => ({
  beganAt: now,
  before: null,
  length: day,
  window: null,
  entries: 0,
  pages: 0,
});

const toSecond = (at: number): number => Math.floor(at / second) * second;

/** The window that a walk reads next. */
export function nextWindow(walk: Walk, now: number): OpenWindow {
  const { before, length } = walk;
  const to = before === null ? null : before - second;
  const from = length === null ? null : toSecond((to ?? now) - length) + second;
  return { from: from !== null && to !== null ? Math.min(from, to) : from, to, page: 1, total: 0, tries: 0 };
}

/** Whether so many entries are too many for the window, which can be cut. */
export const isTooLarge = ({ from, to }: Window, total: number, pageSize: number): boolean =>
  total > mostPages * pageSize && (from === null || to === null || to > from);

/** The walk with a shorter window in the place of one that is too large. `oldest`: of its first page, the newest entries. */
export function cut(
  walk: Walk,
  window: Window,
  { total, oldest, pageSize, now }: { total: number; oldest: number; pageSize: number; now: number },
): Walk {
  const end = window.to ?? Math.max(now, oldest);
  // As densely as on the first page, and no longer than half: one that is open at its beginning has no half.
  const dense = (end - oldest) * wantedPages;
  const half =
    window.from === null ? dense : Math.min(((end - window.from) * wantedPages * pageSize) / total, (end - window.from) / 2);
  return { ...walk, window: null, length: Math.max(toSecond(half), second) };
}

/** The walk after a window was read to its end; `null`: there is nothing before it. */
export function afterWindow(walk: Walk, window: OpenWindow, pageSize: number): Walk | null {
  if (window.from === null) return null;
  const rest = { ...walk, before: window.from, window: null };
  // Nothing there: perhaps there is nothing before it either.
  if (window.total === 0) return { ...rest, length: null };
  const growth = Math.min(mostGrowth, Math.max(0.5, (wantedPages * pageSize) / window.total));
  return { ...rest, length: toSecond((walk.length ?? day) * growth) };
}

/** Months that are compared one by one; what is older is one window. A single entry of the year 1970 must not make hundreds of them. */
const mostMonths = 180;

/** Months of Beijing from the one of `oldest` to that of `now`, and the two open ends; newest first. */
export function grid(oldest: number, now: number): Window[] {
  const { of, start } = units.month;
  const last = of(now);
  const first = Math.max(Math.min(of(oldest), last), last - mostMonths + 1);
  const windows: Window[] = [{ from: start(last + 1), to: null }];
  for (let month = last; month >= first; month--) windows.push({ from: start(month), to: start(month + 1) - second });
  windows.push({ from: null, to: start(first) - second });
  return windows;
}

/** All times that the wire can name. */
const [earliest, latest] = [Date.UTC(1000, 0, 2), Date.UTC(9999, 11, 30)];

/** A window in two parts, cut after `at` or, if that is not within it or not known, in the middle; `null`: it is a single second. */
export function halves({ from, to }: Window, at: number | null): readonly [Window, Window] | null {
  const [start, end] = [from ?? earliest, to ?? latest];
  if (start >= end) return null;
  const middle = at !== null && at >= start && at < end ? toSecond(at) : toSecond((start + end) / 2);
  return [
    { from, to: middle },
    { from: middle + second, to },
  ];
}

/** The hour that a time lies in. */
export function hourOf(at: number): { readonly from: number; readonly to: number } {
  const from = Math.floor(at / 3_600_000) * 3_600_000;
  return { from, to: from + 3_600_000 - second };
}

export const isWithin = ({ from, to }: Window, at: number): boolean => (from === null || at >= from) && (to === null || at <= to);

export const sameWindow = (a: Window, b: Window): boolean => a.from === b.from && a.to === b.to;
