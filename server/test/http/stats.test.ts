/** Counts of the timeline over HTTP: each is what the list gives, and a table has the same numbers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../support/csv.ts';
import { entry, testTenant } from '../support/entries.ts';
import { listIds, startServer } from '../support/server.ts';
import { sheetsOf } from '../support/xlsx.ts';

const stats = '/v1/dynamic/trail/stats';
const server = await startServer({ now: '2024-06-15 12:00:00' });
afterAll(() => server.close());

let token = '';
const times = [
  '2023-12-31 23:59:59',
  '2024-01-01 00:00:00',
  '2024-05-31 23:59:59',
  '2024-06-01 00:00:00',
  '2024-06-01 23:59:59',
  '2024-06-02 00:00:00',
  '2024-06-14 08:00:00',
  '2024-06-20 08:00:00',
];
const entries = Array.from({ length: 200 }, (_, i) =>
  entry({
    type: 101 + (i % 3),
    company_id: i % 5,
    lead_id: i % 5 === 0 ? 9 : 0,
    create_user: 30 + (i % 4),
    create_user_info:
      i % 4 === 1
        ? { user_id: '31', nickname: '=1+1', avatar: 'a.png' }
        : { user_id: String(30 + (i % 4)), nickname: `user ${i % 4}`, avatar: '' },
    content: i % 2 === 0 ? '报价' : '样品',
    create_time: times[(i * 7) % times.length],
    created_at: '2024-06-03 00:00:00',
    delete_flag: i % 10 === 0 ? 1 : 0,
    enable_flag: i % 13 === 0 ? 0 : 1,
  }),
);

beforeAll(async () => {
  token = await server.tokenOf(testTenant, 'company lead opportunity user');
  await server.import(entries);
  await server.import([entry({ client_id: 8, create_time: '2024-06-01 12:00:00' })]);
  for (const [company_id, country] of [
    [1, 'DE'],
    [2, 'US'],
    [3, 'DE'],
  ])
    await server.post(token, '/v1/company/pushCompanyAndCustomers', { company_id, country });
  await server.post(token, '/v1/lead/push', { lead_id: 9, country: 'CN' });
});

interface Answer {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly list: readonly Record<string, unknown>[]; readonly totalItem: number };
}
const ask = async (path: string): Promise<Answer> => (await server.get(token, encodeURI(path))).json<Answer>();
const totalOf = async (query: string): Promise<number> => (await listIds(server, token, encodeURI(`count=1&${query}`))).total;

describe('periods', () => {
  it('answers every field', async () => {
    const answer = await server.get(token, `${stats}/periods?company_id=1&end_time=2024-05-31`);
    const { data } = answer.json<{ data: Record<string, unknown> }>();
    const revision = Number(answer.headers['x-genjin-revision']);
    expect(revision).toBeGreaterThan(0);
    const list = [
      { period: '2023-12', count: await totalOf('company_id=1&end_time=2023-12-31') },
      { period: '2024-01', count: await totalOf('company_id=1&start_time=2024-01-01&end_time=2024-01-31') },
      { period: '2024-05', count: await totalOf('company_id=1&start_time=2024-05-01&end_time=2024-05-31') },
    ].filter(({ count }) => count > 0);
    expect(data).toEqual({
      list,
      totalItem: await totalOf('company_id=1&end_time=2024-05-31'),
      first_time: `${list[0]?.period === '2023-12' ? times[0] : times[1]}`,
      last_time: times[2],
      revision,
    });
  });

  const queries = [
    '',
    'company_id=2',
    'lead_id=9',
    'type=101,102',
    'create_user=31',
    'keyword=报价',
    'removed=1',
    'time_type=3',
    'start_time=2024-06-01 12:00:00&end_time=2024-06-14',
    'company_id=99',
  ];
  it.each(queries)('each is the total of the list for these days: %s', async (query) => {
    for (const unit of ['day', 'month']) {
      const { data } = await ask(`${stats}/periods?unit=${unit}&${query}`);
      expect(data.totalItem).toBe(await totalOf(query));
      expect(data.list.reduce((sum, { count }) => sum + Number(count), 0)).toBe(data.totalItem);
      if (unit === 'month' || /_time=/.test(query)) continue;
      for (const { period, count } of data.list)
        expect(count).toBe(await totalOf(`${query}&start_time=${period}&end_time=${period}`));
    }
  });

  it('an enterprise without entries', async () => {
    const empty = await server.tokenOf(77);
    const { data } = (await server.get(empty, `${stats}/periods`)).json<{ data: unknown }>();
    expect(data).toEqual({ list: [], totalItem: 0, first_time: '', last_time: '', revision: 1 });
  });
});

const june = 'start_time=2024-06-01&end_time=2024-06-30';

describe('people', () => {
  it('each cell is the total of the list for this author and day', async () => {
    const { data } = await ask(`${stats}/people?${june}`);
    const [first] = data.list;
    expect(Object.keys(first ?? {})).toEqual(['user_id', 'nickname', 'avatar', 'total', 'periods']);
    expect(data.totalItem).toBe(data.list.length);
    for (const { user_id, total, periods } of data.list) {
      expect(total).toBe(await totalOf(`${june}&create_user=${user_id}`));
      for (const { period, count } of periods as { period: string; count: number }[])
        expect(count).toBe(await totalOf(`create_user=${user_id}&start_time=${period}&end_time=${period}`));
    }
  });

  it('by month, of some types, of some people', async () => {
    const { data } = await ask(
      `${stats}/people?start_time=2024-01-01&end_time=2024-12-31&unit=month&type=101&create_user=31,4711`,
    );
    expect(data.list).toHaveLength(1);
    expect(data.list[0]).toMatchObject({
      user_id: 31,
      avatar: 'a.png',
      total: await totalOf('start_time=2024-01-01&end_time=2024-12-31&type=101&create_user=31'),
    });
  });
});

describe('types', () => {
  it('each is the total of the list, in the period and in the one before', async () => {
    const { data } = await ask(`${stats}/types?start_time=2024-06-01&end_time=2024-06-02`);
    expect(data.list.map(({ type }) => type).toSorted()).toEqual([101, 102, 103]);
    for (const { type, count, before } of data.list) {
      expect(count).toBe(await totalOf(`start_time=2024-06-01&end_time=2024-06-02&type=${type}`));
      expect(before).toBe(await totalOf(`start_time=2024-05-30&end_time=2024-05-31&type=${type}`));
    }
  });
});

describe('countries', () => {
  it('by the company, or else by the lead', async () => {
    const { data } = await ask(`${stats}/countries?start_time=2024-06-01&end_time=2024-06-30`);
    const of = async (query: string): Promise<number> => totalOf(`${june}&${query}`);
    const counts = Object.fromEntries(data.list.map(({ country, count, companies }) => [country, [count, companies]]));
    expect(counts).toEqual({
      DE: [(await of('company_id=1')) + (await of('company_id=3')), 2],
      US: [await of('company_id=2'), 1],
      CN: [await of('lead_id=9'), 0],
      '': [await of('company_id=4'), 1],
    });
  });
});

describe('as a table', () => {
  it.each([
    ['people', `${june}`],
    ['people', `start_time=2024-01-01&end_time=2024-12-31&unit=month`],
    ['types', june],
    ['countries', june],
  ])('%s?%s has the same rows as CSV and as a workbook', async (name, query) => {
    const { data } = await ask(`${stats}/${name}?${query}`);
    const answer = await server.get(token, `${stats}/${name}?${query}&format=csv&language=en`);
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.headers['content-disposition']).toBe(
      `attachment; filename="${name}-r${answer.headers['x-genjin-revision']}.csv"`,
    );
    const [header = [], ...records] = recordsOf(answer.text.slice(1));
    expect(records).toHaveLength(data.list.length);
    const counts = data.list.map((row) => String(row['total'] ?? row['count']));
    expect(records.map((record) => record[header.findIndex((one) => one === 'Total' || one === 'Entries')])).toEqual(counts);
    const [sheet] = sheetsOf((await server.get(token, `${stats}/${name}?${query}&format=xlsx&language=en`)).body);
    expect(sheet?.rows.map((row) => header.map((_, i) => String(row[i] ?? '')))).toEqual([
      header,
      ...records.map((record) => record.map((cell) => cell.replace(/^'(?==)/, ''))),
    ]);
  });

  it('a name that looks like a formula is none', async () => {
    expect((await server.get(token, `${stats}/people?${june}&format=csv`)).text).toContain("\r\n'=1+1,");
  });
});

describe('what is not accepted', () => {
  it.each<[path: string, message: RegExp]>([
    ['periods?unit=week', /^unit: "week" is not accepted; accepted: one of day, month/],
    ['periods?start_time=2024-06-02&end_time=2024-06-01', /^start_time: .* accepted: a time not after end_time/],
    ['periods?keyword=，', /^keyword: /],
    ['people?end_time=2024-06-01', /^start_time is missing; accepted: a date/],
    [
      'people?start_time=2022-06-01&end_time=2024-06-01',
      /^start_time: "2022-06-01" is not accepted; accepted: a time at most 400 days before/,
    ],
    [
      'people?start_time=2024-06-01&end_time=2024-06-01&format=ndjson',
      /^format: "ndjson" is not accepted; accepted: one of json, csv, xlsx/,
    ],
    ['types?start_time=2024-06-01', /^end_time is missing/],
    ['countries?start_time=x&end_time=2024-06-01', /^start_time: "x" is not accepted/],
  ])('%s', async (path, message) => {
    const answer = await ask(`${stats}/${path}`);
    expect(answer.code).toBe(400);
    expect(answer.message).toMatch(message);
  });

  it('days over too long a time', async () => {
    await server.import([entry({ create_time: '1999-01-01 00:00:00', company_id: 44 }), entry({ company_id: 44 })]);
    expect((await ask(`${stats}/periods?unit=day&company_id=44`)).message).toMatch(
      /^unit: "day" is not accepted; accepted: month, or day with/,
    );
    expect((await ask(`${stats}/periods?unit=month&company_id=44`)).data.list).toEqual([
      { period: '1999-01', count: 1 },
      { period: '2024-05', count: 1 },
    ]);
  });
});
