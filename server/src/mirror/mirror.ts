/** Keeps an enterprise equal to its upstream: decides what is done next, call by call, within the day's quota. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import {
  type CallPurpose,
  type ListName,
  listNames,
  type MirrorState,
  type MirrorStore,
  type Miss,
  type Told,
  unreadList,
  type Window,
} from '../domain/mirror-stores.ts';
import { same } from '../domain/same.ts';
import type { Clock } from '../domain/stores.ts';
import { Failing } from './failing.ts';
import { Lists } from './lists.ts';
import { Reader } from './reader.ts';
import { withRefused } from './rows.ts';
import {
  compareAgain,
  compareDiffering,
  dayOf,
  dueByNow,
  infoShare,
  isOver,
  missAgain,
  nextList,
  nextPoll,
  recent,
  rereadAgain,
  rereadShare,
  reserve,
  restAfter,
  startOfDay,
  total,
} from './schedule.ts';
import { QuotaUsed, type Upstream, UpstreamError } from './upstream.ts';
import { grid, halves, hourOf, isWithin, sameWindow, walkFrom } from './windows.ts';

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

/** Announcements that are read at a time. */
const toldAtOnce = 200;
/** A mirror that has nothing to do looks again after this, for there may be announcements. */
const lookAgain = 5_000;
/** What is recent and differs by as many entries as before, after it was looked into, is looked into again after this. */
const recentAgain = 3_600_000;
/** A round does not wait for what was tried so often, without an answer that could be relied on. */
const mostLooks = 3;

/** Something that was tried without success, so many times, and when last. */
interface InVain {
  readonly times: number;
  readonly at: number;
}

/** What can be done next, by a name that it has each time. */
interface Job {
  readonly name: string;
  run(): Promise<void>;
}

/** A window that differs, and how many entries the upstream said that it has. */
interface Differing extends Window {
  readonly total: number;
}

type Spent = Readonly<Partial<Record<CallPurpose, number>>>;

interface Moment {
  readonly now: number;
  readonly spent: Spent;
  /** Calls that may be made for what is not urgent. */
  readonly spare: number;
}

export class Mirror {
  readonly #parts: MirrorParts;
  readonly #reader: Reader;
  readonly #lists: Lists;
  #state: MirrorState | null = null;
  #differing: Differing[] = [];
  readonly #comparedInVain = new Map<string, number>();
  /** Missed entries that were looked for, by id, when no whole answer came of it. */
  readonly #looked = new Map<number, InVain>();
  /** By how many entries what is recent differed when it was last looked into. */
  #recentGap: { readonly by: number; readonly at: number } | null = null;
  #failures = 0;
  /** `from`: a clock that is put back would make it hours. */
  #rest = { from: 0, until: 0 };
  readonly #failing = new Failing();
  /** What was compared since all was to be compared again, whenever that was before; `null`: it was not. */
  #comparedAgain: Set<string> | null = null;
  /** All contents are read again, whatever the share. */
  #rereadAll = false;

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    const what = {
      ...parts,
      refuse: (entry: string, reason: string) => this.#refuse(entry, reason),
      found: ({ added, changed, removed }: { added: number; changed: number; removed: number }) => {
        const { healed } = this.#known;
        if (added + changed + removed > 0)
          this.#set({
            healed: { added: healed.added + added, changed: healed.changed + changed, removed: healed.removed + removed },
          });
      },
    };
    this.#reader = new Reader(what);
    this.#lists = new Lists(what);
  }

  /**
   * Does what is due next, most often with one call, and answers after how many ms there is more to do; 0: at once. It never throws for what the
   * upstream does.
   */
  async step(): Promise<number> {
    const { store, tenantId, clock } = this.#parts;
    const now = clock();
    if (this.#rest.until > now && this.#rest.from <= now) return this.#rest.until - now;
    // Anew each time: another process may have ended the mirror.
    const mirror = await store.get(tenantId);
    if (mirror === null) throw new MirrorEnded();
    const { upstream, quota } = this.#parts;
    const limits = { pageSize: upstream.pageSize, quota };
    this.#state = same(mirror.state.limits, limits) ? mirror.state : { ...mirror.state, limits };
    try {
      const job = await this.#failing.choose(this.#due(await this.#moment(now)), now);
      if (job === null) return Math.max(1, Math.min(lookAgain, this.#nextDue(now) - now));
      return await this.#do(job);
    } finally {
      if (this.#known !== mirror.state) await store.keep(tenantId, this.#known);
    }
  }

  /** Answers how long to rest after it. */
  async #do(job: Job): Promise<number> {
    const { answers } = this.#parts.upstream;
    try {
      await job.run();
    } catch (error) {
      if (!(error instanceof QuotaUsed)) this.#failing.failed(job.name);
      return this.#failed(error);
    }
    // Not everything asks the upstream.
    if (this.#parts.upstream.answers > answers) this.#answered(job.name);
    return 0;
  }

  /** Reads everything until nothing is due: lists, what is recent, all months, and with `contents` each entry once more. Stops where the quota does. */
  async round(options: { contents: boolean; sleep(ms: number): Promise<void>; ended?: AbortSignal }): Promise<void> {
    this.#comparedAgain = new Set();
    this.#rereadAll = options.contents;
    this.#pollAt = 0;
    for (;;) {
      options.ended?.throwIfAborted();
      const pause = await this.step();
      if (pause === 0) continue;
      const { now, spare } = await this.#moment(this.#parts.clock());
      if (this.#rest.until <= now && !(await this.#isWaiting(now))) return;
      if (spare <= 0) return;
      await options.sleep(pause);
    }
  }

  /** Something of this round is still to come after a pause. */
  async #isWaiting(now: number): Promise<boolean> {
    const missed = (await this.#reader.stillMissed()).some(({ trailId }) => (this.#looked.get(trailId)?.times ?? 0) < mostLooks);
    const { fill } = this.#known;
    return missed || this.#differing.length > 0 || fill !== null || this.#failing.isToBeTriedAgain(mostLooks, now);
  }

  #pollAt: number | null = null;

  get #known(): MirrorState {
    if (this.#state === null) throw new Error('the state was not read yet');
    return this.#state;
  }

  #set(change: Partial<MirrorState>): void {
    this.#state = { ...this.#known, ...change };
  }

  #refuse(entry: string, reason: string): void {
    this.#parts.log.warn({ entry, reason }, 'an entry of the upstream cannot be kept');
    this.#set({ refused: withRefused(this.#known.refused, { at: this.#parts.clock(), entry, reason }) });
  }

  async #moment(now: number): Promise<Moment> {
    const { store, tenantId, quota } = this.#parts;
    const spent = await store.spent(tenantId, dayOf(now));
    const spare = quota === null ? Number.POSITIVE_INFINITY : quota - total(spent) - reserve(now);
    return { now, spent, spare };
  }

  /** What is due, most urgent first. */
  async *#due(moment: Moment): AsyncGenerator<Job> {
    const { now, spare } = moment;
    const state = this.#known;
    const begun = state.fill === null || state.fill.before !== null;
    if (begun && this.#isPollDue(now)) yield { name: 'poll', run: () => this.#poll() };
    const told = await this.#parts.store.told(this.#parts.tenantId, toldAtOnce);
    const news = told.filter(({ kind }) => kind !== 'company' && kind !== 'contact');
    if (begun && news.length > 0 && spare > 0) yield { name: 'hear', run: () => this.#hear(news) };
    const missed = await this.#reader.stillMissed();
    if (missed.length === 0) this.#looked.clear();
    if (spare > 0) {
      for (const miss of missed.filter((one) => this.#isDueToLookFor(one, now)))
        yield { name: `look for ${miss.trailId}`, run: () => this.#lookFor(miss) };
      for (const one of this.#differing.toReversed()) yield { name: `heal ${nameOf(one)}`, run: () => this.#heal(one) };
    }
    if (spare > -10) {
      for (const list of listNames.filter((name) => this.#isListDue(name, now)))
        yield { name: list, run: () => this.#readList(list) };
    }
    if (spare <= 0) return;
    if (state.fill !== null) {
      if (state.upstreamTotal === null) yield { name: 'count', run: () => this.#count() };
      yield { name: 'fill', run: () => this.#fill() };
      return;
    }
    for await (const window of this.#dueToCompare(now))
      yield { name: `compare ${nameOf(window)}`, run: () => this.#compare(window) };
    const companies = told.filter(({ kind }) => kind === 'company' || kind === 'contact');
    if ((moment.spent.told ?? 0) < infoShare(this.#parts.quota)) {
      for (const company of companies)
        yield { name: `look at ${company.kind} ${company.id}`, run: () => this.#lookAtCompany(company) };
    }
    if (this.#isRereadDue(moment)) yield { name: 'reread', run: () => this.#reread() };
  }

  #isListDue(name: ListName, now: number): boolean {
    const progress = this.#known.lists[name] ?? unreadList;
    return progress.page > 1 || nextList(name, progress.readAt, now) <= now;
  }

  async #readList(name: ListName): Promise<void> {
    const progress = await this.#lists.step(name, this.#known.lists[name]);
    this.#set({ lists: { ...this.#known.lists, [name]: progress } });
  }

  #isDueToLookFor({ trailId, missedAt, announced }: Miss, now: number): boolean {
    const looked = this.#looked.get(trailId);
    return looked === undefined ? announced || missedAt + missAgain <= now : looked.at + compareDiffering(looked.times) <= now;
  }

  async #lookFor({ trailId, happenedAt }: Miss): Promise<void> {
    await this.#readAround(happenedAt, 'heal');
    this.#looked.set(trailId, { times: (this.#looked.get(trailId)?.times ?? 0) + 1, at: this.#parts.clock() });
  }

  #isPollDue(now: number): boolean {
    return this.#pollAt !== null || nextPoll(this.#known.polledAt, now) <= now;
  }

  /** When the next thing is due that comes by itself. */
  #nextDue(now: number): number {
    const { polledAt, lists } = this.#known;
    return Math.min(nextPoll(polledAt, now), ...listNames.map((name) => nextList(name, lists[name]?.readAt ?? null, now)));
  }

  async #poll(): Promise<void> {
    const { copy, tenantId, clock } = this.#parts;
    const now = clock();
    const ends = await copy.ends(tenantId);
    // Also when the clocks differ by hours, and when nothing was recorded for long.
    const from = Math.floor((Math.min(now, ends?.newest ?? now) - recent) / 1000) * 1000;
    const { polledAt, fill } = this.#known;
    const of = await this.#reader.newest(from, polledAt === null ? null : polledAt - recent / 2);
    const [own] = await copy.counts(tenantId, [{ from, to: null }]);
    // What the first way through has not come to yet is not missing.
    if (fill === null || (fill.before !== null && fill.before <= from)) this.#heedGap({ from, to: null, total: of }, own ?? 0);
    this.#pollAt = null;
    this.#set({ polledAt: now });
  }

  /** Some entries cannot be kept, so the same gap may come again with each poll. */
  #heedGap(recently: Differing, own: number): void {
    const now = this.#parts.clock();
    const by = recently.total - own;
    const isKnown = this.#recentGap?.by === by && now < this.#recentGap.at + recentAgain;
    if (by !== 0 && !isKnown) this.#differs(recently);
    if (by === 0) this.#recentGap = null;
    else if (!isKnown) this.#recentGap = { by, at: now };
  }

  #differs(one: Differing): void {
    if (!this.#differing.some((other) => sameWindow(other, one))) this.#differing.push(one);
  }

  /** For how long the first way through will take. */
  async #count(): Promise<void> {
    this.#set({ upstreamTotal: await this.#parts.upstream.total('fill', { from: null, to: null }) });
  }

  async #fill(): Promise<void> {
    const { fill } = this.#known;
    if (fill === null) return;
    const { walk, ended } = await this.#reader.step(fill, 'fill');
    this.#set({ fill: walk });
    if (ended !== null && !ended.equal) this.#differs(ended);
    if (walk !== null) return;
    this.#set({ filledAt: this.#parts.clock() });
    this.#parts.log.info({ entries: fill.entries, pages: fill.pages + 1 }, 'the mirror has read all entries once');
  }

  #isRereadDue({ now, spent }: Moment): boolean {
    const { reread, rereadWhole, filledAt } = this.#known;
    if (this.#rereadAll) return true;
    const { upstream, quota } = this.#parts;
    const share = rereadShare(this.#known.upstreamTotal ?? 0, upstream.pageSize, quota);
    if ((spent.reread ?? 0) >= dueByNow(share, now)) return false;
    return reread !== null || Math.max(rereadWhole?.beganAt ?? 0, filledAt ?? 0) + rereadAgain <= now;
  }

  async #reread(): Promise<void> {
    const now = this.#parts.clock();
    const before = this.#known.reread ?? walkFrom(now);
    const { walk, ended } = await this.#reader.step(before, 'reread');
    this.#set({ reread: walk });
    if (ended !== null && !ended.equal) this.#differs(ended);
    if (walk !== null) return;
    this.#rereadAll = false;
    this.#set({ rereadWhole: { beganAt: before.beganAt, endedAt: this.#parts.clock() } });
  }

  /** The windows of the grid that were not compared for too long. */
  async *#dueToCompare(now: number): AsyncGenerator<Window> {
    const { store, tenantId } = this.#parts;
    const compared = await store.compared(tenantId);
    for (const window of await this.#grid(now)) {
      const last = compared.find((one) => sameWindow(one, window));
      const name = nameOf(window);
      const inVain = last === undefined || last.upstream === last.own ? 0 : (this.#comparedInVain.get(name) ?? 1);
      const again = inVain === 0 ? compareAgain(window, now) : compareDiffering(inVain);
      if (last === undefined || isOver(last.comparedAt, again, now) || this.#comparedAgain?.has(name) === false) yield window;
    }
  }

  async #grid(now: number): Promise<Window[]> {
    const ends = await this.#parts.copy.ends(this.#parts.tenantId);
    return grid(ends?.oldest ?? now, Math.max(now, ends?.newest ?? now), now);
  }

  async #compare(window: Window): Promise<void> {
    const { upstream, copy, store, tenantId, clock } = this.#parts;
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
    this.#comparedAgain?.add(name);
    if (equal) this.#comparedInVain.delete(name);
    else {
      this.#comparedInVain.set(name, (this.#comparedInVain.get(name) ?? 0) + 1);
      this.#differs({ ...window, total: theirs });
    }
    const compared = await store.compared(tenantId);
    const all = await this.#grid(now);
    if (all.every((one) => compared.some((other) => sameWindow(one, other))))
      this.#set({ upstreamTotal: compared.reduce((sum, one) => sum + one.upstream, 0) });
  }

  /** Halves a window that differs, or reads it when it is small. */
  async #heal(one: Differing): Promise<void> {
    const { upstream, copy, tenantId } = this.#parts;
    const [own = 0] = await copy.counts(tenantId, [one]);
    const parts = halves(one, one.from === null || one.to === null ? await copy.ends(tenantId) : null);
    const isSmall = one.total <= upstream.pageSize && own <= 2 * upstream.pageSize;
    if (own !== one.total && !isSmall && parts !== null) {
      const [early, late] = parts;
      const theirEarly = await upstream.total('heal', early);
      const [ownEarly = 0, ownLate = 0] = await copy.counts(tenantId, [early, late]);
      this.#differing = this.#differing.filter((other) => other !== one);
      const theirLate = Math.max(0, one.total - theirEarly);
      if (ownEarly !== theirEarly) this.#differs({ ...early, total: theirEarly });
      if (ownLate !== theirLate) this.#differs({ ...late, total: theirLate });
      return;
    }
    if (own !== one.total) await this.#reader.whole({ from: one.from, to: one.to }, 'heal');
    this.#differing = this.#differing.filter((other) => other !== one);
  }

  /** Reads the hour around a time, or the second alone where the hour has too many. */
  async #readAround(at: number, purpose: CallPurpose): Promise<Window> {
    const { copy, upstream, tenantId } = this.#parts;
    const hour = hourOf(at);
    const [own = 0] = await copy.counts(tenantId, [hour]);
    const window = own <= upstream.pageSize ? hour : { from: at, to: at };
    await this.#reader.whole(window, purpose);
    return window;
  }

  /** Fetches what the upstream said has changed. */
  async #hear(told: readonly Told[]): Promise<void> {
    const { store, copy, tenantId } = this.#parts;
    const ofLists = told.filter(({ kind }) => kind !== 'trail');
    for (const [ofKind, name] of [
      ['lead', 'leads'],
      ['opportunity', 'opportunities'],
    ] as const) {
      const progress = this.#known.lists[name];
      if (progress !== undefined && ofLists.some(({ kind }) => kind === ofKind))
        this.#set({ lists: { ...this.#known.lists, [name]: { ...progress, readAt: null } } });
    }
    await store.forgetTold(tenantId, ofLists);
    const trails = told.filter(({ kind }) => kind === 'trail');
    if (trails.length === 0) return;
    const known = await copy.byId(
      tenantId,
      trails.map(({ id }) => id),
    );
    const there = known.filter(({ removed }) => !removed);
    await store.miss(
      tenantId,
      there
        .filter(({ trailId }) => trails.some(({ id, removed }) => id === trailId && removed))
        .map(({ trailId, happenedAt }) => ({ trailId, happenedAt, missedAt: this.#parts.clock(), announced: true })),
    );
    const read: Window[] = [];
    for (const { happenedAt } of there) {
      if (!read.some((window) => isWithin(window, happenedAt))) read.push(await this.#readAround(happenedAt, 'told'));
    }
    const ids = new Set(there.map(({ trailId }) => trailId));
    const unknown = trails.filter(({ id, removed }) => !ids.has(id) && !removed);
    if (unknown.length > 0) {
      await this.#poll();
      const found = await copy.byId(
        tenantId,
        unknown.map(({ id }) => id),
      );
      // What is not among the recent ones happened earlier: counts tell where.
      if (found.filter(({ removed }) => !removed).length < unknown.length) this.#comparedAgain = new Set();
    }
    await store.forgetTold(tenantId, trails);
  }

  async #lookAtCompany(told: Told): Promise<void> {
    const { store, copy, tenantId } = this.#parts;
    const companyId = told.kind === 'company' ? told.id : await copy.companyOfContact(tenantId, told.id);
    if (companyId !== null && !told.removed) await this.#lists.company(companyId);
    await store.forgetTold(tenantId, [told]);
  }

  #answered(name: string): void {
    const { clock, log } = this.#parts;
    const { offline } = this.#known;
    this.#failures = 0;
    this.#failing.answered(name, clock());
    if (offline !== null) log.info({ since: new Date(offline.since).toISOString() }, 'the upstream answers again');
    this.#set({ offline: null, answeredAt: clock() });
  }

  /** Answers how long to rest. */
  #failed(error: unknown): number {
    const { clock, log, random } = this.#parts;
    const now = clock();
    if (error instanceof QuotaUsed) {
      this.#rest = { from: now, until: startOfDay(dayOf(now) + 1) };
      return this.#rest.until - now;
    }
    this.#failures += 1;
    const ofUpstream = error instanceof UpstreamError;
    const rest = restAfter(this.#failures, ofUpstream ? error.retryAfter : null, random());
    this.#rest = { from: now, until: now + rest };
    if (!ofUpstream) {
      log.error({ err: error }, 'the mirror rests after an error of our own');
      return rest;
    }
    const { offline } = this.#known;
    if (offline === null) log.warn({ reason: error.message }, 'the upstream gives no answer that can be used');
    this.#set({ offline: { since: offline?.since ?? now, reason: error.message } });
    return rest;
  }
}

/** The enterprise is no mirror any more. */
export class MirrorEnded extends Error {
  override readonly name = 'MirrorEnded';
}

const nameOf = ({ from, to }: Window): string => `${from} ${to}`;
