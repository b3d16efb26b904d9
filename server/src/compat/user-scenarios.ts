import { userInfoData, userListData } from '../wire/user-wire.ts';
import { type Api, said } from './api.ts';
import { mustBeMissing } from './listing-scenarios.ts';
import { asRow, asRows, idOf, must, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';

const listPath = '/v1/user/list';
const infoPath = '/v1/user/info';
const ofList = { routes: [`GET ${listPath}`], modules: ['user'] } as const;
const ofInfo = { routes: [`GET ${infoPath}`], modules: ['user'] } as const;

async function users(api: Api): Promise<readonly Row[]> {
  const rows = asRows(await api.data(listPath), 'data');
  need(rows[0], 'there is no user');
  return rows;
}

/** A user whom no other shares the name with. */
async function userWith(api: Api, name: string): Promise<Row> {
  const rows = await users(api);
  const found = rows.find((row) => idOf(row[name]) !== null && rows.filter((other) => other[name] === row[name]).length === 1);
  return need(found, `no user has a ${name} that others have not`);
}

const by = (name: string): Scenario => ({
  ...ofInfo,
  name: `${name} finds the user`,
  mark: 'doc',
  async holds(api) {
    const user = await userWith(api, name);
    const found = asRow(await api.data(infoPath, { [name]: String(user[name]) }), 'data');
    must(found['user_id'] === user['user_id'], `user ${String(found['user_id'])} and not ${String(user['user_id'])}`);
  },
});

export const userScenarios: readonly Scenario[] = [
  {
    ...ofList,
    name: 'every field of the list is there, in order and of its type',
    mark: 'doc',
    holds: async (api) => mustHaveShape(await users(api), userListData),
  },
  {
    ...ofList,
    name: 'users come by ascending id, those in state 1 unless asked otherwise',
    mark: 'doc',
    async holds(api) {
      const rows = await users(api);
      const ids = rows.map((row) => Number(row['user_id']));
      must(
        ids.every((id, i) => i === 0 || id > (ids[i - 1] as number)),
        'the ids do not ascend',
      );
      for (const row of rows)
        must(row['enable_flag'] === '1', `a user has enable_flag ${JSON.stringify(row['enable_flag'] ?? null)}`);
    },
  },
  {
    ...ofList,
    name: 'full_name is family_name and second_name',
    mark: 'doc',
    async holds(api) {
      for (const { user_id, full_name, family_name, second_name } of await users(api)) {
        const name = `${String(family_name)}${String(second_name)}`;
        must(name === '' || full_name === name, `it is another one for user ${String(user_id)}`);
      }
    },
  },
  {
    ...ofInfo,
    name: 'every field of the info is there, in order and of its type',
    mark: 'doc',
    async holds(api) {
      const { user_id } = await userWith(api, 'user_id');
      mustHaveShape(await api.data(infoPath, { user_id: String(user_id) }), userInfoData);
    },
  },
  ...['user_id', 'email', 'nickname', 'full_name'].map(by),
  {
    ...ofInfo,
    name: 'a missing user is code 404, Not Found Resource',
    mark: 'doc',
    holds: (api) => mustBeMissing(api, infoPath, { user_id: 1 }),
  },
  {
    ...ofInfo,
    name: 'nobody named answers HTTP 200 and code 400',
    mark: 'ours',
    async holds(api) {
      const envelope = await api.envelope(infoPath);
      must(envelope['code'] === 400, said(envelope));
    },
  },
];
