import { GenjinClient, GenjinError, type WebhookEvent } from '@genjin/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modules } from '../../server/src/domain/application.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type RunningServer, startServer, tenantId } from './running-server.ts';

const company = 16696797769;

let server: RunningServer;
let receiver: Receiver;
let client: GenjinClient;
const ignored: unknown[] = [];

beforeAll(async () => {
  [server, receiver] = await Promise.all([startServer(), startReceiver()]);
  const credentials = await server.application([...modules]);
  client = new GenjinClient({ baseUrl: server.baseUrl, ...credentials, onIgnored: (names) => ignored.push(...names) });
});
afterAll(async () => {
  await Promise.all([server.stop(), receiver.stop()]);
  expect(ignored, 'the server knows every field that the client sends').toEqual([]);
});

const failure = async (work: Promise<unknown>): Promise<unknown> => work.then(() => null).catch((error: unknown) => error);
const collect = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

describe('the timeline', () => {
  test('all pages, while entries come in', async () => {
    const before = (await client.trails.list({ count: 1000 })).list.map((entry) => entry.trail_id);
    const seen: number[] = [];
    for await (const { trail_id } of client.trails.all({}, { pageSize: 2 })) {
      seen.push(trail_id);
      if (before.includes(trail_id)) await client.trails.record({ companyId: company, content: `after ${trail_id}` });
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(before));
  });

  test('an entry that is sent again under its key is there once', async () => {
    const call = { companyId: company, remarkType: 103, content: 'once' };
    const [first, second] = [
      await client.trails.record(call, { idempotencyKey: 'once-1' }),
      await client.trails.record(call, { idempotencyKey: 'once-1' }),
    ];
    expect(second).toEqual(first);
    expect((await client.trails.list({ companyId: company })).list.filter(({ content }) => content === 'once')).toHaveLength(1);
    const other = await failure(client.trails.record({ ...call, content: 'other' }, { idempotencyKey: 'once-1' }));
    expect(other).toMatchObject({ code: 409, httpStatus: 200 });
  });

  test('many, or none with the reasons', async () => {
    const { list } = await client.trails.recordMany([
      { companyId: company, content: 'one', createTime: '2023-01-01 08:00:00' },
      { company_id: company, content: 'two' },
    ]);
    expect(list).toHaveLength(2);
    const refused = await failure(
      client.trails.recordMany([
        { companyId: company, content: 'ok' },
        { companyId: 5, content: ' ' },
      ]),
    );
    expect(refused).toBeInstanceOf(GenjinError);
    expect(refused).toMatchObject({ code: 400, data: { errors: [{ index: 1 }] } });
    const found = (await collect(client.trails.all({ companyId: company }))).map(({ content }) => content);
    expect(found).toEqual(expect.arrayContaining(['one', 'two']));
    expect(found).not.toContain('ok');
  });
});

describe('the neighbours', () => {
  test('a company from its first day to its last', async () => {
    const { company_id, customers } = await client.companies.push({
      name: 'Aurora Tools',
      serialId: 'C-7',
      telAreaCode: '49',
      tel: '30123',
      customers: [{ name: 'Eva', email: 'eva@aurora.example', mainCustomerFlag: 1 }],
    });
    expect(customers).toMatchObject([{ name: 'Eva' }]);
    await client.companies.push({ companyId: company_id, star: 3 });
    await client.trails.record({ companyId: company_id, content: 'visited' });
    const info = await client.companies.info({ serialId: 'C-7' });
    expect(info).toMatchObject({ company_id, name: 'Aurora Tools', star: 3, tel: ['49', '30123'] });
    expect(info.customers).toMatchObject([{ email: 'eva@aurora.example', main_customer_flag: 1 }]);
    expect(info.recent_follow_up_time > '2024').toBe(true);
    const word = { word: 'eva@aurora.example', searchField: 'customer_list.email' };
    expect((await client.companies.query(word)).list).toMatchObject([{ company_id }]);
    expect((await collect(client.companies.all({}, { pageSize: 1 }))).map((one) => one.company_id).sort()).toEqual(
      [company, company_id].sort(),
    );
    expect(await client.companies.remove({ companyId: company_id })).toEqual({ company_id: String(company_id) });
    expect(await failure(client.companies.info({ companyId: company_id }))).toMatchObject({
      code: 404,
      message: 'Not Found Resource',
    });
  });

  test('a lead', async () => {
    const key = { idempotencyKey: 'lead-1' };
    const { lead_id } = await client.leads.push({ name: 'Nordwind', customers: [{ name: 'Uwe' }] }, key);
    expect(await client.leads.push({ name: 'Nordwind', customers: [{ name: 'Uwe' }] }, key)).toEqual({ lead_id });
    await client.leads.push({ leadId: lead_id, remark: '展会' });
    expect(await client.leads.info({ leadId: lead_id })).toMatchObject({
      name: 'Nordwind',
      remark: '展会',
      customers: [{ name: 'Uwe' }],
    });
    expect((await client.leads.list()).totalItem).toBe(1);
    expect(await collect(client.leads.all())).toMatchObject([{ lead_id }]);
  });

  test('an opportunity', async () => {
    const { opportunity_id } = await client.opportunities.push({ name: '春季订单', companyId: company, amount: '2300.50' });
    await client.opportunities.push({ opportunityId: opportunity_id, remark: '等样品' });
    expect(await client.opportunities.info({ opportunityId: opportunity_id })).toMatchObject({
      name: '春季订单',
      remark: '等样品',
    });
    expect((await collect(client.opportunities.all({}, { pageSize: 1 }))).map((one) => one.opportunity_id)).toContain(
      opportunity_id,
    );
    expect(await client.opportunities.remove({ opportunityId: opportunity_id })).toBe('success');
    expect(await failure(client.opportunities.remove({ opportunityId: opportunity_id }))).toMatchObject({ code: 404 });
  });

  test('users and their report', async () => {
    expect((await client.users.list()).map((user) => user.nickname)).toEqual(expect.arrayContaining(['CXK', '张三']));
    expect(await client.users.info({ nickname: '张三' })).toMatchObject({ user_id: '55281444' });
    const { list } = await client.reports.info({ startDate: '2022-01-01', endDate: '2022-12-31', userId: [55281444] });
    expect(list).toMatchObject([{ user_id: '55281444', dynamic_count: 1 }]);
  });
});

describe('a user who signs in', () => {
  test('records as herself, with tokens that are renewed', async () => {
    const { clientId, clientSecret } = await server.application([...modules]);
    const signIn = { userId: 55938259, name: null, email: 'lin@example.com', password: '口令 of Lin', replace: false };
    await server.core.signIns.create(tenantId, signIn);
    const asked: string[] = [];
    let refuse = false;
    const lin = new GenjinClient({
      baseUrl: server.baseUrl,
      clientId,
      clientSecret,
      username: 'lin@example.com',
      password: '口令 of Lin',
      fetch: (input, init) => {
        const { pathname } = new URL(String(input));
        asked.push(pathname.replace(/.*\//, ''));
        const headers =
          refuse && pathname.endsWith('/push') ? { ...init?.headers, Authorization: 'Bearer of nobody' } : init?.headers;
        refuse = false;
        return fetch(input, { ...init, ...(headers === undefined ? {} : { headers }) });
      },
    });
    await lin.trails.record({ companyId: company, content: 'by Lin' });
    for (let round = 0; round < 2; round++) {
      refuse = true;
      await lin.trails.record({ companyId: company, content: `by Lin, ${round}` });
    }
    expect(asked).toEqual(['access_token', 'push', ...Array(2).fill(['push', 'refresh_token', 'push']).flat()]);
    const { list } = await client.trails.list({ companyId: company, count: 3 });
    expect(list.map(({ create_user }) => create_user)).toEqual([55938259, 55938259, 55938259]);
  });

  test('a wrong password', async () => {
    const { clientId, clientSecret } = await server.application();
    const wrong = { clientId, clientSecret, username: 'lin@example.com', password: 'guessed' };
    const error = await failure(new GenjinClient({ baseUrl: server.baseUrl, ...wrong }).trails.list());
    expect(error).toMatchObject({ error: 'invalid_credentials', message: 'The user credentials were incorrect.' });
  });
});

describe('webhooks', () => {
  const told = (): WebhookEvent[] => receiver.received.flatMap(({ events }) => events);

  test('from the address to the events', async () => {
    const type = 'crm.dynamic_trail';
    const elsewhere = await client.webhooks.set({ callbackUrl: 'http://127.0.0.1:1/nobody' });
    expect(elsewhere.security_method).toBe('AES-256-GCM');
    receiver.secret = elsewhere.security_config;
    expect(await failure(client.webhooks.test())).toMatchObject({ code: 400, httpStatus: 200 });
    expect(await client.webhooks.update({ callbackUrl: receiver.url })).toEqual({
      security_method: 'AES-256-GCM',
      callback_url: receiver.url,
    });
    expect(await client.webhooks.get()).toMatchObject({ callback_url: receiver.url, callback_verify: '0' });
    await client.webhooks.test();
    expect(told()).toEqual([{ biz_type: 'xiaoman.open.callback.test', biz_data: 'success' }]);

    await client.webhooks.subscribe({ subscribeType: type, subscribeConfigs: [{ bizType: `xiaoman.${type}.update` }] });
    await client.webhooks.updateSubscription(type, { subscribeConfigs: [{ bizType: `xiaoman.${type}.create` }] });
    const subscription = { subscribe_type: type, subscribe_config: [`xiaoman.${type}.create`] };
    expect(await client.webhooks.subscription(type)).toEqual(subscription);
    expect(await client.webhooks.subscriptions()).toEqual([subscription]);
    receiver.secret = (await client.webhooks.regenerateSecret()).webhook_secret;
    const { trail_id } = await client.trails.record({ companyId: company, content: 'told' });
    await expect.poll(told, { timeout: 20_000 }).toContainEqual({ biz_type: `xiaoman.${type}.create`, biz_data: { trail_id } });
    expect(receiver.refused).toEqual([]);

    await client.webhooks.unsubscribe(type);
    expect(await failure(client.webhooks.subscription(type))).toMatchObject({ code: 404 });
    await client.webhooks.delete();
    expect(await failure(client.webhooks.get())).toMatchObject({ code: 404 });
  });
});
