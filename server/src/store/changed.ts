import { placeWidth } from './places.ts';
import { type Scope, timeIn } from './scope.ts';

const width = 1 + placeWidth;

/** Entries with their places, 64 bytes each. */
class Placings {
  #data: Float64Array<ArrayBuffer> = new Float64Array(16 * width);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  reserve(length: number): void {
    if (length * width <= this.#data.length) return;
    const larger = new Float64Array(length * width);
    larger.set(this.#data.subarray(0, this.#length * width));
    this.#data = larger;
  }

  add(id: number, places: readonly number[], start: number): number {
    if ((this.#length + 1) * width > this.#data.length) this.reserve(this.#length * 2);
    const slot = this.#length++;
    this.#data[slot * width] = id;
    this.put(slot, places, start);
    return slot;
  }

  put(slot: number, places: readonly number[], start: number): void {
    const data = this.#data;
    for (let i = 0; i < placeWidth; i++) data[slot * width + 1 + i] = places[start + i] as number;
  }

  id(slot: number): number {
    return this.#data[slot * width] as number;
  }

  timeIn(scope: Scope, slot: number): number | null {
    return timeIn(scope, this.#data, slot * width + 1);
  }
}

/** The entries that were changed after a revision: how they stood then, and how they stand. */
export interface Changed {
  /** What it takes in memory. */
  readonly bytes: number;
  /** How many they are. */
  readonly length: number;
  /** Makes room for so many more changes. */
  reserve(changes: number): void;
  /** Notes a change, with the places that the log has of it; `first`: it is the entry's first one. */
  note(id: number, places: readonly number[], first: boolean): void;
  has(id: number): boolean;
  /** Those that stood in a scope, or stand there, with their times. */
  each(which: 'old' | 'now', scope: Scope, found: (at: number, id: number) => void): void;
  clear(): void;
}

/** In memory: 64 bytes for each, 64 more when it is older than the revision, and 8 to 16 to find it. */
export class ChangedInMemory implements Changed {
  #now = new Placings();
  #old = new Placings();
  /** By a hash of the id: its slot in `now` and one more; at most half full. */
  #slots = new Int32Array(64);

  get bytes(): number {
    return this.#now.bytes + this.#old.bytes + this.#slots.byteLength;
  }

  get length(): number {
    return this.#now.length;
  }

  clear(): void {
    this.#now = new Placings();
    this.#old = new Placings();
    this.#slots = new Int32Array(64);
  }

  reserve(changes: number): void {
    const length = this.#now.length + changes;
    this.#now.reserve(length);
    let size = this.#slots.length;
    while (size < 2 * length) size *= 2;
    if (size > this.#slots.length) this.#rehash(size);
  }

  note(id: number, places: readonly number[], first: boolean): void {
    const found = this.#find(id);
    const slot = (this.#slots[found] as number) - 1;
    if (slot >= 0) {
      this.#now.put(slot, places, 0);
      return;
    }
    this.#slots[found] = this.#now.add(id, places, 0) + 1;
    if (first && places.length > placeWidth) this.#old.add(id, places, placeWidth);
    if (this.#now.length * 2 > this.#slots.length) this.#rehash(this.#slots.length * 2);
  }

  has(id: number): boolean {
    return this.#slots[this.#find(id)] !== 0;
  }

  each(which: 'old' | 'now', scope: Scope, found: (at: number, id: number) => void): void {
    const placings = which === 'old' ? this.#old : this.#now;
    for (let slot = 0; slot < placings.length; slot++) {
      const at = placings.timeIn(scope, slot);
      if (at !== null) found(at, placings.id(slot));
    }
  }

  /** Where an id stands, or where it would. */
  #find(id: number): number {
    const mask = this.#slots.length - 1;
    let at = (Math.imul(id % 4294967296, 0x9e3779b1) ^ Math.imul(Math.floor(id / 4294967296), 0x85ebca6b)) & mask;
    for (;;) {
      const slot = this.#slots[at] as number;
      if (slot === 0 || this.#now.id(slot - 1) === id) return at;
      at = (at + 1) & mask;
    }
  }

  #rehash(size: number): void {
    this.#slots = new Int32Array(size);
    for (let slot = 0; slot < this.#now.length; slot++) this.#slots[this.#find(this.#now.id(slot))] = slot + 1;
  }
}
