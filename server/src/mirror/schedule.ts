/** When a mirror does what, and with how many of the day's calls. Pure: times in ms, days of Beijing. */
import { beijing, dayLength, units } from '../domain/days.ts';
import type { CallPurpose, ListName, Window } from '../domain/mirror-stores.ts';

const minute = 60_000;
const hour = 60 * minute;

export const dayOf = (at: number): number => units.day.of(at);
export const startOfDay = (day: number): number => units.day.start(day);

/** When offices are at work: from Monday to Friday, in minutes of the day. */
const [workBegins, workEnds] = [8 * 60 + 30, 18 * 60 + 30];

const isWeekend = (at: number): boolean => [0, 6].includes(new Date(at + beijing).getUTCDay());
const minuteOfDay = (at: number): number => Math.floor(((((at + beijing) % dayLength) + dayLength) % dayLength) / minute);

export function isWorking(at: number): boolean {
  const now = minuteOfDay(at);
  return !isWeekend(at) && now >= workBegins && now < workEnds;
}

/** A little less than the five minutes that what is seen may be old in working hours. */
const pollEvery = { working: 4.5 * minute, otherwise: hour } as const;

/** What is recent: read at each poll. */
export const recent = dayLength;

const listEvery: Readonly<Record<ListName, { readonly working: number; readonly otherwise: number }>> = {
  companies: { working: hour, otherwise: 4 * hour },
  removedCompanies: { working: 12 * hour, otherwise: 24 * hour },
  leads: { working: 2 * hour, otherwise: 8 * hour },
  opportunities: { working: 2 * hour, otherwise: 8 * hour },
  users: { working: 24 * hour, otherwise: 24 * hour },
  frozenUsers: { working: 24 * hour, otherwise: 24 * hour },
  removedUsers: { working: 24 * hour, otherwise: 24 * hour },
};

const paceOf = (now: number): 'working' | 'otherwise' => (isWorking(now) ? 'working' : 'otherwise');

/** Whether so many ms have passed since. What was done in the future was done before a clock was put back: nobody waits until it comes again. */
export const isOver = (since: number, pause: number, now: number): boolean => since > now || since + pause <= now;

/** When something is due that is done again after a pause; `null`: it was never done. */
const nextAfter = (since: number | null, pause: number, now: number): number =>
  since === null || since > now ? now : since + pause;

export const nextPoll = (polledAt: number | null, now: number): number => nextAfter(polledAt, pollEvery[paceOf(now)], now);

export const nextList = (name: ListName, readAt: number | null, now: number): number =>
  nextAfter(readAt, listEvery[name][paceOf(now)], now);

/** Calls that the rest of a day needs to stay fresh: nothing else may take them. */
export function reserve(now: number): number {
  const end = startOfDay(dayOf(now) + 1);
  const workLeft = isWeekend(now)
    ? 0
    : Math.max(0, Math.min(workEnds - Math.max(minuteOfDay(now), workBegins), workEnds - workBegins)) * minute;
  const otherLeft = end - now - workLeft;
  const polls = workLeft / pollEvery.working + otherLeft / pollEvery.otherwise;
  const lists = workLeft / hour + otherLeft / (4 * hour) + (2 * workLeft) / (2 * hour) + (2 * otherLeft) / (8 * hour);
  return Math.ceil(1.05 * (polls + lists)) + 8;
}

/** Days that reading all contents again may take, where the quota allows it. */
const rereadDays = 9;
/** No more of a day's calls than this part goes into it. */
const rereadPart = 0.25;

/** Calls of a day for reading contents again: all of `entries` within nine days, or a quarter of the quota. */
export function rereadShare(entries: number, pageSize: number, quota: number | null): number {
  // Windows do not end where pages do.
  const wanted = Math.ceil((1.12 * entries) / pageSize / rereadDays) + 2;
  return quota === null ? wanted : Math.min(wanted, Math.floor(quota * rereadPart));
}

/** How many of these calls may have been made by now, so that they are spread over the day. */
export function dueByNow(share: number, now: number): number {
  const passed = (now - startOfDay(dayOf(now))) / dayLength;
  return Math.min(share, Math.floor(share * passed) + 2);
}

/** Calls of a day for looking at changed companies in full. */
export const infoShare = (quota: number | null): number => (quota === null ? 1_000 : Math.floor(quota / 20));

/** A list that is read from its last update on is read from its beginning again after this. */
export const wholeListAgain = 7 * dayLength;

/** The whole of it is read again no sooner than this. */
export const rereadAgain = 20 * hour;

/** A window that was found equal is compared again after this. */
export function compareAgain({ to }: Window, now: number): number {
  const isRecent = to === null || to > now - 45 * dayLength;
  return isRecent ? 12 * hour : 3 * dayLength;
}

/** One that differs, soon, and then more and more seldom, as long as what differs cannot be put right. */
export const compareDiffering = (times: number): number => Math.min(2 * minute * 5 ** (times - 1), 6 * hour);

/** An entry that was missed once is looked for again after this. */
export const missAgain = minute;

/** No rest is longer than this because the upstream asks for it: it may have meant another clock, or another unit. */
export const longestAskedFor = hour;

/** How long to rest after so many failures in a row, with a part of it by chance, so that mirrors do not return together. */
export function restAfter(failures: number, retryAfter: number | null, random: number): number {
  const usual = Math.min(1_000 * 2 ** Math.min(failures - 1, 20), 10 * minute);
  const asked = Math.min((retryAfter ?? 0) * 1_000, longestAskedFor);
  return Math.max(usual * (0.5 + random / 2), asked * (1 + random / 10));
}

export const total = (spent: Readonly<Partial<Record<CallPurpose, number>>>): number =>
  Object.values(spent).reduce((sum, calls) => sum + calls, 0);
