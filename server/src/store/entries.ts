import type { JoinedKind, ObjectKinds, Trail } from '../domain/objects.ts';
import type { Joined, TrailPortion } from '../domain/stores.ts';
import type { Tx } from './db.ts';
import { TxView } from './object-store.ts';
import { type RowPlaces, trailsAt } from './rows-at.ts';
import { statesAt } from './states.ts';

const nothing: ReadonlyMap<number, never> = new Map<number, never>();

/**
 * The entries with these ids, in this order, with everything they refer to, looked up once per object; as they stand, or as all of it
 * stood at the revision `asOf`. `places`: where the rows lie, of as many as is known.
 */
export async function entriesOf(
  tx: Tx,
  tenantId: number,
  ids: readonly number[],
  asOf: number | null,
  places: RowPlaces | null = null,
): Promise<TrailPortion> {
  const load = async <K extends 'trail' | JoinedKind>(
    kind: K,
    wanted: ReadonlySet<number>,
  ): Promise<ReadonlyMap<number, ObjectKinds[K]>> => {
    if (wanted.size === 0) return nothing;
    const states =
      asOf === null ? await new TxView(tx, tenantId).getMany(kind, wanted) : await statesAt(tx, tenantId, kind, wanted, asOf);
    const objects = new Map<number, ObjectKinds[K]>();
    for (const [id, { object }] of states) objects.set(id, object);
    return objects;
  };
  const found = places === null ? await load('trail', new Set(ids)) : await trailsAt(tx, tenantId, ids, places);
  const trails = ids.map((id) => found.get(id)).filter((trail) => trail !== undefined);
  return { trails, joined: await joinedOf(trails, load) };
}

async function joinedOf(
  trails: readonly Trail[],
  load: <K extends JoinedKind>(kind: K, ids: ReadonlySet<number>) => Promise<ReadonlyMap<number, ObjectKinds[K]>>,
): Promise<Joined> {
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
  return {
    company: await load('company', wanted.company),
    lead: await load('lead', wanted.lead),
    opportunity: await load('opportunity', wanted.opportunity),
    user: await load('user', wanted.user),
    contact: await load('contact', wanted.contact),
    leadContact: await load('leadContact', wanted.leadContact),
    file: await load('file', wanted.file),
  };
}
