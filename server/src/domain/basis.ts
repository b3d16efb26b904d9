import type { JoinedKind, Trail } from './objects.ts';
import type { Shown, TrailFilter } from './stores.ts';

/** Whose entries are shown; `id` 0 for the enterprise's, of `entry` that of the only one. */
export interface ShownSubject {
  readonly kind: 'enterprise' | 'company' | 'lead' | 'opportunity' | 'entry';
  readonly id: number;
}

/** What an answer rests on: by this one can tell later whether it still stands. */
export interface Basis {
  readonly tenantId: number;
  /** The state that it was read from. */
  readonly revision: number;
  /** It changes with an entry of this subject; `null`: with none, it shows the past. */
  readonly subject: ShownSubject | null;
  /** It changes with one of these, whether they are known yet or not. */
  readonly joined: readonly (readonly [JoinedKind, readonly number[]])[];
}

/** Tells of answers whether they still stand; it follows the change log. */
export interface Standing {
  /** Another number after anybody has committed anything. */
  stamp(tenantId: number): number | Promise<number>;
  /**
   * The revision at which it still stands, once the log was followed at this stamp; `null` when it does not stand any more, or that is
   * not known: after `follow` it is.
   */
  standsAt(basis: Basis, stamp: number): number | null;
  /** Reads what was changed up to this stamp, which was just asked for, or later. */
  follow(tenantId: number, stamp: number): Promise<void>;
}

/** What is made of an entry to answer with. */
export type Render = (tenantId: number, trail: Trail, joined: Shown) => Buffer;

/** A page whose entries are rendered; all of it of one state. */
export interface RenderedPage {
  readonly total: number;
  readonly entries: readonly Buffer[];
  readonly basis: Basis;
}

/** Everything that an entry shows beside itself, by kind. */
export function refersTo(trail: Trail): Basis['joined'] {
  const all: [JoinedKind, readonly number[]][] = [];
  if (trail.companyId !== null) all.push(['company', [trail.companyId]]);
  if (trail.leadId !== null) all.push(['lead', [trail.leadId]]);
  if (trail.opportunityId !== null) all.push(['opportunity', [trail.opportunityId]]);
  if (trail.authorId !== null) all.push(['user', [trail.authorId]]);
  if (trail.contactIds.length > 0) all.push(['contact', trail.contactIds]);
  if (trail.leadContactIds.length > 0) all.push(['leadContact', trail.leadContactIds]);
  if (trail.fileIds.length > 0) all.push(['file', trail.fileIds]);
  return all;
}

/** The subject that every entry of a filter is about; of several one is enough, since a change of such an entry touches each. */
export function subjectOf({ companyId, leadId, opportunityId }: TrailFilter): ShownSubject {
  if (opportunityId !== null) return { kind: 'opportunity', id: opportunityId };
  if (leadId !== null) return { kind: 'lead', id: leadId };
  return companyId === null ? { kind: 'enterprise', id: 0 } : { kind: 'company', id: companyId };
}
