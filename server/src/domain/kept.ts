/** What was made once and may be asked for again, bounded in bytes: what was asked for last is the last to go. */

export interface KeptFigures {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
}

interface Item<V> {
  value: V;
  bytes: number;
}

/** What an item costs beside its bytes: the objects around it. */
const itemCost = 200;

/** Values by their keys. Whether one still stands is for who asks: it tells by `hit` and `miss`. */
export class Kept<V> {
  #limit: number;
  readonly #items = new Map<string, Item<V>>();
  #bytes = 0;
  #clearings = 0;
  #hits = 0;
  #misses = 0;

  /** `limit` in bytes; 0 keeps nothing. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  limitTo(limit: number): void {
    this.#limit = limit;
    this.#shrink();
  }

  get(key: string): V | undefined {
    return this.#items.get(key)?.value;
  }

  /** Used: it goes to the end of those that go. */
  hit(key: string): void {
    this.#hits += 1;
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#items.set(key, item);
  }

  /** Not there, or it does not stand any more. */
  miss(): void {
    this.#misses += 1;
  }

  /** How often everything was dropped: to be asked for before what shall be kept is read. */
  get clearings(): number {
    return this.#clearings;
  }

  /** Keeps nothing that would take an eighth of all, nor what was read before everything was dropped. */
  set(key: string, value: V, bytes: number, clearings: number): void {
    this.delete(key);
    const cost = bytes + key.length + itemCost;
    if (cost > this.#limit / 8 || clearings !== this.#clearings) return;
    this.#items.set(key, { value, bytes: cost });
    this.#bytes += cost;
    this.#shrink();
  }

  /** The value of the key has become larger, if it is still there. */
  grown(key: string, value: V, bytes: number): void {
    const item = this.#items.get(key);
    if (item?.value !== value) return;
    item.bytes += bytes;
    this.#bytes += bytes;
    this.#shrink();
  }

  delete(key: string): void {
    const item = this.#items.get(key);
    if (item === undefined) return;
    this.#items.delete(key);
    this.#bytes -= item.bytes;
  }

  clear(): void {
    this.#items.clear();
    this.#bytes = 0;
    this.#clearings += 1;
  }

  get figures(): KeptFigures {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes };
  }

  #shrink(): void {
    for (const [key, item] of this.#items) {
      if (this.#bytes <= this.#limit) return;
      this.#items.delete(key);
      this.#bytes -= item.bytes;
    }
  }
}
