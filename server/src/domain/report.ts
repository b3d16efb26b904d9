import type { Caller } from './application.ts';
import { recordableTrailTypes, type SubjectKind, type User, userStates } from './objects.ts';
import type { Bounds, ReportStore, UserStore } from './stores.ts';

/** What one user did in a period. */
export interface UserReport {
  readonly user: User;
  /** Entries of the types that a person records. */
  readonly followUps: number;
  /** All entries. */
  readonly entries: number;
  /** What was added. */
  readonly added: Readonly<Record<SubjectKind, number>>;
}

/** Counts of what users did, made anew whenever they are asked for. */
export class Reports {
  readonly #reports: ReportStore;
  readonly #users: UserStore;

  constructor(parts: { reports: ReportStore; users: UserStore }) {
    this.#reports = parts.reports;
    this.#users = parts.users;
  }

  /** Of these users, or without any of all in the normal state, by ascending id; unknown ones are left out. */
  async info(caller: Caller, period: Bounds, userIds: readonly number[]): Promise<UserReport[]> {
    const wanted = new Set(userIds);
    const known = await this.#users.list(caller.tenantId, wanted.size === 0 ? userStates.normal : null);
    const users = wanted.size === 0 ? known : known.filter(({ userId }) => wanted.has(userId));
    const { entries, added } = await this.#reports.counts(caller.tenantId, period);
    const byAuthor = Map.groupBy(entries, ({ authorId }) => authorId);
    return users.map((user) => {
      const own = byAuthor.get(user.userId) ?? [];
      const of = (kind: SubjectKind): number => added[kind].get(user.userId) ?? 0;
      return {
        user,
        followUps: sum(own.filter(({ type }) => recordableTrailTypes.has(type))),
        entries: sum(own),
        added: { company: of('company'), lead: of('lead'), opportunity: of('opportunity') },
      };
    });
  }
}

const sum = (counts: readonly { readonly count: number }[]): number => counts.reduce((total, { count }) => total + count, 0);
