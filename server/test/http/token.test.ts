/** Getting a token, and what a token opens. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import { type Answer, type Ask, inside, sendRaw } from '../support/http.ts';
import { listPath, startServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const hour = 3600 * 1000;
const otherTenant = 777;

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const application = await server.application(testTenant, 'company lead user');
const { clientId, clientSecret } = application;
const foreign = await server.application(otherTenant, 'company');

interface TokenAnswer {
  readonly token_type: string;
  readonly expires_in: number;
  readonly access_token: string;
}

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const credentials = { client_id: clientId, client_secret: clientSecret };
const good = { grant_type: 'client_credentials', ...credentials };

const askToken = (body: unknown, headers: Ask['headers'] = json): Promise<Answer> =>
  server.send(tokenPath, { method: 'POST', headers: headers ?? {}, body });
const formOf = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

/** The modules that a token opens, found out by using it. */
async function opensTimeline(token: string): Promise<boolean> {
  return (await server.get(token, listPath)).status === 200;
}

function expectToken(answer: Answer): string {
  expect(answer.status).toBe(200);
  const body = answer.json<TokenAnswer>();
  // Outside the envelope, and client_credentials has no refresh_token.
  expect(Object.keys(body)).toEqual(['token_type', 'expires_in', 'access_token']);
  expect(body.token_type).toBe('Bearer');
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(answer.headers['cache-control']).toBe('no-store');
  // Finding it never leaves the tenant.
  expect(body.access_token).toMatch(new RegExp(`^${testTenant}\\.[\\w-]{43}$`));
  return body.access_token;
}

describe('asking for a token', () => {
  const rows: { name: string; headers: Ask['headers']; body: unknown; timeline?: boolean }[] = [
    { name: 'JSON', headers: json, body: good },
    { name: 'JSON with a charset', headers: { 'Content-Type': 'application/json;charset=UTF-8' }, body: good },
    { name: 'a form', headers: form, body: formOf(good) },
    {
      name: 'a form with a charset',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' },
      body: formOf(good),
    },
    { name: 'one module', headers: json, body: { ...good, scope: 'company' } },
    { name: 'one module by form', headers: form, body: formOf({ ...good, scope: 'company' }) },
    { name: 'all modules', headers: json, body: { ...good, scope: 'company lead user' } },
    { name: 'modules between runs of blanks', headers: json, body: { ...good, scope: '  company    lead\t\nuser ' } },
    { name: 'modules between plus signs, by form', headers: form, body: `${formOf(good)}&scope=company++lead` },
    { name: 'a module twice', headers: json, body: { ...good, scope: 'company company' } },
    { name: 'no scope: all that the application has', headers: json, body: { ...good, scope: '' } },
    { name: 'scope null', headers: json, body: { ...good, scope: null } },
    { name: 'another module than the timeline', headers: json, body: { ...good, scope: 'lead' }, timeline: false },
    { name: 'two other modules', headers: json, body: { ...good, scope: 'lead user' }, timeline: false },
    { name: 'blanks around the credentials', headers: json, body: { ...good, client_id: ` ${clientId} ` } },
    { name: 'fields that are not known here', headers: json, body: { ...good, redirect_uri: 'https://example.com' } },
  ];
  it.each(rows)('$name', async ({ headers, body, timeline = true }) => {
    const token = expectToken(await askToken(body, headers));
    expect(await opensTimeline(token)).toBe(timeline);
  });

  it.each([
    { name: 'a form', type: 'application/x-www-form-urlencoded', body: formOf(good) },
    { name: 'JSON', type: 'application/json', body: JSON.stringify(good) },
  ])('$name in chunks, without Content-Length', async ({ type, body }) => {
    const head = `POST ${tokenPath} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\n`;
    const cut = 25;
    const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
    const answer = await sendRaw(server.port, [
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      chunk(body.slice(0, cut)),
      chunk(body.slice(cut)),
      '0\r\n\r\n',
    ]);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('"access_token":"23412.');
  });
});

describe('refused', () => {
  const { client_id, client_secret, grant_type } = good;
  const rows: {
    name: string;
    headers?: Ask['headers'];
    body: unknown;
    status: number;
    error: string;
    message?: string;
    hint?: string;
  }[] = [
    {
      name: 'no grant_type',
      body: credentials,
      status: 400,
      error: 'invalid_request',
      hint: 'grant_type',
    },
    {
      name: 'an empty grant_type',
      body: { ...good, grant_type: '' },
      status: 400,
      error: 'invalid_request',
      hint: 'grant_type',
    },
    { name: 'no client_id', body: { grant_type, client_secret }, status: 400, error: 'invalid_request', hint: 'client_id' },
    { name: 'an empty client_id', body: { ...good, client_id: '' }, status: 400, error: 'invalid_request', hint: 'client_id' },
    { name: 'no client_secret', body: { grant_type, client_id }, status: 400, error: 'invalid_request', hint: 'client_secret' },
    {
      name: 'client_secret null',
      body: { ...good, client_secret: null },
      status: 400,
      error: 'invalid_request',
      hint: 'client_secret',
    },
    {
      name: 'client_id a list',
      body: { ...good, client_id: [client_id] },
      status: 400,
      error: 'invalid_request',
      hint: 'client_id',
    },
    {
      name: 'client_id twice in a form',
      headers: form,
      body: `${formOf(good)}&client_id=${clientId}`,
      status: 400,
      error: 'invalid_request',
      hint: 'client_id',
    },
    { name: 'scope an object', body: { ...good, scope: {} }, status: 400, error: 'invalid_request', hint: 'scope' },
    { name: 'no body', headers: {}, body: undefined, status: 400, error: 'invalid_request', hint: 'grant_type' },
    { name: 'an empty form', headers: form, body: '', status: 400, error: 'invalid_request', hint: 'grant_type' },
    { name: 'an empty JSON body', headers: json, body: '', status: 400, error: 'invalid_request' },
    { name: 'half of a JSON', body: '{"grant_type":', status: 400, error: 'invalid_request', hint: 'form or JSON' },
    { name: 'a JSON list', body: [], status: 400, error: 'invalid_request', hint: 'grant_type' },
    { name: 'JSON null', body: 'null', status: 400, error: 'invalid_request', hint: 'grant_type' },
    {
      name: 'a grant type that nobody knows',
      body: { ...good, grant_type: 'magic' },
      status: 400,
      error: 'unsupported_grant_type',
      hint: 'grant_type',
    },
    {
      name: 'authorization_code',
      body: { ...good, grant_type: 'authorization_code' },
      status: 400,
      error: 'unsupported_grant_type',
      hint: 'client_credentials',
    },
    {
      name: 'grant type in another case',
      body: { ...good, grant_type: 'CLIENT_CREDENTIALS' },
      status: 400,
      error: 'unsupported_grant_type',
    },
    {
      name: 'a module that nobody knows',
      body: { ...good, scope: 'company nonsense' },
      status: 400,
      error: 'invalid_scope',
      hint: 'nonsense',
    },
    {
      name: 'a module that the application lacks',
      body: { ...good, scope: 'company webhook' },
      status: 400,
      error: 'invalid_scope',
      hint: 'webhook',
    },
    {
      name: 'a module without end, which is not repeated as a whole',
      body: { ...good, scope: 'x'.repeat(100_000) },
      status: 400,
      error: 'invalid_scope',
      hint: `\`${'x'.repeat(100)}…\` scope`,
    },
    { name: 'modules between commas', body: { ...good, scope: 'company,lead' }, status: 400, error: 'invalid_scope' },
    { name: 'a module in another case', body: { ...good, scope: 'Company' }, status: 400, error: 'invalid_scope' },
    {
      name: 'a wrong secret',
      body: { ...good, client_secret: 'wrong' },
      status: 401,
      error: 'invalid_client',
      message: 'Client authentication failed',
    },
    {
      name: 'a wrong secret, asking for a module that nobody knows',
      body: { ...good, client_secret: 'wrong', scope: 'nonsense' },
      status: 401,
      error: 'invalid_client',
    },
  ];

  it.each(rows)('$name', async ({ headers = json, body, status, error, message, hint }) => {
    const answer = await askToken(body, headers);
    expect(answer.status).toBe(status);
    const given = answer.json<{ code: number; message: string; error: string; error_description: string; hint?: string }>();
    expect(given).toMatchObject({ code: status, error, error_description: given.message, data: [] });
    expect(given.message).not.toBe('');
    if (message !== undefined) expect(given.message).toBe(message);
    if (hint !== undefined) expect(given.hint).toContain(hint);
    expect(answer.text).not.toContain(clientSecret);
    expect(answer.text).not.toMatch(inside);
  });

  it('who knows no secret learns nothing: every wrong pair is answered alike', async () => {
    const pairs = [
      { client_id: clientId, client_secret: 'wrong' },
      { client_id: clientId, client_secret: foreign.clientSecret },
      { client_id: clientId, client_secret: `${clientSecret}x` },
      { client_id: clientId, client_secret: clientSecret.slice(0, -1) },
      { client_id: `${clientId}x`, client_secret: clientSecret },
      { client_id: foreign.clientId, client_secret: clientSecret },
      { client_id: clientId.replace(/^\d+/, String(otherTenant)), client_secret: clientSecret },
      { client_id: '99999-nobody', client_secret: 'wrong' },
      { client_id: 'no-tenant', client_secret: 'wrong' },
      { client_id: '0-x', client_secret: 'wrong' },
      { client_id: '99999999999999999999-x', client_secret: 'wrong' },
      { client_id: '%', client_secret: "' OR 1=1 --" },
    ];
    const answers = await Promise.all(pairs.map((pair) => askToken({ grant_type: 'client_credentials', ...pair })));
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(answer.text).toBe(answers[0]?.text);
    }
    expect(answers[0]?.json()).toEqual({
      code: 401,
      message: 'Client authentication failed',
      error: 'invalid_client',
      error_description: 'Client authentication failed',
      hint: 'Check client_id and client_secret',
      now,
      data: [],
    });
  });

  it.each([
    { name: 'another content type', headers: { 'Content-Type': 'application/xml' }, body: '<a/>', status: 415 },
    { name: 'too large a body', headers: json, body: ' '.repeat(1024 * 1024 + 1), status: 413 },
    { name: 'bytes that are no UTF-8', headers: json, body: Buffer.from([0x7b, 0xff, 0x7d]), status: 400 },
    { name: 'compressed in a way that nobody knows', headers: { ...json, 'Content-Encoding': 'zip' }, body: '{}', status: 415 },
  ])("$status with OAuth's names: $name", async ({ headers, body, status }) => {
    const answer = await askToken(body, headers);
    expect(answer.status).toBe(status);
    const { message } = answer.json();
    expect(answer.json()).toMatchObject({ code: status, error: 'invalid_request', error_description: message, data: [] });
    expect(answer.text).not.toMatch(inside);
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s: 405', async (method) => {
    const answer = await server.send(tokenPath, { method });
    expect(answer.status).toBe(405);
    expect(answer.json()).toMatchObject({ code: 405, data: [] });
    expect(answer.headers['allow']).toBe('POST');
  });

  it('when the store does not answer: 503, also with an OAuth name', async () => {
    const closed = await startServer({ now });
    onTestFinished(closed.close);
    const own = await closed.application();
    await closed.core.close();
    const body = { grant_type: 'client_credentials', client_id: own.clientId, client_secret: own.clientSecret };
    const answer = await closed.send(tokenPath, { method: 'POST', headers: json, body });
    expect(answer.status).toBe(503);
    expect(answer.json()).toMatchObject({ code: 503, error: 'temporarily_unavailable', data: [] });
  });

  it('credentials in the query are not looked at', async () => {
    const answer = await server.send(`${tokenPath}?${formOf(good)}`, { method: 'POST' });
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({ error: 'invalid_request' });
  });
});

describe('a token lives 8 hours', () => {
  it('asked again within them, the new one has the same end, and both work until then', async () => {
    const timed = await startServer({ now });
    onTestFinished(timed.close);
    const own = await timed.application();
    const second = await timed.application();
    const ask = async (who = own): Promise<TokenAnswer> => {
      const body = { grant_type: 'client_credentials', client_id: who.clientId, client_secret: who.clientSecret };
      return (await timed.send(tokenPath, { method: 'POST', headers: json, body })).json<TokenAnswer>();
    };
    const statusOf = async (token: string): Promise<number> => (await timed.get(token, listPath)).status;

    const first = await ask();
    expect(first.expires_in).toBe(8 * 3600);
    timed.clock.advance(3 * hour);
    const again = await ask();
    expect(again.expires_in).toBe(5 * 3600);
    expect(again.access_token).not.toBe(first.access_token);
    // Each application has its own end.
    expect((await ask(second)).expires_in).toBe(8 * 3600);

    timed.clock.advance(5 * hour - 1500);
    // Rounded up: 0 would read as "never ends" to some.
    const last = await ask();
    expect(last.expires_in).toBe(2);
    for (const { access_token } of [first, again, last]) expect(await statusOf(access_token)).toBe(200);

    timed.clock.advance(1499);
    for (const { access_token } of [first, again, last]) expect(await statusOf(access_token)).toBe(200);
    timed.clock.advance(1);
    for (const { access_token } of [first, again, last]) expect(await statusOf(access_token)).toBe(401);

    const fresh = await ask();
    expect(fresh.expires_in).toBe(8 * 3600);
    expect(await statusOf(fresh.access_token)).toBe(200);
    expect(await statusOf(first.access_token)).toBe(401);
  });
});
