/** What the server answers to requests that are wrong in themselves, and what those who run it may ask. */
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { entry } from '../support/entries.ts';
import { type Answer, type Ask, inside, sendRaw } from '../support/http.ts';
import { listPath, pushPath, startServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const token = await server.tokenOf();

/** The envelope of an error, and nothing of the inside. */
function expectEnvelope(answer: Answer, status: number, words: readonly string[]): void {
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  const body = answer.json();
  expect(body).toMatchObject({ code: status, now, data: [] });
  for (const word of words) expect(body.message).toContain(word);
  expect(answer.text).not.toMatch(inside);
  expect(answer.text).not.toContain(server.folder);
}

describe('requests that are wrong in themselves', () => {
  const json = { 'Content-Type': 'application/json' };
  const rows: {
    name: string;
    method?: string;
    path: string;
    headers?: Ask['headers'];
    body?: string;
    status: number;
    words: string[];
    allow?: string[];
  }[] = [
    {
      name: 'a path that is not there',
      path: '/v1/dynamic/trail/nothing',
      status: 404,
      words: ['GET /v1/dynamic/trail/nothing'],
    },
    { name: 'its query is not repeated', path: '/nothing?secret=x', status: 404, words: ['no such path: GET /nothing'] },
    { name: 'a slash too many', path: `${listPath}/`, status: 404, words: ['no such path'] },
    { name: 'two slashes', path: '//v1/dynamic/trail/list', status: 404, words: ['no such path'] },
    { name: 'another case', path: listPath.toUpperCase(), status: 404, words: ['no such path'] },
    { name: 'a path out of the folder', path: '/../../etc/passwd', status: 404, words: ['no such path'] },
    { name: 'a path out of the folder, coded', path: '/%2e%2e/%2e%2e/etc/passwd', status: 404, words: ['no such path'] },
    { name: 'POST to what is not there', method: 'POST', path: '/nothing', body: '{}', headers: json, status: 404, words: [] },
    {
      name: 'POST to what is not there, of a type that is not known',
      method: 'POST',
      path: '/nothing',
      body: '<a/>',
      headers: { 'Content-Type': 'application/xml' },
      status: 404,
      words: ['no such path'],
    },
    {
      name: 'PUT of the list',
      method: 'PUT',
      path: listPath,
      status: 405,
      words: ['PUT', 'GET'],
      allow: ['GET'],
    },
    { name: 'POST of the list', method: 'POST', path: listPath, status: 405, words: ['POST', 'GET'], allow: ['GET'] },
    { name: 'DELETE of the list', method: 'DELETE', path: listPath, status: 405, words: ['DELETE', 'GET'], allow: ['GET'] },
    { name: 'PATCH of the list', method: 'PATCH', path: listPath, status: 405, words: ['PATCH'], allow: ['GET'] },
    { name: 'OPTIONS of the list', method: 'OPTIONS', path: listPath, status: 405, words: ['OPTIONS'], allow: ['GET'] },
    { name: 'GET of the push', path: pushPath, status: 405, words: ['GET', 'POST'], allow: ['POST'] },
    { name: 'GET of the push with a query', path: `${pushPath}?company_id=1`, status: 405, words: ['POST'], allow: ['POST'] },
    { name: 'GET of the token', path: tokenPath, status: 405, words: ['POST'], allow: ['POST'] },
    { name: 'POST of the health', method: 'POST', path: '/healthz', status: 405, words: ['GET'], allow: ['GET'] },
    {
      name: 'another content type',
      method: 'POST',
      path: pushPath,
      headers: { Authorization: token, 'Content-Type': 'text/csv' },
      body: 'a;b',
      status: 415,
      words: ['text/csv', 'JSON or a form'],
    },
    {
      name: 'a content type that is none',
      method: 'POST',
      path: pushPath,
      headers: { Authorization: token, 'Content-Type': ';;' },
      body: 'a;b',
      status: 415,
      words: ['JSON or a form'],
    },
    {
      name: 'too large a body',
      method: 'POST',
      path: pushPath,
      headers: { Authorization: token, ...json },
      body: ' '.repeat(1024 * 1024 + 1),
      status: 413,
      words: ['1048576'],
    },
    {
      name: 'too large a body for a token',
      method: 'POST',
      path: tokenPath,
      headers: json,
      body: ' '.repeat(1024 * 1024 + 1),
      status: 413,
      words: ['1048576'],
    },
    { name: 'a path of broken percent coding', path: '/v1/%zz', status: 400, words: ['could not be read'] },
    {
      name: 'a path of broken percent coding, with a query',
      path: '/v1/%zz?a=secret',
      status: 400,
      words: ['could not be read'],
    },
    { name: 'a path that is no UTF-8', path: '/v1/%ff', status: 400, words: ['could not be read'] },
    { name: 'a path that ends in a percent sign', path: '/v1/%', status: 400, words: ['could not be read'] },
  ];

  it.each(rows)('$status: $name', async ({ method = 'GET', path, headers = {}, body, status, words, allow }) => {
    const answer = await server.send(path, { method, headers, body });
    expectEnvelope(answer, status, words);
    expect(answer.text).not.toContain('secret');
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
    expect(answer.headers['x-content-type-options']).toBe('nosniff');
    if (allow !== undefined) {
      const allowed = String(answer.headers.allow).split(', ');
      // HEAD is allowed wherever GET is, whether it is named or not.
      expect(allowed.filter((one) => one !== 'HEAD')).toEqual(allow);
    }
  });
});

describe('bytes that are no request', () => {
  const head = `GET ${listPath} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nConnection: close\r\n`;
  const post = `POST ${pushPath} HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\n`;
  const rows: { name: string; bytes: string | string[]; status: number; words: string[] }[] = [
    { name: 'a word', bytes: 'HELLO\r\n\r\n', status: 400, words: ['no HTTP request'] },
    { name: 'the start of TLS', bytes: '\u0016\u0003\u0001\u0002\u0000\u0001\u0000', status: 400, words: ['no HTTP request'] },
    { name: 'a method that nobody knows', bytes: 'FROB / HTTP/1.1\r\nHost: x\r\n\r\n', status: 400, words: [] },
    { name: 'a blank in the path', bytes: `GET ${listPath}?a b HTTP/1.1\r\nHost: x\r\n\r\n`, status: 400, words: [] },
    {
      name: 'bytes beyond ASCII in the path',
      bytes: `GET ${listPath}?\u00e9=1 HTTP/1.1\r\nHost: x\r\n\r\n`,
      status: 400,
      words: ['percent-encoded'],
    },
    { name: 'a header without a colon', bytes: `${head}nonsense\r\n\r\n`, status: 400, words: [] },
    { name: 'a NUL in a header', bytes: `${head}X: a\u0000b\r\n\r\n`, status: 400, words: [] },
    { name: 'no Host', bytes: `GET ${listPath} HTTP/1.1\r\n\r\n`, status: 400, words: [] },
    { name: 'two lengths', bytes: `${post}Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}`, status: 400, words: [] },
    { name: 'a length that is no number', bytes: `${post}Content-Length: x\r\n\r\n{}`, status: 400, words: [] },
    {
      name: 'both a length and chunks',
      bytes: `${post}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      status: 400,
      words: [],
    },
    { name: 'a chunk of no size', bytes: `${post}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, status: 400, words: [] },
    { name: 'headers of 20 KB', bytes: `${head}X: ${'x'.repeat(20_000)}\r\n\r\n`, status: 431, words: ['headers are too large'] },
    {
      name: 'a query of 20 KB',
      bytes: `GET ${listPath}?${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
      status: 431,
      words: ['too large'],
    },
  ];

  it.each(rows)('$status: $name', async ({ bytes, status, words }) => {
    expectEnvelope(await sendRaw(server.port, bytes), status, words);
  });

  it('the server goes on', async () => {
    expect((await server.get(token, listPath)).status).toBe(200);
  });

  it.each([
    { name: 'the whole address instead of the path', bytes: `GET http://localhost${listPath} HTTP/1.1\r\nHost: x\r\n` },
    { name: 'HTTP/1.0', bytes: `GET ${listPath} HTTP/1.0\r\n` },
    { name: 'an upgrade that is not offered', bytes: `GET ${listPath} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\n` },
  ])('odd, and answered: $name', async ({ bytes }) => {
    const answer = await sendRaw(
      server.port,
      Buffer.from(`${bytes}Authorization: ${token}\r\nConnection: close\r\n\r\n`, 'latin1'),
    );
    expect(answer.status).toBe(200);
  });
});

describe('slow clients', () => {
  it('are cut off: headers within 15 s, a request with files within ten minutes, an idle connection within 75 s', () => {
    const { headersTimeout, requestTimeout, keepAliveTimeout, timeout } = server.app.server;
    expect({ headersTimeout, requestTimeout, keepAliveTimeout, timeout }).toEqual({
      headersTimeout: 15_000,
      requestTimeout: 600_000,
      keepAliveTimeout: 75_000,
      timeout: 60_000,
    });
  });

  it('are cut off when the body of any other request has not come within 30 s', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const head = (path: string): string =>
      `POST ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
    for (const path of [pushPath, '/v1/nowhere']) {
      const timers = vi.getTimerCount();
      const answer = sendRaw(server.port, head(path));
      while (vi.getTimerCount() <= timers) await new Promise((turn) => setImmediate(turn));
      for (let i = 0; i < 100; i++) await new Promise((turn) => setImmediate(turn));
      vi.advanceTimersByTime(30_000);
      expectEnvelope(await answer, 408, ['it took too long']);
    }
  });
});

describe('for those who run it', () => {
  it('/healthz and /readyz', async () => {
    const own = await startServer({ now });
    onTestFinished(own.close);
    for (const path of ['/healthz', '/readyz']) {
      const answer = await own.send(path);
      expect({ status: answer.status, body: answer.json() }).toEqual({ status: 200, body: { status: 'ok' } });
    }
    const ownToken = await own.tokenOf();
    await own.core.close();
    expect((await own.send('/healthz')).status).toBe(200);
    for (const path of ['/readyz', listPath]) {
      const answer = await own.get(ownToken, path);
      expectEnvelope(answer, 503, ['the store does not answer']);
    }
    const push = await own.post(ownToken, pushPath, { company_id: 1, content: 'x' });
    expectEnvelope(push, 503, ['the store does not answer']);
  });

  it('a fault of the store is a 500 that says nothing of the inside', async () => {
    const own = await startServer({ now });
    onTestFinished(own.close);
    const ownToken = await own.tokenOf();
    await own.place.exec('ALTER TABLE trail RENAME TO elsewhere');
    const asks: Promise<Answer>[] = [
      own.get(ownToken, listPath),
      own.get(ownToken, `${listPath}?company_id=1&lead_id=2`),
      own.get(ownToken, `${listPath}?start_time=2024-01-01`),
    ];
    for (const answer of await Promise.all(asks)) {
      expectEnvelope(answer, 500, ['internal error', 'request id']);
      expect(answer.headers['x-request-id']).toBeDefined();
      for (const word of ['trail ', 'table', 'elsewhere']) expect(answer.text).not.toContain(word);
    }
  });

  it('/metrics counts answers by route, and names nothing that a caller gave', async () => {
    await server.get(token, `${listPath}?company_id=424242`);
    await server.send('/nothing/secret-path');
    const answer = await server.send('/metrics');
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toContain('text/plain');
    expect(answer.text).toContain('process_cpu_user_seconds_total');
    expect(answer.text).toMatch(
      /genjin_http_request_duration_seconds_count\{method="GET",route="\/v1\/dynamic\/trail\/list",status="200"\} \d+/,
    );
    for (const word of ['424242', 'secret-path', token]) expect(answer.text).not.toContain(word);
  });

  const given = 'metrics-token-1';
  it.each([
    { name: 'on this machine', settings: {}, headers: {}, status: 200 },
    {
      name: 'on this machine, with a wrong token',
      settings: { metricsToken: given },
      headers: { Authorization: 'x' },
      status: 200,
    },
    { name: 'behind a proxy', settings: { behindProxy: true }, headers: {}, status: 403 },
    {
      name: 'behind a proxy that says the client is this machine',
      settings: { behindProxy: true },
      headers: { 'X-Forwarded-For': '127.0.0.1' },
      status: 403,
    },
    {
      name: 'behind a proxy, any token where none is set',
      settings: { behindProxy: true },
      headers: { Authorization: 'x' },
      status: 403,
    },
    { name: 'behind a proxy, no token', settings: { behindProxy: true, metricsToken: given }, headers: {}, status: 403 },
    {
      name: 'behind a proxy, a wrong token',
      settings: { behindProxy: true, metricsToken: given },
      headers: { Authorization: 'Bearer metrics-token-2' },
      status: 403,
    },
    {
      name: 'behind a proxy, the token of an application',
      settings: { behindProxy: true, metricsToken: given },
      headers: { Authorization: `Bearer ${token}` },
      status: 403,
    },
    {
      name: 'behind a proxy, the token',
      settings: { behindProxy: true, metricsToken: given },
      headers: { Authorization: `Bearer ${given}` },
      status: 200,
    },
    {
      name: 'behind a proxy, the bare token',
      settings: { behindProxy: true, metricsToken: given },
      headers: { Authorization: given },
      status: 200,
    },
  ])('/metrics $name: $status', async ({ settings, headers, status }) => {
    const own = await startServer({ now, ...settings });
    onTestFinished(own.close);
    const answer = await own.send('/metrics', { headers });
    expect(answer.status).toBe(status);
    if (status === 403) {
      expect(answer.text).not.toContain('process_cpu');
      expectEnvelope(answer, 403, ['GENJIN_METRICS_TOKEN']);
    }
  });

  it('each answer has an id of its own, whatever the client says', async () => {
    const ids: (string | string[] | undefined)[] = [];
    for (const path of ['/healthz', '/readyz', '/metrics', '/', '/nothing', listPath, '/docs/json']) {
      const answer = await server.send(path, { headers: { 'X-Request-Id': 'mine' } });
      expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
      ids.push(answer.headers['x-request-id']);
    }
    expect(new Set(ids).size).toBe(ids.length);
  });
});
