/** What was made once and may be asked for again, bounded in bytes. */

export interface KeptFigures {
  readonly hits: number;
  readonly misses: number;
  readonly bytes: number;
}

interface Item<V> {
  value: V;
  bytes: number;
}

/** Items by their spaces and keys, with what all of them take. */
class Generation<K, V> {
  readonly #spaces = new Map<string | number, Map<K, Item<V>>>();
  bytes = 0;

  *keys(): Generator<readonly [space: string | number, key: K]> {
    for (const [space, items] of this.#spaces) for (const key of items.keys()) yield [space, key];
  }

  get(space: string | number, key: K): Item<V> | undefined {
    return this.#spaces.get(space)?.get(key);
  }

  put(space: string | number, key: K, item: Item<V>): void {
    let items = this.#spaces.get(space);
    if (items === undefined) {
      items = new Map();
      this.#spaces.set(space, items);
    }
    items.set(key, item);
    this.bytes += item.bytes;
  }

  take(space: string | number, key: K): Item<V> | undefined {
    const items = this.#spaces.get(space);
    const item = items?.get(key);
    if (item === undefined) return undefined;
    items?.delete(key);
    this.bytes -= item.bytes;
    return item;
  }
}

/** What an item costs beside its bytes: the objects around it. */
const itemCost = 200;

/** Keys that are remembered of what was dropped before anybody asked for it again, about 100 bytes each. */
const mostGone = 20_000;
/** Of the limit, what values may take that were not asked for since they came, and those that were since the last change of generations. */
const freshShare = 1 / 6;
const youngShare = 5 / 12;

/**
 * Values by a space, which is a tenant's or within one, and a key. Whether one still stands is for who asks: it tells by `hit` and `miss`.
 * What is never asked for again, as when somebody reads a whole list once, drives out nothing but its like; it is told from the others by
 * its key, which is remembered for longer. Of the others those go that were not asked for since half of them came: that one was asked
 * for costs nothing to note but once. (Known as 2Q, with generations in the place of queues.)
 */
export class Kept<K extends string | number, V> {
  #limit: number;
  #fresh = new Generation<K, V>();
  #young = new Generation<K, V>();
  #old = new Generation<K, V>();
  #gone = new Generation<K, null>();
  #clearings = 0;
  #hits = 0;
  #misses = 0;

  /** `limit` in bytes; 0 keeps nothing. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  limitTo(limit: number): void {
    this.#limit = limit;
    if (this.#bytes > limit) this.#drop();
  }

  get(space: string | number, key: K): V | undefined {
    const item = this.#young.get(space, key);
    if (item !== undefined) return item.value;
    const other = this.#fresh.take(space, key) ?? this.#old.take(space, key);
    if (other === undefined) return undefined;
    this.#putYoung(space, key, other);
    return other.value;
  }

  /** Values that were there and stand. */
  hit(count = 1): void {
    this.#hits += count;
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
  set(space: string | number, key: K, value: V, bytes: number, clearings: number): void {
    for (const generation of this.#all) generation.take(space, key);
    const cost = bytes + itemCost;
    if (cost > this.#limit / 8 || clearings !== this.#clearings) return;
    const item = { value, bytes: cost };
    if (this.#gone.take(space, key) !== undefined) {
      this.#putYoung(space, key, item);
      return;
    }
    if (this.#fresh.bytes + cost > this.#limit * freshShare) this.#forgetFresh();
    this.#fresh.put(space, key, item);
  }

  /** The value of the key has become larger, if it is still there. */
  grown(space: string | number, key: K, value: V, bytes: number): void {
    const generation = this.#all.find((one) => one.get(space, key)?.value === value);
    const item = generation?.take(space, key);
    if (item !== undefined) this.#putYoung(space, key, { value, bytes: item.bytes + bytes });
  }

  clear(): void {
    this.#drop();
    this.#clearings += 1;
  }

  get figures(): KeptFigures {
    return { hits: this.#hits, misses: this.#misses, bytes: this.#bytes };
  }

  get #all(): readonly Generation<K, V>[] {
    return [this.#fresh, this.#young, this.#old];
  }

  get #bytes(): number {
    return this.#fresh.bytes + this.#young.bytes + this.#old.bytes;
  }

  #putYoung(space: string | number, key: K, item: Item<V>): void {
    if (this.#young.bytes + item.bytes > this.#limit * youngShare) {
      this.#old = this.#young;
      this.#young = new Generation();
    }
    this.#young.put(space, key, item);
  }

  #forgetFresh(): void {
    // Here a byte is a key.
    if (this.#gone.bytes > mostGone) this.#gone = new Generation();
    for (const [space, key] of this.#fresh.keys()) this.#gone.put(space, key, { value: null, bytes: 1 });
    this.#fresh = new Generation();
  }

  #drop(): void {
    this.#fresh = new Generation();
    this.#young = new Generation();
    this.#old = new Generation();
    this.#gone = new Generation();
  }
}
