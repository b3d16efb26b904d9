import type { FileStore } from '../domain/file-stores.ts';
import type { StoredFile } from '../domain/objects.ts';
import type { Db } from './db.ts';
import { forgetBytes } from './file-tables.ts';
import { TxView } from './object-store.ts';

/** Files that are given up or removed in one go; the rest has its turn later. */
const atOnce = 1000;

const uploadsBefore = 'SELECT file_id FROM upload WHERE tenant_id = ? AND whole = ? AND changed_at < ? ORDER BY file_id LIMIT ?';

/** The bytes of files, a row a part, so that neither a request nor a transaction holds a whole file. */
export function fileStore(db: Db): FileStore {
  const getMany = (tenantId: number, fileIds: readonly number[]): Promise<StoredFile[]> =>
    db.read(tenantId, async (tx) => {
      const found = await new TxView(tx, tenantId).getMany('file', fileIds);
      return [...found.values()].map(({ object }) => object);
    });
  const uploads = (tenantId: number, whole: 0 | 1, before: number): Promise<number[]> =>
    db.read(tenantId, async (tx) =>
      (await tx.all(uploadsBefore, [tenantId, whole, before, atOnce])).map((row) => row[0] as number),
    );
  const bytesOf = (tenantId: number, sql: string, values: readonly number[]): Promise<Uint8Array | null> =>
    db.read(tenantId, async (tx) => ((await tx.get(sql, [tenantId, ...values]))?.[0] as Uint8Array | undefined) ?? null);
  return {
    getMany,
    get: async (tenantId, fileId) => (await getMany(tenantId, [fileId]))[0] ?? null,
    append: (tenantId, fileId, part, bytes) =>
      db.write(tenantId, (tx) =>
        tx.run('INSERT INTO file_part (tenant_id, file_id, part, bytes) VALUES (?, ?, ?, ?)', [tenantId, fileId, part, bytes]),
      ),
    part: (tenantId, fileId, part) =>
      bytesOf(tenantId, 'SELECT bytes FROM file_part WHERE tenant_id = ? AND file_id = ? AND part = ?', [fileId, part]),
    thumbnail: (tenantId, fileId) =>
      bytesOf(tenantId, 'SELECT bytes FROM file_thumbnail WHERE tenant_id = ? AND file_id = ?', [fileId]),
    drop: (tenantId, fileIds) =>
      db.write(tenantId, async (tx) => {
        for (const fileId of fileIds) {
          // What became of an upload whose end was not heard of stays.
          const file = await tx.get("SELECT 1 FROM file WHERE tenant_id = ? AND file_id = ? AND digest <> ''", [
            tenantId,
            fileId,
          ]);
          if (file === undefined) await forgetBytes(tx, tenantId, fileId);
        }
      }),
    unfinished: (tenantId, before) => uploads(tenantId, 0, before),
    unused: (tenantId, before) => uploads(tenantId, 1, before),
  };
}
