/** What each role may do: on every route of the table. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { routesOf } from '../../src/app.ts';
import { modules } from '../../src/domain/application.ts';
import { entry, testTenant } from '../support/entries.ts';
import type { Answer, Envelope } from '../support/http.ts';
import { addStaff, type Page, signedIn, signedInAs } from '../support/page.ts';
import { signIn } from '../support/people.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());
const routes = routesOf(server.core).map((route) => ({ ...route, name: `${route.method} ${route.path}` }));
const writing = routes.filter(({ method }) => method !== 'GET');
const forAdmins = routes.filter((route) => route.for === 'admin');

let admin: Page;
let member: Page;
let viewer: Page;
beforeAll(async () => {
  [admin, member, viewer] = [
    await signedInAs(server, 'admin'),
    await signedInAs(server, 'member'),
    await signedInAs(server, 'viewer'),
  ];
  await server.import([entry({ company_id: 100, trail_id: 1, create_user: 501 })]);
});

const pathOf = (path: string): string => path.replaceAll(/\{\w+\}/g, 'crm.company');

describe('a viewer', () => {
  test('there are routes that write', () => {
    expect(writing.length).toBeGreaterThan(20);
  });

  test.each(writing)('may not $name', async ({ method, path }) => {
    const { revision } = await server.core.trailStore.head(testTenant);
    const answer = await viewer.ask(method, pathOf(path), { company_id: 100, trail_id: 1, content: 'x' });
    // Of some it lacks the module.
    expect([401, 403]).toContain(answer.status);
    expect((await server.core.trailStore.head(testTenant)).revision).toBe(revision);
  });

  test('may not by a token either', async () => {
    const person = await addStaff(server, 'viewer', 'token-viewer@example.com');
    const application = await server.application(testTenant, modules.join(' '));
    const { access_token: token } = await signIn(server, application, person);
    expect((await server.get(token, listPath)).json().code).toBe(200);
    for (const { method, path } of writing) {
      const answer = await server.send(pathOf(path), { method, headers: { Authorization: `Bearer ${token}` } });
      expect({ path, status: answer.status }).toEqual({ path, status: 403 });
    }
  });

  test('reads', async () => {
    for (const path of [listPath, '/v1/company/list', '/v1/lead/list', '/v1/user/list', '/v1/dynamic/trail/info?trail_id=1'])
      expect({ path, code: (await viewer.get(path)).json().code }).toEqual({ path, code: 200 });
  });
});

describe('what is for admins', () => {
  test.each(forAdmins)('$name is for no other', async ({ method, path }) => {
    for (const [name, page] of Object.entries({ member, viewer })) {
      const answer = await page.ask(method, path, method === 'GET' ? undefined : { user_id: 1 });
      expect({ name, status: answer.status }).toEqual({ name, status: 403 });
    }
    const token = await server.tokenOf(testTenant, modules.join(' '));
    expect((await server.send(path, { method, headers: { Authorization: `Bearer ${token}` } })).status).toBe(403);
    // Nor for an admin through a program.
    const person = await addStaff(server, 'admin', `through${made++}@example.com`);
    const { access_token: through } = await signIn(server, await server.application(testTenant, modules.join(' ')), person);
    expect((await server.send(path, { method, headers: { Authorization: `Bearer ${through}` } })).status).toBe(403);
    expect((await server.send(path, { method })).status).toBe(401);
    expect((await admin.ask(method, path, method === 'GET' ? undefined : { x: 1 })).status).toBe(200);
  });

  test('webhooks are too, each of the application that is named', async () => {
    const [one, other] = [await server.application(testTenant, 'webhook'), await server.application(testTenant, 'webhook')];
    const elsewhere = await server.application(777, 'webhook');
    const of = (clientId: string) => ({ 'X-Genjin-Application': clientId });
    expect((await member.get('/v1/webhook', of(one.clientId))).status).toBe(401);
    expect((await viewer.get('/v1/webhook', of(one.clientId))).status).toBe(401);
    const set = await admin.post('/v1/webhook', { callback_url: 'https://example.com/hook' }, of(one.clientId));
    expect(set.json().code).toBe(200);
    const seen = await server.get(await server.token(one), '/v1/webhook');
    expect(seen.json().data).toMatchObject({ callback_url: 'https://example.com/hook' });
    expect((await admin.get('/v1/webhook', of(one.clientId))).json().code).toBe(200);
    expect((await admin.get('/v1/webhook', of(other.clientId))).json().code).toBe(404);
    for (const clientId of ['', `${testTenant}-none`, elsewhere.clientId])
      expect((await admin.get('/v1/webhook', of(clientId))).json()).toMatchObject({
        code: 400,
        message: expect.stringContaining('application'),
      });
    // A program asks for itself, whatever it names.
    const own = await server.get(await server.token(other), '/v1/webhook', of(one.clientId));
    expect(own.json().code).toBe(404);
  });
});

let made = 0;

describe('an entry of somebody else', () => {
  const change = (page: Page, path: string, trailId: number): Promise<Answer> =>
    page.post(path, { trail_id: trailId, ...(path === pushPath ? { content: `by ${made++}` } : {}) });

  test('is changed by an admin, and not by a member', async () => {
    for (const path of [pushPath, '/v1/dynamic/trail/remove', '/v1/dynamic/trail/restore']) {
      expect((await change(member, path, 1)).json()).toMatchObject({
        code: 403,
        message: "entry 1 is another user's: only its author, an admin and applications may change it",
      });
      expect({ path, code: (await change(admin, path, 1)).json().code }).toEqual({ path, code: 200 });
    }
  });

  test('the own one is changed by a member', async () => {
    const own = (await member.post(pushPath, { company_id: 100, content: 'mine' })).json<Envelope<{ trail_id: number }>>();
    expect((await change(member, pushPath, own.data.trail_id)).json().code).toBe(200);
  });
});

test('another role ends the sessions, and is what the next one has', async () => {
  const person = await addStaff(server, 'viewer', 'rising@example.com');
  const page = await signedIn(server, person, testTenant);
  const saved = await admin.post('/v1/admin/user/save', { user_id: person.userId, role: 'member' });
  expect(saved.json()).toMatchObject({ code: 200, data: { user_id: person.userId } });
  expect((await page.get(listPath)).status).toBe(401);
  const next = await signedIn(server, person, testTenant);
  expect((await next.post(pushPath, { company_id: 100, content: 'as a member' })).json().code).toBe(200);
});
