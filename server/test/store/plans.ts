/** What SQLite does for the statements that a piece of work really runs. */
import type { DatabaseSync } from 'node:sqlite';
import { expect } from 'vitest';
import type { Db, Tx, Value } from '../../src/store/db.ts';

/** A statement as it was really run, and what SQLite does for it. */
export interface Planned {
  readonly sql: string;
  readonly plan: readonly string[];
}

/** Notes each statement with its values on its way to the database. */
function recording(real: Db, recorded: Map<string, readonly Value[]>): Db {
  const noted = (tx: Tx): Tx => {
    const note = (sql: string, values: readonly Value[] = []): void => void recorded.set(sql, values);
    return {
      all: (sql, values) => {
        note(sql, values);
        return tx.all(sql, values);
      },
      get: (sql, values) => {
        note(sql, values);
        return tx.get(sql, values);
      },
      run: (sql, values) => {
        note(sql, values);
        return tx.run(sql, values);
      },
      runMany: (sql, rows) => {
        if (rows.length > 0) note(sql, rows[0]);
        return tx.runMany(sql, rows);
      },
    };
  };
  return {
    dialect: real.dialect,
    counts: real.counts,
    read: (tenantId, work) => real.read(tenantId, (tx) => work(noted(tx))),
    write: (tenantId, work) => real.write(tenantId, (tx) => work({ ...noted(tx), enter: (entered) => tx.enter(entered) })),
    snapshot: async (tenantId) => {
      const snapshot = await real.snapshot(tenantId);
      return { ...noted(snapshot), end: () => snapshot.end() };
    },
    stamp: (tenantId) => real.stamp(tenantId),
    close: () => real.close(),
  };
}

/** The statements that a piece of work runs on `db`, each once, with their plans in the same file. */
export async function plansOf(db: Db, file: DatabaseSync, work: (db: Db) => Promise<unknown>): Promise<Planned[]> {
  const recorded = new Map<string, readonly Value[]>();
  await work(recording(db, recorded));
  return [...recorded].map(([sql, values]) => {
    const bound = values.map((value) => (typeof value === 'number' ? BigInt(value) : value));
    const rows = file.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...bound);
    return { sql, plan: rows.map((row) => String(row['detail'])) };
  });
}

/** Nothing reads a tenant's table from end to end, and nothing looks at more than one tenant. */
export function expectSeeking(planned: readonly Planned[]): void {
  for (const { sql, plan } of planned) {
    for (const step of plan) {
      if (/^SCAN/.test(step))
        expect(step, sql).toMatch(/^SCAN (k|numbered|\(subquery-\d+\)|CONSTANT ROW|\d+(-ROW VALUES CLAUSE| CONSTANT ROWS?))$/);
      if (/^SEARCH/.test(step)) expect(step, sql).toContain('(tenant_id=?');
    }
    for (const table of ['trail', 'change']) {
      if (new RegExp(`\\b(FROM|JOIN|UPDATE|INTO) ${table}\\b`).test(sql)) {
        expect(sql, `${table} without a tenant`).toMatch(/\btenant_id = \?|INSERT INTO \w+ \(tenant_id,/);
      }
    }
  }
}
