/** The bytes of files against what the log says of them. */
import { createHash } from 'node:crypto';
import { thumbnailPath } from '../domain/file-state.ts';
import { partSize } from '../domain/file-stores.ts';
import type { Tx } from './db.ts';
import { fileTableNames } from './file-tables.ts';
import type { Findings } from './findings.ts';

/** Files that are looked up at a time. */
const portion = 500;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * Whether the bytes of each file that was uploaded are as many as it says and have its digest, and each small picture has its own; and
 * whether there are bytes of nothing. Uploads that are under way, or were broken off, are no files yet.
 */
export async function checkFiles(tx: Tx, tenantId: number, findings: Findings): Promise<void> {
  const sql =
    'SELECT f.file_id, f.size, f.digest, f.preview_url, t.digest FROM file f LEFT JOIN file_thumbnail t ON t.tenant_id = f.tenant_id ' +
    "AND t.file_id = f.file_id WHERE f.tenant_id = ? AND f.digest <> '' AND f.file_id > ? ORDER BY f.file_id LIMIT ?";
  for (let after = 0; ; ) {
    const rows = (await tx.all(sql, [tenantId, after, portion])) as [number, number, string, string, string | null][];
    for (const [fileId, size, digest, preview, thumbnail] of rows) {
      const what = await differing(tx, tenantId, fileId, size, digest);
      if (what !== null) findings.report(tenantId, `file ${fileId} ${what}`);
      if (thumbnail !== null) await checkThumbnail(tx, tenantId, fileId, thumbnail, findings);
      else if (preview === thumbnailPath(fileId)) findings.report(tenantId, `file ${fileId} lacks its small picture`);
    }
    if (rows.length < portion) break;
    after = rows.at(-1)?.[0] ?? 0;
  }
  for (const table of fileTableNames) await checkStrays(tx, tenantId, table, findings);
}

/** What is wrong with the bytes of a file; `null`: nothing. */
async function differing(tx: Tx, tenantId: number, fileId: number, size: number, digest: string): Promise<string | null> {
  const hash = createHash('sha256');
  let length = 0;
  for (let part = 0; ; part++) {
    const row = await tx.get('SELECT bytes FROM file_part WHERE tenant_id = ? AND file_id = ? AND part = ?', [
      tenantId,
      fileId,
      part,
    ]);
    if (row === undefined) break;
    const bytes = row[0] as Uint8Array;
    if (length !== part * partSize) return `has a part ${part - 1} of another size than it must have`;
    hash.update(bytes);
    length += bytes.length;
  }
  if (length !== size) return `has ${length} bytes, not ${size}`;
  return hash.digest('hex') === digest ? null : 'has other bytes than its digest says';
}

async function checkThumbnail(tx: Tx, tenantId: number, fileId: number, digest: string, findings: Findings): Promise<void> {
  const row = await tx.get('SELECT bytes FROM file_thumbnail WHERE tenant_id = ? AND file_id = ?', [tenantId, fileId]);
  if (sha256((row?.[0] as Uint8Array | undefined) ?? new Uint8Array()) !== digest)
    findings.report(tenantId, `file ${fileId} has a small picture with other bytes than its digest says`);
}

/** Rows of what is neither a file of our own nor an upload under way. */
async function checkStrays(tx: Tx, tenantId: number, table: (typeof fileTableNames)[number], findings: Findings): Promise<void> {
  const sql =
    `SELECT DISTINCT p.file_id FROM ${table} p LEFT JOIN file f ON f.tenant_id = p.tenant_id AND f.file_id = p.file_id AND f.digest <> '' ` +
    'LEFT JOIN upload u ON u.tenant_id = p.tenant_id AND u.file_id = p.file_id AND u.whole = 0 ' +
    'WHERE p.tenant_id = ? AND f.file_id IS NULL AND u.file_id IS NULL ORDER BY p.file_id LIMIT 10';
  for (const [fileId] of await tx.all(sql, [tenantId]))
    findings.report(tenantId, `${table} has rows of file ${fileId}, which was not uploaded or was erased`);
}
