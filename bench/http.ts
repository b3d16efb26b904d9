/** The follow-up query over HTTP: the floor, the straightforward way and the program, in turns, under the same load. */
import { storePath } from '../server/src/store/files.ts';
import { checkEqual, checkedPages, listPath, medianAnswer, pageSize, totalOf } from './ask.ts';
import type { BasicOptions } from './basic.ts';
import { type Dataset, filledStore, year } from './data.ts';
import type { LoadOrder } from './load.ts';
import { type Load, makeToken, startLoad, startProgram, startRival } from './processes.ts';
import { profileFile } from './profile.ts';
import { figure, type Report, ratio, step } from './report.ts';
import { alternate, type Measured, type Side } from './rounds.ts';

/** Companies' first pages: the program must answer this many times what the straightforward way answers. */
const bound = 1.5;
const connections = 8;

type Rival = Omit<Side, 'order'>;

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
    const firstPages = data.drawnCompanies.map((company) => `${listPath}?company_id=${company}&count=${pageSize}`);
    const answer = await medianAnswer(program.url, firstPages.slice(0, 500), token);
    const floor = await started(startRival('floor', answer.file));
    const load = await started(startLoad());
    const bench = new Bench(load, token, options.quick);

    const both: Rival[] = [
      { name: 'straightforward', server: rival },
      { name: 'program', server: program },
    ];
    const all: Rival[] = [{ name: 'floor', server: floor }, ...both];
    const main = await bench.companies(all, firstPages);
    const lastPage = Math.ceil((await totalOf(program.url, '', token)) / pageSize);
    const others: (readonly [string, Measured])[] = [];
    // A profile is to show companies' pages.
    for (const [name, query] of options.profile === null ? otherPages(data, lastPage) : []) {
      others.push([name, await bench.one(name, both, `${listPath}?${query}`)]);
    }
    return report(data, answer.bytes, main, others);
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
  readonly #load: Load;
  readonly #authorization: string;
  readonly #quick: boolean;

  constructor(load: Load, authorization: string, quick: boolean) {
    this.#load = load;
    this.#authorization = authorization;
    this.#quick = quick;
  }

  /** Every rival answers exactly the same requests in a round. The first pass finds each server just started. */
  async companies(rivals: readonly Rival[], paths: readonly string[]): Promise<{ first: Measured; warm: Measured }> {
    const amount = this.#quick ? paths.length / 10 : paths.length;
    step("companies' first pages: first pass");
    const first = await this.#rounds(rivals, 1, { paths, amount });
    step("companies' first pages: measured rounds");
    return { first, warm: await this.#rounds(rivals, this.#quick ? 1 : 5, { paths, amount }) };
  }

  /** One request over and over. */
  async one(name: string, rivals: readonly Rival[], query: string): Promise<Measured> {
    step(name);
    await this.#rounds(rivals, 1, { paths: [query], seconds: 0.5 });
    return this.#rounds(rivals, this.#quick ? 1 : 3, { paths: [query], seconds: this.#quick ? 0.5 : 3 });
  }

  #rounds(rivals: readonly Rival[], rounds: number, order: Pick<LoadOrder, 'paths' | 'amount' | 'seconds'>): Promise<Measured> {
    const asked = { ...order, authorization: this.#authorization, connections };
    return alternate(
      this.#load,
      rivals.map((rival) => ({ ...rival, order: () => asked })),
      rounds,
    );
  }
}

function report(
  data: Dataset,
  answer: number,
  main: { first: Measured; warm: Measured },
  others: readonly (readonly [string, Measured])[],
): Report {
  const [ours, usual] = ['program', 'straightforward'];
  const { warm } = main;
  return {
    tables: [
      {
        title: `HTTP: companies' first pages, ${figure(data.entries)} entries of ${figure(data.companies)} companies`,
        columns: ['', 'requests/s', 'to straightforward', "server's CPU, µs/request", 'to straightforward'],
        rows: warm.names.map((name) => [
          name,
          figure(warm.perSecond(name)),
          ratio(warm.rate(name, usual)),
          figure(warm.cpu(name)),
          ratio(warm.cpu(name) / warm.cpu(usual)),
        ]),
        notes: [
          `${pageSize} entries a page, companies drawn by their size, ${connections} connections, no caches; the median answer has ${figure(answer)} bytes. ` +
            'Floor: raw `http` that answers one of that size from a constant Buffer. Straightforward: `bench/rival.ts`, on the same file. ' +
            `${checkedPages} random pages of program and straightforward were equal byte for byte.`,
          `The first pass over the list, each server just started: ${ratio(main.first.rate(ours, usual))}.`,
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
          figure(rounds.perSecond(usual)),
          figure(rounds.perSecond(ours)),
          ratio(rounds.rate(ours, usual)),
          figure(rounds.cpu(usual)),
          figure(rounds.cpu(ours)),
        ]),
        notes: ['One request over and over. No bounds.'],
      },
    ],
    bounds: [
      {
        what: "companies' first pages / straightforward",
        value: warm.rate(ours, usual),
        limit: bound,
        holds: 'at least',
        unit: '×',
      },
    ],
  };
}
