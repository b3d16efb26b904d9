import { grown } from './key-list.ts';
import type { Placing } from './places.ts';
import { type Scope, timeIn } from './scope.ts';

/** The entries that were changed after a revision: how they stood then, and how they stand. */
export interface Changed {
  readonly bytes: number;
  /** Notes a change: `old` counts when it is the entry's first one, `null` of a new entry. */
  note(id: number, old: Placing | null, now: Placing): void;
  /** Leaves only those ids that were not changed. */
  unchanged<T extends { readonly id: number }>(keys: readonly T[]): T[];
  /** Those that stood in a scope, or stand there, with their times. */
  each(which: 'old' | 'now', scope: Scope, found: (at: number, id: number) => void): void;
}

const width = 8;

/** Entries with their places, 64 bytes each. */
class Placings {
  #data = new Float64Array(16 * width);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  get bytes(): number {
    return this.#data.byteLength;
  }

  add(id: number, placing: Placing): number {
    if ((this.#length + 1) * width > this.#data.length) this.#data = grown(this.#data);
    const slot = this.#length++;
    this.#data[slot * width] = id;
    this.put(slot, placing);
    return slot;
  }

  put(slot: number, { live, companyId, leadId, opportunityId, happenedAt, recordedAt, updatedAt }: Placing): void {
    const [data, start] = [this.#data, slot * width];
    data[start + 1] = live;
    data[start + 2] = companyId;
    data[start + 3] = leadId;
    data[start + 4] = opportunityId;
    data[start + 5] = happenedAt;
    data[start + 6] = recordedAt;
    data[start + 7] = updatedAt;
  }

  id(slot: number): number {
    return this.#data[slot * width] as number;
  }

  get(slot: number): Placing {
    const [data, start] = [this.#data, slot * width];
    const at = (i: number): number => data[start + i] as number;
    return {
      live: at(1),
      companyId: at(2),
      leadId: at(3),
      opportunityId: at(4),
      happenedAt: at(5),
      recordedAt: at(6),
      updatedAt: at(7),
    };
  }
}

/** In memory: about 80 bytes for each changed entry, 64 more for each that is older than the revision. */
export class ChangedInMemory implements Changed {
  readonly #now = new Placings();
  readonly #old = new Placings();
  /** By a hash of the id: its slot in `now` and one more; at most half full. */
  #slots = new Int32Array(64);

  get bytes(): number {
    return this.#now.bytes + this.#old.bytes + this.#slots.byteLength;
  }

  note(id: number, old: Placing | null, now: Placing): void {
    const found = this.#find(id);
    const slot = (this.#slots[found] as number) - 1;
    if (slot >= 0) {
      this.#now.put(slot, now);
      return;
    }
    this.#slots[found] = this.#now.add(id, now) + 1;
    if (old !== null) this.#old.add(id, old);
    if (this.#now.length * 2 > this.#slots.length) this.#rehash();
  }

  unchanged<T extends { readonly id: number }>(keys: readonly T[]): T[] {
    return keys.filter(({ id }) => this.#slots[this.#find(id)] === 0);
  }

  each(which: 'old' | 'now', scope: Scope, found: (at: number, id: number) => void): void {
    const placings = which === 'old' ? this.#old : this.#now;
    for (let slot = 0; slot < placings.length; slot++) {
      const at = timeIn(scope, placings.get(slot));
      if (at !== null) found(at, placings.id(slot));
    }
  }

  /** Where an id stands, or where it would. */
  #find(id: number): number {
    const mask = this.#slots.length - 1;
    let place = (Math.imul(id % 4294967296, 0x9e3779b1) ^ Math.imul(Math.floor(id / 4294967296), 0x85ebca6b)) & mask;
    for (;;) {
      const slot = this.#slots[place] as number;
      if (slot === 0 || this.#now.id(slot - 1) === id) return place;
      place = (place + 1) & mask;
    }
  }

  #rehash(): void {
    this.#slots = new Int32Array(this.#slots.length * 2);
    for (let slot = 0; slot < this.#now.length; slot++) this.#slots[this.#find(this.#now.id(slot))] = slot + 1;
  }
}
