/** A store as the program wrote it before the log had a chain (former-2.sql), opened by this one. */
import { mkdirSync, readFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import type { Kind } from '../../src/domain/objects.ts';
import { checkStore } from '../../src/store/check.ts';
import { objectOf } from '../../src/store/content.ts';
import { integrityOf, storePath } from '../../src/store/files.ts';
import { decode, type Table, tables } from '../../src/store/tables.ts';
import { temporaryFolder } from '../support/place.ts';

type Rows = readonly Record<string, unknown>[];

function formerStore(spoil = ''): { folder: string; rows(sql: string): Rows } {
  const { folder, remove } = temporaryFolder();
  onTestFinished(remove);
  mkdirSync(folder, { recursive: true });
  const file = new DatabaseSync(storePath(folder));
  file.exec(readFileSync(new URL('former-2.sql', import.meta.url), 'utf8'));
  file.exec(spoil);
  file.close();
  const rows = (sql: string): Rows => {
    const reader = new DatabaseSync(storePath(folder), { readOnly: true });
    try {
      return reader.prepare(sql).all();
    } finally {
      reader.close();
    }
  };
  return { folder, rows };
}

async function opened(folder: string): Promise<string[]> {
  const core = await openCore({ data: folder, databaseUrl: null }, { make: false });
  const { findings } = await checkStore(core.db, () => integrityOf(folder));
  await core.close();
  return findings.map(({ what }) => what);
}

/** Every object as its table has it. */
function present({ rows }: { rows(sql: string): Rows }): Map<string, object> {
  const objects = new Map<string, object>();
  // What came later is not there before, and then nothing has it.
  for (const [kind, table] of Object.entries(tables) as [Kind, Table<object>][])
    for (const row of rows(`SELECT 1 FROM sqlite_schema WHERE name = '${table.name}'`).length === 0
      ? []
      : rows(`SELECT * FROM ${table.name}`)) {
      const values = table.columns.map((column) => (row[column] ?? 0) as string | number);
      objects.set(`${row['tenant_id']} ${kind} ${row[table.idColumn]}`, decode(table, values));
    }
  return objects;
}

test('every former state is in the log as it was, the clock no longer goes back, and the check finds nothing wrong', async () => {
  const store = formerStore();
  const former = await store.rows('SELECT * FROM change ORDER BY tenant_id, revision');
  const objects = present(store);
  expect(await opened(store.folder)).toEqual([]);

  const log = await store.rows('SELECT * FROM change ORDER BY tenant_id, revision');
  expect(log).toHaveLength(former.length);
  const latest = new Map<unknown, number>();
  let wentBack = 0;
  for (const [i, row] of log.entries()) {
    const {
      before,
      changed_at: at,
      ...header
    } = former[i] as Record<string, unknown> & { before: string | null; changed_at: number };
    expect(row).toMatchObject(header);
    const tenantId = row['tenant_id'];
    if (at < (latest.get(tenantId) ?? 0)) wentBack += 1;
    latest.set(tenantId, Math.max(at, latest.get(tenantId) ?? 0));
    expect(row['changed_at']).toBe(latest.get(tenantId));
    if (before === null) {
      expect(row).toMatchObject({ before_revision: 0, before_facts: null, before_words: null });
      continue;
    }
    const { knownAt: _, revision, ...object } = JSON.parse(before) as Record<string, unknown>;
    const content = { facts: row['before_facts'] as string, words: row['before_words'] as string };
    expect(row['before_revision']).toBe(revision);
    expect(objectOf(tables[row['kind'] as Kind] as Table<object>, content)).toMatchObject(object);
  }
  expect(wentBack).toBeGreaterThan(0);
  expect(present(store)).toEqual(objects);
  for (const { tenant_id, changed_at, chain_hash } of await store.rows('SELECT * FROM tenant')) {
    const head = log.findLast((row) => row['tenant_id'] === tenant_id);
    expect({ changed_at, chain_hash }).toEqual({ changed_at: head?.['changed_at'], chain_hash: head?.['chain_hash'] });
  }
});

test('entries stand where their flags say, and are found by their contacts', async () => {
  const store = formerStore();
  await opened(store.folder);
  const trails = await store.rows('SELECT * FROM trail');
  const lives = trails.map(({ live, removed, enabled }) => [live, removed === 1 ? 2 : enabled]);
  expect(new Set(lives.map(([live]) => live))).toEqual(new Set([0, 1, 2]));
  for (const [live, expected] of lives) expect(live).toBe(expected);
  const links = trails.flatMap(({ tenant_id, live, contact_ids, happened_at, trail_id }) =>
    [...new Set(JSON.parse((contact_ids as string) || '[]') as number[])].map((contact_id) =>
      [tenant_id, live, contact_id, happened_at, trail_id].join(),
    ),
  );
  expect(links.length).toBeGreaterThan(10);
  const found = await store.rows('SELECT tenant_id, live, contact_id, happened_at, trail_id FROM trail_contact');
  expect(found.map((row) => Object.values(row).join()).toSorted()).toEqual(links.toSorted());
});

test('of a field that an older text lacks, what it is by itself', async () => {
  const lacking = "UPDATE change SET before = json_remove(before, '$.status', '$.serialId', '$.details')";
  const store = formerStore(`${lacking} WHERE kind IN ('lead', 'company')`);
  expect(await opened(store.folder)).toEqual([]);
  const before = await store.rows("SELECT before_facts FROM change WHERE kind = 'lead' AND before_revision > 0");
  expect(before.length).toBeGreaterThan(0);
  for (const { before_facts } of before) expect(JSON.parse(before_facts as string)).toMatchObject({ status: 1 });
});

test('kept answers have no words any more', async () => {
  const store = formerStore();
  expect(await store.rows("SELECT 1 FROM idempotency WHERE answer LIKE '%lin@example.com%'")).toHaveLength(2);
  await opened(store.folder);
  const id = 10 ** 15;
  for (const tenant of [5, 23412])
    expect(await store.rows(`SELECT answer FROM idempotency WHERE tenant_id = ${tenant} ORDER BY idempotency_key`)).toEqual([
      { answer: JSON.stringify({ companyId: id, contactIds: [id + 1, id + 2] }) },
      { answer: JSON.stringify({ companyId: id, contactIds: [] }) },
    ]);
});

test('a store that has lost an object is not brought into another shape', async () => {
  const store = formerStore('DELETE FROM company WHERE tenant_id = 5 AND company_id = 1');
  await expect(openCore({ data: store.folder, databaseUrl: null }, { make: false })).rejects.toThrow(
    /damaged, tenant 5: company 1 is in the change log but not in the store/,
  );
  expect(await store.rows('SELECT max(version) AS version FROM schema_version')).toEqual([{ version: 2 }]);
});
