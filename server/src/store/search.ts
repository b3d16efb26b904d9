/**
 * Pages and totals of a keyword, exact at any revision. The index answers for its own position: totals are sums of counts, one for each
 * block, and only the blocks that the page lies in are looked at. Entries that were changed between that position and the revision
 * that is asked for are taken out of its answer, and put in as they stood then, by the truth itself (`trailMatcher`).
 */
import { matches, queryOf, readKeyword } from '../domain/keyword.ts';
import type { Trail } from '../domain/objects.ts';
import type { Page, TrailFilter } from '../domain/stores.ts';
import { trailMatcher } from '../domain/trail-filter.ts';
import type { Row, Tx } from './db.ts';
import { listOf } from './lists.ts';
import { pace } from './pace.ts';
import { IndexAnswer } from './search-blocks.ts';
import { searchState } from './search-tables.ts';
import { Verdicts } from './search-verdicts.ts';
import { statesAt } from './states.ts';
import { decode, live, tables } from './tables.ts';

/** An entry's place in a list: the time that the list is ordered by, and its id. */
export interface ListKey {
  readonly at: number;
  readonly id: number;
}

/** The keys of one page in the order of the list, and how many entries match. */
export interface KeyPage {
  readonly total: number;
  readonly keys: readonly ListKey[];
}

/** What the index does not answer: entries that it has and that do not match at the revision, and those that match there. */
export interface Difference {
  readonly minus: readonly Trail[];
  readonly plus: readonly Trail[];
}

/** Entries looked at between two pauses. */
const portion = 256;

const columns = tables.trail.columns.join(', ');
const width = tables.trail.columns.length;

/** The search in entries. It keeps in memory which entries had a keyword when only a look at them could tell. */
export class TrailSearch {
  readonly #verdicts = new Verdicts();

  /**
   * A page of what has the filter's keyword and fulfils its other conditions, as it stood at `revision`, which must not be after the head
   * that `tx` sees. Costs what the index costs, and some µs for each change between the index's position and that revision. Until the
   * index is built it looks through all entries. Throws `bad_parameter` for a keyword that is none.
   */
  async page(
    tx: Tx,
    tenantId: number,
    filter: TrailFilter & { readonly keyword: string },
    page: Page,
    revision: number,
  ): Promise<KeyPage> {
    const keyword = readKeyword(filter.keyword);
    const state = await searchState(tx, tenantId);
    const pause = pace();
    const skip = (page.number - 1) * page.size;
    if (state?.phase !== 'ready') {
      const plus = await lookThrough(tx, tenantId, filter, revision, pause);
      return new IndexAnswer(tx, tenantId, filter, [], { minus: [], plus }).page(skip, page.size);
    }
    const difference = await differenceOf(tx, tenantId, filter, state.revision, revision, pause);
    const { tokens, exact } = queryOf(keyword);
    const isRight = (content: string): boolean => matches(content, keyword);
    const verify = exact
      ? null
      : {
          words: JSON.stringify(keyword.words),
          verdicts: this.#verdicts,
          look: (ids: readonly number[]) => verified(tx, tenantId, ids, state.revision, pause, isRight),
        };
    return new IndexAnswer(tx, tenantId, filter, tokens, difference, verify).page(skip, page.size);
  }
}

/** Which entries matched at the index's position, and which do at the revision, of those changed in between. */
async function differenceOf(
  tx: Tx,
  tenantId: number,
  filter: TrailFilter,
  position: number,
  revision: number,
  pause: ReturnType<typeof pace>,
): Promise<Difference> {
  const minus: Trail[] = [];
  const plus: Trail[] = [];
  if (position === revision) return { minus, plus };
  const isRight = trailMatcher(filter);
  const rows = await tx.all(
    "SELECT object_id, min(before_revision) FROM change WHERE tenant_id = ? AND revision > ? AND revision <= ? AND kind = 'trail' " +
      'GROUP BY object_id',
    [tenantId, Math.min(position, revision), Math.max(position, revision)],
  );
  for (let start = 0; start < rows.length; start += portion) {
    const some = rows.slice(start, start + portion);
    const all = some.map((row) => row[0] as number);
    // The others were not there yet at the earlier one of the two.
    const old = some.filter((row) => row[1] !== 0).map((row) => row[0] as number);
    for (const [at, to] of [
      [position, minus],
      [revision, plus],
    ] as const) {
      const ids = at < Math.max(position, revision) ? old : all;
      for (const { object } of (await statesAt(tx, tenantId, 'trail', ids, at)).values()) {
        if (isRight(object)) to.push(object);
      }
    }
    await pause();
  }
  return { minus, plus };
}

/** Everything that matches, without the index. */
async function lookThrough(
  tx: Tx,
  tenantId: number,
  filter: TrailFilter,
  revision: number,
  pause: ReturnType<typeof pace>,
): Promise<Trail[]> {
  const found: Trail[] = [];
  const isRight = trailMatcher(filter);
  const [head] = (await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [tenantId])) ?? [0];
  // As of the head it is enough to look at those that are where the filter looks.
  const condition = revision === head ? `AND live = ${filter.removed ? live.removed : live.yes}` : '';
  for (let after: readonly [number, number, number, number] | null = [-1, 0, 0, 0]; after !== null; ) {
    const rows: Row[] = await tx.all(
      `SELECT ${columns}, revision, live FROM trail WHERE tenant_id = ? ${condition} ` +
        'AND (live, company_id, happened_at, trail_id) > (?, ?, ?, ?) ORDER BY live, company_id, happened_at, trail_id LIMIT ?',
      [tenantId, ...after, portion],
    );
    const changed: number[] = [];
    let last: readonly [number, number, number, number] | null = null;
    for (const row of rows) {
      const trail = decode(tables.trail, row);
      last = [row[width + 1] as number, trail.companyId ?? 0, trail.happenedAt, trail.trailId];
      if ((row[width] as number) > revision) changed.push(trail.trailId);
      else if (isRight(trail)) found.push(trail);
    }
    for (const { object } of (await statesAt(tx, tenantId, 'trail', changed, revision)).values())
      if (isRight(object)) found.push(object);
    after = rows.length === portion ? last : null;
    await pause();
  }
  return found;
}

/** Which of these entries have a content at `revision` that is as it must be. */
async function verified(
  tx: Tx,
  tenantId: number,
  ids: readonly number[],
  revision: number,
  pause: ReturnType<typeof pace>,
  isRight: (content: string) => boolean,
): Promise<ReadonlySet<number>> {
  const right = new Set<number>();
  const changed: number[] = [];
  for (let start = 0; start < ids.length; start += portion) {
    const list = listOf(ids.slice(start, start + portion));
    const sql = `SELECT trail_id, revision, content FROM trail WHERE tenant_id = ? AND trail_id IN (${list.marks})`;
    for (const [id, at, content] of (await tx.all(sql, [tenantId, ...list.values])) as [number, number, string][]) {
      if (at > revision) changed.push(id);
      else if (isRight(content)) right.add(id);
    }
    await pause();
  }
  for (const [id, { object }] of await statesAt(tx, tenantId, 'trail', changed, revision))
    if (isRight(object.content)) right.add(id);
  return right;
}
