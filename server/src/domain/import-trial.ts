import type { ImportedEntry } from './import.ts';
import { addTo, type MergeCount, type Merging, noCount } from './merge.ts';
import type { JoinedKind, Kind, ObjectKinds, Trail } from './objects.ts';
import { same } from './same.ts';
import type { ObjectStore, Stored, TrailPortion, View } from './stores.ts';

/** The kinds that an import brings. */
type BroughtKind = JoinedKind | 'trail';

const idOf: { readonly [K in BroughtKind]: (object: ObjectKinds[K]) => number } = {
  trail: ({ trailId }) => trailId,
  company: ({ companyId }) => companyId,
  contact: ({ contactId }) => contactId,
  leadContact: ({ contactId }) => contactId,
  lead: ({ leadId }) => leadId,
  opportunity: ({ opportunityId }) => opportunityId,
  user: ({ userId }) => userId,
  file: ({ fileId }) => fileId,
};

const named: { readonly [K in JoinedKind]: (trail: Trail) => readonly (number | null)[] } = {
  company: ({ companyId }) => [companyId],
  contact: ({ contactIds }) => contactIds,
  leadContact: ({ leadContactIds }) => leadContactIds,
  lead: ({ leadId }) => [leadId],
  opportunity: ({ opportunityId }) => [opportunityId],
  user: ({ authorId }) => [authorId],
  file: ({ fileIds }) => fileIds,
};

type Objects = Map<number, Stored<ObjectKinds[Kind]>>;

/**
 * Finds out what an import would do, by the same rules over what is there, and writes nothing. What it would have written it has in
 * memory, so that what a file says twice counts as it would.
 */
export class ImportTrial {
  readonly #objects: ObjectStore;
  readonly #tenantId: number;
  readonly #takePortion: (edit: Merging, entries: readonly ImportedEntry[]) => Promise<MergeCount>;
  readonly #written = new Map<Kind, Objects>();

  constructor(
    objects: ObjectStore,
    tenantId: number,
    takePortion: (edit: Merging, entries: readonly ImportedEntry[]) => Promise<MergeCount>,
  ) {
    this.#objects = objects;
    this.#tenantId = tenantId;
    this.#takePortion = takePortion;
  }

  /** As `Importer.take`. */
  async take(portions: Iterable<readonly ImportedEntry[]>): Promise<MergeCount> {
    const sum = noCount();
    for (const portion of portions) {
      // A read for each: one over all of a slow upload would hold up what tidies the store.
      const take = (view: View): Promise<MergeCount> => this.#takePortion(this.#over(view), portion);
      addTo(sum, await this.#objects.read(this.#tenantId, take));
    }
    return sum;
  }

  /** Entries as they would look after all that was taken, with what they refer to. */
  async look(trailIds: readonly number[]): Promise<TrailPortion> {
    return this.#objects.read(this.#tenantId, async (view) => {
      const edit = this.#over(view);
      const found = await edit.getMany('trail', trailIds);
      const trails = trailIds.flatMap((id) => found.get(id)?.object ?? []);
      const joinedOf = async <K extends JoinedKind>(kind: K): Promise<ReadonlyMap<number, ObjectKinds[K]>> => {
        const ids = new Set(trails.flatMap(named[kind]).filter((id) => id !== null));
        return new Map([...(await edit.getMany(kind, ids))].map(([id, { object }]) => [id, object]));
      };
      const joined = {
        company: await joinedOf('company'),
        contact: await joinedOf('contact'),
        leadContact: await joinedOf('leadContact'),
        lead: await joinedOf('lead'),
        opportunity: await joinedOf('opportunity'),
        user: await joinedOf('user'),
        file: await joinedOf('file'),
      };
      return { trails, joined };
    });
  }

  #over(view: View): Merging {
    return {
      getMany: async <K extends Kind>(kind: K, ids: Iterable<number>) => {
        const written = this.#writtenOf(kind);
        const found = new Map<number, Stored<ObjectKinds[K]>>();
        const wanted: number[] = [];
        for (const id of ids) {
          const stored = written.get(id);
          if (stored === undefined) wanted.push(id);
          else found.set(id, stored as Stored<ObjectKinds[K]>);
        }
        if (wanted.length === 0) return found;
        for (const [id, stored] of await view.getMany(kind, wanted)) {
          found.set(id, stored);
          // What many entries name is asked for again and again.
          if (kind !== 'trail') written.set(id, stored);
        }
        return found;
      },
      write: async (kind, writes) => {
        const written = this.#writtenOf(kind);
        let changed = 0;
        for (const { before, after, knownAt } of writes) {
          if (before === null || !same(before.object, after)) changed += 1;
          const id = (idOf[kind as BroughtKind] as (object: ObjectKinds[Kind]) => number)(after);
          written.set(id, { object: after, knownAt, revision: before?.revision ?? 0 });
        }
        return changed;
      },
    };
  }

  #writtenOf(kind: Kind): Objects {
    let written = this.#written.get(kind);
    if (written === undefined) {
      written = new Map();
      this.#written.set(kind, written);
    }
    return written;
  }
}
