/** Reading companies: list, info and query, with every field in OKKI's order and type. */
import { afterAll, describe, expect, it } from 'vitest';
import { dataOf, expectError, fieldsOf, type Json } from '../support/answers.ts';
import { entry, testTenant } from '../support/entries.ts';
import { startServer } from '../support/server.ts';

const otherTenant = 777;
const never = '1970-01-01 00:00:00';

const server = await startServer({ now: '2024-11-04 10:00:00' });
afterAll(() => server.close());
await server.import([
  // Known only from entries; one of them in the future, one removed.
  entry({ company_id: 10, create_user: 501, customer_id: [31], create_time: '2024-05-01 12:00:00' }),
  entry({ company_id: 10, create_time: '2024-05-03 12:00:00' }),
  entry({ company_id: 10, create_time: '2025-01-01 00:00:00' }),
  entry({ company_id: 10, create_time: '2024-10-01 00:00:00', delete_flag: 1 }),
  entry({ company_id: 11, company_info: { company_id: 11, name: 'gone', is_archive: 0 } }),
  entry({ company_id: 0, create_user: 502 }),
  entry({ client_id: otherTenant, company_id: 10, create_user: 501, create_time: '2024-06-01 00:00:00' }),
  entry({ client_id: otherTenant, company_id: 12, company_info: { company_id: 12, name: '别人的客户', is_archive: 1 } }),
]);
const token = await server.tokenOf();

const pushPath = '/v1/company/pushCompanyAndCustomers';
async function push(at: string, body: Json): Promise<number> {
  server.clock.set(at);
  return dataOf<{ company_id: number }>(await server.post(token, pushPath, body)).company_id;
}

const lin = {
  name: '林',
  email: 'Lin@Aurora.example',
  tel: '138 0013-8000',
  tel_area_code: '86',
  whatsapp: 'Lin_100%',
  post: '采购经理',
  post_grade: 2,
  gender: 1,
  remark: '先打电话',
  birth: '1980-02-29',
};
const aurora = await push('2024-06-01 08:00:00', {
  name: '极光工具 Aurora Tools',
  short_name: '极光',
  serial_id: 'C0007',
  country: 'de',
  homepage: 'https://aurora.example',
  tel: '3012345',
  tel_area_code: '49',
  address: '柏林',
  remark: '第一行\n第二行',
  star: 3,
  group_id: 5,
  user_id: [501, 502],
  next_follow_up_time: '2024-12-01 09:00:00',
  customers: [lin, { name: 'Second', email: 'second@boreal.example', main_customer_flag: 1 }],
});
const boreal = await push('2024-07-01 08:00:00', { name: 'Boreal 100%_real', group_id: 6, customers: [{ name: '林' }] });
const cirrus = await push('2024-08-01 08:00:00', { name: 'Cirrus', serial_id: 'c0007', user_id: 502 });
const dormant = await push('2024-08-01 08:00:00', { name: 'Dormant' });
await push('2024-09-01 08:00:00', { company_id: aurora, star: 4 });
server.clock.set('2024-09-02 08:00:00');
await server.post(token, '/v1/company/removeCompanyAndCustomers', { company_id: dormant });
server.clock.set('2024-11-04 10:00:00');

const get = async (path: string) => server.get(token, `/v1/company/${path}`);

interface List {
  readonly list: readonly Json[];
  readonly totalItem: number;
  readonly count?: number;
}

describe('company/list', () => {
  const ids = async (query: string) => {
    const data = dataOf<List>(await get(`list?${query}`));
    expect(data.count).toBe(data.totalItem);
    return { ids: data.list.map((row) => row['company_id']), total: data.totalItem };
  };

  it('has every field in its order and type', async () => {
    const data = dataOf<List>(await get('list'));
    expect(fieldsOf(data)).toBe('list [{}], totalItem n, count n');
    for (const row of data.list) {
      expect(fieldsOf(row)).toBe(
        'company_id n, user_id s, name s, short_name s, serial_id s, order_time s, create_time s, update_time s, create_user n, ' +
          'last_edit_user n, archive_type n, edit_time s',
      );
    }
  });

  it('shows what is known', async () => {
    const { list } = dataOf<List>(await get('list'));
    const user = list[0]?.['create_user'];
    expect(list[0]).toEqual({
      company_id: aurora,
      user_id: '501,502',
      name: '极光工具 Aurora Tools',
      short_name: '极光',
      serial_id: 'C0007',
      order_time: never,
      create_time: '2024-06-01 08:00:00',
      update_time: '2024-09-01 08:00:00',
      create_user: user,
      last_edit_user: user,
      archive_type: 1,
      edit_time: '2024-09-01 08:00:00',
    });
    expect(user).not.toBe(0);
    expect(list.find((row) => row['company_id'] === 10)).toEqual({
      company_id: 10,
      user_id: '',
      name: 'company 10',
      short_name: '',
      serial_id: '',
      order_time: '2024-05-03 12:00:00',
      create_time: never,
      update_time: never,
      create_user: 0,
      last_edit_user: 0,
      archive_type: 0,
      edit_time: never,
    });
  });

  const all = [aurora, cirrus, boreal, 10];
  it.each<[string, number[], number?]>([
    ['', all],
    ['removed=0&all=1&time_type=1', all],
    ['count=2', [aurora, cirrus], 4],
    ['count=2&start_index=2', [boreal, 10], 4],
    ['count=3&start_index=2', [10], 4],
    ['count=2&start_index=3', [], 4],
    ['start_index=9007199254740991&count=1000', [], 4],
    ['removed=1', [dormant, 11]],
    ['all=0', [aurora, cirrus]],
    ['all=2', [boreal, 10]],
    ['group_id=5', [aurora]],
    ['group_id=5&all=2', []],
    ['group_id=0', all],
    ['time_type=2', [cirrus, boreal, aurora, 10]],
    ['time_type=3', [cirrus, boreal, aurora, 10]],
    ['start_time=2024-07-01 08:00:00', [aurora, cirrus, boreal]],
    ['start_time=2024-07-01 08:00:01', [aurora, cirrus]],
    ['end_time=2024-08-01 08:00:00', [cirrus, boreal]],
    ['end_time=2024-08-01', [cirrus, boreal]],
    ['end_time=2024-08-01 07:59:59', [boreal]],
    ['start_time=2024-07-01&end_time=2024-07-01', [boreal]],
    ['start_time=2024-06-01&end_time=2024-06-01', []],
    ['start_time=2024-06-01&end_time=2024-06-01&time_type=2', [aurora]],
    ['start_time=1960-01-01', [aurora, cirrus, boreal]],
    ['removed=1&start_time=2024-09-02&end_time=2024-09-02', [dormant]],
  ])('%s', async (query, expected, total = expected.length) => {
    expect(await ids(query.replaceAll(' ', '%20'))).toEqual({ ids: expected, total });
  });

  it.each([
    ['removed=2', 'removed: "2"', '0, 1'],
    ['all=3', 'all: "3"', '0, 1, 2'],
    ['all=x', 'all: "x"', '0, 1, 2'],
    ['time_type=0', 'time_type: "0"', '1, 2, 3'],
    ['group_id=-1', 'group_id: "-1"'],
    ['count=1001', 'count: "1001"'],
    ['start_index=0', 'start_index: "0"'],
    ['start_time=2024-02-30', 'start_time: "2024-02-30"'],
    ['start_time=2024-02-02&end_time=2024-02-01', 'start_time', 'end_time'],
    ['all=1&all=2', 'all: ', 'given 2 times'],
  ])('refused: %s', async (query, ...words) => expectError(await get(`list?${query}`), 400, ...words));
});

describe('company/info', async () => {
  const fields =
    'company_id n, short_name s, name s, category_ids [], serial_id s, archive_time s, archive_type n, country s, province s, city s, ' +
    'biz_type s, last_owner n, pool_id n, private_time s, public_time s, intention_level n, annual_procurement n, timezone s, scale_id n, ' +
    'star n, group_id n, trail_status {}, origin n, origin_list [], homepage s, fax s, tel [s], tel_area_code s, address s, remark s, ' +
    'image_list [], next_follow_up_time s, create_user n, create_time s, last_edit_user s, update_time s, tag [], product_group_ids [], ' +
    'release_count n, public_type n, edit_time s, main_lead_id n, order_time s, recent_follow_up_time s, client_tag_list [], ' +
    'next_move_to_public_date s, ali_store_id [], country_region {}, user_id [n], deal_time s, origin_name s, trail_status_name s, ' +
    'pool_name s, alibaba_store_info [], source_detail {}, alibaba_relation_list [], alibaba_user_info [], alibaba_last_owner_info [], ' +
    'company [{}], lead [], last_owner_info {}, owner [{}], customers [{}], country_name s';
  const info = async (query: string) => dataOf<Json>(await get(`info?${query}`));
  const whole = await info(`company_id=${aurora}`);

  it('has every field in its order and type', () => {
    expect(fieldsOf(whole)).toBe(fields);
    expect(fieldsOf((whole['customers'] as Json[])[0])).toBe(
      'customer_id n, company_id n, name s, email s, gender n, remark s, birth s, tel_list [[s]], post_grade n, post s, image_list [], ' +
        'contact [{}], main_customer_flag n, external_field_data [], user_id [n], company_name s',
    );
    expect(fieldsOf(whole['last_owner_info'])).toBe('user_id s, avatar s, name s, nickname s');
    expect(fieldsOf((whole['owner'] as Json[])[0])).toBe('user_id n, nickname s');
    expect(whole['trail_status']).toEqual({
      status_id: '0',
      status_name: '无',
      status_color: '#cccccc',
      info_value: '0',
      info_label: '无',
    });
    expect(whole['country_region']).toEqual({ city: '', country: 'DE', province: '' });
    expect(whole['source_detail']).toEqual({ alibaba_store_info: [], site_info: [] });
  });

  it('has the same fields for a company that only entries name', async () => {
    const bare = await info('company_id=10');
    expect(fieldsOf(bare)).toBe(fields.replace('user_id [n]', 'user_id []').replace('owner [{}]', 'owner []'));
    expect(bare).toMatchObject({
      name: 'company 10',
      tel: ['', ''],
      order_time: '2024-05-03 12:00:00',
      recent_follow_up_time: '2024-05-03 12:00:00',
      create_time: never,
      next_follow_up_time: never,
      last_edit_user: '0',
      last_owner: 0,
      last_owner_info: { user_id: '0', avatar: '', name: '', nickname: '' },
      country_name: '',
      customers: [{ customer_id: 31, company_id: 10, name: 'contact 31', main_customer_flag: 0, company_name: 'company 10' }],
    });
  });

  it('shows what is kept', () => {
    expect(whole).toMatchObject({
      company_id: aurora,
      name: '极光工具 Aurora Tools',
      short_name: '极光',
      serial_id: 'C0007',
      country: 'DE',
      country_name: '德国',
      star: 4,
      group_id: 5,
      homepage: 'https://aurora.example',
      tel: ['49', '3012345'],
      tel_area_code: '49',
      address: '柏林',
      remark: '第一行\n第二行',
      archive_time: '2024-06-01 08:00:00',
      archive_type: 1,
      next_follow_up_time: '2024-12-01 09:00:00',
      user_id: [501, 502],
      last_owner: 501,
      last_owner_info: { user_id: '501', nickname: 'user 501', name: 'user 501', avatar: '' },
      owner: [{ user_id: 501, nickname: 'user 501' }, { user_id: 502 }],
      last_edit_user: String(whole['create_user']),
      order_time: never,
      recent_follow_up_time: never,
    });
    expect(whole['customers']).toMatchObject([
      {
        company_id: aurora,
        name: '林',
        email: 'Lin@Aurora.example',
        gender: 1,
        remark: '先打电话',
        birth: '1980-02-29',
        tel_list: [['86', '138 0013-8000']],
        post_grade: 2,
        post: '采购经理',
        contact: [{ type: 'whatsapp', value: 'Lin_100%' }],
        main_customer_flag: 0,
        user_id: [501, 502],
        company_name: '极光工具 Aurora Tools',
      },
      { name: 'Second', main_customer_flag: 1, tel_list: [], contact: [] },
    ]);
  });

  it('shows the fields in their groups', () => {
    const groups = whole['company'] as { group_id: number; name: string; fields: Json[] }[];
    expect(groups.map(({ group_id, name }) => `${group_id} ${name}`)).toEqual([
      '1 基本信息',
      '2 特征信息',
      '3 管理信息',
      '4 联系信息',
      '5 其他信息',
    ]);
    for (const { fields: shown } of groups) {
      for (const one of shown) expect(Object.keys(one)).toEqual(['id', 'name', 'field_type', 'value']);
    }
    const values = new Map(groups.flatMap((group) => group.fields.map((one) => [one['id'], one['value']])));
    expect(values.get('name')).toBe('极光工具 Aurora Tools');
    expect(values.get('tel')).toEqual({ tel_area_code: '49', tel: '3012345' });
    expect(values.get('star')).toBe(4);
  });

  it.each([
    ['by number', 'serial_id=C0007', aurora],
    ['numbers tell upper from lower case', 'serial_id=c0007', cirrus],
    ['by id and number that agree', `company_id=${aurora}&serial_id=C0007`, aurora],
    ['with format', `company_id=${aurora}&format=1`, aurora],
  ])('%s', async (_name, query, id) => expect((await info(query))['company_id']).toBe(id));

  it('format is a known field', async () => {
    expect((await get(`info?company_id=${aurora}&format=1`)).headers['x-genjin-ignored']).toBeUndefined();
  });

  it.each([
    ['unknown', 'company_id=999'],
    ["another tenant's", 'company_id=12'],
    ['removed', `company_id=${dormant}`],
    ['removed, by an import', 'company_id=11'],
    ['no such number', 'serial_id=nobody'],
    ['id and number of two companies', `company_id=${boreal}&serial_id=C0007`],
  ])('404: %s', async (_name, query) => {
    const answer = await get(`info?${query}`);
    expectError(answer, 404);
    expect(answer.json().message).toBe('Not Found Resource');
  });

  it.each(['', 'company_id=0', 'company_id=&serial_id='])('refused: neither given (%s)', async (query) =>
    expectError(await get(`info?${query}`), 400, 'company_id is missing', 'serial_id'),
  );
});

describe('company/query', () => {
  const all = [aurora, cirrus, boreal, 10];
  it.each<[string, string | null, number[]]>([
    ['极光', null, [aurora]],
    ['AURORA', 'name', [aurora]],
    ['company 1', 'name', [10]],
    ['o', 'name', [aurora, boreal, 10]],
    ['%', 'name', [boreal]],
    ['_', 'name', [boreal]],
    ['100%_real', 'name', [boreal]],
    ['\\', 'name', []],
    ['Dormant', 'name', []],
    ['别人', 'name', []],
    ['C0007', 'serial_id', [aurora]],
    ['C000', 'serial_id', []],
    ['lin@aurora.EXAMPLE', 'customer_list.email', [aurora]],
    ['aurora.example', 'customer_list.email', []],
    ['aurora.example', 'customer_list.email.domain', [aurora]],
    ['@AURORA.example', 'customer_list.email.domain', [aurora]],
    ['example', 'customer_list.email.domain', []],
    ['林', 'customer_list.name', [aurora, boreal]],
    ['sec', 'customer_list.name', [aurora]],
    ['13800138000', 'customer_list.tel', [aurora]],
    ['+86 (138) 0013', 'customer_list.tel', [aurora]],
    ['8000', 'customer_list.tel', [aurora]],
    ['8002', 'customer_list.tel', []],
    ['Lin_100%', 'customer_list.contact.value', [aurora]],
    ['Lin_100', 'customer_list.contact.value', []],
    ['LinX100%', 'customer_list.contact.value', []],
    ['whatsapp', 'customer_list.contact.value', []],
  ])('%s in %s', async (word, field, expected) => {
    const where = field === null ? '' : `&search_field=${field}`;
    const data = dataOf<List>(await get(`query?word=${encodeURIComponent(word)}${where}`));
    expect({ ids: data.list.map((row) => row['company_id']), total: data.totalItem }).toEqual({
      ids: expected,
      total: expected.length,
    });
    expect(all).toEqual(expect.arrayContaining(expected));
  });

  it('has every field in its order and type, page by page', async () => {
    const data = dataOf<List>(await get('query?word=o&count=1&start_index=2'));
    expect(fieldsOf(data)).toBe('list [{}], totalItem n');
    expect(data).toEqual({
      list: [{ serial_id: '', company_id: boreal, is_public: 1, name: 'Boreal 100%_real', short_name: '' }],
      totalItem: 3,
    });
    expect(Object.keys(data.list[0] as Json)).toEqual(['serial_id', 'company_id', 'is_public', 'name', 'short_name']);
    expect(dataOf<List>(await get('query?word=Cirrus')).list[0]).toMatchObject({ is_public: 0 });
  });

  it.each([
    ['', 'word is missing'],
    ['word=', 'word is missing'],
    ['word=x&search_field=email', 'search_field: "email"', 'customer_list.email.domain'],
    ['word=abc&search_field=customer_list.tel', 'word: "abc"', 'digits'],
    ['word=x&count=0', 'count'],
    [`word=${'x'.repeat(201)}`, 'word: ', 'at most 200'],
    ['word=%00', 'word: ', 'without NUL'],
  ])('refused: %s', async (query, ...words) => expectError(await get(`query?${query}`), 400, ...words));
});

describe('whose it is', () => {
  it('another tenant sees its own', async () => {
    const other = await server.tokenOf(otherTenant);
    const { list, totalItem } = dataOf<List>(await server.get(other, '/v1/company/list'));
    expect({ names: list.map((row) => row['name']), totalItem }).toEqual({ names: ['别人的客户', 'company 10'], totalItem: 2 });
    expect(list[1]).toMatchObject({ order_time: '2024-06-01 00:00:00' });
    expectError(await server.get(other, `/v1/company/info?company_id=${aurora}`), 404);
    expect(dataOf<List>(await server.get(other, '/v1/company/query?word=极光'.replace('极光', '%E6%9E%81'))).totalItem).toBe(0);
  });

  it.each(['list', 'info', 'query'])('%s needs the scope company', async (path) => {
    const answer = await server.get(await server.tokenOf(testTenant, 'lead'), `/v1/company/${path}`);
    expect({ status: answer.status, message: answer.json().message }).toEqual({
      status: 401,
      message: 'no permission company scopes',
    });
  });
});
