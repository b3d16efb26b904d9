/** That the upstream of the mirror's tests has what OKKI has and no more, and does wrong what it is told to. */
import { get as httpGet, type IncomingHttpHeaders } from 'node:http';
import { GenjinClient } from '@genjin/client';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RunningServer, startServer } from '../../../client/test/running-server.ts';
import { type ScriptedServer, startScripted } from '../../../client/test/scripted-server.ts';
import { exampleEntries } from '../../src/demo/example.ts';
import { formatTime } from '../../src/wire/time.ts';
import { randomFrom } from '../support/soak.ts';
import {
  drawFault,
  type Fault,
  faultAt,
  faultNames,
  type garbage,
  occursAt,
  type otherJson,
  randomFaults,
  survived,
} from './faults.ts';
import { type OkkiProxy, startProxy } from './okki-proxy.ts';
import { trailListPath } from './okki-wire.ts';

const tokenPath = '/v1/oauth2/access_token';
const allScopes = ['company', 'lead', 'opportunity', 'user', 'webhook', 'report'];
const exampleIds = exampleEntries.map((entry) => (entry as { trail_id: number }).trail_id);
const at = Date.UTC(2031, 2, 4, 1, 10, 11);

interface Row {
  readonly [name: string]: unknown;
  readonly trail_id: number;
}
interface TrailList {
  readonly code: number;
  readonly now: string;
  readonly data: { readonly list: readonly Row[]; readonly totalItem: number };
}

let server: RunningServer;
let proxy: OkkiProxy;
let credentials: { clientId: string; clientSecret: string };
let token: string;

beforeAll(async () => {
  server = await startServer();
  proxy = await startProxy({ target: server.baseUrl, clock: () => at });
  credentials = await server.application(allScopes);
  token = ((await (await askForToken()).json()) as { access_token: string }).access_token;
});
afterAll(async () => {
  await proxy.close();
  await server.stop();
});
afterEach(() => proxy.reset());

const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(proxy.baseUrl + path, {
    signal: AbortSignal.timeout(5000),
    redirect: 'manual',
    ...init,
    headers: { Authorization: `Bearer ${token}`, ...init.headers },
  });

const askForToken = (): Promise<Response> =>
  ask(tokenPath, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: credentials.clientId,
      client_secret: credentials.clientSecret,
    }),
  });

/** The list with a fault at this one call. */
async function listWith(fault: Fault | null, query = ''): Promise<Response> {
  proxy.fault = () => fault;
  const response = await ask(trailListPath + query);
  proxy.fault = () => null;
  return response;
}

const bodyWith = async (fault: Fault | null, query = ''): Promise<TrailList> =>
  (await (await listWith(fault, query)).json()) as TrailList;
const idsOf = ({ data }: TrailList): unknown[] => data.list.map((row) => row?.trail_id);

/** The names of all fields that are like this, at any depth, with their values. */
function* fieldsOf(value: unknown, like: RegExp): Generator<[string, unknown]> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (like.test(name)) yield [name, inner];
    yield* fieldsOf(inner, like);
  }
}

describe('what comes through', () => {
  test('the client reads through it what the server has, and sees no header of Genjin', async () => {
    const client = new GenjinClient({ baseUrl: proxy.baseUrl, ...credentials });
    const { list, totalItem } = await client.trails.list({ count: 100 });
    expect({ list, totalItem }).toEqual({
      list: exampleEntries.map((entry) => expect.objectContaining({ trail_id: (entry as Row).trail_id })),
      totalItem: 6,
    });
    const response = await ask(`${trailListPath}?page=2`, { headers: { 'If-None-Match': '*', 'Accept-Encoding': 'gzip' } });
    expect(response.status).toBe(200);
    expect([...response.headers.keys()].sort()).toEqual(['connection', 'content-length', 'content-type', 'date', 'keep-alive']);
    expect(response.headers.get('date')).toBe(new Date(at).toUTCString());
  });

  const json = { 'Content-Type': 'application/json' };
  const form = { 'Content-Type': 'application/x-www-form-urlencoded;charset=UTF-8' };
  const forwarded: readonly [string, string, string, { headers?: Record<string, string>; body?: string }, string, string][] = [
    [
      'parameters of the list',
      'GET',
      `${trailListPath}?company_id=1&lead_id=2&keyword=x&opportunity_id=3&as_of=4&start_time=5&end_time=6&count=7&start_index=8&page=9`,
      {},
      `${trailListPath}?company_id=1&lead_id=2&opportunity_id=3&start_time=5&end_time=6&count=7&start_index=8`,
      '',
    ],
    ['a name given twice', 'GET', '/v1/company/list?count=1&count=2&q=3', {}, '/v1/company/list?count=1&count=2', ''],
    [
      'the id in the address of a POST',
      'POST',
      '/v1/opportunity/remove?opportunity_id=1&x=2',
      {},
      '/v1/opportunity/remove?opportunity_id=1',
      '',
    ],
    [
      'fields of JSON',
      'POST',
      '/v1/dynamic/trail/push?strict=1',
      { headers: json, body: '{"company_id":1,"content":"好","idempotency_key":"k","trail_type":103}' },
      '/v1/dynamic/trail/push',
      '{"company_id":1,"content":"好"}',
    ],
    ['what is no JSON', 'POST', '/v1/lead/push', { headers: json, body: '{"name' }, '/v1/lead/push', '{"name'],
    [
      'fields of a form',
      'POST',
      '/v1/company/removeCompanyAndCustomers',
      { headers: form, body: 'company_id=1&idempotency_key=k' },
      '/v1/company/removeCompanyAndCustomers',
      'company_id=1',
    ],
    [
      'a webhook',
      'PUT',
      '/v1/webhook',
      { headers: json, body: '{"callback_url":"u","secret":"s"}' },
      '/v1/webhook',
      '{"callback_url":"u"}',
    ],
    ['a subscription', 'DELETE', '/v1/subscribe/crm.company?x=1', {}, '/v1/subscribe/crm.company', ''],
  ];
  describe('to the target', () => {
    let target: ScriptedServer;
    let before: OkkiProxy;
    beforeAll(async () => {
      const headers = { ETag: '"1"', 'X-Genjin-Revision': '7', 'Retry-After': '3', 'Set-Cookie': 'a=b' };
      target = await startScripted([{ status: 429, headers, body: { code: 429 } }]);
      before = await startProxy({ target: target.baseUrl });
    });
    afterAll(async () => {
      await before.close();
      await target.stop();
    });

    test.each(forwarded)('%s', async (_name, method, path, init, url, body) => {
      const others = { 'Idempotency-Key': 'k', 'If-None-Match': '"1"', Cookie: 'a=b', 'X-Genjin-Page': '1' };
      const headers = { Authorization: 'bare', Accept: 'application/json', ...others, ...init.headers };
      const response = await fetch(before.baseUrl + path, { method, ...init, headers });
      expect(response.status).toBe(429);
      expect([...response.headers.keys()].sort()).toEqual([
        'connection',
        'content-length',
        'content-type',
        'date',
        'keep-alive',
        'retry-after',
      ]);
      const last = target.received.at(-1);
      expect(last).toMatchObject({ method, url, body, authorization: 'bare' });
      const known = ['accept', 'authorization', 'connection', 'content-length', 'content-type', 'host'];
      expect(Object.keys(last?.headers ?? {}).filter((name) => !known.includes(name))).toEqual([]);
    });

    test('a target that is not there is a bad gateway', async () => {
      const gone = await startScripted([null]);
      const alone = await startProxy({ target: gone.baseUrl });
      await gone.stop();
      const response = await fetch(alone.baseUrl + trailListPath);
      expect(response.status).toBe(502);
      await alone.close();
    });
  });

  test.each([
    ['GET', '/v1/dynamic/trail/changes'],
    ['GET', '/v1/dynamic/trail/info?trail_id=1'],
    ['POST', '/v1/dynamic/trail/remove'],
    ['POST', trailListPath],
    ['GET', `${trailListPath}/`],
    ['GET', '/v1/subscribe/crm.company/x'],
    ['GET', '/v1/subscribe/'],
    ['DELETE', '/v1/company/list'],
    ['GET', '/v1/stats/daily'],
    ['GET', '/'],
  ])('%s %s is not there', async (method, path) => {
    const response = await ask(path, { method });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ code: 404, message: 'Not Found', now: formatTime(at), data: [] });
  });
});

describe('calls', () => {
  test('are counted, and told to the fault', async () => {
    const seen: unknown[] = [];
    proxy.fault = (call) => {
      seen.push({ ...call });
      return call.number === 2 ? { name: 'empty' } : null;
    };
    await ask(`${trailListPath}?count=2&other=x`);
    await ask('/v1/company/list');
    await ask(trailListPath);
    const expected = [
      { method: 'GET', path: trailListPath, query: { count: '2', other: 'x' }, number: 1, ofPath: 1, at },
      { method: 'GET', path: '/v1/company/list', query: {}, number: 2, ofPath: 1, at },
      { method: 'GET', path: trailListPath, query: {}, number: 3, ofPath: 2, at },
    ];
    expect(seen).toEqual(expected.map((call) => ({ ...call, fault: null })));
    expect(proxy.calls).toEqual(expected.map((call, i) => ({ ...call, fault: i === 1 ? 'empty' : null })));
    expect([proxy.countOf(trailListPath), proxy.countOf('/v1/user/list')]).toEqual([2, 0]);
    proxy.reset();
    expect([proxy.calls.length, proxy.countOf(trailListPath)]).toEqual([0, 0]);
    await ask(trailListPath);
    expect(proxy.calls).toMatchObject([{ number: 1, ofPath: 1 }]);
  });

  test('a fault at the second call of a path happens once', async () => {
    proxy.fault = faultAt(trailListPath, 2, { name: 'status', status: 503, body: 'none' });
    const statuses: number[] = [];
    for (const path of [trailListPath, '/v1/company/list', trailListPath, trailListPath]) statuses.push((await ask(path)).status);
    expect(statuses).toEqual([200, 200, 503, 200]);
  });

  test('a fault that has nothing to befall is none', async () => {
    const silent: [Fault, string][] = [
      [{ name: 'secret-revoked' }, trailListPath],
      [{ name: 'shuffle-rows' }, `${trailListPath}?count=1`],
      [{ name: 'drop-row', row: 0 }, `${trailListPath}?start_index=99`],
      [{ name: 'drop-row', row: 0 }, '/v1/company/info?company_id=16696797769'],
      [{ name: 'total', by: 1 }, `${trailListPath}?count=0`],
      [{ name: 'swap-pages' }, '/v1/user/list'],
    ];
    for (const [fault, path] of silent) {
      proxy.fault = () => fault;
      const through = await (await ask(path)).json();
      proxy.fault = () => null;
      expect(through).toEqual({ ...((await (await ask(path)).json()) as object), now: expect.any(String) });
    }
    expect(proxy.calls.map(({ fault }) => fault)).toEqual(proxy.calls.map(() => null));
  });
});

describe('connections', () => {
  test('hang: no answer, until the proxy is closed', async () => {
    const own = await startProxy({ target: server.baseUrl, fault: () => ({ name: 'hang' }) });
    await expect(fetch(own.baseUrl + trailListPath, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/);
    const pending = fetch(own.baseUrl + trailListPath).catch(String);
    while (own.countOf(trailListPath) < 2) await new Promise(setImmediate);
    await own.close();
    expect(await pending).toMatch(/fetch failed/);
  });

  test('slow: the answer of when it was asked, after others', async () => {
    proxy.fault = faultAt(trailListPath, 1, { name: 'slow', milliseconds: 100 });
    const order: string[] = [];
    const note = (name: string) => async (response: Response) => {
      order.push(name);
      expect(idsOf((await response.json()) as TrailList)).toEqual(exampleIds);
    };
    const first = ask(trailListPath).then(note('first'));
    while (proxy.countOf(trailListPath) < 1) await new Promise(setImmediate);
    await Promise.all([first, ask(trailListPath).then(note('second'))]);
    expect(order).toEqual(['second', 'first']);
  });

  test('slow: closing waits for nothing', async () => {
    const own = await startProxy({ target: server.baseUrl, fault: () => ({ name: 'slow', milliseconds: 3_600_000 }) });
    const pending = fetch(own.baseUrl + trailListPath).catch(String);
    while (own.countOf(trailListPath) < 1) await new Promise(setImmediate);
    await own.close();
    expect(await pending).toMatch(/fetch failed/);
  });

  test('reset: broken before the answer', async () => {
    await expect(listWith({ name: 'reset' })).rejects.toThrow('fetch failed');
  });

  test('cut: broken in the middle of the body, and what was asked for is done', async () => {
    const response = await listWith({ name: 'cut' });
    expect([response.status, Number(response.headers.get('content-length')) > 1000]).toEqual([200, true]);
    await expect(response.text()).rejects.toThrow('terminated');

    proxy.fault = () => ({ name: 'cut' });
    const company = await ask('/v1/company/pushCompanyAndCustomers', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'cut off', customers: [] }),
    });
    await expect(company.text()).rejects.toThrow('terminated');
    proxy.fault = () => null;
    expect(await (await ask('/v1/company/query?word=cut+off')).json()).toMatchObject({ data: { totalItem: 1 } });
  });
});

describe('answers that need no truth', () => {
  const envelope = (code: number) => ({ code, message: expect.any(String), now: formatTime(at), data: [] });
  const later = new Date(at + 90_000).toUTCString();
  const rows: readonly [
    string,
    Fault,
    number,
    { type?: RegExp; headers?: Record<string, string | null>; json?: unknown; text?: RegExp },
  ][] = [
    ['429', { name: 'status', status: 429, body: 'json' }, 429, { json: envelope(429), headers: { 'retry-after': null } }],
    [
      '429 with seconds',
      { name: 'status', status: 429, retryAfter: 90, body: 'json' },
      429,
      { headers: { 'retry-after': '90' } },
    ],
    [
      '429 with a date',
      { name: 'status', status: 429, retryAfter: 90, asDate: true, body: 'none' },
      429,
      { headers: { 'retry-after': later }, text: /^$/ },
    ],
    ['500', { name: 'status', status: 500, body: 'json' }, 500, { json: envelope(500) }],
    ['502 without a body', { name: 'status', status: 502, body: 'none' }, 502, { text: /^$/ }],
    [
      '503',
      { name: 'status', status: 503, retryAfter: 0, body: 'json' },
      503,
      { json: envelope(503), headers: { 'retry-after': '0' } },
    ],
    ['504', { name: 'status', status: 504, body: 'none' }, 504, { text: /^$/ }],
    ['text', { name: 'text' }, 200, { type: /^text\/plain/, text: /^系统/ }],
    ['html', { name: 'html' }, 200, { type: /^text\/html/, text: /<form/ }],
    [
      'redirect',
      { name: 'redirect', location: 'http://elsewhere.example/' },
      302,
      { headers: { location: 'http://elsewhere.example/' } },
    ],
    ['empty', { name: 'empty' }, 200, { type: /json/, text: /^$/, headers: { 'content-length': '0' } }],
    ['an array', { name: 'json-but-other', shape: 'array' }, 200, { type: /json/, json: [] }],
    ['null', { name: 'json-but-other', shape: 'null' }, 200, { json: null }],
    ['a text', { name: 'json-but-other', shape: 'text' }, 200, { json: 'success' }],
    ['a number', { name: 'json-but-other', shape: 'number' }, 200, { json: 7 }],
    ['without data', { name: 'json-but-other', shape: 'without-data' }, 200, { json: { code: 200 } }],
    ['business 400', { name: 'business', code: 400 }, 200, { json: envelope(400) }],
    ['business 404', { name: 'business', code: 404 }, 200, { json: { ...envelope(404), message: 'Not Found Resource' } }],
    ['business 500', { name: 'business', code: 500 }, 200, { json: envelope(500) }],
    [
      'token-expired',
      { name: 'token-expired' },
      401,
      {
        json: {
          error: 'access_denied',
          error_description: expect.any(String),
          message: expect.any(String),
          hint: expect.any(String),
          code: 401,
        },
      },
    ],
  ];
  test.each(rows)('%s', async (_name, fault, status, { type, headers = {}, json, text }) => {
    const response = await listWith(fault);
    expect(response.status).toBe(status);
    if (type !== undefined) expect(response.headers.get('content-type')).toMatch(type);
    for (const [name, value] of Object.entries(headers)) expect([name, response.headers.get(name)]).toEqual([name, value]);
    const body = await response.text();
    if (text !== undefined) expect(body).toMatch(text);
    if (json !== undefined) expect(JSON.parse(body)).toEqual(json);
    expect(proxy.calls.at(-1)?.fault).toBe(fault.name);
  });

  test('a redirect leads to a page under the address of the proxy', async () => {
    const location = (await listWith({ name: 'redirect' })).headers.get('location');
    expect(location).toBe(`${proxy.baseUrl}/login`);
  });

  test('where tokens are asked for', async () => {
    proxy.fault = () => ({ name: 'secret-revoked' });
    const refused = await askForToken();
    expect([refused.status, await refused.json()]).toEqual([
      401,
      expect.objectContaining({ error: 'invalid_client', code: 401 }),
    ]);
    proxy.fault = () => ({ name: 'token-html' });
    const page = await askForToken();
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('<form')]);
    proxy.fault = () => null;
    expect(await (await askForToken()).json()).toMatchObject({ access_token: expect.stringMatching(/^23412\./) });
  });
});

describe('the truth, rewritten', () => {
  let truth: TrailList;
  beforeAll(async () => {
    truth = await bodyWith(null);
    expect(idsOf(truth)).toEqual(exampleIds);
  });
  const rowsWith = async (fault: Fault): Promise<readonly Row[]> => (await bodyWith(fault)).data.list;

  test('truncated: as long as it says, and no JSON', async () => {
    const text = await (await listWith({ name: 'truncated' })).text();
    expect(text.startsWith('{"code":200,')).toBe(true);
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test.each<[(typeof otherJson)[number], unknown]>([
    ['data-null', null],
    ['list-null', { list: null }],
    ['list-object', { list: { 1: expect.objectContaining({ trail_id: exampleIds[0] }), 6: expect.anything() }, totalItem: 6 }],
    ['total-text', { totalItem: '6' }],
    ['total-word', { totalItem: 'NaN' }],
    ['total-null', { totalItem: null }],
    ['total-negative', { totalItem: -1 }],
    ['total-fraction', { totalItem: 6.5 }],
    ['total-infinite', { totalItem: Number.POSITIVE_INFINITY }],
    ['total-missing', { list: expect.any(Array) }],
  ])('json-but-other: %s', async (shape, data) => {
    const body = await bodyWith({ name: 'json-but-other', shape });
    expect(body).toMatchObject({ code: 200, data });
    if (shape === 'total-missing') expect(Object.keys(body.data)).toEqual(['list']);
    expect(proxy.calls.at(-1)?.fault).toBe('json-but-other');
  });

  test('total: only the number differs', async () => {
    expect(await bodyWith({ name: 'total', by: -2 })).toEqual({
      ...truth,
      now: expect.any(String),
      data: { ...truth.data, totalItem: 4 },
    });
    proxy.fault = () => ({ name: 'total', by: 3 });
    const companies = (await (await ask('/v1/company/list')).json()) as {
      data: { list: unknown[]; totalItem: number; count: number };
    };
    expect([companies.data.totalItem, companies.data.count]).toEqual(Array(2).fill(companies.data.list.length + 3));
  });

  const [a, b, c, d, e, f] = exampleIds;
  test.each<[string, Fault, string, unknown[]]>([
    ['repeat-row', { name: 'repeat-row', row: 1 }, '', [a, b, b, c, d, e, f]],
    ['drop-row', { name: 'drop-row', row: 8 }, '', [a, b, d, e, f]],
    ['shuffle-rows', { name: 'shuffle-rows' }, '', [f, e, d, c, b, a]],
    ['swap-pages: the first', { name: 'swap-pages' }, '?count=2', [c, d]],
    ['swap-pages: the second', { name: 'swap-pages' }, '?count=2&start_index=2', [a, b]],
    ['swap-pages: the third', { name: 'swap-pages' }, '?count=2&start_index=3', []],
  ])('%s', async (_name, fault, query, ids) => {
    const body = await bodyWith(fault, query);
    expect(idsOf(body)).toEqual(ids);
    expect(body.data.totalItem).toBe(6);
    for (const row of body.data.list) expect(truth.data.list).toContainEqual(row);
  });

  test('string-ids: all of them, and nothing but them', async () => {
    const body = await bodyWith({ name: 'string-ids' });
    const ids = [...fieldsOf(body, /(_id|_ids|create_user)$/)].flatMap(([, value]) => value);
    expect(ids.length).toBeGreaterThan(60);
    expect(new Set(ids.map((id) => typeof id))).toEqual(new Set(['string']));
    expect(body.data.list[0]).toMatchObject({
      trail_id: String(a),
      customer_id: ['4415640999551'],
      lead_id: '0',
      type: 101,
      enable_flag: 1,
    });
    expect(body.data.totalItem).toBe(6);
  });

  test('unknown-type', async () => {
    expect((await rowsWith({ name: 'unknown-type', type: 9001 })).map((row) => row['type'])).toEqual(Array(6).fill(9001));
  });

  test('unknown-fields: in every object', async () => {
    const body = await bodyWith({ name: 'unknown-fields' });
    const field = { id: '7', list: [1, null, ['x']] };
    expect(body).toMatchObject({ field_of_tomorrow: field, data: { field_of_tomorrow: field } });
    expect(body.data.list[0]).toMatchObject({
      trail_id: a,
      field_of_tomorrow: field,
      company_info: { field_of_tomorrow: field },
    });
  });

  test('null-objects', async () => {
    const joined = [...fieldsOf(await rowsWith({ name: 'null-objects' }), /_info$/)];
    expect(joined).toHaveLength(6 * 7);
    expect(new Set(joined.map(([, value]) => value))).toEqual(new Set([null]));
  });

  test.each<[(typeof garbage)[number], unknown]>([
    ['time', expect.objectContaining({ trail_id: c, create_time: '2024-02-30 25:61:00' })],
    ['id', expect.objectContaining({ trail_id: -5, company_id: 16696797769 })],
    ['null', null],
  ])('garbage-row: %s', async (kind, expected) => {
    const rows = await rowsWith({ name: 'garbage-row', row: 2, garbage: kind });
    expect(rows[2]).toEqual(expected);
    expect(rows.toSpliced(2, 1)).toEqual(truth.data.list.toSpliced(2, 1));
  });

  test('other-tenant', async () => {
    const rows = await rowsWith({ name: 'other-tenant', clientId: 5 });
    expect(rows).toEqual(truth.data.list.map((row) => ({ ...row, client_id: 5 })));
  });

  test('clock: what the answer says of now, and its header', async () => {
    const before = Date.now();
    const response = await listWith({ name: 'clock', hours: -8 });
    const { now, ...rest } = (await response.json()) as TrailList;
    // The server of these tests goes by the real time, the proxy by its own.
    expect(now >= formatTime(before - 8 * 3_600_000) && now <= formatTime(Date.now() - 8 * 3_600_000)).toBe(true);
    expect(rest).toEqual({ ...truth, now: undefined });
    expect(response.headers.get('date')).toBe(new Date(at - 8 * 3_600_000).toUTCString());
  });
});

describe('bodies without a sensible end', () => {
  /** What is in memory outside the heap, where buffers lie. */
  const buffers = () => process.memoryUsage().arrayBuffers;

  /** Bytes on the wire, the most that was in memory meanwhile, and the headers; stops after so many. */
  const raw = (most: number): Promise<{ bytes: number; peak: number; headers: IncomingHttpHeaders }> =>
    new Promise((resolve, reject) => {
      let [bytes, peak] = [0, 0];
      const request = httpGet(proxy.baseUrl + trailListPath, { agent: false }, (incoming) => {
        const end = () => resolve({ bytes, peak, headers: incoming.headers });
        incoming.on('data', (part: Buffer) => {
          bytes += part.length;
          peak = Math.max(peak, buffers());
          if (bytes >= most) {
            incoming.destroy();
            end();
          }
        });
        incoming.on('end', end);
        incoming.on('error', () => {});
      });
      request.on('error', reject);
    });

  test('gzip-bomb: little on the wire, and no more memory for more of it', async () => {
    proxy.fault = () => ({ name: 'gzip-bomb', gigabytes: 1 / 64 });
    await raw(Number.POSITIVE_INFINITY);
    const before = buffers();
    proxy.fault = () => ({ name: 'gzip-bomb', gigabytes: 8 });
    const { bytes, peak, headers } = await raw(Number.POSITIVE_INFINITY);
    expect(headers).toMatchObject({ 'content-encoding': 'gzip', 'content-type': expect.stringContaining('json') });
    expect(bytes).toBeGreaterThan(1_000_000);
    expect(bytes).toBeLessThan(12_000_000);
    expect(peak - before).toBeLessThan(40_000_000);
  });

  test('gzip-bomb: opened it is as large as it says, and JSON', async () => {
    const response = await listWith({ name: 'gzip-bomb', gigabytes: 1 / 16 });
    const text = await response.text();
    expect(text.length).toBeGreaterThan(2 ** 26);
    expect(JSON.parse(text)).toEqual({ code: 200, message: 'success', now: formatTime(at), data: { list: [], totalItem: 0 } });
  });

  test('endless: goes on as long as it is read, and waits for who does not read', async () => {
    proxy.fault = () => ({ name: 'endless' });
    // Without waiting this would never come back: the proxy runs in this process.
    expect((await raw(50_000_000)).bytes).toBeGreaterThanOrEqual(50_000_000);

    const unread = await ask(trailListPath);
    const idle = buffers();
    for (let i = 0; i < 20; i++) await (await ask('/v1/nothing')).text();
    expect(buffers() - idle).toBeLessThan(20_000_000);
    await unread.body?.cancel();
  });
});

describe('faults at random', () => {
  const call = (path: string) => ({ method: 'GET', path, query: {}, number: 1, ofPath: 1 });
  const drawn = (seed: number, rate: number, path: string, kinds?: typeof survived) => {
    const faultOf = randomFaults(randomFrom(seed), rate, kinds);
    return Array.from({ length: 3000 }, () => faultOf(call(path)));
  };

  test('the same seed draws the same', () => {
    expect(drawn(7, 0.5, trailListPath)).toEqual(drawn(7, 0.5, trailListPath));
    expect(drawn(7, 0.5, trailListPath)).not.toEqual(drawn(8, 0.5, trailListPath));
  });

  test('as often as asked, all that a path can have, and nothing else', () => {
    const faults = drawn(7, 0.25, trailListPath).filter((fault) => fault !== null);
    expect(faults.length).toBeGreaterThan(600);
    expect(faults.length).toBeLessThan(900);
    for (const path of [trailListPath, tokenPath, '/v1/company/info', '/v1/lead/list']) {
      const names = new Set(drawn(7, 1, path).map((fault) => fault?.name));
      expect(names).toEqual(new Set(survived.filter((name) => occursAt(name, path))));
    }
    expect(drawn(7, 0, trailListPath).every((fault) => fault === null)).toBe(true);
    expect(drawn(7, 1, trailListPath, ['token-html', 'cut']).every((fault) => fault?.name === 'cut')).toBe(true);
    expect(drawn(7, 1, '/v1/user/info', ['total']).every((fault) => fault === null)).toBe(true);
  });

  test('each kind, as it is drawn, is one that the proxy knows', async () => {
    const random = randomFrom(7);
    for (const name of faultNames.filter((one) => !['hang', 'gzip-bomb', 'endless'].includes(one))) {
      proxy.fault = () => drawFault(name, random);
      const answer = occursAt(name, trailListPath) ? ask(trailListPath) : askForToken();
      await answer.then((response) => response.text()).catch(() => null);
      expect(proxy.calls.at(-1)?.fault).toBe(name);
    }
  });
});
