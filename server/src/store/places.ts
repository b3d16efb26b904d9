/** Where an entry stands: what of it tells the lists that it is in and its place there. The change log has it beside each change. */
import type { Trail } from '../domain/objects.ts';
import { tables } from './tables.ts';

/** Ids are 0 for none. */
export interface Placing {
  /** See `live` in tables.ts. */
  readonly live: number;
  readonly companyId: number;
  readonly leadId: number;
  readonly opportunityId: number;
  readonly happenedAt: number;
  readonly recordedAt: number;
  readonly updatedAt: number;
}

/** Where a change puts an entry, and where that was before, as a text; see `readPlaces`. */
export function placesOf(before: Trail | null, after: Trail): string {
  return before === null ? `[${numbersOf(after)}]` : `[${numbersOf(after)},${numbersOf(before)}]`;
}

function numbersOf(trail: Trail): string {
  const { companyId, leadId, opportunityId, happenedAt, recordedAt, updatedAt } = trail;
  const live = tables.trail.derived?.value(trail) ?? 0;
  return `${live},${companyId ?? 0},${leadId ?? 0},${opportunityId ?? 0},${happenedAt},${recordedAt},${updatedAt}`;
}

export function readPlaces(text: string): { readonly now: Placing; readonly old: Placing | null } {
  const numbers = JSON.parse(text) as number[];
  return { now: placing(numbers, 0), old: numbers.length > 7 ? placing(numbers, 7) : null };
}

const placing = (numbers: readonly number[], start: number): Placing => ({
  live: numbers[start] as number,
  companyId: numbers[start + 1] as number,
  leadId: numbers[start + 2] as number,
  opportunityId: numbers[start + 3] as number,
  happenedAt: numbers[start + 4] as number,
  recordedAt: numbers[start + 5] as number,
  updatedAt: numbers[start + 6] as number,
});
