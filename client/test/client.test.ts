import { GenjinClient, GenjinError } from '@genjin/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { exampleEntries } from '../../server/src/demo/example.ts';
import { type RunningServer, startServer } from './running-server.ts';

const company = 16696797769;
const hour = 3600 * 1000;

let now = Date.now();
let server: RunningServer;

beforeAll(async () => {
  server = await startServer({ clock: () => now });
});
afterAll(() => server.stop());

/** A client with the paths that it has asked for. */
async function clientOf(scopes?: readonly string[], given: { baseUrl?: string; scope?: string } = {}) {
  const asked: string[] = [];
  const { clientId, clientSecret } = await server.application(scopes);
  const client = new GenjinClient({
    baseUrl: given.baseUrl ?? server.baseUrl,
    clientId,
    clientSecret,
    scope: given.scope,
    fetch: (input, init) => {
      asked.push(new URL(String(input)).pathname);
      return fetch(input, init);
    },
  });
  return { client, asked, clientId, clientSecret };
}

const tokenPath = '/v1/oauth2/access_token';
const listPath = '/v1/dynamic/trail/list';
const pushPath = '/v1/dynamic/trail/push';

const failure = async (work: Promise<unknown>): Promise<GenjinError> => {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof GenjinError)) throw new Error(`expected a GenjinError, got ${String(error)}`);
  return error;
};

describe('reading', () => {
  test('the example as it is published', async () => {
    const { client } = await clientOf();
    const { list, totalItem } = await client.trails.list({ company_id: company });
    expect(totalItem).toBe(6);
    expect(list.map((entry) => entry.trail_id)).toEqual(exampleEntries.map((entry) => (entry as { trail_id: number }).trail_id));
    expect(Object.keys(list[0] ?? {})).toHaveLength(28);
    expect(list[0]?.company_info).toEqual({ company_id: company, name: '小满的客户021', is_archive: 1 });
  });

  const queries: readonly [string, Parameters<GenjinClient['trails']['list']>[0], number, number][] = [
    ['no query', undefined, 6, 6],
    ['undefined fields', { company_id: undefined, start_time: undefined }, 6, 6],
    ['an id as text', { company_id: String(company) }, 6, 6],
    ['a page', { company_id: company, count: 2, start_index: 2 }, 2, 6],
    ['a page past the end', { company_id: company, count: 10, start_index: 9 }, 0, 6],
    ['a period', { start_time: '2023-01-01', end_time: '2023-12-31' }, 3, 3],
    ['a time with a space and colons', { end_time: '2022-01-28 05:14:55' }, 1, 1],
    ['a subject without entries', { lead_id: 4 }, 0, 0],
  ];
  test.each(queries)('%s', async (_name, query, rows, total) => {
    const { client } = await clientOf();
    const { list, totalItem } = await client.trails.list(query);
    expect([list.length, totalItem]).toEqual([rows, total]);
  });

  test.each(['', '/', '/v1', '/v1/'])('a base address that ends in "%s"', async (end) => {
    const { client } = await clientOf(['company'], { baseUrl: `${server.baseUrl}${end}` });
    await expect(client.trails.list()).resolves.toHaveProperty('totalItem', 6);
  });
});

describe('recording', () => {
  test('what was recorded is read back', async () => {
    const own = await startServer();
    try {
      const client = new GenjinClient({ baseUrl: own.baseUrl, ...(await own.application()) });
      const content = ' 第一行\n<b>line 2</b>\t"emoji 🧾" ';
      const { trail_id } = await client.trails.record({ opportunity_id: 1418441883793, remark_type: 103, content });
      expect(trail_id).toBeGreaterThanOrEqual(10 ** 15);
      const { list, totalItem } = await client.trails.list({ opportunity_id: 1418441883793, count: 1 });
      expect(totalItem).toBe(2);
      expect(list[0]).toMatchObject({ trail_id, content, type: 103, company_id: company });
    } finally {
      await own.stop();
    }
  });
});

describe('errors', () => {
  const refused: readonly [string, (client: GenjinClient) => Promise<unknown>, number, RegExp][] = [
    ['a bad parameter', (c) => c.trails.list({ count: 1001 }), 400, /count: "1001" is not accepted/],
    ['a time that is none', (c) => c.trails.list({ start_time: '2024-02-30' }), 400, /start_time/],
    ['no content', (c) => c.trails.record({ company_id: company, content: ' ' }), -1, /^备注内容不能为空$/],
    ['an unknown type', (c) => c.trails.record({ company_id: company, content: 'x', remark_type: 7 }), -1, /^不支持的类型$/],
    ['no subject', (c) => c.trails.record({ content: 'x' }), -1, /is empty$/],
    ['an unknown company', (c) => c.trails.record({ company_id: 5, content: 'x' }), 404, /^Not Found Resource$/],
  ];
  test.each(refused)('business: %s', async (_name, work, code, message) => {
    const { client, asked } = await clientOf();
    const error = await failure(work(client));
    expect(error).toMatchObject({ name: 'GenjinError', code, httpStatus: 200, error: null, hint: null, retryAfter: null });
    expect(error.message).toMatch(message);
    expect([error.isTokenError, error.isScopeError]).toEqual([false, false]);
    expect(asked).toHaveLength(2);
  });

  test('a wrong secret', async () => {
    const { clientId } = await clientOf();
    const client = new GenjinClient({ baseUrl: server.baseUrl, clientId, clientSecret: 'wrong' });
    const error = await failure(client.trails.list());
    expect(error).toMatchObject({ code: 401, httpStatus: 401, error: 'invalid_client', message: 'Client authentication failed' });
  });

  test('a scope that the application does not have', async () => {
    const { client, asked } = await clientOf(['company'], { scope: 'company webhook' });
    expect(await failure(client.trails.list())).toMatchObject({ code: 400, httpStatus: 400, error: 'invalid_scope' });
    expect(asked).toEqual([tokenPath]);
  });

  test('a scope that the token does not have: a fresh token would not help', async () => {
    const { client, asked } = await clientOf(['lead']);
    const error = await failure(client.trails.list());
    expect(error).toMatchObject({ code: 401, message: 'no permission company scopes', isScopeError: true, isTokenError: false });
    expect(asked).toEqual([tokenPath, listPath]);
  });

  test('a given token that is refused', async () => {
    const client = new GenjinClient({ baseUrl: server.baseUrl, accessToken: '23412.wrong' });
    expect(await failure(client.trails.list())).toMatchObject({ error: 'access_denied', isTokenError: true });
  });

  test('no secret in what a log would show', async () => {
    const { client, clientSecret } = await clientOf();
    await client.trails.list();
    const { inspect } = await import('node:util');
    expect(inspect(client, { depth: 9, showHidden: true }) + JSON.stringify(client)).not.toContain(clientSecret);
  });
});

describe('tokens', () => {
  test('one token for many calls at once, and after them', async () => {
    const { client, asked } = await clientOf();
    await Promise.all(Array.from({ length: 8 }, () => client.trails.list({ count: 1 })));
    await client.trails.list({ count: 1 });
    expect(asked.filter((path) => path === tokenPath)).toHaveLength(1);
    expect(asked).toHaveLength(10);
  });

  test('a given token is used as it is', async () => {
    const { clientId, clientSecret } = await clientOf();
    const { accessToken } = await server.core.applications.issueToken({ clientId, clientSecret, scopes: [] });
    const client = new GenjinClient({ baseUrl: server.baseUrl, accessToken });
    await expect(client.trails.list()).resolves.toHaveProperty('totalItem', 6);
  });

  test.each([
    ['a GET', (c: GenjinClient) => c.trails.list({ count: 1 }), listPath],
    ['a POST', (c: GenjinClient) => c.trails.record({ company_id: 5, content: 'x' }).catch(() => null), pushPath],
  ] as const)('%s whose token has ended gets a fresh one, once for all calls', async (_name, work, path) => {
    const { client, asked } = await clientOf();
    await work(client);
    now += 9 * hour;
    asked.length = 0;
    await Promise.all([work(client), work(client)]);
    expect(asked.filter((one) => one === path).length).toBe(4);
    expect(asked.filter((one) => one === tokenPath)).toHaveLength(1);
  });

  test('renewed before it ends', async () => {
    const { client, asked, clientId, clientSecret } = await clientOf();
    await server.core.applications.issueToken({ clientId, clientSecret, scopes: [] });
    // The end of the first token stays; one second is left of it.
    now += 8 * hour - 1000;
    await client.trails.list({ count: 1 });
    await new Promise((resolve) => setTimeout(resolve, 700));
    await client.trails.list({ count: 1 });
    expect(asked).toEqual([tokenPath, listPath, tokenPath, listPath]);
  });
});
