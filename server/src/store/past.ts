/**
 * A tenant's timeline as it stood at a revision (docs/decisions/0017-lists-of-the-past.md). The entries changed since are read from the
 * log, once; later writes only add to them.
 */
import { allTrails, type TrailFilter } from '../domain/stores.ts';
import { type Changed, ChangedInMemory } from './changed.ts';
import { ChangedOnDisk } from './changed-on-disk.ts';
import type { Tx } from './db.ts';
import { headOf } from './log-times.ts';
import { PastList } from './past-list.ts';
import { type Scope, scopeOf } from './scope.ts';
import { type Moved, tail } from './tail.ts';
import type { Timeline } from './timeline.ts';

/** More changes than this are kept in a temporary table. */
const maxInMemory = 500_000;
/** Room for more changed entries is made as they come. */
const maxReserved = 100_000;

/** A list, and the promise of it while it is made. */
interface Making {
  readonly list: PastList;
  ready: Promise<void> | null;
}

/** All lists of one revision. */
export class Past {
  readonly revision: number;
  readonly #tenantId: number;
  #changed: Changed = new ChangedInMemory();
  readonly #lists = new Map<string, Making>();
  #upTo: number;
  #following: Promise<void> | null = null;

  constructor(tenantId: number, revision: number) {
    this.#tenantId = tenantId;
    this.revision = revision;
    this.#upTo = revision;
  }

  /** Whether more was changed since than should be in memory: then it is begun anew, in a temporary table. */
  get outgrown(): boolean {
    return this.#changed instanceof ChangedInMemory && this.#changed.length > 2 * maxInMemory;
  }

  /** What it takes in memory. */
  get bytes(): number {
    let sum = this.#changed.bytes;
    for (const { list } of this.#lists.values()) sum += list.bytes;
    return sum;
  }

  /**
   * What a filter listed, but for its bounds and its direction, to be read within `tx`. `null` when other readers have meanwhile followed
   * the log further than `tx` sees: then ask again in a new transaction.
   */
  async list(tx: Tx, filter: TrailFilter, timeline: Timeline): Promise<PastList | null> {
    const whole = { ...allTrails, ...filter, from: null, to: null, oldestFirst: true, keyword: null };
    const name = JSON.stringify(whole);
    const head = await this.#follow(tx);
    for (;;) {
      const known = this.#lists.get(name);
      if (known === undefined) break;
      if (known.ready === null) return known.list;
      // What one reader fails with is no matter of the others.
      await known.ready.catch(() => undefined);
    }
    const scope = scopeOf(whole);
    const list =
      scope === null
        ? new PastList(this.#tenantId, whole, null, this.#changed, null)
        : await this.#countedList(tx, scope, timeline, head);
    // While somebody follows the log, it is not known whether this list would be told of it.
    const unsure = this.#following !== null;
    if (list === null || unsure || this.#upTo !== head || this.#lists.has(name)) return null;
    // From here on it is told of what changes; what changed before is read from the log when it has no scope.
    const making: Making = {
      list,
      ready: list.make(tx, scope === null ? tail(tx, this.#tenantId, this.revision, head, this.revision) : null),
    };
    this.#lists.set(name, making);
    try {
      await making.ready;
      making.ready = null;
    } catch (error) {
      this.#lists.delete(name);
      throw error;
    }
    return list;
  }

  /** The present blocks, less what is changed, and with that as it was: all at one go, while both are at the revision of `tx`. */
  async #countedList(tx: Tx, scope: Scope, timeline: Timeline, head: number): Promise<PastList | null> {
    const at = await timeline.at(tx, scope, head);
    if (at === null || !at.still() || this.#upTo !== head) return null;
    const blocks = at.blocks.copy();
    const list = new PastList(this.#tenantId, scope.filter, scope, this.#changed, blocks);
    this.#changed.each('now', scope, (time, id) => blocks.add(time, id, -1));
    this.#changed.each('old', scope, (time, id) => {
      blocks.add(time, id, 1);
      list.takeKey(time, id);
    });
    return list;
  }

  /** Follows the log at least to the revision that `tx` sees, which it answers. */
  async #follow(tx: Tx): Promise<number> {
    const { revision: head } = await headOf(tx, this.#tenantId);
    while (this.#upTo < head) {
      if (this.#following === null) {
        this.#following = this.#advance(tx, head).finally(() => {
          this.#following = null;
        });
        await this.#following;
      } else {
        await this.#following.catch(() => undefined);
      }
    }
    return head;
  }

  async #advance(tx: Tx, head: number): Promise<void> {
    const changes = head - this.#upTo;
    if (changes > maxInMemory && this.#lists.size === 0) this.#changed = new ChangedOnDisk();
    this.#changed.reserve(Math.min(changes, maxReserved));
    // Lists that have no scope are told by the facts.
    const factsOf = [...this.#lists.values()].some(({ list }) => list.scope === null) ? this.revision : null;
    // At one go where there are lists: what is changed and what the lists have of it belong together.
    const alone = this.#lists.size === 0;
    const portions: Moved[][] = [];
    try {
      for await (const portion of tail(tx, this.#tenantId, this.#upTo, head, factsOf)) {
        if (alone) this.#note(portion);
        else portions.push(portion);
      }
    } catch (error) {
      // Half of it is of no state.
      if (alone) {
        this.#changed.clear();
        this.#upTo = this.revision;
      }
      throw error;
    }
    for (const portion of portions) this.#note(portion);
    this.#upTo = head;
  }

  #note(portion: readonly Moved[]): void {
    for (const moved of portion) {
      const first = moved.before <= this.revision;
      this.#changed.note(moved.id, moved.places, first);
      if (first && moved.before > 0) for (const { list } of this.#lists.values()) list.take(moved);
    }
  }
}
