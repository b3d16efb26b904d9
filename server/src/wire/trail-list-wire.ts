/** What may be asked of the timeline, and where its other pages are (docs/wire.md#list). */
import { allTrails, type Page, type TrailFilter } from '../domain/stores.ts';
import type { AsOf } from '../domain/trail.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, idList, idOrNone, line, numberList, oneOf, word } from './fields.ts';
import { boundFields, pageFields, readBounds, readPage } from './listing-wire.ts';
import { parseTime } from './time.ts';

type Given = Readonly<Record<string, unknown>>;

const asOfAccepted =
  'accepted: a revision (a whole number from 0), a time YYYY-MM-DD HH:mm:ss, or a date YYYY-MM-DD, which means its end; Beijing time';

const asOf: Field<AsOf | null> = {
  ...line('', 30),
  schema: {
    ...line(
      'A revision, or a time or a date that has come (Beijing time; a date alone means its end): the list as it was then, the objects that entries show too. ' +
        'X-Genjin-Revision names the revision of every answer.',
      30,
    ).schema,
    examples: ['17', '2022-09-21 21:50:00', '2022-09-21'],
  },
  read(name, raw) {
    const given = raw === 0 ? '0' : line('', 30).read(name, raw);
    if (given === '') return null;
    if (/^\d{1,15}$/.test(given)) return { revision: Number(given) };
    const at = parseTime(given, true);
    if (at === null) throw badParameter(name, raw, asOfAccepted);
    return { at, given };
  },
};

const most = 200;

/** What says which entries, in which order and of which state; everything but the page. */
export const trailFilterFields = {
  company_id: idOrNone(
    '客户ID · Entries about this company. Given together with the others, all must match; none: the whole enterprise.',
  ),
  lead_id: idOrNone('线索ID · Entries about this lead.'),
  opportunity_id: idOrNone('商机ID · Entries about this opportunity.'),
  ...boundFields('the time that time_type names'),
  type: numberList('动态类型 · Only entries of these types.', most),
  create_user: idList('创建人ID · Only entries that these users wrote.', most),
  customer_id: idList('联系人ID · Only entries with one of these contact persons of a company.', most),
  keyword: line(
    '关键词 · Only entries whose content has all of these words: Chinese anywhere, Latin words and numbers by how they begin; at most 100 characters and 10 words.',
    200,
  ),
  time_type: oneOf(
    '时间类型 · 1 last changed · 2 when it took place · 3 recorded: the list is ordered by it, and start_time and end_time are bounds on it.',
    [1, 2, 3],
    2,
  ),
  removed: oneOf('1: the entries that were removed, instead of those that are listed.', [0, 1], 0),
  sort: word('排序 · desc: newest first · asc: oldest first.', ['desc', 'asc'], 'desc'),
  as_of: asOf,
};

const { company_id, lead_id, opportunity_id, start_time, end_time, ...others } = trailFilterFields;

export const trailListQuery = fieldSet({
  ...{ company_id, lead_id, opportunity_id, start_time, end_time },
  ...pageFields,
  ...others,
});

const orders = { 1: 'updatedAt', 2: 'happenedAt', 3: 'recordedAt' } as const;

/** Throws `bad_parameter` also for a start after the end. */
export function readTrailList(query: Given): { filter: TrailFilter; page: Page; asOf: AsOf | null } {
  return { ...readTrailFilter(query), page: readPage(trailListQuery.read(query)) };
}

const trailFilter = fieldSet(trailFilterFields);

/** As `readTrailList`, without a page. */
export function readTrailFilter(query: Given): { filter: TrailFilter; asOf: AsOf | null } {
  const given = trailFilter.read(query);
  return {
    filter: {
      ...allTrails,
      ...readBounds(given, query),
      companyId: given.company_id,
      leadId: given.lead_id,
      opportunityId: given.opportunity_id,
      types: given.type,
      authorIds: given.create_user,
      contactIds: given.customer_id,
      keyword: given.keyword === '' ? null : given.keyword,
      by: orders[given.time_type],
      removed: given.removed === 1,
      oldestFirst: given.sort === 'asc',
    },
    asOf: given.as_of,
  };
}

/** What proxies take of one header; links that make it longer are left out, the next page's last. */
const longestLinks = 3500;

/**
 * The header `Link` of a page (RFC 8288), by the revision of the state that it shows: the same question about the same state, other pages.
 * The references are relative to the address that was asked, so that they hold behind any proxy.
 */
export function pageLinks(query: Given, { number, size }: Page, total: number): (revision: number) => string {
  const last = Math.max(1, Math.ceil(total / size));
  const pages: [string, number | null][] = [
    ['next', number < last ? number + 1 : null],
    ['prev', number > 1 ? Math.min(number - 1, last) : null],
    ['first', 1],
    ['last', last],
  ];
  let question: string | null = null;
  return (revision) => {
    // The same at every revision.
    question ??= questionOf(query);
    let links = '';
    for (const [rel, page] of pages) {
      if (page === null) continue;
      const link = `<?${question}count=${size}&start_index=${page}&as_of=${revision}>; rel="${rel}"`;
      if (links.length + link.length > longestLinks) continue;
      links += links === '' ? link : `, ${link}`;
    }
    return links;
  };
}

const ofPlace: ReadonlySet<string> = new Set(['count', 'start_index', 'as_of']);

/** The query without its page and state. */
function questionOf(query: Given): string {
  const fields = new URLSearchParams();
  for (const name of trailListQuery.names) {
    const value = query[name];
    if (ofPlace.has(name) || value === undefined || value === '') continue;
    for (const one of Array.isArray(value) ? value : [value]) fields.append(name, String(one));
  }
  const text = fields.toString();
  return text === '' ? '' : `${text}&`;
}
