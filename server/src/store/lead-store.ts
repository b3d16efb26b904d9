import type { Lead } from '../domain/objects.ts';
import { convertedLeadStatus } from '../domain/objects.ts';
import type { LeadFilter, LeadStore } from '../domain/stores.ts';
import type { Db, Tx, Value } from './db.ts';
import { lastContactAt, lastEntry } from './last-contact.ts';
import { type Candidates, listIds } from './listing.ts';
import { TxView } from './object-store.ts';

/** Leads as they are read: the list, and one with all that is known of it. */
export function leadStore(db: Db): LeadStore {
  return {
    list: (tenantId, filter, page, now) =>
      db.read(tenantId, async (tx) => {
        const last = { by: 'lead', what: 'happened_at', now } as const;
        const { ids, last: lastAt, ...listed } = await listIds(tx, tenantId, filtered(tenantId, filter, now), filter, page, last);
        const leads = await new TxView(tx, tenantId).objects('lead', ids);
        const rows = ids.map((id) => ({ lead: leads.get(id) as Lead, lastContactAt: lastAt.get(id) ?? null }));
        return { ...listed, rows };
      }),

    get: (tenantId, leadId, serialId, now) =>
      db.read(tenantId, async (tx) => {
        const view = new TxView(tx, tenantId);
        const id = leadId ?? (await idOfSerial(tx, tenantId, serialId ?? ''));
        const lead = id === null ? null : await view.get('lead', id);
        if (lead === null || (serialId !== null && lead.serialId !== serialId)) return null;
        const contacts = await view.objects('leadContact', await view.contactIdsAt('leadContact', lead.leadId));
        return {
          lead,
          lastContactAt: await lastContactAt(tx, tenantId, 'lead', lead.leadId, now),
          contacts: [...contacts.values()].toSorted((a, b) => a.contactId - b.contactId),
          users: await view.objects('user', lead.ownerIds),
        };
      }),
  };
}

/** Each order's time, with the values that it takes. */
const times = {
  updatedAt: { sql: 'l.updated_at', values: () => [] },
  editedAt: { sql: 'l.edited_at', values: () => [] },
  lastContactAt: {
    sql: `coalesce((${lastEntry('lead', 'happened_at', 'l.lead_id')}), 0)`,
    values: (tenantId: number, now: number) => [tenantId, now],
  },
} as const;

function filtered(tenantId: number, { email, converted, by }: LeadFilter, now: number): Candidates {
  const conditions = ['l.tenant_id = ?'];
  const values: Value[] = [...times[by].values(tenantId, now), tenantId];
  if (converted !== null) {
    conditions.push(converted ? 'l.status = ?' : 'l.status <> ?');
    values.push(convertedLeadStatus);
  }
  if (email !== null) {
    conditions.push(
      'l.lead_id IN (SELECT c.lead_id FROM lead_contact c ' +
        "WHERE c.tenant_id = ? AND c.email <> '' AND lower(c.email) = lower(?) AND c.lead_id <> 0 AND c.removed = 0)",
    );
    values.push(tenantId, email);
  }
  return {
    sql: `SELECT l.lead_id AS id, ${times[by].sql} AS listed_at FROM lead l WHERE ${conditions.join(' AND ')}`,
    values,
  };
}

async function idOfSerial(tx: Tx, tenantId: number, serialId: string): Promise<number | null> {
  const row = await tx.get(
    "SELECT lead_id FROM lead WHERE tenant_id = ? AND serial_id <> '' AND serial_id = ? ORDER BY lead_id LIMIT 1",
    [tenantId, serialId],
  );
  return (row?.[0] as number | undefined) ?? null;
}
