/** What an entry is kept under in the search index: the tokens of its content, and its marks, by which the other conditions are met. */
import { eachToken } from '../domain/keyword.ts';
import type { Trail } from '../domain/objects.ts';
import { tables } from './tables.ts';

/** The conditions of a filter as tokens beside those of the content, which never have the sign. */
export const marks = {
  companyId: (id: number): string => `@c${id}`,
  leadId: (id: number): string => `@l${id}`,
  opportunityId: (id: number): string => `@o${id}`,
  type: (type: number): string => `@t${type}`,
  authorId: (id: number): string => `@a${id}`,
  contactId: (id: number): string => `@p${id}`,
} as const;

export function eachMark(trail: Trail, take: (token: string) => void): void {
  if (trail.companyId !== null) take(marks.companyId(trail.companyId));
  if (trail.leadId !== null) take(marks.leadId(trail.leadId));
  if (trail.opportunityId !== null) take(marks.opportunityId(trail.opportunityId));
  take(marks.type(trail.type));
  if (trail.authorId !== null) take(marks.authorId(trail.authorId));
  for (const id of trail.contactIds) take(marks.contactId(id));
}

/** What an entry is kept under; some of it comes several times. */
export function eachIndexToken(trail: Trail, take: (text: string, start: number, end: number) => void): void {
  eachMark(trail, (token) => take(token, 0, token.length));
  eachToken(trail.content, take);
}

/** Where entries stand that are found at all: in the list, or removed; not those that are disabled. */
export const liveOf = (trail: Trail): number => tables.trail.derived?.value(trail) ?? 0;
