/** What was tried without success is tried again, later and later. */
import { isOver } from './schedule.ts';

interface Tried {
  readonly times: number;
  readonly at: number;
}

/** By a name that each has each time. */
export class InVain {
  readonly #pause: (times: number) => number;
  readonly #tried = new Map<string, Tried>();

  /** `pause`: ms until it is tried again after so many times. */
  constructor(pause: (times: number) => number) {
    this.#pause = pause;
  }

  /** Names, and how often each was tried. */
  get all(): [name: string, times: number][] {
    return [...this.#tried].map(([name, { times }]) => [name, times]);
  }

  times(name: string): number {
    return this.#tried.get(name)?.times ?? 0;
  }

  /** Once more, unless it is said how often by now. */
  tried(name: string, now: number, times = this.times(name) + 1): void {
    this.#tried.set(name, { times, at: now });
  }

  settled(name: string): void {
    this.#tried.delete(name);
  }

  /** All others are settled. */
  keepOnly(names: ReadonlySet<string>): void {
    for (const name of this.#tried.keys()) if (!names.has(name)) this.#tried.delete(name);
  }

  /** When it is to be tried again; `null`: it was not tried. */
  againAt(name: string): number | null {
    const tried = this.#tried.get(name);
    return tried === undefined ? null : tried.at + this.#pause(tried.times);
  }

  isDue(name: string, now: number): boolean {
    const tried = this.#tried.get(name);
    return tried === undefined || isOver(tried.at, this.#pause(tried.times), now);
  }
}
