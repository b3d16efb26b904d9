/**
 * Companies, leads and opportunities as lists. The keys of all that match are read and put in order in memory, by one rule for every
 * order; only what stands on the page is then looked at.
 */
import type { Opportunity, SubjectKind } from '../domain/objects.ts';
import { inOrder, ownersOf, type SortKey, type SubjectQuestion, type SubjectStore } from '../domain/subject.ts';
import type { Db, Row, Tx, Value } from './db.ts';
import { lastEntry } from './last-contact.ts';
import { escaped } from './like.ts';
import { headOf } from './log-times.ts';
import { TxView } from './object-store.ts';
import { cutOut } from './page-of.ts';
import { rowsOf } from './subject-rows.ts';
import { decode, type Table, tables } from './tables.ts';

export function subjectStore(db: Db): SubjectStore {
  return {
    subjects: (tenantId, question, page, now) =>
      db.read(tenantId, async (tx) => {
        const { revision } = await headOf(tx, tenantId);
        const keys = inOrder(await keysOf(tx, tenantId, question, now), question);
        const ids = cutOut(keys, page).map(({ id }) => id);
        const rows = await rowsOf(tx, tenantId, question.kind, ids, now);
        const users = await new TxView(tx, tenantId).objects(
          'user',
          rows.flatMap(({ ownerIds }) => ownerIds),
        );
        return { revision, total: keys.length, rows, users };
      }),
  };
}

/** Since when a subject is on file, and the columns that tell who looks after it. */
const columns: Readonly<Record<SubjectKind, { readonly filed: string; readonly owners: readonly string[] }>> = {
  company: { filed: 'coalesce(nullif(s.archived_at, 0), nullif(s.created_at, 0))', owners: ['owner_ids'] },
  lead: { filed: 'coalesce(nullif(s.archived_at, 0), nullif(s.created_at, 0))', owners: ['owner_ids'] },
  opportunity: { filed: 'nullif(s.created_at, 0)', owners: ['main_user_id', 'details'] },
};

/** What each order goes by, NULL for none, and the values that it takes. */
function sortedBy({ kind, sort }: SubjectQuestion, tenantId: number, now: number): { sql: string; values: readonly Value[] } {
  const last = `(${lastEntry(kind, 'happened_at', `s.${tables[kind].idColumn}`)})`;
  switch (sort) {
    case 'lastContact':
      return { sql: last, values: [tenantId, now] };
    case 'silence':
      return { sql: `coalesce(${last}, ${columns[kind].filed})`, values: [tenantId, now] };
    case 'nextFollowUp':
      return { sql: 'nullif(s.next_follow_up_at, 0)', values: [] };
    case 'created':
      return { sql: 'nullif(s.created_at, 0)', values: [] };
    case 'name':
      return { sql: 's.name', values: [] };
  }
}

async function keysOf(tx: Tx, tenantId: number, question: SubjectQuestion, now: number): Promise<SortKey[]> {
  const { kind, userId } = question;
  const table = tables[kind] as Table<object>;
  const key = sortedBy(question, tenantId, now);
  const { conditions, values } = matching(tenantId, question);
  const owners = userId === null ? [] : columns[kind].owners;
  const selected = [`s.${table.idColumn}`, key.sql, ...owners.map((column) => `s.${column}`)];
  const rows = await tx.all(`SELECT ${selected.join(', ')} FROM ${table.name} s WHERE s.tenant_id = ?${conditions}`, [
    ...key.values,
    tenantId,
    ...values,
  ]);
  const worksOn = (row: Row): boolean => userId === null || ownersOf(ownerOf(table, owners, row)).includes(userId);
  return rows.filter(worksOn).map(([id, of]) => ({ id: id as number, key: of as number | string | null }));
}

/** As much of the object as tells who looks after it. */
function ownerOf(table: Table<object>, owners: readonly string[], row: Row): Pick<Opportunity, 'mainUserId' | 'details'> {
  const places = owners.map((column) => table.columns.indexOf(column));
  const shape = {
    fields: places.map((place) => table.fields[place] as never),
    codecs: places.map((place) => table.codecs[place] as Table<object>['codecs'][number]),
  };
  return decode(shape, row, 2);
}

const contained = "LIKE lower(?) ESCAPE '\\'";
const ofPerson = `(lower(name) ${contained} OR lower(email) ${contained})`;
const ofFirm = `(lower(name) ${contained} OR lower(serial_id) ${contained})`;

/** Conditions after the tenant, each with its `AND`. `<> 0` lets the partial indexes serve. */
function matching(
  tenantId: number,
  { kind, keyword, country, companyId }: SubjectQuestion,
): { conditions: string; values: Value[] } {
  let conditions = kind === 'lead' ? '' : ' AND s.removed = 0';
  const values: Value[] = [];
  if (companyId !== null) {
    conditions += ' AND s.company_id = ?';
    values.push(companyId);
  }
  if (country !== null) {
    // A quotation mark within a text of JSON has a backslash before it, so this is the field and nothing else.
    const inCountry = `details LIKE ? ESCAPE '\\'`;
    const value = `%"country":${escaped(JSON.stringify(country))}%`;
    conditions +=
      kind === 'opportunity'
        ? ` AND s.company_id IN (SELECT company_id FROM company WHERE tenant_id = ? AND ${inCountry})`
        : ` AND s.${inCountry}`;
    values.push(...(kind === 'opportunity' ? [tenantId, value] : [value]));
  }
  if (keyword !== null) {
    const word = `%${escaped(keyword)}%`;
    const own = `(lower(s.name) ${contained} OR lower(s.serial_id) ${contained})`;
    const [person, firm] = kind === 'lead' ? ['lead_contact', 'lead_id'] : ['contact', 'company_id'];
    const people = `SELECT ${firm} FROM ${person} WHERE tenant_id = ? AND ${firm} <> 0 AND removed = 0 AND ${ofPerson}`;
    const firms =
      kind === 'opportunity' ? ` OR s.company_id IN (SELECT company_id FROM company WHERE tenant_id = ? AND ${ofFirm})` : '';
    conditions += ` AND (${own} OR s.${firm} IN (${people})${firms})`;
    values.push(word, word, tenantId, word, word, ...(kind === 'opportunity' ? [tenantId, word, word] : []));
  }
  return { conditions, values };
}
