/** GET /v1/dynamic/subject/list: search, orders, every field of the three kinds, and the same as a table. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOf } from '../support/csv.ts';
import { entry, testTenant } from '../support/entries.ts';
import { startServer } from '../support/server.ts';

const path = '/v1/dynamic/subject/list';
const server = await startServer({ now: '2024-06-15 12:00:00' });
afterAll(() => server.close());

let token = '';
const ids = { bee: 0, aurora: 0, zhang: 0, lead: 0, deal: 0, eva: 0 };

beforeAll(async () => {
  token = await server.tokenOf(testTenant, 'company lead opportunity user');
  await server.import([entry({ company_id: 11, create_user: 31, create_time: '2024-06-10 12:00:00' })]);
  await server.import([entry({ client_id: 8, company_id: 12 })]);
  const push = async (route: string, fields: Readonly<Record<string, unknown>>): Promise<Record<string, number>> => {
    server.clock.advance(60_000);
    return (await server.post(token, route, fields)).json<{ data: Record<string, number> }>().data;
  };
  const company = async (fields: Readonly<Record<string, unknown>>): Promise<number> =>
    (await push('/v1/company/pushCompanyAndCustomers', fields))['company_id'] as number;
  server.clock.set('2024-06-01 08:00:00');
  ids.zhang = await company({ name: '张江工具', country: 'CN', next_follow_up_time: '2024-06-20 09:00:00' });
  ids.bee = await company({ name: '=Bee 10%', serial_id: 'C-77', country: 'DE', user_id: [31] });
  ids.aurora = await company({
    name: 'Aurora Tools',
    country: 'DE',
    next_follow_up_time: '2024-06-18',
    customers: [
      { name: 'Otto', email: 'otto@tools.example' },
      { name: 'Eva Lindt', email: 'eva@aurora.example', main_customer_flag: 1 },
    ],
  });
  const { data } = (await server.get(token, `/v1/company/info?company_id=${ids.aurora}`)).json<{
    data: { customers: { customer_id: number; name: string }[] };
  }>();
  ids.eva = data.customers.find(({ name }) => name === 'Eva Lindt')?.customer_id ?? 0;
  ids.lead = (await push('/v1/lead/push', { name: 'Polar Goods', status: 4, country: 'US', user_id: [31], company_id: ids.bee }))[
    'lead_id'
  ] as number;
  ids.deal = (
    await push('/v1/opportunity/push', {
      name: 'Saws',
      company_id: ids.aurora,
      customer_id: [ids.eva],
      stage: 5,
      main_user: 31,
      handler: [31],
    })
  )['opportunity_id'] as number;
  const gone = await company({ name: 'Gone' });
  await server.post(token, '/v1/company/removeCompanyAndCustomers', { company_id: gone });
  server.clock.set('2024-06-15 12:00:00');
  await server.import([
    entry({ company_id: ids.bee, create_time: '2024-06-14 12:00:00', company_info: [] }),
    entry({ company_id: ids.bee, create_time: '2024-06-16 12:00:00', company_info: [] }),
    entry({
      opportunity_id: ids.deal,
      company_id: ids.aurora,
      create_time: '2024-06-13 12:00:00',
      company_info: [],
      opportunity_info: [],
    }),
  ]);
});

interface Answer {
  readonly code: number;
  readonly status?: number;
  readonly message: string;
  readonly data: { readonly list: readonly Readonly<Record<string, unknown>>[]; readonly totalItem: number };
}
const ask = async (query: string, as = token): Promise<Answer> =>
  (await server.get(as, encodeURI(`${path}?${query}`))).json<Answer>();
const found = ({ data }: Answer): unknown => data.list.map(({ id }) => id);

describe('companies', () => {
  it.each<[query: string, expected: () => number[]]>([
    ['', () => [ids.bee, ids.aurora, 11, ids.zhang]],
    ['order=asc', () => [ids.zhang, 11, ids.aurora, ids.bee]],
    ['sort=silence', () => [ids.zhang, 11, ids.aurora, ids.bee]],
    ['sort=next_follow_up&order=asc', () => [ids.aurora, ids.zhang, 11, ids.bee]],
    ['sort=next_follow_up', () => [ids.zhang, ids.aurora, ids.bee, 11]],
    ['sort=created', () => [ids.aurora, ids.bee, ids.zhang, 11]],
    ['sort=name&order=asc', () => [ids.bee, ids.zhang, ids.aurora, 11]],
    ['country=de', () => [ids.bee, ids.aurora]],
    ['user_id=31', () => [ids.bee]],
    ['company_id=11', () => [11]],
    ['keyword=AURORA', () => [ids.aurora]],
    ['keyword=张江', () => [ids.zhang]],
    ['keyword=c-77', () => [ids.bee]],
    ['keyword=10%25', () => [ids.bee]],
    ['keyword=_', () => []],
    ['keyword=lindt', () => [ids.aurora]],
    ['keyword=tools.example', () => [ids.aurora]],
    ['count=2&start_index=2', () => [11, ids.zhang]],
    ['start_index=9', () => []],
  ])('%s', async (query, expected) => {
    const answer = await ask(query.replace('%25', '%'));
    expect(found(answer)).toEqual(expected());
    if (!query.includes('start_index')) expect(answer.data.totalItem).toBe(expected().length);
    else expect(answer.data.totalItem).toBe(4);
  });

  it('every field', async () => {
    const [row] = (await ask('keyword=lindt')).data.list;
    expect(row).toEqual({
      id: ids.aurora,
      name: 'Aurora Tools',
      serial_id: '',
      country: 'DE',
      owner_ids: [],
      owners: [],
      contacts: 2,
      main_contact: { customer_id: ids.eva, name: 'Eva Lindt', email: 'eva@aurora.example' },
      last_contact_time: '2024-06-13 12:00:00',
      next_follow_up_time: '2024-06-18 00:00:00',
      days_silent: 2,
      create_time: '2024-06-01 08:03:00',
      company_id: 0,
      company_name: '',
      stage: 0,
      status: 0,
    });
  });
});

it('leads', async () => {
  expect((await ask('kind=lead&keyword=polar')).data).toEqual({
    list: [
      {
        id: ids.lead,
        name: 'Polar Goods',
        serial_id: '',
        country: 'US',
        owner_ids: [31],
        owners: [{ user_id: 31, nickname: 'user 31' }],
        contacts: 0,
        main_contact: [],
        last_contact_time: '',
        next_follow_up_time: '',
        days_silent: 14,
        create_time: '2024-06-01 08:04:00',
        company_id: ids.bee,
        company_name: '=Bee 10%',
        stage: 0,
        status: 4,
      },
    ],
    totalItem: 1,
  });
});

it.each(['keyword=saws', 'keyword=aurora', 'keyword=otto', 'country=DE', 'user_id=31'])('opportunities: %s', async (query) => {
  const { data } = await ask(`kind=opportunity&${query}`);
  expect(data.totalItem).toBe(1);
  expect(data.list[0]).toMatchObject({
    id: ids.deal,
    country: 'DE',
    contacts: 1,
    main_contact: { customer_id: ids.eva },
    last_contact_time: '2024-06-13 12:00:00',
    company_id: ids.aurora,
    company_name: 'Aurora Tools',
    stage: 5,
  });
});

it('of one company', async () => {
  expect(found(await ask(`kind=opportunity&company_id=${ids.aurora}`))).toEqual([ids.deal]);
  expect(found(await ask(`kind=opportunity&company_id=${ids.bee}`))).toEqual([]);
  expect(found(await ask(`kind=lead&company_id=${ids.bee}`))).toEqual([ids.lead]);
});

it('as a table: all rows, whatever the page', async () => {
  const answer = await server.get(token, `${path}?format=csv&language=en&count=1&sort=name&order=asc`);
  expect(answer.headers['content-disposition']).toMatch(/^attachment; filename="company-r\d+\.csv"$/);
  const [header, ...records] = recordsOf(answer.text.slice(1));
  expect(header?.slice(0, 3)).toEqual(['Name', 'Number', 'Country']);
  expect(records.map(([name]) => name)).toEqual(["'=Bee 10%", '张江工具', 'Aurora Tools', 'company 11']);
  expect(records[2]?.slice(4, 7)).toEqual(['2', 'Eva Lindt', 'eva@aurora.example']);
});

describe('what is not accepted', () => {
  it.each<[query: string, message: RegExp]>([
    ['kind=contact', /^kind: "contact" is not accepted; accepted: one of company, lead, opportunity/],
    ['sort=id', /^sort: "id" is not accepted; accepted: one of last_contact, next_follow_up, silence, name, created/],
    ['order=up', /^order: "up" is not accepted/],
    ['country=Germany', /^country: "Germany" is not accepted/],
    [`keyword=${'x'.repeat(201)}`, /^keyword: /],
    ['user_id=x', /^user_id: "x" is not accepted/],
  ])('%s', async (query, message) => {
    const answer = await ask(query);
    expect(answer.code).toBe(400);
    expect(answer.message).toMatch(message);
  });

  it('a kind whose module the token has not', async () => {
    const answer = await ask('kind=lead', await server.tokenOf(testTenant, 'company'));
    expect(answer).toMatchObject({ code: 401, message: 'no permission lead scopes' });
  });
});
