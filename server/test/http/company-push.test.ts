/** Making, editing and removing companies with their contact persons. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { changesOf, dataOf, expectError, fieldsOf, type Json } from '../support/answers.ts';
import { entry, testTenant } from '../support/entries.ts';
import { listPath, startServer } from '../support/server.ts';

const otherTenant = 777;
const never = '1970-01-01 00:00:00';
const pushPath = '/v1/company/pushCompanyAndCustomers';
const removePath = '/v1/company/removeCompanyAndCustomers';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  entry({ company_id: 10, create_user: 501, customer_id: [31, 32] }),
  entry({ company_id: 11, customer_id: [33], create_user: 502 }),
  entry({ company_id: 12, company_info: { company_id: 12, name: 'gone', is_archive: 0 } }),
  entry({ client_id: otherTenant, company_id: 90, customer_id: [91], create_user: 599 }),
]);
const token = await server.tokenOf();
beforeEach(() => server.clock.advance(60_000));

interface Pushed {
  readonly company_id: number;
  readonly customers: readonly { readonly customer_id: number; readonly name: string; readonly email: string }[];
}

const push = async (body: Json): Promise<Pushed> => dataOf<Pushed>(await server.post(token, pushPath, body));
const info = async (id: number): Promise<Json> => dataOf<Json>(await server.get(token, `/v1/company/info?company_id=${id}`));
const contactsOf = async (id: number): Promise<Json[]> => (await info(id))['customers'] as Json[];
const ids = ({ customers }: Pushed): number[] => customers.map((contact) => contact.customer_id);

const full = {
  name: '极光工具',
  short_name: '极光',
  serial_id: 'C0007',
  country: 'DE',
  homepage: 'https://aurora.example',
  tel: '3012345',
  tel_area_code: '49',
  address: '柏林',
  remark: '备注',
  star: 3,
  group_id: 5,
  user_id: [501],
  next_follow_up_time: '2024-12-01 09:00:00',
};

describe('making one', () => {
  it('answers its id and its contacts in the order that they were given', async () => {
    const customers = [{ name: '林', email: 'lin@aurora.example' }, { email: 'b@aurora.example' }, { name: 'c' }];
    const pushed = await push({ ...full, customers });
    expect(fieldsOf(pushed)).toBe('company_id n, customers [{}]');
    expect(pushed.customers.map((one) => fieldsOf(one))).toEqual(Array(3).fill('customer_id n, name s, email s'));
    expect(pushed.customers.map(({ name, email }) => ({ name, email }))).toEqual([
      { name: '林', email: 'lin@aurora.example' },
      { name: '', email: 'b@aurora.example' },
      { name: 'c', email: '' },
    ]);
    expect((await contactsOf(pushed.company_id)).map((one) => [one['customer_id'], one['main_customer_flag']])).toEqual(
      ids(pushed).map((id, place) => [id, place === 0 ? 1 : 0]),
    );
  });

  it('a name is enough; a program leaves it in the public pool', async () => {
    server.clock.set('2024-11-04 11:00:00');
    const { company_id } = await push({ name: ' 只有名称 ', company_id: 0 });
    const made = await info(company_id);
    expect(made).toMatchObject({
      name: '只有名称',
      user_id: [],
      create_time: '2024-11-04 11:00:00',
      update_time: '2024-11-04 11:00:00',
      archive_time: '2024-11-04 11:00:00',
      archive_type: 1,
      edit_time: never,
      last_edit_user: '0',
      customers: [],
    });
    expect(made['create_user']).not.toBe(0);
  });

  it('a member becomes its owner, unless another one is named', async () => {
    const { companies } = server.core;
    const caller = {
      tenantId: testTenant,
      clientId: 'x',
      userId: 502,
      member: true,
      scopes: new Set(['company']),
      actor: 'user:502',
    } as const;
    const wanted = { companyId: null, details: {}, contacts: [] };
    const own = await companies.push(caller, { ...wanted, fields: { name: 'own' } });
    const given = await companies.push(caller, { ...wanted, fields: { name: 'given', ownerIds: [501] } });
    const pool = await companies.push(caller, { ...wanted, fields: { name: 'pool', ownerIds: [] } });
    expect(await info(own.companyId)).toMatchObject({ user_id: [502], create_user: 502 });
    expect(await info(given.companyId)).toMatchObject({ user_id: [501], create_user: 502 });
    expect(await info(pool.companyId)).toMatchObject({ user_id: [] });
  });

  it.each<[string, Json, Json]>([
    ['ids as text', { user_id: '501, 502', group_id: '7', star: '2' }, { user_id: [501, 502], group_id: 7, star: 2 }],
    ['one id', { user_id: 502 }, { user_id: [502] }],
    ['an id twice', { user_id: [501, 501] }, { user_id: [501] }],
    ['no owner, said as [0]', { user_id: [0] }, { user_id: [] }],
    ['a telephone number as a number', { tel: 3012345, tel_area_code: 49 }, { tel: ['49', '3012345'] }],
    ['a country in small letters', { country: 'ch' }, { country: 'CH', country_name: '瑞士' }],
    ['a date as next_follow_up_time', { next_follow_up_time: '2025-01-02' }, { next_follow_up_time: '2025-01-02 00:00:00' }],
    ['no next_follow_up_time', { next_follow_up_time: never }, { next_follow_up_time: never }],
    [
      'nothing at all beside',
      { short_name: '', star: 0, user_id: '', customers: null },
      { short_name: '', star: 0, user_id: [] },
    ],
  ])('%s', async (_name, body, shown) => {
    expect(await info((await push({ name: 'x', ...body })).company_id)).toMatchObject(shown);
  });
});

describe('editing', () => {
  it('what is absent stays, what is given is new, 0, "" and null clear', async () => {
    const { company_id } = await push({ ...full, customers: [{ name: 'a' }] });
    const made = await info(company_id);
    server.clock.set('2024-11-04 12:00:00');
    await push({ company_id, short_name: '新简称' });
    const edited = await info(company_id);
    expect(edited).toMatchObject({
      short_name: '新简称',
      edit_time: '2024-11-04 12:00:00',
      update_time: '2024-11-04 12:00:00',
      last_edit_user: String(made['create_user']),
    });
    const unchanged = ['name', 'serial_id', 'country', 'tel', 'address', 'remark', 'star', 'group_id', 'user_id', 'customers'];
    for (const field of [...unchanged, 'next_follow_up_time', 'create_time', 'create_user', 'archive_time']) {
      expect(edited[field], field).toEqual(made[field]);
    }
    const cleared = {
      short_name: '',
      serial_id: null,
      country: 0,
      homepage: '',
      tel: null,
      tel_area_code: '',
      address: 0,
      remark: null,
      star: null,
      group_id: 0,
      user_id: null,
      next_follow_up_time: 0,
    };
    await push({ company_id, ...cleared });
    expect(await info(company_id)).toMatchObject({
      name: '极光工具',
      short_name: '',
      serial_id: '',
      country: '',
      homepage: '',
      tel: ['', ''],
      address: '',
      remark: '',
      star: 0,
      group_id: 0,
      user_id: [],
      next_follow_up_time: never,
    });
  });

  it.each<[string, (id: number, contact: number) => Json]>([
    ['with the same values', (company_id) => ({ company_id, ...full })],
    ['with the same values, written otherwise', (id) => ({ company_id: String(id), star: '3', user_id: '501', country: 'de' })],
    ['with nothing but the id', (company_id) => ({ company_id })],
    [
      'of a contact',
      (company_id, customer_id) => ({ company_id, customers: [{ customer_id, name: 'a', wechat: 'a1', tel: '7' }] }),
    ],
    ['of an account that is not there', (company_id, customer_id) => ({ company_id, customers: [{ customer_id, qq: '' }] })],
  ])('that changes nothing writes nothing: %s', async (_name, body) => {
    const pushed = await push({ ...full, customers: [{ name: 'a', wechat: 'a1', tel: '7' }] });
    const before = { changes: await changesOf(server, testTenant), info: await info(pushed.company_id) };
    server.clock.advance(60_000);
    expect(await push(body(pushed.company_id, ids(pushed)[0] as number))).toMatchObject({ company_id: pushed.company_id });
    expect({ changes: await changesOf(server, testTenant), info: await info(pushed.company_id) }).toEqual(before);
  });

  it('one that only entries named: the edit is newer than what they say, and entries show it', async () => {
    await push({ company_id: 10, name: '改名' });
    expect(await info(10)).toMatchObject({ name: '改名', create_time: never });
    await server.import([entry({ company_id: 10, update_time: '2024-05-02 00:00:00' })]);
    const { list } = dataOf<{ list: { company_info: Json }[] }>(await server.get(token, `${listPath}?company_id=10`));
    expect(list.map((one) => one.company_info['name'])).toEqual(['改名', '改名']);
  });
});

describe('against an import', () => {
  it.each([
    ['that knows it from earlier', '2024-05-02 00:00:00', '推送'],
    ['that came before with a time still to come', '2030-01-01 00:00:00', '推送'],
  ])('a push stands %s', async (_name, update_time, name) => {
    const about = entry({ company_id: 40, create_time: '2024-05-01 00:00:00', update_time });
    await server.import([about]);
    await push({ company_id: 40, name });
    await server.import([about]);
    expect(await info(40)).toMatchObject({ name });
  });
});

it('two with the same number: the first is found by it', async () => {
  const first = await push({ name: 'a', serial_id: 'DOUBLE' });
  await push({ name: 'b', serial_id: 'DOUBLE' });
  const found = dataOf<Json>(await server.get(token, '/v1/company/info?serial_id=DOUBLE'));
  expect(found['company_id']).toBe(first.company_id);
});

describe('contacts', () => {
  it('are added, edited and removed; the others stay', async () => {
    const pushed = await push({
      name: 'x',
      customers: [{ name: 'a', email: 'a@x.example', post: 'p' }, { name: 'b' }, { name: 'c' }],
    });
    const [a, b, c] = ids(pushed) as [number, number, number];
    server.clock.set('2024-11-04 14:00:00');
    const again = await push({
      company_id: pushed.company_id,
      customers: [{ customer_id: b, remove: 1 }, { name: 'd' }, { customer_id: String(a), email: '' }],
    });
    const [, d] = ids(again) as [number, number, number];
    expect(again.customers).toEqual([
      { customer_id: b, name: 'b', email: '' },
      { customer_id: d, name: 'd', email: '' },
      { customer_id: a, name: 'a', email: '' },
    ]);
    expect(await contactsOf(pushed.company_id)).toMatchObject([
      { customer_id: a, name: 'a', email: '', post: 'p' },
      { customer_id: c, name: 'c' },
      { customer_id: d, name: 'd' },
    ]);
    // So that who asks for what was updated learns of it.
    expect(await info(pushed.company_id)).toMatchObject({ update_time: '2024-11-04 14:00:00', edit_time: '2024-11-04 14:00:00' });
  });

  it('an entry shows a removed one still', async () => {
    await push({ company_id: 11, customers: [{ customer_id: 33, remove: 1 }] });
    expect(await contactsOf(11)).toEqual([]);
    const { list } = dataOf<{ list: Json[] }>(await server.get(token, `${listPath}?company_id=11`));
    expect(list[0]).toMatchObject({ customer_id: [33], customer_info: [{ customer_id: 33, name: 'contact 33' }] });
  });

  it.each<[string, Json[], number[]]>([
    ['nobody is flagged: the first', [{ name: 'a' }, { name: 'b' }], [1, 0]],
    ['one is flagged', [{ name: 'a' }, { name: 'b', main_customer_flag: 1 }], [0, 1]],
    [
      'the last one that is flagged',
      [
        { name: 'a', main_customer_flag: 1 },
        { name: 'b', main_customer_flag: 1 },
      ],
      [0, 1],
    ],
    ['the first is flagged as not being it', [{ name: 'a', main_customer_flag: 0 }, { name: 'b' }], [1, 0]],
  ])('the main contact: %s', async (_name, customers, flags) => {
    const { company_id } = await push({ name: 'x', customers });
    expect((await contactsOf(company_id)).map((one) => one['main_customer_flag'])).toEqual(flags);
  });

  it('another one takes over, and when it is removed the first is it again', async () => {
    const pushed = await push({ name: 'x', customers: [{ name: 'a' }, { name: 'b' }] });
    const [, b] = ids(pushed);
    const flags = async () => (await contactsOf(pushed.company_id)).map((one) => one['main_customer_flag']);
    await push({ company_id: pushed.company_id, customers: [{ customer_id: b, main_customer_flag: 1 }] });
    expect(await flags()).toEqual([0, 1]);
    await push({ company_id: pushed.company_id, customers: [{ name: 'c' }] });
    expect(await flags()).toEqual([0, 1, 0]);
    await push({ company_id: pushed.company_id, customers: [{ customer_id: b, remove: 1, main_customer_flag: 1 }] });
    expect(await flags()).toEqual([1, 0]);
  });

  it.each<[string, Json, Json, Json]>([
    [
      'all numbers',
      {
        tel_list: [
          ['86', '1'],
          ['', 2],
        ],
      },
      {},
      {
        tel_list: [
          ['86', '1'],
          ['', '2'],
        ],
      },
    ],
    [
      'the first number',
      {
        tel_list: [
          ['86', '1'],
          ['', '2'],
        ],
      },
      { tel: '9' },
      {
        tel_list: [
          ['86', '9'],
          ['', '2'],
        ],
      },
    ],
    ['its area code', { tel: '1' }, { tel_area_code: '86' }, { tel_list: [['86', '1']] }],
    [
      'no first number',
      {
        tel_list: [
          ['86', '1'],
          ['', '2'],
        ],
      },
      { tel: '' },
      { tel_list: [['', '2']] },
    ],
    ['no numbers', { tel: '1' }, { tel_list: null }, { tel_list: [] }],
    ['an area code alone is no number', { tel_area_code: '86' }, {}, { tel_list: [] }],
    [
      'accounts by field',
      { wechat: 'w', qq: 10001 },
      {},
      {
        contact: [
          { type: 'wechat', value: 'w' },
          { type: 'qq', value: '10001' },
        ],
      },
    ],
    [
      'one account of several',
      { wechat: 'w', qq: 'q' },
      { wechat: 'v' },
      {
        contact: [
          { type: 'wechat', value: 'v' },
          { type: 'qq', value: 'q' },
        ],
      },
    ],
    ['an account less', { wechat: 'w', qq: 'q' }, { wechat: '' }, { contact: [{ type: 'qq', value: 'q' }] }],
    ['all accounts', { wechat: 'w' }, { contact: [{ type: '任意', value: 'x' }] }, { contact: [{ type: '任意', value: 'x' }] }],
    ['no accounts', { wechat: 'w' }, { contact: [] }, { contact: [] }],
    [
      'details',
      { post: 'p', post_grade: 3, gender: 2, remark: 'r', birth: '1980' },
      { post: '', gender: 0 },
      { post: '', gender: 0, remark: 'r', birth: '1980', post_grade: 3 },
    ],
  ])('%s', async (_name, first, then, shown) => {
    const pushed = await push({ name: 'x', customers: [{ name: 'a', ...first }] });
    if (Object.keys(then).length > 0) {
      await push({ company_id: pushed.company_id, customers: [{ customer_id: ids(pushed)[0], ...then }] });
    }
    expect((await contactsOf(pushed.company_id))[0]).toMatchObject(shown);
  });
});

describe('refused, and nothing is written', () => {
  const notFound = [404, 'Not Found Resource'] as const;
  it.each<[string, Json, number, ...string[]]>([
    ['no name', { short_name: 'x' }, 400, 'name is missing'],
    ['an empty name', { name: ' ' }, 400, 'name: ""'],
    ['a name that is cleared', { company_id: 10, name: null }, 400, 'name: ""'],
    ['a long name', { name: 'x'.repeat(501) }, 400, 'name: ', 'at most 500'],
    ['a name that is no text', { name: {} }, 400, 'name: {}'],
    ['half a character', { name: 'a\ud83d' }, 400, 'name: '],
    ['a character that ends texts', { name: 'a\u0000b' }, 400, 'name: "a\\u0000b"', 'without NUL'],
    [
      'a number with more digits than JSON keeps',
      { name: 'x', serial_id: 2 ** 53 },
      400,
      'serial_id: 9007199254740992',
      'as text',
    ],
    ['a number in powers', { name: 'x', serial_id: 1e25 }, 400, 'serial_id: 1e+25', 'as text'],
    ['a country', { name: 'x', country: 'Germany' }, 400, 'country: "Germany"', 'two letters'],
    ['stars', { name: 'x', star: 6 }, 400, 'star: 6'],
    ['a time', { name: 'x', next_follow_up_time: '2024-02-30 00:00:00' }, 400, 'next_follow_up_time'],
    ['an owner that is no id', { name: 'x', user_id: [1, 'a'] }, 400, 'user_id[1]: "a"'],
    ['an owner that is not there', { name: 'x', user_id: [501, 999] }, ...notFound],
    ["another tenant's owner", { name: 'x', user_id: 599 }, ...notFound],
    ['a company that is no id', { company_id: '1e3' }, 400, 'company_id: "1e3"'],
    ['a company that is not there', { company_id: 999, name: 'x' }, ...notFound],
    ['a removed company', { company_id: 12, name: 'x' }, ...notFound],
    ["another tenant's company", { company_id: 90, name: 'x' }, ...notFound],
    ["another company's contact", { company_id: 10, customers: [{ customer_id: 33 }] }, ...notFound],
    ["another tenant's contact", { company_id: 10, customers: [{ customer_id: 91 }] }, ...notFound],
    ['a contact for a new company', { name: 'x', customers: [{ customer_id: 31 }] }, ...notFound],
    ['contacts that are no list', { name: 'x', customers: 'a' }, 400, 'customers: "a"'],
    ['a contact that is no object', { name: 'x', customers: [{ name: 'a' }, 5] }, 400, 'customers[1]: 5'],
    ['too many contacts', { name: 'x', customers: Array(201).fill({ name: 'a' }) }, 400, 'customers: ', 'at most 200'],
    ['an e-mail', { name: 'x', customers: [{ name: 'a' }, { name: 'b' }, { email: 'no' }] }, 400, 'customers[2].email: "no"'],
    ['a number', { name: 'x', customers: [{ name: 'a', tel_list: [['1']] }] }, 400, 'customers[0].tel_list[0]'],
    [
      'an account',
      { name: 'x', customers: [{ name: 'a', contact: [{ type: 1, value: {} }] }] },
      400,
      'customers[0].contact[0].value',
    ],
    ['gender', { name: 'x', customers: [{ name: 'a', gender: 3 }] }, 400, 'customers[0].gender: 3'],
    ['a new contact without name and e-mail', { name: 'x', customers: [{ tel: '1' }] }, 400, 'customers[0].name is missing'],
    ['removing a new contact', { name: 'x', customers: [{ name: 'a', remove: 1 }] }, 400, 'customers[0].remove'],
    [
      'a contact twice',
      { company_id: 10, customers: [{ customer_id: 31 }, { customer_id: 31 }] },
      400,
      'customers[1].customer_id',
      'twice',
    ],
  ])('%s', async (_name, body, code, ...words) => {
    const before = await changesOf(server, testTenant);
    expectError(await server.post(token, pushPath, body), code, ...words);
    expect(await changesOf(server, testTenant)).toBe(before);
  });

  it('names that nobody reads are named, in contacts too', async () => {
    const answer = await server.post(token, pushPath, { name: 'x', nmae: 'y', customers: [{ name: 'a', mobile: '1' }] });
    expect(answer.headers['x-genjin-ignored']).toBe('nmae (did you mean name?), customers[].mobile');
  });
});

describe('under an idempotency key', () => {
  it('makes one company, and another request is a conflict', async () => {
    const headers = { 'Idempotency-Key': 'company-1' };
    const body = { name: 'once', customers: [{ name: 'a' }] };
    const first = dataOf(await server.post(token, pushPath, body, headers));
    expect(dataOf(await server.post(token, pushPath, { ...body, idempotency_key: 'company-1' }, headers))).toEqual(first);
    expectError(await server.post(token, pushPath, { ...body, name: 'other' }, headers), 409);
    const found = dataOf<{ totalItem: number }>(await server.get(token, '/v1/company/query?word=once'));
    expect(found.totalItem).toBe(1);
  });
});

describe('removing', () => {
  it('keeps its entries, which say so, and removes its contacts', async () => {
    const pushed = await push({ name: '要删除', customers: [{ name: 'a' }] });
    await server.post(token, '/v1/dynamic/trail/push', { company_id: pushed.company_id, content: 'x' });
    expect(dataOf(await server.post(token, removePath, { company_id: pushed.company_id }))).toEqual({
      company_id: String(pushed.company_id),
    });
    expectError(await server.get(token, `/v1/company/info?company_id=${pushed.company_id}`), 404);
    const { list } = dataOf<{ list: Json[] }>(await server.get(token, `${listPath}?company_id=${pushed.company_id}`));
    expect(list).toMatchObject([{ content: 'x', company_info: { name: '要删除', is_archive: 0 } }]);
    const removed = await server.core.objects.read(testTenant, (view) => view.get('contact', ids(pushed)[0] as number));
    expect(removed?.removed).toBe(true);
    // Neither again, nor anything else with it.
    expectError(await server.post(token, removePath, { company_id: pushed.company_id }), 404);
    expectError(await server.post(token, pushPath, { company_id: pushed.company_id, name: 'x' }), 404);
    expectError(await server.post(token, '/v1/dynamic/trail/push', { company_id: pushed.company_id, content: 'x' }), 404);
  });

  it('takes a form', async () => {
    const { company_id } = await push({ name: 'form' });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const answer = await server.post(token, removePath, `company_id=${company_id}`, headers);
    expect(dataOf(answer)).toEqual({ company_id: String(company_id) });
  });

  it.each<[string, unknown, number, string]>([
    ['no id', { company_id: 0 }, 400, 'company_id is missing'],
    ['no body', '', 400, 'Empty POST request body data'],
    ['no id at all', { company_id: 'x' }, 400, 'company_id: "x"'],
    ['not there', { company_id: 999 }, 404, 'Not Found Resource'],
    ['removed', { company_id: 12 }, 404, 'Not Found Resource'],
    ["another tenant's", { company_id: 90 }, 404, 'Not Found Resource'],
  ])('refused: %s', async (_name, body, code, word) => expectError(await server.post(token, removePath, body), code, word));
});

it.each([pushPath, removePath])('%s needs the scope company', async (path) => {
  const answer = await server.post(await server.tokenOf(testTenant, 'lead opportunity'), path, { name: 'x' });
  expect({ status: answer.status, message: answer.json().message }).toEqual({
    status: 401,
    message: 'no permission company scopes',
  });
});
