import type { Company } from '../domain/objects.ts';
import type { CompanyFilter, CompanySearchField, CompanyStore } from '../domain/stores.ts';
import type { Db, Tx } from './db.ts';
import { lastContactAt } from './last-contact.ts';
import { escaped } from './like.ts';
import { type Candidates, listIds } from './listing.ts';
import { TxView } from './object-store.ts';

/** Companies as they are read: lists, searches, and one with all that is known of it. */
export function companyStore(db: Db): CompanyStore {
  return {
    list: (tenantId, filter, page, now) =>
      db.read(tenantId, async (tx) => {
        const last = { by: 'company', what: 'happened_at', now } as const;
        const { ids, last: lastAt, ...listed } = await listIds(tx, tenantId, filtered(tenantId, filter), filter, page, last);
        const companies = await new TxView(tx, tenantId).objects('company', ids);
        const rows = ids.map((id) => ({ company: companies.get(id) as Company, lastContactAt: lastAt.get(id) ?? null }));
        return { ...listed, rows };
      }),

    search: (tenantId, field, word, page) =>
      db.read(tenantId, async (tx) => {
        const last = { by: 'company', what: 'happened_at', now: 0 } as const;
        const bounds = { from: null, to: null };
        const { ids, last: _, ...listed } = await listIds(tx, tenantId, found(tenantId, field, word), bounds, page, last);
        const companies = await new TxView(tx, tenantId).objects('company', ids);
        return { ...listed, rows: ids.map((id) => companies.get(id) as Company) };
      }),

    get: (tenantId, companyId, serialId, now) =>
      db.read(tenantId, async (tx) => {
        const view = new TxView(tx, tenantId);
        const id = companyId ?? (await idOfSerial(tx, tenantId, serialId ?? ''));
        const company = id === null ? null : await view.get('company', id);
        if (company === null || company.removed || (serialId !== null && company.serialId !== serialId)) return null;
        const contacts = await view.objects('contact', await view.contactIdsAt('contact', company.companyId));
        const userIds = [...company.ownerIds, company.createdBy, company.details.editedBy ?? null];
        return {
          company,
          lastContactAt: await lastContactAt(tx, tenantId, 'company', company.companyId, now),
          contacts: [...contacts.values()].toSorted((a, b) => a.contactId - b.contactId),
          users: await view.objects('user', userIds),
        };
      }),
  };
}

const columns = { updatedAt: 'updated_at', createdAt: 'created_at', archivedAt: 'archived_at' } as const;

function filtered(tenantId: number, { removed, owned, groupId, by }: CompanyFilter): Candidates {
  const owners = owned === null ? '' : owned ? " AND owner_ids <> ''" : " AND owner_ids = ''";
  return {
    sql:
      `SELECT company_id AS id, ${columns[by]} AS listed_at FROM company WHERE tenant_id = ? AND removed = ?${owners}` +
      (groupId === null ? '' : ' AND group_id = ?'),
    values: [tenantId, removed ? 1 : 0, ...(groupId === null ? [] : [groupId])],
  };
}

/** What is no digit in a list of numbers, but for the brackets that tell one number from the next. */
const digits = [...'" ,-+()./'].reduce((sql, sign) => `replace(${sql}, '${sign}', '')`, 'phones');

/** The condition on a company or on one of its contacts, and the value that a word becomes. */
const searches: Readonly<
  Record<CompanySearchField, { readonly of: 'company' | 'contact'; readonly where: string; value(word: string): string }>
> = {
  name: { of: 'company', where: "lower(name) LIKE lower(?) ESCAPE '\\'", value: (word) => `%${escaped(word)}%` },
  serialId: { of: 'company', where: "serial_id <> '' AND serial_id = ?", value: (word) => word },
  contactName: { of: 'contact', where: "lower(name) LIKE lower(?) ESCAPE '\\'", value: (word) => `%${escaped(word)}%` },
  contactEmail: { of: 'contact', where: "email <> '' AND lower(email) = lower(?)", value: (word) => word },
  contactEmailDomain: { of: 'contact', where: "lower(email) LIKE lower(?) ESCAPE '\\'", value: (word) => `%@${escaped(word)}` },
  contactPhone: { of: 'contact', where: `${digits} LIKE ? ESCAPE '\\'`, value: (word) => `%${escaped(word)}%` },
  // A quotation mark within a text of JSON has a backslash before it, so this is the value of an account and nothing else.
  contactAccount: {
    of: 'contact',
    where: "lower(accounts) LIKE lower(?) ESCAPE '\\'",
    value: (word) => `%${escaped(`"value":${JSON.stringify(word)}}`)}%`,
  },
};

function found(tenantId: number, field: CompanySearchField, word: string): Candidates {
  const { of, where, value } = searches[field];
  const companies = 'SELECT company_id AS id, updated_at AS listed_at FROM company WHERE tenant_id = ? AND removed = 0 AND';
  return of === 'company'
    ? { sql: `${companies} ${where}`, values: [tenantId, value(word)] }
    : {
        sql:
          `${companies} company_id IN (SELECT company_id FROM contact ` +
          `WHERE tenant_id = ? AND company_id <> 0 AND removed = 0 AND ${where})`,
        values: [tenantId, tenantId, value(word)],
      };
}

async function idOfSerial(tx: Tx, tenantId: number, serialId: string): Promise<number | null> {
  const row = await tx.get(
    "SELECT company_id FROM company WHERE tenant_id = ? AND serial_id <> '' AND serial_id = ? AND removed = 0 ORDER BY company_id LIMIT 1",
    [tenantId, serialId],
  );
  return (row?.[0] as number | undefined) ?? null;
}
