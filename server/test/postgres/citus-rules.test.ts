/** The rules by which every statement of a test run is held against what Citus takes: each of them finds what breaks it, and nothing else. */
import { expect, test } from 'vitest';
import { checkCatalog, checkStatement, rules } from '../../../scripts/citus-rules.ts';
import { catalogOf, excused, referenceTables } from '../../../scripts/run-statements.ts';
import { tenantTables } from '../../src/store/migrations.ts';
import { newPlace } from '../support/place.ts';

const tables = new Set<string>([...tenantTables, 'shared_count']);
const breaches = async (sql: string): Promise<string[]> => (await checkStatement(sql, tables)).map(({ rule }) => rule);

const bound = 'a statement is bound to one tenant';

test.each([
  'SELECT 1',
  'SELECT max(version) FROM schema_version',
  'SELECT * FROM trail WHERE tenant_id = $1 AND live = $2',
  'SELECT * FROM trail t WHERE $1 = t.tenant_id',
  'SELECT * FROM trail t JOIN company c ON c.tenant_id = t.tenant_id AND c.company_id = t.company_id WHERE t.tenant_id = CAST($1 AS BIGINT)',
  'SELECT * FROM change c LEFT JOIN trail t ON t.tenant_id = c.tenant_id WHERE c.tenant_id = $1',
  'SELECT * FROM (VALUES (CAST($1 AS BIGINT))) AS k JOIN trail t ON t.tenant_id = $2 AND t.trail_id = k.column1',
  'SELECT 1 FROM trail WHERE tenant_id = $1 AND trail_id IN (SELECT k.trail_id FROM trail_contact k WHERE k.tenant_id = $2)',
  'SELECT 1 FROM trail t WHERE t.tenant_id = $1 AND EXISTS (SELECT 1 FROM company c WHERE c.tenant_id = t.tenant_id)',
  'WITH k AS (SELECT * FROM trail WHERE tenant_id = $1) SELECT * FROM k UNION ALL SELECT * FROM trail WHERE tenant_id = $2',
  'INSERT INTO company (tenant_id, company_id) VALUES ($1, $2), ($3, $4) ON CONFLICT (tenant_id, company_id) DO UPDATE SET name = excluded.name',
  'UPDATE tenant SET stamp = stamp + 1 WHERE tenant_id = $1',
  'UPDATE shared_count SET amount = abs(amount) WHERE tenant_id = $1',
  'DELETE FROM delivery WHERE tenant_id = $1 AND revision < (SELECT min(s.cursor_revision) FROM subscription s WHERE s.tenant_id = $1)',
  'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
])('%s: nothing against it', async (sql) => {
  expect(await breaches(sql)).toEqual([]);
});

test.each([
  ['SELECT * FROM trail', bound],
  ['SELECT * FROM trail WHERE trail_id = $1', bound],
  ['SELECT * FROM trail WHERE tenant_id = $1 OR live = $2', bound],
  ['SELECT * FROM trail WHERE tenant_id > $1', bound],
  ['SELECT * FROM trail t JOIN company c ON c.company_id = t.company_id WHERE t.tenant_id = $1', bound],
  ['SELECT * FROM trail t JOIN company c ON c.tenant_id = t.tenant_id', bound],
  ['SELECT 1 FROM trail WHERE tenant_id = $1 AND trail_id IN (SELECT k.trail_id FROM trail_contact k)', bound],
  ['WITH k AS (SELECT * FROM trail) SELECT * FROM k', bound],
  ['SELECT 1 FROM trail WHERE tenant_id = $1 UNION ALL SELECT 1 FROM company', bound],
  ['SELECT * FROM (SELECT * FROM trail) t', bound],
  ['UPDATE company SET name = $1 WHERE company_id = $2', bound],
  ['DELETE FROM access_token WHERE expires_at < $1', bound],
  ['INSERT INTO company (company_id) VALUES ($1)', 'a row that is inserted says its tenant'],
  ['INSERT INTO company (tenant_id) VALUES ($1 + 1)', 'a row that is inserted says its tenant'],
  ['UPDATE company SET tenant_id = $1 WHERE tenant_id = $2', 'tenant_id does not change'],
  ['UPDATE company SET name = random() WHERE tenant_id = $1', 'functions in what writes are immutable'],
  ['DELETE FROM company WHERE tenant_id = $1 AND known_at < extract(epoch FROM now())', 'functions in what writes are immutable'],
  ['INSERT INTO company (tenant_id) VALUES ($1) RETURNING now()', 'no function in RETURNING'],
  ['INSERT INTO company (tenant_id, name) VALUES ($1, (SELECT $2))', 'no subquery in INSERT'],
  ['WITH gone AS (DELETE FROM company WHERE tenant_id = $1 RETURNING *) SELECT * FROM gone', 'no WITH that writes'],
  ['LISTEN changes', 'nothing that holds on one node only'],
  ['SELECT pg_notify($1, $2)', 'nothing that holds on one node only'],
  ['SELECT pg_try_advisory_lock($1)', 'nothing that holds on one node only'],
  ['CREATE TEMP TABLE t (a INT)', 'nothing that holds on one node only'],
])('%s: %s', async (sql, rule) => {
  expect(await breaches(sql)).toContain(rule);
});

test('the tables that the program makes', async () => {
  const place = await newPlace({ on: 'postgres' });
  try {
    const catalog = await catalogOf(place.databaseUrl as string);
    expect(catalog.tables.map(({ name }) => name)).toEqual(expect.arrayContaining([...tables, ...referenceTables]));
    expect(checkCatalog(catalog, referenceTables)).toEqual([]);
  } finally {
    await place.remove();
  }
});

test('tables that break the rules', async () => {
  const place = await newPlace({ on: 'postgres', empty: true });
  try {
    await place.exec(`
      CREATE TABLE a (tenant_id BIGINT NOT NULL, id BIGINT NOT NULL UNIQUE, PRIMARY KEY (tenant_id, id));
      CREATE TABLE b (id BIGINT PRIMARY KEY REFERENCES a (id));
      CREATE TABLE c (tenant_id INT PRIMARY KEY);
      ALTER TABLE a ENABLE ROW LEVEL SECURITY;
      CREATE POLICY p ON a USING (tenant_id IN (SELECT tenant_id FROM c));
      CREATE RULE r AS ON DELETE TO a DO INSTEAD NOTHING;`);
    const found = checkCatalog(await catalogOf(place.databaseUrl as string), new Set());
    expect(found.map(({ rule, what }) => `${rule}: ${what.split(' ')[0]}`).toSorted()).toEqual(
      [
        'a table has tenant_id BIGINT, or is a reference table: b',
        'a table has tenant_id BIGINT, or is a reference table: c',
        'a unique key has tenant_id: a_id_key',
        'a unique key has tenant_id: b_pkey',
        'a policy has no subquery: a:',
        'a foreign key has tenant_id: b',
        'no rules, no triggers: a:',
      ].toSorted(),
    );
  } finally {
    await place.remove();
  }
});

test('each rule has a source, and what is excused a reason', () => {
  for (const from of Object.values(rules)) expect(from.length).toBeGreaterThan(30);
  for (const { why } of excused) expect(why.length).toBeGreaterThan(30);
});
