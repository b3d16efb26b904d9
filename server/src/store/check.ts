import type { Kind, ObjectKinds } from '../domain/objects.ts';
import type { Db, Tx } from './db.ts';
import { lastOwnId } from './object-store.ts';
import { type Table, tables } from './tables.ts';
import { type Scope, scopeCondition, scopeValues, Timeline } from './timeline.ts';

export interface Finding {
  readonly tenantId: number;
  readonly what: string;
}

export interface CheckReport {
  readonly tenants: readonly { readonly tenantId: number; readonly revision: number; readonly trails: number }[];
  readonly findings: readonly Finding[];
}

/**
 * Verifies the whole store in one state: the file itself, the change log without gaps, every object at the revision that the log
 * says, every derived column and every total against a recount, and every webhook's cursor.
 */
export async function checkStore(db: Db, integrity: () => string[]): Promise<CheckReport> {
  return db.read(async (tx) => {
    const findings: Finding[] = integrity().map((what) => ({ tenantId: 0, what }));
    const tenants: { tenantId: number; revision: number; trails: number }[] = [];
    for (const [tenantId, revision, nextId] of (await tx.all(
      'SELECT tenant_id, revision, next_id FROM tenant ORDER BY tenant_id',
    )) as number[][]) {
      const check = new TenantCheck(tx, tenantId as number, findings);
      await check.log(revision as number);
      for (const kind of Object.keys(tables) as Kind[]) await check.objects(kind, nextId as number);
      await check.live();
      await check.totals();
      await check.cursors(revision as number);
      const row = await tx.get('SELECT COUNT(*) FROM trail WHERE tenant_id = ?', [tenantId as number]);
      tenants.push({ tenantId: tenantId as number, revision: revision as number, trails: row?.[0] as number });
    }
    return { tenants, findings };
  });
}

class TenantCheck {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #findings: Finding[];

  constructor(tx: Tx, tenantId: number, findings: Finding[]) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#findings = findings;
  }

  async log(head: number): Promise<void> {
    const row = await this.#tx.get(
      'SELECT COUNT(*), coalesce(min(revision), 1), coalesce(max(revision), 0) FROM change WHERE tenant_id = ?',
      [this.#tenantId],
    );
    const [count, first, last] = row as [number, number, number];
    if (last !== head) this.#report(`the change log ends at revision ${last}, its head says ${head}`);
    if (first !== 1 || count !== last)
      this.#report(`the change log has ${count} changes from ${first} to ${last}: some are missing`);
  }

  /** Each object stands at the last revision that the log has for it, and the log knows each object. */
  async objects<K extends Kind>(kind: K, nextId: number): Promise<void> {
    const table = tables[kind] as Table<ObjectKinds[K]>;
    const wrong = await this.#tx.all(
      `SELECT o.${table.idColumn}, o.revision, c.last FROM ${table.name} o LEFT JOIN (
         SELECT object_id, max(revision) AS last FROM change WHERE tenant_id = ? AND kind = ? GROUP BY object_id
       ) AS c ON c.object_id = o.${table.idColumn} WHERE o.tenant_id = ? AND (c.last IS NULL OR c.last <> o.revision) LIMIT 10`,
      [this.#tenantId, kind, this.#tenantId],
    );
    for (const [id, revision, last] of wrong)
      this.#report(`${kind} ${id} stands at revision ${revision}, the log says ${last ?? 'nothing'}`);
    const lost = await this.#tx.all(
      `SELECT DISTINCT c.object_id FROM change c LEFT JOIN ${table.name} o ON o.tenant_id = c.tenant_id AND o.${table.idColumn} = c.object_id
       WHERE c.tenant_id = ? AND c.kind = ? AND o.${table.idColumn} IS NULL LIMIT 10`,
      [this.#tenantId, kind],
    );
    for (const [id] of lost) this.#report(`${kind} ${id} is in the log but not in the store`);
    const row = await this.#tx.get(
      `SELECT max(${table.idColumn}) FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} <= ?`,
      [this.#tenantId, lastOwnId],
    );
    const highest = (row?.[0] as number | null) ?? 0;
    if (highest >= nextId) this.#report(`${kind} ${highest} has an id that would be given out again (next: ${nextId})`);
  }

  async live(): Promise<void> {
    const sql =
      'SELECT trail_id FROM trail WHERE tenant_id = ? AND live <> CASE WHEN removed = 1 THEN 2 WHEN enabled = 1 THEN 1 ELSE 0 END LIMIT 10';
    for (const [id] of await this.#tx.all(sql, [this.#tenantId]))
      this.#report(`trail ${id} is counted as live or not against its flags`);
  }

  /** The counted totals of the enterprise and its 1,000 largest subjects of each kind. */
  async totals(): Promise<void> {
    const timeline = new Timeline(this.#tenantId);
    const scopes: Scope[] = [{ by: 'enterprise', id: 0 }];
    for (const by of ['company', 'lead', 'opportunity'] as const) {
      const sql = `SELECT ${by}_id FROM trail WHERE tenant_id = ? AND live = 1 AND ${by}_id <> 0 GROUP BY ${by}_id ORDER BY COUNT(*) DESC, 1 LIMIT 1000`;
      for (const [id] of await this.#tx.all(sql, [this.#tenantId])) scopes.push({ by, id: id as number });
    }
    for (const scope of scopes) {
      const values = scopeValues(this.#tenantId, scope);
      const row = await this.#tx.get(
        `SELECT COUNT(*), min(happened_at), max(happened_at) FROM trail WHERE ${scopeCondition(scope)}`,
        values,
      );
      const [count, from, to] = row as [number, number | null, number | null];
      const place = await timeline.locate(this.#tx, scope, from, to, 0, 1);
      if (place?.total !== count)
        this.#report(`${scope.by} ${scope.id}: counted ${place?.total ?? 'nothing'}, recounted ${count}`);
    }
  }

  /** No subscription is past the log, and each delivery is a change that its cursor has passed. */
  async cursors(head: number): Promise<void> {
    const ahead = await this.#tx.all(
      'SELECT client_id, kind, cursor_revision FROM subscription WHERE tenant_id = ? AND cursor_revision > ?',
      [this.#tenantId, head],
    );
    for (const [clientId, kind, cursor] of ahead)
      this.#report(`the ${kind} subscription of ${clientId} stands at revision ${cursor}, past the end of the log`);
    const lost = await this.#tx.all(
      `SELECT d.client_id, d.kind, d.revision FROM delivery d
       LEFT JOIN subscription s ON s.tenant_id = d.tenant_id AND s.client_id = d.client_id AND s.kind = d.kind
       WHERE d.tenant_id = ? AND (s.cursor_revision IS NULL OR s.cursor_revision < d.revision) LIMIT 10`,
      [this.#tenantId],
    );
    for (const [clientId, kind, revision] of lost)
      this.#report(`the delivery of revision ${revision} to ${clientId} belongs to no ${kind} subscription that has passed it`);
  }

  #report(what: string): void {
    this.#findings.push({ tenantId: this.#tenantId, what });
  }
}
