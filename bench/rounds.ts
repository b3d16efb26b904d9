/** Measures sides in turns, A B C A B C …, because what else the machine does changes from one minute to the next. */
import type { LoadOrder, LoadResult } from './load.ts';
import type { Load, Server } from './processes.ts';
import { median } from './report.ts';

/** One side: what is asked of which server in each round. */
export interface Side {
  readonly name: string;
  readonly server: Server;
  order(round: number): Omit<LoadOrder, 'url'>;
  /** Before each turn, untimed. */
  prepare?(): Promise<unknown>;
}

/** One side under one load. */
export interface Round extends LoadResult {
  readonly perSecond: number;
  /** The server's processor time, µs a request. */
  readonly cpu: number;
}

/** The rounds of each side, by its name. */
export class Measured {
  readonly #rounds: ReadonlyMap<string, readonly Round[]>;

  constructor(rounds: ReadonlyMap<string, readonly Round[]>) {
    this.#rounds = rounds;
  }

  get names(): readonly string[] {
    return [...this.#rounds.keys()];
  }

  of(name: string): readonly Round[] {
    const rounds = this.#rounds.get(name);
    if (rounds === undefined) throw new Error(`${name} was not measured`);
    return rounds;
  }

  perSecond(name: string): number {
    return median(this.of(name).map((round) => round.perSecond));
  }

  /** µs a request. */
  cpu(name: string): number {
    return median(this.of(name).map((round) => round.cpu));
  }

  /** How many times as many requests a second as `to` answers in the same round: the median of the rounds. */
  rate(name: string, to: string): number {
    const others = this.of(to);
    return median(this.of(name).map((round, i) => round.perSecond / (others[i] as Round).perSecond));
  }

  /** How many times as long as one of `to` a request takes: the median of the rounds. */
  cost(name: string, to: string): number {
    return 1 / this.rate(name, to);
  }
}

/** One side's turn. */
export async function turn(load: Load, { server, order }: Side, round: number): Promise<Round> {
  const asked = { ...order(round), url: server.url };
  const before = await server.usage();
  const result = await load.ask(asked);
  const used = (await server.usage()).cpu - before.cpu;
  return { ...result, perSecond: result.requests / result.seconds, cpu: used / result.requests };
}

/** Turns that are not measured, where the program shall be compiled before. */
export const warmUps = 3;

/** `rounds` turns of each side, after some more that are not measured; all are numbered from 1. */
export async function alternate(load: Load, sides: readonly Side[], rounds: number, unmeasured = 0): Promise<Measured> {
  const measured = new Map<string, Round[]>(sides.map(({ name }) => [name, []]));
  for (let round = 1; round <= unmeasured + rounds; round++) {
    for (const side of sides) {
      await side.prepare?.();
      const result = await turn(load, side, round);
      if (round > unmeasured) measured.get(side.name)?.push(result);
    }
  }
  return new Measured(measured);
}

/** One side of requests in turns, all of them to the same server. */
export interface Kind {
  readonly name: string;
  /** As many paths as every other one. */
  paths(): readonly string[];
}

/** How long requests of each kind take, in ms: the median of each round. */
export class Turns {
  readonly #medians: ReadonlyMap<string, readonly number[]>;

  constructor(medians: ReadonlyMap<string, readonly number[]>) {
    this.#medians = medians;
  }

  ms(name: string): number {
    return median(this.#of(name));
  }

  /** How many times as long as one of `to`, in the same round: the median of the rounds. */
  cost(name: string, to: string): number {
    const others = this.#of(to);
    return median(this.#of(name).map((time, i) => time / (others[i] as number)));
  }

  #of(name: string): readonly number[] {
    const medians = this.#medians.get(name);
    if (medians === undefined) throw new Error(`${name} was not measured`);
    return medians;
  }
}

/**
 * One request of each kind after the other over one connection, again and again. A page that is asked many times in a row has the
 * processor's caches to itself and costs half of what it costs among others; in turns all kinds find them in the same condition.
 */
export async function inTurns(
  ask: (paths: readonly string[]) => Promise<readonly number[]>,
  kinds: readonly Kind[],
  rounds: number,
): Promise<Turns> {
  const medians = new Map<string, number[]>(kinds.map(({ name }) => [name, []]));
  for (let round = 1; round <= warmUps + rounds; round++) {
    const paths = kinds.map((kind) => kind.paths());
    const times = await ask((paths[0] as readonly string[]).flatMap((_, i) => paths.map((of) => of[i] as string)));
    if (round <= warmUps) continue;
    for (const [k, { name }] of kinds.entries()) {
      medians.get(name)?.push(median(times.filter((_, i) => i % kinds.length === k)));
    }
  }
  return new Turns(medians);
}

/** What some work answers, and its time in ms. */
export async function timed<T>(work: () => Promise<T>): Promise<[T, number]> {
  const begin = performance.now();
  const result = await work();
  return [result, performance.now() - begin];
}
