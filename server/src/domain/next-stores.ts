/** What the rules of next follow-ups and calendars need from storage; as stores.ts, in the words of the trade. */
import type { SubjectKind, Trail } from './objects.ts';
import type { Bounds, Listed, Page } from './stores.ts';

export interface Subject {
  readonly kind: SubjectKind;
  readonly id: number;
}

/** All given conditions must match; what was removed never does. The bounds are on the time of the next follow-up. */
export interface NextFilter extends Bounds {
  readonly kinds: readonly SubjectKind[];
  /** Only the one with this id. */
  readonly id: number | null;
  /** Only those of this owner; of opportunities their main user. */
  readonly ownerId: number | null;
  readonly latestFirst: boolean;
}

/** What is to be followed up, and when. */
export interface NextRow extends Subject {
  readonly name: string;
  readonly ownerIds: readonly number[];
  readonly nextFollowUpAt: number;
  readonly updatedAt: number | null;
  /** The latest entry about it that is live and not after the `now` it was asked with. */
  readonly lastContactAt: Trail['happenedAt'] | null;
}

export interface NextStore {
  /** By time, then kind, then id. */
  list(tenantId: number, filter: NextFilter, page: Page, now: number): Promise<Listed<NextRow>>;
}

/** Lets whoever has its token read a user's next follow-ups, and nothing else. */
export interface Calendar {
  readonly tenantId: number;
  readonly userId: number;
  /** SHA-256 hex. */
  readonly tokenHash: string;
  readonly kinds: readonly SubjectKind[];
  /** Of an application that made its own; `null`: a person's. */
  readonly clientId: string | null;
  readonly createdAt: number;
}

export interface CalendarStore {
  /** Keeps it in the place of the one that the user had. */
  put(calendar: Calendar): Promise<void>;
  /** Ends the user's, if there is one. */
  remove(tenantId: number, userId: number): Promise<void>;
  /** `null` without, and when its user may not sign in or its application was revoked. */
  find(tenantId: number, tokenHash: string): Promise<Calendar | null>;
}
