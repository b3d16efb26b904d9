/** Lists of companies, leads and opportunities are those of a naive search and sort, whatever happened before. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  type Company,
  type Contact,
  type Lead,
  type LeadContact,
  type Opportunity,
  type SubjectKind,
  subjectKinds,
} from '../../src/domain/objects.ts';
import { type SubjectQuestion, subjectSorts } from '../../src/domain/subject.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { officeCaller as caller, Office } from './office.ts';

let office: Office;
beforeAll(async () => {
  office = await Office.make(randomFrom(announceSeed('lists')));
});
afterAll(() => office.end());

type Subject = Company | Lead | Opportunity;

const idOf = (kind: SubjectKind, object: Subject): number =>
  kind === 'company'
    ? (object as Company).companyId
    : kind === 'lead'
      ? (object as Lead).leadId
      : (object as Opportunity).opportunityId;

const present = <T extends Contact | LeadContact>(people: Iterable<T>, own: (person: T) => boolean): T[] =>
  [...people].filter((person) => !person.removed && own(person)).sort((a, b) => a.contactId - b.contactId);

function contactsOf(kind: SubjectKind, object: Subject): (Contact | LeadContact)[] {
  const { contact, leadContact } = office.has;
  if (kind === 'company') return present(contact.values(), ({ companyId }) => companyId === (object as Company).companyId);
  if (kind === 'lead') return present(leadContact.values(), ({ leadId }) => leadId === (object as Lead).leadId);
  return ((object as Opportunity).details.contactIds ?? [])
    .map((id) => contact.get(id))
    .filter((person) => person !== undefined && !person.removed) as Contact[];
}

/** What a reader of the list would write down of it. */
function rowOf(kind: SubjectKind, object: Subject) {
  const id = idOf(kind, object);
  const opportunity = kind === 'opportunity' ? (object as Opportunity) : null;
  const company = kind === 'company' ? null : (office.has.company.get((object as Lead | Opportunity).companyId ?? 0) ?? null);
  const times = [...office.has.trail.values()]
    .filter((trail) => trail.enabled && !trail.removed && trail[`${kind}Id`] === id && trail.happenedAt <= office.now)
    .map(({ happenedAt }) => happenedAt);
  const lastContactAt = times.length === 0 ? null : Math.max(...times);
  const filedAt = (opportunity === null ? (object as Company | Lead).archivedAt : null) ?? object.createdAt;
  const contacts = contactsOf(kind, object);
  const { contactId, name, email } = (opportunity === null ? contacts.find(({ main }) => main) : undefined) ?? contacts[0] ?? {};
  return {
    ...{ id, object, lastContactAt, filedAt, company },
    country: (opportunity === null ? (object as Company).details.country : company?.details.country) ?? '',
    ownerIds:
      opportunity === null
        ? (object as Company).ownerIds
        : [
            ...new Set([
              ...(opportunity.mainUserId === null ? [] : [opportunity.mainUserId]),
              ...(opportunity.details.handlerIds ?? []),
            ]),
          ],
    contacts: contacts.length,
    mainContact: contactId === undefined ? null : { contactId, name, email },
  };
}

type Row = ReturnType<typeof rowOf>;

function hasWord(kind: SubjectKind, { object }: Row, keyword: string): boolean {
  const inText = (text: string): boolean => ascii(text).includes(ascii(keyword));
  const inPeople = (people: readonly (Contact | LeadContact)[]): boolean =>
    people.some(({ name, email }) => inText(name) || inText(email));
  if (inText(object.name) || inText(object.serialId)) return true;
  if (kind !== 'opportunity') return inPeople(contactsOf(kind, object));
  const company = office.has.company.get((object as Opportunity).companyId ?? 0);
  const people = present(
    office.has.contact.values(),
    ({ companyId }) => companyId !== null && companyId === (object as Opportunity).companyId,
  );
  return inPeople(people) || (company !== undefined && (inText(company.name) || inText(company.serialId)));
}

/** Only these are the same in both sizes. */
const ascii = (text: string): string => text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());

const collator = new Intl.Collator('zh-CN', { numeric: true });

/** Ascending: below 0 when `a` comes first. */
function compare(a: Row, b: Row, { sort, ascending }: SubjectQuestion): number {
  const none = (sort === 'lastContact' || sort === 'silence' ? -1 : ascending ? 1 : -1) * 1e17;
  const key = ({ lastContactAt, filedAt, object }: Row): number => {
    if (sort === 'lastContact') return lastContactAt ?? none;
    if (sort === 'silence') return -(lastContactAt ?? filedAt ?? none);
    if (sort === 'created') return object.createdAt ?? none;
    return (object as Company).nextFollowUpAt ?? none;
  };
  return (sort === 'name' ? collator.compare(a.object.name, b.object.name) : key(a) - key(b)) || a.id - b.id;
}

test('lists are those of a naive search and sort', { timeout: 1_800_000 }, async () => {
  for (let round = 0; round < soak(150); round++) {
    await office.change();
    office.turnClock();
    for (let n = 0; n < 20; n++) {
      const kind = office.pick(subjectKinds);
      const question: SubjectQuestion = {
        kind,
        keyword: office.pick([null, null, 'aurora', 'ZETA', '_%', '张', 'c-1', 'aurora.example', 'nobody', '\\']),
        userId: office.pick([null, null, 1, 7]),
        companyId: office.pick([null, null, null, 1, 2]),
        country: office.pick([null, null, 'DE', 'CN']),
        sort: office.pick(subjectSorts),
        ascending: office.below(2) === 0,
      };
      const page = office.pick([null, { number: 1, size: 5 }, { number: 2, size: 3 }, { number: 50, size: 9 }]);
      const all = [...(office.has[kind] as Map<number, Subject>).values()]
        .filter((object) => !('removed' in object) || !object.removed)
        .map((object) => rowOf(kind, object))
        .filter((row) => question.userId === null || row.ownerIds.includes(question.userId))
        .filter((row) => question.companyId === null || (row.object as Opportunity).companyId === question.companyId)
        .filter((row) => question.country === null || row.country === question.country)
        .filter((row) => question.keyword === null || hasWord(kind, row, question.keyword))
        .sort((a, b) => (question.ascending ? 1 : -1) * compare(a, b, question));
      const answer = await office.core.subjects.list(caller, question, page);
      const about = JSON.stringify({ question, page, now: office.now });
      expect(answer.total, about).toBe(all.length);
      const shown = page === null ? all : all.slice((page.number - 1) * page.size, page.number * page.size);
      expect(
        answer.rows.map((row) => idOf(kind, row.object)),
        about,
      ).toEqual(shown.map(({ id }) => id));
      expect(
        answer.rows.map(({ kind: _, mainContact, ...row }) => ({
          ...row,
          id: idOf(kind, row.object),
          mainContact:
            mainContact === null ? null : { contactId: mainContact.contactId, name: mainContact.name, email: mainContact.email },
        })),
        about,
      ).toEqual(shown);
    }
  }
});

test('a kind needs its module', async () => {
  const question: SubjectQuestion = {
    kind: 'lead',
    keyword: null,
    userId: null,
    companyId: null,
    country: null,
    sort: 'name',
    ascending: true,
  };
  await expect(office.core.subjects.list({ ...caller, scopes: new Set(['company']) }, question, null)).rejects.toThrow(
    'no permission lead scopes',
  );
});
