/** How SQLite reads the change feed and an entry's history: by keys, however long the log is. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Importer } from '../../src/domain/import.ts';
import type { Kind, Trail } from '../../src/domain/objects.ts';
import { changeStore } from '../../src/store/change-store.ts';
import type { Db } from '../../src/store/db.ts';
import { storePath } from '../../src/store/files.ts';
import { migrate } from '../../src/store/migrations.ts';
import { objectStore } from '../../src/store/object-store.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { temporaryFolder } from '../support/place.ts';
import { expectSeeking, plansOf } from './plans.ts';

const { folder, remove } = temporaryFolder();
let db: Db;
let file: DatabaseSync;

beforeAll(async () => {
  db = openSqlite(storePath(folder));
  await migrate(db);
  const objects = objectStore(db, Date.now);
  const entries = Array.from({ length: 2000 }, (_, i) => entry({ trail_id: 1 + i, company_id: 1 + (i % 50) }));
  await new Importer({ objects }).take([entries.map(readEntry)]);
  for (let i = 0; i < 20; i++) {
    await objects.change(testTenant, 'app:test', async (edit) => {
      const before = (await edit.getMany('trail', [7])).get(7) ?? null;
      const after = { ...(before?.object as Trail), content: `${i}` };
      await edit.write('trail', [{ before, after, knownAt: Date.now() }]);
    });
  }
  file = new DatabaseSync(storePath(folder));
});

afterAll(async () => {
  file.close();
  await db.close();
  remove();
});

const kinds: Kind[] = ['trail', 'company'];

test.each([
  ['a page of the feed', async (on: Db) => changeStore(on).after(testTenant, 10, kinds, 100)],
  ['its end', async (on: Db) => changeStore(on).after(testTenant, 2050, kinds, 100)],
  ['one entry', async (on: Db) => changeStore(on).trail(testTenant, 7)],
  ['its history', async (on: Db) => changeStore(on).history(testTenant, 7, { number: 2, size: 5 })],
])('%s is found by keys', async (_name, work) => {
  const planned = await plansOf(db, file, work);
  expect(planned.length).toBeGreaterThan(0);
  // The walk from one version to the one before, and what it found, are no tables.
  const walks = planned.map(({ sql, plan }) => ({ sql, plan: plan.filter((step) => !/^SCAN (version|v)$/.test(step)) }));
  expectSeeking(walks);
  for (const { sql, plan } of planned) {
    if (/FROM change c LEFT/.test(sql))
      expect(plan.join('\n'), sql).toContain('change_by_before (tenant_id=? AND before_revision=?)');
    if (/ORDER BY c.revision/.test(sql)) expect(plan.join('\n'), sql).not.toContain('USE TEMP B-TREE');
  }
});
