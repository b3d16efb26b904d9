import { createHash } from 'node:crypto';
import { GenjinClient } from '@genjin/client';
import { afterEach, describe, expect, test } from 'vitest';
import { type Received, type ScriptedServer, type Step, startScripted } from './scripted-server.ts';

const user = { clientId: 'app', clientSecret: 's', username: 'lin@example.com', password: '口令 1', scope: 'company' };
const hashed = createHash('sha256').update(user.password).digest('hex');
const application = { client_id: 'app', client_secret: 's' };
const signIn = { grant_type: 'password', ...application, scope: 'company', username: user.username, password: hashed };
const refreshWith = (token: string) => ({ grant_type: 'refresh_token', refresh_token: token, ...application });

const good: Step = { status: 200, body: { code: 200, message: 'success', now: '', data: { list: [], totalItem: 0 } } };
const ended: Step = { status: 401, body: { code: 401, error: 'access_denied', message: 'token has ended', data: [] } };
const tokens = (n: number | string, refresh: unknown = `R${n}`, life = 28_800): Step => ({
  status: 200,
  body: { token_type: 'Bearer', expires_in: life, access_token: `A${n}`, refresh_token: refresh },
});
const refusal: Step = {
  status: 400,
  body: { code: 400, error: 'invalid_request', message: 'The refresh token is invalid.', hint: 'Token has been revoked' },
};

let server: ScriptedServer;
afterEach(() => server.stop());

async function start(script: readonly Step[]) {
  server = await startScripted(script);
  return new GenjinClient({ baseUrl: server.baseUrl, ...user });
}

/** Each request in short: what was asked of the token paths, otherwise the token. */
const asked = (): unknown[] =>
  server.received.map(({ url, body, authorization }: Received) =>
    url.startsWith('/v1/oauth2/') ? { [url.slice('/v1/oauth2/'.length)]: JSON.parse(body) } : authorization,
  );

describe('a user who signs in', () => {
  test('sends the SHA-256 of the password', async () => {
    const client = await start([tokens(1), good]);
    await client.trails.list();
    expect(asked()).toEqual([{ access_token: signIn }, 'Bearer A1']);
  });

  test('renews with the newest refresh token', async () => {
    const client = await start([tokens(1), good, ended, tokens(2), good, ended, tokens(3), good]);
    for (let call = 0; call < 3; call++) await client.trails.list();
    expect(asked()).toEqual([
      { access_token: signIn },
      'Bearer A1',
      'Bearer A1',
      { refresh_token: refreshWith('R1') },
      'Bearer A2',
      'Bearer A2',
      { refresh_token: refreshWith('R2') },
      'Bearer A3',
    ]);
  });

  test('keeps the refresh token when no other is answered', async () => {
    const client = await start([tokens(1), ended, tokens(2, null), good, ended, tokens(3, ''), good]);
    await client.trails.list();
    await client.trails.list();
    expect(asked().filter((one) => typeof one === 'object')).toEqual([
      { access_token: signIn },
      { refresh_token: refreshWith('R1') },
      { refresh_token: refreshWith('R1') },
    ]);
  });

  test('signs in once more when the refresh token is refused', async () => {
    const client = await start([tokens(1), ended, refusal, tokens(2), good]);
    await client.trails.list();
    expect(asked()).toEqual([
      { access_token: signIn },
      'Bearer A1',
      { refresh_token: refreshWith('R1') },
      { access_token: signIn },
      'Bearer A2',
    ]);
  });

  const refusals: readonly [string, Step, boolean][] = [
    ['400', refusal, true],
    ['401', { status: 401, body: { code: 401, error: 'invalid_client', message: 'no' } }, true],
    ['an error under status 200', { status: 200, body: { error: 'invalid_grant', message: 'no' } }, true],
    ['a code under status 200', { status: 200, body: { code: 400, message: 'no' } }, true],
    ['too many requests', { status: 429, headers: { 'Retry-After': '9' }, body: { code: 429, message: 'wait' } }, false],
    ['a server that fails', { status: 500, body: '' }, false],
    ['a page of something else', { status: 200, body: '<html>' }, false],
    ['a connection that breaks', null, false],
  ];
  test.each(refusals)('after %s the password is sent again: %s', async (_name, step, again) => {
    const client = await start([tokens(1), ended, step, again ? tokens(2) : good, good]);
    const result = await client.trails.list().then(
      () => 'answer',
      (error: Error) => error.name,
    );
    expect(asked().filter((one) => typeof one === 'object' && one !== null && 'access_token' in one)).toHaveLength(again ? 2 : 1);
    expect(result === 'answer').toBe(again);
  });

  test('a refresh that failed for a moment is tried with the same token by the next call', async () => {
    const client = await start([tokens(1), ended, null, tokens(2), good]);
    await client.trails.list().catch(() => null);
    await client.trails.list();
    expect(asked().slice(2)).toEqual([{ refresh_token: refreshWith('R1') }, { refresh_token: refreshWith('R1') }, 'Bearer A2']);
  });

  test('a wrong password is not tried twice', async () => {
    const client = await start([
      { status: 401, body: { code: 401, error: 'invalid_credentials', message: 'The user credentials were incorrect.' } },
    ]);
    await expect(client.trails.list()).rejects.toMatchObject({ error: 'invalid_credentials', httpStatus: 401 });
    expect(server.received).toHaveLength(1);
  });

  test('one refresh for all calls that wait', async () => {
    let renewed = false;
    server = await startScripted([
      ({ url, authorization }): Step => {
        if (url.endsWith('/access_token')) return tokens(1);
        if (url.endsWith('/refresh_token')) renewed = true;
        if (url.endsWith('/refresh_token')) return tokens(2);
        return authorization === 'Bearer A2' || (!renewed && server.received.length === 2) ? good : ended;
      },
    ]);
    const client = new GenjinClient({ baseUrl: server.baseUrl, ...user });
    await client.trails.list();
    await Promise.all(Array.from({ length: 8 }, () => client.trails.list()));
    const paths = server.received.map(({ url }) => url);
    expect(paths.filter((path) => path.endsWith('/refresh_token'))).toHaveLength(1);
    expect(paths.filter((path) => path.endsWith('/access_token'))).toHaveLength(1);
  });

  test('renewed before the token ends', async () => {
    const client = await start([tokens(1, 'R1', 1), good, tokens(2), good]);
    await client.trails.list();
    await new Promise((resolve) => setTimeout(resolve, 600));
    await client.trails.list();
    expect(asked()).toEqual([{ access_token: signIn }, 'Bearer A1', { refresh_token: refreshWith('R1') }, 'Bearer A2']);
  });
});
