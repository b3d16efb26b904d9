import { type ImportedEntry, type Learned, learn, partOf, wholeTrail } from './import.ts';
import { agrees, type Merging } from './merge.ts';
import type { Window } from './mirror-stores.ts';
import type { JoinedKind, ObjectKinds, Trail } from './objects.ts';
import { same } from './same.ts';
import { allTrails, mirrorActor, type ObjectStore, type TrailStore, type Write } from './stores.ts';

export interface Taken {
  readonly added: number;
  readonly changed: number;
}

const noneTaken: Taken = { added: 0, changed: 0 };

/** What a mirrored enterprise has here, and how what its upstream says becomes that. */
export class MirrorCopy {
  readonly #objects: ObjectStore;
  readonly #trails: TrailStore;

  constructor(parts: { objects: ObjectStore; trails: TrailStore }) {
    this.#objects = parts.objects;
    this.#trails = parts.trails;
  }

  /**
   * Takes entries as the upstream has them now, whatever stands here: one change in the log for each that differs, and no write at all
   * when none does. What they tell of joined objects is only known from the entry's last update, for the upstream's own lists know it better.
   */
  async take(tenantId: number, entries: readonly ImportedEntry[]): Promise<Taken> {
    const news = await this.#objects.read(tenantId, async (view) => {
      const probe = new Probe(view);
      await takeInto(probe, entries);
      return probe.differing > 0;
    });
    if (!news) return noneTaken;
    return this.#objects.change(tenantId, mirrorActor, (edit) => takeInto(edit, entries));
  }

  /**
   * Takes what the upstream's own lists say of objects beside the entries, whatever was known. Those that differ are told to `before` while nothing
   * is written yet, so that whoever has to do something about them knows of it even if there is no after.
   */
  async learn(
    tenantId: number,
    learned: readonly Learned[],
    before?: (differing: readonly number[]) => Promise<void>,
  ): Promise<void> {
    const differing = await this.#objects.read(tenantId, (view) => learnOwn(new Probe(view), learned));
    if (differing.length === 0) return;
    await before?.(differing);
    await this.#objects.change(tenantId, mirrorActor, (edit) => learnOwn(edit, learned));
  }

  /** Takes entries out that the upstream has no more; they can be seen in their history. Answers how many were still in. */
  remove(tenantId: number, trailIds: readonly number[]): Promise<number> {
    return this.#objects.change(tenantId, mirrorActor, async (edit) => {
      const found = [...(await edit.getMany('trail', trailIds)).values()];
      return edit.write(
        'trail',
        found.map((before) => ({ before, after: { ...before.object, removed: true }, knownAt: before.knownAt })),
      );
    });
  }

  /** How many entries the list has in each of these windows, from one state. */
  async counts(tenantId: number, windows: readonly Window[]): Promise<number[]> {
    const times = windows.flatMap(({ from, to }) => [from ?? earliest, to === null ? latest : to + 1]);
    const { counts } = await this.#trails.countsBefore(tenantId, allTrails, times);
    return windows.map((_, i) => (counts[2 * i + 1] as number) - (counts[2 * i] as number));
  }

  /** When the entry in the middle of a window happened, which has `own` of them; `null`: there is none. */
  async middle(tenantId: number, { from, to }: Window, own: number): Promise<number | null> {
    if (own === 0) return null;
    const { trails } = await this.#trails.list(
      tenantId,
      { ...allTrails, from, to },
      { number: Math.ceil(own / 2), size: 1 },
      null,
    );
    return trails[0]?.happenedAt ?? null;
  }

  /** How many entries the list has about a company, a lead or an opportunity. */
  async countAbout(tenantId: number, subject: Partial<Pick<Trail, 'companyId' | 'leadId' | 'opportunityId'>>): Promise<number> {
    return (await this.#trails.list(tenantId, { ...allTrails, ...subject }, { number: 1, size: 1 }, null)).total;
  }

  /** The entries that the list has in a window. */
  async entries(tenantId: number, { from, to }: Window): Promise<Trail[]> {
    const found: Trail[] = [];
    for await (const { trails } of this.#trails.stream(tenantId, { ...allTrails, from, to }, null)) found.push(...trails);
    return found;
  }

  /** Entries by id, removed ones too; those that are not there are missing. */
  async byId(tenantId: number, trailIds: readonly number[]): Promise<Trail[]> {
    return this.#objects.read(tenantId, async (view) =>
      [...(await view.getMany('trail', trailIds)).values()].map(({ object }) => object),
    );
  }

  /** Removes the contact persons of a company or a lead that are not among what is known of it in full. */
  async removeOtherContacts(
    tenantId: number,
    kind: 'contact' | 'leadContact',
    firmId: number,
    known: readonly Learned[],
  ): Promise<void> {
    const ids = await this.#objects.read(tenantId, (view) => view.contactIdsAt(kind, firmId));
    const others = ids.filter((id) => !known.some((one) => one.kind === kind && one.id === id));
    if (others.length > 0)
      await this.learn(
        tenantId,
        others.map((id) => ({ kind, id, fields: { removed: true } })),
      );
  }

  /** `null`: it is not known whose the contact person is. */
  companyOfContact(tenantId: number, contactId: number): Promise<number | null> {
    return this.#objects.read(tenantId, async (view) => (await view.get('contact', contactId))?.companyId ?? null);
  }

  /** When the oldest and the newest entry of the list happened; `null`: there is none. */
  async ends(tenantId: number): Promise<{ readonly oldest: number; readonly newest: number } | null> {
    const one = { number: 1, size: 1 };
    const newest = await this.#trails.list(tenantId, allTrails, one, null);
    const oldest = await this.#trails.list(tenantId, { ...allTrails, oldestFirst: true }, one, null);
    const [last, first] = [newest.trails[0], oldest.trails[0]];
    return last === undefined || first === undefined ? null : { oldest: first.happenedAt, newest: last.happenedAt };
  }
}

/** Before and after all times that there are. */
const [earliest, latest] = [-8.64e15, 8.64e15];

/** Joined objects first, so that a reader of the log never meets an entry whose company comes later. */
async function takeInto(edit: Merging, entries: readonly ImportedEntry[]): Promise<Taken> {
  await learn(
    edit,
    entries.flatMap(({ trail, learned }) => learned.map((one) => ({ ...one, knownAt: trail.updatedAt }))),
  );
  const existing = await edit.getMany(
    'trail',
    entries.map(({ trail }) => trail.trailId),
  );
  const writes: Write<Trail>[] = [];
  for (const { trail } of entries) {
    const before = existing.get(trail.trailId) ?? null;
    if (before !== null && agrees(before.object, trail)) continue;
    const known = { id: trail.trailId, fields: trail, knownAt: trail.updatedAt };
    writes.push({ before, after: wholeTrail.build(known, before?.object ?? null), knownAt: trail.updatedAt });
  }
  const written = await edit.write('trail', writes);
  const added = writes.filter(({ before }) => before === null).length;
  return { added, changed: written - added };
}

async function learnOwn(edit: Merging, learned: readonly Learned[]): Promise<number[]> {
  const differing: number[] = [];
  for (const [kind, ofKind] of Map.groupBy(learned, (one) => one.kind)) differing.push(...(await learnKind(edit, kind, ofKind)));
  return differing;
}

/** The second that an update is named by may have had others in it, of which entries tell: the list was asked after all of them. */
const restOfSecond = 999;

async function learnKind<K extends JoinedKind>(edit: Merging, kind: K, learned: readonly Learned[]): Promise<number[]> {
  // The last one of several with the same id: it was answered last.
  const latest = new Map(learned.map(({ id, fields }) => [id, fields as Partial<ObjectKinds[K]>]));
  const existing = await edit.getMany(kind, latest.keys());
  const writes: Write<ObjectKinds[K]>[] = [];
  const differing: number[] = [];
  for (const [id, fields] of latest) {
    const before = existing.get(id) ?? null;
    if (before !== null && agrees(before.object, fields)) continue;
    const updatedAt = ((fields as { updatedAt?: number | null }).updatedAt ?? 0) + restOfSecond;
    const knownAt = Math.max(updatedAt, (before?.knownAt ?? 0) + 1);
    writes.push({ before, after: partOf(kind).build({ id, fields, knownAt }, before?.object ?? null), knownAt });
    differing.push(id);
  }
  await edit.write(kind, writes);
  return differing;
}

/** Finds out whether there would be anything to write. */
class Probe implements Merging {
  readonly getMany: Merging['getMany'];
  differing = 0;

  constructor(view: Pick<Merging, 'getMany'>) {
    this.getMany = (kind, ids) => view.getMany(kind, ids);
  }

  async write<K extends keyof ObjectKinds>(_kind: K, writes: readonly Write<ObjectKinds[K]>[]): Promise<number> {
    const differing = writes.filter(({ before, after }) => before === null || !same(before.object, after)).length;
    this.differing += differing;
    return differing;
  }
}
