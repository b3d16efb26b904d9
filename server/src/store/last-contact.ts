/**
 * The last contact with a company, lead or opportunity: its latest live entry that is not in the future. Computed whenever it is
 * read, one seek in the index of the subject (docs/decisions/0011-last-contact-computed.md).
 */
import type { SubjectKind } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { listsOf } from './lists.ts';
import { tables } from './tables.ts';

/** `<> 0` lets the partial indexes serve. */
const conditions: Readonly<Record<SubjectKind, string>> = {
  company: 't.company_id =',
  lead: 't.lead_id <> 0 AND t.lead_id =',
  opportunity: 't.opportunity_id <> 0 AND t.opportunity_id =',
};

/**
 * A SELECT of that entry's time or id, for the subject that `id` names: a column of the statement around it, or `?`. Its values: the
 * tenant, the id where it is `?`, and the time now.
 */
export const lastEntry = (by: SubjectKind, what: 'happened_at' | 'trail_id', id: string): string =>
  `SELECT t.${what} FROM trail t WHERE t.tenant_id = ? AND t.live = 1 AND ${conditions[by]} ${id} AND t.happened_at <= ? ` +
  'ORDER BY t.happened_at DESC, t.trail_id DESC LIMIT 1';

/** Of one subject; `null` without any such entry. */
export async function lastContactAt(tx: Tx, tenantId: number, by: SubjectKind, id: number, now: number): Promise<number | null> {
  const row = await tx.get(lastEntry(by, 'happened_at', '?'), [tenantId, id, now]);
  return (row?.[0] as number | undefined) ?? null;
}

/** The last contact with each that had one. */
export async function lastContacts(
  tx: Tx,
  tenantId: number,
  kind: SubjectKind,
  ids: readonly number[],
  now: number,
): Promise<Map<number, number>> {
  const { name, idColumn } = tables[kind];
  const found = new Map<number, number>();
  for (const { marks, values } of listsOf(ids)) {
    const rows = await tx.all(
      `SELECT s.${idColumn}, (${lastEntry(kind, 'happened_at', `s.${idColumn}`)}) FROM ${name} s ` +
        `WHERE s.tenant_id = ? AND s.${idColumn} IN (${marks})`,
      [tenantId, now, tenantId, ...values],
    );
    for (const [id, at] of rows) if (at !== null) found.set(id as number, at as number);
  }
  return found;
}
