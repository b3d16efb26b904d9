/** GET /v1/dynamic/trail/stats/silence: days by the calendar of Beijing, bands, who looks after them, and the same as a table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../support/csv.ts';
import { entry, testTenant } from '../support/entries.ts';
import { startServer } from '../support/server.ts';
import { sheetsOf } from '../support/xlsx.ts';

const path = '/v1/dynamic/trail/stats/silence';
const server = await startServer({ now: '2024-06-15 00:00:00' });
afterAll(() => server.close());

let token = '';
/** Each company's entries; the last one is what counts. */
const contacts: Readonly<Record<number, readonly Readonly<Record<string, unknown>>[]>> = {
  1: [{ create_time: '2024-06-14 23:59:59' }],
  2: [{ create_time: '2024-06-12 23:59:59' }, { create_time: '2024-01-01 00:00:00' }],
  3: [{ create_time: '2024-05-16 00:00:00' }, { create_time: '2024-06-14 00:00:00', delete_flag: 1 }],
  4: [{ create_time: '2024-05-15 23:59:59' }, { create_time: '2024-06-14 00:00:00', enable_flag: 0 }],
  // What is still to come is no contact.
  5: [{ create_time: '2024-06-15 00:00:01' }, { create_time: '2024-06-08 12:00:00' }],
  // Nobody knows since when.
  6: [{ create_time: '2024-06-14 00:00:00', delete_flag: 1 }],
  7: [{ create_time: '2024-06-01 00:00:00' }],
};
let filed = 0;

beforeAll(async () => {
  token = await server.tokenOf(testTenant, 'company user');
  await server.import(
    Object.entries(contacts).flatMap(([id, list]) =>
      list.map((one) => entry({ company_id: Number(id), create_user: 31, ...one })),
    ),
  );
  await server.import([entry({ client_id: 8, company_id: 1, create_time: '2000-01-01 00:00:00' })]);
  const push = async (fields: Record<string, unknown>): Promise<number> =>
    (await server.post(token, '/v1/company/pushCompanyAndCustomers', fields)).json<{ data: { company_id: number } }>().data
      .company_id;
  await push({ company_id: 2, user_id: [31], next_follow_up_time: '2024-07-01 09:00:00' });
  await push({ company_id: 3, user_id: [31], name: '@SUM(A1)' });
  // Never contacted; put on file ten days ago.
  server.clock.set('2024-06-05 08:00:00');
  filed = await push({ name: 'filed' });
  server.clock.set('2024-06-15 00:00:00');
  await server.post(token, '/v1/company/removeCompanyAndCustomers', { company_id: 7 });
});

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly data: {
    readonly list: readonly Readonly<Record<string, unknown>>[];
    readonly totalItem: number;
    readonly bands: unknown;
    readonly by_owner: unknown;
  };
}
const ask = async (query: string): Promise<Answer> => (await server.get(token, `${path}?${query}`)).json<Answer>();
const brief = ({ data }: Answer): unknown => data.list.map((row) => [row['company_id'], row['days']]);

describe('days', () => {
  it.each<[query: string, rows: () => unknown]>([
    [
      'days=0',
      () => [
        [6, null],
        [4, 31],
        [3, 30],
        [filed, 10],
        [5, 7],
        [2, 3],
        [1, 1],
      ],
    ],
    [
      'days=0&sort=asc',
      () => [
        [1, 1],
        [2, 3],
        [5, 7],
        [filed, 10],
        [3, 30],
        [4, 31],
        [6, null],
      ],
    ],
    [
      '',
      () => [
        [6, null],
        [4, 31],
        [3, 30],
      ],
    ],
    [
      'days=31',
      () => [
        [6, null],
        [4, 31],
      ],
    ],
    [
      'days=0&user_id=31',
      () => [
        [3, 30],
        [2, 3],
      ],
    ],
    ['days=0&user_id=99', () => []],
    [
      'days=0&count=2&start_index=2',
      () => [
        [3, 30],
        [filed, 10],
      ],
    ],
  ])('%s', async (query, rows) => {
    expect(brief(await ask(query))).toEqual(rows());
  });

  it('change at midnight in Beijing', async () => {
    server.clock.set('2024-06-14 23:59:59');
    expect(brief(await ask('days=0&sort=asc&count=2'))).toEqual([
      [1, 0],
      [2, 2],
    ]);
    server.clock.set('2024-06-15 00:00:00');
  });
});

it('a row in full, bands and owners', async () => {
  const { data } = await ask('days=3&user_id=31&sort=asc&count=1');
  expect(data).toEqual({
    list: [
      {
        company_id: 2,
        name: 'company 2',
        owner_ids: [31],
        owners: [{ user_id: 31, nickname: 'user 31' }],
        last_contact_time: '2024-06-12 23:59:59',
        days: 3,
        next_follow_up_time: '2024-07-01 09:00:00',
      },
    ],
    totalItem: 2,
    bands: [
      { from: 3, to: 6, count: 1 },
      { from: 7, to: 14, count: 0 },
      { from: 15, to: 29, count: 0 },
      { from: 30, to: null, count: 1 },
    ],
    by_owner: [{ user_id: 31, nickname: 'user 31', counts: [1, 0, 0, 1] }],
  });
});

it('bands by rules of your own, the public pool beside who looks after them', async () => {
  const { data } = await ask('rules=8,0,31');
  expect(data.bands).toEqual([
    { from: 0, to: 7, count: 3 },
    { from: 8, to: 30, count: 2 },
    { from: 31, to: null, count: 2 },
  ]);
  expect(data.by_owner).toEqual([
    { user_id: 0, nickname: '', counts: [2, 1, 2] },
    { user_id: 31, nickname: 'user 31', counts: [1, 1, 0] },
  ]);
});

it('as a table: all rows, whatever the page', async () => {
  const text = (await server.get(token, `${path}?days=30&count=1&format=csv&language=en`)).text;
  expect(recordsOf(text.slice(1))).toEqual([
    ['Company', 'Owners', 'Days', 'Last contact', 'Next follow-up', 'Company ID', 'Owner IDs'],
    ['company 6', '', '', '', '', '6', ''],
    ['company 4', '', '31', '2024-05-15 23:59:59', '', '4', ''],
    ["'@SUM(A1)", 'user 31', '30', '2024-05-16 00:00:00', '', '3', '31'],
  ]);
  const { body, headers } = await server.get(token, `${path}?days=30&count=1&format=xlsx`);
  expect(headers['content-disposition']).toMatch(/^attachment; filename="silence-r\d+\.xlsx"$/);
  const [sheet] = sheetsOf(body);
  expect(sheet?.name).toBe('沉默客户');
  expect(sheet?.rows[3]?.slice(0, 4)).toEqual(['@SUM(A1)', 'user 31', 30, '2024-05-16 00:00:00']);
});

describe('what is not accepted', () => {
  it.each<[query: string, message: RegExp]>([
    ['days=-1', /^days: "-1" is not accepted; accepted: a whole number from 0 to 36500/],
    ['rules=3,x', /^rules\[1\]: "x" is not accepted/],
    ['rules=99999', /^rules: 99999 is not accepted; accepted: days up to 36500/],
    [`rules=${Array.from({ length: 21 }, (_, i) => i).join()}`, /^rules: "21 items" is not accepted/],
    ['sort=name', /^sort: "name" is not accepted/],
    ['format=pdf', /^format: "pdf" is not accepted/],
  ])('%s', async (query, message) => {
    const answer = await ask(query);
    expect(answer.code).toBe(400);
    expect(answer.message).toMatch(message);
  });
});
