/** Counts both sides against each other, month by month. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { MirrorStore, Window } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import type { Job } from './failing.ts';
import type { Healing } from './healing.ts';
import { InVain } from './in-vain.ts';
import type { Recent } from './recent.ts';
import { compareAfterNews, compareAgain, compareDiffering, isLately, isOver, mostInVain } from './schedule.ts';
import type { Standing } from './standing.ts';
import type { Upstream } from './upstream.ts';
import { grid, isWithin, nameOf, sameWindow } from './windows.ts';

export interface ComparingParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly standing: Standing;
  readonly recent: Recent;
  readonly healing: Healing;
}

export class Comparing {
  readonly #parts: ComparingParts;
  /** By window of the grid, how often it was found to differ since it was last equal. */
  readonly #differing = new InVain(compareDiffering);
  /** What is to be compared whatever the schedule says, when the grid is looked at next; and the windows of it. */
  #wanted: 'all' | 'lately' | null = null;
  readonly #now = new Set<string>();
  /** When that was last so because of what was announced. */
  #afterNewsAt = 0;

  constructor(parts: ComparingParts) {
    this.#parts = parts;
  }

  now(what: 'all' | 'lately'): void {
    if (this.#wanted !== 'all') this.#wanted = what;
  }

  /** Something that differed was not compared again yet after it was looked into. */
  get isUnsettled(): boolean {
    return this.#differing.all.some(([, times]) => times < mostInVain);
  }

  /** The windows of the grid that were not compared for too long. */
  async *due(now: number): AsyncGenerator<Job> {
    const { store, tenantId, quota, recent } = this.#parts;
    const compared = await store.compared(tenantId);
    const windows = await this.#grid(now);
    this.#want(windows, now);
    for (const window of windows) {
      const name = nameOf(window);
      const last = compared.find((one) => sameWindow(one, window));
      if (last !== undefined && !this.#now.has(name)) {
        const isEqual = last.upstream === last.own;
        const again = isEqual ? compareAgain(window, now, quota) : compareDiffering(Math.max(1, this.#differing.times(name)));
        if (!isOver(last.comparedAt, again, now)) continue;
      }
      // What was recorded since the last poll is no difference.
      if (isWithin(window, now) && !recent.isFresh(now)) yield recent.job;
      yield { name: `compare ${name}`, run: () => this.#compare(window) };
    }
  }

  #want(windows: readonly Window[], now: number): void {
    const { quota } = this.#parts;
    if (
      this.#wanted === 'all' ||
      (this.#wanted !== null && (quota === null || isOver(this.#afterNewsAt, compareAfterNews, now)))
    ) {
      for (const window of windows) if (this.#wanted === 'all' || isLately(window, now)) this.#now.add(nameOf(window));
      this.#wanted = null;
      this.#afterNewsAt = now;
    }
    // The first and the last of them have others in their place from time to time.
    const names = new Set(windows.map(nameOf));
    for (const name of this.#now) if (!names.has(name)) this.#now.delete(name);
    this.#differing.keepOnly(names);
  }

  async #grid(now: number): Promise<Window[]> {
    const ends = await this.#parts.copy.ends(this.#parts.tenantId);
    return grid(ends?.oldest ?? now, Math.max(now, ends?.newest ?? now), now);
  }

  async #compare(window: Window): Promise<void> {
    const { upstream, copy, store, tenantId, clock, standing, healing } = this.#parts;
    const theirs = await upstream.total('compare', window);
    const [own = 0] = await copy.counts(tenantId, [window]);
    const now = clock();
    const last = (await store.compared(tenantId)).find((one) => sameWindow(one, window));
    const equal = theirs === own;
    await store.keepCompared(tenantId, {
      ...{ from: window.from, to: window.to, comparedAt: now, upstream: theirs, own },
      equalAt: equal ? now : (last?.equalAt ?? null),
    });
    const name = nameOf(window);
    this.#now.delete(name);
    if (equal) this.#differing.settled(name);
    else {
      this.#differing.tried(name, now);
      healing.differs({ ...window, total: theirs });
    }
    const compared = await store.compared(tenantId);
    const all = await this.#grid(now);
    if (all.every((one) => compared.some((other) => sameWindow(one, other))))
      standing.set({ upstreamTotal: compared.reduce((sum, one) => sum + one.upstream, 0) });
  }
}
