/** Webhooks and deliveries of all applications, as an admin sees to them. */
import { afterAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { testTenant } from '../support/entries.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, type Page, signedIn } from '../support/page.ts';
import { type Credentials, pushPath, startServer, type TestServer } from '../support/server.ts';
import { loopback } from './fixture.ts';
import { accept, type Receiver, refuse, startReceiver } from './receiver.ts';

const path = '/v1/admin/webhook';
const created = 'xiaoman.crm.dynamic_trail.create';

const ends: (() => Promise<void>)[] = [];
const receiver: Receiver = await startReceiver((close) => void ends.push(close));
afterAll(async () => {
  for (const end of ends) await end();
});

let server: TestServer;
let admin: Page;
let application: Credentials;
let token: string;
beforeEach(async () => {
  server = await startServer({ allowPrivateCallbacks: loopback });
  onTestFinished(() => server.close());
  application = await server.application(testTenant, 'company webhook');
  token = await server.token(application);
  admin = await signedIn(server, await addStaff(server, 'admin'));
  receiver.received.length = 0;
  receiver.respond = accept;
});

async function send<T = unknown>(name: string, body: object = {}): Promise<Envelope<T>> {
  return (await admin.post(`${path}/${name}`, { client_id: application.clientId, ...body })).json<Envelope<T>>();
}
const of = () => ({ 'X-Genjin-Application': application.clientId });
const read = async <T>(name: string): Promise<T> => (await admin.get(`${path}/${name}`)).json<Envelope<T>>().data;
const list = async () => (await read<{ list: Record<string, unknown>[]; totalItem: number }>('list')).list;

interface Deliveries {
  readonly totalItem: number;
  readonly list: readonly Record<string, unknown>[];
}

/** Sets the webhook so that its receiver knows the key. */
async function setWebhook(): Promise<void> {
  const set = await admin.post('/v1/webhook', { callback_url: receiver.url }, of());
  receiver.secret = set.json<Envelope<{ security_config: string }>>().data.security_config;
  for (const [module, event] of [
    ['crm.dynamic_trail', created],
    ['crm.company', 'xiaoman.crm.company.update'],
  ] as const) {
    const subscription = { subscribe_type: module, subscribe_configs: [{ biz_type: event }] };
    expect((await admin.post('/v1/subscribe', subscription, of())).json().code).toBe(200);
  }
}

async function record(): Promise<number> {
  const company = await server.post(token, '/v1/company/pushCompanyAndCustomers', { name: 'A' });
  const { company_id } = company.json<Envelope<{ company_id: number }>>().data;
  const answer = await server.post(token, pushPath, { company_id, content: 'x' });
  return answer.json<Envelope<{ trail_id: number }>>().data.trail_id;
}

describe('a webhook', () => {
  test('is listed by its application, with its subscriptions', async () => {
    await server.application(testTenant, 'webhook');
    expect(await list()).toEqual([]);
    await setWebhook();
    expect(await list()).toEqual([
      {
        client_id: application.clientId,
        name: 'app of 23412',
        callback_url: receiver.url,
        state: 'active',
        create_time: '2024-11-04 10:49:07',
        subscriptions: [
          { subscribe_type: 'crm.company', subscribe_config: ['xiaoman.crm.company.update'], behind: expect.any(Number) },
          { subscribe_type: 'crm.dynamic_trail', subscribe_config: [created], behind: expect.any(Number) },
        ],
      },
    ]);
    await admin.post('/v1/admin/application/revoke', { client_id: application.clientId });
    expect(await list()).toMatchObject([{ state: 'revoked' }]);
  });

  test('is paused, and goes on where it was when it is set again', async () => {
    await setWebhook();
    expect(await send('pause')).toMatchObject({ code: 200 });
    expect(await list()).toMatchObject([{ state: 'paused' }]);
    const trailId = await record();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(receiver.received).toHaveLength(0);
    const resumed = await admin.ask('PUT', '/v1/webhook', { callback_url: receiver.url }, of());
    expect(resumed.json().code).toBe(200);
    expect(await list()).toMatchObject([{ state: 'active' }]);
    await receiver.has(1);
    expect(receiver.received[0]).toMatchObject({ bizType: created, bizData: { trail_id: trailId } });
  });
});

describe('deliveries', () => {
  const deliveries = (query = ''): Promise<Deliveries> => read<Deliveries>(`deliveries${query}`);

  test('are listed with state, attempts and answer, and replayed', async () => {
    await setWebhook();
    receiver.respond = refuse(500);
    const first = await record();
    const second = await record();
    await expect.poll(async () => (await deliveries()).totalItem).toBe(2);
    await expect.poll(async () => (await deliveries()).list.every((one) => one['attempts'] === 1)).toBe(true);
    const found = await deliveries();
    expect(found.list.map((one) => one['object_id'])).toEqual([second, first]);
    expect(found.list[1]).toEqual({
      message_id: expect.stringMatching(/^msg_[0-9a-f]{32}$/),
      client_id: application.clientId,
      biz_type: created,
      object_id: first,
      revision: expect.any(Number),
      state: 'waiting',
      attempts: 1,
      first_try_time: expect.stringMatching(/^2024-/),
      next_try_time: expect.stringMatching(/^2024-/),
      last_error: expect.stringContaining('500'),
    });
    expect((await deliveries('?count=1&start_index=2')).list.map((one) => one['object_id'])).toEqual([first]);
    expect(await deliveries('?count=1&start_index=3')).toEqual({ list: [], totalItem: 2 });
    expect((await deliveries('?state=parked')).totalItem).toBe(0);

    // As after 72 hours.
    await server.place.exec("UPDATE delivery SET state = 'parked'");
    expect((await deliveries('?state=waiting')).totalItem).toBe(0);
    const parked = await deliveries('?state=parked');
    expect(parked.list.map((one) => [one['state'], one['next_try_time']])).toEqual([
      ['parked', ''],
      ['parked', ''],
    ]);
    receiver.respond = accept;
    receiver.received.length = 0;
    expect(await send('replay', { message_ids: [parked.list[1]?.['message_id']] })).toMatchObject({
      code: 200,
      data: { replayed: 1 },
    });
    await expect.poll(async () => (await deliveries()).totalItem).toBe(1);
    expect(await send('replay', { all: 1 })).toMatchObject({ code: 200, data: { replayed: 1 } });
    await expect.poll(async () => (await deliveries()).totalItem).toBe(0);
    expect(receiver.received).toHaveLength(2);
  });

  const unknown = `msg_${'0'.repeat(32)}`;
  const refusals: [name: string, what: string, body: object, code: number, message: RegExp][] = [
    ['a pause of no application', 'pause', { client_id: '' }, 400, /^client_id is missing; /],
    ['a pause of what is not there', 'pause', {}, 404, /^Not Found/],
    ['a replay of nothing', 'replay', {}, 400, /^message_ids is missing; /],
    ['a replay of what is no id', 'replay', { message_ids: ['x'] }, 400, /^message_ids\[0\]: "x" is not accepted; /],
    [
      'a replay of too many',
      'replay',
      { message_ids: Array(1001).fill(unknown) },
      400,
      /^message_ids: "1001 items" is not accepted; /,
    ],
    ['a replay of both', 'replay', { all: 1, message_ids: [unknown] }, 400, /^all: 1 is not accepted; /],
    [
      'a replay of one that is not parked',
      'replay',
      { message_ids: [unknown] },
      404,
      /^no parked event has the message id msg_0+$/,
    ],
  ];
  test('what is refused', async () => {
    for (const [name, what, body, code, message] of refusals) {
      const answer = await send(what, body);
      expect({ name, code: answer.code, data: answer.data }).toEqual({ name, code, data: [] });
      expect(answer.message).toMatch(message);
    }
    const state = (await admin.get(`${path}/deliveries?state=x`)).json();
    expect([state.code, state.message]).toEqual([400, 'state: "x" is not accepted; accepted: one of all, waiting, parked']);
  });

  test('of other enterprises are neither seen nor sent', async () => {
    await setWebhook();
    receiver.respond = refuse(500);
    await record();
    await expect.poll(async () => (await deliveries()).totalItem).toBe(1);
    const [message] = (await deliveries()).list;
    const other = await signedIn(server, await addStaff(server, 'admin', 'other@example.com', 777), 777);
    expect((await other.get(`${path}/deliveries`)).json().data).toEqual({ list: [], totalItem: 0 });
    expect((await other.get(`${path}/list`)).json().data).toEqual({ list: [], totalItem: 0 });
    await server.place.exec("UPDATE delivery SET state = 'parked'");
    expect((await other.post(`${path}/replay`, { message_ids: [message?.['message_id']] })).json().code).toBe(404);
    expect((await other.post(`${path}/pause`, { client_id: application.clientId })).json().code).toBe(404);
    expect((await deliveries()).totalItem).toBe(1);
  });
});
