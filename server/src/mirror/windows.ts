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

/** All times that the wire can name, but for a day at each end, so that no zone leads out of them. */
const [earliest, latest] = [Date.UTC(1000, 0, 2), Date.UTC(9999, 11, 30)];

/** The window that a walk reads next. */
export function nextWindow(walk: Walk, now: number): OpenWindow {
  const { before, length } = walk;
  const to = before === null ? null : before - second;
  const from = length === null ? null : toSecond((to ?? now) - length) + second;
  return { from: from === null || from < earliest ? null : to === null ? from : Math.min(from, to), to, ...unread };
}

const unread = { page: 1, total: 0, tries: 0 } as const;

/** Whether so many entries are too many for one window. */
export const isTooLarge = (total: number, pageSize: number): boolean => total > mostPages * pageSize;

/** What the first page of a window has told of it. */
export interface FirstPage {
  readonly total: number;
  /** When its entries happened, and so the last ones of the window. */
  readonly newest: number;
  readonly oldest: number;
}

/** The walk with a shorter window in the place of one that is too large; `null`: it cannot be shorter. */
export function cut(walk: Walk, { from, to }: Window, first: FirstPage, pageSize: number): Walk | null {
  const end = to ?? first.newest;
  const begin = beginOfCut({ from, to }, end, first, pageSize);
  if (begin === null) return null;
  // What lies before it is read in windows as long as this one but for what is empty at its end.
  return { ...walk, window: { from: begin, to, ...unread }, length: Math.max(first.newest, begin) - begin + second };
}

/** When the shorter window is to begin: as early as the pages that it should have reach, but well after the one that is too large. */
function beginOfCut({ from, to }: Window, end: number, { total, newest, oldest }: FirstPage, pageSize: number): number | null {
  // As densely as on the first page, which is all that is known of where most of them lie when one end is open.
  const dense = Math.min(toSecond(newest - (newest - oldest) * wantedPages), oldest);
  if (from === null) return dense > earliest ? dense : oldest > earliest ? oldest : null;
  if (to !== null) {
    const length = Math.min(((end - from) * wantedPages * pageSize) / total, (end - from) / 2);
    return end > from ? Math.min(toSecond(end - length) + second, end) : null;
  }
  // One that is open at its end cannot become empty: it begins no later than its first page reaches.
  if (dense > from) return dense;
  const middle = toSecond((from + oldest) / 2);
  return middle > from ? middle : oldest > from ? oldest : null;
}

/** The walk after a window was read to its end; `null`: there is nothing before it. */
export function afterWindow(walk: Walk, window: OpenWindow, pageSize: number): Walk | null {
  if (window.from === null) return null;
  const rest = { ...walk, before: window.from, window: null };
  // Nothing there: perhaps there is nothing before it either.
  if (window.total === 0) return { ...rest, length: null };
  const growth = Math.min(mostGrowth, Math.max(0.5, (wantedPages * pageSize) / window.total));
  return { ...rest, length: Math.max(second, toSecond((walk.length ?? day) * growth)) };
}

/** Months that are compared one by one. What lies further off is little, and often a time that somebody mistyped: it is compared as a whole. */
const [mostMonthsBack, mostMonthsAhead] = [180, 12];

/** Months of Beijing from the one of `oldest` to that of `newest`, as far as they are near to now, and the two open ends; newest first. */
export function grid(oldest: number, newest: number, now: number): Window[] {
  const { of, start } = units.month;
  const near = (month: number): number => Math.min(Math.max(month, of(now) - mostMonthsBack), of(now) + mostMonthsAhead);
  const [first, last] = [near(of(oldest)), near(of(newest))];
  const windows: Window[] = [{ from: start(last + 1), to: null }];
  for (let month = last; month >= first; month--) windows.push({ from: start(month), to: start(month + 1) - second });
  windows.push({ from: null, to: start(first) - second });
  return windows;
}

/** What is known of when entries happened. */
interface Ends {
  readonly oldest: number;
  readonly newest: number;
}

/**
 * A window in two parts; `null`: it is a single second. Cut after `middle`, the time of the entry in the middle of those that are here. Where that says
 * nothing, one that is open parts where what is `known` begins or ends: beyond it there is hardly anything, and otherwise it would take forty halves to
 * come to the year.
 */
export function halves({ from, to }: Window, middle: number | null, known: Ends | null): readonly [Window, Window] | null {
  const [start, end] = [from ?? earliest, to ?? latest];
  if (start >= end) return null;
  const cuts = [
    ...(middle === null ? [] : [middle]),
    ...(to === null && known !== null ? [known.newest] : []),
    ...(from === null && known !== null ? [known.oldest - second] : []),
  ];
  const cut = cuts.find((at) => at >= start && at < end) ?? (start + end) / 2;
  return [
    { from, to: toSecond(cut) },
    { from: toSecond(cut) + second, to },
  ];
}

/** The hour that a time lies in. */
export function hourOf(at: number): { readonly from: number; readonly to: number } {
  const from = Math.floor(at / 3_600_000) * 3_600_000;
  return { from, to: from + 3_600_000 - second };
}

export const isWithin = ({ from, to }: Window, at: number): boolean => (from === null || at >= from) && (to === null || at <= to);

export const sameWindow = (a: Window, b: Window): boolean => a.from === b.from && a.to === b.to;

export const nameOf = ({ from, to }: Window): string => `${from} ${to}`;
