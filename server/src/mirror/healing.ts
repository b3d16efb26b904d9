/** Puts right what was found to differ: windows are narrowed down and read, and what was missed is looked for once more. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { CallPurpose, Miss, Window } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import type { Job } from './failing.ts';
import { InVain } from './in-vain.ts';
import type { Reader } from './reader.ts';
import { isOver, missAgain, missInVain, mostInVain } from './schedule.ts';
import type { Upstream } from './upstream.ts';
import { halves, hourOf, isWithin, nameOf, sameWindow } from './windows.ts';

/** Pages of a window that differs in many places, which are then read rather than narrowed down to. */
const fewPages = 10;

/** A window that differs, and how many entries the upstream said that it has. */
export interface Differing extends Window {
  readonly total: number;
}

export interface HealingParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly clock: Clock;
  readonly reader: Reader;
}

export class Healing {
  readonly #parts: HealingParts;
  #differing: Differing[] = [];
  /** By the time of an entry that was missed, how often it was looked for. */
  readonly #missed = new InVain(missInVain);

  constructor(parts: HealingParts) {
    this.#parts = parts;
  }

  /** In memory only: if it is lost, the next comparison finds it again. */
  differs({ from, to, total }: Differing): void {
    const one = { from, to, total };
    if (!this.#differing.some((other) => sameWindow(other, one))) this.#differing.push(one);
  }

  /** Where an entry was moved to is read before it is looked for. */
  async *due(now: number): AsyncGenerator<Job> {
    for (const one of this.#differing.toReversed()) yield { name: `heal ${nameOf(one)}`, run: () => this.#heal(one) };
    for (const miss of await this.#stillMissed()) {
      if (isOld(miss, now) && this.#missed.isDue(nameOfMiss(miss), now))
        yield { name: `look for ${nameOfMiss(miss)}`, run: () => this.#lookForMissed(miss) };
    }
  }

  /** When something that was missed is looked for again. */
  async nextAt(): Promise<number> {
    const times = (await this.#stillMissed()).map((miss) => this.#missed.againAt(nameOfMiss(miss)) ?? miss.missedAt + missAgain);
    return Math.min(...times);
  }

  /** Something that was missed was not looked for so often yet that nobody waits for it any more. */
  async isLooking(): Promise<boolean> {
    return (await this.#stillMissed()).some((miss) => this.#missed.times(nameOfMiss(miss)) < mostInVain);
  }

  /** What is missed is looked for as if it had not been yet; `false`: nothing is. */
  async lookAnew(): Promise<boolean> {
    this.#missed.keepOnly(new Set());
    return (await this.#stillMissed()).length > 0;
  }

  /** Halves a window that differs, or reads it when it is small, or when so much differs in it that halving would come to all of its pages. */
  async #heal(one: Differing): Promise<void> {
    const { upstream, copy, tenantId, reader } = this.#parts;
    const [own = 0] = await copy.counts(tenantId, [one]);
    const pages = Math.ceil(one.total / upstream.pageSize);
    const few = pages <= 1 || (pages <= fewPages && pages <= 2 * Math.abs(own - one.total));
    const isSmall = few && own <= (fewPages + 1) * upstream.pageSize;
    const parts = own === one.total || isSmall ? null : await this.#halves(one, own);
    if (parts !== null) {
      const [early, late] = parts;
      const theirEarly = await upstream.total('heal', early);
      const [ownEarly = 0, ownLate = 0] = await copy.counts(tenantId, [early, late]);
      this.#isDone(one);
      const theirLate = Math.max(0, one.total - theirEarly);
      if (ownEarly !== theirEarly) this.differs({ ...early, total: theirEarly });
      if (ownLate !== theirLate) this.differs({ ...late, total: theirLate });
      return;
    }
    if (own !== one.total) await reader.whole({ from: one.from, to: one.to }, 'heal');
    this.#isDone(one);
  }

  #isDone(one: Differing): void {
    this.#differing = this.#differing.filter((other) => other !== one);
  }

  async #halves(one: Differing, own: number): Promise<readonly [Window, Window] | null> {
    const { copy, tenantId } = this.#parts;
    const isOpen = one.from === null || one.to === null;
    return halves(one, await copy.middle(tenantId, one, own), isOpen ? await copy.ends(tenantId) : null);
  }

  /** Reads the hour around a time, or the second alone where the hour has too many. */
  async readAround(at: number, purpose: CallPurpose): Promise<Window> {
    const { copy, upstream, tenantId, reader } = this.#parts;
    const hour = hourOf(at);
    const [own = 0] = await copy.counts(tenantId, [hour]);
    const window = own <= upstream.pageSize ? hour : { from: at, to: at };
    await reader.whole(window, purpose);
    return window;
  }

  async #stillMissed(): Promise<Miss[]> {
    const misses = await this.#parts.reader.stillMissed();
    this.#missed.keepOnly(new Set(misses.map(nameOfMiss)));
    return misses;
  }

  /** Looks for an entry once more, and for those that were missed around it. */
  async #lookForMissed({ happenedAt }: Miss): Promise<void> {
    const now = this.#parts.clock();
    const before = await this.#stillMissed();
    const window = await this.readAround(happenedAt, 'heal');
    const after = await this.#stillMissed();
    const lookedFor = before.filter((miss) => isWithin(window, miss.happenedAt) && isOld(miss, now));
    const open = lookedFor.filter(({ trailId }) => after.some((miss) => miss.trailId === trailId));
    const progress = open.length < lookedFor.length;
    for (const name of new Set(open.map(nameOfMiss))) this.#missed.tried(name, now, progress ? 0 : this.#missed.times(name) + 1);
  }
}

/** It was missed so long ago that a second whole answer without it is to be believed. */
const isOld = ({ missedAt, announced }: Miss, now: number): boolean => announced || isOver(missedAt, missAgain, now);

const nameOfMiss = ({ happenedAt }: Miss): string => String(happenedAt);
