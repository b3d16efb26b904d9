import type { JoinedKind, ShownKinds, Trail } from '../domain/objects.ts';
import type { Shown, TrailPortion } from '../domain/stores.ts';
import type { Tx } from './db.ts';
import { TxView } from './object-store.ts';
import { type RowPlaces, trailsAt } from './rows-at.ts';
import { shownOf } from './shown.ts';
import { statesAt } from './states.ts';

/** Shown objects that need not be read, as they stand in the state that is read. */
export interface KnownObjects {
  get<K extends JoinedKind>(kind: K, ids: ReadonlySet<number>): Map<number, ShownKinds[K]>;
  /** Takes those that had to be read. */
  read<K extends JoinedKind>(kind: K, objects: ReadonlyMap<number, ShownKinds[K]>): void;
}

export interface Reading {
  /** The revision that all of it is read as of; `null`: as it stands. */
  readonly asOf: number | null;
  /** Where the rows lie, of as many as is known. */
  readonly places?: RowPlaces | null;
  /** Of what stands now. */
  readonly known?: KnownObjects;
}

const nothing: ReadonlyMap<number, never> = new Map<number, never>();

/** The entries with these ids, in this order, with what they show of everything that they refer to, looked up once per object. */
export async function entriesOf(tx: Tx, tenantId: number, ids: readonly number[], reading: Reading): Promise<TrailPortion> {
  const { asOf, places = null, known } = reading;
  const found = places === null ? await trailsOf(tx, tenantId, ids, asOf) : await trailsAt(tx, tenantId, ids, places);
  const trails = ids.map((id) => found.get(id)).filter((trail) => trail !== undefined);
  const load = async <K extends JoinedKind>(
    kind: K,
    wanted: ReadonlySet<number>,
  ): Promise<ReadonlyMap<number, ShownKinds[K]>> => {
    if (wanted.size === 0) return nothing;
    if (asOf !== null) return objectsOf(await statesAt(tx, tenantId, kind, wanted, asOf));
    const objects = known?.get(kind, wanted) ?? new Map<number, ShownKinds[K]>();
    if (objects.size === wanted.size) return objects;
    const read = await shownOf(
      tx,
      tenantId,
      kind,
      [...wanted].filter((id) => !objects.has(id)),
    );
    known?.read(kind, read);
    for (const [id, object] of read) objects.set(id, object);
    return objects;
  };
  return { trails, joined: await joinedOf(trails, load) };
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

async function joinedOf(
  trails: readonly Trail[],
  load: <K extends JoinedKind>(kind: K, ids: ReadonlySet<number>) => Promise<ReadonlyMap<number, ShownKinds[K]>>,
): Promise<Shown> {
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
  // All at once: where the engine is another process, they share a round trip.
  const [company, lead, opportunity, user, contact, leadContact, file] = await Promise.all([
    load('company', wanted.company),
    load('lead', wanted.lead),
    load('opportunity', wanted.opportunity),
    load('user', wanted.user),
    load('contact', wanted.contact),
    load('leadContact', wanted.leadContact),
    load('file', wanted.file),
  ]);
  return { company, lead, opportunity, user, contact, leadContact, file };
}
