/**
 * Where the pages of the timeline lie: the exact total of what a filter lists, and the ids of a page in their order, without reading an
 * entry. What has counts of its own costs the same at any depth; the rest is counted and passed over in an index.
 */
import type { Page, TrailFilter, TrailPortion } from '../domain/stores.ts';
import { blockSize } from './blocks.ts';
import type { Db, Dialect, Row, Tx, Value } from './db.ts';
import { knownPage } from './known-page.ts';
import { headOf } from './log-times.ts';
import { Past } from './past.ts';
import type { PastList } from './past-list.ts';
import type { RowPlaces } from './rows-at.ts';
import { type Scope, scopeOf } from './scope.ts';
import { TrailSearch } from './search.ts';
import { settle } from './settle.ts';
import { type At, keepEvery, Timeline } from './timeline.ts';
import { between, type TrailQuery, trailQuery } from './trail-query.ts';
import { wholePage } from './whole-page.ts';

/** A page without its entries; all of it of one state. */
export interface PageKeys {
  readonly revision: number;
  readonly total: number;
  readonly ids: readonly number[];
  /** Where their rows lie, if that is known. */
  readonly places: RowPlaces | null;
  /** What they are, where that was asked for at once. */
  readonly portion: TrailPortion | null;
}

/** What is found of a page in its order. */
type Found = Omit<PageKeys, 'revision' | 'total'>;
type Find = (query: TrailQuery, filter: TrailFilter, take: number, skip: number) => Promise<Found>;

const nothing: Found = { ids: [], places: null, portion: null };

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

  constructor(db: Db) {
    this.#db = db;
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
    const { far } = this.#db.dialect;
    const find = finder(tx, tenantId, far);
    const asked = revisionOf(tx, tenantId, asOf);
    // Where the head is a round trip away, the page is asked for with it: most of the time nothing was written since.
    const guess = far === null || atLast || scope === null || asOf !== null ? null : this.timeline(tenantId).known(scope);
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

/** Reads keys, or where statements are far, all of the page at once. */
function finder(tx: Tx, tenantId: number, far: Dialect['far']): Find {
  if (far === null) return (query, { oldestFirst }, take, skip) => idsFrom(tx, query, oldestFirst, take, skip);
  return async (query, filter, take, skip) => {
    const portion = await wholePage(tx, tenantId, query, filter, take, skip, far.idsIn);
    return { ids: portion.trails.map(({ trailId }) => trailId), places: null, portion };
  };
}

/** The blocks that a page is looked for in; `sure`: whether the transaction sees that revision, where that is not known yet. */
type Placing = At & { readonly sure?: Promise<boolean> };

const skipped = (page: Page): number => (page.number - 1) * page.size;

/** A page of a counted scope. */
async function placedPage(
  tx: Tx,
  tenantId: number,
  scope: Scope,
  at: Placing,
  filter: TrailFilter,
  page: Page,
  find: Find,
): Promise<PageKeys | null> {
  const { from, to, oldestFirst } = filter;
  const { blocks, revision } = at;
  const query = trailQuery(tenantId, scope.filter);
  const whole = blocks.total;
  const skip = skipped(page);
  // Everything that can begins before anything is waited for.
  const bounds = Promise.all([from === null ? 0 : rank(tx, query, at, from), to === null ? whole : rank(tx, query, at, to + 1)]);
  // Where a list begins is known by its place, so that bound is left out; where it ends it is cut.
  const bounded = trailQuery(tenantId, { ...filter, ...(oldestFirst ? { from: null } : { to: null }) });
  /** The page, where it is known how many lie before it in the whole scope. */
  const found = (position: number): Promise<Found> => {
    if (position < 0 || position >= whole) return Promise.resolve(nothing);
    const { block, passed } = blocks.find(position);
    const start = blocks.start(oldestFirst ? block : block + 1);
    const offset = oldestFirst ? position - passed : passed + blocks.count(block) - 1 - position;
    const rest = oldestFirst ? between(bounded, start, null) : between(bounded, null, start);
    return find(rest, filter, page.size, offset);
  };
  let early: Promise<Found> | null = null;
  if (oldestFirst ? from === null : to === null) early = found(oldestFirst ? skip : whole - 1 - skip);
  else if (skip <= blockSize) early = find(trailQuery(tenantId, filter), filter, page.size, skip);
  early?.catch(() => undefined);
  const keeping = early === null ? null : keepKeys(tx, query, at, filter, page);
  keeping?.catch(() => undefined);
  try {
    const [lower, upper] = await bounds;
    if (!at.still() || (await at.sure) === false) return null;
    const total = Math.max(0, upper - lower);
    if (skip >= total) return { revision, total, ...nothing };
    const result = await (early ?? found(oldestFirst ? lower + skip : upper - 1 - skip));
    await (keeping ?? keepKeys(tx, query, at, filter, page));
    return { revision, total, ...result };
  } finally {
    // The transaction ends behind this.
    await Promise.allSettled([bounds, early, keeping]);
  }
}

/** Keeps the keys of the blocks that a page needs, of which it is not the first. */
async function keepKeys(
  tx: Tx,
  query: TrailQuery,
  { blocks, still, sure }: Placing,
  filter: TrailFilter,
  page: Page,
): Promise<void> {
  for (;;) {
    const found = knownPage(blocks, filter, page);
    if (!('missing' in found) || !blocks.keys.wanted(found.missing)) return;
    const { where, values } = between(query, blocks.start(found.missing), blocks.start(found.missing + 1));
    const order = `${query.at}, t.trail_id`;
    const keys = await tx.all(`SELECT ${order} FROM trail t WHERE ${where} ORDER BY ${order}`, values);
    if ((await sure) === false || !still() || keys.length !== blocks.count(found.missing)) return;
    blocks.keys.set(found.missing, keys as [number, number][]);
  }
}

/** How many entries of the scope lie before the time. */
async function rank(tx: Tx, query: TrailQuery, { blocks }: At, time: number): Promise<number> {
  const block = blocks.blockOf(time, 0);
  const passed = blocks.passed(block);
  const { at, id } = blocks.start(block) ?? { at: 0, id: 0 };
  const row = await tx.get(
    `SELECT COUNT(*) FROM trail t WHERE ${query.where} AND (${query.at}, t.trail_id) >= (?, ?) AND ${query.at} < ?`,
    [...query.values, at, id, time],
  );
  return passed + (row?.[0] as number);
}

/** A page of what has no counts of its own. */
async function countedPage(
  tx: Tx,
  tenantId: number,
  filter: TrailFilter,
  page: Page,
  find: Find,
): Promise<Omit<PageKeys, 'revision'>> {
  const query = trailQuery(tenantId, filter);
  const row = await tx.get(`SELECT COUNT(*) FROM trail t WHERE ${query.where}`, query.values);
  const total = row?.[0] as number;
  const skip = skipped(page);
  if (skip >= total) return { total, ...nothing };
  return { total, ...(await find(query, filter, page.size, skip)) };
}

async function idsFrom(tx: Tx, query: TrailQuery, oldestFirst: boolean, take: number, skip: number): Promise<Found> {
  const { where, values, at, live } = query;
  const order = oldestFirst ? 'ASC' : 'DESC';
  const rows = await tx.all(
    `SELECT t.trail_id, t.company_id, t.happened_at FROM trail t WHERE ${where} ` +
      `ORDER BY ${at} ${order}, t.trail_id ${order} LIMIT ? OFFSET ?`,
    [...values, take, skip],
  );
  const of = new Map(
    (rows as [number, number, number][]).map(([id, company, happenedAt]) => [id, [company, happenedAt] as const]),
  );
  return { ids: [...of.keys()], places: { live, of }, portion: null };
}
