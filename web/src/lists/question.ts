/** Which companies, leads or opportunities a list shows, between the page's address and the API's parameters. */
import type { SubjectQuery } from '@genjin/client';
import type { SubjectKind } from '../composer/item.ts';
import type { Place, View } from '../parts/place.ts';

export const kinds: Readonly<Partial<Record<View, SubjectKind>>> = {
  companies: 'company',
  leads: 'lead',
  opportunities: 'opportunity',
};

export const sorts = ['name', 'last_contact', 'next_follow_up', 'silence'] as const;
export type Sort = (typeof sorts)[number];

export const pageSize = 50;

/** In the order that one wants to see first: names from A, the longest silence, the next day to come. */
const usualOrder: Readonly<Record<Sort, 'asc' | 'desc'>> = {
  name: 'asc',
  last_contact: 'desc',
  next_follow_up: 'asc',
  silence: 'desc',
};

export const sortOf = ({ params }: Place): Sort => sorts.find((sort) => sort === params['sort']) ?? 'last_contact';

export function isDescending(place: Place): boolean {
  const { order } = place.params;
  return (order === 'asc' || order === 'desc' ? order : usualOrder[sortOf(place)]) === 'desc';
}

/** What the address has to say to be sorted by something, or the other way round if it is so already. */
export function sortedBy(place: Place, by: Sort): Record<string, string> {
  if (by !== sortOf(place)) return { sort: by, order: '', page: '' };
  return { sort: by, order: isDescending(place) ? 'asc' : 'desc', page: '' };
}

export const pageOf = ({ params }: Place): number => (/^[1-9]\d{0,6}$/.test(params['page'] ?? '') ? Number(params['page']) : 1);

export const isFiltered = ({ params }: Place): boolean => ['q', 'owner', 'country'].some((name) => (params[name] ?? '') !== '');

/** Without its page. */
export function questionOf(place: Place) {
  const { q, owner, country } = place.params;
  return {
    kind: kinds[place.view] ?? 'company',
    ...(q ? { keyword: q } : {}),
    ...(owner ? { user_id: owner } : {}),
    ...(country ? { country } : {}),
    sort: sortOf(place),
    order: isDescending(place) ? 'desc' : 'asc',
  } satisfies SubjectQuery;
}
