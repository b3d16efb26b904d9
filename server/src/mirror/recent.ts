/** What is recent: polls, and what they have seen. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { Window } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import type { Job } from './failing.ts';
import type { Healing } from './healing.ts';
import { InVain } from './in-vain.ts';
import type { Reader } from './reader.ts';
import { compareDiffering, isOver, nextPoll, pollOverlap, recent, wholeDayAfterNews, wholeDayAgain } from './schedule.ts';
import type { Standing } from './standing.ts';
import { hourOf, isWithin } from './windows.ts';

/** Announced entries that are looked for at a time; of more it is only known that there are some. */
const mostSought = 10_000;
/** ms; what was read then is as new as can be. */
const justNow = 10_000;

export interface RecentParts {
  readonly tenantId: number;
  readonly copy: MirrorCopy;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly standing: Standing;
  readonly reader: Reader;
  readonly healing: Healing;
  /** What was announced and is not among what is recent happened earlier: counts tell where. */
  notFound(): void;
}

export class Recent {
  readonly #parts: RecentParts;
  #pollNow = false;
  #wholeDayNow = false;
  /** When all of it was last read, and how many pages it was. */
  #wholeDay = { at: 0, pages: 1 };
  /** When the last poll began and ended, and from when to when it saw everything. */
  #saw: (Window & { readonly at: number; readonly until: number }) | null = null;
  /** Entries that were announced and not found yet. */
  readonly #sought = new Set<number>();
  /** By how many entries it differs: some cannot be kept, so the same gap may come again and again. */
  readonly #gaps = new InVain(compareDiffering);

  constructor(parts: RecentParts) {
    this.#parts = parts;
  }

  /** All of it is due, whatever the schedule says. */
  now(): void {
    this.#pollNow = true;
    this.#wholeDayNow = true;
  }

  /** Two jobs: where all of it is not answered, for it may be many pages, what is new still is. */
  async *due(now: number): AsyncGenerator<Job> {
    const isPollDue = this.#pollNow || this.nextAt(now) <= now;
    if (this.#wholeDayNow || ((isPollDue || this.#sought.size > 0) && this.#isWholeDayDue(now)))
      yield { name: 'whole day', run: () => this.#readWholeDay() };
    if (isPollDue) yield this.job;
  }

  get job(): Job {
    return { name: 'poll', run: () => this.poll() };
  }

  nextAt(now: number): number {
    return nextPoll(this.#parts.standing.state.polledAt, now);
  }

  /** How many pages all of it was when it was last read. */
  get pages(): number {
    return this.#wholeDay.pages;
  }

  /** The next time that all of it is read it is looked whether an announced entry is there. */
  seek(trailId: number): void {
    if (this.#sought.size < mostSought) this.#sought.add(trailId);
  }

  /** A poll has just ended. */
  isFresh(now: number): boolean {
    return this.#saw !== null && !isOver(this.#saw.until, justNow, now);
  }

  hasPolledSince(at: number): boolean {
    return this.#saw !== null && this.#saw.at > at;
  }

  /** Whether what happened at a time was read after it was told of. */
  hasSeen(happenedAt: number, toldAt: number): boolean {
    return this.#saw !== null && this.#saw.at > toldAt && isWithin(this.#saw, happenedAt);
  }

  /** Reads what is new, or all of it where that is not known. */
  async poll(): Promise<void> {
    const { copy, tenantId, clock, quota, reader, standing } = this.#parts;
    const now = clock();
    const ends = await copy.ends(tenantId);
    const from = beginOf(ends?.newest ?? now, now);
    const known = knownFrom(standing.state.polledAt, ends?.newest ?? null, now);
    if (known === null || known < from) return this.#readWholeDay();
    // What is planned for later need not be passed each time to come to what is new.
    const read = await reader.newest({ from, to: hourOf(now).to + recent }, known);
    if (!read.equal && quota === null) this.#wholeDayNow = true;
    this.#hasPolled(now, read);
  }

  #hasPolled(at: number, { from, to }: Window): void {
    const { clock, standing } = this.#parts;
    this.#saw = { at, until: clock(), from, to };
    this.#pollNow = false;
    standing.set({ polledAt: at });
  }

  #isWholeDayDue(now: number): boolean {
    const { at, pages } = this.#wholeDay;
    if (this.#wholeDayNow || isOver(at, wholeDayAgain(pages, now), now)) return true;
    return this.#sought.size > 0 && (this.#parts.quota === null || isOver(at, wholeDayAfterNews(pages), now));
  }

  async #readWholeDay(): Promise<void> {
    const { copy, tenantId, clock, reader } = this.#parts;
    const now = clock();
    const ends = await copy.ends(tenantId);
    const window = { from: beginOf(ends?.newest ?? now, now), to: null };
    const { total, pages, equal, moved } = await reader.newest(window, null);
    if (equal) this.#gaps.keepOnly(new Set());
    // What was missed is looked for again by itself.
    else if (moved) await this.#heedGap(window, total);
    this.#wholeDay = { at: now, pages };
    this.#wholeDayNow = false;
    this.#hasPolled(now, window);
    if (this.#sought.size === 0) return;
    const found = await copy.byId(tenantId, [...this.#sought]);
    if (found.filter(({ removed }) => !removed).length < this.#sought.size) this.#parts.notFound();
    this.#sought.clear();
  }

  async #heedGap(window: Window & { readonly from: number }, total: number): Promise<void> {
    const { copy, tenantId, clock, standing, healing } = this.#parts;
    const { fill } = standing.state;
    // What the first way through has not come to yet is not missing.
    if (fill !== null && (fill.before === null || fill.before > window.from)) return;
    const [own = 0] = await copy.counts(tenantId, [window]);
    const [by, now] = [String(total - own), clock()];
    if (!this.#gaps.isDue(by, now)) return;
    this.#gaps.tried(by, now);
    healing.differs({ ...window, total });
  }
}

/** From when on something may be new, by clocks that may differ by hours; `null`: that is not known. */
function knownFrom(polledAt: number | null, newest: number | null, now: number): number | null {
  return polledAt === null || polledAt > now ? null : Math.min(polledAt, newest ?? polledAt) - pollOverlap;
}

/** When what is recent begins, also when the clocks differ by hours, and when nothing was recorded for long. Whole seconds, as the wire has them. */
const beginOf = (newest: number, now: number): number => Math.floor((Math.min(now, newest) - recent) / 1000) * 1000;
