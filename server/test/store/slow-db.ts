import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Db, Tx } from '../../src/store/db.ts';
import { randomFrom } from '../support/soak.ts';

/**
 * The same database with time between its statements, as over a network: so readers of several states are in the timeline at
 * once. On the embedded engine alone a reader is seldom interrupted.
 */
export function slowly(db: Db): Db {
  const random = randomFrom(7);
  const pause = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 3); turns > 0; turns--) await nextTurn();
  };
  const slow = (tx: Tx): Tx => {
    const after = async <T>(answer: Promise<T>): Promise<T> => {
      const value = await answer;
      await pause();
      return value;
    };
    return {
      all: (sql, values) => after(tx.all(sql, values)),
      get: (sql, values) => after(tx.get(sql, values)),
      run: (sql, values) => after(tx.run(sql, values)),
      runMany: (sql, rows) => after(tx.runMany(sql, rows)),
    };
  };
  return {
    dialect: db.dialect,
    counts: db.counts,
    read: (tenantId, work) => db.read(tenantId, (tx) => work(slow(tx))),
    write: (tenantId, work) => db.write(tenantId, work),
    stamp: (tenantId) => db.stamp(tenantId),
    snapshot: (tenantId) => db.snapshot(tenantId),
    close: () => db.close(),
  };
}
