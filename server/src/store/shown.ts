/** What entries show of the objects that they refer to: the few columns of each, and those of many objects in memory. */
import type { JoinedKind, ShownKinds } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { type Codec, decode, tables } from './tables.ts';

const shownFields: { readonly [K in JoinedKind]: readonly (keyof ShownKinds[K] & string)[] } = {
  company: ['companyId', 'name', 'removed'],
  lead: ['leadId', 'name'],
  opportunity: ['opportunityId', 'name'],
  user: ['userId', 'nickname', 'avatar'],
  contact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  leadContact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  file: ['fileId', 'name', 'size', 'path', 'previewUrl'],
};

/** Lists of ids are filled up to one of these lengths, so that there are few statements to prepare. */
const sizes = [1, 2, 4, 8, 16, 24, 32, 64, 256] as const;

interface Reading<K extends JoinedKind> {
  readonly shape: Parameters<typeof decode<ShownKinds[K]>>[0];
  /** By the length of their list. */
  readonly statements: readonly string[];
}

function reading<K extends JoinedKind>(kind: K): Reading<K> {
  const table = tables[kind];
  const fields = shownFields[kind];
  const places = fields.map((field) => (table.fields as readonly string[]).indexOf(field));
  const columns = places.map((place) => table.columns[place]);
  const statement = (size: number): string =>
    `SELECT ${columns.join(', ')} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} IN (${new Array(size).fill('?').join(', ')})`;
  return {
    shape: { fields, codecs: places.map((place) => table.codecs[place] as Codec) },
    statements: sizes.map(statement),
  };
}

const readings: { readonly [K in JoinedKind]: Reading<K> } = {
  company: reading('company'),
  lead: reading('lead'),
  opportunity: reading('opportunity'),
  user: reading('user'),
  contact: reading('contact'),
  leadContact: reading('leadContact'),
  file: reading('file'),
};

/** What is shown of the objects with these ids, as they stand; unknown ones are missing. */
export async function shownOf<K extends JoinedKind>(
  tx: Tx,
  tenantId: number,
  kind: K,
  ids: readonly number[],
): Promise<Map<number, ShownKinds[K]>> {
  const { shape, statements } = readings[kind];
  const found = new Map<number, ShownKinds[K]>();
  const longest = sizes.at(-1) as number;
  for (let start = 0; start < ids.length; start += longest) {
    const some = ids.slice(start, start + longest);
    const step = sizes.findIndex((size) => size >= some.length);
    while (some.length < (sizes[step] as number)) some.push(some[0] as number);
    for (const row of await tx.all(statements[step] as string, [tenantId, ...some])) {
      // The id comes first.
      found.set(row[0] as number, decode(shape, row));
    }
  }
  return found;
}

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
