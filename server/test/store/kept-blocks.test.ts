/** What a process leaves in the store about large scopes, and what the next one makes of it. */
import { expect, test } from 'vitest';
import { allTrails } from '../../src/domain/stores.ts';
import { checkStore } from '../../src/store/check.ts';
import type { Tx } from '../../src/store/db.ts';
import { headOf } from '../../src/store/log-times.ts';
import { scope } from '../../src/store/scope.ts';
import { Timeline } from '../../src/store/timeline.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { openStore, type TestStore } from './fixture.ts';

const enterprise = scope(1, null, 0, 'happenedAt');
const giant = scope(1, 'companyId', 1, 'happenedAt');

const drafts = (first: number, count: number, company: (i: number) => number) =>
  Array.from({ length: count }, (_, i) =>
    readEntry(
      entry({ trail_id: first + i, company_id: company(i), create_time: `2024-05-01 12:${String(i % 60).padStart(2, '0')}:00` }),
    ),
  );

/** A store of 24,000 entries, half of them of one company, as an import leaves it. */
async function filled(): Promise<TestStore> {
  const store = await openStore();
  await store.core.importer.take([drafts(1, 24_000, (i) => (i % 2 === 0 ? 1 : 2 + (i % 500)))]);
  return store;
}

const kept = (store: TestStore) =>
  store.rows('SELECT scope, revision FROM timeline_block WHERE tenant_id = ? ORDER BY scope', testTenant);

/** Which statements a fresh timeline runs for a scope, and its total. */
async function asked(store: TestStore, of = enterprise): Promise<{ cuts: number; total: number | undefined }> {
  let cuts = 0;
  const total = await store.core.db.read(null, async (tx) => {
    const counting: Tx = {
      all: (sql, values) => tx.all(sql, values),
      get: (sql, values) => {
        if (sql.includes('OFFSET 128')) cuts += 1;
        return tx.get(sql, values);
      },
      run: (sql, values) => tx.run(sql, values),
      runMany: (sql, rows) => tx.runMany(sql, rows),
    };
    const { revision } = await headOf(tx, testTenant);
    const at = await new Timeline(testTenant).at(counting, of, revision);
    return at?.blocks.total;
  });
  return { cuts, total };
}

test('after an import the enterprise and its large subjects are kept, and a new process cuts nothing', async () => {
  const store = await filled();
  expect(await kept(store)).toEqual([]);
  await store.core.trailStore.settle();
  const { revision } = await store.core.trailStore.head(testTenant);
  expect(await kept(store)).toEqual([
    { scope: giant.name, revision },
    { scope: enterprise.name, revision },
  ]);
  expect(await asked(store)).toEqual({ cuts: 0, total: 24_000 });
  expect(await asked(store, giant)).toEqual({ cuts: 0, total: 12_000 });
  // Another time has no blocks that are kept.
  expect((await asked(store, scope(1, null, 0, 'updatedAt'))).cuts).toBeGreaterThan(100);
});

test('what was changed since is followed; it is kept again only after many changes', async () => {
  const store = await filled();
  await store.core.trailStore.settle();
  const before = await kept(store);
  await store.core.importer.take([drafts(50_000, 300, () => 1)]);
  expect(await asked(store, giant)).toEqual({ cuts: 0, total: 12_300 });
  await store.core.trailStore.settle();
  expect(await kept(store)).toEqual(before);
  await store.core.importer.take([drafts(60_000, 3000, () => 7)]);
  await store.core.trailStore.settle();
  const { revision } = await store.core.trailStore.head(testTenant);
  expect((await kept(store)).map((row) => row['revision'])).toEqual([revision, revision]);
  const page = await store.core.trailStore.list(testTenant, { ...allTrails, companyId: 1 }, { number: 400, size: 30 }, null);
  expect(page.total).toBe(12_300);
  expect((await checkStore(store.core.db, () => [])).findings).toEqual([]);
});

test.each([
  ['no such text', "blocks = 'x'"],
  ['a scope that there is not', "scope = 'x' || scope"],
  ['past the end of the log', 'revision = revision + 1'],
  ['other counts', 'other'],
])('kept blocks that are wrong are found: %s', async (_name, change) => {
  const store = await filled();
  await store.core.trailStore.settle();
  const [row] = await store.rows('SELECT blocks FROM timeline_block WHERE scope = ?', enterprise.name);
  const bytes = Buffer.from(String(row?.['blocks']), 'base64url');
  bytes.writeInt32LE(bytes.readInt32LE(20 * 50 + 16) + 1, 20 * 50 + 16);
  const set = change === 'other' ? `blocks = '${bytes.toString('base64url')}'` : change;
  await store.core.db.write(null, (tx) => tx.run(`UPDATE timeline_block SET ${set} WHERE tenant_id = ${testTenant}`));
  expect((await checkStore(store.core.db, () => [])).findings.length).toBeGreaterThan(0);
});
