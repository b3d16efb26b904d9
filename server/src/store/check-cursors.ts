import type { Tx } from './db.ts';
import type { Findings } from './findings.ts';

/** No subscription is past the log, and each delivery is a change that its cursor has passed. */
export async function checkCursors(tx: Tx, tenantId: number, findings: Findings, head: number): Promise<void> {
  const ahead = await tx.all(
    'SELECT client_id, kind, cursor_revision FROM subscription WHERE tenant_id = ? AND cursor_revision > ?',
    [tenantId, head],
  );
  for (const [clientId, kind, cursor] of ahead)
    findings.report(tenantId, `the ${kind} subscription of ${clientId} stands at revision ${cursor}, past the end of the log`);
  const lost = await tx.all(
    `SELECT d.client_id, d.kind, d.revision FROM delivery d
     LEFT JOIN subscription s ON s.tenant_id = d.tenant_id AND s.client_id = d.client_id AND s.kind = d.kind
     WHERE d.tenant_id = ? AND (s.cursor_revision IS NULL OR s.cursor_revision < d.revision) LIMIT 10`,
    [tenantId],
  );
  for (const [clientId, kind, revision] of lost)
    findings.report(
      tenantId,
      `the delivery of revision ${revision} to ${clientId} belongs to no ${kind} subscription that has passed it`,
    );
}
