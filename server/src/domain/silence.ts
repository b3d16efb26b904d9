/** Who has gone silent: companies by the days since somebody was last in touch with them. */
import { daysSince } from './days.ts';

export interface SilenceQuestion {
  /** At least so many days. */
  readonly days: number;
  /** Only what this user looks after. */
  readonly userId: number | null;
  /** Where a band begins, in days, ascending, each once. */
  readonly rules: readonly number[];
  /** The least silent first, instead of the most silent. */
  readonly leastFirst: boolean;
}

/** What is known of a company's contacts. */
export interface Contacted {
  readonly companyId: number;
  readonly ownerIds: readonly number[];
  readonly lastContactAt: number | null;
  /** When it was put on file, or made; `null`: not known. */
  readonly filedAt: number | null;
}

export interface Silent extends Contacted {
  /** Since the last contact, or without one since it was put on file; `null`: there was none, and nobody knows since when. */
  readonly days: number | null;
}

/** So many companies are silent for `from` to `to` days; `to` `null`: for `from` or more, or nobody knows since when. */
export interface Band {
  readonly from: number;
  readonly to: number | null;
  readonly count: number;
}

export interface Silence {
  /** Those that are silent for as long as was asked for, in the order that was asked for. */
  readonly silent: readonly Silent[];
  /** Of all that the user looks after, however long they are silent. */
  readonly bands: readonly Band[];
  /** The counts of the same bands for each who looks after some of them, by ascending id; `null` are those that nobody does. */
  readonly byOwner: readonly { readonly userId: number | null; readonly counts: readonly number[] }[];
}

/** Since when it is silent. */
export const silentSince = ({ lastContactAt, filedAt }: Pick<Contacted, 'lastContactAt' | 'filedAt'>): number | null =>
  lastContactAt ?? filedAt;

export function silenceOf(
  companies: readonly Contacted[],
  { days: least, userId, rules, leastFirst }: SilenceQuestion,
  now: number,
): Silence {
  const all = companies
    .filter(({ ownerIds }) => userId === null || ownerIds.includes(userId))
    .map((company): Silent => {
      const since = silentSince(company);
      return { ...company, days: since === null ? null : daysSince(since, now) };
    });
  const counts = rules.map(() => 0);
  const owners = new Map<number | null, number[]>();
  for (const { days, ownerIds } of all) {
    const band = bandOf(rules, days);
    if (band < 0) continue;
    count(counts, band);
    const own = userId === null ? ownerIds : [userId];
    for (const owner of own.length === 0 ? [null] : own) {
      if (!owners.has(owner))
        owners.set(
          owner,
          rules.map(() => 0),
        );
      count(owners.get(owner) as number[], band);
    }
  }
  const direction = leastFirst ? -1 : 1;
  return {
    silent: all
      .filter(({ days }) => days === null || days >= least)
      .sort((a, b) => direction * (sinceOrNever(a) - sinceOrNever(b) || b.companyId - a.companyId)),
    bands: rules.map((from, i) => ({ from, to: endOf(rules[i + 1]), count: counts[i] as number })),
    byOwner: [...owners].map(([owner, of]) => ({ userId: owner, counts: of })).sort((a, b) => (a.userId ?? 0) - (b.userId ?? 0)),
  };
}

/** The last day before the next band; `null` without one. */
const endOf = (next: number | undefined): number | null => (next === undefined ? null : next - 1);

/** Longer ago than any time. */
const never = Number.MIN_SAFE_INTEGER;
const sinceOrNever = (company: Silent): number => silentSince(company) ?? never;

/** The place of the last band that begins by then; below the first one -1. */
const bandOf = (rules: readonly number[], days: number | null): number =>
  days === null ? rules.length - 1 : rules.findLastIndex((from) => from <= days);

function count(counts: number[], band: number): void {
  counts[band] = (counts[band] as number) + 1;
}
