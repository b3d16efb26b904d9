/** Days as lists speak of them: in Beijing like all times here, near ones in words. */
import { beijingDay, dayOf } from './times.ts';

const dayLength = 24 * 3600 * 1000;

/** OKKI writes `""` or the beginning of 1970 for "never". */
export const isTime = (time: string): boolean => time !== '' && !time.startsWith('1970-01-01');

/** The day so many days from today on. */
export const dayFrom = (days: number): string => beijingDay(-days);

/** Whole days from the day of a time to today; negative for what is to come. */
export const daysSince = (time: string): number => Math.round((Date.parse(beijingDay()) - Date.parse(dayOf(time))) / dayLength);

/** The day so many days after another one. */
export const dayAfter = (day: string, days: number): string =>
  new Date(Date.parse(day) + days * dayLength).toISOString().slice(0, 10);

/** Days from one to another, both counted. */
export const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / dayLength) + 1;

/** 昨天, 3天前, tomorrow, in 5 days. */
export const nearInWords = (time: string, language: string): string =>
  new Intl.RelativeTimeFormat(language, { numeric: 'auto' }).format(-daysSince(time), 'day');

/** 8月20日 or 20 Aug; with the year when it is not this one. */
export function dayInShort(time: string, language: string): string {
  const day = dayOf(time);
  const year = day.slice(0, 4) === beijingDay().slice(0, 4) ? {} : ({ year: 'numeric' } as const);
  const format = new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    ...year,
    month: language === 'en' ? 'short' : 'long',
    day: 'numeric',
    timeZone: 'UTC',
  });
  return format.format(new Date(`${day}T00:00:00Z`));
}
