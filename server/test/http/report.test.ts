/** POST /v1/report/info (docs/wire.md#report), against a naive recount of what the store holds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import { blank } from '../../src/domain/blank.ts';
import type { Company, Lead, Opportunity } from '../../src/domain/objects.ts';
import { parseTime } from '../../src/wire/time.ts';
import { entry, testTenant } from '../support/entries.ts';
import { startServer } from '../support/server.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';

const path = '/v1/report/info';
const server = await startServer();
afterAll(() => server.close());

const firm = {
  clientId: testTenant,
  seed: 5,
  entries: 1500,
  companies: 40,
  salespeople: 6,
  endAt: parseTime('2024-06-30 23:59:59') as number,
  days: 90,
};
const days = Array.from({ length: 90 }, (_, n) => new Date(Date.UTC(2024, 3, 2 + n)).toISOString().slice(0, 10));
const entries = [
  ...generateFirm(firm),
  // What does not count: removed, disabled, without an author.
  entry({ create_user: 7, create_time: '2024-05-05 00:00:00', delete_flag: 1 }),
  entry({ create_user: 7, create_time: '2024-05-05 00:00:00', enable_flag: 0 }),
  entry({ create_time: '2024-05-05 00:00:00' }),
  // The first and the last second of a day, and their neighbours.
  ...['2024-05-04 23:59:59', '2024-05-05 00:00:00', '2024-05-05 23:59:59', '2024-05-06 00:00:00'].map((time, n) =>
    entry({ create_user: 7, create_time: time, type: n === 1 ? 801 : n === 2 ? 112 : 101 }),
  ),
];
const userIds = [...new Set(entries.map((one) => Number(one.create_user)))].filter((id) => id !== 0).toSorted((a, b) => a - b);

const random = randomFrom(announceSeed('report'));
const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
const at = (day: string): number => (parseTime(day) as number) + Math.floor(random() * 86_400) * 1000;
const made = () => ({ createdBy: random() < 0.1 ? null : pick(userIds), createdAt: random() < 0.1 ? null : at(pick(days)) });
const companies: Company[] = Array.from({ length: 60 }, (_, n) => ({
  ...blank.company(n + 1),
  ...made(),
  removed: random() < 0.2,
}));
const leads: Lead[] = Array.from({ length: 60 }, (_, n) => ({ ...blank.lead(n + 1), ...made() }));
const opportunities: Opportunity[] = Array.from({ length: 60 }, (_, n) => ({
  ...blank.opportunity(n + 1),
  ...made(),
  removed: random() < 0.2,
}));

let token = '';
beforeAll(async () => {
  token = await server.tokenOf(testTenant, 'report');
  await server.import(entries);
  await server.import([entry({ client_id: 8, create_user: 7, create_time: '2024-05-05 12:00:00' })]);
  await server.core.objects.change(testTenant, 'command:test', async (edit) => {
    const fresh = <T>(objects: readonly T[]) => objects.map((after) => ({ before: null, after, knownAt: 0 }));
    await edit.write('company', fresh(companies));
    await edit.write('lead', fresh(leads));
    await edit.write('opportunity', fresh(opportunities));
    const [frozen] = (await edit.getMany('user', [userIds[0] as number])).values();
    if (frozen !== undefined) await edit.write('user', [{ before: frozen, after: { ...frozen.object, state: 0 }, knownAt: 1 }]);
  });
});

type Row = Readonly<Record<string, string | number>>;

const ask = async (fields: Readonly<Record<string, unknown>>) =>
  (await server.post(token, path, { key: 'xs1', ...fields })).json<{ code: number; message: string; data: { list: Row[] } }>();

/** The report as somebody would count it by hand. */
function recounted(userId: number, from: string, to: string): Row {
  const own = entries.filter(
    (one) =>
      Number(one.create_user) === userId &&
      one.enable_flag === 1 &&
      one.delete_flag === 0 &&
      String(one.create_time).slice(0, 10) >= from &&
      String(one.create_time).slice(0, 10) <= to,
  );
  const [first, end] = [parseTime(from) as number, (parseTime(to) as number) + 86_400_000];
  const added = (objects: readonly { createdBy: number | null; createdAt: number | null; removed?: boolean }[]): number =>
    objects.filter(
      ({ createdBy, createdAt, removed }) =>
        createdBy === userId && createdAt !== null && createdAt >= first && createdAt < end && removed !== true,
    ).length;
  return {
    user_id: String(userId),
    nickname: userId === 7 ? 'user 7' : String((own[0]?.create_user_info as { nickname?: string } | undefined)?.nickname ?? ''),
    customer_remark_count: own.filter((one) => Number(one.type) >= 101 && Number(one.type) <= 112).length,
    dynamic_count: own.length,
    lead_add_count: added(leads),
    company_add_count: added(companies),
    opportunity_add_count: added(opportunities),
    quotation_add_count: 0,
    order_add_count: 0,
    mail_send_count: 0,
    edm_send_count: 0,
    edm_finish_count: 0,
    login_count: 0,
  };
}

describe('POST /v1/report/info', () => {
  it('answers every field in the documented order, with its type', async () => {
    const { data } = await ask({ start_date: '2024-05-05', end_date: '2024-05-05', user_id: [7] });
    expect(JSON.stringify(data)).toBe(JSON.stringify({ list: [recounted(7, '2024-05-05', '2024-05-05')] }));
    expect(data.list[0]).toMatchObject({ user_id: '7', customer_remark_count: 1, dynamic_count: 2 });
  });

  it('counts as a naive recount does, in any period and for any users', async () => {
    for (let n = 0; n < 60; n++) {
      const [from = '', to = ''] = [pick(days), pick(days)].toSorted();
      const some = userIds.filter(() => random() < 0.5);
      const wanted = some.length === 0 ? userIds : some;
      const { data } = await ask({ start_date: from, end_date: to, user_id: wanted });
      expect(data.list.map(({ nickname, ...row }) => row)).toEqual(
        wanted.map((userId) => {
          const { nickname, ...row } = recounted(userId, from, to);
          return row;
        }),
      );
    }
  });

  it.each<[name: string, fields: Readonly<Record<string, unknown>>, ids: () => (number | undefined)[]]>([
    ['without users: all in the normal state', {}, () => userIds.slice(1)],
    ['an empty list of users: the same', { user_id: [] }, () => userIds.slice(1)],
    ['users as text, one of them twice', { user_id: `7,${userIds[2]},7` }, () => [7, userIds[2]]],
    ['a frozen user by name', { user_id: [userIds[0]] }, () => [userIds[0]]],
    ['users who are unknown', { user_id: [7, 4711] }, () => [7]],
    ['refresh as a number or a truth value', { user_id: [7], refresh: true }, () => [7]],
  ])('%s', async (_, fields, ids) => {
    const { data } = await ask({ start_date: '2024-05-01', end_date: '2024-05-31', ...fields });
    const shown = data.list.map((row) => Number(row['user_id'])).filter((id) => id < 1e15);
    expect(shown).toEqual(ids());
  });

  it.each<[fields: Readonly<Record<string, unknown>>, message: string]>([
    [{ key: 'xs2' }, 'key: "xs2" is not accepted; accepted: xs1'],
    [{ key: undefined }, 'key is missing; accepted: xs1'],
    [{ start_date: undefined }, 'start_date is missing; accepted: a day YYYY-MM-DD that exists, Beijing time'],
    [{ end_date: '' }, 'end_date: "" is not accepted; accepted: a day YYYY-MM-DD that exists, Beijing time'],
    [{ end_date: '2024-02-30' }, 'end_date: "2024-02-30" is not accepted; accepted: a day YYYY-MM-DD that exists, Beijing time'],
    [
      { start_date: '2024-05-01 00:00:00' },
      'start_date: "2024-05-01 00:00:00" is not accepted; accepted: a day YYYY-MM-DD that exists, Beijing time',
    ],
    [{ start_date: '2024-06-01' }, 'start_date: "2024-06-01" is not accepted; accepted: a day not after end_date (2024-05-31)'],
    [{ user_id: ['x'] }, 'user_id[0]: "x" is not accepted; accepted: a whole number from 1 to 9007199254740991'],
  ])('%j is refused', async (fields, message) => {
    const answer = await ask({ start_date: '2024-05-01', end_date: '2024-05-31', ...fields });
    expect(answer).toMatchObject({ code: 400, message, data: [] });
  });
});
