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
import type { Clock } from '../domain/stores.ts';
import { Lists } from './lists.ts';
import { Reader } from './reader.ts';
import { withRefused } from './rows.ts';
import {
  compareAfterNews,
  compareAgain,
  compareDiffering,
  dayOf,
  dueByNow,
  infoShare,
  isLately,
  listAfterNews,
  listOverdraft,
  lookAgain,
  missAgain,
  missInVain,
  nextList,
  nextPoll,
  pollOverlap,
  recent,
  rereadAgain,
  rereadShare,
  reserve,
  restAfter,
  type Spent,
  startOfDay,
  toldByNow,
  total,
  wholeDayAfterNews,
  wholeDayAgain,
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

/** How a round ended: nothing was due any more, the day's calls were used up, or the upstream gave no answers. */
export type RoundEnd = 'done' | 'quota' | 'offline';

/** Announcements that are read at a time. */
const toldAtOnce = 200;
/** Announced entries that are looked for at a time; of more it is only known that there are some. */
const mostSought = 10_000;
/** Pages of a window that differs in many places, which are then read rather than narrowed down to. */
const fewPages = 10;
/** A round waits for what is missed until it was looked for in vain so often: where it was moved to may be found only at the end. */
const enoughTries = 3;
/** ms; what was read then is as new as can be. */
const justNow = 10_000;
/** A round ends when so many calls in a row have failed: some two minutes. */
const mostFailures = 8;

/** A window that differs, and how many entries the upstream said that it has. */
interface Differing extends Window {
  readonly total: number;
}

interface Moment {
  readonly now: number;
  readonly spent: Spent;
  /** Calls that the rest of the day needs to stay fresh. */
  readonly kept: number;
  /** Calls that may be made for what is not urgent. */
  readonly spare: number;
}

type Job = () => Promise<void>;

export class Mirror {
  readonly #parts: MirrorParts;
  readonly #reader: Reader;
  readonly #lists: Lists;
  #state: MirrorState | null = null;
  #differing: Differing[] = [];
  /** By the name of a window of the grid, how often it was found to differ since it was last equal. */
  readonly #comparedInVain = new Map<string, number>();
  /** By the time of an entry that was missed, how often it was looked for in vain, and when it is again. */
  readonly #missedInVain = new Map<number, { readonly times: number; readonly again: number }>();
  #failures = 0;
  #restsUntil = 0;
  /** What is due whatever the schedule says. */
  #pollNow = false;
  #wholeDayNow = false;
  readonly #listsNow = new Set<ListName>();
  readonly #listsOfNews = new Set<ListName>();
  #compareNow: 'all' | 'lately' | null = null;
  readonly #toCompare = new Set<string>();
  #rereadNow = false;
  /** When what is recent was last read whole, and how many pages it was; and when the last poll was, and back to when it saw everything. */
  #wholeDay = { at: 0, pages: 1 };
  #saw: { readonly at: number; readonly from: number } | null = null;
  /** Entries that were announced and not found yet. */
  readonly #sought = new Set<number>();
  #comparedForNewsAt = 0;

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
   * upstream does. What is announced meanwhile is due earlier.
   */
  async step(): Promise<number> {
    const { store, tenantId, clock, upstream, quota } = this.#parts;
    const now = clock();
    if (this.#restsUntil > now) return this.#restsUntil - now;
    // Anew each time: another process may have ended the mirror.
    const mirror = await store.get(tenantId);
    if (mirror === null) throw new MirrorEnded();
    this.#state = mirror.state;
    const { limits } = mirror.state;
    if (limits?.pageSize !== upstream.pageSize || limits.quota !== quota)
      this.#set({ limits: { pageSize: upstream.pageSize, quota } });
    try {
      const moment = await this.#moment(now);
      const job = await this.#next(moment);
      if (job === null) return await this.#pause(moment);
      await job();
      await this.#answered();
      return 0;
    } catch (error) {
      return this.#failed(error);
    } finally {
      if (this.#state !== mirror.state) await store.keep(tenantId, this.#known);
    }
  }

  /**
   * Reads everything until nothing is due: what is recent, lists, all months, and with `contents` each entry and each list once more. Stops
   * where the quota does, and when the upstream gives no answers.
   */
  async round(options: { contents: boolean; sleep(ms: number): Promise<void>; ended?: AbortSignal }): Promise<RoundEnd> {
    this.#pollNow = true;
    this.#wholeDayNow = true;
    this.#compareNow = 'all';
    for (const name of listNames) this.#listsNow.add(name);
    this.#rereadNow = options.contents;
    await this.#beginAnew(options.contents);
    let settled = false;
    for (;;) {
      options.ended?.throwIfAborted();
      const pause = await this.step();
      if (pause === 0) continue;
      const { now, spare } = await this.#moment(this.#parts.clock());
      if (spare <= 0) return 'quota';
      if (this.#failures >= mostFailures) return 'offline';
      if (this.#restsUntil <= now && !(await this.#isWaiting())) {
        if (settled || (await this.#reader.stillMissed()).length === 0) return 'done';
        // Everything else was read now, so that what was looked for in vain meanwhile can be told.
        settled = true;
        this.#missedInVain.clear();
        continue;
      }
      await options.sleep(pause);
    }
  }

  /** What was begun is not gone on with, for it may have passed already what has changed since. */
  async #beginAnew(contents: boolean): Promise<void> {
    const { store, tenantId } = this.#parts;
    const mirror = await store.get(tenantId);
    if (mirror === null) throw new MirrorEnded();
    const { state } = mirror;
    const lists = Object.fromEntries(
      Object.entries(state.lists).map(([name, progress]) => [
        name,
        { ...progress, page: 1, seen: null, wholeAt: contents ? null : progress.wholeAt },
      ]),
    );
    await store.keep(tenantId, { ...state, reread: contents ? null : state.reread, lists });
  }

  /** Something of this round is still to come after a pause. What was tried in vain often enough is not waited for. */
  async #isWaiting(): Promise<boolean> {
    if ([...this.#comparedInVain.values()].includes(1)) return true;
    const missed = await this.#reader.stillMissed();
    return missed.some(({ happenedAt }) => (this.#missedInVain.get(happenedAt)?.times ?? 0) < enoughTries);
  }

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
    const kept = reserve(now, this.#wholeDay.pages);
    return { now, spent, kept, spare: quota === null ? Number.POSITIVE_INFINITY : quota - total(spent) - kept };
  }

  /** What is to be done next; `null`: nothing now. The first of these that is due. */
  async #next(moment: Moment): Promise<Job | null> {
    const { now, spare, spent } = moment;
    const { store, tenantId, quota } = this.#parts;
    const { fill, lists } = this.#known;
    // Until there is something, nothing can be told from what is new.
    const begun = fill === null || fill.before !== null;
    if (begun && this.#isPollDue(now)) return () => this.#poll();
    if (begun && spare > 0 && (spent.told ?? 0) < toldByNow(quota, now)) {
      const news = await store.told(tenantId, ['trail', 'opportunity'], toldAtOnce);
      if (news.length > 0) return () => this.#hear(news);
    }
    // Where an entry was moved to is read before it is looked for.
    if (this.#differing.length > 0 && spare > 0) return () => this.#heal();
    const [miss] = await this.#dueMisses(now);
    if (miss !== undefined && spare > 0) return () => this.#lookForMissed(miss);
    const list = listNames.find((name) => this.#isListDue(name, now));
    if (list !== undefined && spare > -listOverdraft) return () => this.#readList(list, lists[list]);
    if (spare <= 0) return null;
    if (fill !== null) return () => this.#fill();
    const window = await this.#dueToCompare(now);
    if (window !== null) return () => this.#compare(window);
    if ((spent.info ?? 0) < infoShare(quota)) {
      const [firm] = await store.told(tenantId, ['company', 'contact', 'lead'], 1);
      if (firm !== undefined) return () => this.#lookAtFirm(firm);
    }
    return this.#isRereadDue(moment) ? () => this.#reread() : null;
  }

  /** How long nothing is due that comes by itself. */
  async #pause({ now, spare }: Moment): Promise<number> {
    const { polledAt, lists } = this.#known;
    const misses = spare > 0 ? await this.#reader.stillMissed() : [];
    const next = Math.min(
      now + lookAgain,
      nextPoll(polledAt, now),
      ...(spare > -listOverdraft ? listNames : []).map((name) => nextList(name, lists[name]?.readAt ?? null, now)),
      ...misses.map((miss) => this.#missDueAt(miss)),
    );
    return Math.max(1, next - now);
  }

  #isPollDue(now: number): boolean {
    return this.#pollNow || nextPoll(this.#known.polledAt, now) <= now || (this.#sought.size > 0 && this.#isWholeDayDue(now));
  }

  #isWholeDayDue(now: number): boolean {
    const { at, pages } = this.#wholeDay;
    if (this.#wholeDayNow || at + wholeDayAgain(pages, now) <= now) return true;
    return this.#sought.size > 0 && (this.#parts.quota === null || at + wholeDayAfterNews(pages) <= now);
  }

  async #poll(): Promise<void> {
    const { copy, tenantId, clock, quota } = this.#parts;
    const now = clock();
    const { polledAt } = this.#known;
    const ends = await copy.ends(tenantId);
    // Also when the clocks differ by hours, and when nothing was recorded for long.
    const from = secondOf(Math.min(now, ends?.newest ?? now) - recent);
    const known = polledAt === null || polledAt - pollOverlap < from ? null : polledAt - pollOverlap;
    const wholeDay = known === null || this.#isWholeDayDue(now);
    // What is planned for later need not be passed each time to come to what is new.
    const later = hourOf(now).to + hourLength;
    const read = wholeDay ? null : await this.#reader.newest({ from, to: later }, known);
    if (read !== null) this.#saw = { at: now, from: read.from };
    if (read === null || (!read.equal && quota === null)) await this.#readWholeDay({ from, to: null }, now);
    this.#pollNow = false;
    this.#set({ polledAt: now });
  }

  async #readWholeDay(window: Window & { from: number }, now: number): Promise<void> {
    const { copy, tenantId } = this.#parts;
    const { total: of, pages, equal, moved } = await this.#reader.newest(window, null);
    const { fill } = this.#known;
    // What the first way through has not come to yet is not missing, and what was missed is looked for again by itself.
    if (!equal && moved && (fill === null || (fill.before !== null && fill.before <= window.from)))
      this.#differs({ ...window, total: of });
    this.#wholeDay = { at: now, pages };
    this.#saw = { at: now, from: window.from };
    this.#wholeDayNow = false;
    if (this.#sought.size === 0) return;
    const found = await copy.byId(tenantId, [...this.#sought]);
    // What is not among the recent ones happened earlier: counts tell where.
    if (found.filter(({ removed }) => !removed).length < this.#sought.size) this.#compareNow ??= 'lately';
    this.#sought.clear();
  }

  #differs(one: Differing): void {
    if (!this.#differing.some((other) => sameWindow(other, one))) this.#differing.push(one);
  }

  async #fill(): Promise<void> {
    const { fill, upstreamTotal } = this.#known;
    if (fill === null) return;
    // For how long it will take.
    if (upstreamTotal === null) {
      this.#set({ upstreamTotal: await this.#parts.upstream.total('fill', { from: null, to: null }) });
      return;
    }
    const { walk, ended } = await this.#reader.step(fill, 'fill');
    this.#set({ fill: walk });
    if (ended !== null && !ended.equal) this.#differs(ended);
    if (walk !== null) return;
    this.#set({ filledAt: this.#parts.clock() });
    this.#parts.log.info({ entries: fill.entries, pages: fill.pages + 1 }, 'the mirror has read all entries once');
  }

  #isRereadDue(moment: Moment): boolean {
    const { reread, rereadWhole } = this.#known;
    if (this.#rereadNow) return true;
    const { upstream, quota } = this.#parts;
    const size = { entries: this.#known.upstreamTotal ?? 0, pageSize: upstream.pageSize, quota };
    if ((moment.spent.reread ?? 0) >= dueByNow(rereadShare(size, moment), moment.now)) return false;
    return reread !== null || rereadWhole === null || rereadWhole.beganAt + rereadAgain <= moment.now;
  }

  async #reread(): Promise<void> {
    const now = this.#parts.clock();
    const before = this.#known.reread ?? walkFrom(now);
    const { walk, ended } = await this.#reader.step(before, 'reread');
    this.#set({ reread: walk });
    if (ended !== null && !ended.equal) this.#differs(ended);
    if (walk !== null) return;
    this.#rereadNow = false;
    this.#set({ rereadWhole: { beganAt: before.beganAt, endedAt: this.#parts.clock() } });
  }

  /** The window of the grid that was not compared for too long; `null`: there is none. */
  async #dueToCompare(now: number): Promise<Window | null> {
    const { store, tenantId, quota } = this.#parts;
    const compared = await store.compared(tenantId);
    const windows = await this.#grid(now);
    if (
      this.#compareNow === 'all' ||
      (this.#compareNow !== null && (quota === null || this.#comparedForNewsAt + compareAfterNews <= now))
    ) {
      for (const window of windows) if (this.#compareNow === 'all' || isLately(window, now)) this.#toCompare.add(nameOf(window));
      this.#compareNow = null;
      this.#comparedForNewsAt = now;
    }
    // The first and the last of them have others in their place from time to time.
    const names = new Set(windows.map(nameOf));
    for (const name of [...this.#comparedInVain.keys(), ...this.#toCompare]) {
      if (names.has(name)) continue;
      this.#comparedInVain.delete(name);
      this.#toCompare.delete(name);
    }
    for (const window of windows) {
      const last = compared.find((one) => sameWindow(one, window));
      if (last === undefined || this.#toCompare.has(nameOf(window))) return window;
      const inVain = last.upstream === last.own ? 0 : (this.#comparedInVain.get(nameOf(window)) ?? 1);
      const again = inVain === 0 ? compareAgain(window, now, quota) : compareDiffering(inVain);
      if (last.comparedAt + again <= now) return window;
    }
    return null;
  }

  async #grid(now: number): Promise<Window[]> {
    const ends = await this.#parts.copy.ends(this.#parts.tenantId);
    return grid(ends?.oldest ?? now, now);
  }

  async #compare(window: Window): Promise<void> {
    const { upstream, copy, store, tenantId, clock } = this.#parts;
    // What was recorded since the last poll is no difference.
    if (isWithin(window, clock()) && !this.#hasPolledSince(clock() - justNow)) await this.#poll();
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
    this.#toCompare.delete(name);
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

  /** Halves a window that differs, or reads it when it is small, or when so much differs in it that halving would come to all of its pages. */
  async #heal(): Promise<void> {
    const { upstream, copy, tenantId } = this.#parts;
    const one = this.#differing.at(-1);
    if (one === undefined) return;
    const [own = 0] = await copy.counts(tenantId, [one]);
    const pages = Math.ceil(one.total / upstream.pageSize);
    const few = pages <= 1 || (pages <= fewPages && pages <= 2 * Math.abs(own - one.total));
    const isSmall = few && own <= (fewPages + 1) * upstream.pageSize;
    const parts = own === one.total || isSmall ? null : halves(one, await copy.middle(tenantId, one, own));
    if (parts !== null) {
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

  #missDueAt({ happenedAt, missedAt, announced }: Miss): number {
    return this.#missedInVain.get(happenedAt)?.again ?? (announced ? missedAt : missedAt + missAgain);
  }

  async #dueMisses(now: number): Promise<Miss[]> {
    const misses = await this.#reader.stillMissed();
    const times = new Set(misses.map(({ happenedAt }) => happenedAt));
    for (const at of this.#missedInVain.keys()) if (!times.has(at)) this.#missedInVain.delete(at);
    return misses.filter((miss) => this.#missDueAt(miss) <= now);
  }

  /** Looks for an entry once more, and for those that were missed around it. */
  async #lookForMissed({ happenedAt }: Miss): Promise<void> {
    const now = this.#parts.clock();
    const before = await this.#reader.stillMissed();
    const window = await this.#readAround(happenedAt, 'heal');
    const after = await this.#reader.stillMissed();
    const isOpen = ({ trailId, missedAt }: Miss) => missedAt < now && before.some((miss) => miss.trailId === trailId);
    const around = (misses: readonly Miss[]) => misses.filter((miss) => isWithin(window, miss.happenedAt) && isOpen(miss));
    const open = around(after);
    const progress = open.length < around(before).length;
    for (const miss of open) {
      const times = progress ? 0 : (this.#missedInVain.get(miss.happenedAt)?.times ?? 0) + 1;
      this.#missedInVain.set(miss.happenedAt, { times, again: now + missInVain(times) });
    }
  }

  #isListDue(name: ListName, now: number): boolean {
    const { readAt, page } = this.#known.lists[name] ?? unreadList;
    if (page > 1 || this.#listsNow.has(name) || nextList(name, readAt, now) <= now) return true;
    return this.#listsOfNews.has(name) && (this.#parts.quota === null || (readAt ?? 0) + listAfterNews <= now);
  }

  async #readList(name: ListName, progress = unreadList): Promise<void> {
    const after = await this.#lists.step(name, progress);
    this.#set({ lists: { ...this.#known.lists, [name]: after } });
    if (after.page > 1) return;
    this.#listsNow.delete(name);
    this.#listsOfNews.delete(name);
  }

  /** Fetches what the upstream said has changed: with one call what is new, or one hour. */
  async #hear(told: readonly Told[]): Promise<void> {
    const { store, copy, tenantId, clock } = this.#parts;
    const ofLists = told.filter(({ kind }) => kind === 'opportunity');
    if (ofLists.length > 0) this.#listsOfNews.add('opportunities');
    await store.forgetTold(tenantId, ofLists);
    const ofTrails = told.filter(({ kind }) => kind === 'trail');
    if (ofTrails.length === 0) return;
    const byId = async () =>
      new Map(
        (
          await copy.byId(
            tenantId,
            ofTrails.map(({ id }) => id),
          )
        ).map((trail) => [trail.trailId, trail]),
      );
    let known = await byId();
    if (ofTrails.some(({ id, removed, toldAt }) => !removed && !known.has(id) && !this.#hasPolledSince(toldAt))) {
      await this.#poll();
      known = await byId();
    }
    const open: { readonly told: Told; readonly happenedAt: number }[] = [];
    const done: Told[] = [];
    for (const one of ofTrails) {
      const trail = known.get(one.id);
      if (trail === undefined) {
        if (!one.removed && this.#sought.size < mostSought) this.#sought.add(one.id);
        done.push(one);
      } else if (one.removed ? trail.removed : this.#hasSeen(trail.happenedAt, one.toldAt)) done.push(one);
      else open.push({ told: one, happenedAt: trail.happenedAt });
    }
    const [first] = open;
    if (first !== undefined) {
      const hour = hourOf(first.happenedAt);
      const around = open.filter(({ happenedAt }) => isWithin(hour, happenedAt));
      await store.miss(
        tenantId,
        around
          .filter((one) => one.told.removed)
          .map((one) => ({ trailId: one.told.id, happenedAt: one.happenedAt, missedAt: clock(), announced: true })),
      );
      const window = await this.#readAround(first.happenedAt, 'told');
      done.push(...around.filter(({ happenedAt }) => isWithin(window, happenedAt)).map((one) => one.told));
    }
    await store.forgetTold(tenantId, done);
  }

  #hasPolledSince(at: number): boolean {
    return this.#saw !== null && this.#saw.at > at;
  }

  /** Whether what happened at a time was read after it was told of. */
  #hasSeen(happenedAt: number, toldAt: number): boolean {
    return this.#saw !== null && this.#saw.at > toldAt && happenedAt >= this.#saw.from && happenedAt <= this.#saw.at;
  }

  async #lookAtFirm(told: Told): Promise<void> {
    const { store, copy, tenantId } = this.#parts;
    if (told.kind === 'lead') await this.#lists.lead(told.id);
    else {
      const companyId = told.kind === 'company' ? told.id : await copy.companyOfContact(tenantId, told.id);
      if (companyId !== null && told.removed && told.kind === 'company') this.#listsOfNews.add('removedCompanies');
      else if (companyId !== null) await this.#lists.company(companyId);
    }
    await store.forgetTold(tenantId, [told]);
  }

  async #answered(): Promise<void> {
    const { clock, log } = this.#parts;
    const { offline } = this.#known;
    this.#failures = 0;
    if (offline !== null) log.info({ since: new Date(offline.since).toISOString() }, 'the upstream answers again');
    this.#set({ offline: null, answeredAt: clock() });
  }

  /** Answers how long to rest. */
  #failed(error: unknown): number {
    const { clock, log, random } = this.#parts;
    const now = clock();
    if (error instanceof QuotaUsed) {
      this.#restsUntil = startOfDay(dayOf(now) + 1);
      return this.#restsUntil - now;
    }
    this.#failures += 1;
    const ofUpstream = error instanceof UpstreamError;
    const rest = restAfter(this.#failures, ofUpstream ? error.retryAfter : null, random());
    this.#restsUntil = now + rest;
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

/** Whole seconds, as the wire has them. */
const secondOf = (at: number): number => Math.floor(at / 1000) * 1000;
const hourLength = 3_600_000;

const nameOf = ({ from, to }: Window): string => `${from} ${to}`;
