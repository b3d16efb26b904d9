/** The objects as they stand, each against the change that it stands at. */
import type { Kind } from '../domain/objects.ts';
import { type Content, contentOf } from './content.ts';
import type { Row, Tx, Value } from './db.ts';
import type { Findings } from './findings.ts';
import { lastOwnId } from './object-store.ts';
import { decode, encode, type Table, tables } from './tables.ts';

export const isKind = (kind: unknown): kind is Kind => typeof kind === 'string' && Object.hasOwn(tables, kind);

const statements = Object.fromEntries(
  Object.entries(tables).map(([kind, table]) => {
    const derived = table.derived === null ? [] : [table.derived.column];
    const columns = [...table.columns, ...derived, 'revision'].join(', ');
    return [kind, `SELECT ${columns} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} = ?`];
  }),
) as Record<Kind, string>;

/** Of one tenant. */
export class ObjectCheck {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #findings: Findings;
  /** How many objects of each kind the log vouches for. */
  readonly #counts = new Map<Kind, number>();
  #links = 0;

  constructor(tx: Tx, tenantId: number, findings: Findings) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#findings = findings;
  }

  /** How many links (`Table.links`) they must have. */
  get links(): number {
    return this.#links;
  }

  /** What the object says that a change has made and no later one has changed. Answers what is wrong with it when it is not there as such. */
  async state(kind: Kind, id: number, revision: number): Promise<Content | string> {
    const table = tables[kind] as Table<unknown>;
    const row = await this.#tx.get(statements[kind], [this.#tenantId, id]);
    if (row === undefined) return `${kind} ${id} is in the log but not in the store`;
    const standsAt = row.at(-1) as number;
    if (standsAt !== revision) return `${kind} ${id} stands at revision ${standsAt}, the log says ${revision}`;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    try {
      const object = decode(table, row);
      this.#links += table.links?.rows(object).length ?? 0;
      const again: Value[] = [];
      encode(table, object, again);
      const differs = again.findIndex((value, i) => value !== row[i]);
      if (differs >= 0) return `${kind} ${id} has a ${table.columns[differs]} that nothing is written as`;
      if (table.derived !== null && table.derived.value(object) !== row.at(-2))
        return `${kind} ${id} is counted as ${table.derived.column} or not against its flags`;
      if (!(await this.#isText(table, id, row))) return `${kind} ${id} has bytes that are no text`;
      return contentOf(table, object);
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
      return `${kind} ${id} has a value that nothing is written as`;
    }
  }

  /** Bytes that are no text are read as U+FFFD, which a text may also have: then it is equal to what was read. */
  async #isText(table: Table<unknown>, id: number, row: Row): Promise<boolean> {
    for (const [i, column] of table.columns.entries()) {
      const value = row[i];
      if (typeof value !== 'string' || !value.includes('\uFFFD')) continue;
      const sql = `SELECT 1 FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} = ? AND ${column} = ?`;
      if ((await this.#tx.get(sql, [this.#tenantId, id, value])) === undefined) return false;
    }
    return true;
  }

  /** Objects that the log does not vouch for, and ids that would be given out again. After the log. */
  async rest(kind: Kind, nextId: number): Promise<void> {
    const { name, idColumn } = tables[kind];
    // Throws when a column is not there, which without any object nobody would notice.
    await this.#tx.get(statements[kind], [this.#tenantId, 0]);
    const count = await this.#tx.get(`SELECT COUNT(*) FROM ${name} WHERE tenant_id = ?`, [this.#tenantId]);
    if (count?.[0] !== (this.#counts.get(kind) ?? 0)) await this.#unknown(kind);
    const row = await this.#tx.get(`SELECT max(${idColumn}) FROM ${name} WHERE tenant_id = ? AND ${idColumn} <= ?`, [
      this.#tenantId,
      lastOwnId,
    ]);
    const highest = (row?.[0] as number | null) ?? 0;
    if (highest >= nextId)
      this.#findings.report(this.#tenantId, `${kind} ${highest} has an id that would be given out again (next: ${nextId})`);
  }

  async #unknown(kind: Kind): Promise<void> {
    const { name, idColumn } = tables[kind];
    const rows = await this.#tx.all(
      `SELECT o.${idColumn}, o.revision FROM ${name} o LEFT JOIN change c ON c.tenant_id = o.tenant_id AND c.revision = o.revision ` +
        `AND c.kind = ? AND c.object_id = o.${idColumn} WHERE o.tenant_id = ? AND c.revision IS NULL LIMIT 10`,
      [kind, this.#tenantId],
    );
    for (const [id, revision] of rows)
      this.#findings.report(this.#tenantId, `${kind} ${id} stands at revision ${revision}, the log says nothing of it there`);
  }
}
