/** What only the other engine has: walls between tenants, texts that it does not take as they are, and a way to it that breaks. */
import { describe, expect, onTestFinished, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { checkStore } from '../../src/store/check.ts';
import { tenantTables } from '../../src/store/migrations.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { openStore, recordAbout, testCaller } from '../store/fixture.ts';
import { workplace } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import { newPlace, variablesOf } from '../support/place.ts';

describe('walls', () => {
  test('a statement that forgets the tenant sees and writes only the rows of the one that it is about', async () => {
    const store = await openStore();
    await store.take(
      entry({ trail_id: 1, client_id: 5 }),
      entry({ trail_id: 2, client_id: 6 }),
      entry({ trail_id: 3, client_id: 6 }),
    );
    const { db } = store.core;
    const forgetful = 'SELECT tenant_id, trail_id FROM trail ORDER BY trail_id';
    expect(await db.read(5, (tx) => tx.all(forgetful))).toEqual([[5, 1]]);
    expect(await db.read(6, (tx) => tx.all(forgetful))).toEqual([
      [6, 2],
      [6, 3],
    ]);
    expect(await db.read(7, (tx) => tx.all(forgetful))).toEqual([]);
    // Whoever had the connection before.
    for (let i = 0; i < 30; i++) {
      const tenant = 5 + (i % 2);
      const rows = await Promise.all(Array.from({ length: 10 }, () => db.read(tenant, (tx) => tx.all(forgetful))));
      for (const found of rows) expect(new Set(found.map((row) => row[0]))).toEqual(new Set([tenant]));
    }
    await db.write(5, (tx) => tx.run("UPDATE trail SET content = 'changed'"));
    expect(await store.rows("SELECT trail_id FROM trail WHERE content = 'changed'")).toEqual([{ trail_id: 1 }]);
    await expect(
      db.write(5, (tx) =>
        tx.run("INSERT INTO company (tenant_id, company_id, name, removed, known_at, revision) VALUES (6, 1, '', 0, 0, 0)"),
      ),
    ).rejects.toThrow(/row-level security/);
  });

  test('there is one around every table that has tenants', async () => {
    const store = await openStore();
    const tables = await store.rows(
      "SELECT c.relname AS name, c.relrowsecurity AND c.relforcerowsecurity AS walled FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' " +
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace ORDER BY 1",
    );
    expect(tables.map(({ name }) => name)).toEqual([...tenantTables, 'shared_count'].sort());
    for (const { name, walled } of tables) expect(walled, String(name)).toBe(1);
  });
});

test('texts come back as they were, whatever is in them', async () => {
  const store = await openStore();
  await store.take(entry({ trail_id: 1, company_id: 1 }));
  const texts = [
    '\0',
    'a\0b\0',
    '\uFDD0',
    '\uFDD00',
    '\uFDD0\0',
    '\uFDD1',
    '\uFFFD',
    '😀\0',
    "'; DROP TABLE trail; --",
    '\\x00',
    '$1 ?',
    'é ß 付款',
  ];
  for (const text of texts) await store.core.trails.record(testCaller, recordAbout(1, text));
  const { trails } = await store.core.trails.list(testCaller, { ...allTrails, oldestFirst: true }, { number: 1, size: 20 });
  expect(trails.slice(1).map(({ content }) => content)).toEqual(texts);
  // Also in the log, where they stand once they are changed.
  for (const { trailId } of trails)
    await store.core.objects.change(testTenant, 'command:test', async (edit) => {
      const before = (await edit.getMany('trail', [trailId])).get(trailId);
      if (before === undefined) throw new Error(`entry ${trailId} is not there`);
      await edit.write('trail', [{ before, after: { ...before.object, type: 102 }, knownAt: before.knownAt }]);
    });
  expect((await checkStore(store.core.db, () => [])).findings).toEqual([]);
});

test('a group of writes: one that fails takes no other with it', async () => {
  const store = await openStore();
  await store.core.tenants.create({ tenantId: testTenant, name: 't', createdAt: 0 });
  const outcomes = await Promise.allSettled(
    Array.from({ length: 40 }, (_, i) =>
      store.core.objects.change(testTenant, 'command:test', async (edit) => {
        const id = edit.newIds(1);
        const kept = { requestHash: '', answer: '{}' };
        // The same key twice is refused by the database.
        for (let times = i % 5 === 0 ? 2 : 1; times > 0; times--) await edit.keepAnswer(`key ${i}`, kept);
        return id;
      }),
    ),
  );
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(8);
  const ids = outcomes.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  expect(new Set(ids).size).toBe(32);
});

describe('from the command line', () => {
  test('a tenant, an application, a server, and what is recorded through it', { timeout: 120_000 }, async () => {
    const place = await newPlace({ empty: true });
    const at = workplace();
    onTestFinished(place.remove);
    const env = variablesOf(place);
    const early = await at.genjin(['check'], { env });
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(/there is no store in postgres:\/\/genjin:\*\*\*@127\.0\.0\.1:\d+\/\w+; "genjin tenant create"/);
    expect((await at.genjin(['tenant', 'create', '--id', '5', '--name', 'five'], { env })).code).toBe(0);
    at.write('entries.ndjson', JSON.stringify(entry({ trail_id: 1, client_id: 5, company_id: 9 })));
    expect((await at.genjin(['import', 'entries.ndjson'], { env })).stderr).toBe('');
    const made = await at.genjin(['app', 'create', '--tenant', '5', '--name', 'a', '--scope', 'company', '--json'], { env });
    const { client_id: clientId, client_secret: clientSecret } = JSON.parse(made.stdout) as Record<string, string>;
    // Two on one database, and another that hands writes on.
    const servers = [await at.serve([], { env }), await at.serve(['--workers', '2'], { env })];
    const tokens = await Promise.all(
      servers.map((one) => one.token({ clientId: String(clientId), clientSecret: String(clientSecret) })),
    );
    for (let i = 0; i < 20; i++) {
      const [one, other] = [i % 2, (i + 1) % 2] as const;
      const headers = (which: number) => ({ Authorization: `Bearer ${tokens[which]}`, 'Content-Type': 'application/json' });
      const body = { remark_type: 101, content: `number ${i}`, company_id: 9 };
      const pushed = await servers[one]?.send('/v1/dynamic/trail/push', { method: 'POST', headers: headers(one), body });
      expect(pushed?.json(), pushed?.text).toMatchObject({ code: 200 });
      const listed = await servers[other]?.send('/v1/dynamic/trail/list?count=1', { headers: headers(other) });
      expect(listed?.json(), listed?.text).toMatchObject({ data: { totalItem: i + 2 } });
    }
    for (const one of servers) expect((await one.end('SIGTERM')).code).toBe(0);
    const checked = await at.genjin(['check'], { env });
    expect(checked.stdout).toContain('all is right');
    expect(checked.code).toBe(0);
    const wrong = new URL(String(place.databaseUrl));
    wrong.password = 'wrong-Passw0rd';
    const refused = await at.genjin(['check'], { env: { GENJIN_DATABASE_URL: wrong.toString() } });
    expect(refused.stderr).toContain('the user or the password is wrong');
    expect(refused.stderr).not.toContain('wrong-Passw0rd');
    const elsewhere = await at.genjin(['check'], { env: { GENJIN_DATABASE_URL: 'mysql://x' } });
    expect(elsewhere.stderr).toContain('accepted: postgres://');
  });
});

test('a second key is told from a wrong secret', async () => {
  const place = await newPlace();
  onTestFinished(place.remove);
  const core = await openCore({ ...place, key: Buffer.alloc(32, 1).toString('base64') }, { make: true });
  onTestFinished(() => core.close());
  await core.tenants.create({ tenantId: 5, name: 't', createdAt: 0 });
  const credentials = await core.applications.create(5, 'a', ['company']);
  const other = await openCore({ ...place, key: Buffer.alloc(32, 2).toString('base64') }, { make: false });
  onTestFinished(() => other.close());
  await expect(other.applications.issueToken({ ...credentials, scopes: [] })).rejects.toMatchObject({ errorName: 'key_lost' });
  expect((await core.applications.issueToken({ ...credentials, scopes: [] })).accessToken).toMatch(/^5\./);
  await expect(openCore({ ...place, key: 'short' }, { make: false })).rejects.toThrow('holds no key');
});

test('where nothing listens, that is said at once', async () => {
  const db = openPostgres('postgres://nobody:x@127.0.0.1:1/none');
  onTestFinished(() => db.close());
  await expect(db.read(1, (tx) => tx.all('SELECT 1'))).rejects.toMatchObject({ errorName: 'store_unavailable' });
  await expect(db.write(1, (tx) => tx.run('SELECT 1'))).rejects.toMatchObject({ errorName: 'store_unavailable' });
});

describe('genjin migrate', () => {
  test('makes the tables, and says so when they are there', async () => {
    const place = await newPlace({ on: 'postgres', empty: true });
    onTestFinished(() => place.remove());
    const at = workplace();
    const env = variablesOf(place);
    for (let i = 0; i < 2; i++) {
      const { code, stdout } = await at.genjin(['migrate'], { env });
      expect({ code, stdout }).toEqual({ code: 0, stdout: 'the tables are in shape\n' });
    }
    expect(await place.rows('SELECT count(*) AS n FROM tenant')).toEqual([{ n: 0 }]);
  });

  test.each([
    { words: ['--citus'], reason: 'the database has no Citus; an administrator makes it there with CREATE EXTENSION citus' },
    { words: ['--citus', '--shards', '0'], reason: '--shards: "0" is not accepted; accepted: 1 to 4096' },
    { words: ['--citus', '--shards', 'many'], reason: '--shards: "many" is not accepted; accepted: 1 to 4096' },
    { words: ['--shards', '8'], reason: '--shards: only with --citus' },
  ])('$words: $reason', async ({ words, reason }) => {
    const place = await newPlace({ on: 'postgres' });
    onTestFinished(() => place.remove());
    const { code, stderr } = await workplace().genjin(['migrate', ...words], { env: variablesOf(place) });
    expect(code).toBe(1);
    expect(stderr).toContain(reason);
  });

  test('--citus is nothing for a folder', async () => {
    const { code, stderr } = await workplace().genjin(['migrate', '--citus']);
    expect(code).toBe(1);
    expect(stderr).toContain('--citus: needs --database-url');
  });
});
