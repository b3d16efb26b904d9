/** No secret, password or token is found in the store, its write-ahead log, a backup, or what the server logs. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { passwordDigest } from '../../src/domain/sign-in.ts';
import { workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { filesIn, leaksOf } from '../support/leaks.ts';
import { Page, signedIn } from '../support/page.ts';
import { askJson, refresh, refreshBody, refreshPath, signIn, signInBody } from '../support/people.ts';
import { type Credentials, listPath, pushPath, tokenPath } from '../support/server.ts';

const tenant = 7;
const modules = 'company lead opportunity user webhook report';

test('secrets are looked for in every form', () => {
  const key = Buffer.from(Array.from({ length: 32 }, (_, i) => (i * 37 + 200) % 256));
  const token = `7.${key.toString('base64url')}`;
  const around = (text: string | Buffer) =>
    new Map([['file', Buffer.concat([Buffer.from('ab'), Buffer.from(text), Buffer.from('c')])]]);
  const hidden: [string, string | Buffer, string | Buffer][] = [
    ['raw', key, key],
    ['hex', key, key.toString('hex')],
    ['hex in capitals', key, key.toString('hex').toUpperCase()],
    ['base64', key, key.toString('base64')],
    ['base64url', key, key.toString('base64url')],
    ['base64 with something before', key, Buffer.concat([Buffer.from('x'), key]).toString('base64')],
    ['base64 with more before and after', key, Buffer.concat([Buffer.from('xy'), key, key]).toString('base64')],
    ['a token', token, token],
    ['a token without its tenant', token, token.slice(2)],
    ['the bytes of a token', token, key],
    ['the base64 of a token', token, Buffer.from(`{"token":"${token}"}`).toString('base64')],
    ['the bytes of a digest', key.toString('hex'), key],
    ['a digest in base64', key.toString('hex'), key.toString('base64')],
  ];
  for (const [name, secret, content] of hidden) expect(leaksOf([[name, secret]], around(content)), name).not.toEqual([]);
  expect(leaksOf([['token', token]], around('nothing'))).toEqual([]);
});

test('after sign-ins, refreshes, wrong attempts, records and new secrets none is found anywhere', async () => {
  const at = workplace();
  at.write('entries.jsonl', JSON.stringify(entry({ client_id: tenant, company_id: 100 })));
  await at.genjin(['import', 'entries.jsonl']);
  const application = await at.application(tenant, modules);
  const chosen = { email: 'li@example.com', password: '密码-correct-horse-battery' };
  at.write('password', chosen.password);
  const userCreate = ['user', 'create', '--tenant', String(tenant), '--name', '李雷', '--json'];
  await at.genjin([...userCreate, '--email', chosen.email, '--password-file', 'password']);
  const made = JSON.parse((await at.genjin([...userCreate, '--email', 'made@example.com'])).stdout) as { password: string };
  const madePerson = { email: 'made@example.com', password: made.password };
  const server = await at.serve(['--log-level', 'debug', '--allow-private-callbacks', '127.0.0.0/8']);

  const wrongSecret = 'wrong-secret-of-somebody';
  const wrongPassword = 'wrong-password-of-somebody';
  /** What must not be found; add [name, secret] for each further one. */
  const secrets: [string, string | Buffer][] = [
    ['client secret', application.clientSecret],
    ['wrong client secret', wrongSecret],
    ['chosen password', chosen.password],
    ['chosen password, as the wire carries it', passwordDigest(chosen.password)],
    ['made password', made.password],
    ['made password, as the wire carries it', passwordDigest(made.password)],
    ['wrong password', wrongPassword],
    ['wrong password, as the wire carries it', passwordDigest(wrongPassword)],
    ['key', Buffer.from(readFileSync(at.path('genjin-data/genjin.key'), 'utf8').trim(), 'base64')],
  ];
  const keep = <T extends { access_token: string; refresh_token?: string }>(name: string, tokens: T): T => {
    secrets.push([`access token: ${name}`, tokens.access_token]);
    if (tokens.refresh_token !== undefined) secrets.push([`refresh token: ${name}`, tokens.refresh_token]);
    return tokens;
  };
  const statuses: Record<string, number> = {};
  const expected: Record<string, number> = {};
  const send = async (name: string, status: number, answer: Promise<Answer>): Promise<void> => {
    expected[name] = status;
    statuses[name] = (await answer).status;
  };
  const post = (path: string, token: string, body: unknown): Promise<Answer> =>
    askJson(server, path, body, { Authorization: token });

  const own = keep('application', { access_token: await server.token(application) });
  const first = keep('signed in', await signIn(server, application, chosen));
  const second = keep('signed in with the made password', await signIn(server, application, madePerson));
  const next = keep('refreshed', await refresh(server, application, first.refresh_token));
  const good = signInBody(application, chosen);

  // Nobody listens there: every delivery is refused, logged and kept.
  const webhook = await post('/v1/webhook', own.access_token, { callback_url: 'http://127.0.0.1:9/hook' });
  secrets.push(['webhook secret', webhook.json<{ data: { security_config: string } }>().data.security_config]);
  const subscription = {
    subscribe_type: 'crm.dynamic_trail',
    subscribe_configs: [{ biz_type: 'xiaoman.crm.dynamic_trail.create' }],
  };
  await send('a subscription', 200, post('/v1/subscribe', own.access_token, subscription));
  const regenerated = await post('/v1/webhook/regenerate-secret', own.access_token, undefined);
  secrets.push(['new webhook secret', regenerated.json<{ data: { webhook_secret: string } }>().data.webhook_secret]);
  await send('a test event', 200, post('/v1/webhook/test', own.access_token, undefined));

  await send('a record', 200, post(pushPath, next.access_token, { content: 'to be found in the store', company_id: 100 }));
  await send('a record without its content', 200, post(pushPath, next.access_token, { company_id: 1 }));
  const formHeaders = { Authorization: own.access_token, 'Content-Type': 'application/x-www-form-urlencoded' };
  for (const [name, body] of [
    ['a token where a form should be', own.access_token],
    ['JSON said to be a form', JSON.stringify({ client_secret: application.clientSecret })],
  ] as const)
    await send(name, 200, server.send(pushPath, { method: 'POST', headers: formHeaders, body }));
  await send('half of a JSON', 200, post(pushPath, own.access_token, `{"access_token":"${own.access_token}", oops`));
  await send('a list', 200, server.send(listPath, { headers: { Authorization: `Bearer ${second.access_token}` } }));
  await send('a token in the query', 401, server.send(`${listPath}?access_token=${own.access_token}`));
  await send('a wrong token', 401, server.send(listPath, { headers: { Authorization: `Bearer ${wrongSecret}` } }));
  await send('a wrong client secret', 401, askJson(server, tokenPath, { ...good, client_secret: wrongSecret }));
  await send('a wrong password', 401, askJson(server, tokenPath, { ...good, password: passwordDigest(wrongPassword) }));
  await send('a password in clear', 400, askJson(server, tokenPath, { ...good, password: chosen.password }));
  await send('an unknown user', 401, askJson(server, tokenPath, { ...good, username: 'nobody@example.com' }));
  await send('another grant', 400, askJson(server, tokenPath, { ...good, grant_type: 'magic' }));
  await send('half of a sign-in', 400, askJson(server, tokenPath, JSON.stringify(good).slice(0, -1)));
  await send(
    'a refresh by a wrong secret',
    400,
    askJson(server, refreshPath, refreshBody({ ...application, clientSecret: wrongSecret }, next.refresh_token)),
  );
  await send('a refresh token used again', 400, askJson(server, refreshPath, refreshBody(application, first.refresh_token)));
  const page = await signedIn(server, chosen);
  const tokenOf = ({ cookie }: Page): string => cookie?.split('=')[1] ?? '';
  const [session, code] = [tokenOf(page), `7.${'Zm9vYmFy'.repeat(5)}abc`];
  await send('a record on the page', 200, page.post(pushPath, { content: 'by the page', company_id: 100 }));
  await send('a wrong password on the page', 200, page.post('/v1/session/create', { ...chosen, password: wrongPassword }));
  await send('half of a sign-in on the page', 200, page.post('/v1/session/create', JSON.stringify(chosen).slice(0, -1)));
  await send('a wrong code', 200, page.post('/v1/session/setup', { ...chosen, code, name: 'n' }));
  await send('a cookie that is none', 401, new Page(server, `__Host-genjin=${session}x`).get(listPath));
  const changed = { old_password: chosen.password, new_password: 'changed-on-the-page-by-itself' };
  await send('another password', 200, page.post('/v1/session/password', changed));
  chosen.password = changed.new_password;
  secrets.push(
    ['session', session],
    ['next session', tokenOf(page)],
    ['wrong code', code],
    ['changed password', chosen.password],
    ['changed password, as it is hashed', passwordDigest(chosen.password)],
  );
  await send('a sign-in in the query', 400, server.send(`${tokenPath}?${new URLSearchParams(good)}`, { method: 'POST' }));
  expect(statuses).toEqual(expected);

  const rotated = JSON.parse((await at.genjin(['app', 'rotate', application.clientId, '--json'])).stdout) as {
    client_secret: string;
  };
  secrets.push(['rotated client secret', rotated.client_secret]);
  const renewed: Credentials = { ...application, clientSecret: rotated.client_secret };
  keep('after the rotation', await signIn(server, renewed, chosen));
  expect((await at.genjin(['backup', 'backup.sqlite'])).code).toBe(0);

  const look = () => {
    // What the test and the user themselves keep: the key, and the password in its file.
    const files = filesIn(at.folder, ['/genjin.key', '/password']);
    files.set('stderr', Buffer.from(server.stderr())).set('stdout', Buffer.from(server.stdout()));
    return files;
  };
  const running = look();
  const names = [...running.keys()].map((path) => path.slice(path.lastIndexOf('/') + 1));
  expect(names).toEqual(expect.arrayContaining(['genjin.sqlite', 'genjin.sqlite-wal', 'backup.sqlite', 'stderr']));
  // What is kept is found, so that finding nothing means something.
  const places = leaksOf([['content', 'to be found in the store']], running);
  for (const file of ['genjin.sqlite-wal', 'backup.sqlite'])
    expect(
      places.filter((place) => place.startsWith('content as raw') && place.endsWith(`/${file}`)),
      file,
    ).toHaveLength(1);
  expect(server.stderr()).toContain('"refused"');
  expect(leaksOf(secrets, running)).toEqual([]);
  await server.end('SIGTERM');
  expect(leaksOf(secrets, look())).toEqual([]);
});
