import type { Head } from '../domain/stores.ts';
import type { Tx } from './db.ts';

/** The end of a tenant's change log. */
export async function headOf(tx: Tx, tenantId: number): Promise<Head> {
  const row = await tx.get('SELECT revision, changed_at FROM tenant WHERE tenant_id = ?', [tenantId]);
  const [revision = 0, changedAt = 0] = (row ?? []) as number[];
  return { revision, changedAt };
}

/**
 * The last revision that was recorded at or before `at` (ms), 0 when there is none. The log's instants never go back: halving finds it by
 * the key.
 */
export async function revisionAt(tx: Tx, tenantId: number, at: number): Promise<number> {
  const head = await headOf(tx, tenantId);
  if (head.changedAt <= at) return head.revision;
  let low = 0;
  let high = head.revision;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    const row = await tx.get('SELECT changed_at FROM change WHERE tenant_id = ? AND revision = ?', [tenantId, middle]);
    if ((row?.[0] as number) <= at) low = middle;
    else high = middle;
  }
  return low;
}
