import type { JoinedKind, ShownKinds } from '../domain/objects.ts';

/** One that is in memory, with the revision of the state that it was read from. */
interface Known {
  readonly revision: number;
  readonly object: ShownKinds[JoinedKind];
}

type Generation = Map<string, Map<number, Known>>;

/**
 * Shown objects that were read before, of all tenants. Whether one still stands is for who asks. When there are too many, those that
 * nobody has asked for since half of them came are forgotten.
 */
export class ShownObjects {
  readonly #most: number;
  #young: Generation = new Map();
  #old: Generation = new Map();
  #count = 0;
  #clearings = 0;

  /** `most`: about 500 bytes each. */
  constructor(most: number) {
    this.#most = most;
  }

  /** How often everything was dropped: to be asked for before what shall be kept is read. */
  get clearings(): number {
    return this.#clearings;
  }

  /** Those of one tenant and kind. */
  of<K extends JoinedKind>(tenantId: number, kind: K): { get(id: number): (Known & { object: ShownKinds[K] }) | undefined } {
    const name = `${tenantId} ${kind}`;
    const [young, old] = [this.#young.get(name), this.#old.get(name)];
    return {
      get: (id) => {
        const known = young?.get(id);
        if (known !== undefined) return known as Known & { object: ShownKinds[K] };
        const older = old?.get(id);
        if (older !== undefined) this.#put(name, id, older);
        return older as (Known & { object: ShownKinds[K] }) | undefined;
      },
    };
  }

  set<K extends JoinedKind>(
    tenantId: number,
    kind: K,
    revision: number,
    objects: ReadonlyMap<number, ShownKinds[K]>,
    clearings: number,
  ): void {
    if (clearings !== this.#clearings) return;
    for (const [id, object] of objects) this.#put(`${tenantId} ${kind}`, id, { revision, object });
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#count = 0;
    this.#clearings += 1;
  }

  #put(name: string, id: number, known: Known): void {
    if (this.#count >= this.#most / 2) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#count = 0;
    }
    let of = this.#young.get(name);
    if (of === undefined) {
      of = new Map();
      this.#young.set(name, of);
    }
    const before = of.size;
    of.set(id, known);
    this.#count += of.size - before;
  }
}
