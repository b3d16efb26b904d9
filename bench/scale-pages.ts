/** Pages and totals at any depth, in a giant company, in one second and in stores of different sizes. */
import { pageSize } from './ask.ts';
import { median, type Report, step, type Table } from './report.ts';
import { alternate, type Measured, warmUps } from './rounds.ts';
import type { ScaleData } from './scale-data.ts';
import { pageOf, readThrough, type Scale, type Session, sidesTable, type Target, warm } from './scale-session.ts';

const depths = 32;
/** Requests of one side in one round, together about a tenth of a second. */
export const burst = 64;
const day = 86_400_000;

export const again = (path: string, count: number): string[] => new Array<string>(count).fill(path);

/** `count` pages of which none was asked before, from the page numbers `from` to `to`. */
export function randomPages(session: Session, count: number, from: number, to: number, query = ''): string[] {
  const lowest = Math.max(1, from);
  return session.unasked(count, () => pageOf(session.random.between(lowest, Math.max(lowest, to)), query));
}

/**
 * What is compared with page 1: many requests of one kind at a time, by which the bounds are. The table has the same in turns beside it, for
 * a page that is asked again and again has the processor's caches to itself.
 */
async function compared(
  session: Session,
  target: Target,
  data: ScaleData,
  title: string,
  kinds: Readonly<Record<string, (count: number) => readonly string[]>>,
): Promise<{ measured: Measured; table: Table }> {
  const { scale } = session;
  const all = Object.entries(kinds);
  const sides = all.map(([name, paths]) => session.side(name, target, () => paths(burst)));
  readThrough(data);
  const measured = await alternate(session.load, sides, scale.rounds(25), warmUps);
  const inTurns = all.map(([name, paths]) => ({ name, paths: () => paths(burst) }));
  const turns = await session.inTurns(target, data, inTurns, scale.rounds(9));
  return { measured, table: sidesTable(title, measured, 'page 1', [], turns) };
}

/** The list without a filter: page 1, 32 depths, the last pages. */
export async function depth(scale: Scale): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    step('pages at all depths');
    const target = await session.program(data, 0);
    const last = Math.ceil((await session.total(target)) / pageSize);
    await warm(session, target, [...again(pageOf(1), 300), ...randomPages(session, 300, 1, last)]);
    const [random, ending] = [`${depths} random pages`, 'last pages'];
    const { measured, table } = await compared(session, target, data, 'Pages of the enterprise', {
      'page 1': (count) => again(pageOf(1), count),
      [random]: (count) => randomPages(session, count, 1, last),
      [ending]: (count) => randomPages(session, count, last - 20_000, last),
    });
    step('each of the depths');
    const slowest = await slowestDepth(session, target, last, scale.rounds(25));
    return {
      tables: [table],
      bounds: [
        atMost('enterprise: random pages / page 1', measured.cost(random, 'page 1'), 1.5),
        atMost(`enterprise: the slowest of ${depths} depths / page 1`, slowest, 1.5),
        atMost('enterprise: last pages / page 1', measured.cost(ending, 'page 1'), 1.5),
      ],
    };
  });
}

/** One request after the other, each round at neighbours of the same 32 depths: the median of the slowest one to that of page 1. */
async function slowestDepth(session: Session, target: Target, last: number, rounds: number): Promise<number> {
  const places = Array.from({ length: depths }, () => session.random.between(1, last));
  const times: number[][] = places.map(() => []);
  const firsts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const near = places.map((place) => session.unasked(1, () => pageOf(Math.min(last, place + session.random.below(500))))[0]);
    const found = await session.latencies(target, near as string[]);
    for (const [i, time] of found.entries()) times[i]?.push(time);
    firsts.push(median(await session.latencies(target, again(pageOf(1), depths))));
  }
  return Math.max(...times.map(median)) / median(firsts);
}

/** The first page and the exact total of 365 days that begin at random. */
export async function period(scale: Scale): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    step('totals of 365 days');
    const target = await session.program(data, 0);
    const windows = (count: number): string[] => session.unasked(count, () => pageOf(1, yearFrom(data, session)));
    await warm(session, target, [...again(pageOf(1), 300), ...windows(300)]);
    const name = 'page and total of 365 days';
    const { measured, table } = await compared(session, target, data, 'A total of 365 days', {
      'page 1': (count) => again(pageOf(1), count),
      [name]: windows,
    });
    return { tables: [table], bounds: [atMost('total of 365 days / page 1', measured.cost(name, 'page 1'), 1.5)] };
  });
}

/** 365 days from a random second of the firm's first two years on. */
export function yearFrom(data: ScaleData, session: Session): string {
  const times = data.drawnEntries.map(({ time }) => time).sort();
  const begin = Date.parse(`${times[0]?.replace(' ', 'T')}Z`);
  const from = begin + session.random.below(2 * 365 * 86_400) * 1000;
  const text = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ');
  return `&start_time=${encodeURIComponent(text(from))}&end_time=${encodeURIComponent(text(from + 365 * day))}`;
}

/** The company with a tenth of all entries. */
export async function giant(scale: Scale): Promise<Report> {
  const data = await scale.store();
  const query = `&company_id=${data.largestCompany.companyId}`;
  const first = await firstDeep(scale, data);
  return scale.session(async (session) => {
    step('the giant company');
    const target = await session.program(data, 0);
    const total = await session.total(target, query);
    const last = Math.ceil(total / pageSize);
    const middle = last >> 1;
    await warm(session, target, [...again(pageOf(1, query), 300), ...randomPages(session, 300, 1, last, query)]);
    const { measured, table } = await compared(session, target, data, `A company with ${total.toLocaleString('en-US')} entries`, {
      'page 1': (count) => again(pageOf(1, query), count),
      'random pages': (count) => randomPages(session, count, 1, last, query),
      'the middle': (count) => randomPages(session, count, middle - (middle >> 3), middle + (middle >> 3), query),
      'last pages': (count) => randomPages(session, count, last - 2000, last, query),
    });
    const cost = (name: string): number => measured.cost(name, 'page 1');
    return {
      tables: [table],
      bounds: [
        atMost('giant company: random pages / its page 1', cost('random pages'), 1.5),
        atMost('giant company: the middle / its page 1', cost('the middle'), 1.5),
        atMost('giant company: last pages / its page 1', cost('last pages'), 1.5),
        atMost('giant company: the very first deep page / its page 1', first, 3),
      ],
    };
  });
}

/** On servers just started that have answered about other companies only: one deep page of the giant, then its first pages. */
async function firstDeep(scale: Scale, data: ScaleData): Promise<number> {
  const last = Math.floor(data.largestCompany.entries / pageSize);
  const ratios: number[] = [];
  const query = `&company_id=${data.largestCompany.companyId}`;
  for (let i = 0; i < scale.rounds(7); i++) {
    step('the very first deep page of the giant company');
    const found = await scale.session(async (session) => {
      const target = await session.program(data, 0);
      const others = data.drawnCompanies.filter((id) => id !== data.largestCompany.companyId).slice(0, 400);
      await warm(
        session,
        target,
        others.map((id) => pageOf(1, `&company_id=${id}`)),
      );
      readThrough(data);
      const [deep] = await session.latencies(target, randomPages(session, 1, last >> 2, last, query));
      return (deep as number) / median(await session.latencies(target, again(pageOf(1, query), burst)));
    });
    ratios.push(found);
  }
  return median(ratios);
}

/** The second in which a hundredth of all entries took place. */
export async function second(scale: Scale): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    step('the hot second');
    const target = await session.program(data, 0);
    const at = encodeURIComponent(data.hotTime);
    const only = `&start_time=${at}&end_time=${at}`;
    const inIt = Math.floor((await session.total(target, only)) / pageSize);
    const before = Math.ceil((await session.total(target, `&start_time=${at}`)) / pageSize);
    await warm(session, target, [...again(pageOf(1), 300), ...randomPages(session, 300, 1, inIt, only)]);
    const { measured, table } = await compared(
      session,
      target,
      data,
      `${(inIt * pageSize).toLocaleString('en-US')} entries in one second`,
      {
        'page 1': (count) => again(pageOf(1), count),
        'pages of the second alone': (count) => randomPages(session, count, 1, inIt, only),
        'pages of the list that lie in it': (count) => randomPages(session, count, before - inIt + 1, before - 1),
      },
    );
    const worst = Math.max(...measured.names.map((name) => measured.cost(name, 'page 1')));
    return { tables: [table], bounds: [atMost('hot second: any page in it / page 1', worst, 3)] };
  });
}

/** Page 1 of the large store against that of one with a hundredth. */
export async function size(scale: Scale): Promise<Report> {
  const [large, small] = [await scale.store(), await scale.store(Math.max(100, Math.round(scale.options.entries / 100)))];
  return scale.session(async (session) => {
    step('page 1 in a large and a small store');
    const targets = [await session.program(large, 0), await session.program(small, 0)] as const;
    for (const target of targets) await warm(session, target, again(pageOf(1), 500));
    const names = [large, small].map((data) => `${data.entries.toLocaleString('en-US')} entries`) as [string, string];
    const sides = targets.map((target, i) => session.side(names[i] as string, target, () => again(pageOf(1), 4 * burst)));
    const measured = await alternate(session.load, sides, scale.rounds(25), warmUps);
    return {
      tables: [sidesTable('Page 1 by the size of the store', measured, names[1], [])],
      bounds: [atMost(`page 1: ${names[0]} / ${names[1]}`, measured.cost(names[0], names[1]), 1.3)],
    };
  });
}

export const atMost = (what: string, value: number, limit: number) =>
  ({ what, value, limit, holds: 'at most', unit: '×' }) as const;
