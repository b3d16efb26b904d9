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

/** `rounds` turns of each side, numbered from 1. */
export async function alternate(load: Load, sides: readonly Side[], rounds: number): Promise<Measured> {
  const measured = new Map<string, Round[]>(sides.map(({ name }) => [name, []]));
  for (let round = 1; round <= rounds; round++) {
    for (const side of sides) {
      await side.prepare?.();
      measured.get(side.name)?.push(await turn(load, side, round));
    }
  }
  return new Measured(measured);
}
