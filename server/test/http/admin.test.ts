/** Users, their roles, and applications, as an admin sees to them. */
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, type Page, type Staff, sessionPath, signedIn } from '../support/page.ts';
import { signIn } from '../support/people.ts';
import { engine } from '../support/place.ts';
import { listPath, startServer, type TestServer } from '../support/server.ts';

interface ListedUser {
  readonly user_id: number;
  readonly nickname: string;
  readonly email: string;
  readonly role: string | null;
  readonly state: number;
  readonly last_sign_in_time: string;
  readonly can_sign_in: boolean;
}

let server: TestServer;
let boss: Staff;
let admin: Page;
beforeEach(async () => {
  server = await startServer();
  onTestFinished(() => server.close());
  boss = await addStaff(server, 'admin');
  admin = await signedIn(server, boss);
});

const users = async (): Promise<ListedUser[]> =>
  (await admin.get('/v1/admin/user/list')).json<Envelope<{ list: ListedUser[] }>>().data.list;
const userOf = async (email: string): Promise<ListedUser | undefined> => (await users()).find((one) => one.email === email);
const save = async (body: object) => (await admin.post('/v1/admin/user/save', body)).json<Envelope<Record<string, unknown>>>();
const put = async (what: 'disable' | 'enable', userId: unknown) =>
  (await admin.post(`/v1/admin/user/${what}`, { user_id: userId })).json<Envelope<unknown>>();

describe('users', () => {
  test('a new one is given a password once, and signs in by it', async () => {
    const made = await save({ nickname: '韩梅梅', email: 'Han@Example.com', role: 'viewer' });
    expect(made).toMatchObject({ code: 200, data: { password: expect.stringMatching(/^[\w-]{20}$/) } });
    expect(await userOf('Han@Example.com')).toEqual({
      user_id: made.data['user_id'],
      nickname: '韩梅梅',
      email: 'Han@Example.com',
      role: 'viewer',
      state: 1,
      last_sign_in_time: '',
      can_sign_in: true,
    });
    server.clock.set('2024-11-05 08:00:00');
    await signedIn(server, { email: 'han@example.com', password: String(made.data['password']) });
    expect(await userOf('Han@Example.com')).toMatchObject({ last_sign_in_time: '2024-11-05 08:00:00' });
    const [change] = await server.place.rows("SELECT actor FROM change WHERE kind = 'user' ORDER BY revision DESC LIMIT 1");
    expect(change).toEqual({ actor: `user:${boss.userId}` });

    const own = await save({ nickname: 'n', email: 'own@example.com', role: 'member', password: 'of its own' });
    expect(own.data).toEqual({ user_id: expect.any(Number) });
    await signedIn(server, { email: 'own@example.com', password: 'of its own' });
  });

  test('only what is given changes; another name signs nobody out, another address or password does', async () => {
    const person = await addStaff(server, 'member', 'Li@Example.com');
    const signedOut = async (page: Page) => (await page.get(listPath)).status === 401;
    const rows: [object, boolean, Partial<ListedUser>][] = [
      [{ nickname: '李雷' }, false, { nickname: '李雷', email: 'Li@Example.com', role: 'member' }],
      [{ email: 'LI@example.com' }, false, { nickname: '李雷', email: 'LI@example.com', role: 'member' }],
      [{ role: 'member' }, false, { role: 'member' }],
      [{ email: 'lei@example.com' }, true, { nickname: '李雷', email: 'lei@example.com', role: 'member' }],
      [{ password: 'another password' }, true, { email: 'lei@example.com', role: 'member' }],
      [{ role: 'admin' }, true, { role: 'admin' }],
    ];
    let [email, password] = [person.email, person.password];
    for (const [given, ends, expected] of rows) {
      const page = await signedIn(server, { email, password });
      expect(await save({ user_id: person.userId, ...given })).toMatchObject({ code: 200, data: { user_id: person.userId } });
      const listed = (await users()).find((one) => one.user_id === person.userId);
      expect(listed, JSON.stringify(given)).toMatchObject(expected);
      expect(await signedOut(page), JSON.stringify(given)).toBe(ends);
      email = listed?.email ?? '';
      password = 'password' in given ? String(given.password) : password;
    }
  });

  test('an author of imported entries is let in', async () => {
    const info = { user_id: 501, nickname: '王芳', avatar: '' };
    await server.import([entry({ company_id: 100, create_user: 501, create_user_info: info })]);
    expect((await users()).find((one) => one.user_id === 501)).toMatchObject({ role: null, can_sign_in: false });
    const saved = await save({ user_id: 501, email: 'fang@example.com', role: 'member' });
    const page = await signedIn(server, { email: 'fang@example.com', password: String(saved.data['password']) });
    expect((await page.get(sessionPath)).json().data).toMatchObject({ user: { user_id: 501, nickname: '王芳' } });
  });

  test('what is refused changes nothing', async () => {
    const other = await addStaff(server, 'member');
    const before = await users();
    const rows: [string, object, number, RegExp][] = [
      ['no name', { email: 'a@x', role: 'member' }, 400, /^nickname is missing/],
      ['an empty name', { nickname: ' ', email: 'a@x', role: 'member' }, 400, /^nickname: ""/],
      ['no address', { nickname: 'n', role: 'member' }, 400, /^email is missing/],
      ['no role', { nickname: 'n', email: 'a@x' }, 400, /^role is missing/],
      ['a role that there is not', { nickname: 'n', email: 'a@x', role: 'root' }, 400, /^role: "root".*admin, member, viewer/],
      ['no mail address', { nickname: 'n', email: 'x', role: 'member' }, 400, /"x" is no mail address/],
      ['the address of another', { nickname: 'n', email: 'ADMIN@example.com', role: 'member' }, 400, /signs in with admin@/],
      ['a short password', { nickname: 'n', email: 'a@x', role: 'member', password: '1234567' }, 400, /too short/],
      ['a user who is not there', { user_id: 5, nickname: 'n' }, 404, /Not Found/],
      ['a user of another enterprise', { user_id: 'x' }, 400, /^user_id: "x"/],
      ['to another address in use', { user_id: other.userId, email: 'admin@example.com' }, 400, /signs in with admin@/],
    ];
    for (const [name, body, code, message] of rows) {
      const answer = await save(body);
      expect({ name, code: answer.code, message: answer.message }).toEqual({
        name,
        code,
        message: expect.stringMatching(message),
      });
      expect(JSON.stringify(answer)).not.toContain('1234567');
    }
    expect(await users()).toEqual(before);
  });

  test('who is kept out is out at once, by every way, and comes in again when it may', async () => {
    const person = await addStaff(server, 'member');
    const page = await signedIn(server, person);
    const application = await server.application();
    const { access_token: token, refresh_token: refresh } = await signIn(server, application, person);
    expect((await page.get(listPath)).json().code).toBe(200);
    expect(await put('disable', person.userId)).toMatchObject({ code: 200, data: { user_id: person.userId } });
    expect((await page.get(listPath)).status).toBe(401);
    expect((await server.get(token, listPath)).status).toBe(401);
    expect(await server.place.rows('SELECT 1 FROM session WHERE user_id = ?', person.userId)).toEqual([]);
    expect(await server.place.rows('SELECT 1 FROM refresh_token WHERE user_id = ?', person.userId)).toEqual([]);
    expect(refresh).not.toBe('');
    await expect(signedIn(server, person)).rejects.toThrow('423');
    expect(await userOf(person.email)).toMatchObject({ state: 0, can_sign_in: false, role: 'member' });
    expect(await put('enable', person.userId)).toMatchObject({ code: 200 });
    // What ended stays so.
    expect((await page.get(listPath)).status).toBe(401);
    expect((await server.get(token, listPath)).status).toBe(401);
    await signedIn(server, person);
    for (const userId of [undefined, 0, 'x']) expect((await put('disable', userId)).code).toBe(400);
    expect((await put('disable', 5)).code).toBe(404);
  });

  test('the only admin stays one', async () => {
    const refused = { code: 400, message: expect.stringContaining('is the only admin') };
    expect(await put('disable', boss.userId)).toMatchObject(refused);
    for (const role of ['member', 'viewer']) expect(await save({ user_id: boss.userId, role })).toMatchObject(refused);
    // One who may not sign in is none.
    const other = await addStaff(server, 'admin', 'other@example.com');
    await put('disable', other.userId);
    expect(await put('disable', boss.userId)).toMatchObject(refused);
    await put('enable', other.userId);
    expect(await put('disable', boss.userId)).toMatchObject({ code: 200 });
    expect((await admin.get(listPath)).status).toBe(401);
  });

  test('of two admins who keep each other out at the same time one stays', async () => {
    const other = await addStaff(server, 'admin', 'other@example.com');
    const there = await signedIn(server, other);
    await Promise.all([put('disable', other.userId), there.post('/v1/admin/user/disable', { user_id: boss.userId })]);
    expect(await server.core.sessions.setupCode(testTenant)).toBe(null);
  });

  test('other enterprises are none of its business', async () => {
    const stranger = await addStaff(server, 'admin', 'stranger@example.com', 777);
    expect((await users()).map((one) => one.user_id)).toEqual([boss.userId]);
    // The ids of both begin alike, so only one that is not there here tells anything.
    const second = await addStaff(server, 'member', 'second@example.com', 777);
    expect(second.userId).toBe(stranger.userId + 1);
    expect((await put('disable', second.userId)).code).toBe(404);
    expect((await save({ user_id: second.userId, role: 'admin' })).code).toBe(404);
  });
});

interface ListedApplication {
  readonly client_id: string;
  readonly name: string;
  readonly scope: string;
  readonly user_id: number;
  readonly create_time: string;
  readonly revoke_time: string;
}

describe('applications', () => {
  const list = async (): Promise<ListedApplication[]> =>
    (await admin.get('/v1/admin/application/list')).json<Envelope<{ list: ListedApplication[] }>>().data.list;
  const ask = async (what: string, body: object) =>
    (await admin.post(`/v1/admin/application/${what}`, body)).json<Envelope<{ client_id: string; client_secret: string }>>();

  test('are made, renewed and ended', async () => {
    const made = (await ask('create', { name: 'CRM', scope: 'lead company' })).data;
    const credentials = { clientId: made.client_id, clientSecret: made.client_secret };
    expect(await list()).toEqual([
      {
        client_id: made.client_id,
        name: 'CRM',
        scope: 'company lead',
        user_id: expect.any(Number),
        create_time: '2024-11-04 10:49:07',
        revoke_time: '',
      },
    ]);
    const token = await server.token(credentials);
    expect((await server.get(token, listPath)).json().code).toBe(200);
    const next = (await ask('rotate', { client_id: made.client_id })).data;
    expect(next.client_secret).not.toBe(made.client_secret);
    expect((await server.get(token, listPath)).status).toBe(401);
    await expect(server.token(credentials)).rejects.toThrow('401');
    const renewed = await server.token({ ...credentials, clientSecret: next.client_secret });
    expect(await ask('revoke', { client_id: made.client_id })).toMatchObject({ code: 200, data: [] });
    expect((await server.get(renewed, listPath)).status).toBe(401);
    expect((await list())[0]?.revoke_time).toBe('2024-11-04 10:49:07');
    for (const what of ['rotate', 'revoke'])
      expect(await ask(what, { client_id: made.client_id })).toMatchObject({
        code: 400,
        message: expect.stringContaining('was revoked'),
      });
  });

  test('what is refused', async () => {
    const elsewhere = await server.application(777);
    const rows: [string, object, RegExp][] = [
      ['create', { scope: 'company' }, /^name is missing/],
      ['create', { name: 'n' }, /^scope is missing/],
      ['create', { name: 'n', scope: 'company everything' }, /^scope: "company everything"/],
      ['rotate', {}, /empty|client_id is missing/i],
      ['rotate', { client_id: `${testTenant}-none` }, /there is no application/],
      ['rotate', { client_id: elsewhere.clientId }, /there is no application/],
      ['revoke', { client_id: elsewhere.clientId }, /there is no application/],
    ];
    for (const [what, body, message] of rows)
      expect(await ask(what, body), `${what} ${JSON.stringify(body)}`).toMatchObject({
        code: 400,
        message: expect.stringMatching(message),
      });
    expect(await list()).toEqual([]);
    await server.token(elsewhere);
  });
});

describe('health', () => {
  const health = async () => (await admin.get('/v1/admin/health')).json<Envelope<Record<string, unknown>>>().data;
  const ended = async () => {
    for (;;) {
      const found = await health();
      if (found['running'] === false) return found;
      await new Promise((done) => setTimeout(done, 20));
    }
  };
  const begin = async () => (await admin.post('/v1/admin/health/check')).json();

  test('a check runs in the background, and its result stays', async () => {
    await server.import([1, 2, 3].map((trail_id) => entry({ trail_id, company_id: 100 })));
    expect(await health()).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      revision: (await server.core.trailStore.head(testTenant)).revision,
      engine,
      entries: 3,
      last_check: null,
      running: false,
    });
    expect(await begin()).toMatchObject({ code: 200, data: { running: true } });
    expect((await ended())['last_check']).toEqual({ time: '2024-11-04 10:49:07', count: 0, findings: [] });
    // Another enterprise has none of it.
    const there = await signedIn(server, await addStaff(server, 'admin', 'there@example.com', 777), 777);
    expect((await there.get('/v1/admin/health')).json().data).toMatchObject({ entries: 0, last_check: null });
  });

  test('what is wrong with the own data is found, and nothing of the data of others', async () => {
    await server.import([entry({ trail_id: 1, company_id: 100 })]);
    const elsewhere = await addStaff(server, 'admin', 'there@example.com', 777);
    const there = await signedIn(server, elsewhere, 777);
    await server.place.exec("UPDATE company SET name = 'tampered'");
    expect((await begin()).code).toBe(200);
    expect((await ended())['last_check']).toMatchObject({
      count: expect.any(Number),
      findings: expect.arrayContaining([{ revision: expect.any(Number), what: expect.stringContaining('company 100') }]),
    });
    expect((await there.post('/v1/admin/health/check')).json().code).toBe(200);
    for (;;) {
      const data = (await there.get('/v1/admin/health')).json<Envelope<Record<string, unknown>>>().data;
      if (data['last_check'] === null) continue;
      expect(data['last_check']).toMatchObject({ count: 0 });
      break;
    }
  });
});
