/** What a token opens, how it may be shown, and that neither it nor a secret is ever in the log. */
import { afterAll, describe, expect, it } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import type { Answer, Ask } from '../support/http.ts';
import { startProcess } from '../support/process.ts';
import { listPath, pushPath, startServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const otherTenant = 777;
const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const formOf = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const application = await server.application(testTenant, 'company lead user');
const { clientId, clientSecret } = application;
const foreign = await server.application(otherTenant, 'company');

describe('using a token', async () => {
  const token = await server.token(application);
  const foreignToken = await server.token(foreign);
  const secretPart = (of: string): string => of.slice(of.indexOf('.') + 1);

  it.each([
    { name: 'Bearer', authorization: `Bearer ${token}` },
    { name: 'bearer', authorization: `bearer ${token}` },
    { name: 'BEARER', authorization: `BEARER ${token}` },
    { name: 'more blanks', authorization: `Bearer   ${token}  ` },
    { name: 'the bare token', authorization: token },
    { name: 'the bare token between blanks', authorization: `  ${token} ` },
  ])('opens: $name', async ({ authorization }) => {
    const answer = await server.send(listPath, { headers: { Authorization: authorization } });
    expect(answer.status).toBe(200);
    expect(answer.json().code).toBe(200);
  });

  const invalid = {
    message: 'The access token is invalid or has expired',
    hint: 'Ask /v1/oauth2/access_token for a new one',
  };
  const missing = { message: 'Missing access token', hint: 'Send Authorization: Bearer <token>, or the bare token' };
  const rows: { name: string; authorization?: string; message: string; hint: string }[] = [
    { name: 'none', ...missing },
    { name: 'an empty one', authorization: '', ...missing },
    { name: 'only Bearer', authorization: 'Bearer', ...missing },
    { name: 'Bearer and a blank', authorization: 'Bearer ', ...missing },
    { name: 'garbage', authorization: 'Bearer garbage', ...invalid },
    { name: 'Bearer twice', authorization: `Bearer Bearer ${token}`, ...invalid },
    { name: 'Basic', authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`, ...invalid },
    { name: 'one character less', authorization: `Bearer ${token.slice(0, -1)}`, ...invalid },
    { name: 'one character more', authorization: `Bearer ${token}x`, ...invalid },
    { name: 'without the tenant', authorization: `Bearer ${secretPart(token)}`, ...invalid },
    { name: 'only the tenant', authorization: `Bearer ${testTenant}.`, ...invalid },
    { name: "with another tenant's prefix", authorization: `Bearer ${otherTenant}.${secretPart(token)}`, ...invalid },
    { name: "another tenant's with our prefix", authorization: `${testTenant}.${secretPart(foreignToken)}`, ...invalid },
    { name: 'with a tenant that is not there', authorization: `99999.${secretPart(token)}`, ...invalid },
    { name: 'with a tenant that is no number', authorization: `x.${secretPart(token)}`, ...invalid },
    { name: 'the secret instead', authorization: clientSecret, ...invalid },
    { name: 'the id instead', authorization: clientId, ...invalid },
    { name: 'SQL', authorization: `${testTenant}.' OR '1'='1`, ...invalid },
    { name: 'very long', authorization: `${testTenant}.${'x'.repeat(10_000)}`, ...invalid },
    { name: 'letters beyond ASCII', authorization: `${testTenant}.\u00e9\u00ff`, ...invalid },
  ];
  it.each(rows)('refused: $name', async ({ authorization, message, hint }) => {
    for (const path of [listPath, pushPath]) {
      const headers = authorization === undefined ? {} : { Authorization: authorization };
      const answer = await server.send(path, { method: path === pushPath ? 'POST' : 'GET', headers });
      expect(answer.status).toBe(401);
      // Clients look at one of: the status, `error`, `code`.
      expect(answer.text).toBe(
        `{"code":401,"message":"${message}","error":"access_denied","error_description":"${message}","hint":"${hint}","now":"${now}","data":[]}`,
      );
      expect(answer.headers['www-authenticate']).toBe('Bearer');
    }
  });

  it('a token in the query or the body is none', async () => {
    const answer = await server.send(`${listPath}?access_token=${token}`);
    expect(answer.status).toBe(401);
    expect(answer.text).not.toContain(token);
  });

  it('each tenant sees its own', async () => {
    const total = async (as: string): Promise<number> =>
      (await server.get(as, listPath)).json<{ data: { totalItem: number } }>().data.totalItem;
    expect(await total(token)).toBe(1);
    expect(await total(foreignToken)).toBe(0);
  });

  it.each([
    { name: 'list', method: 'GET', path: listPath },
    { name: 'push', method: 'POST', path: pushPath },
  ])('without the module company: $name', async ({ method, path }) => {
    const other = await server.token(application, 'lead user');
    const answer = await server.send(path, { method, headers: { Authorization: `Bearer ${other}` } });
    // Clients know no 403.
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({
      code: 401,
      message: 'no permission company scopes',
      error: 'access_denied',
      error_description: 'no permission company scopes',
      hint: 'Ask for a token with this module in its scope',
      data: [],
    });
  });
});

describe('the log', () => {
  it('has a line for each answer under its request id, and no secret or token in any', async () => {
    const genjin = await startProcess(['--log-level', 'debug']);
    const own = genjin.credentials;
    const fields = { grant_type: 'client_credentials', client_id: own.clientId, client_secret: own.clientSecret };
    const post = (body: unknown, headers: Ask['headers'] = json): Promise<Answer> =>
      genjin.send(tokenPath, { method: 'POST', headers: headers ?? {}, body });

    const { access_token: token } = (await post(fields)).json<{ access_token: string }>();
    const wrongSecret = 'wrong-secret-of-somebody';
    const answers = [
      await post(formOf(fields), form),
      await post({ ...fields, client_secret: wrongSecret }),
      await post({ ...fields, scope: 'nonsense' }),
      await post({ ...fields, grant_type: 'magic' }),
      await post(`{"client_secret":"${own.clientSecret}", oops`),
      await post(own.clientSecret, { 'Content-Type': 'text/plain' }),
      await post(own.clientSecret, { 'Content-Type': 'application/xml' }),
      await genjin.send(`${tokenPath}?${formOf(fields)}`, { method: 'POST' }),
      await genjin.send(`${tokenPath}?${formOf(fields)}`),
      await genjin.send(listPath, { headers: { Authorization: `Bearer ${token}` } }),
      await genjin.send(listPath, { headers: { Authorization: token } }),
      await genjin.send(listPath, { headers: { Authorization: `Bearer ${wrongSecret}` } }),
      await genjin.send(`${listPath}?access_token=${token}&client_secret=${own.clientSecret}`, {
        headers: { Authorization: token },
      }),
      await genjin.send(`${listPath}?access_token=${token}`),
      await genjin.send(`/v1/nowhere?access_token=${token}`, { headers: { Authorization: token } }),
      await genjin.send(pushPath, {
        method: 'POST',
        headers: { ...json, Authorization: token },
        body: `{"access_token":"${token}", oops`,
      }),
      await genjin.send(pushPath, {
        method: 'POST',
        headers: { ...json, Authorization: token },
        body: { content: token, company_id: 1, access_token: token },
      }),
    ];
    expect(await genjin.stop()).toBe(0);

    for (const secret of [token, own.clientSecret, wrongSecret, encodeURIComponent(token)]) {
      expect(genjin.log()).not.toContain(secret);
    }
    const answered = genjin.logLines().filter((line) => line['msg'] === 'answered');
    for (const answer of answers) {
      const id = answer.headers['x-request-id'];
      expect(id).toMatch(/^[\da-f-]{36}$/);
      expect(answered.filter((line) => line['reqId'] === id)).toMatchObject([{ status: answer.status }]);
    }
    expect(new Set(answered.map((line) => line['reqId'])).size).toBe(answers.length + 1);
  });

  it.each([
    { name: 'a value that was refused', path: `${listPath}?company_id=`, code: 'bad_parameter' },
    { name: 'a path that cannot be read', path: '/v1/%zz?client_secret=', code: 'malformed_request' },
  ])('has no secret that came in the wrong place: $name', async ({ path, code }) => {
    const genjin = await startProcess();
    const own = genjin.credentials;
    const fields = { grant_type: 'client_credentials', client_id: own.clientId, client_secret: own.clientSecret };
    const asked = await genjin.send(tokenPath, { method: 'POST', headers: json, body: fields });
    const { access_token: token } = asked.json<{ access_token: string }>();
    const answer = await genjin.send(`${path}${own.clientSecret}`, { headers: { Authorization: token } });
    expect(answer.json().code).toBe(400);
    expect(await genjin.stop()).toBe(0);
    expect(genjin.log()).toContain(code);
    expect(genjin.log()).not.toContain(own.clientSecret);
  });
});
