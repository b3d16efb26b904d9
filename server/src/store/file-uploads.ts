/** Uploads in the transaction of an edit: how they begin, become files, and come to an entry. */
import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Tx } from './db.ts';

export async function beginUpload(tx: Tx, tenantId: number, fileId: number, at: number): Promise<void> {
  await tx.run('INSERT INTO upload (tenant_id, file_id, changed_at, whole) VALUES (?, ?, ?, 0)', [tenantId, fileId, at]);
}

/** See `Edit.keepUpload`. */
export async function keepUpload(
  tx: Tx,
  tenantId: number,
  fileId: number,
  { parts, at, thumbnail }: { parts: number; at: number; thumbnail: Uint8Array | null },
): Promise<void> {
  const begun = await tx.get(
    'UPDATE upload SET whole = 1, changed_at = ? WHERE tenant_id = ? AND file_id = ? AND whole = 0 RETURNING file_id',
    [at, tenantId, fileId],
  );
  const kept = await tx.get('SELECT COUNT(*) FROM file_part WHERE tenant_id = ? AND file_id = ?', [tenantId, fileId]);
  if (begun === undefined || kept?.[0] !== parts) throw new AppError('store_unavailable');
  if (thumbnail === null) return;
  const digest = createHash('sha256').update(thumbnail).digest('hex');
  await tx.run('INSERT INTO file_thumbnail (tenant_id, file_id, digest, bytes) VALUES (?, ?, ?, ?)', [
    tenantId,
    fileId,
    digest,
    thumbnail,
  ]);
}

export async function isUnused(tx: Tx, tenantId: number, fileId: number): Promise<boolean> {
  return (
    (await tx.get('SELECT 1 FROM upload WHERE tenant_id = ? AND file_id = ? AND whole = 1', [tenantId, fileId])) !== undefined
  );
}

/** An entry has these files from now on: they stay. */
export async function useFiles(tx: Tx, tenantId: number, fileIds: readonly number[]): Promise<void> {
  await tx.runMany(
    'DELETE FROM upload WHERE tenant_id = ? AND file_id = ? AND whole = 1',
    fileIds.map((fileId) => [tenantId, fileId]),
  );
}
