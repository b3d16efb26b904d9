/** Which entries a timeline lists, between the page's address and the API's parameters. */
import type { TrailQuery } from '@genjin/client';
import type { Place, View } from '../parts/place.ts';

/** The filters that a reader sets, as they stand in the address. */
export const filterNames = ['q', 'type', 'by', 'from', 'to'] as const;
export type FilterName = (typeof filterNames)[number];

/** Whose entries a view lists; `by` is the author. */
const subjects: Readonly<Partial<Record<View, string>>> = {
  company: 'company_id',
  lead: 'lead_id',
  opportunity: 'opportunity_id',
  contact: 'customer_id',
  colleague: 'create_user',
};

const day = (text: string | undefined): string | undefined => (/^\d{4}-\d{2}-\d{2}$/.test(text ?? '') ? text : undefined);

/** What is asked for, without its page. */
export function queryOf({ view, params }: Place): TrailQuery {
  const subject = subjects[view];
  const { q, type, by, from, to, id } = params;
  const query: Record<string, string | undefined> = {
    keyword: q || undefined,
    type: type || undefined,
    create_user: by || undefined,
    start_time: day(from),
    end_time: day(to),
  };
  if (subject !== undefined) query[subject] = id;
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as TrailQuery;
}

export const isFiltered = ({ params }: Place): boolean => filterNames.some((name) => (params[name] ?? '') !== '');

/** The words of a keyword, as they are to be marked in a text. */
export const wordsOf = (keyword: string | undefined): readonly string[] =>
  (keyword ?? '').split(/\s+/).filter((word) => word !== '');
