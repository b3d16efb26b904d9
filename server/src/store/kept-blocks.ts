/**
 * Blocks of large scopes, kept in the store as of a revision: a process that starts follows the log from there instead of cutting the
 * scope anew. They are derived: without them everything is answered the same, only later.
 */
import { Blocks } from './blocks.ts';
import type { Tx } from './db.ts';

export interface KeptBlocks {
  readonly blocks: Blocks;
  readonly revision: number;
}

/** The kept blocks of a scope, if there are any. */
export async function readBlocks(tx: Tx, tenantId: number, scope: string): Promise<KeptBlocks | null> {
  const row = await tx.get('SELECT revision, blocks FROM timeline_block WHERE tenant_id = ? AND scope = ?', [tenantId, scope]);
  if (row === undefined) return null;
  const blocks = Blocks.decode(row[1] as string);
  return blocks === null ? null : { blocks, revision: row[0] as number };
}

/** All kept blocks of a tenant. */
export async function readAllBlocks(tx: Tx, tenantId: number): Promise<(KeptBlocks & { readonly scope: string })[]> {
  const kept: (KeptBlocks & { readonly scope: string })[] = [];
  for (const [scope, revision, text] of await tx.all('SELECT scope, revision, blocks FROM timeline_block WHERE tenant_id = ?', [
    tenantId,
  ])) {
    const blocks = Blocks.decode(text as string);
    if (blocks !== null) kept.push({ scope: scope as string, revision: revision as number, blocks });
  }
  return kept;
}

/** Keeps blocks, unless those that are kept are of a later revision. */
export async function keepBlocks(tx: Tx, tenantId: number, scope: string, revision: number, encoded: string): Promise<void> {
  await tx.run(
    'INSERT INTO timeline_block (tenant_id, scope, revision, blocks) VALUES (?, ?, ?, ?) ON CONFLICT (tenant_id, scope) ' +
      'DO UPDATE SET revision = excluded.revision, blocks = excluded.blocks WHERE excluded.revision > timeline_block.revision',
    [tenantId, scope, revision, encoded],
  );
}

/** As of which revision the blocks of a scope are kept; `null`: they are not. */
export async function keptRevision(tx: Tx, tenantId: number, scope: string): Promise<number | null> {
  const row = await tx.get('SELECT revision FROM timeline_block WHERE tenant_id = ? AND scope = ?', [tenantId, scope]);
  return (row?.[0] as number | undefined) ?? null;
}
