/** GET /v1/user/list and /v1/user/info (docs/wire.md#users). */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { blank } from '../../src/domain/blank.ts';
import type { User } from '../../src/domain/objects.ts';
import { testTenant } from '../support/entries.ts';
import { startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());

const user = (userId: number, fields: Partial<User>): User => ({ ...blank.user(userId), ...fields });

const users: readonly User[] = [
  user(90010003, { nickname: 'Frozen', state: 0, email: 'same@example.com' }),
  user(90010001, {
    nickname: 'Lin',
    email: 'Lin@example.com',
    details: {
      familyName: '林',
      secondName: '一',
      gender: 2,
      position: 'Sales|Support',
      mobile: '13800000000',
      departments: [
        { departmentId: 148, name: 'Sales' },
        { departmentId: 0, name: '我的企业' },
      ],
    },
  }),
  user(90010002, { nickname: '阿明', avatar: 'https://x.example/a.png', email: 'same@example.com' }),
  user(90010004, { nickname: 'Gone', state: 2, details: { familyName: '林', secondName: '一' } }),
  user(90010000, { nickname: 'Half', details: { secondName: '半' } }),
];

let token = '';
beforeAll(async () => {
  // The application's own user is one of them.
  token = await server.tokenOf(testTenant, 'user');
  await server.core.tenants.create({ tenantId: 8, name: 'other', createdAt: 0 });
  for (const [tenantId, some] of [
    [testTenant, users],
    [8, [user(80000001, { nickname: 'Lin', email: 'lin@example.com' })]],
  ] as const) {
    await server.core.objects.change(tenantId, 'command:test', (edit) =>
      edit.write(
        'user',
        some.map((after) => ({ before: null, after, knownAt: 0 })),
      ),
    );
  }
});

type Row = Readonly<Record<string, unknown>>;

const list = async (query = ''): Promise<Row[]> =>
  (await server.get(token, `/v1/user/list${query}`)).json<{ data: Row[] }>().data;

describe('GET /v1/user/list', () => {
  it('answers every field in the documented order, with its type', async () => {
    const rows = await list();
    expect(JSON.stringify(rows.find((row) => row['user_id'] === '90010001'))).toBe(
      JSON.stringify({
        user_id: '90010001',
        email: 'Lin@example.com',
        nickname: 'Lin',
        family_name: '林',
        second_name: '一',
        gender: '2',
        position: 'Sales|Support',
        enable_flag: '1',
        user_mobile: '13800000000',
        ames_email: '',
        employee_no: '',
        departments: [
          { department_id: '148', department_name: 'Sales' },
          { department_id: 0, department_name: '我的企业' },
        ],
        full_name: '林一',
        department_name: 'Sales',
        department_id: 148,
        external_email: '',
        external_mobile: '',
        external_fax: '',
        external_address: '',
        external_other: '',
      }),
    );
  });

  it.each<[query: string, nicknames: string[]]>([
    ['', ['Half', 'Lin', '阿明', `app of ${testTenant}`]],
    ['?enable_flag=1', ['Half', 'Lin', '阿明', `app of ${testTenant}`]],
    ['?enable_flag=', ['Half', 'Lin', '阿明', `app of ${testTenant}`]],
    ['?enable_flag=0', ['Frozen']],
    ['?enable_flag=2', ['Gone']],
    ['?count=1&start_index=2', ['Half', 'Lin', '阿明', `app of ${testTenant}`]],
  ])('%s: by ascending id, all of them', async (query, nicknames) => {
    const rows = await list(query);
    expect(rows.map((row) => row['nickname'])).toEqual(nicknames);
  });

  it('says what is not known of a user as the wire does', async () => {
    const [half, , ming] = await list();
    expect(half).toMatchObject({ family_name: '', second_name: '半', full_name: '半', gender: '0', departments: [] });
    expect(ming).toMatchObject({ full_name: '阿明', position: '', department_id: 0, department_name: '', user_mobile: '' });
  });

  it('names what it does not know', async () => {
    expect((await server.get(token, '/v1/user/list?enable_flag=3')).json()).toMatchObject({
      code: 400,
      message: 'enable_flag: "3" is not accepted; accepted: one of 0, 1, 2',
      data: [],
    });
  });
});

describe('GET /v1/user/info', () => {
  it('answers every field in the documented order, with its type', async () => {
    const answer = await server.get(token, '/v1/user/info?user_id=90010001');
    expect(JSON.stringify(answer.json().data)).toBe(
      JSON.stringify({
        user_id: '90010001',
        email: 'Lin@example.com',
        nickname: 'Lin',
        department_id: 148,
        department_name: 'Sales',
        enable_flag: '1',
        gender: '2',
        user_mobile: '13800000000',
        is_admin: false,
        wx_nickname: '',
        employee_no: '',
        departments: [
          { department_id: '148', department_name: 'Sales' },
          { department_id: 0, department_name: '我的企业' },
        ],
        full_name: '林一',
      }),
    );
  });

  it.each<[query: string, found: string]>([
    ['user_id=90010001', 'Lin'],
    ['user_id=90010003', 'Frozen'],
    ['email=lin%40EXAMPLE.com', 'Lin'],
    ['nickname=%E9%98%BF%E6%98%8E', '阿明'],
    ['nickname=Gone', 'Gone'],
    ['full_name=%20%E5%8D%8A%20', 'Half'],
    // Of several: one who may sign in before another.
    ['full_name=%E6%9E%97%E4%B8%80', 'Lin'],
    ['email=same@example.com', '阿明'],
    ['email=same@example.com&nickname=Frozen', 'Frozen'],
  ])('%s finds %s', async (query, found) => {
    const answer = await server.get(token, `/v1/user/info?${query}`);
    expect(answer.json()).toMatchObject({ code: 200, data: { nickname: found } });
  });

  it.each([
    'user_id=4711',
    'email=nobody@example.com',
    'nickname=lin',
    'full_name=Lin',
    'user_id=90010001&nickname=Half',
    'user_id=80000001',
  ])('%s is nobody', async (query) => {
    const answer = await server.get(token, `/v1/user/info?${query}`);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ code: 404, message: 'Not Found Resource', data: [] });
  });

  it.each<[query: string, message: string]>([
    ['', 'user_id is missing; accepted: one of user_id, email, nickname and full_name'],
    ['?user_id=0&email=', 'user_id is missing; accepted: one of user_id, email, nickname and full_name'],
    ['?user_id=x', 'user_id: "x" is not accepted; accepted: one whole number from 1 to 9007199254740991, or nothing'],
  ])('%s is refused', async (query, message) => {
    expect((await server.get(token, `/v1/user/info${query}`)).json()).toMatchObject({ code: 400, message, data: [] });
  });
});
