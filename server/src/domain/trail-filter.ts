import { matches, readKeyword } from './keyword.ts';
import type { Trail } from './objects.ts';
import type { TrailFilter } from './stores.ts';

/**
 * Tells whether an entry belongs to what a filter lists: the one truth, which every index and every count has to agree with. Throws
 * `bad_parameter` when the keyword cannot be searched for.
 */
export function trailMatcher(filter: TrailFilter): (trail: Trail) => boolean {
  const keyword = filter.keyword === null ? null : readKeyword(filter.keyword);
  const types = filter.types.length === 0 ? null : new Set(filter.types);
  const authors = filter.authorIds.length === 0 ? null : new Set<number | null>(filter.authorIds);
  const contacts = filter.contactIds.length === 0 ? null : new Set(filter.contactIds);
  const { removed, companyId, leadId, opportunityId, by, from, to } = filter;
  return (trail) =>
    (removed ? trail.removed : trail.enabled && !trail.removed) &&
    (companyId === null || trail.companyId === companyId) &&
    (leadId === null || trail.leadId === leadId) &&
    (opportunityId === null || trail.opportunityId === opportunityId) &&
    (types?.has(trail.type) ?? true) &&
    (authors?.has(trail.authorId) ?? true) &&
    (contacts === null || trail.contactIds.some((id) => contacts.has(id))) &&
    (from === null || trail[by] >= from) &&
    (to === null || trail[by] <= to) &&
    (keyword === null || matches(trail.content, keyword));
}
