/** The hash chain without what it vouches for, to be kept and verified elsewhere: see docs/audit.md. */
import type { KeptHead } from './check-log.ts';
import type { Tx } from './db.ts';

/** Names the format, in the first line of each log. */
export const auditFormat = 'genjin-audit-1';

const portion = 1000;

/** The last revision of a tenant's log and its hash. */
export async function headHash(tx: Tx, tenantId: number): Promise<KeptHead> {
  const row = await tx.get('SELECT revision, chain_hash FROM tenant WHERE tenant_id = ?', [tenantId]);
  const [revision, chainHash] = (row ?? [0, '']) as [number, string];
  return { revision, chainHash };
}

/** A tenant's log as lines of JSON, some at a time: what it is, each change without what the object says, and the head. */
export async function* auditLines(tx: Tx, tenantId: number): AsyncGenerator<string> {
  const head = await headHash(tx, tenantId);
  yield `${JSON.stringify({ format: auditFormat, tenant_id: tenantId })}\n`;
  for (let after = 0; after < head.revision; ) {
    const rows = await tx.all(
      'SELECT revision, kind, object_id, action, actor, changed_at, before_revision, content_hash, chain_hash FROM change ' +
        'WHERE tenant_id = ? AND revision > ? ORDER BY revision LIMIT ?',
      [tenantId, after, portion],
    );
    const last = rows.at(-1);
    if (last === undefined) break;
    let text = '';
    for (const [revision, kind, object_id, action, actor, changed_at, before_revision, content_hash, chain_hash] of rows) {
      const change = { revision, kind, object_id, action, actor, changed_at, before_revision, content_hash, chain_hash };
      text += `${JSON.stringify(change)}\n`;
    }
    yield text;
    after = last[0] as number;
  }
  yield `${JSON.stringify({ head: { revision: head.revision, chain_hash: head.chainHash } })}\n`;
}
