/** How many entries a filter lists in each day or month, out of counts before times: what a timeline's scrubber and charts show. */
import { badParameter } from '../errors.ts';
import { type PeriodUnit, units } from './days.ts';
import type { TrailFilter, TrailPage, TrailStore } from './stores.ts';

export interface PeriodCount {
  /** Its first millisecond. */
  readonly start: number;
  readonly count: number;
}

/** All of it of one state. */
export interface Periods {
  readonly revision: number;
  readonly total: number;
  /** Of the first and the last entry; `null` without any. */
  readonly first: number | null;
  readonly last: number | null;
  /** In their order; those without entries are left out. */
  readonly periods: readonly PeriodCount[];
}

/** Days from the first to the last entry that are told apart at once. */
export const mostDays = 1100;
/** So many months are asked for without a look where there are any entries. */
const mostAtOnce = 1200;

/** Before and after every time that there is. */
const [earliest, latest] = [-8.64e15, 8.64e15];

type Reading = Pick<TrailStore, 'list' | 'countsBefore'>;

/** Bounds and order are the filter's. Throws `bad_parameter` for more days than are told apart. */
export async function periodsOf(trails: Reading, tenantId: number, filter: TrailFilter, unit: PeriodUnit): Promise<Periods> {
  const { of, start } = units[unit];
  const from = filter.from ?? earliest;
  const until = filter.to === null ? latest : filter.to + 1;
  for (;;) {
    const ends = await endsOf(trails, tenantId, filter, null);
    const { first, last } = ends;
    if (first === null || last === null) return { revision: ends.revision, total: 0, first: null, last: null, periods: [] };
    const [low, high] = [of(first), of(last)];
    if (unit === 'day') checkDays(high - low + 1);
    const together = high - low < mostAtOnce;
    const wanted = together ? sequence(low, high) : await occupied(trails, tenantId, filter, [low, high + 1], start);
    const edges = wanted.map((number) => [Math.max(from, start(number)), Math.min(until, start(number + 1))] as const);
    const times = [...new Set([from, ...edges.flat(), until])];
    const { revision, counts } = await trails.countsBefore(tenantId, filter, times);
    const before = new Map(times.map((time, i) => [time, counts[i] as number]));
    const between = (a: number, b: number): number => (before.get(b) as number) - (before.get(a) as number);
    const all = edges.map(([a, b], i) => ({ start: start(wanted[i] as number), count: between(a, b) }));
    const total = between(from, until);
    // What was written meanwhile may lie in a period that was not asked for.
    if (all.reduce((sum, { count }) => sum + count, 0) !== total) continue;
    const same = ends.revision === revision ? ends : await endsOf(trails, tenantId, filter, revision);
    return { revision, total, first: same.first, last: same.last, periods: all.filter(({ count }) => count > 0) };
  }
}

function checkDays(days: number): void {
  if (days <= mostDays) return;
  throw badParameter(
    'unit',
    'day',
    `accepted: month, or day with start_time and end_time: from the first to the last entry are ${days} days, more than ${mostDays}`,
  );
}

/** When the first and the last entry were, with the state of which that is true. */
async function endsOf(
  trails: Reading,
  tenantId: number,
  filter: TrailFilter,
  asOf: number | null,
): Promise<{ revision: number; first: number | null; last: number | null }> {
  const end = (oldestFirst: boolean, revision: number | null): Promise<TrailPage> =>
    trails.list(tenantId, { ...filter, oldestFirst }, { number: 1, size: 1 }, revision);
  const at = ({ trails: [trail] }: TrailPage): number | null => (trail === undefined ? null : trail[filter.by]);
  const oldest = await end(true, asOf);
  const newest = await end(false, oldest.revision);
  return { revision: oldest.revision, first: at(oldest), last: at(newest) };
}

const sequence = (low: number, high: number): number[] => Array.from({ length: high - low + 1 }, (_, i) => low + i);

/** From a period to before another one. */
type Run = readonly [from: number, until: number];

/** Those that have entries, found by halving: what lies far apart, such as a mistyped year, costs no more than what lies together. */
async function occupied(
  trails: Reading,
  tenantId: number,
  filter: TrailFilter,
  whole: Run,
  start: (number: number) => number,
): Promise<number[]> {
  let runs: readonly Run[] = [whole];
  while (runs.some(([from, until]) => until - from > 1)) {
    const halves = runs.flatMap(([from, until]): readonly Run[] => {
      const middle = (from + until) >> 1;
      return middle === from
        ? [[from, until]]
        : [
            [from, middle],
            [middle, until],
          ];
    });
    const times = halves.flatMap(([from, until]) => [start(from), start(until)]);
    const { counts } = await trails.countsBefore(tenantId, filter, times);
    runs = halves.filter((_, i) => (counts[2 * i + 1] as number) > (counts[2 * i] as number));
  }
  return runs.map(([from]) => from);
}
