/** Opportunities: list, info, push and remove, with every field in OKKI's order and type. */
import { afterAll, describe, expect, it } from 'vitest';
import { changesOf, dataOf, expectError, fieldsOf, type Json } from '../support/answers.ts';
import { entry, testTenant } from '../support/entries.ts';
import { listPath, startServer } from '../support/server.ts';

const otherTenant = 777;
const pushPath = '/v1/opportunity/push';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  // Known only from entries: the newest that counts is the second.
  entry({ opportunity_id: 10, company_id: 20, create_user: 501, create_time: '2024-05-01 12:00:00' }),
  entry({
    trail_id: 77,
    opportunity_id: 10,
    company_id: 20,
    type: 1203,
    refer_id: 0,
    customer_id: [31, 39],
    create_user: 501,
    create_time: '2024-05-03 12:00:00',
    created_at: '2024-05-04 12:00:00',
    update_time: '2024-05-05 12:00:00',
  }),
  entry({ opportunity_id: 10, create_time: '2025-01-01 00:00:00' }),
  entry({ opportunity_id: 10, create_time: '2024-10-01 00:00:00', delete_flag: 1 }),
  entry({ opportunity_id: 11 }),
  entry({ company_id: 21, customer_id: [32, 33], create_user: 502 }),
  entry({ company_id: 22, company_info: { company_id: 22, name: 'gone', is_archive: 0 } }),
  entry({
    client_id: otherTenant,
    opportunity_id: 10,
    company_id: 29,
    create_user: 599,
    customer_id: [91],
    create_time: '2024-06-01 00:00:00',
  }),
  entry({ client_id: otherTenant, opportunity_id: 12, opportunity_info: { opportunity_id: 12, name: '别人的商机' } }),
]);
const token = await server.tokenOf();

async function push(at: string, body: Json): Promise<number> {
  server.clock.set(at);
  const data = dataOf<{ opportunity_id: number }>(await server.post(token, pushPath, body));
  expect(fieldsOf(data)).toBe('opportunity_id n');
  return data.opportunity_id;
}
const get = async (path: string) => server.get(token, `/v1/opportunity/${path}`);
const info = async (id: number) => dataOf<Json>(await get(`info?opportunity_id=${id}`));
const remove = async (query: string) =>
  server.send(`/v1/opportunity/remove${query}`, { method: 'POST', headers: { Authorization: token } });
type List = { readonly list: readonly Json[]; readonly totalItem: number };

const full = {
  name: '春季订单',
  company_id: 21,
  customer_id: [32],
  serial_id: 'O12',
  amount: '1200.50',
  currency: 'USD',
  stage: 40010001,
  main_user: 501,
  handler: [502],
  remark: '年度合同',
};
const spring = await push('2024-06-01 08:00:00', full);
const plain = await push('2024-07-01 08:00:00', { name: 'plain', company_id: 20 });
const dropped = await push('2024-08-01 08:00:00', { name: 'dropped', company_id: 20 });
await push('2024-09-01 08:00:00', { opportunity_id: spring, remark: '改过' });
server.clock.set('2024-11-04 10:00:00');
expect(dataOf<string>(await remove(`?opportunity_id=${dropped}`))).toBe('success');

const listed =
  'serial_id s, opportunity_id n, name s, user_id [n], company_id n, main_user n, create_user n, handler [n], currency s, origin n, ' +
  'origin_list [], origin_name s, amount s, amount_rmb s, amount_usd s, exchange_rate s, exchange_rate_usd s, account_date s, stage n, ' +
  'type n, type_name s, fail_remark s, stage_type n, stage_type_name s, fail_type n, remark s, edit_time s, trail_time s, order_time s, ' +
  'create_time s, update_time s, enable_flag n, trail_active_flag n, external_field_data {}, create_type n, product_list null, ' +
  'product_total_count s, product_other_amount s, product_total_amount s, product_edit_time s, flow_id n, approval_status n, ' +
  'main_lead_id n, next_follow_up_time s, pin_user_list [], disable_flag n, tag [], auto_summary_flag n, missingRequiredFieldFlag b, ' +
  'missField [], amount_can_edit_flag b, sync_amount_refer_type n, approval_flow_info [], department_info {}, stage_stay_time_old n, ' +
  'stage_stay_time n, create_user_info {}, cash_collection_info {}, main_user_info {}, handler_info [{}], company {}, last_trail [], ' +
  'customer [{}], lead_name s, stage_info {}, fail_type_name s, fail_stage_info [], sale_flow_name s, is_pin n, lock_flag n, ' +
  'busines_type_id n';
const shownInfo =
  'name s, main_user n, amount s, amount_rmb s, amount_usd s, exchange_rate s, exchange_rate_usd s, account_date s, origin n, type n, ' +
  'serial_id s, opportunity_id n, stage n, stage_type n, currency s, user_id [n], remark s, external_field_data {}, create_type n, ' +
  'create_time s, update_time s, order_time s, trail_time s, edit_time s, stage_stay_time n, product_list null, origin_name s, ' +
  'type_name s, approval_flow_info [], department_info {}, stage_stay_time_old n, create_user_info {}, main_user_info {}, ' +
  'handler_info [{}], company {}, customer [{}], lead_name s, stage_info {}, fail_type_name s, fail_stage_info [], lock_flag n, ' +
  'fail_type n, fail_remark s, create_user n, handler [n], company_id n, stage_type_name s';
const inner = {
  create_user_info: 'user_id s, nickname s, avatar s',
  main_user_info: 'user_id s, nickname s, avatar s, department_info []',
  handler_info: 'user_id s, nickname s, avatar s, role_id s',
  department_info: 'id s, name s',
  company:
    'company_id n, user_id [], name s, serial_id s, is_archive n, short_name s, country s, timezone s, biz_type s, origin n, ' +
    'origin_list [], origin_name s, product_group_ids [], pool_user_map [], pin_flag n, alibaba_info [], deal_time s, image_list []',
  customer:
    'customer_id n, name s, email s, is_archive n, post s, tel_list [], contact [], suspected_invalid_email_flag n, forbidden_flag n, ' +
    'reach_status n, reach_count n, reach_status_time s, reach_success_count n',
  stage_info:
    'success_rate n, tip s, link_ids [], require_field_setting [], stage_id n, flow_id n, type n, name s, name_info {}, stage_name s, ' +
    'stage_name_info {}, rank n, create_user s, enable_flag n, create_time s, update_time s',
};
const payments =
  'amount n, amount_rmb n, amount_usd n, collect_amount_rmb n, collect_amount_usd n, bank_charge_rmb n, bank_charge_usd n, ' +
  'real_amount_rmb n, real_amount_usd n, exchange_loss_amount_rmb n, exchange_loss_amount_usd n, status n, status_name s, ' +
  'collect_amount n, bank_charge n, currency s, real_amount n, exchange_loss_amount_list [], not_collect_amount n, ' +
  'not_collect_amount_rmb n, not_collect_amount_usd n, percentage n, percentage_rmb n, percentage_usd n';

/** The first object of a field that has one or a list of them. */
const first = (value: unknown): unknown => (Array.isArray(value) ? value[0] : value);

describe('opportunity/list', async () => {
  const { list, totalItem } = dataOf<List>(await get('list'));

  it('has every field in its order and type', () => {
    expect({ ids: list.map((row) => row['opportunity_id']), totalItem }).toEqual({ ids: [spring, plain, 11, 10], totalItem: 4 });
    expect(fieldsOf(list[0])).toBe(listed);
    for (const [field, fields] of Object.entries(inner)) expect(fieldsOf(first(list[0]?.[field])), field).toBe(fields);
    expect(fieldsOf(list[0]?.['cash_collection_info'])).toBe(payments);
    for (const row of list) expect(Object.keys(row)).toEqual(Object.keys(list[0] as Json));
  });

  it('shows what is known', () => {
    expect(list[0]).toMatchObject({
      ...Object.fromEntries(Object.entries(full).filter(([field]) => field !== 'customer_id')),
      remark: '改过',
      user_id: [501, 502],
      amount_usd: '1200.50',
      amount_rmb: '0',
      exchange_rate: '0',
      exchange_rate_usd: '100',
      edit_time: '2024-09-01 08:00:00',
      trail_time: '',
      order_time: '2024-09-01 08:00:00',
      create_time: '2024-06-01 08:00:00',
      update_time: '2024-09-01 08:00:00',
      enable_flag: 1,
      stage_type: 1,
      stage_type_name: '进行中',
      create_user_info: { user_id: String(list[0]?.['create_user']) },
      main_user_info: { user_id: '501', nickname: 'user 501', department_info: [] },
      handler_info: [{ user_id: '502', nickname: 'user 502' }],
      company: { company_id: 21, name: 'company 21', is_archive: 1 },
      customer: [{ customer_id: 32, name: 'contact 32', is_archive: 1 }],
      stage_info: { stage_id: 40010001 },
      last_trail: [],
    });
    expect(list[1]).toMatchObject({
      main_user: list[1]?.['create_user'],
      amount: '0',
      currency: '',
      edit_time: '',
      order_time: '',
    });
    expect(list[2]).toMatchObject({
      company_id: 0,
      company: [],
      create_user_info: [],
      main_user_info: [],
      user_id: [],
      create_time: '',
    });
  });

  it('shows the last entry that is live and not in the future', () => {
    const trail = list[3]?.['last_trail'] as Json;
    expect(list[3]).toMatchObject({ trail_time: '2024-05-03 12:00:00', order_time: '2024-05-03 12:00:00', edit_time: '' });
    expect(fieldsOf(trail)).toBe(
      'trail_id n, type n, client_id n, company_id n, customer_id [n], refer_id n, lead_id n, lead_customer_id [n], opportunity_id n, ' +
        'create_user n, enable_flag n, delete_flag n, created_at s, create_time s, update_time s, track_session_no n, inquiry_id n, ' +
        'comment_count n, transfer_invoice_id n, company_info null, create_user_info {}, customer_info [{}], lead_customer_info null, ' +
        'lead_info null, _id n, status n, comment_list [], mail_map [], plan_map [], node_type n, module n, data [], node_type_name s, ' +
        'opportunity_info {}',
    );
    expect(fieldsOf(trail['opportunity_info'])).toBe(
      'opportunity_id n, name s, amount s, currency s, serial_id s, enable_flag n, stage n, user_id [], account_date s, ' +
        'approval_flow_info [], stage_info {}, lock_flag n',
    );
    expect(fieldsOf(trail['create_user_info'])).toBe('user_id s, avatar s, name s, nickname s');
    expect(trail).toMatchObject({
      trail_id: 77,
      _id: 77,
      type: 1203,
      node_type: 1203,
      node_type_name: '商机销售阶段变更',
      module: 12,
      client_id: testTenant,
      company_id: 20,
      customer_id: [31, 39],
      lead_customer_id: [0],
      opportunity_id: 10,
      create_user: 501,
      created_at: '2024-05-04 12:00:00',
      create_time: '2024-05-03 12:00:00',
      update_time: '2024-05-05 12:00:00',
      create_user_info: { user_id: '501', name: 'user 501', nickname: 'user 501', avatar: '' },
      customer_info: [{ customer_id: 31, name: 'contact 31', email: '', tel_list: [], contact: [] }, { customer_id: 39 }],
      opportunity_info: { opportunity_id: 10, name: 'opportunity 10' },
    });
    expect(list[2]?.['last_trail']).toMatchObject({
      customer_id: [0],
      create_user_info: [],
      customer_info: null,
      node_type_name: '快速记录',
    });
  });

  it.each<[string, number[], number?]>([
    ['count=3', [spring, plain, 11], 4],
    ['count=3&start_index=2', [10], 4],
    ['count=2&start_index=3', [], 4],
    ['start_time=2024-07-01 08:00:00', [spring, plain]],
    ['start_time=2024-07-01 08:00:01', [spring]],
    ['end_time=2024-07-01', [plain]],
    ['start_time=2024-08-01&end_time=2024-08-31', []],
  ])('%s', async (query, expected, total = expected.length) => {
    const data = dataOf<List>(await get(`list?${query.replaceAll(' ', '%20')}`));
    expect({ ids: data.list.map((row) => row['opportunity_id']), total: data.totalItem }).toEqual({ ids: expected, total });
  });

  it.each([
    ['count=0', 'count: "0"'],
    ['start_time=2024-02-02&end_time=2024-02-01', 'start_time', 'end_time'],
  ])('refused: %s', async (query, ...words) => expectError(await get(`list?${query}`), 400, ...words));
});

describe('opportunity/info', () => {
  it('has every field in its order and type, with the values of the list', async () => {
    const whole = await info(spring);
    expect(fieldsOf(whole)).toBe(shownInfo);
    for (const [field, fields] of Object.entries(inner)) expect(fieldsOf(first(whole[field])), field).toBe(fields);
    const { list } = dataOf<List>(await get('list'));
    for (const [field, value] of Object.entries(whole)) expect(value, field).toEqual(list[0]?.[field]);
    expect(await info(10)).toMatchObject({ trail_time: '2024-05-03 12:00:00', order_time: '2024-05-03 12:00:00' });
  });

  it('order_time is the later of trail_time and edit_time', async () => {
    const id = await push('2024-11-04 10:10:00', { name: 'x', company_id: 20 });
    const times = async () => {
      const { trail_time, edit_time, order_time } = await info(id);
      return [trail_time, edit_time, order_time];
    };
    await server.post(token, '/v1/dynamic/trail/push', { opportunity_id: id, content: 'x', create_time: '2024-11-04 09:00:00' });
    expect(await times()).toEqual(['2024-11-04 09:00:00', '', '2024-11-04 09:00:00']);
    await push('2024-11-04 10:11:00', { opportunity_id: id, stage: 5 });
    expect(await times()).toEqual(['2024-11-04 09:00:00', '2024-11-04 10:11:00', '2024-11-04 10:11:00']);
    await server.post(token, '/v1/dynamic/trail/push', { opportunity_id: id, content: 'x', create_time: '2024-11-04 10:11:00' });
    server.clock.set('2024-11-04 10:12:00');
    await server.post(token, '/v1/dynamic/trail/push', { opportunity_id: id, content: 'x' });
    expect(await times()).toEqual(['2024-11-04 10:12:00', '2024-11-04 10:11:00', '2024-11-04 10:12:00']);
  });

  it.each([
    ['unknown', 'opportunity_id=999'],
    ["another tenant's", 'opportunity_id=12'],
    ['removed', `opportunity_id=${dropped}`],
  ])('404: %s', async (_name, query) => expectError(await get(`info?${query}`), 404, 'Not Found Resource'));

  it('refused: not given', async () => expectError(await get('info'), 400, 'opportunity_id is missing'));
});

describe('opportunity/push', () => {
  it.each<[string, Json, Json]>([
    ['an amount as a number', { amount: 12.5 }, { amount: '12.5' }],
    ['an amount beyond what a number holds', { amount: '123456789012345.1234567890' }, { amount: '123456789012345.1234567890' }],
    ['an amount of 0', { amount: 0 }, { amount: '0' }],
    ['RMB', { amount: '7.10', currency: 'cny' }, { currency: 'CNY', amount_rmb: '7.10', exchange_rate: '100', amount_usd: '0' }],
    ['another currency', { amount: '7', currency: 'EUR' }, { amount_rmb: '0', amount_usd: '0', exchange_rate_usd: '0' }],
    [
      'ids as text',
      { customer_id: '32, 33', handler: '502', main_user: '501' },
      { handler: [502], main_user: 501, user_id: [501, 502] },
    ],
    ['nobody', { main_user: 0 }, { main_user: 0, main_user_info: [], user_id: [] }],
    ['no contacts, said as [0]', { customer_id: [0] }, { customer: [] }],
  ])('%s', async (_name, body, shown) => {
    expect(await info(await push('2024-11-04 10:20:00', { name: 'x', company_id: 21, ...body }))).toMatchObject(shown);
  });

  it('edits: what is absent stays, 0, "" and null clear', async () => {
    const id = await push('2024-11-04 10:21:00', full);
    await push('2024-11-04 10:22:00', { opportunity_id: String(id), name: '改名' });
    const { customer_id: _, ...shown } = full;
    expect(await info(id)).toMatchObject({
      ...shown,
      name: '改名',
      customer: [{ customer_id: 32 }],
      edit_time: '2024-11-04 10:22:00',
    });
    const cleared = { serial_id: '', amount: null, currency: '', stage: 0, main_user: null, remark: '' };
    await push('2024-11-04 10:23:00', { opportunity_id: id, ...cleared, customer_id: '', handler: [] });
    expect(await info(id)).toMatchObject({
      serial_id: '',
      amount: '0',
      currency: '',
      stage: 0,
      main_user: 0,
      remark: '',
      customer: [],
      handler: [],
      company_id: 21,
    });
  });

  it('that changes nothing writes nothing', async () => {
    const before = await changesOf(server, testTenant);
    await push('2024-11-04 10:24:00', { opportunity_id: spring, ...full, remark: '改过', currency: 'usd', stage: '40010001' });
    expect(await changesOf(server, testTenant)).toBe(before);
  });

  it('another company takes the contacts along no further; those of it may be given', async () => {
    const id = await push('2024-11-04 10:25:00', full);
    await push('2024-11-04 10:26:00', { opportunity_id: id, company_id: 20 });
    expect(await info(id)).toMatchObject({ company_id: 20, customer: [] });
    await push('2024-11-04 10:27:00', { opportunity_id: id, company_id: 21, customer_id: [33] });
    expect(await info(id)).toMatchObject({ company_id: 21, customer: [{ customer_id: 33 }] });
  });

  it('keeps a contact that was removed from the company meanwhile', async () => {
    const id = await push('2024-11-04 10:28:00', { ...full, customer_id: [33] });
    await server.post(token, '/v1/company/pushCompanyAndCustomers', {
      company_id: 21,
      customers: [{ customer_id: 33, remove: 1 }],
    });
    await push('2024-11-04 10:29:00', { opportunity_id: id, customer_id: [33, 32] });
    expect(await info(id)).toMatchObject({
      customer: [
        { customer_id: 33, is_archive: 0 },
        { customer_id: 32, is_archive: 1 },
      ],
    });
    expectError(await server.post(token, pushPath, { ...full, customer_id: [33] }), 404);
  });

  it('under an idempotency key makes one, and another request is a conflict', async () => {
    const headers = { 'Idempotency-Key': 'opportunity-1' };
    const first = dataOf(await server.post(token, pushPath, full, headers));
    expect(dataOf(await server.post(token, pushPath, { ...full, company_id: '21' }, headers))).toEqual(first);
    expectError(await server.post(token, pushPath, { ...full, amount: '1' }, headers), 409);
  });

  const notFound = [404, 'Not Found Resource'] as const;
  const noCompany = [404, 'The associated customer cannot be empty use company_id'] as const;
  it.each<[string, Json, number, ...string[]]>([
    ['no company', { name: 'x' }, ...noCompany],
    ['no company, said as ""', { name: 'x', company_id: '' }, ...noCompany],
    ['a company that is cleared', { opportunity_id: spring, company_id: 0 }, ...noCompany],
    ['no name', { company_id: 20 }, 400, 'name is missing'],
    ['a name that is cleared', { opportunity_id: spring, name: 0 }, 400, 'name: ""'],
    ['an amount with a comma', { ...full, amount: '1,200' }, 400, 'amount: "1,200"', 'decimal'],
    ['a negative amount', { ...full, amount: -1 }, 400, 'amount: -1'],
    [
      'an amount with more digits than JSON keeps',
      { ...full, amount: 123456789012345.67 },
      400,
      'amount: 12345678901234',
      'as text',
    ],
    ['an amount in powers', { ...full, amount: '1e3' }, 400, 'amount: "1e3"'],
    ['a currency', { ...full, currency: '美元' }, 400, 'currency: '],
    ['a stage', { ...full, stage: -5 }, 400, 'stage: -5'],
    ['a contact that is no id', { ...full, customer_id: [32, 'x'] }, 400, 'customer_id[1]: "x"'],
    ['an opportunity that is not there', { opportunity_id: 999, name: 'x' }, ...notFound],
    ['a removed opportunity', { opportunity_id: dropped, name: 'x' }, ...notFound],
    ["another tenant's opportunity", { opportunity_id: 12, name: 'x' }, ...notFound],
    ['a company that is not there', { ...full, company_id: 999 }, ...notFound],
    ['a removed company', { ...full, company_id: 22, customer_id: [] }, ...notFound],
    ["another tenant's company", { ...full, company_id: 29, customer_id: [] }, ...notFound],
    ["another company's contact", { ...full, customer_id: [31] }, ...notFound],
    ["another tenant's user", { ...full, handler: [599] }, ...notFound],
    ['a user that is not there', { ...full, main_user: 999 }, ...notFound],
  ])('refused: %s', async (_name, body, code, ...words) => {
    const before = await changesOf(server, testTenant);
    expectError(await server.post(token, pushPath, body), code, ...words);
    expect(await changesOf(server, testTenant)).toBe(before);
  });
});

describe('opportunity/remove', () => {
  it.each<[string, Json, string]>([
    ['without a body', {}, ''],
    ['with an empty JSON body', { 'Content-Type': 'application/json' }, ''],
    ['with an empty object', { 'Content-Type': 'application/json' }, '{}'],
    ['with a form', { 'Content-Type': 'application/x-www-form-urlencoded' }, 'x=1'],
  ])('%s', async (_name, headers, body) => {
    const id = await push('2024-11-04 10:30:00', full);
    await server.post(token, '/v1/dynamic/trail/push', { opportunity_id: id, content: 'x' });
    const path = `/v1/opportunity/remove?opportunity_id=${id}`;
    const ask = { method: 'POST', headers: { Authorization: token, ...(headers as Record<string, string>) } };
    const answer = await server.send(path, body === '' ? ask : { ...ask, body });
    expect(answer.json()).toMatchObject({ code: 200, message: 'success', data: 'success' });
    expectError(await get(`info?opportunity_id=${id}`), 404);
    expectError(await server.send(path, ask), 404);
    const { list } = dataOf<List>(await server.get(token, `${listPath}?opportunity_id=${id}`));
    expect(list).toMatchObject([{ content: 'x', opportunity_info: { opportunity_id: id } }]);
  });

  it.each([
    ['no id', '', 400, 'Invalid query'],
    ['0', '?opportunity_id=0', 400, 'Invalid query'],
    ['no number', '?opportunity_id=abc', 400, 'Invalid query'],
    ['two', '?opportunity_id=1&opportunity_id=2', 400, 'Invalid query'],
    ['not there', '?opportunity_id=999', 404, 'Not Found Resource'],
    ["another tenant's", '?opportunity_id=12', 404, 'Not Found Resource'],
    ['removed', `?opportunity_id=${dropped}`, 404, 'Not Found Resource'],
  ])('refused: %s', async (_name, query, code, message) => {
    const answer = await remove(query);
    expectError(answer, code);
    expect(answer.json().message).toBe(message);
  });
});

describe('whose it is', () => {
  it('another tenant sees its own', async () => {
    const other = await server.tokenOf(otherTenant);
    const { list } = dataOf<List>(await server.get(other, '/v1/opportunity/list'));
    expect(list.map((row) => row['name'])).toEqual(['别人的商机', 'opportunity 10']);
    expect(list[1]).toMatchObject({ trail_time: '2024-06-01 00:00:00', company: { company_id: 29 } });
    expectError(await server.get(other, `/v1/opportunity/info?opportunity_id=${spring}`), 404);
  });

  it.each(['GET list', 'GET info', 'POST push', 'POST remove'])('%s needs the scope opportunity', async (call) => {
    const [method, path] = call.split(' ') as [string, string];
    const headers = { Authorization: await server.tokenOf(testTenant, 'company lead') };
    const answer = await server.send(`/v1/opportunity/${path}`, { method, headers });
    expect({ status: answer.status, message: answer.json().message }).toEqual({
      status: 401,
      message: 'no permission opportunity scopes',
    });
  });
});
