/**
 * Counted access to a tenant's timeline: any page and any total without stepping over what lies before it.
 *
 * Per scope (the enterprise, a company, a lead, an opportunity) the live entries in the order `(happened_at, trail_id)` are
 * cut into blocks of at most 256, each with its count, sums in a Fenwick tree. A jump finds the block in memory and reads it
 * from the index. Nothing is counted when writing: before it answers, the timeline follows the change log up to the revision
 * that the reader's transaction sees, so it is right whoever wrote (docs/decisions/0003-counted-blocks.md).
 */
import type { Trail } from '../domain/objects.ts';
import type { Row, Tx, Value } from './db.ts';

/** One scope: all entries of the tenant, or those of one subject. */
export interface Scope {
  readonly by: 'enterprise' | 'company' | 'lead' | 'opportunity';
  /** 0 for the enterprise. */
  readonly id: number;
}

/** The WHERE of each scope; `<> 0` lets the partial indexes serve. */
const conditions: Readonly<Record<Scope['by'], string>> = {
  enterprise: 'tenant_id = ? AND live = 1',
  company: 'tenant_id = ? AND live = 1 AND company_id = ?',
  lead: 'tenant_id = ? AND live = 1 AND lead_id <> 0 AND lead_id = ?',
  opportunity: 'tenant_id = ? AND live = 1 AND opportunity_id <> 0 AND opportunity_id = ?',
};

export const scopeCondition = (scope: Scope): string => conditions[scope.by];
export const scopeValues = (tenantId: number, scope: Scope): Value[] =>
  scope.by === 'enterprise' ? [tenantId] : [tenantId, scope.id];

/** Where a page lies: the exact total, and how to read the rows: newest first below `before`, after passing over `offset`. */
export interface Place {
  /** The state it is in. */
  readonly revision: number;
  readonly total: number;
  readonly take: number;
  readonly before: Key | null;
  readonly offset: number;
}

export interface Key {
  readonly at: number;
  readonly id: number;
}

const blockSize = 128;
const splitAbove = 2 * blockSize;
/** Blocks kept in memory per tenant, about 60 bytes each: those of the scopes asked last. */
const maxBlocks = 400_000;
/** What a scope costs besides its blocks, in blocks. */
const scopeCost = 8;
/** Reading a scope anew is cheaper than following more changes than this. */
const maxTail = 20_000;

const lowest: Key = { at: Number.MIN_SAFE_INTEGER, id: 0 };

/** The counted scopes of one tenant, all at one revision. */
export class Timeline {
  readonly #tenantId: number;
  readonly #scopes = new Map<string, Blocks>();
  #revision = -1;
  #blocks = 0;

  constructor(tenantId: number) {
    this.#tenantId = tenantId;
  }

  /**
   * The place of a page in the state that `tx` sees. `null` when another reader has meanwhile brought this timeline to a later
   * state: then ask again in a new transaction.
   */
  async locate(tx: Tx, scope: Scope, from: number | null, to: number | null, skip: number, size: number): Promise<Place | null> {
    const revision = await this.#follow(tx);
    if (revision === null) return null;
    const blocks = await this.#blocksOf(tx, scope, revision);
    if (blocks === null) return null;
    const upper = to === null ? blocks.total : await this.#rank(tx, scope, blocks, to + 1);
    // Other readers may have gone on while this one waited for the rank.
    if (this.#revision !== revision) return null;
    const lower = from === null ? 0 : await this.#rank(tx, scope, blocks, from);
    if (this.#revision !== revision) return null;
    const total = upper - lower;
    if (skip >= total) return { revision, total, take: 0, before: null, offset: 0 };
    const newest = upper - 1 - skip;
    const { block, passed } = blocks.find(newest);
    return {
      revision,
      total,
      take: Math.min(size, total - skip),
      before: blocks.start(block + 1),
      offset: passed + blocks.count(block) - 1 - newest,
    };
  }

  /** Follows the change log to the revision that `tx` sees and answers it; `null` when this timeline is already past it. */
  async #follow(tx: Tx): Promise<number | null> {
    const row = await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [this.#tenantId]);
    const target = row === undefined ? 0 : (row[0] as number);
    while (this.#revision < target) {
      const known = this.#revision;
      if (known < 0 || target - known > maxTail) {
        this.#scopes.clear();
        this.#blocks = 0;
        this.#revision = target;
        break;
      }
      const changes = await tx.all(tail, [this.#tenantId, known, target]);
      // Two readers may follow at the same time; the one that comes second starts over.
      if (this.#revision !== known) continue;
      this.#apply(changes);
      this.#revision = target;
    }
    return this.#revision === target ? target : null;
  }

  /** An entry counts from the state before its first change to the state that the transaction sees, whatever lay between. */
  #apply(changes: readonly Row[]): void {
    const seen = new Set<number>();
    for (const [trailId, before, live, companyId, leadId, opportunityId, happenedAt] of changes) {
      const id = trailId as number;
      if (seen.has(id)) continue;
      seen.add(id);
      if (before !== null) {
        // What is empty is left out of it, which is as good as `null` here.
        const old = JSON.parse(before as string) as Trail;
        if (old.enabled && !old.removed) this.#count(old, { at: old.happenedAt, id }, -1);
      }
      if (live === 1) {
        const subjects = { companyId: companyId as number, leadId: leadId as number, opportunityId: opportunityId as number };
        this.#count(subjects, { at: happenedAt as number, id }, 1);
      }
    }
  }

  #count(subjects: Pick<Trail, 'companyId' | 'leadId' | 'opportunityId'>, key: Key, delta: 1 | -1): void {
    this.#scopes.get(name({ by: 'enterprise', id: 0 }))?.add(key, delta);
    if (subjects.companyId) this.#scopes.get(name({ by: 'company', id: subjects.companyId }))?.add(key, delta);
    if (subjects.leadId) this.#scopes.get(name({ by: 'lead', id: subjects.leadId }))?.add(key, delta);
    if (subjects.opportunityId) this.#scopes.get(name({ by: 'opportunity', id: subjects.opportunityId }))?.add(key, delta);
  }

  /** The scope's blocks at `revision`, read from the store when they are not in memory, none above its size; `null`: ask again. */
  async #blocksOf(tx: Tx, scope: Scope, revision: number): Promise<Blocks | null> {
    const key = name(scope);
    let blocks = this.#scopes.get(key);
    if (blocks === undefined) {
      const row = await tx.get(`SELECT COUNT(*) FROM trail WHERE ${scopeCondition(scope)}`, scopeValues(this.#tenantId, scope));
      blocks = new Blocks(row?.[0] as number);
    }
    // Nobody else may see it while it waits for its cuts: two readers would split the same block twice.
    this.#forget(key);
    for (let block = blocks.oversized(); block !== null; block = blocks.oversized()) {
      const starts = await this.#cut(tx, scope, blocks, block);
      if (this.#revision !== revision) return null;
      blocks.split(block, starts);
    }
    if (this.#revision !== revision) return null;
    // Last asked, last to go.
    this.#forget(key);
    this.#scopes.set(key, blocks);
    blocks.charged = blocks.length;
    this.#blocks += blocks.charged + scopeCost;
    for (const other of this.#scopes.keys()) {
      if (this.#blocks <= maxBlocks || other === key) break;
      this.#forget(other);
    }
    return blocks;
  }

  #forget(key: string): void {
    const blocks = this.#scopes.get(key);
    if (blocks === undefined) return;
    this.#scopes.delete(key);
    this.#blocks -= blocks.charged + scopeCost;
  }

  /** Every 128th key of a block that has grown too large, its first one left out. */
  async #cut(tx: Tx, scope: Scope, blocks: Blocks, block: number): Promise<Key[]> {
    const from = blocks.start(block) as Key;
    const before = blocks.start(block + 1);
    const upper = before === null ? '' : 'AND (happened_at, trail_id) < (?, ?)';
    const rows = await tx.all(
      `SELECT happened_at, trail_id FROM (
         SELECT happened_at, trail_id, row_number() OVER (ORDER BY happened_at, trail_id) AS n
         FROM trail WHERE ${scopeCondition(scope)} AND (happened_at, trail_id) >= (?, ?) ${upper}
       ) AS numbered WHERE n > 1 AND (n - 1) % ${blockSize} = 0 ORDER BY happened_at, trail_id`,
      [...scopeValues(this.#tenantId, scope), from.at, from.id, ...(before === null ? [] : [before.at, before.id])],
    );
    return rows.map((row) => ({ at: row[0] as number, id: row[1] as number }));
  }

  /** How many entries of the scope happened before `at`. */
  async #rank(tx: Tx, scope: Scope, blocks: Blocks, at: number): Promise<number> {
    const block = blocks.blockOf({ at, id: 0 });
    const passed = blocks.passed(block);
    const start = blocks.start(block) as Key;
    const row = await tx.get(
      `SELECT COUNT(*) FROM trail WHERE ${scopeCondition(scope)} AND (happened_at, trail_id) >= (?, ?) AND happened_at < ?`,
      [...scopeValues(this.#tenantId, scope), start.at, start.id, at],
    );
    return passed + (row?.[0] as number);
  }
}

const name = (scope: Scope): string => `${scope.by}:${scope.id}`;

/** The entries changed in (known, target], with their state before and the keys they have now. */
const tail =
  'SELECT c.object_id, c.before_facts, t.live, t.company_id, t.lead_id, t.opportunity_id, t.happened_at FROM change c ' +
  'JOIN trail t ON t.tenant_id = c.tenant_id AND t.trail_id = c.object_id ' +
  "WHERE c.tenant_id = ? AND c.revision > ? AND c.revision <= ? AND c.kind = 'trail' ORDER BY c.revision";

/** One scope's ordered key ranges with their counts. Block 0 begins below every key. */
class Blocks {
  /** What it was counted with when it was kept; splitting makes it more. */
  charged = 0;
  #starts: Key[] = [lowest];
  #counts: number[];
  #total: number;
  /** Fenwick tree over the counts, from index 1; made anew after a split. */
  #tree: number[] | null = null;
  #large: number | null;

  constructor(total: number) {
    this.#counts = [total];
    this.#total = total;
    this.#large = total > splitAbove ? 0 : null;
  }

  get total(): number {
    return this.#total;
  }

  get length(): number {
    return this.#counts.length;
  }

  count(block: number): number {
    return this.#counts[block] as number;
  }

  /** The lowest key that belongs to the block; `null` past the last one. */
  start(block: number): Key | null {
    return this.#starts[block] ?? null;
  }

  /** A block that should be split, or `null`. */
  oversized(): number | null {
    if (this.#large !== null && this.count(this.#large) <= splitAbove) {
      const next = this.#counts.findIndex((count) => count > splitAbove);
      this.#large = next < 0 ? null : next;
    }
    return this.#large;
  }

  blockOf(key: Key): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.#starts[middle] as Key;
      if (start.at < key.at || (start.at === key.at && start.id <= key.id)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  add(key: Key, delta: 1 | -1): void {
    const block = this.blockOf(key);
    const count = this.count(block) + delta;
    this.#counts[block] = count;
    this.#total += delta;
    if (count > splitAbove) this.#large = block;
    const tree = this.#tree;
    if (tree === null) return;
    for (let i = block + 1; i < tree.length; i += i & -i) tree[i] = (tree[i] as number) + delta;
  }

  /** Cuts a block at `keys`, its 129th, 257th, … key. */
  split(block: number, keys: readonly Key[]): void {
    const count = this.count(block);
    const counts = keys.map((_, i) => (i < keys.length - 1 ? blockSize : count - blockSize * keys.length));
    this.#starts = this.#starts.slice(0, block + 1).concat(keys, this.#starts.slice(block + 1));
    this.#counts = this.#counts.slice(0, block).concat(blockSize, counts, this.#counts.slice(block + 1));
    this.#tree = null;
  }

  /** How many entries lie in the blocks before this one. */
  passed(block: number): number {
    const tree = this.#sums();
    let sum = 0;
    for (let i = block; i > 0; i -= i & -i) sum += tree[i] as number;
    return sum;
  }

  /** The block that holds the entry at `position` (from 0, oldest first), and how many lie in the blocks before it. */
  find(position: number): { block: number; passed: number } {
    const tree = this.#sums();
    let block = 0;
    let passed = 0;
    for (let step = 1 << (31 - Math.clz32(tree.length)); step > 0; step >>= 1) {
      const next = block + step;
      if (next < tree.length && passed + (tree[next] as number) <= position) {
        block = next;
        passed += tree[next] as number;
      }
    }
    return { block, passed };
  }

  #sums(): number[] {
    if (this.#tree !== null) return this.#tree;
    const tree = [0, ...this.#counts];
    for (let i = 1; i < tree.length; i++) {
      const parent = i + (i & -i);
      if (parent < tree.length) tree[parent] = (tree[parent] as number) + (tree[i] as number);
    }
    this.#tree = tree;
    return tree;
  }
}
