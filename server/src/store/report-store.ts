import type { SubjectKind } from '../domain/objects.ts';
import type { ReportStore } from '../domain/stores.ts';
import type { Db, Tx, Value } from './db.ts';

/** Within the index by time, which has author and type. */
const entriesByAuthor =
  'SELECT author_id, type, COUNT(*) FROM trail WHERE tenant_id = ? AND live = 1 AND happened_at BETWEEN ? AND ? GROUP BY author_id, type';

const addedByUser: Readonly<Record<SubjectKind, string>> = {
  company: added('company', ' AND removed = 0'),
  lead: added('lead', ''),
  opportunity: added('opportunity', ' AND removed = 0'),
};

/** `<> 0`: a time that is not known lies in no period. */
function added(table: string, present: string): string {
  return (
    `SELECT created_by, COUNT(*) FROM ${table} WHERE tenant_id = ?${present} AND created_at BETWEEN ? AND ? AND created_at <> 0 ` +
    'GROUP BY created_by'
  );
}

/** What users did in a period, counted by the store. */
export function reportStore(db: Db): ReportStore {
  return {
    counts: (tenantId, { from, to }) =>
      db.read(tenantId, async (tx) => {
        const values = [tenantId, from ?? Number.MIN_SAFE_INTEGER, to ?? Number.MAX_SAFE_INTEGER];
        const rows = (await tx.all(entriesByAuthor, values)) as [number, number, number][];
        return {
          entries: rows.map(([authorId, type, count]) => ({ authorId, type, count })),
          added: {
            company: await countsByUser(tx, addedByUser.company, values),
            lead: await countsByUser(tx, addedByUser.lead, values),
            opportunity: await countsByUser(tx, addedByUser.opportunity, values),
          },
        };
      }),
  };
}

async function countsByUser(tx: Tx, sql: string, values: readonly Value[]): Promise<Map<number, number>> {
  return new Map((await tx.all(sql, values)) as [number, number][]);
}
