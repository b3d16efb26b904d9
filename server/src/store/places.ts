/**
 * Where an entry stands: what of it tells the lists that it is in and its place there, as seven numbers. The change log has them beside each
 * change, so that whoever follows it need not look at the entries.
 */
import type { Trail } from '../domain/objects.ts';
import { objectOf } from './content.ts';
import { tables } from './tables.ts';

/** What stands where among the numbers; ids are 0 for none, `live` see tables.ts. */
export const place = { live: 0, companyId: 1, leadId: 2, opportunityId: 3, happenedAt: 4, recordedAt: 5, updatedAt: 6 } as const;
export const placeWidth = 7;

/** Where a change puts an entry, and where that was before, as a text; see `readPlaces`. */
export function placesOf(before: Trail | null, after: Trail): string {
  return before === null ? `[${numbersOf(after)}]` : `[${numbersOf(after)},${numbersOf(before)}]`;
}

/** The same from the facts of the two states, as the log has them. Throws when one of them is no such text. */
export function placesOfFacts(before: string | null, after: string): string {
  const trailOf = (facts: string): Trail => objectOf(tables.trail, { facts, words: '{}' });
  return placesOf(before === null ? null : trailOf(before), trailOf(after));
}

function numbersOf(trail: Trail): string {
  const { companyId, leadId, opportunityId, happenedAt, recordedAt, updatedAt } = trail;
  const live = tables.trail.derived?.value(trail) ?? 0;
  return `${live},${companyId ?? 0},${leadId ?? 0},${opportunityId ?? 0},${happenedAt},${recordedAt},${updatedAt}`;
}

/** Seven numbers after the change; if the entry is not new, another seven before it. */
export const readPlaces = (text: string): readonly number[] => JSON.parse(text) as number[];
