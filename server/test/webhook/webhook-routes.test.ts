import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { blank } from '../../src/domain/blank.ts';
import type { Answer } from '../support/http.ts';
import { type Credentials, pushPath, startServer, type TestServer } from '../support/server.ts';
import { loopback } from './fixture.ts';
import { accept, answerJson, type Receiver, refuse, startReceiver } from './receiver.ts';

const ends: (() => Promise<void>)[] = [];
const server: TestServer = await startServer({ allowPrivateCallbacks: loopback });
const receiver: Receiver = await startReceiver((close) => void ends.push(close));
afterAll(async () => {
  await server.close();
  for (const end of ends) await end();
});

const json = 'application/json';
const form = 'application/x-www-form-urlencoded';
let application: Credentials;
let token: string;

beforeEach(async () => {
  application = await server.application(23412, 'company webhook');
  token = await server.token(application);
  receiver.received.length = 0;
  receiver.respond = accept;
});

function ask(method: string, path: string, body?: unknown, type: string | null = json): Promise<Answer> {
  const headers = { Authorization: token, ...(type === null ? {} : { 'Content-Type': type }) };
  return server.send(path, { method, headers, body });
}

/** The envelope without its time. */
async function outcome(answer: Promise<Answer>): Promise<[number, number, string, unknown]> {
  const { status, json: parse } = await answer;
  const { code, message, data } = parse();
  return [status, code, message, data];
}

const done = [200, 200, 'success', []];
const notFound = [200, 404, 'Not Found Resource', []];
const trails = 'crm.dynamic_trail';
const configs = (...verbs: string[]) => verbs.map((verb) => ({ biz_type: `xiaoman.${trails}.${verb}` }));
const trailSubscription = { subscribe_type: trails, subscribe_configs: configs('create', 'update') };

async function setWebhook(): Promise<string> {
  const [, , , data] = await outcome(ask('POST', '/v1/webhook', { callback_url: receiver.url }));
  receiver.secret = (data as { security_config: string }).security_config;
  return receiver.secret;
}

describe('/v1/webhook', () => {
  test('is set, looked at, changed and removed', async () => {
    const [status, code, message, data] = await outcome(ask('POST', '/v1/webhook', { callback_url: 'https://a.example/x?y=1' }));
    expect([status, code, message]).toEqual([200, 200, 'success']);
    expect(data).toEqual({ security_method: 'AES-256-GCM', security_config: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) });
    const known = { callback_verify: '0', security_method: 'AES-256-GCM' };
    expect(await outcome(ask('GET', '/v1/webhook', undefined, null))).toEqual([
      ...[200, 200, 'success'],
      { ...known, callback_url: 'https://a.example/x?y=1' },
    ]);
    expect(await outcome(ask('PUT', '/v1/webhook', { callback_url: ' https://b.example/ ' }))).toEqual([
      ...[200, 200, 'success'],
      { security_method: 'AES-256-GCM', callback_url: 'https://b.example/' },
    ]);
    expect((await outcome(ask('GET', '/v1/webhook')))[3]).toMatchObject({ callback_url: 'https://b.example/' });
    expect(await outcome(ask('DELETE', '/v1/webhook'))).toEqual(done);
    expect(await outcome(ask('GET', '/v1/webhook'))).toEqual(notFound);
  });

  test('takes a form; posted again it has another key and keeps the subscriptions', async () => {
    const first = await setWebhook();
    expect(await outcome(ask('POST', '/v1/subscribe', trailSubscription))).toEqual(done);
    const again = await outcome(ask('POST', '/v1/webhook', `callback_url=${encodeURIComponent(receiver.url)}`, form));
    expect((again[3] as { security_config: string }).security_config).not.toBe(first);
    expect((await outcome(ask('GET', '/v1/subscribe')))[3]).toHaveLength(1);
  });

  test.each([
    ['nothing', {}, 'Empty POST request body data'],
    ['no URL', { callback: 'x' }, 'callback_url is missing; accepted: one https URL'],
    ['an empty one', { callback_url: ' ' }, 'callback_url: " " is not accepted; accepted: one https URL'],
    ['a number', { callback_url: 7 }, 'callback_url: 7 is not accepted; accepted: one https URL'],
    [
      'a list',
      { callback_url: ['https://a.example'] },
      'callback_url: ["https://a.example"] is not accepted; accepted: one https URL',
    ],
    ['another scheme', { callback_url: 'ftp://a.example' }, /^callback_url: "ftp:\/\/a\.example" is not accepted/],
    [
      'a private address',
      { callback_url: 'https://10.0.0.1/' },
      /^callback_url: "https:\/\/10\.0\.0\.1\/" is not accepted; the address of the host is not public/,
    ],
  ])('refuses %s', async (_name, body, message) => {
    for (const method of ['POST', 'PUT']) {
      const [status, code, text, data] = await outcome(ask(method, '/v1/webhook', body));
      expect([status, code, data]).toEqual([200, 400, []]);
      if (typeof message === 'string') expect(text).toBe(message);
      else expect(text).toMatch(message);
    }
  });

  test.each([
    ['GET', '/v1/webhook'],
    ['PUT', '/v1/webhook', { callback_url: 'https://a.example' }],
    ['DELETE', '/v1/webhook'],
    ['POST', '/v1/webhook/test'],
    ['POST', '/v1/webhook/regenerate-secret'],
    ['GET', `/v1/subscribe/${trails}`],
    ['PUT', `/v1/subscribe/${trails}`, trailSubscription],
    ['DELETE', `/v1/subscribe/${trails}`],
  ])('%s %s without anything set: Not Found Resource', async (method, path, body?) => {
    expect(await outcome(ask(method, path, body))).toEqual(notFound);
    expect(await outcome(ask(method, path, body ?? '', json))).toEqual(notFound);
    if (body === undefined) expect(await outcome(ask(method, path, undefined, null))).toEqual(notFound);
  });

  test('belongs to one application', async () => {
    await setWebhook();
    token = await server.tokenOf(23412, 'webhook');
    expect(await outcome(ask('GET', '/v1/webhook'))).toEqual(notFound);
    expect((await outcome(ask('GET', '/v1/subscribe')))[3]).toEqual([]);
  });
});

describe('/v1/webhook/test', () => {
  test('sends the test event, and wants it back', async () => {
    await setWebhook();
    for (const [body, type] of [
      [undefined, null],
      ['', json],
      ['', form],
      [{}, json],
    ] as const) {
      expect(await outcome(ask('POST', '/v1/webhook/test', body, type))).toEqual(done);
    }
    expect(receiver.received.map(({ bizType, bizData }) => [bizType, bizData])).toEqual(
      new Array(4).fill(['xiaoman.open.callback.test', 'success']),
    );
    expect(new Set(receiver.received.map(({ messageId }) => messageId)).size).toBe(4);
    expect(receiver.unverified).toEqual([]);
  });

  test.each([
    ['another status', refuse(500), 'HTTP 500 instead of 200'],
    ['an answer without the text', undefined, 'HTTP 200, but data.data is missing instead of "success"'],
  ])('says what is wrong: %s', async (_name, respond, reason) => {
    await setWebhook();
    receiver.respond =
      respond ?? (({ messageId }, response) => answerJson(response, { code: 200, data: { message_id: messageId } }));
    expect(await outcome(ask('POST', '/v1/webhook/test'))).toEqual([
      ...[200, 400, `the callback did not accept the test event: ${reason}`],
      [],
    ]);
  });

  test('says that nobody is there', async () => {
    await ask('POST', '/v1/webhook', { callback_url: 'http://127.0.0.1:9/' });
    const [, code, message] = await outcome(ask('POST', '/v1/webhook/test'));
    expect([code, message]).toEqual([400, 'the callback did not accept the test event: the connection was refused']);
  });
});

test('/v1/webhook/regenerate-secret: another key, in force at once', async () => {
  const first = await setWebhook();
  for (const [body, type] of [
    [undefined, null],
    ['', json],
    [{}, json],
  ] as const) {
    const [status, code, message, data] = await outcome(ask('POST', '/v1/webhook/regenerate-secret', body, type));
    expect([status, code, message]).toEqual([200, 200, 'success']);
    expect(data).toEqual({ webhook_secret: expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/) });
    receiver.secret = (data as { webhook_secret: string }).webhook_secret;
    expect(receiver.secret).not.toBe(first);
    expect(await outcome(ask('POST', '/v1/webhook/test'))).toEqual(done);
  }
});

describe('/v1/subscribe', () => {
  test('subscribes, lists, changes and unsubscribes, one module a call', async () => {
    await setWebhook();
    expect(await outcome(ask('GET', '/v1/subscribe', undefined, form))).toEqual([200, 200, 'success', []]);
    expect(await outcome(ask('POST', '/v1/subscribe', trailSubscription))).toEqual(done);
    const companies = encodeURIComponent(JSON.stringify([{ biz_type: 'xiaoman.crm.company.delete' }]));
    const asForm = `subscribe_type=crm.company&subscribe_configs=${companies}`;
    expect(await outcome(ask('POST', '/v1/subscribe', asForm, form))).toEqual(done);
    const trailObject = { subscribe_type: trails, subscribe_config: configs('create', 'update').map((one) => one.biz_type) };
    const companyObject = { subscribe_type: 'crm.company', subscribe_config: ['xiaoman.crm.company.delete'] };
    expect((await outcome(ask('GET', '/v1/subscribe')))[3]).toEqual([companyObject, trailObject]);
    expect((await outcome(ask('GET', `/v1/subscribe/${trails}`)))[3]).toEqual(trailObject);
    const changed = { subscribe_type: trails, subscribe_configs: configs('delete') };
    expect(await outcome(ask('PUT', `/v1/subscribe/${trails}`, changed))).toEqual(done);
    expect((await outcome(ask('GET', `/v1/subscribe/${trails}`)))[3]).toMatchObject({
      subscribe_config: [`xiaoman.${trails}.delete`],
    });
    // The module is that of the path.
    expect(await outcome(ask('PUT', `/v1/subscribe/${trails}`, { subscribe_configs: configs('create') }))).toEqual(done);
    expect(await outcome(ask('DELETE', `/v1/subscribe/${trails}`))).toEqual(done);
    expect((await outcome(ask('GET', '/v1/subscribe')))[3]).toEqual([companyObject]);
    expect(await outcome(ask('DELETE', '/v1/webhook'))).toEqual(done);
    expect((await outcome(ask('GET', '/v1/subscribe')))[3]).toEqual([]);
  });

  test.each([
    [
      'a module that is not there',
      { subscribe_type: 'crm.order', subscribe_configs: configs('create') },
      'subscribe_type: "crm.order" is not accepted; accepted: one of crm.dynamic_trail, crm.company, crm.customer, crm.lead, crm.opportunity',
    ],
    [
      'no module',
      { subscribe_configs: configs('create') },
      'subscribe_type is missing; accepted: one of crm.dynamic_trail, crm.company, crm.customer, crm.lead, crm.opportunity',
    ],
    [
      'an event of another module',
      { subscribe_type: 'crm.company', subscribe_configs: [{ biz_type: 'xiaoman.crm.lead.create' }] },
      'subscribe_configs[0].biz_type: "xiaoman.crm.lead.create" is not accepted; ' +
        'accepted: one of xiaoman.crm.company.create, xiaoman.crm.company.update, xiaoman.crm.company.delete',
    ],
    [
      'an event without a name',
      { subscribe_type: trails, subscribe_configs: [...configs('create'), 'x'] },
      `subscribe_configs[1].biz_type is missing; accepted: one of ${configs('create', 'update', 'delete')
        .map((one) => one.biz_type)
        .join(', ')}`,
    ],
    ['no events', { subscribe_type: trails }, /^subscribe_configs is missing; accepted: a list of 1 to 10 objects$/],
    ['an empty list', { subscribe_type: trails, subscribe_configs: [] }, /^subscribe_configs: "0 items" is not accepted/],
    ['text that is no list', { subscribe_type: trails, subscribe_configs: 'x' }, /^subscribe_configs: "x" is not accepted/],
    ['a webhook that is missing', trailSubscription, 'there is no webhook to be told at: set one first, POST /v1/webhook'],
  ])('refuses %s', async (_name, body, message) => {
    const [status, code, text] = await outcome(ask('POST', '/v1/subscribe', body));
    expect([status, code]).toEqual([200, 400]);
    if (typeof message === 'string') expect(text).toBe(message);
    else expect(text).toMatch(message);
  });

  test('in a path too, a module that is not there is a 400', async () => {
    for (const module of ['crm.order', 'x'.repeat(5000)]) {
      for (const method of ['GET', 'DELETE']) {
        const [status, code, text] = await outcome(ask(method, `/v1/subscribe/${module}`));
        expect([status, code, text]).toEqual([200, 400, expect.stringContaining('accepted: one of crm.dynamic_trail')]);
      }
    }
    expect((await outcome(ask('PUT', '/v1/subscribe/crm.order', trailSubscription)))[1]).toBe(400);
  });

  test('names a field that nobody reads', async () => {
    await setWebhook();
    const answer = await ask('POST', '/v1/subscribe', { ...trailSubscription, subscribe_config: [] });
    expect(answer.headers['x-genjin-ignored']).toBe('subscribe_config (did you mean subscribe_configs?)');
  });
});

test('a push is told by the running server, and counted', async () => {
  await setWebhook();
  await ask('POST', '/v1/subscribe', trailSubscription);
  await server.core.objects.change(23412, 'command:test', async (edit) => {
    await edit.write('company', [{ before: null, after: blank.company(1), knownAt: 1 }]);
  });
  const pushed = (await ask('POST', pushPath, { company_id: 1, content: 'called' })).json<{ data: { trail_id: number } }>();
  await receiver.has(1);
  expect(receiver.received[0]?.bizData).toEqual({ trail_id: pushed.data.trail_id });
  expect(receiver.received[0]?.bizType).toBe('xiaoman.crm.dynamic_trail.create');
  // The receiver was answered to before it is counted.
  let metrics = '';
  while (!/genjin_webhook_deliveries_total\{result="accepted"\} [1-9]/.test(metrics))
    metrics = (await server.send('/metrics')).text;
});

test('the secret is in no file of the store, and what is there cannot be moved', async () => {
  const secret = await setWebhook();
  const stored = await server.core.webhookStore.get(23412, application.clientId);
  for (const form of [secret, Buffer.from(secret, 'base64').toString('hex')]) expect(JSON.stringify(stored)).not.toContain(form);
  expect(stored?.sealedSecret).toMatch(/^sealed\$/);
});
