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

/** A little less than the five minutes that what is seen may be old in working hours: a call that is under way comes first. */
const pollEvery = { working: 4.8 * minute, otherwise: hour } as const;

/** What is recent: polls look at it. */
export const recent = dayLength;

/** A poll reads the newest entries at least from so long before the last one on. */
export const pollOverlap = 15 * minute;

const listEvery: Readonly<Record<ListName, { readonly working: number; readonly otherwise: number }>> = {
  companies: { working: 1.5 * hour, otherwise: 6 * hour },
  removedCompanies: { working: 12 * hour, otherwise: 24 * hour },
  leads: { working: 3 * hour, otherwise: 12 * hour },
  opportunities: { working: 3 * hour, otherwise: 12 * hour },
  users: { working: 24 * hour, otherwise: 24 * hour },
  frozenUsers: { working: 48 * hour, otherwise: 48 * hour },
  removedUsers: { working: 48 * hour, otherwise: 48 * hour },
};

const paceOf = (now: number): 'working' | 'otherwise' => (isWorking(now) ? 'working' : 'otherwise');

/** Already before work begins, so that what is seen then is fresh. */
const pollPaceOf = (now: number): number =>
  pollEvery[isWorking(now) || isWorking(now + pollEvery.working) ? 'working' : 'otherwise'];

/** Whether so many ms have passed since. What was done in the future was done before a clock was put back: nobody waits until it comes again. */
export const isOver = (since: number, pause: number, now: number): boolean => since > now || since + pause <= now;

/** When something is due that is done again after a pause; `null`: it was never done. */
const nextAfter = (since: number | null, pause: number, now: number): number =>
  since === null || since > now ? now : since + pause;

export const nextPoll = (polledAt: number | null, now: number): number => nextAfter(polledAt, pollPaceOf(now), now);

export const nextList = (name: ListName, readAt: number | null, now: number): number =>
  nextAfter(readAt, listEvery[name][paceOf(now)], now);

/** A list is read again no sooner than this because of what was announced. */
export const listAfterNews = 10 * minute;

/** Lists are part of what is kept for the rest of the day; that is an estimate, and they may overdraw it by so many calls. */
export const listOverdraft = 20;

/** A pace may change meanwhile; nobody waits longer than this without looking again. */
export const lookAgain = 4 * minute;

/**
 * All of what is recent is read whole again after this: each hour where it is a page or two, more seldom where it is more, and outside of working
 * hours. Where it is a single page each poll does it.
 */
export const wholeDayAgain = (pages: number, now: number): number => hour * Math.max(1, pages / 2) * (isWorking(now) ? 1 : 4);

/** The same, when something was announced that must be there. */
export const wholeDayAfterNews = (pages: number): number => 5 * minute * Math.max(1, pages / 2);

const workLeftOf = (now: number): number =>
  isWeekend(now) ? 0 : Math.max(0, Math.min(workEnds - Math.max(minuteOfDay(now), workBegins), workEnds - workBegins)) * minute;

/** Calls that the rest of a day needs to stay fresh, with so many pages of what is recent: nothing else may take them. */
export function reserve(now: number, pages: number): number {
  const workLeft = workLeftOf(now);
  const otherLeft = startOfDay(dayOf(now) + 1) - now - workLeft;
  const needed = ({ working, otherwise }: { working: number; otherwise: number }) => workLeft / working + otherLeft / otherwise;
  const lists = Object.values(listEvery).reduce((sum, every) => sum + needed(every), 0);
  const whole = ((pages - 1) / Math.max(1, pages / 2)) * needed({ working: hour, otherwise: 4 * hour });
  return Math.ceil(1.05 * (needed(pollEvery) + lists + whole)) + 3;
}

/** Days that reading all contents again should take, where the quota allows it, and where there is none. */
const [rereadDays, freeRereadDays] = [9.2, 7];
/** Windows do not end where pages do. */
const pagesOf = (entries: number, pageSize: number): number => Math.ceil((1.05 * entries) / pageSize);
/** On a weekend less is needed to stay fresh, and so more can be read again. */
const weekendShare = 1.8;

/** Of a day's calls, what everything together should cost where an account can be read in two days and a bit; and in any case. */
const [usualPart, mostPart] = [0.393, 0.7];

/** Calls that still go on a usual day into comparing and healing, as a part of the quota. */
const restPart = 0.03;

/** Calls of a day for reading contents again: all of `entries` within ten days, as far as the quota has something left for it beside what is kept. */
export function rereadShare(
  { entries, pageSize, quota }: { entries: number; pageSize: number; quota: number | null },
  { spent, now, kept }: { spent: Spent; now: number; kept: number },
): number {
  const pages = pagesOf(entries, pageSize);
  if (quota === null) return Math.ceil(pages / freeRereadDays) + 1;
  const wanted = Math.ceil((isWeekend(now) ? weekendShare : 1) * (pages / rereadDays)) + 1;
  const most = quota * Math.min(mostPart, usualPart * Math.max(1, pages / (2.4 * quota)));
  const left = (startOfDay(dayOf(now) + 1) - now) / dayLength;
  const others = total(spent) - (spent.reread ?? 0) + kept + restPart * quota * left;
  return Math.max(1, Math.min(wanted, Math.floor(most - others)));
}

/** How many of these calls may have been made by now, so that they are spread over the day. */
export function dueByNow(share: number, now: number): number {
  const passed = (now - startOfDay(dayOf(now))) / dayLength;
  return Math.min(share, Math.floor(share * passed) + 2);
}

/** Calls of a day for looking at changed companies and leads in full. */
export const infoShare = (quota: number | null): number => (quota === null ? 1_000 : Math.floor(quota / 20));

/** Calls of a day for fetching what was announced; what waits comes with the polls. */
export const toldShare = (quota: number | null): number => (quota === null ? Number.POSITIVE_INFINITY : Math.floor(quota / 4));

/** How many of these may have been made by now: some at once, for announcements come in crowds. */
export function toldByNow(quota: number | null, now: number): number {
  const share = toldShare(quota);
  const passed = (now - startOfDay(dayOf(now))) / dayLength;
  return Math.min(share, share * (0.2 + passed));
}

/** A list that is read from its last update on is read from its beginning again after this. */
export const wholeListAgain = 28 * dayLength;

/** The whole of it is read again no sooner than this. */
export const rereadAgain = 20 * hour;

/** Months in which entries are still recorded, changed and removed often. */
export const isLately = ({ to }: Window, now: number): boolean => to === null || to > now - 45 * dayLength;

/** A window that was found equal is compared again after this. */
export const compareAgain = (window: Window, now: number, quota: number | null): number =>
  quota === null || isLately(window, now) ? dayLength : 5 * dayLength;

/** One that differs, soon, and then more and more seldom, as long as what differs cannot be put right. */
export const compareDiffering = (times: number): number => Math.min(2 * minute * 5 ** (times - 1), dayLength);

/** The months of late are compared no sooner than this for the sake of what was announced. */
export const compareAfterNews = hour;

/** An entry that was missed once is looked for again after this. */
export const missAgain = minute;

/** One that could not be settled so many times, later and later. */
export const missInVain = (times: number): number => Math.min(missAgain * 2 ** times, dayLength);

/** What is not answered while other things are rests so long after so many times. */
export const failingAgain = (times: number): number => Math.min(compareDiffering(times), 6 * hour);

/** What was not tried for so long is not there to be done any more. */
export const forgottenAfter = dayLength;

/** A round does not wait for what was tried so often. */
export const mostInVain = 2;

/** No rest is longer than this because the upstream asks for it: it may have meant another clock, or another unit. */
export const longestAskedFor = hour;

/** How long to rest after so many failures in a row, with a part of it by chance, so that mirrors do not return together. */
export function restAfter(failures: number, retryAfter: number | null, random: number): number {
  const usual = Math.min(1_000 * 2 ** Math.min(failures - 1, 20), 10 * minute);
  const asked = Math.min((retryAfter ?? 0) * 1_000, longestAskedFor);
  return Math.max(usual * (0.5 + random / 2), asked * (1 + random / 10));
}

/** Calls by what they were for. */
export type Spent = Readonly<Partial<Record<CallPurpose, number>>>;

export const total = (spent: Spent): number => Object.values(spent).reduce((sum, calls) => sum + calls, 0);
