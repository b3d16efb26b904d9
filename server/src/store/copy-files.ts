/** The bytes of files on their way to another store: what is there already does not go over again, for bytes never change. */
import type { Db, Tx } from './db.ts';

/** Keys that are read at a time, and rows with their bytes that go over in one transaction: 4 MB. */
const keysAtOnce = 1_000;
const rowsAtOnce = 16;

/** By table: the columns of its key after `tenant_id`, and the others. */
const tables = {
  file_part: { key: ['file_id', 'part'], rest: ['bytes'] },
  file_thumbnail: { key: ['file_id'], rest: ['digest', 'bytes'] },
} as const;

export const copiedFileTables: readonly string[] = Object.keys(tables);

type Key = readonly number[];

/** `from` may be one state or many: what comes or goes meanwhile is for the next time. */
export async function copyBytes(from: Pick<Db, 'read'>, to: Db, tenantId: number): Promise<void> {
  for (const [table, { key, rest }] of Object.entries(tables)) {
    const where = key.map((column) => `${column} = ?`).join(' AND ');
    const columns = [...key, ...rest];
    const select = `SELECT ${columns.join(', ')} FROM ${table} WHERE tenant_id = ? AND ${where}`;
    const insert = `INSERT INTO ${table} (tenant_id, ${columns.join(', ')}) VALUES (?, ${columns.map(() => '?').join(', ')})`;
    for await (const { lacking, tooMany } of differences(from, to, tenantId, table, key)) {
      await to.write(tenantId, (tx) =>
        tx.runMany(
          `DELETE FROM ${table} WHERE tenant_id = ? AND ${where}`,
          tooMany.map((one) => [tenantId, ...one]),
        ),
      );
      for (let start = 0; start < lacking.length; start += rowsAtOnce) {
        const some = lacking.slice(start, start + rowsAtOnce);
        const found = await from.read(tenantId, (tx) => Promise.all(some.map((one) => tx.get(select, [tenantId, ...one]))));
        const rows = found.filter((row) => row !== undefined);
        await to.write(tenantId, (tx) =>
          tx.runMany(
            insert,
            rows.map((row) => [tenantId, ...row]),
          ),
        );
      }
    }
  }
}

/** Which keys the target lacks and which it has beyond the source, portion by portion of the source's keys. */
async function* differences(
  from: Pick<Db, 'read'>,
  to: Db,
  tenantId: number,
  table: string,
  key: readonly string[],
): AsyncGenerator<{ lacking: Key[]; tooMany: Key[] }> {
  for (let after: Key = key.map(() => -1); ; ) {
    const there = await from.read(tenantId, (tx) => keysAfter(tx, tenantId, { table, key, after, last: null }));
    const end = there.length < keysAtOnce ? null : (there.at(-1) as Key);
    const here: Key[] = [];
    // Of what the target has in the same range there may be more than of the source's.
    for (let at = after; ; at = here.at(-1) as Key) {
      const some = await to.read(tenantId, (tx) => keysAfter(tx, tenantId, { table, key, after: at, last: end }));
      here.push(...some);
      if (some.length < keysAtOnce) break;
    }
    const [inSource, inTarget] = [new Set(there.map(String)), new Set(here.map(String))];
    yield {
      lacking: there.filter((one) => !inTarget.has(String(one))),
      tooMany: here.filter((one) => !inSource.has(String(one))),
    };
    if (end === null) return;
    after = end;
  }
}

async function keysAfter(
  tx: Tx,
  tenantId: number,
  { table, key, after, last }: { table: string; key: readonly string[]; after: Key; last: Key | null },
): Promise<Key[]> {
  const names = key.join(', ');
  const marks = key.map(() => '?').join(', ');
  const upTo = last === null ? '' : ` AND (${names}) <= (${marks})`;
  const rows = await tx.all(
    `SELECT ${names} FROM ${table} WHERE tenant_id = ? AND (${names}) > (${marks})${upTo} ORDER BY ${names} LIMIT ?`,
    [tenantId, ...after, ...(last ?? []), keysAtOnce],
  );
  return rows as unknown as Key[];
}
