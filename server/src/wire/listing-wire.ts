/** What all lists have in common: pages, and bounds on a time. */
import type { Bounds, Page } from '../domain/stores.ts';
import { badParameter } from '../errors.ts';
import { countFrom1, timeBound } from './fields.ts';
import { formatTime } from './time.ts';

export const pageFields = {
  count: countFrom1('每页数量 · Rows a page.', 10, 1000),
  start_index: countFrom1('页码 · Page number, from 1; any depth.', 1, Number.MAX_SAFE_INTEGER),
};

/** `what` is the time that they bound, in English. */
export const boundFields = (what: string) => ({
  start_time: timeBound('start', `开始时间 · Inclusive bound on ${what}, Beijing time; a date alone means 00:00:00.`),
  end_time: timeBound('end', `结束时间 · Inclusive bound on ${what}, Beijing time; a date alone means 23:59:59.`),
});

export const readPage = (given: { readonly count: number; readonly start_index: number }): Page => ({
  number: given.start_index,
  size: given.count,
});

/** Throws `bad_parameter` for a start after the end. */
export function readBounds(
  given: { readonly start_time: number | null; readonly end_time: number | null },
  query: Readonly<Record<string, unknown>>,
): Bounds {
  const { start_time: from, end_time: to } = given;
  if (from !== null && to !== null && from > to) {
    throw badParameter('start_time', query['start_time'], `accepted: a time not after end_time (${formatTime(to)})`);
  }
  return { from, to };
}
