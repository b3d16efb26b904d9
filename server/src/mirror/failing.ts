/** Which of the things that a mirror does are not answered while others are: these wait, so that they hold nothing up. */
import { InVain } from './in-vain.ts';
import { failingAgain, forgottenAfter } from './schedule.ts';

/** What can be done next, by a name that it has each time. */
export interface Job {
  readonly name: string;
  run(): Promise<void>;
}

/** What fails so often in a row may be the only thing that does. */
const suspectAfter = 3;

export class Failing {
  /** Failures in a row. */
  readonly #failures = new Map<string, number>();
  readonly #resting = new InVain(failingAgain);
  #held: string[] = [];

  failed(name: string): void {
    this.#failures.set(name, (this.#failures.get(name) ?? 0) + 1);
  }

  /** Of those that are due and do not rest, in their order: the first that is not suspect, or else the one that failed least often. */
  async choose<T extends Pick<Job, 'name'>>(due: AsyncIterable<T>, now: number): Promise<T | null> {
    let least: T | null = null;
    this.#held = [];
    for await (const one of due) {
      const { name } = one;
      if (!this.#resting.isDue(name, now)) {
        this.#held.push(name);
        continue;
      }
      const failures = this.#failures.get(name) ?? 0;
      if (failures < suspectAfter) return one;
      if (least === null || failures < (this.#failures.get(least.name) ?? 0)) least = one;
    }
    return least;
  }

  /** Something was answered, so that what is suspect is not answered for a reason of its own. */
  answered(name: string, now: number): void {
    this.#failures.delete(name);
    this.#resting.settled(name);
    for (const [one] of this.#resting.all)
      if ((this.#resting.againAt(one) ?? 0) + forgottenAfter < now) this.#resting.settled(one);
    for (const [suspect, failures] of this.#failures) {
      if (failures < suspectAfter) continue;
      this.#resting.tried(suspect, now);
      // Once is enough when its rest is over.
      this.#failures.set(suspect, suspectAfter - 1);
    }
  }

  /** Of what was due at the last choice and rests, how often that was tried in vain that was so least often; `null`: nothing rests. */
  get held(): number | null {
    return this.#held.length === 0 ? null : Math.min(...this.#held.map((name) => this.#resting.times(name)));
  }
}
