/** People sign in through an application, and their tokens are refreshed. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { userStates } from '../../src/domain/objects.ts';
import { passwordDigest } from '../../src/domain/sign-in.ts';
import { tokenHash } from '../../src/domain/token.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { type Answer, type Ask, inside, sendRaw } from '../support/http.ts';
import {
  addPerson,
  askJson,
  refresh,
  refreshBody,
  refreshPath,
  setState,
  signIn,
  signInBody,
  type Tokens,
} from '../support/people.ts';
import { newestOf } from '../support/push.ts';
import { listPath, pushPath, startServer, type TestServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const hour = 3600 * 1000;
const day = 24 * hour;
const otherTenant = 777;

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([entry({ company_id: 100 })]);
const application = await server.application(testTenant, 'company lead user');
const second = await server.application(testTenant, 'company');
const foreign = await server.application(otherTenant, 'company');
const person = await addPerson(server, 'Wang.Li@Example.com');
const frozen = await addPerson(server, 'frozen@example.com');
await setState(server, frozen.userId, userStates.frozen);
const removed = await addPerson(server, 'removed@example.com');
await setState(server, removed.userId, userStates.removed);

const form = { 'Content-Type': 'application/x-www-form-urlencoded' };
const json = { 'Content-Type': 'application/json' };
const formOf = (fields: Readonly<Record<string, string>>): string => new URLSearchParams(fields).toString();
const good = signInBody(application, person);

async function opens(token: string, at: TestServer = server): Promise<boolean> {
  return (await at.get(token, listPath)).status === 200;
}

function expectTokens(answer: Answer): Tokens {
  expect({ status: answer.status, text: answer.status === 200 ? '' : answer.text }).toEqual({ status: 200, text: '' });
  const tokens = answer.json<Tokens>();
  // Outside the envelope.
  expect(Object.keys(tokens)).toEqual(['token_type', 'expires_in', 'access_token', 'refresh_token']);
  expect(tokens.token_type).toBe('Bearer');
  expect(answer.headers['cache-control']).toBe('no-store');
  for (const token of [tokens.access_token, tokens.refresh_token])
    expect(token).toMatch(new RegExp(`^${testTenant}\\.[\\w-]{43}$`));
  expect(tokens.access_token).not.toBe(tokens.refresh_token);
  return tokens;
}

/** One chunk after the other, without Content-Length. */
function sendChunked(path: string, type: string, body: string): Promise<Answer> {
  const head = `POST ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: ${type}\r\n`;
  const chunk = (text: string): string => `${text.length.toString(16)}\r\n${text}\r\n`;
  const pieces = [chunk(body.slice(0, 25)), chunk(body.slice(25)), '0\r\n\r\n'];
  return sendRaw(server.port, [`${head}Transfer-Encoding: chunked\r\n\r\n`, ...pieces]);
}

describe('signing in', () => {
  const rows: { name: string; headers?: Ask['headers']; body: unknown; timeline?: boolean }[] = [
    { name: 'JSON', body: good },
    { name: 'a form', headers: form, body: formOf(good) },
    { name: 'the digest in capital letters', body: { ...good, password: good.password.toUpperCase() } },
    { name: 'the mail address in small letters', body: { ...good, username: 'wang.li@example.com' } },
    { name: 'the mail address in capital letters', body: { ...good, username: 'WANG.LI@EXAMPLE.COM' } },
    { name: 'blanks around the mail address', body: { ...good, username: ' Wang.Li@Example.com ' } },
    { name: 'one module', body: { ...good, scope: 'company' } },
    { name: 'another module than the timeline', body: { ...good, scope: 'lead  user' }, timeline: false },
  ];
  it.each(rows)('$name', async ({ headers = json, body, timeline = true }) => {
    const tokens = expectTokens(await server.send(tokenPath, { method: 'POST', headers, body }));
    expect(tokens.expires_in).toBe(8 * 3600);
    expect(await opens(tokens.access_token)).toBe(timeline);
    // It is no access token, nor the other way round.
    expect(await opens(tokens.refresh_token)).toBe(false);
  });

  it.each([
    { name: 'a form', type: 'application/x-www-form-urlencoded', body: formOf(good) },
    { name: 'JSON', type: 'application/json', body: JSON.stringify(good) },
  ])('$name in chunks, without Content-Length', async ({ type, body }) => {
    expect((await sendChunked(tokenPath, type, body)).text).toContain('"refresh_token":"23412.');
  });

  it('who has signed in records as themselves, and is the author', async () => {
    const { access_token: token } = await signIn(server, application, person);
    const answer = await server.post(token, pushPath, { company_id: 100, content: 'called' });
    expect(answer.json().code).toBe(200);
    const newest = (await newestOf(server, token)).entry as WireEntry & {
      create_user: string;
      create_user_info: { user_id: string; nickname: string };
    };
    expect(String(newest.create_user)).toBe(String(person.userId));
    expect(newest.create_user_info.nickname).toBe('name of Wang.Li@Example.com');
    expect(await server.core.applications.authenticate(token)).toEqual({
      tenantId: testTenant,
      clientId: application.clientId,
      userId: person.userId,
      member: true,
      scopes: new Set(['company', 'lead', 'user']),
      actor: `user:${person.userId}`,
      role: 'member',
    });
  });

  it('a user with a Chinese name and address', async () => {
    const email = '王丽@例子.中国';
    const given = { userId: null, name: '王丽', email, password: '密码密码密码密码', replace: false };
    const userId = await server.core.signIns.create(testTenant, given);
    const { access_token: token } = await signIn(server, application, given);
    await server.post(token, pushPath, { company_id: 100, content: '已电话联系' });
    expect((await newestOf(server, token)).entry['create_user_info']).toMatchObject({ nickname: '王丽' });
    expect((await server.core.applications.authenticate(token)).userId).toBe(userId);
  });

  it('tenants do not share mail addresses', async () => {
    const same = await addPerson(server, person.email, otherTenant);
    const tokens = await signIn(server, foreign, same);
    expect((await server.core.applications.authenticate(tokens.access_token)).tenantId).toBe(otherTenant);
  });
});

describe('refused', () => {
  const refreshing = refreshBody(application, `${testTenant}.x`);
  const wrong = { message: 'The user credentials were incorrect.', hint: 'Check username and password' };
  const client = { message: 'Client authentication failed', hint: 'Check client_id and client_secret' };
  const unsupported = { message: 'The authorization grant type is not supported' };
  const incomplete = { message: 'The request is missing a required parameter or has one that is malformed' };
  const digest = {
    ...incomplete,
    hint: 'Check the `password` parameter: it must be the SHA-256 of the password in hex, 64 digits, not the password itself',
  };
  const badToken = { message: 'The refresh token is invalid.', hint: 'Token has been revoked' };
  const rows: { name: string; path?: string; body: unknown; status: number; error: string; message: string; hint?: string }[] = [
    {
      name: 'no username',
      body: { ...good, username: undefined },
      status: 400,
      error: 'invalid_request',
      ...incomplete,
      hint: 'Check the `username` parameter',
    },
    {
      name: 'no password',
      body: { ...good, password: undefined },
      status: 400,
      error: 'invalid_request',
      ...incomplete,
      hint: 'Check the `password` parameter',
    },
    {
      name: 'the password itself',
      body: { ...good, password: person.password },
      status: 400,
      error: 'invalid_request',
      ...digest,
    },
    {
      name: 'a digest of another length',
      body: { ...good, password: 'a'.repeat(40) },
      status: 400,
      error: 'invalid_request',
      ...digest,
    },
    {
      name: 'a digest in base64',
      body: { ...good, password: `${'A'.repeat(43)}=` },
      status: 400,
      error: 'invalid_request',
      ...digest,
    },
    {
      name: 'a password that is a list',
      body: { ...good, password: [good.password] },
      status: 400,
      error: 'invalid_request',
      ...incomplete,
    },
    {
      name: 'a wrong password',
      body: { ...good, password: passwordDigest('wrong') },
      status: 401,
      error: 'invalid_credentials',
      ...wrong,
    },
    {
      name: 'an unknown user',
      body: { ...good, username: 'nobody@example.com' },
      status: 401,
      error: 'invalid_credentials',
      ...wrong,
    },
    {
      name: 'a wrong password of who is frozen',
      body: { ...signInBody(application, frozen), password: passwordDigest('wrong') },
      status: 401,
      error: 'invalid_credentials',
      ...wrong,
    },
    {
      name: 'the right password of who is frozen',
      body: signInBody(application, frozen),
      status: 400,
      error: 'invalid_grant',
      message: 'The user may not sign in',
      hint: 'The user is frozen or was removed',
    },
    {
      name: 'the right password of who was removed',
      body: signInBody(application, removed),
      status: 400,
      error: 'invalid_grant',
      message: 'The user may not sign in',
    },
    {
      name: 'a wrong secret and the right password',
      body: { ...good, client_secret: 'wrong' },
      status: 401,
      error: 'invalid_client',
      ...client,
    },
    {
      name: 'a wrong secret and an unknown user',
      body: { ...good, client_secret: 'wrong', username: 'nobody@example.com' },
      status: 401,
      error: 'invalid_client',
      ...client,
    },
    {
      name: "another tenant's application",
      body: signInBody(foreign, removed),
      status: 401,
      error: 'invalid_credentials',
      ...wrong,
    },
    {
      name: 'a module that the application lacks',
      body: { ...good, scope: 'webhook' },
      status: 400,
      error: 'invalid_scope',
      message: 'The requested scope is invalid, unknown, or malformed',
      hint: 'Check the `webhook` scope; this application has: company lead user',
    },
    {
      name: 'refresh_token where tokens are got',
      body: { ...good, grant_type: 'refresh_token' },
      status: 400,
      error: 'unsupported_grant_type',
      ...unsupported,
      hint: 'Check the `grant_type` parameter; accepted: client_credentials, password; refresh_token goes to /v1/oauth2/refresh_token',
    },
    {
      name: 'client_credentials where tokens are refreshed',
      path: refreshPath,
      body: { ...refreshing, grant_type: 'client_credentials' },
      status: 400,
      error: 'unsupported_grant_type',
      ...unsupported,
      hint: 'Check the `grant_type` parameter; accepted: refresh_token; other grants go to /v1/oauth2/access_token',
    },
    {
      name: 'refresh without grant_type',
      path: refreshPath,
      body: { ...refreshing, grant_type: '' },
      status: 400,
      error: 'invalid_request',
      ...incomplete,
      hint: 'Check the `grant_type` parameter',
    },
    {
      name: 'refresh without a token',
      path: refreshPath,
      body: { ...refreshing, refresh_token: undefined },
      status: 400,
      error: 'invalid_request',
      ...incomplete,
      hint: 'Check the `refresh_token` parameter',
    },
    {
      name: 'refresh, half of a JSON',
      path: refreshPath,
      body: '{"grant',
      status: 400,
      error: 'invalid_request',
      ...incomplete,
      hint: 'The body must be a form or JSON',
    },
    {
      name: 'refresh with a token that nobody gave',
      path: refreshPath,
      body: refreshing,
      status: 400,
      error: 'invalid_request',
      ...badToken,
    },
    {
      name: 'refresh with a token without a tenant',
      path: refreshPath,
      body: refreshBody(application, 'x'),
      status: 400,
      error: 'invalid_request',
      ...badToken,
    },
    {
      name: 'refresh with a wrong secret',
      path: refreshPath,
      body: { ...refreshing, client_secret: 'wrong' },
      status: 400,
      error: 'invalid_client',
      ...client,
    },
    {
      name: 'refresh by an unknown application',
      path: refreshPath,
      body: { ...refreshing, client_id: `${testTenant}-nobody` },
      status: 400,
      error: 'invalid_client',
      ...client,
    },
  ];
  it.each(rows)('$name', async ({ path = tokenPath, body, status, error, message, hint }) => {
    const answer = await askJson(server, path, body);
    const given = answer.json<{ message: string; hint?: string }>();
    expect({ status: answer.status, ...given }).toMatchObject({
      status,
      code: status,
      error,
      message,
      error_description: message,
      ...(hint === undefined ? {} : { hint }),
      data: [],
    });
    for (const secret of [person.password, good.password, application.clientSecret]) expect(answer.text).not.toContain(secret);
    expect(answer.text).not.toMatch(inside);
  });

  it('who knows no password learns nothing: a wrong one and an unknown user are answered alike', async () => {
    const unknown = await askJson(server, tokenPath, { ...good, username: 'nobody@example.com' });
    const wrongOne = await askJson(server, tokenPath, { ...good, password: passwordDigest('wrong') });
    expect(wrongOne.text).toBe(unknown.text);
    expect(wrongOne.status).toBe(unknown.status);
  });

  it.each(['GET', 'PUT', 'DELETE'])('%s where tokens are refreshed: 405', async (method) => {
    const answer = await server.send(refreshPath, { method });
    expect({ status: answer.status, allow: answer.headers['allow'] }).toEqual({ status: 405, allow: 'POST' });
  });
});

/** A server of its own, whose time the test moves. */
async function timedServer() {
  const timed = await startServer({ now });
  onTestFinished(timed.close);
  const own = await timed.application();
  return { timed, own, somebody: await addPerson(timed, 'somebody@example.com') };
}

describe('how long tokens live', () => {
  it('asked again within 8 h, for each application and person', async () => {
    const { timed, own, somebody } = await timedServer();
    const another = await addPerson(timed, 'another@example.com');
    const other = await timed.application();
    const first = await signIn(timed, own, somebody);
    expect(first.expires_in).toBe(8 * 3600);
    timed.clock.advance(3 * hour);
    const again = await signIn(timed, own, somebody);
    expect(again.expires_in).toBe(5 * 3600);
    expect((await signIn(timed, own, another)).expires_in).toBe(8 * 3600);
    expect((await signIn(timed, other, somebody)).expires_in).toBe(8 * 3600);
    const ownToken = await askJson(timed, tokenPath, {
      grant_type: 'client_credentials',
      client_id: own.clientId,
      client_secret: own.clientSecret,
    });
    expect(ownToken.json<Tokens>().expires_in).toBe(8 * 3600);
    timed.clock.advance(5 * hour - 1);
    for (const { access_token } of [first, again]) expect(await opens(access_token, timed)).toBe(true);
    timed.clock.advance(1);
    for (const { access_token } of [first, again]) expect(await opens(access_token, timed)).toBe(false);
    expect((await signIn(timed, own, somebody)).expires_in).toBe(8 * 3600);
  });

  it('two that are asked for at once end together', async () => {
    const { timed, own, somebody } = await timedServer();
    const moving = setInterval(() => timed.clock.advance(1000), 1);
    onTestFinished(() => clearInterval(moving));
    const tokens = await Promise.all(Array.from({ length: 4 }, () => signIn(timed, own, somebody)));
    clearInterval(moving);
    const ends = await Promise.all(
      tokens.map(async ({ access_token }) => {
        return (await timed.core.applicationStore.token(testTenant, tokenHash(access_token)))?.expiresAt;
      }),
    );
    expect(new Set(ends).size).toBe(1);
  });

  it('a refresh gives 8 h from now, and the old token goes on until its end', async () => {
    const { timed, own, somebody } = await timedServer();
    const first = await signIn(timed, own, somebody);
    timed.clock.advance(7 * hour);
    const next = expectTokens(await askJson(timed, refreshPath, refreshBody(own, first.refresh_token)));
    expect(next.expires_in).toBe(8 * 3600);
    for (const { access_token } of [first, next]) expect(await opens(access_token, timed)).toBe(true);
    timed.clock.advance(hour);
    expect(await opens(first.access_token, timed)).toBe(false);
    expect(await opens(next.access_token, timed)).toBe(true);
  });

  it('a refresh token lives 30 days, each new one again', async () => {
    const { timed, own, somebody } = await timedServer();
    let tokens = await signIn(timed, own, somebody);
    for (let i = 0; i < 3; i++) {
      timed.clock.advance(30 * day - 1);
      tokens = await refresh(timed, own, tokens.refresh_token);
    }
    timed.clock.advance(30 * day);
    await expect(refresh(timed, own, tokens.refresh_token)).rejects.toThrow('The refresh token is invalid.');
  });
});

describe('a refresh token works once', () => {
  it('by form and JSON and in chunks, with the same scopes', async () => {
    let { refresh_token: token } = await signIn(server, application, person);
    const narrow = expectTokens(await askJson(server, tokenPath, { ...good, scope: 'lead' }));
    const asForm = await server.send(refreshPath, {
      method: 'POST',
      headers: form,
      body: formOf(refreshBody(application, token)),
    });
    token = expectTokens(asForm).refresh_token;
    const chunked = await sendChunked(refreshPath, form['Content-Type'], formOf(refreshBody(application, token)));
    token = chunked.json<Tokens>().refresh_token;
    expect(await opens((await refresh(server, application, token)).access_token)).toBe(true);
    expect(await opens((await refresh(server, application, narrow.refresh_token)).access_token)).toBe(false);
  });

  it('used again, it ends every token of its sign-in, and no other', async () => {
    const { timed, own, somebody } = await timedServer();
    const first = await signIn(timed, own, somebody);
    const other = await signIn(timed, own, somebody);
    const next = await refresh(timed, own, first.refresh_token);
    const afterNext = await refresh(timed, own, next.refresh_token);
    await expect(refresh(timed, own, first.refresh_token)).rejects.toThrow('The refresh token is invalid.');
    for (const { access_token } of [first, next, afterNext]) expect(await opens(access_token, timed)).toBe(false);
    await expect(refresh(timed, own, afterNext.refresh_token)).rejects.toThrow('400');
    expect(await opens(other.access_token, timed)).toBe(true);
    expect(await opens((await refresh(timed, own, other.refresh_token)).access_token, timed)).toBe(true);
  });

  it('of many at once exactly one gets tokens', async () => {
    const { timed, own, somebody } = await timedServer();
    for (let round = 0; round < 5; round++) {
      const { refresh_token } = await signIn(timed, own, somebody);
      const answers = await Promise.all(
        Array.from({ length: 6 }, () => askJson(timed, refreshPath, refreshBody(own, refresh_token))),
      );
      expect(answers.map((answer) => answer.status).toSorted()).toEqual([200, 400, 400, 400, 400, 400]);
      // The others were uses of a used token.
      const winner = answers.find((answer) => answer.status === 200)?.json<Tokens>();
      expect(await opens(winner?.access_token ?? '', timed)).toBe(false);
    }
  });

  it("is nobody else's, and their attempt does not use it up", async () => {
    const { refresh_token } = await signIn(server, application, person);
    for (const stranger of [second, foreign])
      await expect(refresh(server, stranger, refresh_token)).rejects.toThrow('The refresh token is invalid.');
    expect(await opens((await refresh(server, application, refresh_token)).access_token)).toBe(true);
  });
});

describe('who may not sign in any more', () => {
  it.each([
    { name: 'frozen', state: userStates.frozen },
    { name: 'removed', state: userStates.removed },
  ])('$name: no token opens anything', async ({ state }) => {
    const { timed, own, somebody } = await timedServer();
    const tokens = await signIn(timed, own, somebody);
    await setState(timed, somebody.userId, state);
    const answer = await timed.get(tokens.access_token, listPath);
    expect({ status: answer.status, ...answer.json<object>() }).toMatchObject({
      status: 401,
      code: 401,
      error: 'access_denied',
      message: 'The access token is invalid or has expired',
    });
    await expect(refresh(timed, own, tokens.refresh_token)).rejects.toThrow('The refresh token is invalid.');
    // Its application goes on.
    expect(await opens(await timed.token(own), timed)).toBe(true);
  });

  it.each([{ how: 'rotate' as const }, { how: 'revoke' as const }])(
    'through an application after $how: no token of it or of people opens anything',
    async ({ how }) => {
      const { timed, own, somebody } = await timedServer();
      const other = await timed.application();
      const tokens = await signIn(timed, own, somebody);
      const through = await signIn(timed, other, somebody);
      const ownToken = await timed.token(own);
      const renewed = how === 'rotate' ? await timed.core.applications.rotate(own.clientId) : null;
      if (how === 'revoke') await timed.core.applications.revoke(own.clientId);
      for (const token of [tokens.access_token, ownToken]) expect(await opens(token, timed)).toBe(false);
      await expect(refresh(timed, own, tokens.refresh_token)).rejects.toThrow('invalid_client');
      await expect(signIn(timed, own, somebody)).rejects.toThrow('401');
      await expect(timed.token(own)).rejects.toThrow('401');
      expect(await opens(through.access_token, timed)).toBe(true);
      if (renewed === null) return;
      expect(await opens(await timed.token(renewed), timed)).toBe(true);
      await expect(refresh(timed, renewed, tokens.refresh_token)).rejects.toThrow('The refresh token is invalid.');
    },
  );

  it('who got another password is signed out, and comes in with the new one only', async () => {
    const { timed, own, somebody } = await timedServer();
    const tokens = await signIn(timed, own, somebody);
    const changed = { ...somebody, email: 'new@example.com', password: 'another password' };
    await timed.core.signIns.create(testTenant, { ...changed, name: null, replace: true });
    expect(await opens(tokens.access_token, timed)).toBe(false);
    await expect(refresh(timed, own, tokens.refresh_token)).rejects.toThrow('400');
    await expect(signIn(timed, own, somebody)).rejects.toThrow('401');
    expect(await opens((await signIn(timed, own, changed)).access_token, timed)).toBe(true);
  });
});
