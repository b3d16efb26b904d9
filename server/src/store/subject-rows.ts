/** What lists show of companies, leads and opportunities: the objects with their people, their company and their last contact. */
import type { Company, Contact, SubjectKind } from '../domain/objects.ts';
import { ownersOf, type SubjectContact, type SubjectRow } from '../domain/subject.ts';
import type { Tx } from './db.ts';
import { lastContacts } from './last-contact.ts';
import { listsOf } from './lists.ts';
import { TxView } from './object-store.ts';

/** The subjects with these ids, in this order, with what a list shows of them. */
export async function rowsOf(
  tx: Tx,
  tenantId: number,
  kind: SubjectKind,
  ids: readonly number[],
  now: number,
): Promise<SubjectRow[]> {
  const view = new TxView(tx, tenantId);
  const objects = await view.objects(kind, ids);
  const last = await lastContacts(tx, tenantId, kind, ids, now);
  const companyIds = kind === 'company' ? [] : [...objects.values()].map((object) => object.companyId);
  const companies = await view.objects('company', companyIds);
  const people = kind === 'opportunity' ? null : await contactsOf(tx, tenantId, kind, ids);
  const known = kind === 'opportunity' ? await view.objects('contact', [...objects.values()].flatMap(contactIdsOf)) : new Map();
  return ids.map((id) => {
    const object = objects.get(id) as SubjectRow['object'];
    const contacts = people === null ? presentOf(known, contactIdsOf(object)) : (people.get(id) ?? []);
    const company = kind === 'company' ? null : (companies.get(object.companyId ?? 0) ?? null);
    return {
      ...{ kind, object, company },
      country: (kind === 'opportunity' ? company?.details : (object as Company).details)?.country ?? '',
      ownerIds: ownersOf(object),
      contacts: contacts.length,
      mainContact: contacts.find(({ main }) => main) ?? contacts[0] ?? null,
      lastContactAt: last.get(id) ?? null,
      filedAt: ('archivedAt' in object ? object.archivedAt : null) ?? object.createdAt,
    } as SubjectRow;
  });
}

const contactIdsOf = (object: SubjectRow['object']): readonly number[] =>
  'mainUserId' in object ? (object.details.contactIds ?? []) : [];

type Person = SubjectContact & Pick<Contact, 'main'>;

/** In the order of the opportunity, where the first one is asked first. */
const presentOf = (known: ReadonlyMap<number, Contact>, ids: readonly number[]): Person[] =>
  ids
    .map((id) => known.get(id))
    .filter((contact) => contact !== undefined)
    .filter(({ removed }) => !removed)
    .map(({ contactId, name, email }) => ({ contactId, name, email, main: false }));

/** The contact persons of each firm that are not removed, by ascending id. */
async function contactsOf(
  tx: Tx,
  tenantId: number,
  kind: 'company' | 'lead',
  ids: readonly number[],
): Promise<Map<number, Person[]>> {
  const [person, firm] = kind === 'lead' ? ['lead_contact', 'lead_id'] : ['contact', 'company_id'];
  const found = new Map<number, Person[]>();
  for (const { marks, values } of listsOf(ids)) {
    const rows = await tx.all(
      `SELECT ${firm}, contact_id, name, email, main FROM ${person} ` +
        `WHERE tenant_id = ? AND ${firm} <> 0 AND ${firm} IN (${marks}) AND removed = 0 ORDER BY contact_id`,
      [tenantId, ...values],
    );
    for (const [id, contactId, name, email, main] of rows as [number, number, string, string, number][]) {
      const people = found.get(id) ?? [];
      people.push({ contactId, name, email, main: main === 1 });
      found.set(id, people);
    }
  }
  return found;
}
