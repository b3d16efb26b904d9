/** What of a timeline is counted while it changes: the scopes whose order one index has. */

import { allTrails, type TrailFilter } from '../domain/stores.ts';
import { place } from './places.ts';
import { live } from './tables.ts';

const subjectFields = ['companyId', 'leadId', 'opportunityId'] as const;
type SubjectField = (typeof subjectFields)[number];
type By = TrailFilter['by'];

/** All entries of the tenant, or those of one subject, that are live or removed, in the order of one of their times. */
export interface Scope {
  /** Names it among those of its tenant. */
  readonly name: string;
  readonly subject: SubjectField | null;
  /** 0 for the enterprise. */
  readonly id: number;
  readonly by: By;
  /** The filter that lists it, oldest first. */
  readonly filter: TrailFilter;
}

/** The scope that a filter lists but for its bounds and its direction; `null` when it is none that is counted. */
export function scopeOf(filter: TrailFilter): Scope | null {
  const { types, authorIds, contactIds, keyword } = filter;
  if (types.length + authorIds.length + contactIds.length > 0 || keyword !== null) return null;
  const named = subjectFields.filter((field) => filter[field] !== null);
  if (named.length > 1 || (named.length === 1 && filter.by !== 'happenedAt')) return null;
  return scope(
    filter.removed ? live.removed : live.yes,
    named[0] ?? null,
    named[0] === undefined ? 0 : (filter[named[0]] ?? 0),
    filter.by,
  );
}

export function scope(of: number, subject: SubjectField | null, id: number, by: By): Scope {
  const filter = { ...allTrails, removed: of === live.removed, by, oldestFirst: true };
  return {
    name: nameOf(of, subject, id, by),
    subject,
    id,
    by,
    filter: subject === null ? filter : { ...filter, [subject]: id },
  };
}

const nameOf = (of: number, subject: SubjectField | null, id: number, by: By): string =>
  `${of === live.removed ? 'removed' : 'live'} ${subject ?? 'enterprise'} ${id} ${by}`;

/** The scope of that name; `null` when there is none. */
export function scopeNamed(name: string): Scope | null {
  const [of, subject, id, by] = name.split(' ');
  const field = subjectFields.find((one) => one === subject) ?? null;
  const time = times.find((one) => one === by) ?? 'happenedAt';
  const found = scope(of === 'removed' ? live.removed : live.yes, field, Number(id), time);
  return found.name === name ? found : null;
}

const times = ['happenedAt', 'recordedAt', 'updatedAt'] as const;

/** Calls `found` for every scope that an entry stands in, by its name, with its time there; its place begins at `start`. */
export function eachScope(places: ArrayLike<number>, start: number, found: (name: string, at: number) => void): void {
  const of = places[start + place.live] as number;
  if (of === live.no) return;
  for (const by of times) found(nameOf(of, null, 0, by), places[start + place[by]] as number);
  for (const subject of subjectFields) {
    const id = places[start + place[subject]] as number;
    if (id !== 0) found(nameOf(of, subject, id, 'happenedAt'), places[start + place.happenedAt] as number);
  }
}

/** The entry's time in the scope; `null` when it does not stand there. Its place begins at `start`. */
export function timeIn(scope: Scope, places: ArrayLike<number>, start: number): number | null {
  if (places[start + place.live] !== (scope.filter.removed ? live.removed : live.yes)) return null;
  if (scope.subject !== null && places[start + place[scope.subject]] !== scope.id) return null;
  return places[start + place[scope.by]] as number;
}
