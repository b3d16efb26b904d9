/** The timeline (docs/wire.md#list). */
import { parseTime } from '../wire/time.ts';
import { trailListData } from '../wire/trail-wire.ts';
import type { Api, Values } from './api.ts';
import { said } from './api.ts';
import { asRow, asRows, idOf, must, mustDescend, mustEqual, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';

const path = '/v1/dynamic/trail/list';
const facts = { routes: [`GET ${path}`], modules: ['company'] } as const;

const defaultCount = 10;
const mostPages = 3;
const subjects = ['company_id', 'lead_id', 'opportunity_id'] as const;

export interface TrailPage {
  readonly rows: readonly Row[];
  readonly total: unknown;
}

/** Entries of the whole enterprise, or, from a server that wants a subject, of a company. */
async function everything(api: Api): Promise<Values> {
  if ((await api.envelope(path))['code'] === 200) return {};
  const { list } = asRow(await api.data('/v1/company/list', { count: 10 }), 'data');
  const company = need(asRows(list, 'list')[0], 'there is no company');
  return { company_id: String(company['company_id']) };
}

/** A page of the timeline. */
export async function trailPage(api: Api, query: Values = {}): Promise<TrailPage> {
  const data = asRow(await api.data(path, { ...(await everything(api)), ...query }), 'data');
  return { rows: asRows(data['list'], 'list'), total: data['totalItem'] };
}

const ids = (rows: readonly Row[]): unknown[] => rows.map((row) => row['trail_id']);
const timeOf = (row: Row): string => String(row['create_time']);

async function firstRow(api: Api): Promise<Row> {
  return need((await trailPage(api)).rows[0], 'there is no entry');
}

/** An entry that is about something of this sort, among the latest hundred. */
async function entryAbout(api: Api, ...wanted: readonly string[]): Promise<Row> {
  const { rows } = await trailPage(api, { count: 100 });
  const found = rows.find((row) => wanted.every((subject) => idOf(row[subject]) !== null));
  return need(found, `no entry of the latest ${rows.length} has ${wanted.join(' and ')}`);
}

/** A company that is not removed, with an entry of its own. */
export async function companyWithEntries(api: Api): Promise<Row> {
  const { rows } = await trailPage(api, { count: 100 });
  const infos = rows.map((row) => row['company_info']).filter((info): info is Row => typeof info === 'object' && info !== null);
  return need(
    infos.find((info) => info['is_archive'] === 1),
    'no entry is about a company',
  );
}

async function mustOnlyHave(api: Api, ...wanted: (typeof subjects)[number][]): Promise<void> {
  const entry = await entryAbout(api, ...wanted);
  const query = Object.fromEntries(wanted.map((subject) => [subject, String(entry[subject])]));
  const { rows, total } = await trailPage(api, query);
  for (const row of rows)
    for (const subject of wanted) must(row[subject] === entry[subject], `an entry has ${subject} ${String(row[subject])}`);
  must(rows.length > 0, 'no entry came, though there is one');
  must(Number(total) >= rows.length, `totalItem ${String(total)} for ${rows.length} entries`);
}

const about: readonly Scenario[] = subjects.map((subject) => ({
  ...facts,
  name: `${subject} gives entries about it only`,
  mark: 'page',
  holds: (api) => mustOnlyHave(api, subject),
}));

export const trailScenarios: readonly Scenario[] = [
  {
    ...facts,
    name: 'the envelope is code 200, message success, now, data',
    mark: 'page',
    async holds(api) {
      await firstRow(api);
      const envelope = await api.envelope(path, { query: await everything(api) });
      mustEqual(Object.keys(envelope), ['code', 'message', 'now', 'data'], 'its fields');
      must(envelope['message'] === 'success', said(envelope));
    },
  },
  {
    ...facts,
    name: 'now is YYYY-MM-DD HH:mm:ss, the wall clock of Beijing',
    mark: 'seen',
    async holds(api) {
      const now = String((await api.envelope(path))['now']);
      const at = now.length === 19 ? parseTime(now) : null;
      must(at !== null && Math.abs(at - Date.now()) < 15 * 60_000, `now is ${now.slice(0, 40)}`);
    },
  },
  {
    ...facts,
    name: 'all entries of the enterprise without a subject',
    mark: 'ours',
    async holds(api) {
      const envelope = await api.envelope(path);
      must(envelope['code'] === 200, said(envelope));
    },
  },
  {
    ...facts,
    name: 'every entry has the 28 fields of the page, in order and of their types',
    mark: 'page',
    async holds(api) {
      const page = await trailPage(api, { count: 100 });
      need(page.rows[0], 'there is no entry');
      mustHaveShape({ list: page.rows, totalItem: page.total }, trailListData);
    },
  },
  {
    ...facts,
    name: 'times are YYYY-MM-DD HH:mm:ss',
    mark: 'page',
    async holds(api) {
      for (const row of (await trailPage(api, { count: 100 })).rows)
        for (const name of ['create_time', 'created_at', 'update_time'])
          must(
            String(row[name]).length === 19 && parseTime(String(row[name])) !== null,
            `${name} is ${String(row[name]).slice(0, 40)}`,
          );
    },
  },
  {
    ...facts,
    name: 'joined objects belong to the ids; create_user_info.user_id is a string',
    mark: 'page',
    async holds(api) {
      for (const row of (await trailPage(api, { count: 100 })).rows) {
        for (const [info, id] of [
          ['company_info', 'company_id'],
          ['lead_info', 'lead_id'],
          ['opportunity_info', 'opportunity_id'],
        ] as const) {
          const joined = row[info];
          if (Array.isArray(joined)) continue;
          must(asRow(joined, info)[id] === row[id], `${info} is not of ${id} ${String(row[id])}`);
        }
        const author = row['create_user_info'];
        if (!Array.isArray(author))
          must(
            asRow(author, 'create_user_info')['user_id'] === String(row['create_user']),
            'create_user_info is of somebody else',
          );
      }
    },
  },
  {
    ...facts,
    name: 'refer_id is follow_up_id in what a person recorded',
    mark: 'page',
    async holds(api) {
      for (const row of (await trailPage(api, { count: 100 })).rows)
        if (Number(row['type']) >= 101 && Number(row['type']) <= 112)
          must(
            row['refer_id'] === row['follow_up_id'],
            `entry ${String(row['trail_id'])} has refer_id ${String(row['refer_id'])}`,
          );
    },
  },
  {
    ...facts,
    name: 'removed and disabled entries are left out',
    mark: 'ours',
    async holds(api) {
      for (const row of (await trailPage(api, { count: 100 })).rows)
        must(row['delete_flag'] === 0 && row['enable_flag'] === 1, `entry ${String(row['trail_id'])} is one`);
    },
  },
  {
    ...facts,
    name: 'newest create_time first, then the largest trail_id',
    mark: 'ours',
    async holds(api) {
      const { rows } = await trailPage(api, { count: 100 });
      mustDescend(
        rows.map((row) => `${timeOf(row)} ${String(row['trail_id']).padStart(16, '0')}`),
        'the order',
      );
    },
  },
  {
    ...facts,
    name: 'ten entries a page, from page 1, unless asked otherwise',
    mark: 'inferred',
    async holds(api) {
      const { rows, total } = await trailPage(api);
      must(rows.length === Math.min(defaultCount, Number(total)), `${rows.length} entries of ${String(total)}`);
      mustEqual(ids(rows), ids((await trailPage(api, { count: 100 })).rows.slice(0, rows.length)), 'the first page');
    },
  },
  {
    ...facts,
    name: 'count=1 gives one entry, the first',
    mark: 'inferred',
    async holds(api) {
      const first = await firstRow(api);
      mustEqual(ids((await trailPage(api, { count: 1 })).rows), [first['trail_id']], 'the page');
    },
  },
  {
    ...facts,
    name: 'the next page continues where the last one ended',
    mark: 'seen',
    async holds(api) {
      const { rows } = await trailPage(api);
      need(rows[4], 'there are too few entries');
      mustEqual(ids((await trailPage(api, { count: 4, start_index: 2 })).rows), ids(rows.slice(4, 8)), 'entries 5 to 8');
    },
  },
  {
    ...facts,
    name: 'totalItem is a number, no smaller than the entries, and the same on all pages',
    mark: 'seen',
    async holds(api) {
      const first = await trailPage(api);
      must(Number.isSafeInteger(first.total), `totalItem is ${typeof first.total}`);
      let seen = first.rows.length;
      for (let page = 2; page <= mostPages && seen < Number(first.total); page++) {
        const { rows, total } = await trailPage(api, { start_index: page });
        must(total === first.total, `totalItem went from ${String(first.total)} to ${String(total)} on page ${page}`);
        seen += rows.length;
      }
      must(seen <= Number(first.total), `${seen} entries of ${String(first.total)}`);
    },
  },
  {
    ...facts,
    name: 'a page past the end is empty, with the same totalItem',
    mark: 'ours',
    async holds(api) {
      const { total } = await trailPage(api);
      const past = await trailPage(api, { start_index: Math.ceil(Number(total) / defaultCount) + 1 });
      must(past.rows.length === 0 && past.total === total, `${past.rows.length} entries, totalItem ${String(past.total)}`);
    },
  },
  ...about,
  {
    ...facts,
    name: 'subjects given together must all match',
    mark: 'ours',
    holds: (api) => mustOnlyHave(api, 'company_id', 'opportunity_id'),
  },
  {
    ...facts,
    name: 'an unknown subject has no entries',
    mark: 'ours',
    async holds(api) {
      const { rows, total } = await trailPage(api, { company_id: 1 });
      must(rows.length === 0 && total === 0, `${rows.length} entries, totalItem ${String(total)}`);
    },
  },
  {
    ...facts,
    name: 'both time bounds are inclusive',
    mark: 'ours',
    async holds(api) {
      const entry = await firstRow(api);
      const time = timeOf(entry);
      const { rows } = await trailPage(api, { start_time: time, end_time: time });
      must(ids(rows).includes(entry['trail_id']), `the entry of ${time} is not there`);
      for (const row of rows) must(timeOf(row) === time, `an entry of ${timeOf(row)} is there`);
    },
  },
  {
    ...facts,
    name: 'a date alone means the whole day',
    mark: 'ours',
    async holds(api) {
      const entry = await firstRow(api);
      const day = timeOf(entry).slice(0, 10);
      const { rows } = await trailPage(api, { start_time: day, end_time: day });
      must(ids(rows).includes(entry['trail_id']), `the entry of ${timeOf(entry)} is not there`);
      for (const row of rows) must(timeOf(row).startsWith(day), `an entry of ${timeOf(row)} is there`);
    },
  },
  {
    ...facts,
    name: 'subjects that are "" or 0 are not given',
    mark: 'doc',
    async holds(api) {
      const { rows, total } = await trailPage(api);
      const given = await everything(api);
      const unused = Object.fromEntries(subjects.map((subject, i) => [subject, i === 1 ? 0 : '']));
      const same = await trailPage(api, { ...unused, ...given });
      mustEqual(ids(same.rows), ids(rows), 'the page');
      must(same.total === total, `totalItem ${String(same.total)} and not ${String(total)}`);
    },
  },
  {
    ...facts,
    name: 'unknown parameters are ignored',
    mark: 'seen',
    async holds(api) {
      const { rows } = await trailPage(api);
      mustEqual(ids((await trailPage(api, { page: 2, limit: 3 })).rows), ids(rows), 'the page');
    },
  },
  {
    ...facts,
    name: 'a count that is not accepted answers HTTP 200 and code 400',
    mark: 'ours',
    async holds(api) {
      const envelope = await api.envelope(path, { query: { ...(await everything(api)), count: 0 } });
      must(envelope['code'] === 400, said(envelope));
    },
  },
];
