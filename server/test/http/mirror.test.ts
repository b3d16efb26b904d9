import { afterEach, describe, expect, test } from 'vitest';
import { firstState } from '../../src/domain/mirror-stores.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { pushPath, startServer, type TestServer } from '../support/server.ts';

const upstream = 'https://open.example.com';

let server: TestServer;
afterEach(async () => {
  await server?.close();
});

/** A server whose enterprise mirrors another one, with one entry from there. */
async function mirrored(): Promise<{ token: string; trailId: number }> {
  server = await startServer();
  const token = await server.tokenOf(testTenant, 'company lead opportunity user');
  const { mirrors, mirrorCopy, clock } = server.core;
  await mirrors.begin(testTenant, upstream, firstState(clock()), clock());
  const one = readEntry(entry({ company_id: 7, customer_id: [8], lead_id: 9, opportunity_id: 10, create_user: 11 }));
  await mirrorCopy.take(testTenant, [one]);
  return { token, trailId: one.trail.trailId };
}

const status = '/v1/mirror/status';

describe('how it stands', () => {
  test('an enterprise that is no mirror', async () => {
    server = await startServer();
    const token = await server.tokenOf();
    expect((await server.get(token, status)).json<{ data: unknown }>().data).toEqual({ mirror: null });
  });

  test('a mirror: how far, how fresh, what is equal, and the calls', async () => {
    const { token } = await mirrored();
    const { mirrors, clock } = server.core;
    const now = clock();
    await mirrors.keepCompared(testTenant, { from: null, to: now, comparedAt: now, upstream: 1, own: 1, equalAt: now });
    await mirrors.keepCompared(testTenant, { from: now + 1000, to: null, comparedAt: now, upstream: 2, own: 0, equalAt: null });
    const day = Math.floor((now + 8 * 3_600_000) / 86_400_000);
    expect(await mirrors.spend(testTenant, day, 'poll', 2)).toBe(true);
    expect(await mirrors.spend(testTenant, day, 'fill', 2)).toBe(true);
    expect(await mirrors.spend(testTenant, day, 'fill', 2)).toBe(false);
    await mirrors.keep(testTenant, {
      ...firstState(now),
      limits: { pageSize: 500, quota: 1000 },
      polledAt: now,
      upstreamTotal: 5501,
      offline: { since: now, reason: 'HTTP 503' },
    });
    const { mirror } = (await server.get(token, status)).json<{ data: { mirror: Record<string, unknown> } }>().data;
    expect(mirror).toMatchObject({
      upstream,
      fill_done: false,
      fill_calls_left: 13,
      entries: 1,
      upstream_entries: 5501,
      polled_at: '2024-11-04 10:49:07',
      offline_since: '2024-11-04 10:49:07',
      offline_reason: 'HTTP 503',
      windows: 2,
      windows_equal: 1,
      windows_equal_since: null,
      differing: [{ from: '2024-11-04 10:49:08', to: null, upstream: 2, own: 0 }],
      calls_today: { fill: 1, poll: 1 },
      calls_used: 2,
      calls_quota: 1000,
      calls_left: 998,
    });
  });
});

describe('what is mirrored is changed elsewhere', () => {
  const pushes = [
    [pushPath, { company_id: 7, content: 'x' }],
    ['/v1/dynamic/trail/push/batch', { list: [{ company_id: 7, content: 'x' }] }],
    ['/v1/dynamic/comment/push', { content: 'x' }],
    ['/v1/dynamic/trail/remove', {}],
    ['/v1/dynamic/trail/erase', {}],
    ['/v1/dynamic/next/push', { subject: 'company', id: 7, next_follow_up_time: '2030-01-01 00:00:00' }],
    ['/v1/company/pushCompanyAndCustomers', { name: 'new' }],
    ['/v1/lead/push', { name: 'new' }],
    ['/v1/opportunity/push', { name: 'new', company_id: 7 }],
  ] as const;
  test.each(pushes)('%s', async (path, body) => {
    const { token, trailId } = await mirrored();
    const { revision } = await server.core.trailStore.head(testTenant);
    const answer = await server.post(token, path, { trail_id: path === pushPath ? undefined : trailId, ...body });
    expect(answer.json()).toMatchObject({
      code: 403,
      message: expect.stringContaining(`a mirror of ${upstream}: change it there`),
    });
    expect((await server.core.trailStore.head(testTenant)).revision).toBe(revision);
  });

  test('an import', async () => {
    await mirrored();
    await expect(server.import([entry({ company_id: 7 })])).rejects.toMatchObject({ errorName: 'mirrored' });
  });

  test('applications, and people who sign in, are its own', async () => {
    await mirrored();
    await server.core.applications.create(testTenant, 'own', ['company']);
    const person = { name: 'own', email: 'own@example.com', password: 'long enough', userId: null, replace: false } as const;
    await server.core.signIns.create(testTenant, { ...person, role: 'admin' });
  });

  test('once it is detached it is like any other', async () => {
    const { token } = await mirrored();
    await server.core.mirrors.end(testTenant);
    const answer = await server.post(token, pushPath, { company_id: 7, content: 'x' });
    expect(answer.json()).toMatchObject({ code: 200 });
    await expect(server.core.mirrorCopy.take(testTenant, [readEntry(entry({ company_id: 7 }))])).rejects.toMatchObject({
      errorName: 'usage',
    });
  });
});
