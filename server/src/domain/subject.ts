/** Companies, leads and opportunities as lists that are searched and sorted by any of their dates. */
import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import { moduleOfKind } from './change.ts';
import type { Company, Lead, ObjectKinds, Opportunity, SubjectKind, User } from './objects.ts';
import type { Clock, Listed, Page } from './stores.ts';

export const subjectKinds = ['company', 'lead', 'opportunity'] as const;

/**
 * `silence`: how long since the last contact, or without one since it was put on file. What has no last contact counts as longest ago; what
 * has no other date comes last in either direction.
 */
export const subjectSorts = ['lastContact', 'nextFollowUp', 'silence', 'name', 'created'] as const;
export type SubjectSort = (typeof subjectSorts)[number];

/** All given conditions must match. */
export interface SubjectQuestion {
  readonly kind: SubjectKind;
  /** In its name or number, or in the name or mail of one of its contact persons; an opportunity has those of its company. */
  readonly keyword: string | null;
  /** Who looks after it, or works on it. */
  readonly userId: number | null;
  /** Opportunities of this company, leads that have become it, or the company itself. */
  readonly companyId: number | null;
  /** Two capital letters; an opportunity has its company's. */
  readonly country: string | null;
  readonly sort: SubjectSort;
  readonly ascending: boolean;
}

/** A person to be asked there. */
export interface SubjectContact {
  readonly contactId: number;
  readonly name: string;
  readonly email: string;
}

interface Row<K extends SubjectKind> {
  readonly kind: K;
  readonly object: ObjectKinds[K];
  readonly country: string;
  readonly ownerIds: readonly number[];
  /** How many contact persons it has. */
  readonly contacts: number;
  /** The main contact, or the first one where none is. */
  readonly mainContact: SubjectContact | null;
  readonly lastContactAt: number | null;
  readonly filedAt: number | null;
  /** Of an opportunity its own, of a lead what it has become. */
  readonly company: Pick<Company, 'companyId' | 'name'> | null;
}

export type SubjectRow = Row<'company'> | Row<'lead'> | Row<'opportunity'>;

export interface SubjectPage extends Listed<SubjectRow> {
  /** Whom the rows name; unknown ones are missing. */
  readonly users: ReadonlyMap<number, User>;
}

export interface SubjectStore {
  /** `null`: all pages at once. */
  subjects(tenantId: number, question: SubjectQuestion, page: Page | null, now: number): Promise<SubjectPage>;
}

/** Who looks after a company or a lead; who works on an opportunity, the main user first. */
export const ownersOf = (object: Company | Lead | Pick<Opportunity, 'mainUserId' | 'details'>): readonly number[] =>
  'ownerIds' in object
    ? object.ownerIds
    : [...new Set([...(object.mainUserId === null ? [] : [object.mainUserId]), ...(object.details.handlerIds ?? [])])];

export class Subjects {
  readonly #subjects: SubjectStore;
  readonly #clock: Clock;

  constructor(parts: { subjects: SubjectStore; clock: Clock }) {
    this.#subjects = parts.subjects;
    this.#clock = parts.clock;
  }

  /** With the time that its days of silence are counted to. Throws `scope_missing` for a kind whose module the token has not. */
  async list(caller: Caller, question: SubjectQuestion, page: Page | null): Promise<SubjectPage & { readonly now: number }> {
    const module = moduleOfKind[question.kind];
    if (!caller.scopes.has(module)) throw new AppError('scope_missing', { module });
    const now = this.#clock();
    return { ...(await this.#subjects.subjects(caller.tenantId, question, page, now)), now };
  }
}

/** What a list is sorted by: a number, or a name; `null`: none. */
export interface SortKey {
  readonly id: number;
  readonly key: number | string | null;
}

/** Names as Chinese readers look them up: by pinyin, then those in other scripts; digits by their value. */
const names = new Intl.Collator('zh-CN', { numeric: true });

/** Puts the keys in order; of equal ones the smaller id comes first, or descending the larger one. */
export function inOrder(keys: readonly SortKey[], { sort, ascending }: Pick<SubjectQuestion, 'sort' | 'ascending'>): SortKey[] {
  const direction = ascending ? 1 : -1;
  // The longer ago the more silent.
  const towards = sort === 'silence' ? -direction : direction;
  const noneIsOldest = sort === 'lastContact' || sort === 'silence';
  const compare = (a: SortKey, b: SortKey): number => {
    if (a.key === b.key) return direction * (a.id - b.id);
    if (a.key === null || b.key === null) return (a.key === null ? 1 : -1) * (noneIsOldest ? -towards : 1);
    const order = typeof a.key === 'number' ? a.key - (b.key as number) : names.compare(a.key, b.key as string);
    return towards * order || direction * (a.id - b.id);
  };
  return [...keys].sort(compare);
}
