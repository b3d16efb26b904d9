/** The webhooks of all applications, as an admin sees to them on the page. */
import { expect, onTestFinished, test } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, type Page, signedIn, signedInAs } from '../support/page.ts';
import { startServer, type TestServer } from '../support/server.ts';
import { loopback, messageIds } from './fixture.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const listPath = '/v1/admin/webhook/list';
const deliveriesPath = '/v1/admin/webhook/deliveries';
const replayPath = '/v1/admin/webhook/replay';

interface World {
  readonly server: TestServer;
  readonly admin: Page;
  readonly receiver: Receiver;
  readonly clientId: string;
}

/** A webhook that an admin has set for an application, and three events that were parked. */
async function world(): Promise<World> {
  const server = await startServer({ allowPrivateCallbacks: loopback });
  onTestFinished(() => server.close());
  const admin = await signedInAs(server, 'admin');
  const receiver = await startReceiver();
  const { clientId } = await server.application(testTenant, 'webhook');
  const of = { 'X-Genjin-Application': clientId };
  const set = await admin.post('/v1/webhook', { callback_url: receiver.url }, of);
  receiver.secret = set.json<Envelope<{ security_config: string }>>().data.security_config;
  await server.import([1, 2, 3].map((id) => entry({ trail_id: id, company_id: 100 })));
  const events = { subscribe_type: 'crm.dynamic_trail', subscribe_configs: [{ biz_type: 'xiaoman.crm.dynamic_trail.create' }] };
  expect((await admin.post('/v1/subscribe', events, of)).json().code).toBe(200);
  await server.place.exec(
    'INSERT INTO delivery (tenant_id, client_id, kind, revision, object_id, attempts, first_at, next_at, state, last_error) ' +
      `SELECT tenant_id, '${clientId}', kind, revision, object_id, 9, 1, 2, 'parked', 'HTTP 500 instead of 200' FROM change WHERE kind = 'trail'`,
  );
  return { server, admin, receiver, clientId };
}

interface ListedDelivery {
  readonly message_id: string;
  readonly object_id: number;
}

const deliveries = async (admin: Page, query = '') =>
  (await admin.get(`${deliveriesPath}${query}`)).json<Envelope<{ list: ListedDelivery[]; totalItem: number }>>().data;

test('webhooks and their subscriptions are listed, by application', async () => {
  const { server, admin, receiver, clientId } = await world();
  await server.application(testTenant, 'webhook');
  expect((await admin.get(listPath)).json().data).toEqual({
    list: [
      {
        client_id: clientId,
        name: `app of ${testTenant}`,
        callback_url: receiver.url,
        state: 'active',
        subscriptions: [
          {
            subscribe_type: 'crm.dynamic_trail',
            subscribe_config: ['xiaoman.crm.dynamic_trail.create'],
            behind: expect.any(Number),
          },
        ],
      },
    ],
    totalItem: 1,
  });
  await admin.post('/v1/admin/application/revoke', { client_id: clientId });
  expect((await admin.get(listPath)).json().data).toMatchObject({ list: [{ state: 'revoked' }] });
});

test('what was not accepted is listed by pages, and sent again when that is said', async () => {
  const { admin, receiver, clientId } = await world();
  const all = await deliveries(admin);
  expect(all.totalItem).toBe(3);
  expect(all.list[0]).toEqual({
    message_id: expect.stringMatching(/^msg_[\da-f]{32}$/),
    client_id: clientId,
    biz_type: 'xiaoman.crm.dynamic_trail.create',
    object_id: expect.any(Number),
    state: 'parked',
    attempts: 9,
    next_try_time: '',
    last_error: 'HTTP 500 instead of 200',
  });
  expect(await deliveries(admin, '?failed=1&count=2&start_index=2')).toEqual({ list: all.list.slice(2), totalItem: 3 });
  const [first, ...others] = all.list.map(({ message_id }) => message_id);
  const replay = async (body: object) => (await admin.post(replayPath, body)).json();
  const refused: [object, RegExp][] = [
    [{ x: 1 }, /^message_ids is missing/],
    [{ message_ids: [5] }, /^message_ids: \[5\]/],
    [{ message_ids: Array(201).fill('msg_1') }, /^message_ids/],
    [{ message_ids: [first, 'msg_none'] }, /no parked event has the message id "msg_none"/],
  ];
  for (const [body, message] of refused)
    expect(await replay(body), JSON.stringify(body).slice(0, 50)).toMatchObject({
      code: 400,
      message: expect.stringMatching(message),
    });
  expect((await deliveries(admin, '?failed=1')).totalItem).toBe(3);
  expect(await replay({ message_ids: [first] })).toMatchObject({ code: 200, data: { replayed: 1 } });
  while (!messageIds(receiver).includes(String(first))) await receiver.has(receiver.received.length + 1);
  expect(await replay({ all: 1 })).toMatchObject({ code: 200, data: { replayed: 2 } });
  for (const id of others) while (!messageIds(receiver).includes(id)) await receiver.has(receiver.received.length + 1);
  expect(await replay({ all: 1 })).toMatchObject({ code: 200, data: { replayed: 0 } });
});

test('those of another enterprise are not seen, nor sent', async () => {
  const { server, admin } = await world();
  const [one] = (await deliveries(admin)).list;
  const there = await signedIn(server, await addStaff(server, 'admin', 'there@example.com', 777), 777);
  expect((await there.get(listPath)).json().data).toEqual({ list: [], totalItem: 0 });
  expect(await deliveries(there)).toEqual({ list: [], totalItem: 0 });
  expect((await there.post(replayPath, { message_ids: [one?.message_id] })).json().code).toBe(400);
  expect((await there.post(replayPath, { all: 1 })).json().data).toEqual({ replayed: 0 });
  expect((await deliveries(admin)).totalItem).toBe(3);
});
