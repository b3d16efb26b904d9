/** What goes wrong in the database is told as what it is, and hurts nobody else. */
import { expect, onTestFinished, test } from 'vitest';
import { Attempts } from '../../src/domain/attempts.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { sharedLimitStore } from '../../src/http/shared-limit.ts';
import type { Db, Row, Tx, Value } from '../../src/store/db.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { trailQuery } from '../../src/store/trail-query.ts';
import { pageReader } from '../../src/store/whole-page.ts';
import { entry, testTenant } from '../support/entries.ts';
import { askJson } from '../support/people.ts';
import { newPlace, type TestPlace } from '../support/place.ts';
import { listPath, startServer, tokenPath } from '../support/server.ts';

async function place(): Promise<TestPlace> {
  const made = await newPlace({ on: 'postgres' });
  onTestFinished(() => made.remove());
  return made;
}

function opened({ databaseUrl }: TestPlace, connections = 4): Db {
  const db = openPostgres(databaseUrl as string, { connections });
  onTestFinished(() => db.close());
  return db;
}

async function started() {
  const server = await startServer({ rateLimit: 0 });
  onTestFinished(server.close);
  return server;
}

test.each([{ asked: 0 }, { asked: 3 }])('a page that is cancelled, asked $asked times before: try again', async ({ asked }) => {
  const server = await started();
  await server.import(Array.from({ length: 30 }, (_, i) => entry({ trail_id: 1 + i, company_id: 1 })));
  const token = await server.tokenOf();
  const path = (count: number): string => `${listPath}?company_id=1&count=${count}`;
  for (let i = 0; i < asked; i++) await server.get(token, path(10 + i));
  const held = server.place.exec('BEGIN; LOCK TABLE trail IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(1.5); COMMIT');
  const isHeld = "SELECT 1 FROM pg_locks WHERE relation = 'trail'::regclass AND mode = 'AccessExclusiveLock' AND granted";
  while ((await server.place.rows(isHeld)).length === 0);
  const answer = server.get(token, path(20));
  const waiting =
    "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  let answered = false;
  void answer.then(() => {
    answered = true;
  });
  // Others of the server's wait too.
  while (!answered) await server.place.rows(waiting);
  expect((await answer).status).toBe(503);
  await held;
  expect((await server.get(token, path(20))).status).toBe(200);
});

test('a transaction that fails takes none with it that waits for its connection', async () => {
  const at = await place();
  for (let i = 0; i < 30; i++) {
    const db = opened(at, 1);
    const later = `SELECT COUNT(*), ${i} FROM trail t WHERE tenant_id = ?`;
    const failing = db.read(testTenant, (tx) =>
      Promise.all([tx.all('SELECT 1 / CAST(? AS BIGINT)', [0]), tx.all(later, [testTenant]), tx.all(later, [testTenant])]),
    );
    const other = db.read(testTenant, (tx) => Promise.all([tx.all(later, [testTenant]), tx.all(later, [testTenant])]));
    await expect(failing).rejects.toThrow('division by zero');
    expect(await other).toEqual([[[0, i]], [[0, i]]]);
  }
});

test('a transaction that is over asks nothing more', async () => {
  const db = opened(await place());
  let kept: Tx | null = null;
  await db.read(testTenant, async (tx) => {
    kept = tx;
  });
  await expect((kept as Tx | null)?.all('SELECT 1')).rejects.toThrow('the transaction is over');
});

test('guesses are limited where the database only reads', async () => {
  const server = await started();
  const { clientId, clientSecret } = await server.application();
  const name = new URL(server.place.databaseUrl as string).pathname.slice(1);
  await server.place.exec(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
  await server.place.rows(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND pid <> pg_backend_pid()`,
  );
  const ask = async (secret: string): Promise<number> => {
    const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: secret };
    return (await askJson(server, tokenPath, body)).status;
  };
  const statuses: number[] = [];
  for (let i = 0; i < 15; i++) statuses.push(await ask(`wrong ${i}`));
  expect(statuses.filter((status) => status === 401).length).toBeLessThanOrEqual(10);
  expect(statuses.slice(-4)).toEqual([429, 429, 429, 429]);
  expect(await ask(clientSecret)).toBe(429);
});

test.each([
  { skew: 0, second: 30 },
  { skew: 1, second: 59.5 },
  { skew: 61, second: 30 },
  { skew: 600, second: 30 },
])('clocks that are $skew s apart: the limits hold', async ({ skew, second }) => {
  const at = await place();
  const now = 60_000 * 29_000_000 + 1000 * second;
  const clocks = [() => now, () => now + 1000 * skew];
  const counts = clocks.map(() => opened(at).counts);
  const limit = 64;
  const stores = clocks.map((clock, i) => new (sharedLimitStore(counts[i] as NonNullable<Db['counts']>, clock))());
  let through = 0;
  for (let i = 0; i < 400; i++) {
    const { current } = await new Promise<{ current: number }>((resolve, reject) =>
      stores[i % 2]?.incr(
        'key',
        (error, result) => (error === null ? resolve(result as { current: number }) : reject(error)),
        60_000,
        limit,
      ),
    );
    if (current <= limit) through += 1;
  }
  // Of the minute before, what the other server had taken already.
  expect(through).toBeLessThanOrEqual(limit + 2);
  expect(through).toBeGreaterThanOrEqual(limit - 4);

  const attempts = clocks.map((clock, i) => new Attempts(clock, counts[i]));
  let guesses = 0;
  for (let i = 0; i < 60; i++) {
    await attempts[i % 2]
      ?.attempt('somebody', null, async () => {
        guesses += 1;
        return null;
      })
      .catch(() => undefined);
  }
  // Ten are free; a clock that is ahead has waited that much longer.
  expect(guesses).toBeLessThanOrEqual(skew === 0 ? 10 : 10 + Math.ceil(Math.log2(skew + 1)) + 1);
});

test('a page of few entries looks at few objects, however many the enterprise has', async () => {
  const server = await started();
  const contacts = (i: number): number[] => Array.from({ length: 12 }, (_, n) => 1 + 12 * i + n);
  await server.import(
    Array.from({ length: 400 }, (_, i) =>
      entry({ trail_id: 1 + i, company_id: 1 + i, customer_id: contacts(i), create_user: 1 + i }),
    ),
  );
  const { db } = server.core;
  const plan = await db.read(testTenant, async (tx) => {
    let explained: Row[] = [];
    const explaining: Tx = {
      ...tx,
      get: (sql, values) => tx.get(sql, values),
      run: (sql, values) => tx.run(sql, values),
      runMany: (sql, rows) => tx.runMany(sql, rows),
      all: async (sql: string, values?: readonly Value[]) => {
        explained = await tx.all(`EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) ${sql}`, values);
        return [];
      },
    };
    const { idsIn } = db.dialect.far as NonNullable<typeof db.dialect.far>;
    const order = { by: 'happenedAt', oldestFirst: false } as const;
    await pageReader(idsIn)(explaining, testTenant, trailQuery(testTenant, allTrails), order, 20, 0);
    return explained.map((row) => String(row[0]));
  });
  const rows = plan.flatMap((line) => [...line.matchAll(/rows=(\d+)/g), ...line.matchAll(/Removed by \w+ ?\w*: (\d+)/g)]);
  expect(rows.length).toBeGreaterThan(10);
  expect(Math.max(...rows.map((match) => Number(match[1]))), plan.join('\n')).toBeLessThanOrEqual(400);
});
