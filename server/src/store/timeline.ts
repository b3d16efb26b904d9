/**
 * Counted access to a tenant's timeline: any page and any total without stepping over what lies before it.
 *
 * Nothing is counted when writing: before it answers, the timeline follows the change log up to the revision that the reader's
 * transaction sees, so it is right whoever wrote (docs/decisions/0003-counted-blocks.md).
 */
import { Blocks } from './blocks.ts';
import { cut } from './cut.ts';
import type { Tx } from './db.ts';
import { readAllBlocks, readBlocks } from './kept-blocks.ts';
import { placeWidth } from './places.ts';
import { eachScope, type Scope, scopeNamed, timeIn } from './scope.ts';
import { tail } from './tail.ts';
import { trailQuery } from './trail-query.ts';

/** Kept in memory per tenant: the scopes asked last. */
const maxBytes = 24 * 2 ** 20;
/** Following more changes than this costs more than beginning anew from what is kept in the store. */
const maxTail = 200_000;
/** Scopes of fewer blocks are cut anew in no time. */
const worthKeeping = 64;
/** In changes. */
export const keepEvery = 2000;

/** A scope in memory, at the timeline's revision or aside, at one of its own. */
interface Counted {
  readonly scope: Scope;
  readonly blocks: Blocks;
  /** `null`: the timeline's; see also `changing`. */
  revision: number | null;
  /** What it was charged with. */
  bytes: number;
  /** The revision as of which its blocks are kept in the store; −1: not. */
  keptAt: number;
}

/** In place of a revision, while a scope is brought to one. */
const changing = -1;

/** The blocks of one scope, as of a revision. */
export interface At {
  readonly blocks: Blocks;
  readonly revision: number;
  /** To be asked after each `await`: whether the blocks are still of that revision. */
  still(): boolean;
}

export class Timeline {
  readonly #tenantId: number;
  readonly #scopes = new Map<string, Counted>();
  readonly #loading = new Map<string, Promise<void>>();
  #following: Promise<void> | null = null;
  #revision = -1;
  #bytes = 0;

  constructor(tenantId: number) {
    this.#tenantId = tenantId;
  }

  /**
   * The blocks of a scope in the state that `tx` sees, which is that at `revision`. `null` when another reader has meanwhile brought them to a later state: then ask
   * again in a new transaction.
   */
  async at(tx: Tx, scope: Scope, revision: number): Promise<At | null> {
    if (!(await this.follow(tx, revision))) return null;
    for (;;) {
      const other = this.#loading.get(scope.name);
      // What one reader fails with is no matter of the others.
      if (other !== undefined) {
        await other.catch(() => undefined);
        continue;
      }
      const counted = this.#scopes.get(scope.name);
      const own = counted === undefined ? -1 : (counted.revision ?? this.#revision);
      if (own > revision) return null;
      if (counted !== undefined && own === revision && counted.blocks.oversized() === null) {
        this.#touch(counted);
        return { blocks: counted.blocks, revision, still: () => (counted.revision ?? this.#revision) === revision };
      }
      await this.#alone(scope.name, this.#load(tx, scope, revision));
    }
  }

  /** The blocks of a scope as of the last revision that was seen, if they are in memory and nobody is at them. */
  known(scope: Scope): At | null {
    const counted = this.#scopes.get(scope.name);
    if (counted === undefined || counted.revision !== null) return null;
    if (this.#following !== null || this.#loading.has(scope.name) || counted.blocks.oversized() !== null) return null;
    this.#touch(counted);
    const revision = this.#revision;
    return { blocks: counted.blocks, revision, still: () => (counted.revision ?? this.#revision) === revision };
  }

  /** Follows the change log to its end as `tx` sees it, which is at the revision `target`; `false` when this timeline is already past it. */
  async follow(tx: Tx, target: number): Promise<boolean> {
    while (this.#revision < target) {
      if (this.#following === null) {
        this.#following = this.#advance(tx, target).finally(() => {
          this.#following = null;
        });
        await this.#following;
      } else {
        await this.#following.catch(() => undefined);
      }
    }
    return this.#revision === target;
  }

  async #advance(tx: Tx, target: number): Promise<void> {
    if (this.#revision < 0 || target - this.#revision > maxTail) await this.#begin(tx, target);
    const known = this.#revision;
    if (this.#scopes.size > 0) {
      // Collected first, so that it is applied at one go: a reader finds the blocks at one revision or at the other.
      const scopes: Counted[] = [];
      const at: number[] = [];
      const ids: number[] = [];
      const deltas: number[] = [];
      const add = (places: readonly number[], start: number, id: number, delta: number): void =>
        eachScope(places, start, (name, time) => {
          const counted = this.#scopes.get(name);
          if (counted === undefined) return;
          scopes.push(counted);
          at.push(time);
          ids.push(id);
          deltas.push(delta);
        });
      for await (const portion of tail(tx, this.#tenantId, known, target)) {
        for (const { id, places } of portion) {
          if (places.length > placeWidth) add(places, placeWidth, id, -1);
          add(places, 0, id, 1);
        }
      }
      for (const [i, { blocks, revision }] of scopes.entries()) {
        if (revision === null) blocks.add(at[i] as number, ids[i] as number, deltas[i] as number);
      }
    }
    this.#revision = target;
  }

  /** Begins anew: with the blocks that are kept in the store, unless these are too far behind as well. */
  async #begin(tx: Tx, target: number): Promise<void> {
    const kept = (await readAllBlocks(tx, this.#tenantId)).filter(({ revision }) => target - revision <= maxTail);
    for (const counted of [...this.#scopes.values()]) this.#forget(counted);
    this.#revision = kept.reduce((last, { revision }) => Math.max(last, revision), kept.length === 0 ? target : 0);
    for (const { scope: name, blocks, revision } of kept) {
      const scope = scopeNamed(name);
      if (scope === null) continue;
      this.#touch({ scope, blocks, revision: revision === this.#revision ? null : revision, bytes: 0, keptAt: revision });
    }
  }

  async #alone(name: string, work: Promise<void>): Promise<void> {
    this.#loading.set(name, work);
    try {
      await work;
    } finally {
      this.#loading.delete(name);
    }
  }

  /** Brings a scope to `revision`, which `tx` sees, no block above its size. Nobody else reads or changes it until then. */
  async #load(tx: Tx, scope: Scope, revision: number): Promise<void> {
    const known = this.#scopes.get(scope.name) ?? null;
    let counted = await this.#caughtUp(tx, known, revision);
    counted ??= await this.#caughtUp(tx, await this.#kept(tx, scope), revision);
    counted ??= { scope, blocks: await this.#cut(tx, scope), revision: changing, bytes: 0, keptAt: -1 };
    const { blocks } = counted;
    for (let block = blocks.oversized(); block !== null; block = blocks.oversized()) {
      blocks.split(block, await cut(tx, trailQuery(this.#tenantId, scope.filter), blocks.start(block), blocks.start(block + 1)));
    }
    // While somebody follows the log, it is not known whether this scope was there when the changes were read.
    counted.revision = this.#revision === revision && this.#following === null ? null : revision;
    this.#touch(counted);
  }

  async #cut(tx: Tx, scope: Scope): Promise<Blocks> {
    return Blocks.of(await cut(tx, trailQuery(this.#tenantId, scope.filter), null, null));
  }

  async #kept(tx: Tx, scope: Scope): Promise<Counted | null> {
    const kept = await readBlocks(tx, this.#tenantId, scope.name);
    return kept === null ? null : { scope, ...kept, bytes: 0, keptAt: kept.revision };
  }

  /** The same at `revision`; `null` when cutting the scope anew costs less, or when it is past that revision. */
  async #caughtUp(tx: Tx, counted: Counted | null, revision: number): Promise<Counted | null> {
    if (counted === null) return null;
    const { scope, blocks } = counted;
    const known = counted.revision ?? this.#revision;
    counted.revision = changing;
    if (known > revision || revision - known > 500 + 2 * blocks.length) {
      this.#forget(counted);
      return null;
    }
    for await (const portion of tail(tx, this.#tenantId, known, revision)) {
      for (const { id, places } of portion) {
        const from = places.length > placeWidth ? timeIn(scope, places, placeWidth) : null;
        const to = timeIn(scope, places, 0);
        if (from === to) continue;
        if (from !== null) blocks.add(from, id, -1);
        if (to !== null) blocks.add(to, id, 1);
      }
    }
    return counted;
  }

  /** Last asked, last to go. */
  #touch(counted: Counted): void {
    const { name } = counted.scope;
    const { bytes } = counted.blocks;
    const other = this.#scopes.get(name);
    if (other !== undefined && other !== counted) this.#forget(other);
    this.#bytes += bytes - counted.bytes;
    counted.bytes = bytes;
    this.#scopes.delete(name);
    this.#scopes.set(name, counted);
    for (const other of this.#scopes.values()) {
      if (this.#bytes <= maxBytes || other === counted) break;
      this.#forget(other);
    }
  }

  #forget(counted: Counted): void {
    if (this.#scopes.get(counted.scope.name) !== counted) return;
    this.#scopes.delete(counted.scope.name);
    this.#bytes -= counted.bytes;
    counted.bytes = 0;
  }

  /**
   * The large scopes whose blocks are to be kept in the store: all of them, when some are not kept yet or so far behind that a new process
   * would have much to follow.
   */
  unkept(): { readonly scope: string; readonly revision: number; readonly blocks: string }[] {
    const large = [...this.#scopes.values()].filter(({ blocks, revision }) => revision === null && blocks.length >= worthKeeping);
    if (large.every(({ keptAt }) => keptAt >= 0 && this.#revision - keptAt < keepEvery)) return [];
    const behind = large.filter(({ keptAt }) => keptAt < this.#revision);
    for (const counted of behind) counted.keptAt = this.#revision;
    return behind.map(({ scope, blocks }) => ({ scope: scope.name, revision: this.#revision, blocks: blocks.encode() }));
  }
}
