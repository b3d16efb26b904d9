/** How the first admin comes in, and the demo. */
import { expect, onTestFinished, test } from 'vitest';
import { demoMailbox } from '../../src/demo/demo-person.ts';
import { testTenant } from '../support/entries.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, Page, sessionPath, signedIn } from '../support/page.ts';
import { listPath, type ServerOptions, startServer, type TestServer } from '../support/server.ts';

const setupPath = '/v1/session/setup';
const first = { email: 'first@example.com', password: 'long enough', name: '首位' };

async function withServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer(options);
  onTestFinished(() => server.close());
  return server;
}

async function withTenant(): Promise<TestServer> {
  const server = await withServer();
  await server.core.tenants.create({ tenantId: testTenant, name: 'tenant', createdAt: 0 });
  return server;
}

const codeOf = async (server: TestServer): Promise<string> => (await server.core.sessions.setupCode(testTenant)) ?? '';
const lacksAdmin = async (server: TestServer): Promise<unknown> =>
  (await new Page(server).get(sessionPath)).json<Envelope<{ setup: boolean }>>().data.setup;

test('the code makes the first admin, once', async () => {
  const server = await withTenant();
  expect(await lacksAdmin(server)).toBe(true);
  const code = await codeOf(server);
  expect(code).toMatch(new RegExp(`^${testTenant}\\.[\\w-]{43}$`));
  // Only its hash is kept.
  expect(JSON.stringify(await server.place.rows('SELECT * FROM setup_code'))).not.toContain(code.split('.')[1]);
  const page = new Page(server);
  const answer = await page.post(setupPath, { code, ...first });
  expect(answer.json()).toMatchObject({ code: 200, data: { role: 'admin', user: { nickname: '首位', email: first.email } } });
  expect(answer.headers['set-cookie']?.[0]).toMatch(/^__Host-genjin=.*; HttpOnly; Secure; SameSite=Strict$/);
  expect((await page.get('/v1/admin/user/list')).json().code).toBe(200);
  expect(await lacksAdmin(server)).toBe(false);
  await signedIn(server, first);

  for (const again of [first, { ...first, email: 'second@example.com' }]) {
    const refused = await new Page(server).post(setupPath, { code, ...again });
    expect(refused.json().code).toBe(410);
    expect(refused.headers['set-cookie']).toBeUndefined();
  }
  // With an admin there is no other code.
  expect(await server.core.sessions.setupCode(testTenant)).toBe(null);
  const [user] = await server.place.rows("SELECT actor FROM change WHERE kind = 'user'");
  expect(user).toEqual({ actor: 'command:setup' });
});

test('of two at the same time one makes the admin', async () => {
  const server = await withTenant();
  const code = await codeOf(server);
  const answers = await Promise.all(
    ['a@example.com', 'b@example.com'].map((email) => new Page(server).post(setupPath, { code, ...first, email })),
  );
  expect(answers.map((answer) => answer.json().code).toSorted()).toEqual([200, 410]);
  expect(await server.place.rows('SELECT role FROM sign_in')).toEqual([{ role: 'admin' }]);
});

test('what is refused, after which the code still works', async () => {
  const server = await withTenant();
  const code = await codeOf(server);
  const rows: [string, Record<string, unknown>, number][] = [
    ['no code', { code: undefined }, 400],
    ['another code', { code: `${testTenant}.${'A'.repeat(43)}` }, 410],
    ['the code of another enterprise', { code: `777.${code.split('.')[1]}` }, 410],
    ['what is no code', { code: 'x' }, 410],
    ['no mail address', { email: 'no mail' }, 400],
    ['a short password', { password: '1234567' }, 400],
    ['no name', { name: ' ' }, 400],
  ];
  for (const [name, given, expected] of rows) {
    const answer = await new Page(server).post(setupPath, { code, ...first, ...given });
    expect({ name, code: answer.json().code }).toEqual({ name, code: expected });
    expect(answer.text).not.toContain(code.split('.')[1]);
  }
  expect(await server.place.rows('SELECT * FROM sign_in')).toEqual([]);
  expect((await new Page(server).post(setupPath, { code, ...first })).json().code).toBe(200);
});

test('it ends after a day, with the next one, and when there is an admin otherwise', async () => {
  const server = await withTenant();
  const ask = async (code: string): Promise<number> => (await new Page(server).post(setupPath, { code, ...first })).json().code;
  const old = await codeOf(server);
  server.clock.advance(24 * 3600 * 1000);
  expect(await ask(old)).toBe(410);
  const [replaced, next] = [await codeOf(server), await codeOf(server)];
  expect(await ask(replaced)).toBe(410);
  await addStaff(server, 'admin', 'other@example.com');
  expect(await ask(next)).toBe(410);
});

test('guesses make the next one wait', async () => {
  const server = await withTenant();
  const code = await codeOf(server);
  for (let i = 0; i < 10; i++)
    await new Page(server).post(setupPath, { ...first, code: `${testTenant}.${String(i).padStart(43, 'A')}` });
  expect((await new Page(server).post(setupPath, { code, ...first })).status).toBe(429);
  server.clock.advance(1000);
  expect((await new Page(server).post(setupPath, { code, ...first })).json().code).toBe(200);
});

test('who signed in as a member before may be the first admin', async () => {
  const server = await withTenant();
  const member = await addStaff(server, 'member', first.email);
  const old = await signedIn(server, member);
  const page = new Page(server);
  const answer = await page.post(setupPath, { code: await codeOf(server), ...first });
  expect(answer.json()).toMatchObject({ code: 200, data: { role: 'admin', user: { user_id: member.userId, nickname: '首位' } } });
  expect((await old.get(listPath)).status).toBe(401);
});

test('a store without an enterprise lets nobody in', async () => {
  const server = await withServer();
  expect(await lacksAdmin(server)).toBe(false);
  expect((await new Page(server).post('/v1/session/create', first)).json().code).toBe(403);
  expect((await new Page(server).post(setupPath, { ...first, code: `1.${'A'.repeat(43)}` })).json().code).toBe(410);
});

test('the demo is entered without a password, and only where it is served', async () => {
  const served = await withServer({ demo: true });
  const page = new Page(served);
  // Without a demo's data there is nobody to be.
  await served.core.tenants.create({ tenantId: testTenant, name: 'own', createdAt: 0 });
  expect((await page.get(sessionPath)).json().data).toMatchObject({ demo: false });
  expect((await page.post('/v1/session/demo')).json().code).toBe(403);
  await addStaff(served, 'admin', demoMailbox.email);
  expect((await page.get(sessionPath)).json().data).toMatchObject({ demo: true, signed_in: false });
  expect((await page.post('/v1/session/demo')).json()).toMatchObject({ code: 200, data: { role: 'admin' } });
  expect((await page.get(listPath)).json().code).toBe(200);
  const forged = await served.send('/v1/session/demo', { method: 'POST' });
  expect(forged.status).toBe(403);

  const other = await withServer();
  await addStaff(other, 'admin', demoMailbox.email);
  const there = new Page(other);
  const [known, unknown] = [await there.post('/v1/session/demo'), await there.post('/v1/session/nothing')];
  expect({ status: known.status, message: known.json().message }).toEqual({
    status: 404,
    message: unknown.json().message.replace('nothing', 'demo'),
  });
  expect((await there.get(sessionPath)).json().data).toMatchObject({ demo: false });
});
