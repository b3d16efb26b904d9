/** What in an answer may have come about on the way, and what is so because it was seen again and again. */
import type { Clock } from '../domain/stores.ts';
import { UpstreamError } from './upstream.ts';

/** What the same question was answered with so often in a row is so: nothing waits for it any more. */
const readings = 3;
/** What was not seen for so long is doubted anew. */
const forgottenAfter = 6 * 3_600_000;
const mostRemembered = 10_000;

/** One of them, under a name that it has wherever it is seen. */
export interface Doubt {
  readonly name: string;
  readonly reason: string;
}

/** Remembers what was doubtful in answers. An upstream may always answer so, and then the mirror has to get on with it. */
export class Doubts {
  readonly #clock: Clock;
  /** By question, the names of what its last answers had, and how many of them in a row. */
  readonly #asked = new Map<string, ReadonlyMap<string, number>>();
  /** What is believed, and when it was last seen (ms). */
  readonly #believed = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes in what is doubtful in the answer to a question. Throws `UpstreamError` unless all of that has to be believed. */
  settle(question: string, doubts: readonly Doubt[]): void {
    const before = this.#asked.get(question);
    this.#asked.delete(question);
    const times = new Map(doubts.map(({ name }) => [name, (before?.get(name) ?? 0) + 1]));
    for (const [name, seen] of times) if (seen >= readings || this.#isBelieved(name)) this.#believe(name);
    const open = doubts.find(({ name }) => !this.#isBelieved(name));
    if (open === undefined) return;
    if (this.#asked.size >= mostRemembered) this.#asked.clear();
    this.#asked.set(question, times);
    throw new UpstreamError(open.reason);
  }

  #isBelieved(name: string): boolean {
    return (this.#believed.get(name) ?? Number.NEGATIVE_INFINITY) + forgottenAfter > this.#clock();
  }

  #believe(name: string): void {
    if (this.#believed.size >= mostRemembered) this.#believed.clear();
    this.#believed.set(name, this.#clock());
  }
}
