/** Reads windows of the upstream into the copy, and finds out what the copy has that the upstream has not. */
import type { ImportedEntry } from '../domain/import.ts';
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { CallPurpose, MirrorStore, Miss, OpenWindow, Walk, Window } from '../domain/mirror-stores.ts';
import type { Trail } from '../domain/objects.ts';
import type { Clock } from '../domain/stores.ts';
import { RowReader } from './rows.ts';
import { missAgain } from './schedule.ts';
import { type Upstream, UpstreamError } from './upstream.ts';
import { afterWindow, cut, isTooLarge, nextWindow } from './windows.ts';

/** What reading has changed. */
export interface Found {
  added: number;
  changed: number;
  removed: number;
}

export interface ReaderParts {
  readonly tenantId: number;
  readonly upstream: Upstream;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  found(what: Found): void;
  refuse(entry: string, reason: string): void;
}

/** What was seen of a window since its first page; only then it can be said what is missing in it. */
interface Seen {
  readonly window: Window;
  readonly ids: Set<number>;
  total: number;
  /** A total differed from the one before: rows may have moved from page to page. */
  moved: boolean;
  refused: number;
}

/** Pages of one company's entries that a missing one is looked for in. */
const pagesAbout = 20;
/** Companies whose entries are looked at in one step. */
const mostLooked = 10;

/** A window that was read to its end, and how it compares. */
export interface ReadWindow extends Window {
  readonly total: number;
  readonly equal: boolean;
}

/** What of a window was read from its end on: back to `from`. */
export interface Newest extends ReadWindow {
  readonly from: number;
  /** Pages that the whole window has. */
  readonly pages: number;
  /** Not all of it was seen: what is missing is not known. */
  readonly moved: boolean;
}

/** What the upstream has about one company, lead or opportunity, as far as it was looked at. */
interface About {
  readonly ids: ReadonlySet<number>;
  /** All of it was. */
  readonly whole: boolean;
  /** There are as many as are here, so that nothing seems to be missing among what was not looked at. */
  readonly complete: boolean;
}

export class Reader {
  readonly #parts: ReaderParts;
  readonly #rows: RowReader;
  readonly #seen = new Map<CallPurpose, Seen>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#rows = new RowReader(parts.tenantId);
  }

  /** Reads the next page of a walk. `walk`: how it goes on, `null` at its end; `ended`: the window that the page was the last of. */
  async step(walk: Walk, purpose: 'fill' | 'reread'): Promise<{ walk: Walk | null; ended: ReadWindow | null }> {
    const { upstream, clock } = this.#parts;
    const window = walk.window ?? nextWindow(walk, clock());
    const { entries, total, refused } = await this.#page(purpose, window, window.page);
    const read = { ...walk, entries: walk.entries + entries.length, pages: walk.pages + 1 };
    if (window.page === 1) {
      if (isTooLarge(window, total, upstream.pageSize) && entries.length > 0) {
        const oldest = Math.min(...entries.map(({ trail }) => trail.happenedAt));
        return { walk: cut(read, window, { total, oldest, pageSize: upstream.pageSize, now: clock() }), ended: null };
      }
      this.#seen.set(purpose, { window, ids: new Set(), total, moved: false, refused: 0 });
    }
    const seen = this.#seen.get(purpose);
    if (seen !== undefined) see(seen, entries, total, refused);
    const after: OpenWindow = { ...window, total, page: window.page + 1 };
    if (window.page * upstream.pageSize < total) return { walk: { ...read, window: after }, ended: null };
    this.#seen.delete(purpose);
    const equal = await this.#compare(window, total, seen);
    if (!equal && !(seen !== undefined && isWhole(seen)) && window.tries < 2)
      return { walk: { ...read, window: { ...after, page: 1, tries: window.tries + 1 } }, ended: null };
    const { from, to } = window;
    return { walk: afterWindow(read, after, upstream.pageSize), ended: { from, to, total, equal } };
  }

  /** Reads a small window from its first page to its last one. Answers how it compares then. */
  async whole(window: Window, purpose: CallPurpose): Promise<ReadWindow> {
    const { pageSize } = this.#parts.upstream;
    let seen: Seen | null = null;
    for (let page = 1; ; page++) {
      const { entries, total, refused } = await this.#page(purpose, window, page);
      seen ??= { window, ids: new Set(), total, moved: false, refused: 0 };
      see(seen, entries, total, refused);
      if (page * pageSize >= total) break;
    }
    return { ...window, total: seen.total, equal: await this.#compare(window, seen.total, seen) };
  }

  /**
   * The newest entries of a window: pages back to the time `known`, what is older being known, or all of it. What it has besides is only missed
   * when all was read.
   */
  async newest(window: Window & { from: number }, known: number | null): Promise<Newest> {
    const { upstream, copy, tenantId } = this.#parts;
    let seen: Seen | null = null;
    for (let page = 1; ; page++) {
      const { entries, total, refused } = await this.#page('poll', window, page);
      seen ??= { window, ids: new Set(), total, moved: false, refused: 0 };
      see(seen, entries, total, refused);
      const pages = Math.max(1, Math.ceil(total / upstream.pageSize));
      if (page >= pages) {
        const equal = await this.#compare(window, total, seen);
        return { ...window, total, pages, equal, moved: !isWhole(seen) };
      }
      // Pages that have nothing in them would never end.
      if (entries.length + refused === 0) throw new UpstreamError(`page ${page} of ${pages} of the answer is empty`);
      const oldest = Math.min(...entries.map(({ trail }) => trail.happenedAt));
      if (known !== null && oldest < known) {
        const [own] = await copy.counts(tenantId, [window]);
        // The oldest second may go on on the next page.
        return { ...window, from: oldest + 1000, total, pages, equal: own === total, moved: true };
      }
    }
  }

  /** One page into the copy. */
  async #page(purpose: CallPurpose, window: Window, number: number) {
    const { upstream, copy, tenantId, found } = this.#parts;
    const { rows, total } = await upstream.page(purpose, window, number);
    let refused = 0;
    const entries = this.#rows.read(rows, window, (entry, reason) => {
      refused += 1;
      this.#parts.refuse(entry, reason);
    });
    const { added, changed } = await copy.take(tenantId, entries);
    // What is read for the first time, or was told of, is no difference that had to be found.
    if (purpose === 'heal' || purpose === 'reread') found({ added, changed, removed: 0 });
    return { entries, total, refused };
  }

  /** Whether the copy has as many entries there as the upstream; what it has besides is missed, and what was missed before is removed. */
  async #compare(window: Window, total: number, seen: Seen | undefined): Promise<boolean> {
    const { copy, store, tenantId } = this.#parts;
    const again = (await store.misses(tenantId)).map(({ trailId }) => trailId).filter((trailId) => seen?.ids.has(trailId));
    if (again.length > 0) await store.forgetMisses(tenantId, again);
    const [own = 0] = await copy.counts(tenantId, [window]);
    // All that was seen is here, so what is more was not seen.
    if (seen === undefined || !isWhole(seen) || own === seen.ids.size) return own === total;
    const lacking = (await copy.entries(tenantId, window)).filter(({ trailId }) => !seen.ids.has(trailId));
    if (lacking.length === 0) return own === total;
    await this.#lack(lacking);
    const [left = 0] = await copy.counts(tenantId, [window]);
    return left === total;
  }

  /** These were not in a whole answer. */
  async #lack(lacking: readonly Trail[]): Promise<void> {
    const { store, copy, tenantId, clock, found } = this.#parts;
    const known = new Map((await store.misses(tenantId)).map((miss) => [miss.trailId, miss]));
    const now = clock();
    const isSecond = (miss: Miss | undefined): boolean =>
      miss !== undefined && (miss.announced || miss.missedAt + missAgain <= now);
    const first = lacking.filter(({ trailId }) => !known.has(trailId));
    await store.miss(
      tenantId,
      first.map(({ trailId, happenedAt }) => ({ trailId, happenedAt, missedAt: now, announced: false })),
    );
    const gone: number[] = [];
    const moved: number[] = [];
    const looked = new Map<string, About>();
    for (const trail of lacking) {
      const miss = known.get(trail.trailId);
      if (!isSecond(miss)) continue;
      const elsewhere = miss?.announced ? false : await this.#isElsewhere(trail, looked);
      if (elsewhere !== null) (elsewhere ? moved : gone).push(trail.trailId);
    }
    if (moved.length > 0) await store.forgetMisses(tenantId, moved);
    if (gone.length === 0) return;
    found({ added: 0, changed: 0, removed: await copy.remove(tenantId, gone) });
    await store.forgetMisses(tenantId, gone);
  }

  /** Whether an entry only moved to another time: then it is among those about the same company. `null`: that is found out another time. */
  async #isElsewhere({ trailId, companyId, leadId, opportunityId }: Trail, looked: Map<string, About>): Promise<boolean | null> {
    const subject =
      companyId !== null ? { companyId } : leadId !== null ? { leadId } : opportunityId !== null ? { opportunityId } : null;
    if (subject === null) return false;
    const name = JSON.stringify(subject);
    if (!looked.has(name) && looked.size >= mostLooked) return null;
    const about = looked.get(name) ?? (await this.#lookAbout(subject));
    looked.set(name, about);
    if (about.ids.has(trailId)) return true;
    return !about.whole && about.complete ? null : false;
  }

  async #lookAbout(subject: { companyId: number } | { leadId: number } | { opportunityId: number }): Promise<About> {
    const { upstream, copy, tenantId, found } = this.#parts;
    const ids = new Set<number>();
    for (let page = 1; ; page++) {
      const { rows, total } = await upstream.about('heal', subject, page);
      const entries = this.#rows.read(rows, { from: null, to: null }, this.#parts.refuse);
      found({ ...(await copy.take(tenantId, entries)), removed: 0 });
      for (const { trail } of entries) ids.add(trail.trailId);
      const whole = page * upstream.pageSize >= total;
      if (whole || page === pagesAbout) return { ids, whole, complete: total >= (await copy.countAbout(tenantId, subject)) };
    }
  }

  /** What was missed and is there again, or was removed, is missed no more. Answers the rest. */
  async stillMissed(): Promise<Miss[]> {
    const { store, copy, tenantId } = this.#parts;
    const misses = await store.misses(tenantId);
    if (misses.length === 0) return misses;
    const there = await copy.byId(
      tenantId,
      misses.map(({ trailId }) => trailId),
    );
    const standing = new Map(there.map((trail) => [trail.trailId, trail]));
    const over = misses.filter(({ trailId, happenedAt }) => {
      const trail = standing.get(trailId);
      return trail === undefined || trail.removed || !trail.enabled || trail.happenedAt !== happenedAt;
    });
    if (over.length > 0)
      await store.forgetMisses(
        tenantId,
        over.map(({ trailId }) => trailId),
      );
    return misses.filter((miss) => !over.includes(miss));
  }
}

function see(seen: Seen, entries: readonly ImportedEntry[], total: number, refused: number): void {
  if (seen.total !== total) seen.moved = true;
  seen.total = total;
  seen.refused += refused;
  for (const { trail } of entries) seen.ids.add(trail.trailId);
}

/** Whether each entry was seen, once. */
const isWhole = ({ ids, total, moved, refused }: Seen): boolean => !moved && ids.size + refused === total;
