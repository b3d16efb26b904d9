/** What the statistics need from storage. Every answer is of one state, counted anew whenever it is asked for. */
import type { PeriodUnit } from './days.ts';
import type { Company, User } from './objects.ts';
import type { Periods } from './periods.ts';
import type { Silence, SilenceQuestion, Silent } from './silence.ts';
import type { Listed, Page, TrailFilter } from './stores.ts';

/** A filter that lists a period by the time when it happened. */
export type PeriodFilter = TrailFilter & { readonly from: number; readonly to: number; readonly by: 'happenedAt' };

export interface Counted<T> {
  /** The state: the last revision of the tenant's log that it has. */
  readonly revision: number;
  readonly rows: readonly T[];
}

export interface AuthorDay {
  readonly authorId: number;
  /** See `units.day`. */
  readonly day: number;
  readonly count: number;
}

export interface TypeCount {
  readonly type: number;
  readonly count: number;
}

export interface CountryCount {
  /** Two letters; `''`: not known. */
  readonly country: string;
  readonly count: number;
  /** Of so many companies. */
  readonly companies: number;
}

export interface SilentRow extends Silent {
  readonly company: Company;
}

export interface SilencePage extends Listed<SilentRow>, Pick<Silence, 'bands' | 'byOwner'> {
  /** Whom rows and bands name; unknown ones are missing. */
  readonly users: ReadonlyMap<number, User>;
}

export interface StatsStore {
  periods(tenantId: number, filter: TrailFilter, unit: PeriodUnit): Promise<Periods>;
  /** Without the entries that nobody wrote. */
  byAuthor(tenantId: number, filter: PeriodFilter): Promise<Counted<AuthorDay>>;
  /** Of each of the filters. */
  byType(tenantId: number, filters: readonly PeriodFilter[]): Promise<Counted<readonly TypeCount[]>>;
  /** The same; an entry counts for the country of its company, or without one for that of its lead. */
  byCountry(tenantId: number, filters: readonly PeriodFilter[]): Promise<Counted<readonly CountryCount[]>>;
  /** Of the companies that are not removed. `page` `null`: all pages at once. */
  silence(tenantId: number, question: SilenceQuestion, page: Page | null, now: number): Promise<SilencePage>;
}
