/** Counts that the servers of one database share; see `SharedCounts`. */
import { createHash } from 'node:crypto';
import type { SharedCounts } from '../domain/shared-counts.ts';
import type { PostgresTransaction } from './postgres-transaction.ts';

/** Where they lie; they come and go, and are in no log and no copy. */
export const countTable = `CREATE TABLE shared_count (
  tenant_id BIGINT NOT NULL, name TEXT NOT NULL, amount BIGINT NOT NULL, added_at BIGINT NOT NULL,
  PRIMARY KEY (tenant_id, name)
)`;

/** Most of what is counted is of no enterprise that there is: they lie under so many numbers below zero, spread as the rows of tenants are. */
const buckets = 4096;
/** ms after which a count is of no use to anybody, whatever the clock of a server says. */
const kept = 25 * 3600 * 1000;
/** By less than so many ms the clock of a server may be ahead of others; beyond that it was wrong. */
const ahead = 3600 * 1000;

const since = 'excluded.added_at - shared_count.added_at';
const goesOn = `${since} < ? AND ${since} > -${ahead}`;
const addTo =
  'INSERT INTO shared_count (tenant_id, name, amount, added_at) VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id, name) DO UPDATE SET ' +
  `amount = CASE WHEN ${goesOn} THEN shared_count.amount + excluded.amount ELSE excluded.amount END, ` +
  `added_at = CASE WHEN ${goesOn} THEN greatest(shared_count.added_at, excluded.added_at) ELSE excluded.added_at END RETURNING amount`;
const clean = 'DELETE FROM shared_count WHERE tenant_id = ? AND added_at < ?';

/** `run`: does something in a transaction of that tenant, which nobody waits for to be on disk. */
export function postgresCounts(
  run: <T>(tenantId: number, work: (tx: PostgresTransaction) => Promise<T>) => Promise<T>,
): SharedCounts {
  const placed = (name: string): readonly [bucket: number, name: string] => {
    const hash = createHash('sha256').update(name).digest();
    return [-1 - (hash.readUInt32LE(0) % buckets), hash.toString('base64url')];
  };
  return {
    add: async (name, more, at, within) => {
      const [bucket, key] = placed(name);
      const row = await run(bucket, (tx) => tx.get(addTo, [bucket, key, more, at, within, within]));
      const amount = row?.[0] as number;
      // By itself: together, two that are added to and begin anew could wait for each other. Another time is as good.
      if (amount === more) run(bucket, (tx) => tx.run(clean, [bucket, at - kept])).catch(() => undefined);
      return amount;
    },
    read: (name, at, within) => {
      const [bucket, key] = placed(name);
      return run(bucket, async (tx) => {
        const row = await tx.get(
          'SELECT amount, added_at FROM shared_count WHERE tenant_id = ? AND name = ? AND abs(added_at - ?) < ?',
          [bucket, key, at, within],
        );
        return row === undefined ? null : { count: row[0] as number, at: row[1] as number };
      });
    },
    clear: (name) => {
      const [bucket, key] = placed(name);
      return run(bucket, (tx) => tx.run('DELETE FROM shared_count WHERE tenant_id = ? AND name = ?', [bucket, key]));
    },
  };
}
