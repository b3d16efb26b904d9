/**
 * OKKI's times: `YYYY-MM-DD HH:mm:ss`, Beijing wall clock, no zone (docs/wire.md#conventions). Beijing is a fixed +08:00
 * here; the tz database differs from that only in the summers of 1986–1991.
 */
import { beijing, dayLength } from '../domain/days.ts';

const two = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const pad = (n: number): string => two[n] as string;

// The days of a page or an export are few; formatting them anew each time is most of the cost.
const days = new Map<number, string>();
const maxDays = 50_000;

function formatDay(day: number): string {
  let text = days.get(day);
  if (text === undefined) {
    const date = new Date(day * dayLength);
    const year = String(date.getUTCFullYear()).padStart(4, '0');
    text = `${year}-${pad(date.getUTCMonth() + 1)}-${pad(date.getUTCDate())}`;
    if (days.size >= maxDays) days.clear();
    days.set(day, text);
  }
  return text;
}

/** Milliseconds since 1970 (UTC) -> OKKI's text. */
export function formatTime(at: number): string {
  const local = at + beijing;
  const day = Math.floor(local / dayLength);
  const second = Math.floor((local - day * dayLength) / 1000);
  const minute = Math.floor(second / 60);
  return `${formatDay(day)} ${pad(Math.floor(minute / 60))}:${pad(minute % 60)}:${pad(second % 60)}`;
}

const form = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2}))?$/;

/**
 * OKKI's text -> milliseconds since 1970 (UTC); `null` when there is no such time (2024-02-30, 24:00:00, another form).
 * A date alone means its first second, with `endOfDay` its last.
 */
export function parseTime(text: string, endOfDay = false): number | null {
  const match = form.exec(text);
  if (match === null) return null;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const clock = match[4] !== undefined;
  const [hour, minute, second] = clock
    ? [Number(match[4]), Number(match[5]), Number(match[6])]
    : endOfDay
      ? [23, 59, 59]
      : [0, 0, 0];
  // Date.UTC reads the years 0 to 99 as 1900 to 1999.
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return null;
  const at = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(at);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? at - beijing : null;
}
