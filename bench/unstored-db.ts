/**
 * In the place of `store/sqlite.ts`, see `unstored.ts`: a write has no transaction, runs no statement that writes, and none that reads what
 * was read before.
 */
import type { Db, Row, Tx, WriteTx } from '../server/src/store/db.ts';
import { openSqlite as open, type SqliteOptions } from '../server/src/store/sqlite.ts';

export function openSqlite(path: string, options?: SqliteOptions): Db {
  const db = open(path, options);
  const read = new Map<string, Row[]>();
  const all: Tx['all'] = async (sql, values = []) => {
    const asked = `${sql} ${values.join(' ')}`;
    const known = read.get(asked);
    if (known !== undefined) return known;
    const rows = await db.read(null, (tx) => tx.all(sql, values));
    read.set(asked, rows);
    return rows;
  };
  const tx: WriteTx = {
    enter: async () => undefined,
    all,
    get: async (sql, values) => (await all(sql, values))[0],
    run: async () => undefined,
    runMany: async () => undefined,
  };
  return {
    dialect: db.dialect,
    counts: db.counts,
    read: (tenantId, work) => db.read(tenantId, work),
    snapshot: (tenantId) => db.snapshot(tenantId),
    stamp: (tenantId) => db.stamp(tenantId),
    write: (_tenantId, work) => work(tx),
    close: () => db.close(),
  };
}
