/** The ways through all entries: the first one, and those that read all contents again. */
import type { Clock } from '../domain/stores.ts';
import type { Job } from './failing.ts';
import type { Healing } from './healing.ts';
import type { Reader } from './reader.ts';
import { dueByNow, isOver, rereadAgain, rereadShare, type Spent } from './schedule.ts';
import type { Standing } from './standing.ts';
import type { Upstream } from './upstream.ts';
import { walkFrom } from './windows.ts';

export interface WalksParts {
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly standing: Standing;
  readonly reader: Reader;
  readonly healing: Healing;
  /** The first way through has ended. */
  filled(what: { readonly entries: number; readonly pages: number }): void;
}

interface Moment {
  readonly now: number;
  readonly spent: Spent;
  /** Calls that the rest of the day needs to stay fresh. */
  readonly kept: number;
}

export class Walks {
  readonly #parts: WalksParts;
  /** All contents are read again, whatever the share. */
  #rereadNow = false;

  constructor(parts: WalksParts) {
    this.#parts = parts;
  }

  /** What was begun is not gone on with, for it may have passed already what has changed since. */
  rereadAnew(): void {
    this.#rereadNow = true;
    this.#parts.standing.set({ reread: null });
  }

  async *fillDue(): AsyncGenerator<Job> {
    if (this.#parts.standing.state.upstreamTotal === null) yield { name: 'count', run: () => this.#count() };
    yield { name: 'fill', run: () => this.#fill() };
  }

  async *rereadDue(moment: Moment): AsyncGenerator<Job> {
    if (this.#isRereadDue(moment)) yield { name: 'reread', run: () => this.#reread() };
  }

  /** For how long the first way through will take. */
  async #count(): Promise<void> {
    const { upstream, standing } = this.#parts;
    standing.set({ upstreamTotal: await upstream.total('fill', { from: null, to: null }) });
  }

  async #fill(): Promise<void> {
    const { clock, standing, reader, healing, filled } = this.#parts;
    const { fill } = standing.state;
    if (fill === null) return;
    const { walk, ended } = await reader.step(fill, 'fill');
    standing.set({ fill: walk });
    if (ended !== null && !ended.equal) healing.differs(ended);
    if (walk !== null) return;
    standing.set({ filledAt: clock() });
    filled({ entries: fill.entries + (ended?.total ?? 0), pages: fill.pages + 1 });
  }

  #isRereadDue(moment: Moment): boolean {
    const { upstream, quota, standing } = this.#parts;
    const { reread, rereadWhole, upstreamTotal } = standing.state;
    if (this.#rereadNow) return true;
    const size = { entries: upstreamTotal ?? 0, pageSize: upstream.pageSize, quota };
    const { now, spent } = moment;
    if ((spent.reread ?? 0) >= dueByNow(rereadShare(size, moment), now)) return false;
    return reread !== null || rereadWhole === null || isOver(rereadWhole.beganAt, rereadAgain, now);
  }

  async #reread(): Promise<void> {
    const { clock, standing, reader, healing } = this.#parts;
    const before = standing.state.reread ?? walkFrom(clock());
    const { walk, ended } = await reader.step(before, 'reread');
    standing.set({ reread: walk });
    if (ended !== null && !ended.equal) healing.differs(ended);
    if (walk !== null) return;
    this.#rereadNow = false;
    standing.set({ rereadWhole: { beganAt: before.beganAt, endedAt: clock() } });
  }
}
