/** What PostgreSQL does not share with SQLite. */
import type { Dialect } from './db.ts';
import { countTable } from './postgres-counts.ts';
import { settings } from './postgres-transaction.ts';

/**
 * The rows of other tenants are as if they were not there, whatever a statement says: see `PostgresTransaction.begin`. Two bounds, which an
 * index takes as they are, once a statement; with an `OR` for all tenants they would be asked again for every row.
 */
const [from, to] = [settings.from, settings.to].map((name) => `nullif(current_setting('${name}', true), '')::bigint`);
const wall = `tenant_id >= ${from} AND tenant_id <= ${to}`;

export const dialect: Dialect = {
  clustered: '',
  bytes: 'BYTEA',
  // Compared by their bytes, as SQLite does and as JavaScript nearly does, whatever the database was made for.
  // A B-tree takes no text above 2,704 bytes; what people wrote may be longer. Behind a wall, only functions that are known to tell
  // nothing of a row may choose it in an index, and lower() is none of them.
  definition: (statement) =>
    statement
      .replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"')
      .replace('(tenant_id, lower(email))', '(tenant_id)')
      .replace('(tenant_id, serial_id)', 'USING hash (serial_id)'),
  stamp: ['ALTER TABLE tenant ADD COLUMN stamp BIGINT NOT NULL DEFAULT 0'],
  walls: (tables) =>
    tables.flatMap((table) => [
      `ALTER TABLE ${table} ENABLE ROW LEVEL SECURITY`,
      // Also for the program's own role, which owns the tables.
      `ALTER TABLE ${table} FORCE ROW LEVEL SECURITY`,
      `DROP POLICY IF EXISTS tenant_wall ON ${table}`,
      `CREATE POLICY tenant_wall ON ${table} USING (${wall}) WITH CHECK (${wall})`,
    ]),
  // Any number of our own: all that migrate agree on it.
  alone: 'SELECT pg_advisory_xact_lock(734650123)',
  counts: [countTable],
  far: {
    idsIn: (column, from) =>
      `SELECT CAST(one.value AS BIGINT) FROM ${from}, jsonb_array_elements_text(CAST(nullif(${from}.${column}, '') AS JSONB)) AS one (value)`,
  },
  // The server counts for itself.
  statistics: () => [],
};
