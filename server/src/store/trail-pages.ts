/**
 * Where the pages of the timeline lie: the exact total of what a filter lists, and the ids of a page in their order, without reading an
 * entry. What has counts of its own costs the same at any depth; the rest is counted and passed over in an index.
 */
import type { CountsBefore, Page, TrailFilter } from '../domain/stores.ts';
import { before } from './block-keys.ts';
import type { Db, Row, Tx, Value } from './db.ts';
import { knownPage } from './known-page.ts';
import { headOf } from './log-times.ts';
import { Past } from './past.ts';
import type { PastList } from './past-list.ts';
import { counted, countedPage, finder, nothing, type PageKeys, placedPage, ranks, skipped } from './placed-page.ts';
import { scopeOf } from './scope.ts';
import { TrailSearch } from './search.ts';
import { settle } from './settle.ts';
import { keepEvery, Timeline } from './timeline.ts';
import { trailQuery } from './trail-query.ts';
import { pageReader, type ReadPage } from './whole-page.ts';

/** Goes through the ids of a list in its order; at the end none are left. */
export interface Cursor {
  /** The revision that the entries have to be read as of; `null`: as they stand. */
  readonly asOf: number | null;
  next(size: number): Promise<readonly number[]>;
}

/** How often a page is tried again when other readers see a later state; then it is counted within its own transaction. */
const tries = 5;
/** Revisions that are kept in memory, and what they may take there. */
const maxPasts = 64;
const maxPastBytes = 32 * 2 ** 20;

/** The timelines of all tenants. Holds nothing but memory: one of them serves one thread. */
export class TrailPages {
  readonly #db: Db;
  readonly #timelines = new Map<number, Timeline>();
  readonly #search = new TrailSearch();
  /** By tenant and revision; last asked, last to go. */
  readonly #pasts = new Map<string, Past>();
  /** The revisions at which it was last looked at what is worth keeping. */
  readonly #settled = new Map<number, number>();

  /** Where statements are far. */
  readonly #whole: ReadPage | null;

  constructor(db: Db) {
    const { far } = db.dialect;
    this.#db = db;
    this.#whole = far === null ? null : pageReader(far.idsIn);
  }

  /** Finds a page, as it stands or as it stood at the revision `asOf`, and does `work` with it in the same transaction. */
  async read<T>(
    tenantId: number,
    filter: TrailFilter,
    page: Page,
    asOf: number | null,
    work: (tx: Tx, keys: PageKeys) => Promise<T>,
  ): Promise<T> {
    for (let i = 0; ; i++) {
      const found = await this.#db.read(tenantId, async (tx) => {
        const keys = await this.#locate(tx, tenantId, filter, page, asOf, i >= tries);
        return keys === null ? null : { result: await work(tx, keys) };
      });
      if (found !== null) return found.result;
    }
  }

  /** A page of the present, which is at this revision, out of memory alone; `null` when anything of it has to be read. */
  known(tenantId: number, filter: TrailFilter, page: Page, revision: number): Omit<PageKeys, 'places' | 'portion'> | null {
    const scope = scopeOf(filter);
    const at = scope === null ? null : (this.#timelines.get(tenantId)?.known(scope) ?? null);
    const found = at?.revision === revision ? knownPage(at.blocks, filter, page) : null;
    return found === null || 'missing' in found ? null : { revision, ...found };
  }

  /** See `countsBefore` in `TrailStore`. */
  async countsBefore(tenantId: number, filter: TrailFilter, times: readonly number[]): Promise<CountsBefore> {
    const whole = { ...filter, from: null, to: null };
    const scope = scopeOf(whole);
    const query = trailQuery(tenantId, whole);
    for (let i = 0; ; i++) {
      const found = await this.#db.read(tenantId, async (tx): Promise<CountsBefore | null> => {
        const asked = headOf(tx, tenantId);
        const guess = this.#whole === null || scope === null ? null : this.timeline(tenantId).known(scope);
        const guessed = guess === null ? null : ranks(tx, query, guess, times);
        const [{ revision }, counts] = await Promise.all([asked, guessed]);
        if (counts !== null && guess?.revision === revision && guess.still()) return { revision, counts };
        if (revision === 0) return { revision, counts: times.map(() => 0) };
        if (scope === null || i >= tries) return { revision, counts: await this.#pieces(tx, tenantId, whole, times, revision) };
        const at = await this.timeline(tenantId).at(tx, scope, revision);
        if (at === null) return null;
        const placed = await ranks(tx, query, at, times);
        return at.still() ? { revision, counts: placed } : null;
      });
      if (found !== null) return found;
    }
  }

  /** What has no counts of its own is counted from time to time; when it lies in no order, or has a keyword, it is found at one go. */
  async #pieces(tx: Tx, tenantId: number, filter: TrailFilter, times: readonly number[], revision: number): Promise<number[]> {
    const ordered = [...new Set(times)].sort((a, b) => a - b);
    if (filter.keyword !== null || !trailQuery(tenantId, filter).ordered) {
      const found = { at: Float64Array.from(await this.#timesOf(tx, tenantId, filter, revision)).sort() };
      return times.map((time) => before(found, time));
    }
    const pieces = ordered.map((time, i) => ({ ...filter, from: ordered[i - 1] ?? null, to: time - 1 }));
    const counts = await Promise.all(pieces.map((piece) => counted(tx, tenantId, piece)));
    const sums = new Map<number, number>();
    let sum = 0;
    for (const [i, time] of ordered.entries()) {
      sum += counts[i] as number;
      sums.set(time, sum);
    }
    return times.map((time) => sums.get(time) as number);
  }

  /** When everything that the filter lists took place, in no order. */
  async #timesOf(tx: Tx, tenantId: number, filter: TrailFilter, revision: number): Promise<number[]> {
    const { keyword } = filter;
    if (keyword !== null) {
      const all: Page = { number: 1, size: Number.MAX_SAFE_INTEGER };
      return (await this.#search.page(tx, tenantId, { ...filter, keyword }, all, revision)).keys.map(({ at }) => at);
    }
    const { where, values, at } = trailQuery(tenantId, filter);
    return (await tx.all(`SELECT ${at} FROM trail t WHERE ${where}`, values)).map((row) => row[0] as number);
  }

  async #locate(
    tx: Tx,
    tenantId: number,
    filter: TrailFilter,
    page: Page,
    asOf: number | null,
    atLast: boolean,
  ): Promise<PageKeys | null> {
    const { keyword } = filter;
    const scope = scopeOf(filter);
    const find = finder(tx, tenantId, this.#whole);
    const asked = revisionOf(tx, tenantId, asOf);
    // Where the head is a round trip away, the page is asked for with it: most of the time nothing was written since.
    const guess = this.#whole === null || atLast || scope === null || asOf !== null ? null : this.timeline(tenantId).known(scope);
    if (scope !== null && guess !== null) {
      const sure = asked.then(({ revision }) => revision === guess.revision);
      const guessed = placedPage(tx, tenantId, scope, { ...guess, sure }, filter, page, find);
      // Whatever it still asks it asks within this transaction.
      const [right, keys] = await Promise.all([sure, guessed]);
      if (right) return keys;
    }
    const { revision, head } = await asked;
    if (revision === 0) return { revision, total: 0, ...nothing };
    if (keyword !== null) {
      const { total, keys } = await this.#search.page(tx, tenantId, { ...filter, keyword }, page, revision);
      return { revision, total, ...nothing, ids: keys.map(({ id }) => id) };
    }
    if (revision < head) {
      const list = await this.#pastList(tx, tenantId, filter, revision);
      return list === null ? null : { revision, ...nothing, ...(await list.page(tx, filter, skipped(page), page.size)) };
    }
    if (scope === null || atLast) return { revision, ...(await countedPage(tx, tenantId, filter, page, find)) };
    const at = await this.timeline(tenantId).at(tx, scope, revision);
    return at === null ? null : placedPage(tx, tenantId, scope, at, filter, page, find);
  }

  /**
   * A cursor over everything that a filter lists, whatever its keyword, within `tx`, which stays open. `null`: ask again in a new
   * transaction.
   */
  async cursor(tx: Tx, tenantId: number, filter: TrailFilter, asOf: number | null): Promise<Cursor | null> {
    const { revision, head } = await revisionOf(tx, tenantId, asOf);
    if (revision === 0) return { asOf: null, next: async () => [] };
    if (revision === head) return presentCursor(tx, tenantId, filter);
    const list = await this.#pastList(tx, tenantId, filter, revision);
    if (list === null) return null;
    let skip = 0;
    return {
      asOf: revision,
      async next(size) {
        const { ids } = await list.page(tx, filter, skip, size);
        skip += ids.length;
        return ids;
      },
    };
  }

  /** What a filter listed at a revision before the head. `null`: ask again in a new transaction. */
  async #pastList(tx: Tx, tenantId: number, filter: TrailFilter, revision: number): Promise<PastList | null> {
    const key = `${tenantId} ${revision}`;
    const past = this.#pasts.get(key) ?? new Past(tenantId, revision);
    this.#pasts.delete(key);
    this.#pasts.set(key, past);
    const list = await past.list(tx, filter, this.timeline(tenantId));
    this.#forgetPasts(past);
    return list;
  }

  #forgetPasts(asked: Past): void {
    let bytes = 0;
    for (const past of this.#pasts.values()) bytes += past.bytes;
    for (const [key, past] of this.#pasts) {
      if (past.outgrown) this.#pasts.delete(key);
      if (past === asked || (this.#pasts.size <= maxPasts && bytes <= maxPastBytes)) return;
      this.#pasts.delete(key);
      bytes -= past.bytes;
    }
  }

  /** See `settle` in `TrailStore`. */
  async settle(): Promise<void> {
    const tenants = await this.#db.read(null, (tx) => tx.all('SELECT tenant_id, revision FROM tenant ORDER BY tenant_id'));
    for (const [tenantId, revision] of tenants as [number, number][]) {
      if (revision - (this.#settled.get(tenantId) ?? -keepEvery) < keepEvery) continue;
      this.#settled.set(tenantId, await settle(this.#db, tenantId, this.timeline(tenantId)));
    }
  }

  timeline(tenantId: number): Timeline {
    let timeline = this.#timelines.get(tenantId);
    if (timeline === undefined) {
      timeline = new Timeline(tenantId);
      this.#timelines.set(tenantId, timeline);
    }
    return timeline;
  }
}

/** Throws when there is no such revision yet. */
async function revisionOf(tx: Tx, tenantId: number, asOf: number | null): Promise<{ revision: number; head: number }> {
  const { revision: head } = await headOf(tx, tenantId);
  if (asOf !== null && asOf > head) throw new RangeError(`revision ${asOf} is after the head ${head}`);
  return { revision: asOf ?? head, head };
}

/** Keys that have to be sorted are read so many at a time, since each time sorts all of them. */
const sortedAtOnce = 65_536;

function presentCursor(tx: Tx, tenantId: number, filter: TrailFilter): Cursor {
  const { where, values, at, ordered } = trailQuery(tenantId, filter);
  const [order, further] = filter.oldestFirst ? (['ASC', '>'] as const) : (['DESC', '<'] as const);
  let after: readonly Value[] | null = null;
  let read: readonly Row[] = [];
  let taken = 0;
  return {
    asOf: null,
    async next(size) {
      if (taken === read.length) {
        const bound = after === null ? '' : ` AND (${at}, t.trail_id) ${further} (?, ?)`;
        read = await tx.all(
          `SELECT ${at}, t.trail_id FROM trail t WHERE ${where}${bound} ORDER BY ${at} ${order}, t.trail_id ${order} LIMIT ?`,
          [...values, ...(after ?? []), ordered ? size : sortedAtOnce],
        );
        after = read.at(-1) ?? after;
        taken = 0;
      }
      const ids = read.slice(taken, taken + size).map((row) => row[1] as number);
      taken += ids.length;
      return ids;
    },
  };
}
