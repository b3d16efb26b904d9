/** How long page 1 takes while heavy requests run, and how much memory the server takes under load. */
import type { Load } from './processes.ts';
import { figure, type Report, step } from './report.ts';
import { again, atMost, randomPages } from './scale-pages.ts';
import { ignored, lacking, pageOf, type Scale, type Session, type Target, warm } from './scale-session.ts';
import { authorsIn, wordsIn } from './scale-words.ts';

/** ms from one measured request to the next; more connections than are ever waiting, so that no answer delays the next request. */
const every = 5;
const waiting = 400;

const exportPath = '/v1/dynamic/trail/export?format=ndjson';
const reportPath = '/v1/report/info';

/** Something heavy that is asked over and over. */
interface Burden {
  readonly name: string;
  readonly paths: readonly string[];
  readonly bodies?: readonly string[];
  readonly bare?: boolean;
}

export async function busy(scale: Scale): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    step('page 1 while heavy requests run');
    const target = await session.program(data, 0);
    await warm(session, target, again(pageOf(1), 500));
    const burdens = burdensOf(session, wordsIn(data.store, 20), authorsIn(data.store));
    const absent: string[] = [];
    for (const { name, paths, bodies } of burdens) {
      // What a server does not know it ignores or does not find.
      const unknown = bodies === undefined ? await unknownOf(target, paths[0] as string) : '';
      if (unknown !== '') absent.push(`${name}: ${unknown}`);
    }
    const seconds = scale.rounds(20);
    const idle = await p99(session, target, seconds);
    const loads: Load[] = [];
    const runs: Promise<unknown>[] = [];
    const broken: string[] = [];
    let over = false;
    for (const { name, paths, bodies, bare } of burdens) {
      const load = await session.anotherLoad();
      loads.push(load);
      // Longer than it is looked at: it is stopped in the midst of an answer.
      const order = { url: target.server.url, authorization: target.authorization, paths, connections: 1, seconds: seconds + 60 };
      const run = load.ask({ ...order, ...(bodies && { bodies }), ...(bare && { bare }) });
      runs.push(
        run.then(
          () => broken.push(`${name} was over`),
          (error: Error) => over || broken.push(`${name}: ${error.message}`),
        ),
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const burdened = await p99(session, target, seconds);
    over = true;
    absent.push(...broken);
    await Promise.all(loads.map((load) => load.stop()));
    await Promise.all(runs);
    const what = 'p99 of page 1 under an export, a statistic and an uncounted total / idle';
    return {
      tables: [
        {
          title: 'Page 1 while an export, a statistic and an uncounted total run',
          columns: ['', 'p50, ms', 'p99, ms', 'longest, ms'],
          rows: Object.entries({ idle, burdened }).map(([name, { p50, p99, longest }]) => [
            name,
            figure(p50),
            figure(p99),
            figure(longest),
          ]),
          notes: [`A request every ${every} ms for ${seconds} s, however long answers take.`, ...absent],
        },
      ],
      bounds: [absent.length === 0 ? atMost(what, burdened.p99 / idle.p99, 5) : lacking(what, absent.join('; '))],
    };
  });
}

/** What of a path is not known here, or nothing; of an export only the beginning is read. */
async function unknownOf({ server, authorization }: Target, path: string): Promise<string> {
  if (!path.startsWith(exportPath)) return ignored({ server, authorization }, path);
  const stop = new AbortController();
  const response = await fetch(server.url + path, { headers: { authorization }, signal: stop.signal });
  stop.abort();
  return response.status === 200 ? '' : `answers ${response.status}`;
}

function burdensOf(session: Session, words: readonly string[], authors: readonly number[]): Burden[] {
  const days = Array.from({ length: 200 }, () => {
    const day = new Date(Date.UTC(2023, 0, 1 + session.random.below(700)));
    const end = new Date(day.getTime() + 365 * 86_400_000);
    return { key: 'xs1', start_date: day.toISOString().slice(0, 10), end_date: end.toISOString().slice(0, 10) };
  });
  const uncounted = session.unasked(200, () => {
    const word = encodeURIComponent(session.random.pick(words));
    return pageOf(1, `&type=${101 + session.random.below(5)}&keyword=${word}&create_user=${session.random.pick(authors)}`);
  });
  return [
    { name: 'export', paths: [exportPath], bare: true },
    { name: 'statistic', paths: days.map(() => reportPath), bodies: days.map((day) => JSON.stringify(day)) },
    { name: 'uncounted total', paths: uncounted },
  ];
}

async function p99(session: Session, target: Target, seconds: number): Promise<{ p50: number; p99: number; longest: number }> {
  const { server, authorization } = target;
  const order = { url: server.url, authorization, paths: [pageOf(1)], connections: waiting, every, seconds, each: true };
  const times = (await session.load.ask(order)).latencies.toSorted((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] as number;
  return { p50: at(0.5), p99: at(0.99), longest: at(1) };
}

/** The most memory that a server over the largest store took in this run; at least under a mixed load, with the caches as they come. */
export async function memory(scale: Scale): Promise<Report> {
  const data = await scale.store();
  await scale.session(async (session) => {
    step('memory under load');
    const target = await session.program(data, null);
    const last = Math.ceil((await session.total(target)) / 20);
    const companies = data.drawnCompanies.map((id) => pageOf(1, `&company_id=${id}`));
    const mixed = randomPages(session, companies.length, 1, last).flatMap((path, i) => [path, companies[i] as string]);
    const { server, authorization } = target;
    const seconds = scale.rounds(20);
    await session.load.ask({ url: server.url, authorization, paths: mixed, connections: 64, seconds });
  });
  const byRow = new Map<string, number>();
  for (const { row, mb } of scale.peaks) byRow.set(row, Math.max(mb, byRow.get(row) ?? 0));
  return {
    tables: [
      {
        title: "The server's peak memory",
        columns: ['row', 'MB'],
        rows: [...byRow].map(([row, mb]) => [row, figure(mb)]),
        notes: [],
      },
    ],
    bounds: [
      { what: "server's memory under load", value: Math.max(...byRow.values()), limit: 600, holds: 'at most', unit: 'MB' },
    ],
  };
}
