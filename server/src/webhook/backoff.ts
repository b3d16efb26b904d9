import type { Clock } from '../domain/stores.ts';
import { waitAfter } from './schedule.ts';

/** So many different objects in a row without success, and it is the receiver that is down. */
const manyObjects = 3;

/**
 * How many new events may be taken from the log. The log itself is the queue of a receiver that is down: it is tried with what waits
 * already and, now and then, with one new event, so that a few objects that it never accepts do not keep up the others.
 */
export class Backoff {
  readonly #clock: Clock;
  readonly #refused = new Set<number>();
  #probes = 0;
  #probeAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The receiver seems to be down. */
  get down(): boolean {
    return this.#refused.size >= manyObjects;
  }

  /** How many new events may be tried now, up to `most`. */
  allowance(most: number): number {
    if (!this.down) return most;
    return this.#clock() >= this.#probeAt ? 1 : 0;
  }

  /** New events were taken. */
  taken(): void {
    if (this.down) this.#scheduleProbe();
  }

  accepted(): void {
    this.#refused.clear();
    this.#probes = 0;
  }

  refused(objectId: number): void {
    const wasDown = this.down;
    this.#refused.add(objectId);
    if (this.down && !wasDown) this.#scheduleProbe();
  }

  #scheduleProbe(): void {
    this.#probes += 1;
    this.#probeAt = this.#clock() + waitAfter(this.#probes);
  }
}
