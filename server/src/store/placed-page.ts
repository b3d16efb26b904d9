/** One page of a list: of what has counts of its own by its place there, at any depth; of the rest by counting and passing over in an index. */
import type { Page, TrailFilter, TrailPortion } from '../domain/stores.ts';
import { before } from './block-keys.ts';
import { blockSize, splitAbove } from './blocks.ts';
import type { Tx } from './db.ts';
import { knownPage } from './known-page.ts';
import type { RowPlaces } from './rows-at.ts';
import type { Scope } from './scope.ts';
import type { At } from './timeline.ts';
import { between, type TrailQuery, trailQuery } from './trail-query.ts';
import type { ReadPage } from './whole-page.ts';

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
export type Found = Omit<PageKeys, 'revision' | 'total'>;
export type Find = (query: TrailQuery, filter: TrailFilter, take: number, skip: number) => Promise<Found>;

export const nothing: Found = { ids: [], places: null, portion: null };

/** Reads keys, or with `whole` all of the page at once. */
export function finder(tx: Tx, tenantId: number, whole: ReadPage | null): Find {
  if (whole === null) return (query, { oldestFirst }, take, skip) => idsFrom(tx, query, oldestFirst, take, skip);
  return async (query, filter, take, skip) => {
    const portion = await whole(tx, tenantId, query, filter, take, skip);
    return { ids: portion.trails.map(({ trailId }) => trailId), places: null, portion };
  };
}

/** The blocks that a page is looked for in; `sure`: whether the transaction sees that revision, where that is not known yet. */
type Placing = At & { readonly sure?: Promise<boolean> };

export const skipped = (page: Page): number => (page.number - 1) * page.size;

/** A page of a counted scope. */
export async function placedPage(
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
  const bounds = boundsOf(tx, query, at, filter);
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

/** Between how many entries of the scope, from its beginning, those of the filter's period lie. */
async function boundsOf(tx: Tx, query: TrailQuery, at: At, { from, to }: TrailFilter): Promise<readonly [number, number]> {
  const found = await ranks(tx, query, at, [...(from === null ? [] : [from]), ...(to === null ? [] : [to + 1])]);
  return [from === null ? 0 : (found[0] as number), to === null ? at.blocks.total : (found.at(-1) as number)];
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
    const keys = await tx.all(`SELECT ${order} FROM trail t WHERE ${where} ORDER BY ${order} LIMIT ${ofBlock}`, values);
    if ((await sure) === false || !still() || keys.length !== blocks.count(found.missing)) return;
    blocks.keys.set(found.missing, keys as [number, number][]);
  }
}

/**
 * More entries than a block has. A planner that does not know the values takes a stretch of an index for a part of the whole table, and sets
 * several processes to it; with this it knows better, and goes along the index.
 */
const ofBlock = 2 * splitAbove;

/**
 * How many entries of the scope lie before each of the times. Of two one statement is made, for to ask costs more than to count: most
 * questions are about a period.
 */
export async function ranks(tx: Tx, query: TrailQuery, { blocks }: At, times: readonly number[]): Promise<number[]> {
  const places = times.map((time) => {
    const block = blocks.blockOf(time, 0);
    const keys = blocks.keys.get(block);
    const { at, id } = blocks.start(block) ?? { at: 0, id: 0 };
    const passed = blocks.passed(block);
    return keys === null
      ? { passed, values: [...query.values, at, id, time] }
      : { passed: passed + before(keys, time), values: null };
  });
  const count = (place: number): string =>
    `SELECT ${place}, COUNT(*) FROM (SELECT 1 FROM trail t WHERE ${query.where} AND (${query.at}, t.trail_id) >= (?, ?) ` +
    `AND ${query.at} < ? ORDER BY ${query.at}, t.trail_id LIMIT ${ofBlock}) k`;
  const asked = places.flatMap(({ values }) => (values === null ? [] : [values]));
  const pairs = Array.from({ length: Math.ceil(asked.length / 2) }, (_, i) => asked.slice(2 * i, 2 * i + 2));
  const rows = await Promise.all(
    pairs.map((pair) => tx.all(pair.map((_, place) => count(place)).join(' UNION ALL '), pair.flat())),
  );
  const counts = rows.flatMap((pair) =>
    pair.toSorted((a, b) => (a[0] as number) - (b[0] as number)).map((row) => row[1] as number),
  );
  let next = 0;
  return places.map(({ passed, values }) => passed + (values === null ? 0 : (counts[next++] as number)));
}

/** A page of what has no counts of its own. */
export async function countedPage(
  tx: Tx,
  tenantId: number,
  filter: TrailFilter,
  page: Page,
  find: Find,
): Promise<Omit<PageKeys, 'revision'>> {
  const total = await counted(tx, tenantId, filter);
  const skip = skipped(page);
  if (skip >= total) return { total, ...nothing };
  return { total, ...(await find(trailQuery(tenantId, filter), filter, page.size, skip)) };
}

/** The total of what a filter without a keyword lists, by counting it. */
export async function counted(tx: Tx, tenantId: number, filter: TrailFilter): Promise<number> {
  const query = trailQuery(tenantId, filter);
  return (await tx.get(`SELECT COUNT(*) FROM trail t WHERE ${query.where}`, query.values))?.[0] as number;
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
