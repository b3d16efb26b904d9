import type { Trail } from '../domain/objects.ts';
import type { Row, Tx } from './db.ts';
import { pace } from './pace.ts';
import { readPlaces } from './places.ts';

/** A change of an entry. */
export interface Moved {
  readonly id: number;
  /** The revision of the state that the change found; 0: the entry is new. */
  readonly before: number;
  /** Where it stood after the change and, if it is not new, before: see `readPlaces`. */
  readonly places: readonly number[];
  /** What the log has of that former state, when it is asked for; what says nothing is left out. */
  readonly facts: Partial<Trail> | null;
}

/** Changes read at a time. */
const portion = 1000;

/**
 * The changes of entries after the revision `from` up to `upTo`, in portions, in their order; gives way to other requests in between.
 * With the facts of the states that stood at the revision `factsOf`, unless that is `null`.
 */
export async function* tail(
  tx: Tx,
  tenantId: number,
  from: number,
  upTo: number,
  factsOf: number | null = null,
): AsyncGenerator<Moved[]> {
  const giveWay = pace();
  const [sql, values] = factsOf === null ? [changes, []] : [withFacts, [factsOf]];
  for (let after = from; after < upTo; after += portion) {
    const rows = await tx.all(sql, [...values, tenantId, after, Math.min(after + portion, upTo)]);
    yield rows.map(movedOf);
    await giveWay();
  }
}

const ofTrails = "FROM change WHERE tenant_id = ? AND revision > ? AND revision <= ? AND kind = 'trail' ORDER BY revision";
const changes = `SELECT object_id, before_revision, places, NULL ${ofTrails}`;
const withFacts = `SELECT object_id, before_revision, places, CASE WHEN before_revision <= ? THEN before_facts END ${ofTrails}`;

function movedOf([id, before, places, facts]: Row): Moved {
  return {
    id: id as number,
    before: before as number,
    places: readPlaces(places as string),
    facts: facts === null ? null : (JSON.parse(facts as string) as Partial<Trail>),
  };
}
