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
/** ms after which a count is of no use to anybody. */
const kept = 2 * 3600 * 1000;

const addTo =
  'INSERT INTO shared_count (tenant_id, name, amount, added_at) VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id, name) DO UPDATE SET ' +
  'amount = CASE WHEN abs(shared_count.added_at - excluded.added_at) < ? THEN shared_count.amount + excluded.amount ELSE excluded.amount END, ' +
  'added_at = excluded.added_at RETURNING amount';

/** `run`: does something in a transaction of that tenant, which nobody waits for to be on disk. */
export function postgresCounts(
  run: <T>(tenantId: number, work: (tx: PostgresTransaction) => Promise<T>) => Promise<T>,
): SharedCounts {
  const placed = (name: string): readonly [bucket: number, name: string] => {
    const hash = createHash('sha256').update(name).digest();
    return [-1 - (hash.readUInt32LE(0) % buckets), hash.toString('base64url')];
  };
  return {
    add: (name, more, at, within) => {
      const [bucket, key] = placed(name);
      return run(bucket, async (tx) => {
        const added = tx.get(addTo, [bucket, key, more, at, within]);
        const cleaned = tx.run('DELETE FROM shared_count WHERE tenant_id = ? AND added_at < ?', [bucket, at - kept]);
        const [row] = await Promise.all([added, cleaned]);
        return row?.[0] as number;
      });
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
