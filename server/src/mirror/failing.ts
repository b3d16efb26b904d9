/** Which of the things that a mirror does are not answered while others are: these wait, so that they hold nothing up. */
import { compareDiffering } from './schedule.ts';

/** What fails so often in a row may be the only thing that does. */
const suspectAfter = 3;

/** What was not tried for so long is not there to be done any more. */
const forgottenAfter = 24 * 3_600_000;

/** Jobs by name. */
export class Failing {
  /** Failures in a row. */
  readonly #failures = new Map<string, number>();
  /** Those that wait, since when and until when, and for which time. */
  readonly #resting = new Map<string, { readonly times: number; readonly from: number; readonly until: number }>();

  failed(name: string): void {
    this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
  }

  /** Of those that are due and do not rest, in their order: the first that is not suspect, or else the one that failed least often. */
  async choose<T extends { readonly name: string }>(due: AsyncIterable<T>, now: number): Promise<T | null> {
    let least: T | null = null;
    for await (const one of due) {
      if (this.#isResting(one.name, now)) continue;
      const failures = this.#failures.get(one.name) ?? 0;
      if (failures < suspectAfter) return one;
      if (least === null || failures < (this.#failures.get(least.name) ?? 0)) least = one;
    }
    return least;
  }

  /** Something was answered, so that what is suspect is not answered for a reason of its own. */
  answered(name: string, now: number): void {
    this.#failures.delete(name);
    this.#resting.delete(name);
    for (const [one, { until }] of this.#resting) if (until + forgottenAfter < now) this.#resting.delete(one);
    for (const [suspect, failures] of this.#failures) {
      if (failures < suspectAfter) continue;
      const times = (this.#resting.get(suspect)?.times ?? 0) + 1;
      this.#resting.set(suspect, { times, from: now, until: now + compareDiffering(times) });
      // Once is enough when its rest is over.
      this.#failures.set(suspect, suspectAfter - 1);
    }
  }

  /** Something rests now that did so fewer than `most` times before. */
  isToBeTriedAgain(most: number, now: number): boolean {
    return [...this.#resting].some(([name, { times }]) => times <= most && this.#isResting(name, now));
  }

  /** A clock that was put back since ends a rest. */
  #isResting(name: string, now: number): boolean {
    const rest = this.#resting.get(name);
    return rest !== undefined && rest.from <= now && rest.until > now;
  }
}
