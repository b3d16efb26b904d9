import type { Row, Tx, Value } from './db.ts';
import type { Findings } from './findings.ts';
import { decode, tables } from './tables.ts';

const portion = 500;

/**
 * Whether the rows by which entries are found by their contacts are those of the entries: each is one of its entry's, and there are as
 * many as the entries must have.
 */
export async function checkLinks(tx: Tx, tenantId: number, findings: Findings, expected: number): Promise<void> {
  const { links, columns, idColumn } = tables.trail;
  if (links === null) return;
  const width = links.columns.length;
  const sql =
    `SELECT ${links.columns.map((column) => `l.${column}`).join(', ')}, ${columns.map((column) => `t.${column}`).join(', ')} ` +
    `FROM ${links.name} l LEFT JOIN trail t ON t.tenant_id = l.tenant_id AND t.${idColumn} = l.${idColumn} ` +
    `WHERE l.tenant_id = ? AND (${links.columns.map((column) => `l.${column}`).join(', ')}) > (${links.columns.map(() => '?').join(', ')}) ` +
    `ORDER BY ${links.columns.map((column) => `l.${column}`).join(', ')} LIMIT ?`;
  let count = 0;
  for (let after: readonly Value[] = links.columns.map(() => -1); ; ) {
    const rows = await tx.all(sql, [tenantId, ...after, portion]);
    if (rows.length === 0) break;
    for (const row of rows) {
      const link = row.slice(0, width);
      count += 1;
      if (row[width] === null || !linksOf(row, width).some((one) => same(one, link)))
        findings.report(tenantId, `the link ${link.join(' ')} of ${links.name} is none of its entry's`);
    }
    after = rows.at(-1)?.slice(0, width) as readonly Value[];
  }
  if (count !== expected) findings.report(tenantId, `${links.name} has ${count} links, the entries have ${expected}`);
}

/** None of an entry whose contacts cannot be read. */
function linksOf(row: Row, offset: number): readonly Value[][] {
  try {
    return tables.trail.links?.rows(decode(tables.trail, row, offset)) ?? [];
  } catch {
    return [];
  }
}

const same = (one: readonly Value[], other: readonly Value[]): boolean => one.every((value, i) => value === other[i]);
