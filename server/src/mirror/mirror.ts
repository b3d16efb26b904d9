/** Keeps an enterprise equal to its upstream: decides what is done next, call by call, within the day's quota. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { MirrorStore } from '../domain/mirror-stores.ts';
import { same } from '../domain/same.ts';
import type { Clock } from '../domain/stores.ts';
import { Comparing } from './comparing.ts';
import { Failing, type Job } from './failing.ts';
import { Healing } from './healing.ts';
import { Hearing } from './hearing.ts';
import { Lists } from './lists.ts';
import { type Found, Reader } from './reader.ts';
import { Recent } from './recent.ts';
import { withRefused } from './rows.ts';
import {
  dayOf,
  isOver,
  listOverdraft,
  lookAgain,
  mostInVain,
  reserve,
  restAfter,
  type Spent,
  startOfDay,
  total,
} from './schedule.ts';
import { Standing } from './standing.ts';
import { QuotaUsed, type Upstream, UpstreamError } from './upstream.ts';
import { Walks } from './walks.ts';

/** As much of a log as is needed here. */
export interface MirrorLog {
  info(what: object, message: string): void;
  warn(what: object, message: string): void;
  error(what: object, message: string): void;
}

export interface MirrorParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random: () => number;
  readonly log: MirrorLog;
  /** Calls a day; `null`: as many as it takes. */
  readonly quota: number | null;
}

/** How a round ended: nothing was due any more, the day's calls were used up, or the upstream does not answer, be it everything or one thing. */
export type RoundEnd = 'done' | 'quota' | 'offline';

/** A round ends when so many calls in a row have failed: some two minutes. */
const mostFailures = 8;

interface Moment {
  readonly now: number;
  readonly spent: Spent;
  /** Calls that the rest of the day needs to stay fresh. */
  readonly kept: number;
  /** Calls that may be made for what is not urgent. */
  readonly spare: number;
}

export class Mirror {
  readonly #parts: MirrorParts;
  readonly #standing: Standing;
  readonly #recent: Recent;
  readonly #hearing: Hearing;
  readonly #healing: Healing;
  readonly #lists: Lists;
  readonly #walks: Walks;
  readonly #comparing: Comparing;
  readonly #failing = new Failing();
  #failures = 0;
  #rest = { from: 0, pause: 0 };
  /** At the last step nothing was due that does not rest. */
  #isIdle = false;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    this.#standing = new Standing(parts);
    const what = {
      ...parts,
      standing: this.#standing,
      refuse: (entry: string, reason: string) => this.#refuse(entry, reason),
      found: (found: Found) => this.#found(found),
      filled: (read: object) => parts.log.info(read, 'the mirror has read all entries once'),
      notFound: () => this.#comparing.now('lately'),
    };
    const reader = new Reader(what);
    const healing = new Healing({ ...what, reader });
    const recent = new Recent({ ...what, reader, healing });
    this.#healing = healing;
    this.#recent = recent;
    this.#lists = new Lists(what);
    this.#walks = new Walks({ ...what, reader, healing });
    this.#comparing = new Comparing({ ...what, recent, healing });
    this.#hearing = new Hearing({ ...what, recent, healing, lists: this.#lists });
  }

  /**
   * Does what is due next, most often with one call, and answers after how many ms there is more to do; 0: at once. It never throws for what the
   * upstream does. What is announced meanwhile is due earlier.
   */
  async step(): Promise<number> {
    const { clock, upstream, quota } = this.#parts;
    const now = clock();
    this.#isIdle = false;
    if (!isOver(this.#rest.from, this.#rest.pause, now)) return this.#rest.from + this.#rest.pause - now;
    await this.#read();
    const limits = { pageSize: upstream.pageSize, quota };
    if (!same(this.#standing.state.limits, limits)) this.#standing.set({ limits });
    try {
      const moment = await this.#moment(now);
      const job = await this.#failing.choose(this.#due(moment), now);
      this.#isIdle = job === null;
      return job === null ? await this.#pause(moment) : await this.#do(job);
    } finally {
      await this.#standing.keep();
    }
  }

  /**
   * Reads everything until nothing is due: what is recent, lists, all months, and with `contents` each entry and each list once more. Stops
   * where the quota does, and when the upstream gives no answers.
   */
  async round(options: { contents: boolean; sleep(ms: number): Promise<void>; ended?: AbortSignal }): Promise<RoundEnd> {
    await this.#beginAnew(options.contents);
    let isLast = false;
    for (;;) {
      options.ended?.throwIfAborted();
      const pause = await this.step();
      if (pause === 0) continue;
      const { spare } = await this.#moment(this.#parts.clock());
      if (spare <= 0) return 'quota';
      if (this.#failures >= mostFailures) return 'offline';
      if (this.#isIdle && !(await this.#isWaiting())) {
        // Everything else was read now, so that more can be told of what was looked for in vain meanwhile.
        if (isLast || !(await this.#healing.lookAnew())) return this.#failing.held === null ? 'done' : 'offline';
        isLast = true;
        continue;
      }
      await options.sleep(pause);
    }
  }

  async #beginAnew(contents: boolean): Promise<void> {
    await this.#read();
    this.#failures = 0;
    this.#recent.now();
    this.#comparing.now('all');
    this.#lists.readAnew(contents);
    if (contents) this.#walks.rereadAnew();
    await this.#standing.keep();
  }

  /** Something of this round is still to come after a pause. What was tried in vain often enough is not waited for. */
  async #isWaiting(): Promise<boolean> {
    const { held } = this.#failing;
    // Nothing was answered since.
    if (this.#failures > 0) return true;
    return (held !== null && held < mostInVain) || this.#comparing.isUnsettled || (await this.#healing.isLooking());
  }

  async #read(): Promise<void> {
    if (!(await this.#standing.read())) throw new MirrorEnded();
  }

  /** What is due, most urgent first. */
  async *#due(moment: Moment): AsyncGenerator<Job> {
    const { now, spare } = moment;
    const { fill } = this.#standing.state;
    // Until there is something, nothing can be told from what is new.
    const begun = fill === null || fill.before !== null;
    if (begun) yield* this.#recent.due(now);
    if (begun && spare > 0) yield* this.#hearing.due(moment);
    if (spare > 0) yield* this.#healing.due(now);
    if (spare > -listOverdraft) yield* this.#lists.due(now);
    if (spare <= 0) return;
    if (fill !== null) return yield* this.#walks.fillDue();
    yield* this.#comparing.due(now);
    yield* this.#hearing.firmsDue(moment);
    yield* this.#walks.rereadDue(moment);
  }

  async #moment(now: number): Promise<Moment> {
    const { store, tenantId, quota } = this.#parts;
    const spent = await store.spent(tenantId, dayOf(now));
    const kept = reserve(now, this.#recent.pages);
    return { now, spent, kept, spare: quota === null ? Number.POSITIVE_INFINITY : quota - total(spent) - kept };
  }

  /** How long nothing is due that comes by itself. What is due and not done, because it rests or no call is left for it, does not count. */
  async #pause({ now, spare }: Moment): Promise<number> {
    const times = [this.#recent.nextAt(now), this.#lists.nextAt(now), spare > 0 ? await this.#healing.nextAt() : now];
    return Math.min(lookAgain, ...times.filter((at) => at > now).map((at) => at - now));
  }

  /** Answers how long to rest after it. */
  async #do(job: Job): Promise<number> {
    const { upstream } = this.#parts;
    const { answers } = upstream;
    try {
      await job.run();
    } catch (error) {
      if (!(error instanceof QuotaUsed)) this.#failing.failed(job.name);
      return this.#failed(error);
    }
    // Not everything asks the upstream.
    if (upstream.answers > answers) this.#answered(job);
    return 0;
  }

  #answered(job: Job): void {
    const { clock, log } = this.#parts;
    const { offline } = this.#standing.state;
    this.#failures = 0;
    this.#failing.answered(job.name, clock());
    if (offline !== null) log.info({ since: new Date(offline.since).toISOString() }, 'the upstream answers again');
    this.#standing.set({ offline: null, answeredAt: clock() });
  }

  /** Answers how long to rest. */
  #failed(error: unknown): number {
    const { clock, log, random } = this.#parts;
    const now = clock();
    if (error instanceof QuotaUsed) return this.#restFor(startOfDay(dayOf(now) + 1) - now);
    this.#failures += 1;
    const ofUpstream = error instanceof UpstreamError;
    const rest = this.#restFor(restAfter(this.#failures, ofUpstream ? error.retryAfter : null, random()));
    if (!ofUpstream) {
      log.error({ err: error }, 'the mirror rests after an error of our own');
      return rest;
    }
    const { offline } = this.#standing.state;
    if (offline === null) log.warn({ reason: error.message }, 'the upstream gives no answer that can be used');
    this.#standing.set({ offline: { since: offline?.since ?? now, reason: error.message } });
    return rest;
  }

  #restFor(pause: number): number {
    this.#rest = { from: this.#parts.clock(), pause };
    return pause;
  }

  #refuse(entry: string, reason: string): void {
    this.#parts.log.warn({ entry, reason }, 'an entry of the upstream cannot be kept');
    this.#standing.set({ refused: withRefused(this.#standing.state.refused, { at: this.#parts.clock(), entry, reason }) });
  }

  #found({ added, changed, removed }: Found): void {
    const { healed } = this.#standing.state;
    if (added + changed + removed === 0) return;
    this.#standing.set({
      healed: { added: healed.added + added, changed: healed.changed + changed, removed: healed.removed + removed },
    });
  }
}

/** The enterprise is no mirror any more. */
export class MirrorEnded extends Error {
  override readonly name = 'MirrorEnded';
}
