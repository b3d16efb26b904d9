/** Leads: list, info and push, with every field in OKKI's order and type. */
import { afterAll, describe, expect, it } from 'vitest';
import { changesOf, dataOf, expectError, fieldsOf, type Json } from '../support/answers.ts';
import { entry, testTenant } from '../support/entries.ts';
import { listPath, startServer } from '../support/server.ts';

const otherTenant = 777;
const never = '1970-01-01 00:00:00';
const pushPath = '/v1/lead/push';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  // Known only from entries.
  entry({ lead_id: 10, create_user: 501, lead_customer_id: [31], create_time: '2024-05-01 12:00:00' }),
  entry({ lead_id: 10, create_time: '2024-05-03 12:00:00' }),
  entry({ lead_id: 10, create_time: '2025-01-01 00:00:00' }),
  entry({ lead_id: 10, create_time: '2024-10-01 00:00:00', enable_flag: 0 }),
  entry({ lead_id: 11, lead_customer_id: [32], create_time: '2024-05-02 12:00:00' }),
  entry({ company_id: 20, create_user: 502 }),
  entry({ company_id: 21, company_info: { company_id: 21, name: 'gone', is_archive: 0 } }),
  entry({ client_id: otherTenant, lead_id: 10, company_id: 29, create_user: 599, create_time: '2024-06-01 00:00:00' }),
  entry({ client_id: otherTenant, lead_id: 12, lead_info: { lead_id: 12, name: '别人的线索' } }),
]);
const token = await server.tokenOf();

async function push(at: string, body: Json): Promise<number> {
  server.clock.set(at);
  const data = dataOf<{ lead_id: number }>(await server.post(token, pushPath, body));
  expect(fieldsOf(data)).toBe('lead_id n');
  return data.lead_id;
}

const full = {
  name: '北风',
  company_name: 'Nordwind AG',
  short_name: '北',
  serial_id: 'L21',
  country: 'CH',
  tel: '5550100',
  tel_area_code: '41',
  homepage: 'https://nordwind.example',
  address: '苏黎世',
  remark: '展会认识',
  star: 2,
  user_id: [501],
  status: 5,
};
const nord = await push('2024-06-01 08:00:00', {
  ...full,
  customers: [
    { name: '安娜', email: 'Anna@nordwind.example', tel: '7', tel_area_code: '41', post: '经理', wechat: 'anna' },
    { name: 'b', main_customer_flag: 1, email: 'b@nordwind.example' },
  ],
});
const won = await push('2024-07-01 08:00:00', {
  name: 'won',
  status: 7,
  company_id: 20,
  customers: [{ name: 'c', email: 'c@x.example' }],
});
await push('2024-08-01 08:00:00', { lead_id: nord, star: 3 });
server.clock.set('2024-11-04 10:00:00');
await server.post(token, '/v1/dynamic/trail/push', { lead_id: won, content: 'x', create_time: '2024-09-01 00:00:00' });

const get = async (path: string) => server.get(token, `/v1/lead/${path}`);
const info = async (query: string) => dataOf<Json>(await get(`info?${query}`));
type List = { readonly list: readonly Json[]; readonly totalItem: number };

describe('lead/list', () => {
  it('has every field in its order and type, and what is known', async () => {
    const data = dataOf<List>(await get('list'));
    expect(fieldsOf(data)).toBe('list [{}], totalItem n');
    for (const row of data.list) {
      expect(fieldsOf(row)).toBe(
        'lead_id n, name s, short_name s, serial_id s, order_time s, create_time s, update_time s, edit_time s',
      );
    }
    expect(data.list[0]).toEqual({
      lead_id: nord,
      name: '北风',
      short_name: '北',
      serial_id: 'L21',
      order_time: never,
      create_time: '2024-06-01 08:00:00',
      update_time: '2024-08-01 08:00:00',
      edit_time: '2024-08-01 08:00:00',
    });
    expect(data.list[3]).toEqual({
      lead_id: 10,
      name: 'lead 10',
      short_name: '',
      serial_id: '',
      order_time: '2024-05-03 12:00:00',
      create_time: never,
      update_time: never,
      edit_time: never,
    });
  });

  const all = [nord, won, 11, 10];
  it.each<[string, number[], number?]>([
    ['', all],
    ['count=3', [nord, won, 11], 4],
    ['count=3&start_index=2', [10], 4],
    ['count=3&start_index=3', [], 4],
    ['sort_field=update_time', all],
    ['sort_field=order_time', [won, 10, 11, nord]],
    ['sort_field=order_time&count=1&start_index=2', [10], 4],
    ['sort_field=edit_time', [nord, won, 11, 10]],
    ['start_time=2024-07-01 08:00:00', [nord, won]],
    ['start_time=2024-07-01 08:00:01', [nord]],
    ['end_time=2024-07-01', [won]],
    ['end_time=2024-05-02 12:00:00&sort_field=order_time', [11]],
    ['start_time=2024-05-03&end_time=2024-09-01 00:00:00&sort_field=order_time', [won, 10]],
    ['start_time=2024-08-01&sort_field=edit_time', [nord]],
    ['start_time=1960-01-01&sort_field=edit_time', [nord]],
    ['archive=1', [nord, 11, 10]],
    ['archive=2', [won]],
    ['email=anna@NORDWIND.example', [nord]],
    ['email=c@x.example&archive=1', []],
    ['email=c@x.example&archive=2&sort_field=order_time', [won]],
    ['email=nobody@x.example', []],
  ])('%s', async (query, expected, total = expected.length) => {
    const data = dataOf<List>(await get(`list?${query.replaceAll(' ', '%20')}`));
    expect({ ids: data.list.map((row) => row['lead_id']), total: data.totalItem }).toEqual({ ids: expected, total });
  });

  it.each([
    ['sort_field=name', 'sort_field: "name"', 'order_time'],
    ['archive=3', 'archive: "3"'],
    ['email=x', 'email: "x"'],
    ['count=0', 'count: "0"'],
    ['start_time=2024-02-02&end_time=2024-02-01', 'start_time', 'end_time'],
  ])('refused: %s', async (query, ...words) => expectError(await get(`list?${query}`), 400, ...words));
});

describe('lead/info', async () => {
  const fields =
    'lead_id n, serial_id s, scale_id n, user_id [n], owner [{}], name s, company_name s, short_name s, company_id n, biz_type s, ' +
    'country s, province s, city s, address s, homepage s, fax s, tel s, tel_area_code s, tel_full s, main_customer n, ' +
    'main_customer_email s, star n, remark s, archive_time s, order_time s, origin_name s, group_name s, country_name s, ' +
    'status_name s, status n, customers [{}]';
  const whole = await info(`lead_id=${nord}`);

  it('has every field in its order and type', async () => {
    expect(fieldsOf(whole)).toBe(fields);
    expect(fieldsOf((whole['owner'] as Json[])[0])).toBe('user_id s, avatar s, name s, nickname s');
    for (const contact of whole['customers'] as Json[]) {
      expect(fieldsOf({ ...contact, tel_list: [], contact: [] })).toBe(
        'customer_id n, lead_id n, name s, email s, tel_list [], post s, post_grade n, birth s, main_customer_flag n, gender n, ' +
          'contact [], remark s',
      );
    }
    expect(fieldsOf(await info('lead_id=10'))).toBe(fields.replace('user_id [n], owner [{}]', 'user_id [], owner []'));
  });

  it('shows what is kept', async () => {
    const [, main] = whole['customers'] as Json[];
    expect(whole).toMatchObject({
      ...full,
      star: 3,
      tel_full: '415550100',
      company_id: 0,
      country_name: '瑞士',
      status_name: '联系互动',
      owner: [{ user_id: '501', name: 'user 501', nickname: 'user 501', avatar: '' }],
      main_customer: main?.['customer_id'],
      main_customer_email: 'b@nordwind.example',
      archive_time: '2024-06-01 08:00:00',
      order_time: never,
      customers: [
        { lead_id: nord, name: '安娜', tel_list: [['41', '7']], post: '经理', contact: [{ type: 'wechat', value: 'anna' }] },
        { lead_id: nord, name: 'b', main_customer_flag: 1 },
      ],
    });
    expect(await info('lead_id=10')).toMatchObject({
      name: 'lead 10',
      status: 1,
      status_name: '待处理',
      order_time: '2024-05-03 12:00:00',
      archive_time: never,
      main_customer: 0,
      main_customer_email: '',
      customers: [{ customer_id: 31, lead_id: 10 }],
    });
    expect(await info(`lead_id=${won}`)).toMatchObject({
      company_id: 20,
      status_name: '已转化',
      order_time: '2024-09-01 00:00:00',
    });
  });

  it.each([
    ['by number', 'serial_id=L21'],
    ['by id and number that agree', `lead_id=${nord}&serial_id=L21`],
  ])('%s', async (_name, query) => expect((await info(query))['lead_id']).toBe(nord));

  it.each([
    ['unknown', 'lead_id=999'],
    ["another tenant's", 'lead_id=12'],
    ['no such number', 'serial_id=l21'],
    ['id and number of two leads', `lead_id=${won}&serial_id=L21`],
  ])('404: %s', async (_name, query) => expectError(await get(`info?${query}`), 404, 'Not Found Resource'));

  it('refused: neither given', async () => expectError(await get('info?lead_id=0'), 400, 'lead_id is missing', 'serial_id'));
});

describe('lead/push', () => {
  it('edits: what is absent stays, 0, "" and null clear; contacts likewise', async () => {
    const id = await push('2024-11-04 10:01:00', { ...full, customers: [{ name: 'a' }, { name: 'b' }] });
    const [a, b] = ((await info(`lead_id=${id}`))['customers'] as Json[]).map((one) => one['customer_id']);
    await push('2024-11-04 10:02:00', {
      lead_id: String(id),
      status: '2',
      customers: [{ customer_id: a, remove: 1 }, { customer_id: b, name: 'b2' }, { name: 'c' }],
    });
    expect(await info(`lead_id=${id}`)).toMatchObject({
      ...full,
      status: 2,
      main_customer: b,
      customers: [
        { customer_id: b, name: 'b2', main_customer_flag: 1 },
        { name: 'c', main_customer_flag: 0 },
      ],
    });
    const cleared = { company_name: '', short_name: null, serial_id: '', country: 0, tel: '', tel_area_code: null, homepage: '' };
    await push('2024-11-04 10:03:00', { lead_id: id, ...cleared, address: '', remark: '', star: 0, user_id: [], status: 0 });
    expect(await info(`lead_id=${id}`)).toMatchObject({
      ...Object.fromEntries([...Object.keys(cleared), 'address', 'remark'].map((field) => [field, ''])),
      name: '北风',
      star: 0,
      user_id: [],
      status: 1,
    });
  });

  it('that changes nothing writes nothing', async () => {
    const before = await changesOf(server, testTenant);
    await push('2024-11-04 10:04:00', { lead_id: nord, ...full, star: 3, company_id: 0 });
    expect(await changesOf(server, testTenant)).toBe(before);
  });

  it('of a lead that only entries named: they show the new name', async () => {
    await push('2024-11-04 10:05:00', { lead_id: 11, name: '改名', customers: [{ customer_id: 32, remove: 1 }] });
    const { list } = dataOf<{ list: Json[] }>(await server.get(token, `${listPath}?lead_id=11`));
    expect(list[0]).toMatchObject({ lead_info: { name: '改名' }, lead_customer_info: [{ customer_id: 32, name: 'contact 32' }] });
    expect(await info('lead_id=11')).toMatchObject({ customers: [], order_time: '2024-05-02 12:00:00' });
  });

  it('a member becomes the owner of a new one', async () => {
    const caller = {
      tenantId: testTenant,
      clientId: 'x',
      userId: 502,
      member: true,
      scopes: new Set(['lead']),
      actor: 'user:502',
    } as const;
    const id = await server.core.leads.push(caller, { leadId: null, fields: { name: 'own' }, details: {}, contacts: [] });
    expect(await info(`lead_id=${id}`)).toMatchObject({ user_id: [502] });
  });

  it('under an idempotency key makes one lead, and another request is a conflict', async () => {
    const headers = { 'Idempotency-Key': 'lead-1' };
    const first = dataOf(await server.post(token, pushPath, { name: 'once' }, headers));
    expect(dataOf(await server.post(token, pushPath, { name: ' once' }, headers))).toEqual(first);
    expectError(await server.post(token, pushPath, { name: 'other' }, headers), 409);
    // The key of another kind of request too.
    expectError(await server.post(token, '/v1/company/pushCompanyAndCustomers', { name: 'once' }, headers), 409);
  });

  const notFound = [404, 'Not Found Resource'] as const;
  it.each<[string, Json, number, ...string[]]>([
    ['no name', { company_name: 'x' }, 400, 'name is missing'],
    ['a name that is cleared', { lead_id: nord, name: '' }, 400, 'name: ""'],
    ['a status', { name: 'x', status: 6 }, 400, 'status: 6', '7'],
    ['a country', { name: 'x', country: '瑞士' }, 400, 'country: '],
    ['a long remark', { name: 'x', remark: 'x'.repeat(10_001) }, 400, 'remark: ', '10000'],
    ['a contact', { name: 'x', customers: [{ name: 'a', email: 'a b@c' }] }, 400, 'customers[0].email: "a b@c"'],
    ['a lead that is not there', { lead_id: 999, name: 'x' }, ...notFound],
    ["another tenant's lead", { lead_id: 12, name: 'x' }, ...notFound],
    ["another tenant's owner", { name: 'x', user_id: 599 }, ...notFound],
    ["another tenant's company", { name: 'x', company_id: 29 }, ...notFound],
    ['a removed company', { name: 'x', company_id: 21 }, ...notFound],
    ["another lead's contact", { lead_id: nord, customers: [{ customer_id: 31 }] }, ...notFound],
  ])('refused: %s', async (_name, body, code, ...words) => {
    const before = await changesOf(server, testTenant);
    expectError(await server.post(token, pushPath, body), code, ...words);
    expect(await changesOf(server, testTenant)).toBe(before);
  });
});

describe('whose it is', () => {
  it('another tenant sees its own', async () => {
    const other = await server.tokenOf(otherTenant);
    const { list } = dataOf<List>(await server.get(other, '/v1/lead/list'));
    expect(list.map((row) => row['name'])).toEqual(['别人的线索', 'lead 10']);
    expect(list[1]).toMatchObject({ order_time: '2024-06-01 00:00:00' });
    expectError(await server.get(other, `/v1/lead/info?lead_id=${nord}`), 404);
  });

  it.each(['GET list', 'GET info', 'POST push'])('%s needs the scope lead', async (call) => {
    const [method, path] = call.split(' ') as [string, string];
    const headers = { Authorization: await server.tokenOf(testTenant, 'company opportunity') };
    const answer = await server.send(`/v1/lead/${path}`, { method, headers });
    expect({ status: answer.status, message: answer.json().message }).toEqual({
      status: 401,
      message: 'no permission lead scopes',
    });
  });
});
