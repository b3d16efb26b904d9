import { blank } from './blank.ts';
import { ImportTrial } from './import-trial.ts';
import { addTo, type Knowledge, type MergeCount, type Merging, merge, noCount, type Rule } from './merge.ts';
import type { JoinedKind, ObjectKinds, Trail } from './objects.ts';
import type { Actor, ObjectStore } from './stores.ts';

/** An entry but for what only this store can know of it. */
export type ImportedTrail = Omit<Trail, 'ownCommentCount'>;

/** One entry as a source has it: whose it is, the entry, and what its joined objects tell. */
export interface ImportedEntry {
  readonly tenantId: number;
  readonly trail: ImportedTrail;
  readonly learned: readonly Learned[];
}

export type Learned = {
  [K in JoinedKind]: { readonly kind: K; readonly id: number; readonly fields: Partial<ObjectKinds[K]> };
}[JoinedKind];

const joinedKinds = Object.keys(blank) as JoinedKind[];

/** Takes entries with the ids they have: the tenants they name are made when missing, their joined objects are learned. */
export class Importer {
  readonly #objects: ObjectStore;

  constructor(parts: { objects: ObjectStore }) {
    this.#objects = parts.objects;
  }

  /**
   * One durable load, of portions that are made only when it comes to them, so that few entries are in memory at a time. Answers
   * what happened to the entries. Idempotent: see `merge`.
   */
  async take(portions: Iterable<readonly ImportedEntry[]>, actor: Actor = 'command:import'): Promise<MergeCount> {
    return this.#objects.load(async (change) => {
      const sum = noCount();
      for (const portion of portions) {
        for (const [tenantId, own] of Map.groupBy(portion, (entry) => entry.tenantId))
          addTo(sum, await change(tenantId, actor, (edit) => takePortion(edit, own)));
      }
      return sum;
    });
  }

  /** What `take` would do to a tenant with entries of its own. */
  trial(tenantId: number): ImportTrial {
    return new ImportTrial(this.#objects, tenantId, takePortion);
  }

  /**
   * Takes what is known of a tenant's objects without an entry, from the instant `knownAt` (ms) on. One durable load, as idempotent as
   * `take`.
   */
  async learn(tenantId: number, learned: readonly Learned[], knownAt: number): Promise<void> {
    await this.#objects.load((change) =>
      change(tenantId, 'command:import', (edit) =>
        learn(
          edit,
          learned.map((one) => ({ ...one, knownAt })),
        ),
      ),
    );
  }
}

/** Joined objects first, so that a reader of the log never meets an entry whose company comes later. */
async function takePortion(edit: Merging, entries: readonly ImportedEntry[]): Promise<MergeCount> {
  await learn(
    edit,
    entries.flatMap(({ trail, learned }) => learned.map((one) => ({ ...one, knownAt: trail.updatedAt }))),
  );
  const trails = entries.map(({ trail }) => ({ id: trail.trailId, fields: trail, knownAt: trail.updatedAt }));
  return merge(edit, 'trail', trails, wholeTrail);
}

/** Brings what is known of joined objects into the store, see `merge`. */
export async function learn(edit: Merging, learned: readonly (Learned & { readonly knownAt: number })[]): Promise<void> {
  const known = new Map(joinedKinds.map((kind): [JoinedKind, Knowledge<JoinedKind>[]] => [kind, []]));
  for (const { kind, id, fields, knownAt } of learned) known.get(kind)?.push({ id, fields, knownAt });
  for (const [kind, ofKind] of known) await merge(edit, kind, ofKind, partOf(kind));
}

/** An entry from elsewhere is whole but for the comments that are here: there is nothing to complete and nothing to fill. */
export const wholeTrail: Rule<'trail'> = {
  build: ({ fields }, before) => ({ ...(fields as ImportedTrail), ownCommentCount: before?.ownCommentCount ?? 0 }),
  fill: (before) => before,
};

/** What is known of a joined object is part of it: an opportunity's company, say, stands only in some entries. */
export const partOf = <K extends JoinedKind>(kind: K): Rule<K> => ({
  build: ({ id, fields }, before) => ({ ...(before ?? blank[kind](id)), ...fields }),
  fill: (before, { fields }) => {
    const lacking = Object.entries(fields).filter(
      ([field, value]) => value !== null && before[field as keyof typeof before] === null,
    );
    return lacking.length === 0 ? before : { ...before, ...Object.fromEntries(lacking) };
  },
});
