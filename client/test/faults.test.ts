import { readFileSync } from 'node:fs';
import { GenjinClient, GenjinConnectionError, GenjinError } from '@genjin/client';
import { afterEach, describe, expect, test } from 'vitest';
import { type ScriptedServer, type Step, startScripted } from './scripted-server.ts';

const page = { list: [], totalItem: 0 };
const good: Step = { status: 200, body: { code: 200, message: 'success', now: '2024-08-20 10:48:42', data: page } };
const token: Step = { status: 200, body: { token_type: 'Bearer', expires_in: 28_800, access_token: 'T' } };
const freshToken: Step = { status: 200, body: { token_type: 'Bearer', expires_in: 28_800, access_token: 'fresh' } };
const unavailable: Step = { status: 503, body: '<html>busy</html>', headers: { 'Content-Type': 'text/html' } };
const limited = (retryAfter: string): Step => ({
  status: 429,
  headers: { 'Retry-After': retryAfter },
  body: { code: 429, message: 'too many requests', now: '', data: [] },
});

let server: ScriptedServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function withToken(script: readonly Step[], timeout = 20_000) {
  server = await startScripted(script);
  return { client: new GenjinClient({ baseUrl: server.baseUrl, accessToken: 'T', timeout }), received: server.received };
}

const outcome = (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('a GET is tried again, twice at most', () => {
  const rows: readonly [string, readonly Step[], number, 'answer' | number | 'connection'][] = [
    ['at once good', [good], 1, 'answer'],
    ['503 twice', [unavailable, unavailable, good], 3, 'answer'],
    ['503 three times', [unavailable, unavailable, unavailable, good], 3, 503],
    ['502', [{ ...unavailable, status: 502 }, good], 2, 'answer'],
    ['504', [{ ...unavailable, status: 504 }, good], 2, 'answer'],
    ['500 is no passing state', [{ ...unavailable, status: 500 }, good], 1, 500],
    ['a connection that breaks', [null, null, good], 3, 'answer'],
    ['a connection that always breaks', [null], 3, 'connection'],
    ['429 with seconds', [limited('1'), good], 2, 'answer'],
    ['429 with a date that is past', [limited('Wed, 21 Oct 2015 07:28:00 GMT'), good], 2, 'answer'],
    ['429 for longer than the call may take', [limited('60'), good], 1, 429],
    ['a business error', [{ status: 200, body: { code: 400, message: 'bad', now: '', data: [] } }, good], 1, 400],
  ];
  test.each(rows)('%s', async (_name, script, requests, expected) => {
    const { client, received } = await withToken(script);
    const result = await outcome(client.trails.list());
    expect(received).toHaveLength(requests);
    if (expected === 'answer') expect(result).toEqual(page);
    else if (expected === 'connection') expect(result).toBeInstanceOf(GenjinConnectionError);
    else expect(result).toMatchObject({ name: 'GenjinError', code: expected });
  });

  test('the wait that the server asked for is told', async () => {
    const { client } = await withToken([limited('60')]);
    expect(await outcome(client.trails.list())).toMatchObject({ httpStatus: 429, retryAfter: 60, message: 'too many requests' });
  });
});

describe('what changes something is sent twice only with an idempotency key', () => {
  const passing = [
    ['503', unavailable],
    ['429', limited('0')],
    ['a connection that breaks', null],
  ] as const;
  const calls: readonly [string, (client: GenjinClient, options: { idempotencyKey?: string }) => Promise<unknown>][] = [
    ['record', (c, options) => c.trails.record({ companyId: 1, content: 'x' }, options)],
    ['recordMany', (c, options) => c.trails.recordMany([{ companyId: 1, content: 'x' }], options)],
    ['edit', (c, options) => c.trails.edit(1, { content: 'x' }, options)],
    ['remove', (c, options) => c.trails.remove(1, options)],
    ['restore', (c, options) => c.trails.restore(1, options)],
    ['a company', (c, options) => c.companies.push({ name: 'x' }, options)],
    ['a lead', (c, options) => c.leads.push({ name: 'x' }, options)],
    ['an opportunity', (c, options) => c.opportunities.push({ name: 'x', companyId: 1 }, options)],
    ['a comment', (c, options) => c.comments.push({ trailId: 1, content: 'x' }, options)],
    ['removing a comment', (c, options) => c.comments.remove({ commentId: 1 }, options)],
    ['a next follow-up', (c, options) => c.next.push({ subject: 'company', id: 1, nextFollowUpTime: '' }, options)],
    ['files', (c, options) => c.files.upload([new File(['x'], 'x.txt')], options)],
  ];
  const rows = calls.flatMap(([call, send]) => passing.map(([fault, step]) => [call, fault, send, step] as const));

  test.each(rows)('%s without a key, %s', async (_call, _fault, send, step) => {
    const { client, received } = await withToken([step, good]);
    expect(await outcome(send(client, {}))).toBeInstanceOf(Error);
    expect(received.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
  });

  test.each(rows)('%s with a key, %s', async (_call, _fault, send, step) => {
    const { client, received } = await withToken([step, step, good]);
    expect(await outcome(send(client, { idempotencyKey: 'key-1' }))).toEqual(page);
    expect(received.map(({ headers }) => headers['idempotency-key'])).toEqual(['key-1', 'key-1', 'key-1']);
    // But for the borders of a form's parts, which are drawn each time.
    expect(new Set(received.map(({ body }) => body.replaceAll(/-{6}[\w-]+/g, ''))).size).toBe(1);
  });

  test('these are all the calls that Genjin does once for a key', async () => {
    const { client, received } = await withToken([good]);
    for (const [, send] of calls) await send(client, { idempotencyKey: 'key-1' });
    const contract = JSON.parse(readFileSync(new URL('../../openapi.json', import.meta.url), 'utf8')) as {
      paths: Record<string, { post?: { parameters?: { name: string }[] } }>;
    };
    const keyed = Object.entries(contract.paths).filter(([, { post }]) =>
      post?.parameters?.some(({ name }) => name === 'Idempotency-Key'),
    );
    expect([...new Set(received.map(({ url }) => url))].sort()).toEqual(keyed.map(([path]) => path).sort());
  });

  const keyless: readonly [string, (client: GenjinClient, options: object) => Promise<unknown>][] = [
    ['removing a company', (c, options) => c.companies.remove({ companyId: 1 }, options)],
    ['removing an opportunity', (c, options) => c.opportunities.remove({ opportunityId: 1 }, options)],
    ['setting the webhook', (c, options) => c.webhooks.set({ callbackUrl: 'https://x.example' }, options)],
    ['a PUT', (c, options) => c.webhooks.update({ callbackUrl: 'https://x.example' }, options)],
    ['a DELETE', (c, options) => c.webhooks.delete(options)],
  ];
  test.each(keyless)('%s takes no key, and is not sent twice', async (_name, send) => {
    const { client, received } = await withToken([unavailable, good]);
    expect(await outcome(send(client, { idempotencyKey: 'key-1' }))).toMatchObject({ httpStatus: 503 });
    expect(received.map(({ headers }) => headers['idempotency-key'])).toEqual([undefined]);
  });

  test.each(['', 'two words', '钥匙', 'x'.repeat(256)])(
    'a key that no server takes is refused before: "%s"',
    async (idempotencyKey) => {
      const { client, received } = await withToken([good]);
      expect(await outcome(client.trails.record({ companyId: 1, content: 'x' }, { idempotencyKey }))).toBeInstanceOf(TypeError);
      expect(received).toEqual([]);
    },
  );
});

describe('what a server ignored', () => {
  const ignoring: Step = { ...good, headers: { 'X-Genjin-Ignored': 'page (did you mean start_index?), limit' } };

  test('is told, when somebody wants to know', async () => {
    server = await startScripted([good, ignoring]);
    const told: unknown[][] = [];
    const client = new GenjinClient({ baseUrl: server.baseUrl, accessToken: 'T', onIgnored: (...words) => told.push(words) });
    await client.trails.list();
    await client.trails.list({ page: 2, limit: 5 } as object);
    expect(told).toEqual([[['page (did you mean start_index?)', 'limit'], 'GET /v1/dynamic/trail/list']]);
  });

  test('is passed over otherwise', async () => {
    const { client } = await withToken([ignoring]);
    expect(await client.trails.list()).toEqual(page);
  });
});

describe('token errors in each of their shapes', () => {
  const denied = { error: 'access_denied', message: 'The access token is invalid', now: '', data: [] };
  const rows: readonly [string, Step, boolean][] = [
    ['the status', { status: 401, body: 'Unauthorized' }, true],
    ['error', { status: 200, body: { ...denied } }, true],
    ['code', { status: 200, body: { code: 401, message: 'token expired', now: '', data: [] } }, true],
    ['all three', { status: 401, body: { ...denied, code: 401 } }, true],
    ['a scope', { status: 401, body: { ...denied, code: 401, message: 'no permission company scopes' } }, false],
    [
      'a scope as a business error',
      { status: 200, body: { code: 401, message: 'no permission company scopes', data: [] } },
      false,
    ],
    ['another error', { status: 200, body: { code: 403, message: 'no', data: [] } }, false],
  ];
  test.each(rows)('%s', async (_name, refusal, renewed) => {
    server = await startScripted([token, refusal, freshToken, good]);
    const client = new GenjinClient({ baseUrl: server.baseUrl, clientId: 'a', clientSecret: 'b' });
    const result = await outcome(client.trails.list());
    const used = server.received.map((request) => request.authorization ?? request.url);
    const before = ['/v1/oauth2/access_token', 'Bearer T'];
    expect(used).toEqual(renewed ? [...before, '/v1/oauth2/access_token', 'Bearer fresh'] : before);
    if (renewed) expect(result).toEqual(page);
    else expect(result).toBeInstanceOf(GenjinError);
  });

  test('refused again: the error, not a third token', async () => {
    server = await startScripted([token, { status: 401, body: denied }, freshToken, { status: 401, body: denied }]);
    const client = new GenjinClient({ baseUrl: server.baseUrl, clientId: 'a', clientSecret: 'b' });
    expect(await outcome(client.trails.list())).toMatchObject({ isTokenError: true, message: 'The access token is invalid' });
    expect(server.received).toHaveLength(4);
  });

  test('the token is asked for in JSON', async () => {
    server = await startScripted([token, good]);
    await new GenjinClient({
      baseUrl: server.baseUrl,
      clientId: 'a&b',
      clientSecret: 'c"d',
      scope: 'company  lead',
    }).trails.list();
    expect(JSON.parse(server.received[0]?.body ?? '')).toEqual({
      grant_type: 'client_credentials',
      client_id: 'a&b',
      client_secret: 'c"d',
      scope: 'company  lead',
    });
  });
});

describe('answers that are none of this API', () => {
  const rows: readonly [string, Step, object][] = [
    ['a page of HTML', { status: 200, body: '<html></html>' }, { code: 0, httpStatus: 200, message: /is not this API$/ }],
    ['JSON of something else', { status: 200, body: { hello: 1 } }, { code: 0, message: /is not this API$/ }],
    ['JSON that is no object', { status: 200, body: 'null' }, { code: 0, message: /is not this API$/ }],
    ['a success without data', { status: 200, body: { code: 200 } }, { code: 0 }],
    ['a 404 of a proxy', { status: 404, body: 'nothing here' }, { code: 404, httpStatus: 404, message: /^HTTP 404 Not Found$/ }],
  ];
  test.each(rows)('%s', async (_name, step, expected) => {
    const { client } = await withToken([step]);
    const { message, ...fields } = expected as { message?: RegExp };
    const error = await outcome(client.trails.list());
    expect(error).toBeInstanceOf(GenjinError);
    expect(error).toMatchObject(fields);
    if (message !== undefined) expect((error as Error).message).toMatch(message);
  });

  test('a redirect elsewhere gets neither the secret nor the token', async () => {
    const elsewhere = await startScripted([token]);
    try {
      server = await startScripted([
        { status: 307, headers: { Location: `${elsewhere.baseUrl}/v1/oauth2/access_token` }, body: '' },
      ]);
      const client = new GenjinClient({ baseUrl: server.baseUrl, clientId: 'a', clientSecret: 'b' });
      expect(await outcome(client.trails.list())).toBeInstanceOf(GenjinConnectionError);
      expect(elsewhere.received).toHaveLength(0);
    } finally {
      await elsewhere.stop();
    }
  });
});

describe('time and signals', () => {
  test('a server that never answers', async () => {
    const { client, received } = await withToken(['silence'], 150);
    const error = await outcome(client.trails.list());
    expect(error).toMatchObject({ name: 'GenjinConnectionError', timedOut: true, message: 'No answer within 150 ms' });
    expect(received).toHaveLength(1);
  });

  test('one call may have a limit of its own', async () => {
    const { client } = await withToken(['silence']);
    expect(await outcome(client.trails.list({}, { timeout: 100 }))).toMatchObject({ timedOut: true });
  });

  test('the limit holds while a token is waited for, and the next call asks anew', async () => {
    server = await startScripted(['silence', token, good]);
    const client = new GenjinClient({ baseUrl: server.baseUrl, clientId: 'a', clientSecret: 'b', timeout: 200 });
    expect(await outcome(client.trails.list({}, { timeout: 50 }))).toMatchObject({ timedOut: true });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await client.trails.list()).toEqual(page);
  });

  test.each([
    ['before the call', 0],
    ['during the call', 50],
  ] as const)('a signal %s', async (_name, delay) => {
    const { client } = await withToken(['silence']);
    const controller = new AbortController();
    const reason = new Error('the page was left');
    if (delay === 0) controller.abort(reason);
    else setTimeout(() => controller.abort(reason), delay);
    expect(await outcome(client.trails.list({}, { signal: controller.signal }))).toBe(reason);
  });

  test('a signal during the pause before another try', async () => {
    const { client, received } = await withToken([limited('5')]);
    const controller = new AbortController();
    const reason = new Error('the page was left');
    setTimeout(() => controller.abort(reason), 100);
    expect(await outcome(client.trails.list({}, { signal: controller.signal }))).toBe(reason);
    expect(received).toHaveLength(1);
  });

  test('nobody there', async () => {
    const gone = await startScripted([good]);
    await gone.stop();
    const client = new GenjinClient({ baseUrl: gone.baseUrl, accessToken: 'T' });
    const error = await outcome(client.trails.list());
    expect(error).toMatchObject({ name: 'GenjinConnectionError', timedOut: false });
    expect((error as Error).message).toContain('ECONNREFUSED');
  });
});
