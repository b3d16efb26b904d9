import type { JoinedKind, ShownKinds, Trail } from '../domain/objects.ts';
import type { Shown, TrailPortion } from '../domain/stores.ts';
import type { Tx } from './db.ts';
import { TxView } from './object-store.ts';
import { type RowPlaces, trailsAt } from './rows-at.ts';
import { type Found, joinedKinds, shownOf } from './shown.ts';
import { statesAt } from './states.ts';

/** Shown objects that need not be read, as they stand in the state that is read. */
export interface KnownObjects {
  get<K extends JoinedKind>(kind: K, id: number): ShownKinds[K] | null;
  /** Takes those that had to be read. */
  read(objects: Found): void;
}

export interface Reading {
  /** The revision that all of it is read as of; `null`: as it stands. */
  readonly asOf: number | null;
  /** Where the rows lie, of as many as is known. */
  readonly places?: RowPlaces | null;
  /** Of what stands now. */
  readonly known?: KnownObjects;
}

/** The entries with these ids, in this order, with what they show of everything that they refer to, looked up once per object. */
export async function entriesOf(tx: Tx, tenantId: number, ids: readonly number[], reading: Reading): Promise<TrailPortion> {
  const { asOf, places = null, known } = reading;
  const found = places === null ? await trailsOf(tx, tenantId, ids, asOf) : await trailsAt(tx, tenantId, ids, places);
  const trails = ids.map((id) => found.get(id)).filter((trail) => trail !== undefined);
  const wanted = wantedBy(trails);
  const joined = asOf === null ? await joinedNow(tx, tenantId, wanted, known) : await joinedThen(tx, tenantId, wanted, asOf);
  return { trails, joined };
}

const trailsOf = async (tx: Tx, tenantId: number, ids: readonly number[], asOf: number | null) =>
  objectsOf(
    asOf === null
      ? await new TxView(tx, tenantId).getMany('trail', new Set(ids))
      : await statesAt(tx, tenantId, 'trail', ids, asOf),
  );

const objectsOf = <T>(states: ReadonlyMap<number, { readonly object: T }>): ReadonlyMap<number, T> => {
  const objects = new Map<number, T>();
  for (const [id, { object }] of states) objects.set(id, object);
  return objects;
};

type Ids = { readonly [K in JoinedKind]: ReadonlySet<number> };

/** What entries refer to. */
function wantedBy(trails: readonly Trail[]): Ids {
  const wanted: { readonly [K in JoinedKind]: Set<number> } = {
    company: new Set(),
    lead: new Set(),
    opportunity: new Set(),
    user: new Set(),
    contact: new Set(),
    leadContact: new Set(),
    file: new Set(),
  };
  for (const trail of trails) {
    if (trail.companyId !== null) wanted.company.add(trail.companyId);
    if (trail.leadId !== null) wanted.lead.add(trail.leadId);
    if (trail.opportunityId !== null) wanted.opportunity.add(trail.opportunityId);
    if (trail.authorId !== null) wanted.user.add(trail.authorId);
    for (const id of trail.contactIds) wanted.contact.add(id);
    for (const id of trail.leadContactIds) wanted.leadContact.add(id);
    for (const id of trail.fileIds) wanted.file.add(id);
  }
  return wanted;
}

const byKind = <T>(of: (kind: JoinedKind) => T): { readonly [K in JoinedKind]: T } =>
  Object.fromEntries(joinedKinds.map((kind) => [kind, of(kind)])) as { [K in JoinedKind]: T };

/** As they stand. */
async function joinedNow(tx: Tx, tenantId: number, wanted: Ids, known: KnownObjects | undefined): Promise<Shown> {
  const there = byKind(() => new Map<number, object>());
  const missing = byKind((kind) => {
    const ids: number[] = [];
    for (const id of wanted[kind]) {
      const object = known?.get(kind, id) ?? null;
      if (object === null) ids.push(id);
      else there[kind].set(id, object);
    }
    return ids;
  });
  const read = await shownOf(tx, tenantId, missing);
  known?.read(read);
  for (const kind of joinedKinds) for (const [id, object] of read[kind]) there[kind].set(id, object);
  return there as unknown as Shown;
}

/** As they stood at a revision. */
async function joinedThen(tx: Tx, tenantId: number, wanted: Ids, asOf: number): Promise<Shown> {
  // All at once: where the engine is another process, they share a round trip.
  const read = await Promise.all(
    joinedKinds.map(
      async (kind) =>
        [kind, wanted[kind].size === 0 ? new Map() : objectsOf(await statesAt(tx, tenantId, kind, wanted[kind], asOf))] as const,
    ),
  );
  return Object.fromEntries(read) as unknown as Shown;
}
