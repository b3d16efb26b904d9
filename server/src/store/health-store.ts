import type { HealthFinding, HealthStore } from '../domain/health.ts';
import type { Db } from './db.ts';

/** What the last check of each enterprise found. */
export const healthStore = (db: Db): HealthStore => ({
  last: (tenantId) =>
    db.read(tenantId, async (tx) => {
      const row = await tx.get('SELECT checked_at, findings, finding_count FROM last_check WHERE tenant_id = ?', [tenantId]);
      if (row === undefined) return null;
      const [checkedAt, findings, count] = row as [number, string, number];
      return { checkedAt, findings: JSON.parse(findings) as HealthFinding[], count };
    }),
  keep: (tenantId, { checkedAt, findings, count }) =>
    db.write(tenantId, async (tx) => {
      await tx.run('DELETE FROM last_check WHERE tenant_id = ?', [tenantId]);
      await tx.run('INSERT INTO last_check (tenant_id, checked_at, findings, finding_count) VALUES (?, ?, ?, ?)', [
        tenantId,
        checkedAt,
        JSON.stringify(findings),
        count,
      ]);
    }),
});
