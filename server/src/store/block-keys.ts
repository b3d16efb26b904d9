/** Keys of single blocks, in memory: pages that lie in blocks that were looked at before are found without the store. */

interface Keys {
  readonly at: Float64Array;
  readonly id: Float64Array;
}

/** Blocks of one scope whose keys are kept; of more, all are dropped. */
const most = 64;
/** Blocks that are remembered as looked at. */
const mostSeen = 1024;

/** Of the blocks of one scope. A block is kept when it is looked at for the second time: most blocks of a large scope never are. */
export class BlockKeys {
  readonly #blocks = new Map<number, Keys>();
  readonly #seen = new Set<number>();
  #bytes = 0;

  get bytes(): number {
    return this.#bytes + 50 * this.#seen.size;
  }

  get(block: number): Keys | null {
    return this.#blocks.get(block) ?? null;
  }

  /** Notes that a block is looked at. Answers whether its keys are worth reading. */
  wanted(block: number): boolean {
    if (this.#seen.has(block)) return true;
    if (this.#seen.size >= mostSeen) this.#seen.clear();
    this.#seen.add(block);
    return false;
  }

  /** The block's keys, oldest first. */
  set(block: number, keys: readonly (readonly [at: number, id: number])[]): void {
    if (this.#blocks.size >= most) this.clear();
    const known = { at: Float64Array.from(keys, ([at]) => at), id: Float64Array.from(keys, ([, id]) => id) };
    this.#blocks.set(block, known);
    this.#bytes += 200 + 16 * keys.length;
  }

  /** The scope has changed. */
  clear(): void {
    if (this.#seen.size > 0) this.#seen.clear();
    if (this.#blocks.size === 0) return;
    this.#blocks.clear();
    this.#bytes = 0;
  }
}

/** How many of the keys lie before the time. */
export function before({ at }: Pick<Keys, 'at'>, time: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((at[middle] as number) < time) low = middle + 1;
    else high = middle;
  }
  return low;
}
