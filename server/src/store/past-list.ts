import type { Trail } from '../domain/objects.ts';
import type { TrailFilter } from '../domain/stores.ts';
import { trailMatcher } from '../domain/trail-filter.ts';
import { Blocks, blockSize } from './blocks.ts';
import type { Changed } from './changed.ts';
import { objectOf } from './content.ts';
import type { Tx } from './db.ts';
import { KeyList } from './key-list.ts';
import { pace } from './pace.ts';
import { placeWidth } from './places.ts';
import { type Scope, timeIn } from './scope.ts';
import { tables } from './tables.ts';
import type { Moved } from './tail.ts';
import { type Key, type TrailQuery, trailQuery } from './trail-query.ts';

/** Keys read from an index at a time, and of those that have to be sorted first. */
const portion = 2048;
const sortedPortion = 65_536;
/** The keys of a block are kept when the index has so many more there now; so many such blocks. */
const fat = 1024;
const maxFat = 64;

const lowest: Key = { at: Number.MIN_SAFE_INTEGER, id: 0 };
const emptyTrail: Trail = objectOf(tables.trail, { facts: '{}', words: '{}' });

/**
 * One list of the past, oldest first. What stood then never changes again, so its blocks are made once. The keys of a block are those that the
 * index has there now, but for the entries changed since, and theirs of then.
 */
export class PastList {
  /** `null`: it has no counts of its own. */
  readonly scope: Scope | null;
  readonly #query: TrailQuery;
  readonly #changed: Changed;
  readonly #timeOf: (moved: Moved) => number | null;
  /** The changed entries that stood in it. */
  readonly #old = new KeyList();
  readonly #fat = new Map<number, Key[]>();
  #blocks: Blocks | null;

  /** `scope`, `blocks`: those of a list that has counts of its own. */
  constructor(tenantId: number, filter: TrailFilter, scope: Scope | null, changed: Changed, blocks: Blocks | null) {
    this.scope = scope;
    this.#query = trailQuery(tenantId, filter);
    this.#changed = changed;
    this.#blocks = blocks;
    const matches = trailMatcher(filter);
    this.#timeOf =
      scope === null
        ? ({ facts }) => {
            const trail = { ...emptyTrail, ...facts };
            return facts !== null && matches(trail) ? trail[filter.by] : null;
          }
        : ({ places }) => timeIn(scope, places, placeWidth);
  }

  get bytes(): number {
    return 1000 + this.#old.bytes + (this.#blocks?.bytes ?? 0) + this.#fat.size * 64 * blockSize;
  }

  /** Notes a changed entry that stood then. */
  take(moved: Moved): void {
    const at = this.#timeOf(moved);
    if (at !== null) this.#old.add(at, moved.id);
  }

  takeKey(at: number, id: number): void {
    this.#old.add(at, id);
  }

  /** Cuts it into blocks, none above its size; `log`: what was changed before it was made, `null` when it has that. */
  async make(tx: Tx, log: AsyncIterable<Moved[]> | null): Promise<void> {
    if (log !== null) {
      for await (const changes of log) for (const moved of changes) if (moved.facts !== null) this.take(moved);
    }
    if (this.#blocks === null) {
      this.#blocks = Blocks.of(await this.#cut(tx, null, null));
      return;
    }
    const blocks = this.#blocks;
    for (let block = blocks.oversized(); block !== null; block = blocks.oversized()) {
      blocks.split(block, await this.#cut(tx, blocks.start(block), blocks.start(block + 1)));
    }
  }

  async #cut(tx: Tx, from: Key | null, until: Key | null): Promise<{ at: number[]; id: number[]; counts: number[] }> {
    const cuts = { at: [] as number[], id: [] as number[], counts: [] as number[] };
    let count = 0;
    for await (const { keys } of this.walk(tx, from, until)) {
      for (const { at, id } of keys) {
        if (count === blockSize) {
          cuts.at.push(at);
          cuts.id.push(id);
          cuts.counts.push(count);
          count = 0;
        }
        count += 1;
      }
    }
    cuts.counts.push(count);
    return cuts;
  }

  /** The ids of a page, and the total; `bounds`: the filter that this is the list of. */
  async page(
    tx: Tx,
    { from, to, oldestFirst }: TrailFilter,
    skip: number,
    size: number,
  ): Promise<{ total: number; ids: number[] }> {
    const blocks = this.#made();
    const lower = from === null ? 0 : await this.#rank(tx, from);
    const upper = to === null ? blocks.total : await this.#rank(tx, to + 1);
    const total = Math.max(0, upper - lower);
    const ids: number[] = [];
    const end = Math.min(skip + size, total);
    while (skip + ids.length < end) {
      const place = skip + ids.length;
      const position = oldestFirst ? lower + place : upper - 1 - place;
      const { block, passed } = blocks.find(position);
      const keys = await this.#keysOf(tx, block);
      const some = oldestFirst ? keys.slice(position - passed) : keys.slice(0, position - passed + 1).reverse();
      for (const { id } of some.slice(0, end - place)) ids.push(id);
    }
    return { total, ids };
  }

  /** How many entries lie before the time. */
  async #rank(tx: Tx, time: number): Promise<number> {
    const blocks = this.#made();
    const block = blocks.blockOf(time, 0);
    const keys = await this.#keysOf(tx, block);
    return blocks.passed(block) + keys.filter(({ at }) => at < time).length;
  }

  async #keysOf(tx: Tx, block: number): Promise<Key[]> {
    const known = this.#fat.get(block);
    if (known !== undefined) return known;
    const blocks = this.#made();
    const keys: Key[] = [];
    let looked = 0;
    for await (const some of this.walk(tx, blocks.start(block), blocks.start(block + 1))) {
      keys.push(...some.keys);
      looked += some.looked;
    }
    if (looked > fat) {
      const [oldest] = this.#fat.keys();
      if (this.#fat.size >= maxFat && oldest !== undefined) this.#fat.delete(oldest);
      this.#fat.set(block, keys);
    }
    return keys;
  }

  /** All keys between two (`from` inclusive, `until` exclusive; `null`: no bound), in portions, with how many the index had there. */
  async *walk(tx: Tx, from: Key | null, until: Key | null): AsyncGenerator<{ keys: Key[]; looked: number }> {
    const { where, values, at: column, ordered } = this.#query;
    const key = `(${column}, t.trail_id)`;
    const below = until === null ? '' : ` AND ${key} < (?, ?)`;
    const sql =
      `SELECT ${column}, t.trail_id FROM trail t WHERE ${where} AND ${key} >= (?, ?)${below} ` +
      `ORDER BY ${column}, t.trail_id LIMIT ?`;
    const atOnce = ordered ? portion : sortedPortion;
    const giveWay = pace();
    let start = from ?? lowest;
    for (;;) {
      const end = until === null ? [] : [until.at, until.id];
      const rows = await tx.all(sql, [...values, start.at, start.id, ...end, atOnce]);
      const last = rows.length < atOnce ? undefined : rows.at(-1);
      const next = last === undefined ? until : { at: last[0] as number, id: (last[1] as number) + 1 };
      yield { keys: this.#asItWas(rows as [number, number][], start, next), looked: rows.length };
      if (last === undefined) return;
      start = next as Key;
      await giveWay();
    }
  }

  /** Of a stretch that the index has so: what is changed is left out, and put in as it stood. */
  #asItWas(rows: readonly (readonly [number, number])[], from: Key, until: Key | null): Key[] {
    const now: Key[] = [];
    for (const [at, id] of rows) if (!this.#changed.has(id)) now.push({ at, id });
    const old = this.#old;
    let i = old.below(from.at, from.id);
    const end = until === null ? old.length : old.below(until.at, until.id);
    if (i === end) return now;
    const keys: Key[] = [];
    for (const key of now) {
      for (; i < end && (old.at(i) < key.at || (old.at(i) === key.at && old.id(i) < key.id)); i++) {
        keys.push({ at: old.at(i), id: old.id(i) });
      }
      keys.push(key);
    }
    for (; i < end; i++) keys.push({ at: old.at(i), id: old.id(i) });
    return keys;
  }

  #made(): Blocks {
    if (this.#blocks === null) throw new Error('this list is not made yet');
    return this.#blocks;
  }
}
