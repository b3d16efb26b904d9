/** The follow-up query over HTTP: the floor, the straightforward way and the program, in turns, under the same load. */
import { Random } from '../server/src/demo/firm-random.ts';
import { storePath } from '../server/src/store/files.ts';
import type { BasicOptions } from './basic.ts';
import { type Dataset, filledStore, year } from './data.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { makeToken, type Server, startLoad, startProgram, startRival } from './processes.ts';
import { profileFile } from './profile.ts';
import { figure, median, type Report, ratio, step } from './report.ts';

/** Companies' first pages: the program must answer this many times what the straightforward way answers. */
const bound = 1.5;
const connections = 8;
const pageSize = 20;
const checkedPages = 200;

const path = '/v1/dynamic/trail/list';

interface Rival {
  readonly name: string;
  readonly server: Server;
}

/** One rival under one load. */
interface Round {
  readonly perSecond: number;
  /** The server's processor time, µs a request. */
  readonly cpu: number;
}

export async function benchHttp(data: Dataset, options: BasicOptions): Promise<Report> {
  const folder = await filledStore(data);
  const running: { stop(): Promise<void> }[] = [];
  const started = async <T extends { stop(): Promise<void> }>(starting: Promise<T> | T): Promise<T> => {
    const it = await starting;
    running.push(it);
    return it;
  };
  try {
    step('starting the servers');
    const program = await started(startProgram(folder, profileFile(options.profile, 'serve')));
    const rival = await started(startRival('straightforward', storePath(folder)));
    const token = `Bearer ${await makeToken(program, folder, data.tenantId)}`;
    await checkEqual(data, program.url, rival.url, token);
    const firstPages = data.drawnCompanies.map((company) => `${path}?company_id=${company}&count=${pageSize}`);
    const answer = median(await sizes(program.url, firstPages.slice(0, 500), token));
    const floor = await started(startRival('floor', String(answer)));
    const load = await started(startLoad());
    const bench = new Bench(load, token, options.quick);

    const both: Rival[] = [
      { name: 'straightforward', server: rival },
      { name: 'program', server: program },
    ];
    const all: Rival[] = [{ name: 'floor', server: floor }, ...both];
    const main = await bench.companies(all, firstPages);
    const lastPage = Math.ceil((await totalOf(program.url, token)) / pageSize);
    const others: (readonly [string, Map<string, Round>])[] = [];
    // A profile is to show companies' pages.
    for (const [name, query] of options.profile === null ? otherPages(data, lastPage) : []) {
      others.push([name, await bench.one(name, both, `${path}?${query}`)]);
    }
    return report(data, answer, main, others);
  } finally {
    for (const one of running.reverse()) await one.stop();
  }
}

function otherPages(data: Dataset, lastPage: number): readonly (readonly [string, string])[] {
  const deep = Math.min(1000, lastPage);
  return [
    ['enterprise, first page', `count=${pageSize}`],
    [`enterprise, page ${figure(deep)}`, `count=${pageSize}&start_index=${deep}`],
    [`enterprise, last page (${figure(lastPage)})`, `count=${pageSize}&start_index=${lastPage}`],
    ['total of 365 days', `count=1&start_time=${year.from}&end_time=${year.to}`],
    ['first page of the largest company', `count=${pageSize}&company_id=${data.largestCompany.companyId}`],
  ];
}

/** Measures the rivals in turns: A B C A B C … */
class Bench {
  readonly #load: ReturnType<typeof startLoad>;
  readonly #authorization: string;
  readonly #quick: boolean;

  constructor(load: ReturnType<typeof startLoad>, authorization: string, quick: boolean) {
    this.#load = load;
    this.#authorization = authorization;
    this.#quick = quick;
  }

  /** Every rival answers exactly the same requests in a round. The first pass finds each server just started. */
  async companies(
    rivals: readonly Rival[],
    paths: readonly string[],
  ): Promise<{ first: Map<string, Round>; warm: Map<string, Round> }> {
    const amount = this.#quick ? paths.length / 10 : paths.length;
    step("companies' first pages: first pass");
    const first = await this.#rounds(rivals, 1, { paths, amount });
    step("companies' first pages: measured rounds");
    return { first, warm: await this.#rounds(rivals, this.#quick ? 1 : 5, { paths, amount }) };
  }

  /** One request over and over. */
  async one(name: string, rivals: readonly Rival[], query: string): Promise<Map<string, Round>> {
    step(name);
    await this.#rounds(rivals, 1, { paths: [query], seconds: 0.5 });
    return this.#rounds(rivals, this.#quick ? 1 : 3, { paths: [query], seconds: this.#quick ? 0.5 : 3 });
  }

  async #rounds(rivals: readonly Rival[], rounds: number, order: Partial<LoadOrder>): Promise<Map<string, Round>> {
    const measured = new Map<string, Round[]>(rivals.map(({ name }) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const { name, server } of rivals) {
        const before = await server.cpu();
        const asked = { ...order, url: server.url, authorization: this.#authorization, connections };
        const { requests, seconds } = (await this.#load.ask(asked)) as LoadResult;
        measured.get(name)?.push({ perSecond: requests / seconds, cpu: ((await server.cpu()) - before) / requests });
      }
    }
    const middle = (rounds: readonly Round[]): Round => ({
      perSecond: median(rounds.map((round) => round.perSecond)),
      cpu: median(rounds.map((round) => round.cpu)),
    });
    return new Map([...measured].map(([name, rounds]) => [name, middle(rounds)]));
  }
}

function report(
  data: Dataset,
  answer: number,
  main: { first: Map<string, Round>; warm: Map<string, Round> },
  others: readonly (readonly [string, Map<string, Round>])[],
): Report {
  const of = (rounds: Map<string, Round>, name: string): Round => rounds.get(name) as Round;
  const usual = of(main.warm, 'straightforward');
  const faster = (rounds: Map<string, Round>): number =>
    of(rounds, 'program').perSecond / of(rounds, 'straightforward').perSecond;
  return {
    tables: [
      {
        title: `HTTP: companies' first pages, ${figure(data.entries)} entries of ${figure(data.companies)} companies`,
        columns: ['', 'requests/s', 'to straightforward', "server's CPU, µs/request", 'to straightforward'],
        rows: [...main.warm].map(([name, { perSecond, cpu }]) => [
          name,
          figure(perSecond),
          ratio(perSecond / usual.perSecond),
          figure(cpu),
          ratio(cpu / usual.cpu),
        ]),
        notes: [
          `${pageSize} entries a page, companies drawn by their size, ${connections} connections, no caches; the median answer has ${figure(answer)} bytes. ` +
            'Floor: raw `http` that answers a constant Buffer of that size. Straightforward: `bench/rival.ts`, on the same file. ' +
            `${checkedPages} random pages of program and straightforward were equal byte for byte.`,
          `The first pass over the list, each server just started: ${ratio(faster(main.first))}.`,
        ],
      },
      {
        title: 'HTTP: other pages',
        columns: [
          '',
          'straightforward, requests/s',
          'program, requests/s',
          'ratio',
          'straightforward, CPU µs',
          'program, CPU µs',
        ],
        rows: others.map(([name, rounds]) => [
          name,
          figure(of(rounds, 'straightforward').perSecond),
          figure(of(rounds, 'program').perSecond),
          ratio(faster(rounds)),
          figure(of(rounds, 'straightforward').cpu),
          figure(of(rounds, 'program').cpu),
        ]),
        notes: ['One request over and over. No bounds.'],
      },
    ],
    bounds: [
      { what: "companies' first pages / straightforward", value: faster(main.warm), limit: bound, holds: 'at least', unit: '×' },
    ],
  };
}

async function get(url: string, query: string, authorization: string): Promise<string> {
  // fetch would ask for compression.
  const response = await fetch(url + query, { headers: { authorization, 'accept-encoding': 'identity' } });
  const text = await response.text();
  if (response.status !== 200 || !text.startsWith('{"code":200,')) throw new Error(`${query} answers ${text.slice(0, 200)}`);
  return text;
}

async function sizes(url: string, queries: readonly string[], authorization: string): Promise<number[]> {
  const found: number[] = [];
  for (const query of queries) found.push(Buffer.byteLength(await get(url, query, authorization)));
  return found;
}

async function totalOf(url: string, authorization: string): Promise<number> {
  return (JSON.parse(await get(url, `${path}?count=1`, authorization)) as { data: { totalItem: number } }).data.totalItem;
}

/** Throws when the program and the straightforward way do not answer the same bytes, but for `now`. */
async function checkEqual(data: Dataset, program: string, rival: string, authorization: string): Promise<void> {
  const queries = randomPages(data, checkedPages);
  let entries = 0;
  for (const query of queries) {
    const [ours, theirs] = await Promise.all([get(program, query, authorization), get(rival, query, authorization)]);
    const withoutNow = (text: string): string => text.replace(/"now":"[^"]{19}",/, '');
    if (withoutNow(ours) !== withoutNow(theirs)) throw new Error(`the straightforward way answers ${query} differently`);
    entries += (JSON.parse(ours) as { data: { list: unknown[] } }).data.list.length;
  }
  if (entries === 0) throw new Error('no compared page has an entry');
  step(`${queries.length} random pages with ${entries} entries are equal byte for byte`);
}

/** Pages of all scopes, at all depths, with and without bounds, about things that there are. */
function randomPages(data: Dataset, pages: number): string[] {
  const random = new Random(7);
  return Array.from({ length: pages }, () => {
    const entry = random.pick(data.drawnEntries);
    const subjects = { company_id: entry.company, lead_id: entry.lead, opportunity_id: entry.opportunity };
    const query = new URLSearchParams();
    for (const [name, id] of Object.entries(subjects)) if (id !== 0 && random.chance(0.6)) query.set(name, String(id));
    const [from, to] = [entry.time, random.pick(data.drawnEntries).time].sort() as [string, string];
    if (random.chance(0.3)) query.set('start_time', from);
    if (random.chance(0.3)) query.set('end_time', to);
    query.set('count', String(random.between(1, 60)));
    if (random.chance(0.5)) query.set('start_index', String(random.between(1, query.size > 1 ? 5 : data.entries >> 5)));
    return `${path}?${query}`;
  });
}
