import type { Caller } from './application.ts';
import { type PeriodUnit, units } from './days.ts';
import { readKeyword } from './keyword.ts';
import { type User, userStates } from './objects.ts';
import type { PeriodCount, Periods } from './periods.ts';
import type { SilenceQuestion } from './silence.ts';
import type { AuthorDay, CountryCount, PeriodFilter, SilencePage, StatsStore, TypeCount } from './stats-stores.ts';
import type { Clock, Page, TrailFilter, UserStore } from './stores.ts';

/** What one person wrote in a period. */
export interface PersonStats {
  readonly userId: number;
  /** `null`: not known. */
  readonly user: User | null;
  readonly total: number;
  /** In their order; those without entries are left out. */
  readonly periods: readonly PeriodCount[];
}

/** With the count of the period of the same length before. */
export type TypeStats = TypeCount & { readonly before: number };
export type CountryStats = CountryCount & { readonly before: number };

export interface Stats<T> {
  readonly revision: number;
  readonly rows: readonly T[];
}

/** Counts of the timeline for those who look after a team; each is what the list gives, counted. */
export class TrailStats {
  readonly #stats: StatsStore;
  readonly #users: UserStore;
  readonly #clock: Clock;

  constructor(parts: { stats: StatsStore; users: UserStore; clock: Clock }) {
    this.#stats = parts.stats;
    this.#users = parts.users;
    this.#clock = parts.clock;
  }

  /** Throws `bad_parameter` for a keyword that cannot be searched for, and for more days than are told apart. */
  async periods(caller: Caller, filter: TrailFilter, unit: PeriodUnit): Promise<Periods> {
    if (filter.keyword !== null) readKeyword(filter.keyword);
    return this.#stats.periods(caller.tenantId, filter, unit);
  }

  /**
   * Who wrote something, and the users in the normal state who did not; with authors in the filter only these. Who wrote most comes
   * first, then the smallest id.
   */
  async people(caller: Caller, filter: PeriodFilter, unit: PeriodUnit): Promise<Stats<PersonStats>> {
    const { revision, rows } = await this.#stats.byAuthor(caller.tenantId, filter);
    const users = await this.#users.list(caller.tenantId, null);
    const known = new Map(users.map((user) => [user.userId, user]));
    const written = Map.groupBy(rows, ({ authorId }) => authorId);
    const expected = users.filter(({ userId, state }) =>
      filter.authorIds.length > 0 ? filter.authorIds.includes(userId) : state === userStates.normal,
    );
    const people = [...new Set([...written.keys(), ...expected.map(({ userId }) => userId)])].map((userId): PersonStats => {
      const periods = periodsOfDays(written.get(userId) ?? [], unit);
      return { userId, user: known.get(userId) ?? null, total: sum(periods), periods };
    });
    return { revision, rows: people.sort((a, b) => b.total - a.total || a.userId - b.userId) };
  }

  /** The most frequent first, then the smallest number. */
  async types(caller: Caller, filter: PeriodFilter): Promise<Stats<TypeStats>> {
    const { revision, rows } = await this.#stats.byType(caller.tenantId, [filter, periodBefore(filter)]);
    const [now = [], before = []] = rows;
    const compared = withBefore(
      now,
      before,
      ({ type }) => type,
      ({ type }) => ({ type, count: 0 }),
    );
    return { revision, rows: compared.sort((a, b) => b.count - a.count || a.type - b.type) };
  }

  /** The most frequent first, then by their letters. */
  async countries(caller: Caller, filter: PeriodFilter): Promise<Stats<CountryStats>> {
    const { revision, rows } = await this.#stats.byCountry(caller.tenantId, [filter, periodBefore(filter)]);
    const [now = [], before = []] = rows;
    const none = ({ country }: CountryCount): CountryCount => ({ country, count: 0, companies: 0 });
    const compared = withBefore(now, before, ({ country }) => country, none);
    return { revision, rows: compared.sort((a, b) => b.count - a.count || (a.country < b.country ? -1 : 1)) };
  }

  /** `page` `null`: all pages at once. */
  silence(caller: Caller, question: SilenceQuestion, page: Page | null): Promise<SilencePage> {
    return this.#stats.silence(caller.tenantId, question, page, this.#clock());
  }
}

const sum = (counts: readonly { readonly count: number }[]): number => counts.reduce((total, { count }) => total + count, 0);

function periodsOfDays(days: readonly AuthorDay[], unit: PeriodUnit): PeriodCount[] {
  const { of, start } = units[unit];
  const counts = new Map<number, number>();
  for (const { day, count } of days) {
    const period = start(of(units.day.start(day)));
    counts.set(period, (counts.get(period) ?? 0) + count);
  }
  return [...counts].map(([first, count]) => ({ start: first, count })).sort((a, b) => a.start - b.start);
}

/** The period of the same length that ends where this one begins. */
const periodBefore = (filter: PeriodFilter): PeriodFilter => ({
  ...filter,
  from: filter.from - (filter.to + 1000 - filter.from),
  to: filter.from - 1,
});

/** What was counted now or before, with both counts. */
function withBefore<T extends { readonly count: number }>(
  now: readonly T[],
  before: readonly T[],
  keyOf: (row: T) => string | number,
  none: (row: T) => T,
): (T & { readonly before: number })[] {
  const former = new Map(before.map((row) => [keyOf(row), row]));
  const present = new Set(now.map(keyOf));
  const gone = before.filter((row) => !present.has(keyOf(row))).map(none);
  return [...now, ...gone].map((row) => ({ ...row, before: former.get(keyOf(row))?.count ?? 0 }));
}
