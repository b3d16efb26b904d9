/** The bytes of files that were uploaded here, in parts, and what uploads are under way or were never used. */
import type { Dialect, Tx } from './db.ts';

// Rows as large as these lie better in the order in which they come than clustered by their keys.
export const fileTables = ({ clustered, bytes }: Pick<Dialect, 'clustered' | 'bytes'>): string[] => [
  // "whole": 0 while the parts are coming; at 1 there is a file that no entry has had. "changed_at": when it came to that.
  `CREATE TABLE upload (
    tenant_id BIGINT NOT NULL, file_id BIGINT NOT NULL, changed_at BIGINT NOT NULL, whole SMALLINT NOT NULL,
    PRIMARY KEY (tenant_id, file_id)
  ) ${clustered}`,
  `CREATE TABLE file_part (
    tenant_id BIGINT NOT NULL, file_id BIGINT NOT NULL, part BIGINT NOT NULL, bytes ${bytes} NOT NULL,
    PRIMARY KEY (tenant_id, file_id, part)
  )`,
  `CREATE TABLE file_thumbnail (
    tenant_id BIGINT NOT NULL, file_id BIGINT NOT NULL, digest TEXT NOT NULL, bytes ${bytes} NOT NULL,
    PRIMARY KEY (tenant_id, file_id)
  )`,
];

export const fileTableNames = ['upload', 'file_part', 'file_thumbnail'] as const;

/** Deletes what is kept of a file's bytes, and that it was uploaded. */
export async function forgetBytes(tx: Tx, tenantId: number, fileId: number): Promise<void> {
  for (const table of fileTableNames)
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND file_id = ?`, [tenantId, fileId]);
}
