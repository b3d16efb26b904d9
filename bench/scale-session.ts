/** What the subjects of `scale` share: the stores, servers over them, and requests that were never made before. */
import { closeSync, openSync, readSync } from 'node:fs';
import { Random } from '../server/src/demo/firm-random.ts';
import { storePath } from '../server/src/store/files.ts';
import { get, listPath, pageSize, totalOf } from './ask.ts';
import type { LoadOrder, LoadResult } from './load.ts';
import { BenchPostgres } from './postgres.ts';
import { type Load, makeToken, runProgram, type Server, startLoad, startProgram, startRival } from './processes.ts';
import { profileFile } from './profile.ts';
import type { Bound, Table } from './report.ts';
import { figure, median, ratio } from './report.ts';
import { inTurns, type Kind, type Measured, type Side, type Turns } from './rounds.ts';
import { type ScaleData, scaleData } from './scale-data.ts';

export type Engine = 'sqlite' | 'postgres';

export interface ScaleOptions {
  readonly engine: Engine;
  readonly entries: number;
  readonly companies: number;
  readonly quick: boolean;
  readonly fresh: boolean;
  /** A folder for CPU profiles of the servers over the largest store. */
  readonly profile: string | null;
  /** Where the picture is written; `null`: nowhere. */
  readonly plot: string | null;
}

/** Connections of a load, when what is measured is how much the server can do. */
export const connections = 8;

/** One server, and how it is asked. */
export interface Target {
  readonly server: Server;
  readonly authorization: string;
}

/** The stores and figures of one run. */
export class Scale {
  readonly options: ScaleOptions;
  /** MB, of each server over the largest store, and in which row. */
  readonly peaks: { readonly row: string; readonly mb: number }[] = [];
  /** The row that is measured. */
  row = '';
  readonly #stores = new Map<number, Promise<ScaleData>>();
  #settings: Promise<string> | null = null;
  #postgres: Promise<BenchPostgres> | null = null;

  constructor(options: ScaleOptions) {
    this.options = options;
  }

  /** The store with so many entries, by default the largest one. */
  store(entries = this.options.entries): Promise<ScaleData> {
    let store = this.#stores.get(entries);
    if (store === undefined) {
      const { companies, entries: all, fresh } = this.options;
      const filled = scaleData(entries, Math.max(10, Math.round((companies * entries) / all)), fresh);
      store = this.options.engine === 'sqlite' ? filled : this.#copied(filled);
      this.#stores.set(entries, store);
    }
    return store;
  }

  async #copied(filled: Promise<ScaleData>): Promise<ScaleData> {
    const data = await filled;
    return (await this.postgres()).holding(data);
  }

  /** The one that all stores of this run are in. */
  postgres(): Promise<BenchPostgres> {
    this.#postgres ??= BenchPostgres.start();
    return this.#postgres;
  }

  async close(): Promise<void> {
    await (await this.#postgres)?.remove();
  }

  /** Whether `genjin serve` has an option. */
  async serves(option: string): Promise<boolean> {
    this.#settings ??= runProgram(['serve', '--help']);
    return (await this.#settings).includes(option);
  }

  rounds(full: number): number {
    return this.options.quick ? Math.max(1, Math.ceil(full / 5)) : full;
  }

  /** Runs `work` with servers and a load of its own, and stops them. */
  async session<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = new Session(this);
    try {
      return await work(session);
    } finally {
      await session.stop();
    }
  }
}

export class Session {
  readonly scale: Scale;
  readonly load: Load = startLoad();
  readonly #running: { stop(): Promise<void> }[] = [];
  readonly #asked = new Set<string>();
  /** Another one each time: what an earlier run asked is not asked again, and a kept store has what it wrote. */
  readonly random = new Random(Date.now() >>> 0);

  constructor(scale: Scale) {
    this.scale = scale;
    this.#running.push(this.load);
  }

  /** `genjin serve` over a store. `cacheMb`: its setting, where there is one; `null`: as it comes. */
  async program(data: ScaleData, cacheMb: number | null): Promise<Target> {
    const { profile, entries } = this.scale.options;
    const caches = cacheMb !== null && (await this.scale.serves('--cache-mb')) ? ['--cache-mb', String(cacheMb)] : [];
    const profiled = data.entries === entries ? profileFile(profile, 'serve') : null;
    const server = await startProgram(data.store, profiled, { words: [...databaseWords(data), ...caches] });
    this.#running.push({
      stop: async () => {
        if (data.entries === entries) this.scale.peaks.push({ row: this.scale.row, mb: (await server.usage()).peakMb });
        await server.stop();
      },
    });
    return { server, authorization: `Bearer ${await makeToken(server, data.store, data.tenantId, databaseWords(data))}` };
  }

  /** The straightforward way over the same store; it takes the token of a program's server over it. */
  straightforward = async ({ store, databaseUrl }: ScaleData, { authorization }: Target): Promise<Target> => {
    const place = databaseUrl === null ? storePath(store) : (await this.scale.postgres()).administrator(databaseUrl);
    return { server: await this.#rival('straightforward', place), authorization };
  };

  floor = async (file: string, encoding: 'gzip' | null = null): Promise<Target> => ({
    server: await this.#rival('floor', file, ...(encoding === null ? [] : [encoding])),
    authorization: 'Bearer none',
  });

  async anotherLoad(): Promise<Load> {
    const load = startLoad();
    this.#running.push(load);
    return load;
  }

  async #rival(...words: string[]): Promise<Server> {
    const server = await startRival(...words);
    this.#running.push(server);
    return server;
  }

  async stop(): Promise<void> {
    for (const one of this.#running.splice(0).reverse()) await one.stop();
  }

  /** `count` queries that this session has not made before; when there are not so many, some come again. */
  unasked(count: number, make: () => string): string[] {
    return Array.from({ length: count }, () => {
      let query = make();
      for (let i = 0; i < 30 && this.#asked.has(query); i++) query = make();
      this.#asked.add(query);
      return query;
    });
  }

  /** A side that asks each query once, made anew for each round. */
  side(
    name: string,
    { server, authorization }: Target,
    queries: (round: number) => readonly string[],
    more: SideOrder = {},
  ): Side {
    return {
      name,
      server,
      order: (round) => {
        const paths = queries(round);
        return { authorization, paths, connections, amount: paths.length, ...more };
      },
    };
  }

  /** One request after the other; the time of each in ms. */
  async latencies({ server, authorization }: Target, paths: readonly string[]): Promise<readonly number[]> {
    const order = { url: server.url, authorization, paths, connections: 1, amount: paths.length, each: true };
    return ((await this.load.ask(order)) as LoadResult).latencies;
  }

  /**
   * Requests in turns, one after the other, each round after the store's file was read once from its beginning to its end: a system that
   * takes back memory of files would else have its disk measured, which is the same for every page that is not asked again and again.
   */
  async inTurns({ server, authorization }: Target, data: ScaleData, kinds: readonly Kind[], rounds: number): Promise<Turns> {
    return inTurns(
      (paths) => {
        readThrough(data);
        return this.latencies({ server, authorization }, paths);
      },
      kinds,
      rounds,
    );
  }

  total = ({ server, authorization }: Target, query = ''): Promise<number> => totalOf(server.url, query, authorization);
}

/** Tells a command of the program where a store is, beside its folder. */
export const databaseWords = ({ databaseUrl }: ScaleData): string[] =>
  databaseUrl === null ? [] : ['--database-url', databaseUrl];

/** So that the system has the file of a store in memory; a database keeps its own. */
export function readThrough({ store, databaseUrl }: ScaleData): void {
  if (databaseUrl !== null) return;
  const fd = openSync(storePath(store), 'r');
  const some = Buffer.alloc(1 << 20);
  while (readSync(fd, some) > 0);
  closeSync(fd);
}

type SideOrder = Partial<Pick<LoadOrder, 'encoding' | 'bodies' | 'connections'>>;

/** The list's query for a page of 20 entries. */
export const pageOf = (number: number, query = ''): string => `${listPath}?count=${pageSize}&start_index=${number}${query}`;

/** The parameters of a query that this server does not know. */
export async function ignored({ server, authorization }: Target, path: string): Promise<string> {
  const response = await fetch(server.url + path, { headers: { authorization } });
  await response.arrayBuffer();
  return response.headers.get('x-genjin-ignored') ?? (response.status === 404 ? path : '');
}

/** Asks until a server has what such requests need in memory and its code is compiled. */
export async function warm(session: Session, target: Target, paths: readonly string[]): Promise<void> {
  for (const path of paths.slice(0, 1)) await get(target.server.url, path, target.authorization);
  await session.latencies(target, paths);
}

/** The figures of several sides, each compared with one of them. `turns`: the same, measured in turns. */
export function sidesTable(
  title: string,
  measured: Measured,
  base: string,
  notes: readonly string[],
  turns: Turns | null = null,
): Table {
  const more = turns === null ? [] : ['in turns, µs', 'in turns'];
  return {
    title,
    columns: ['', ...more, 'requests/s', 'time a request', "server's CPU, µs/request", 'CPU', 'bytes/answer'],
    rows: measured.names.map((name) => [
      name,
      ...(turns === null ? [] : [figure(1000 * turns.ms(name)), ratio(turns.cost(name, base))]),
      figure(measured.perSecond(name)),
      ratio(measured.cost(name, base)),
      figure(measured.cpu(name)),
      ratio(measured.cpu(name) / measured.cpu(base)),
      figure(median(measured.of(name).map(({ bytes, requests }) => bytes / requests))),
    ]),
    notes: [
      `Times and CPU as multiples of "${base}".`,
      ...(turns === null
        ? []
        : ['"In turns": one request of each after the other. The rest: many of one at a time, eight connections.']),
      ...notes,
    ],
  };
}

/** A row of the table that could not be measured, because this program does not have it: missed. */
export function lacking(what: string, why: string): Bound {
  return { what: `${what} (${why})`, value: null, limit: 0, holds: 'at least', unit: '×' };
}
