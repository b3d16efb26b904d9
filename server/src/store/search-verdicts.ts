/** What was found out of entries by looking at them, kept in memory for the next page of the same search. */
import { addTo, type Bits, noBits, packed, type Slots } from './search-slots.ts';

/** Blocks with a keyword, 2 KB each at most; those asked last are kept. */
const longest = 8192;

/**
 * A block never gives a slot out twice, an edited entry takes a new one, and the number of a block is never used again: what is known of a slot
 * stays true, and need not be told when entries change.
 */
export class Verdicts {
  readonly #known = new Map<string, { readonly looked: Slots | null; readonly right: Slots | null }>();

  /** Which entries of a block were looked at for a keyword, and which of them have it; sets of its own. */
  of(tenantId: number, block: number, words: string): { looked: Bits; right: Bits } {
    const known = this.#known.get(keyOf(tenantId, block, words));
    const looked = noBits();
    const right = noBits();
    if (known?.looked) addTo(looked, known.looked);
    if (known?.right) addTo(right, known.right);
    return { looked, right };
  }

  keep(tenantId: number, block: number, words: string, looked: Bits, right: Bits): void {
    const key = keyOf(tenantId, block, words);
    this.#known.delete(key);
    this.#known.set(key, { looked: packed(looked), right: packed(right) });
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= longest) break;
      this.#known.delete(oldest);
    }
  }
}

const keyOf = (tenantId: number, block: number, words: string): string => `${tenantId} ${block} ${words}`;
