/**
 * Ordered keys, counted: cut into blocks, key ranges of about 128 keys, each with its count, sums in a Fenwick tree. So the place of the
 * n-th key and the rank of a key are found without looking at what lies before. Only the ranges are here; the keys lie in the store, but
 * for those of some blocks.
 */
import { BlockKeys } from './block-keys.ts';
import type { Key } from './trail-query.ts';

export const blockSize = 128;
/** A block that grows above this is cut again. */
export const splitAbove = 2 * blockSize;

/** Where keys are cut: the first key of every block but the first one, the counts of all of them. */
export interface Cuts {
  readonly at: readonly number[];
  readonly id: readonly number[];
  readonly counts: readonly number[];
}

/** Block 0 begins below every key. */
const lowest: Key = { at: Number.MIN_SAFE_INTEGER, id: 0 };

export class Blocks {
  /** As long as nothing changes. */
  readonly keys = new BlockKeys();
  /** The first key of each block. */
  #at: Float64Array;
  #id: Float64Array;
  #counts: Int32Array;
  #length: number;
  #total: number;
  /** From index 1; made anew after a split. */
  #tree: Int32Array | null = null;
  /** Blocks that may have grown too large. */
  #grown: boolean;
  /** The first keys belong to a copy too, until one of both is split. */
  #shared = false;

  private constructor(at: Float64Array, id: Float64Array, counts: Int32Array, total: number) {
    this.#at = at;
    this.#id = id;
    this.#counts = counts;
    this.#length = counts.length;
    this.#total = total;
    this.#grown = true;
  }

  static of({ at, id, counts }: Cuts): Blocks {
    let total = 0;
    for (const count of counts) total += count;
    return new Blocks(
      Float64Array.from([lowest.at, ...at]),
      Float64Array.from([lowest.id, ...id]),
      Int32Array.from(counts),
      total,
    );
  }

  /** The same blocks, to be changed by themselves. */
  copy(): Blocks {
    const tree = this.#sums().slice();
    const copy = new Blocks(this.#at, this.#id, this.#counts.slice(0, this.#length), this.#total);
    copy.#tree = tree;
    copy.#grown = this.#grown;
    copy.#shared = true;
    this.#shared = true;
    return copy;
  }

  get total(): number {
    return this.#total;
  }

  get length(): number {
    return this.#length;
  }

  /** What it takes in memory. */
  get bytes(): number {
    return 600 + this.#at.length * 20 + (this.#tree?.byteLength ?? 0) + this.keys.bytes;
  }

  count(block: number): number {
    return this.#counts[block] as number;
  }

  /** The lowest key that belongs to the block; `null` past the last one. */
  start(block: number): Key | null {
    return block < this.#length ? { at: this.#at[block] as number, id: this.#id[block] as number } : null;
  }

  /** A block that should be split, or `null`. */
  oversized(): number | null {
    if (!this.#grown) return null;
    for (let block = 0; block < this.#length; block++) if (this.count(block) > splitAbove) return block;
    this.#grown = false;
    return null;
  }

  blockOf(at: number, id: number): number {
    let low = 0;
    let high = this.#length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      const start = this.#at[middle] as number;
      if (start < at || (start === at && (this.#id[middle] as number) <= id)) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  add(at: number, id: number, delta: number): void {
    const block = this.blockOf(at, id);
    const count = this.count(block) + delta;
    this.#counts[block] = count;
    this.#total += delta;
    this.keys.clear();
    if (count > splitAbove) this.#grown = true;
    const tree = this.#tree;
    if (tree === null) return;
    for (let i = block + 1; i <= this.#length; i += i & -i) tree[i] = (tree[i] as number) + delta;
  }

  /** Puts the blocks of `cuts` in the place of this one, whose keys they cut. */
  split(block: number, { at, id, counts }: Cuts): void {
    const more = at.length;
    this.keys.clear();
    this.#reserve(this.#length + more);
    this.#shared = false;
    for (const [column, values] of [
      [this.#at, at],
      [this.#id, id],
      [this.#counts, counts.slice(1)],
    ] as const) {
      column.copyWithin(block + 1 + more, block + 1, this.#length);
      column.set(values, block + 1);
    }
    this.#total += counts.reduce((sum, count) => sum + count, 0) - this.count(block);
    this.#counts[block] = counts[0] as number;
    this.#length += more;
    this.#tree = null;
  }

  #reserve(length: number): void {
    if (length <= this.#at.length && length <= this.#counts.length && !this.#shared) return;
    const capacity = Math.ceil(length * 1.25) + 4;
    const grown = <T extends Float64Array | Int32Array>(from: T, to: T): T => {
      to.set(from.subarray(0, this.#length));
      return to;
    };
    this.#at = grown(this.#at, new Float64Array(capacity));
    this.#id = grown(this.#id, new Float64Array(capacity));
    this.#counts = grown(this.#counts, new Int32Array(capacity));
  }

  /** How many keys lie in the blocks before this one. */
  passed(block: number): number {
    const tree = this.#sums();
    let sum = 0;
    for (let i = block; i > 0; i -= i & -i) sum += tree[i] as number;
    return sum;
  }

  /** The block that holds the key at `position` (from 0, lowest first), and how many lie in the blocks before it. */
  find(position: number): { block: number; passed: number } {
    const tree = this.#sums();
    const length = this.#length;
    let block = 0;
    let passed = 0;
    for (let step = 1 << (31 - Math.clz32(length)); step > 0; step >>= 1) {
      const next = block + step;
      if (next < length && passed + (tree[next] as number) <= position) {
        block = next;
        passed += tree[next] as number;
      }
    }
    return { block, passed };
  }

  #sums(): Int32Array {
    if (this.#tree !== null) return this.#tree;
    const length = this.#length;
    const tree = new Int32Array(length + 1);
    tree.set(this.#counts.subarray(0, length), 1);
    for (let i = 1; i <= length; i++) {
      const parent = i + (i & -i);
      if (parent <= length) tree[parent] = (tree[parent] as number) + (tree[i] as number);
    }
    this.#tree = tree;
    return tree;
  }

  /** All of it as a text; see `decode`. */
  encode(): string {
    const length = this.#length;
    const bytes = Buffer.alloc(length * 20);
    for (let i = 0; i < length; i++) {
      bytes.writeDoubleLE(this.#at[i] as number, i * 20);
      bytes.writeDoubleLE(this.#id[i] as number, i * 20 + 8);
      bytes.writeInt32LE(this.#counts[i] as number, i * 20 + 16);
    }
    return bytes.toString('base64url');
  }

  /** Whether a block begins after the one before it and has a count. */
  #isRight(block: number): boolean {
    const [at, id] = [this.#at[block] as number, this.#id[block] as number];
    if (this.count(block) < 0 || !Number.isSafeInteger(at) || !Number.isSafeInteger(id)) return false;
    if (block === 0) return at === lowest.at && id === lowest.id;
    const before = this.#at[block - 1] as number;
    return before < at || (before === at && (this.#id[block - 1] as number) < id);
  }

  /** `null` when the text is not what `encode` made. */
  static decode(text: string): Blocks | null {
    const bytes = Buffer.from(text, 'base64url');
    const length = bytes.length / 20;
    if (length < 1 || !Number.isInteger(length)) return null;
    const blocks = new Blocks(new Float64Array(length), new Float64Array(length), new Int32Array(length), 0);
    for (let i = 0; i < length; i++) {
      blocks.#at[i] = bytes.readDoubleLE(i * 20);
      blocks.#id[i] = bytes.readDoubleLE(i * 20 + 8);
      blocks.#counts[i] = bytes.readInt32LE(i * 20 + 16);
      blocks.#total += blocks.count(i);
      if (!blocks.#isRight(i)) return null;
    }
    return blocks;
  }
}
