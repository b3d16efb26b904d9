/** Signing in and out on the page. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mostSessions } from '../../src/store/session-store.ts';
import { entry, testTenant } from '../support/entries.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, Page, pageHeaders, type Staff, sessionPath, signedIn } from '../support/page.ts';
import { setState } from '../support/people.ts';
import { listPath, pushPath, startServer, type TestServer } from '../support/server.ts';

const day = 24 * 3600 * 1000;
const createPath = '/v1/session/create';

interface Signed {
  readonly user: { readonly user_id: number; readonly nickname: string; readonly email: string; readonly avatar: string };
  readonly role: string;
  readonly tenant_id: number;
  readonly tenant_name: string;
}

let server: TestServer;
beforeAll(async () => {
  server = await startServer();
});
afterAll(() => server.close());

let made = 0;
const newMember = (): Promise<Staff> => addStaff(server, 'member', `m${made++}@example.com`);
const codeOf = async (page: Page, path = listPath): Promise<number> => {
  const answer = await page.get(path);
  return answer.status === 200 ? answer.json().code : answer.status;
};

test('who signs in gets a cookie that only the page of this host gets, and is known by it', async () => {
  const person = await addStaff(server, 'admin', 'Li@Example.com');
  const page = new Page(server);
  const answer = await page.post(createPath, { email: ' lI@example.COM ', password: person.password });
  expect(answer.status).toBe(200);
  const expected = {
    user: { user_id: person.userId, nickname: 'name of Li@Example.com', email: 'Li@Example.com', avatar: '' },
    role: 'admin',
    tenant_id: testTenant,
    tenant_name: `tenant ${testTenant}`,
  };
  expect(answer.json<Envelope<Signed>>().data).toEqual(expected);
  expect(answer.headers['set-cookie']).toEqual([
    expect.stringMatching(
      new RegExp(`^__Host-genjin=${testTenant}\\.[\\w-]{43}; Max-Age=7776000; Path=/; HttpOnly; Secure; SameSite=Strict$`),
    ),
  ]);
  expect(answer.headers['cache-control']).toBe('no-store');

  const who = (await page.get(sessionPath)).json<Envelope<object>>().data;
  expect(who).toEqual({
    signed_in: true,
    demo: false,
    setup: false,
    version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    revision: expect.any(Number),
    mirror_of: '',
    ...expected,
  });
  expect(await codeOf(page)).toBe(200);
  // Only a hash of it is kept.
  const token = page.cookie?.split('=')[1] ?? '';
  const rows = await server.place.rows('SELECT * FROM session WHERE user_id = ?', person.userId);
  expect(rows).toEqual([expect.objectContaining({ session_hash: expect.stringMatching(/^[\da-f]{64}$/) })]);
  expect(JSON.stringify(rows)).not.toContain(token.slice(token.indexOf('.') + 1));
});

test('who is not signed in is told so, and nothing of anybody', async () => {
  for (const cookie of [null, '__Host-genjin=', '__Host-genjin=23412.x', `__Host-genjin=${testTenant}.${'A'.repeat(43)}`]) {
    const answer = await new Page(server, cookie).get(sessionPath);
    expect({ cookie, data: answer.json().data }).toEqual({
      cookie,
      data: { signed_in: false, demo: false, setup: expect.any(Boolean), version: expect.any(String) },
    });
  }
});

describe('signing in is refused', async () => {
  let person: Staff;
  beforeAll(async () => {
    person = await newMember();
  });

  const right = (): Record<string, unknown> => ({ email: person.email, password: person.password });
  const rows: [string, () => unknown, { code: number; message: string | RegExp }][] = [
    ['a wrong password', () => ({ ...right(), password: 'wrong password' }), wrong()],
    ['the hash instead of the password', () => ({ ...right(), password: 'a'.repeat(64) }), wrong()],
    ['an unknown user', () => ({ ...right(), email: 'nobody@example.com' }), wrong()],
    ['an unknown enterprise', () => ({ ...right(), tenant_id: 99_999 }), wrong()],
    ['no mail address', () => ({ password: 'x' }), { code: 400, message: /^email is missing/ }],
    ['no password', () => ({ email: person.email }), { code: 400, message: /^password is missing/ }],
    ['nothing', () => undefined, { code: 400, message: /^(email|password) is missing/ }],
    ['a list', () => [], { code: 400, message: 'Invalid data json' }],
    ['a password that is no text', () => ({ ...right(), password: 5 }), { code: 400, message: /^password is not accepted/ }],
    ['a password of a megabyte', () => ({ ...right(), password: 'p'.repeat(2000) }), { code: 400, message: /^password is not/ }],
    ['an enterprise that is none', () => ({ ...right(), tenant_id: 'x' }), { code: 400, message: /^tenant_id: "x"/ }],
  ];

  test.each(rows)('%s', async (_name, body, { code, message }) => {
    const page = new Page(server);
    const answer = await page.post(createPath, body());
    expect({ status: answer.status, code: answer.json().code }).toEqual({ status: 200, code });
    expect(answer.json().message).toMatch(message);
    expect(answer.headers['set-cookie']).toBeUndefined();
    // Nothing of what may be a password comes back.
    expect(answer.text).not.toMatch(/ppppp|wrong password/);
  });

  function wrong() {
    return { code: 403, message: 'the mail address or the password is wrong' };
  }
});

test('after ten failures each further one makes the next attempt wait, for the right password too', async () => {
  const own = await startServer();
  try {
    const person = await addStaff(own, 'member');
    const page = new Page(own);
    const ask = async (password: string): Promise<number> => {
      const answer = await page.post(createPath, { email: person.email, password });
      return answer.status === 200 ? answer.json().code : answer.status;
    };
    for (let i = 0; i < 10; i++) expect(await ask(`wrong ${i}`)).toBe(403);
    const refused = await page.post(createPath, { email: person.email, password: person.password });
    expect({ status: refused.status, after: refused.headers['retry-after'] }).toEqual({ status: 429, after: '1' });
    own.clock.advance(1000);
    expect(await ask('wrong again')).toBe(403);
    expect(await ask(person.password)).toBe(429);
    own.clock.advance(2000);
    expect(await ask(person.password)).toBe(200);
    // Names that are not there count for the address.
    own.clock.advance(3600 * 1000);
    for (let i = 0; i < 30; i++)
      expect((await page.post(createPath, { email: `n${i}@example.com`, password: 'x' })).json().code).toBe(403);
    expect(await ask(person.password)).toBe(429);
  } finally {
    await own.close();
  }
});

test('of several enterprises one must be named', async () => {
  const own = await startServer();
  try {
    const here = await addStaff(own, 'member', 'li@example.com');
    const there = await addStaff(own, 'admin', 'li@example.com', 777);
    const page = new Page(own);
    const { email, password } = here;
    const unnamed = await page.post(createPath, { email, password });
    expect(unnamed.json()).toMatchObject({
      code: 400,
      message: expect.stringMatching(/^tenant_id is missing; accepted: the id/),
    });
    for (const [tenantId, person] of [
      [testTenant, here],
      [777, there],
    ] as const) {
      const answer = await page.post(createPath, { email, password, tenant_id: tenantId });
      expect(answer.json<Envelope<Signed>>().data).toMatchObject({ tenant_id: tenantId, user: { user_id: person.userId } });
      expect(page.cookie).toContain(`__Host-genjin=${tenantId}.`);
    }
  } finally {
    await own.close();
  }
});

describe('a session ends', () => {
  test('14 days after it was last used, and 90 days after it began', async () => {
    const own = await startServer();
    try {
      const person = await addStaff(own, 'member');
      const [used, idle] = [await signedIn(own, person), await signedIn(own, person)];
      const code = async (page: Page): Promise<number> => (await page.get(listPath)).status;
      own.clock.advance(14 * day - 1000);
      expect(await code(used)).toBe(200);
      own.clock.advance(1000);
      expect(await code(idle)).toBe(401);
      for (let gone = 14; gone < 84; gone += 10) {
        own.clock.advance(10 * day);
        expect({ gone, code: await code(used) }).toEqual({ gone, code: 200 });
      }
      own.clock.advance(6 * day - 1000);
      expect(await code(used)).toBe(200);
      own.clock.advance(1000);
      expect(await code(used)).toBe(401);
      expect((await used.get(sessionPath)).json().data).toMatchObject({ signed_in: false });
      // What has ended is forgotten.
      await signedIn(own, person);
      expect(await own.place.rows('SELECT * FROM session')).toHaveLength(1);
    } finally {
      await own.close();
    }
  });

  test('its use is written down once a day, not with each request', async () => {
    const person = await newMember();
    const page = await signedIn(server, person);
    const end = async () =>
      (await server.place.rows('SELECT ends_at FROM session WHERE user_id = ?', person.userId))[0]?.['ends_at'];
    const first = await end();
    server.clock.advance(day - 1000);
    for (let i = 0; i < 3; i++) expect(await codeOf(page)).toBe(200);
    expect(await end()).toBe(first);
    server.clock.advance(1000);
    expect(await codeOf(page)).toBe(200);
    expect(await end()).toBe(Number(first) + day);
  });

  test('when who it is signs out, and no other one', async () => {
    const person = await newMember();
    const [one, other] = [await signedIn(server, person), await signedIn(server, person)];
    const { cookie } = one;
    const answer = await one.post('/v1/session/end');
    expect(answer.json()).toMatchObject({ code: 200, data: [] });
    expect(answer.headers['set-cookie']).toEqual(['__Host-genjin=; Max-Age=0; Path=/; HttpOnly; Secure; SameSite=Strict']);
    expect(one.cookie).toBe(null);
    expect(await codeOf(new Page(server, cookie))).toBe(401);
    expect(await codeOf(other)).toBe(200);
    // Again, and by who is not signed in, it does nothing.
    expect((await one.post('/v1/session/end', {})).json().code).toBe(200);
  });

  test('everywhere, when that is asked for', async () => {
    const person = await newMember();
    const [one, other] = [await signedIn(server, person), await signedIn(server, person)];
    expect((await one.post('/v1/session/end', { everywhere: 1 })).json().code).toBe(200);
    expect(await codeOf(other)).toBe(401);
  });

  test('when its user may not sign in any more: at once, also between two looks at the same page', async () => {
    const person = await newMember();
    const page = await signedIn(server, person);
    expect(await codeOf(page)).toBe(200);
    await setState(server, person.userId, 0);
    expect(await codeOf(page)).toBe(401);
    const again = await new Page(server).post(createPath, { email: person.email, password: person.password });
    expect(again.json()).toMatchObject({ code: 423, message: expect.stringContaining('may not sign in') });
  });

  test('when its user has begun a thousand others since it was last used', async () => {
    const person = await newMember();
    const [old, second] = [await signedIn(server, person), await signedIn(server, person)];
    const mailbox = { tenantId: testTenant, email: person.email };
    server.clock.advance(day);
    expect(await codeOf(second)).toBe(200);
    for (let i = 0; i < mostSessions - 1; i++) await server.core.sessions.enter(mailbox);
    expect(await codeOf(second)).toBe(200);
    expect(await codeOf(old)).toBe(401);
    const [row] = await server.place.rows('SELECT COUNT(*) AS count FROM session WHERE user_id = ?', person.userId);
    expect(Number(row?.['count'])).toBe(mostSessions);
  });

  test('when its user signs in anew in the same browser', async () => {
    const person = await newMember();
    const page = await signedIn(server, person);
    const { cookie } = page;
    await page.post(createPath, { email: person.email, password: person.password });
    expect(page.cookie).not.toBe(cookie);
    expect(await codeOf(page)).toBe(200);
    expect(await codeOf(new Page(server, cookie))).toBe(401);
  });
});

test('another password: the old one must be right, every other session ends, and the new one signs in', async () => {
  const person = await newMember();
  const [page, other] = [await signedIn(server, person), await signedIn(server, person)];
  const { cookie } = page;
  const change = async (old: string, next: unknown, from = page) =>
    (await from.post('/v1/session/password', { old_password: old, new_password: next })).json();
  expect(await change('wrong password', 'long enough')).toMatchObject({ code: 403 });
  expect(await change(person.password, 'short')).toMatchObject({ code: 400, message: expect.stringContaining('too short') });
  expect(await change(person.password, undefined)).toMatchObject({ code: 400 });
  expect(await codeOf(other)).toBe(200);
  expect(await change(person.password, 'another password')).toMatchObject({ code: 200, data: { role: 'member' } });
  expect(await codeOf(page)).toBe(200);
  expect(await codeOf(other)).toBe(401);
  expect(await codeOf(new Page(server, cookie))).toBe(401);
  await signedIn(server, { email: person.email, password: 'another password' });
  await expect(signedIn(server, person)).rejects.toThrow('403');
  const stranger = await new Page(server).post('/v1/session/password', { old_password: 'x', new_password: 'long enough' });
  expect(stranger.status).toBe(401);
});

test('who is signed in records as itself', async () => {
  await server.import([entry({ company_id: 100 })]);
  const person = await newMember();
  const page = await signedIn(server, person);
  const made = (await page.post(pushPath, { company_id: 100, content: 'by the page' })).json<Envelope<{ trail_id: number }>>();
  expect(made.code).toBe(200);
  const { data } = (await page.get(`/v1/dynamic/trail/info?trail_id=${made.data.trail_id}`)).json<Envelope<object>>();
  expect(data).toMatchObject({ create_user: person.userId, content: 'by the page' });
  const [change] = await server.place.rows("SELECT actor FROM change WHERE kind = 'trail' AND object_id = ?", made.data.trail_id);
  expect(change).toEqual({ actor: `user:${person.userId}` });
});

describe('a cookie alone changes nothing', () => {
  const paths = [pushPath, createPath, '/v1/session/end', '/v1/session/password', '/v1/session/setup'];
  const rows: [string, Record<string, string | undefined>, RegExp][] = [
    ['without the header of the page', { 'X-Genjin-Page': undefined }, /X-Genjin-Page: 1 is missing/],
    ['with another value in it', { 'X-Genjin-Page': 'yes' }, /X-Genjin-Page: 1 is missing/],
    ['from another site', { 'Sec-Fetch-Site': 'cross-site' }, /another site/],
    ['from another part of the same site', { 'Sec-Fetch-Site': 'same-site' }, /another site/],
    ['typed into the address bar', { 'Sec-Fetch-Site': 'none' }, /another site/],
    ['from another origin', { 'Sec-Fetch-Site': undefined, Origin: 'https://evil.example' }, /origin/],
    ['from another port', { 'Sec-Fetch-Site': undefined, Origin: 'http://127.0.0.1:1' }, /origin/],
    ['from an origin that begins alike', { Origin: 'http://127.0.0.1.evil.example' }, /origin/],
    ['from no origin that can be named', { Origin: 'null' }, /origin/],
  ];

  let page: Page;
  beforeAll(async () => {
    page = await signedIn(server, await newMember());
  });

  test.each(paths.flatMap((path) => rows.map((row) => [path, ...row] as const)))(
    '%s %s',
    async (path, _name, headers, reason) => {
      const sent = Object.fromEntries(
        Object.entries({ ...pageHeaders, Cookie: page.cookie ?? '', 'Content-Type': 'application/json', ...headers }).filter(
          ([, value]) => value !== undefined,
        ),
      );
      const before = await server.core.trailStore.head(testTenant);
      const body = {
        company_id: 100,
        content: 'forged',
        email: 'a@x',
        password: 'x',
        old_password: 'x',
        new_password: 'long enough',
      };
      const answer = await server.send(path, { method: 'POST', headers: sent, body });
      expect(answer.status).toBe(403);
      expect(answer.json().message).toMatch(reason);
      expect(answer.headers['set-cookie']).toBeUndefined();
      expect(await server.core.trailStore.head(testTenant)).toEqual(before);
      expect(await codeOf(page)).toBe(200);
    },
  );

  test('neither does a form of another site', async () => {
    const answer = await server.send(pushPath, {
      method: 'POST',
      headers: { Cookie: page.cookie ?? '', 'Content-Type': 'application/x-www-form-urlencoded', Origin: 'https://evil.example' },
      body: 'company_id=100&content=forged',
    });
    expect(answer.status).toBe(403);
  });

  test('its own origin is no hindrance, behind TLS of a proxy neither', async () => {
    for (const origin of [`http://127.0.0.1:${server.port}`, `https://127.0.0.1:${server.port}`])
      expect((await page.post(`${pushPath}`, { company_id: 100, content: origin }, { Origin: origin })).json().code).toBe(200);
  });

  test('with a token it is not looked at', async () => {
    const wrong = await page.get(listPath, { Authorization: 'Bearer 23412.wrong' });
    expect(wrong.status).toBe(401);
    const token = await server.tokenOf();
    const forged = { Cookie: page.cookie ?? '', Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
    const answer = await server.send(pushPath, {
      method: 'POST',
      headers: forged,
      body: { company_id: 100, content: 'a program' },
    });
    expect(answer.json().code).toBe(200);
    const [change] = await server.place.rows("SELECT actor FROM change WHERE kind = 'trail' ORDER BY revision DESC LIMIT 1");
    expect(change?.['actor']).toMatch(/^app:/);
  });
});

test('the page asks for many things beside each other, of one enterprise only', async () => {
  const [here, there] = [await newMember(), await addStaff(server, 'member', 'there@example.com', 777)];
  const page = new Page(server);
  expect((await page.post(createPath, { ...there, tenant_id: 777 })).json().code).toBe(200);
  const other = new Page(server);
  await other.post(createPath, { ...here, tenant_id: testTenant });
  const totals = async (one: Page) =>
    (await one.get(`${listPath}?count=1`)).json<Envelope<{ totalItem: number }>>().data.totalItem;
  expect(await totals(page)).toBe(0);
  expect(await totals(other)).toBeGreaterThan(0);
});
