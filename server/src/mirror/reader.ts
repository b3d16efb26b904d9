/** Reads windows of the upstream into the copy, and finds out what the copy has that the upstream has not. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { CallPurpose, MirrorStore, Miss, OpenWindow, Walk, Window } from '../domain/mirror-stores.ts';
import type { Trail } from '../domain/objects.ts';
import type { Clock } from '../domain/stores.ts';
import { endsOf, type ReadRows, type Refuse, RowReader } from './rows.ts';
import { missAgain } from './schedule.ts';
import type { Upstream } from './upstream.ts';
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
  readonly refuse: Refuse;
}

/** What was seen of a window since its first page; only then it can be said what is missing in it. */
interface Seen {
  readonly window: Window;
  /** Of all rows, those that cannot be kept too: the upstream has these entries. */
  readonly ids: Set<number>;
  total: number;
  /** A total differed from the one before: rows may have moved from page to page. */
  moved: boolean;
  /** Rows that cannot be kept … */
  refused: number;
  /** … and of which nobody knows which entries they are. */
  unknown: number;
}

/** A window that was read to its end, and was not what it said, is read again so often. */
const mostTries = 2;

/** Pages of one company's entries that a missing one is looked for in. */
const pagesAbout = 20;
/** Companies whose entries are looked at in one step. */
const mostLooked = 10;
/** Companies whose entries are remembered, because several of them are often removed together. */
const mostRemembered = 50;

/** What the upstream has about one company, lead or opportunity, as far as it was looked at. */
interface About {
  readonly at: number;
  readonly ids: ReadonlySet<number>;
  /** Each of them was seen. */
  readonly whole: boolean;
  /** There are fewer than are here, so that some are missing among what was not looked at too. */
  readonly lacking: boolean;
}

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

export class Reader {
  readonly #parts: ReaderParts;
  readonly #rows: RowReader;
  readonly #seen = new Map<CallPurpose, Seen>();
  readonly #about = new Map<string, About>();

  constructor(parts: ReaderParts) {
    this.#parts = parts;
    this.#rows = new RowReader(parts.tenantId, parts.upstream.doubts);
  }

  /** Reads the next page of a walk. `walk`: how it goes on, `null` at its end; `ended`: the window that the page was the last of. */
  async step(walk: Walk, purpose: 'fill' | 'reread'): Promise<{ walk: Walk | null; ended: ReadWindow | null }> {
    const { upstream, clock } = this.#parts;
    const { pageSize } = upstream;
    const window = walk.window ?? nextWindow(walk, clock());
    const page = await this.#page(purpose, window, window.page);
    const { entries, rows, total } = page;
    const read = { ...walk, pages: walk.pages + 1 };
    if (window.page === 1) {
      const shorter =
        isTooLarge(total, pageSize) && entries.length > 0 ? cut(read, window, { total, ...endsOf(entries) }, pageSize) : null;
      if (shorter !== null) return { walk: shorter, ended: null };
      this.#seen.set(purpose, nothingSeen(window, total));
    }
    const seen = this.#seen.get(purpose);
    if (seen !== undefined) see(seen, page);
    const after: OpenWindow = { ...window, total, page: window.page + 1 };
    if (window.page * pageSize < total && rows > 0) return { walk: { ...read, window: after }, ended: null };
    this.#seen.delete(purpose);
    const equal = await this.#compare(window, total, seen);
    // When contents are read again, it is not enough at once that there are as many.
    const isEnough = purpose === 'fill' || window.tries > 0 || seen === undefined;
    const isDone = (equal && isEnough) || (seen !== undefined && isWhole(seen));
    if (!isDone && window.tries < mostTries)
      return { walk: { ...read, window: { ...after, page: 1, tries: window.tries + 1 } }, ended: null };
    const { from, to } = window;
    const passed = { ...read, entries: walk.entries + total };
    return { walk: afterWindow(passed, after, pageSize), ended: { from, to, total, equal } };
  }

  /** Reads a small window from its first page to its last one. Answers how it compares then. */
  async whole(window: Window, purpose: CallPurpose): Promise<ReadWindow> {
    const { pageSize } = this.#parts.upstream;
    let seen: Seen | null = null;
    for (let number = 1; ; number++) {
      const page = await this.#page(purpose, window, number);
      const { rows, total } = page;
      seen ??= nothingSeen(window, total);
      see(seen, page);
      if (number * pageSize >= total || rows === 0) break;
    }
    return { ...window, total: seen.total, equal: await this.#compare(window, seen.total, seen) };
  }

  /**
   * The newest entries of a window: pages back to the time `known`, what is older being known, or all of it. What it has besides is only missed
   * when all was read.
   */
  async newest(window: Window & { readonly from: number }, known: number | null): Promise<Newest> {
    const { upstream, copy, tenantId } = this.#parts;
    let seen: Seen | null = null;
    for (let number = 1; ; number++) {
      const page = await this.#page('poll', window, number);
      const { entries, rows, total } = page;
      seen ??= nothingSeen(window, total);
      see(seen, page);
      const pages = Math.max(1, Math.ceil(total / upstream.pageSize));
      if (number >= pages || rows === 0) {
        const equal = await this.#compare(window, total, seen);
        return { ...window, total, pages, equal, moved: !isWhole(seen) };
      }
      const { oldest } = endsOf(entries);
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
    const answer = await upstream.page(purpose, window, number);
    const { rows, total } = answer;
    const { entries, refused } = this.#rows.read(answer, window, this.#parts.refuse);
    const { added, changed } = await copy.take(tenantId, entries);
    // What is read for the first time, or was told of, is no difference that had to be found.
    if (purpose === 'heal' || purpose === 'reread') found({ added, changed, removed: 0 });
    return { entries, rows: rows.length, total, refused };
  }

  /**
   * Whether the copy has as many entries there as the upstream, but for those that cannot be kept; what it has besides is missed, and what was missed
   * before is removed.
   */
  async #compare(window: Window, total: number, seen: Seen | undefined): Promise<boolean> {
    const { copy, store, tenantId } = this.#parts;
    const again = (await store.misses(tenantId)).map(({ trailId }) => trailId).filter((trailId) => seen?.ids.has(trailId));
    if (again.length > 0) await store.forgetMisses(tenantId, again);
    const [own = 0] = await copy.counts(tenantId, [window]);
    // All that was seen is here, so what is more was not seen.
    if (seen === undefined || !isWhole(seen) || (seen.refused === 0 && own === seen.ids.size)) return own === total;
    const lacking = (await copy.entries(tenantId, window)).filter(({ trailId }) => !seen.ids.has(trailId));
    // All is here that can be kept.
    if (lacking.length === 0) return true;
    await this.#lack(lacking);
    const [left = 0] = await copy.counts(tenantId, [window]);
    return left === total;
  }

  /** These were not in a whole answer. */
  async #lack(lacking: readonly Trail[]): Promise<void> {
    const { store, copy, tenantId, clock, found } = this.#parts;
    const known = new Map((await store.misses(tenantId)).map((miss) => [miss.trailId, miss]));
    const now = clock();
    const isSecond = ({ announced, missedAt }: Miss): boolean => announced || missedAt + missAgain <= now;
    const first = lacking.filter(({ trailId }) => !known.has(trailId));
    await store.miss(
      tenantId,
      first.map(({ trailId, happenedAt }) => ({ trailId, happenedAt, missedAt: now, announced: false })),
    );
    const gone: number[] = [];
    const moved: number[] = [];
    const looked = new Set<string>();
    for (const trail of lacking) {
      const miss = known.get(trail.trailId);
      if (miss === undefined || !isSecond(miss)) continue;
      const elsewhere = miss.announced ? false : await this.#isElsewhere(trail, miss, looked);
      if (elsewhere !== null) (elsewhere ? moved : gone).push(trail.trailId);
    }
    if (moved.length > 0) await store.forgetMisses(tenantId, moved);
    if (gone.length === 0) return;
    found({ added: 0, changed: 0, removed: await copy.remove(tenantId, gone) });
    await store.forgetMisses(tenantId, gone);
  }

  /**
   * Whether an entry only moved to another time: then it is among those about the same company. `null`: that cannot be told, and is found out another
   * time.
   */
  async #isElsewhere(trail: Trail, { missedAt }: Miss, looked: Set<string>): Promise<boolean | null> {
    const { trailId, companyId, leadId, opportunityId } = trail;
    const subject =
      companyId !== null ? { companyId } : leadId !== null ? { leadId } : opportunityId !== null ? { opportunityId } : null;
    if (subject === null) return false;
    const name = JSON.stringify(subject);
    let about = this.#about.get(name);
    if (!looked.has(name) && !(about?.whole && about.at >= missedAt)) {
      if (looked.size >= mostLooked) return null;
      looked.add(name);
      about = await this.#lookAbout(subject);
      if (this.#about.size >= mostRemembered) this.#about.clear();
      this.#about.set(name, about);
    }
    if (about === undefined) return null;
    return about.ids.has(trailId) || (about.whole || about.lacking ? false : null);
  }

  async #lookAbout(subject: { companyId: number } | { leadId: number } | { opportunityId: number }): Promise<About> {
    const { upstream, copy, tenantId, clock, found } = this.#parts;
    const at = clock();
    const all = { from: null, to: null };
    let seen: Seen | null = null;
    for (let number = 1; ; number++) {
      const answer = await upstream.about('heal', subject, number);
      const { rows, total } = answer;
      const { entries, refused } = this.#rows.read(answer, all, this.#parts.refuse);
      found({ ...(await copy.take(tenantId, entries)), removed: 0 });
      seen ??= nothingSeen(all, total);
      see(seen, { entries, refused, total });
      const { ids, moved } = seen;
      if (number * upstream.pageSize >= total || rows.length === 0) return { at, ids, whole: isWhole(seen), lacking: false };
      if (number === pagesAbout)
        return { at, ids, whole: false, lacking: !moved && total < (await copy.countAbout(tenantId, subject)) };
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

const nothingSeen = (window: Window, total: number): Seen => ({
  window,
  ids: new Set(),
  total,
  moved: false,
  refused: 0,
  unknown: 0,
});

function see(seen: Seen, { entries, refused, total }: ReadRows & { readonly total: number }): void {
  if (seen.total !== total) seen.moved = true;
  seen.total = total;
  for (const { trail } of entries) seen.ids.add(trail.trailId);
  seen.refused += refused.length;
  for (const id of refused) {
    if (id === null) seen.unknown += 1;
    else seen.ids.add(id);
  }
}

/** Whether each entry was seen, once. */
const isWhole = ({ ids, total, moved, unknown }: Seen): boolean => !moved && unknown === 0 && ids.size === total;
