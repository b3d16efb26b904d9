import { describe, expect, test } from 'vitest';
import { type FirmEntry, type FirmOptions, generateFirm } from '../../src/demo/firm.ts';
import { firmObjects } from '../../src/demo/firm-objects.ts';
import type { Learned } from '../../src/domain/import.ts';
import type { JoinedKind, ObjectKinds } from '../../src/domain/objects.ts';
import { parseTime } from '../../src/wire/time.ts';

const DEMO: FirmOptions = {
  clientId: 23412,
  seed: 23412,
  entries: 6000,
  companies: 200,
  salespeople: 20,
  endAt: Date.UTC(2026, 5, 1, 15, 59, 59),
  days: 365,
};
const entries = [...generateFirm(DEMO)];
const objects = firmObjects(DEMO, entries);

const of = <K extends JoinedKind>(kind: K): Map<number, ObjectKinds[K]> =>
  new Map(objects.filter((one) => one.kind === kind).map((one) => [one.id, one.fields as ObjectKinds[K]]));

const companies = of('company');
const leads = of('lead');
const opportunities = of('opportunity');
const users = of('user');
const contacts = of('contact');
const leadContacts = of('leadContact');

/** The entries about something. */
const about = (idOf: (entry: FirmEntry) => number): Map<number, FirmEntry[]> => Map.groupBy(entries, idOf);
const dated = [
  [companies, about(({ company_id }) => company_id)],
  [leads, about(({ lead_id }) => lead_id)],
  [opportunities, about(({ opportunity_id }) => opportunity_id)],
] as const;

describe('the objects of the firm', () => {
  test('are the same for equal options, and others for another seed', () => {
    expect(JSON.stringify(firmObjects(DEMO, [...generateFirm(DEMO)]))).toBe(JSON.stringify(objects));
    const other = { ...DEMO, seed: 2 };
    expect(firmObjects(other, [...generateFirm(other)])).not.toEqual(objects);
  });

  test('are all that the entries name, as the entries show them, and each once', () => {
    expect(new Set(objects.map(({ kind, id }) => `${kind} ${id}`)).size).toBe(objects.length);
    for (const entry of entries) {
      const company = companies.get(entry.company_id);
      if ('name' in entry.company_info) {
        expect({ name: company?.name, removed: company?.removed }).toEqual({
          name: entry.company_info.name,
          removed: entry.company_info.is_archive === 0,
        });
      }
      if ('name' in entry.lead_info) expect(leads.get(entry.lead_id)?.name).toBe(entry.lead_info.name);
      if ('name' in entry.opportunity_info) {
        expect(opportunities.get(entry.opportunity_id)).toMatchObject({
          name: entry.opportunity_info.name,
          companyId: entry.company_id,
        });
      }
      expect(entry.create_user_info).toMatchObject({ nickname: users.get(entry.create_user)?.nickname });
      for (const { customer_id, ...shown } of entry.customer_info ?? [])
        expect(contacts.get(customer_id)).toMatchObject({ companyId: entry.company_id, name: shown.name, email: shown.email });
      for (const { customer_id, ...shown } of entry.lead_customer_info ?? [])
        expect(leadContacts.get(customer_id)).toMatchObject({ leadId: entry.lead_id, name: shown.name, phones: shown.tel_list });
    }
    expect(companies.size).toBe(200);
    expect(users.size).toBe(21);
  });

  test('have no time after the end, and none is younger than an entry about it', () => {
    for (const [kind, ofEach] of dated) {
      expect(kind.size).toBeGreaterThan(50);
      for (const [id, { createdAt, updatedAt, editedAt }] of kind) {
        const own = (ofEach.get(id) ?? []).flatMap(({ created_at, create_time }) => [created_at, create_time]);
        const first = Math.min(...own.map((time) => parseTime(time) as number));
        expect(createdAt as number).toBeLessThanOrEqual(first);
        expect(updatedAt as number).toBeGreaterThanOrEqual(createdAt as number);
        for (const at of [createdAt, updatedAt, editedAt]) {
          if (at === null) continue;
          expect(at % 1000).toBe(0);
          expect(at).toBeLessThanOrEqual(DEMO.endAt);
        }
      }
    }
    for (const { companyId, createdAt } of opportunities.values())
      expect(createdAt as number).toBeGreaterThanOrEqual(companies.get(companyId as number)?.createdAt as number);
  });

  test('are followed up next about the end, some of each kind before it and some after', () => {
    const day = 24 * 3600 * 1000;
    for (const [kind] of dated) {
      const times = [...kind.values()].map(({ nextFollowUpAt }) => nextFollowUpAt).filter((at) => at !== null);
      for (const at of times) expect(Math.abs(at - DEMO.endAt)).toBeLessThan(11 * day);
      expect(times.some((at) => at < DEMO.endAt) && times.some((at) => at > DEMO.endAt)).toBe(true);
      expect(times.length).toBeLessThan(kind.size / 2);
    }
  });

  test('belong to who writes about them', () => {
    for (const [kind, ofEach] of dated) {
      const owned = [...kind].filter(([, object]) => object.createdBy !== null);
      const byOwner = owned.filter(([id, { createdBy }]) => {
        const own = ofEach.get(id) ?? [];
        return own.filter(({ create_user }) => create_user === createdBy).length * 2 > own.length;
      });
      expect(byOwner.length / owned.length).toBeGreaterThan(0.8);
    }
    const known = (ids: readonly (number | null)[]): boolean => ids.every((id) => users.has(id as number));
    for (const { ownerIds, createdBy } of [...companies.values(), ...leads.values()])
      expect(known([...ownerIds, createdBy])).toBe(true);
    for (const { mainUserId, details } of opportunities.values())
      expect(known([mainUserId, ...(details.handlerIds ?? [])])).toBe(true);
    expect([...companies.values()].filter(({ ownerIds }) => ownerIds.length === 0).length).toBeGreaterThan(3);
  });

  test('have numbers and mail addresses of their own, one main contact a firm, and details', () => {
    for (const [kind] of dated) {
      const serialIds = [...kind.values()].map(({ serialId }) => serialId);
      expect(new Set(serialIds).size).toBe(kind.size);
      for (const serialId of serialIds) expect(serialId).toMatch(/^[CLO]\d{4}$/);
    }
    const mails = [...users.values()].map(({ email }) => email);
    expect(new Set(mails).size).toBe(users.size);
    for (const mail of mails) expect(mail).toMatch(/^[a-z.]+@genjin-demo\.example$/);
    for (const { details } of companies.values()) {
      expect(details.country).toMatch(/^[A-Z]{2}$/);
      expect(details.homepage).toMatch(/^https:\/\/www\.[a-z0-9.-]+\.(example|test|example\.com)$/);
      expect(details.tel).toMatch(/^\d+$/);
    }
    for (const [firm, people] of Map.groupBy(contacts.values(), ({ companyId }) => companyId)) {
      expect(companies.has(firm as number)).toBe(true);
      expect(people.filter(({ main }) => main)).toHaveLength(1);
    }
    for (const { details } of opportunities.values()) {
      expect(details.amount).toMatch(/^[1-9]\d+$/);
      expect(['USD', 'EUR', 'CNY']).toContain(details.currency);
      for (const id of details.contactIds ?? []) expect(contacts.has(id)).toBe(true);
    }
    const converted = [...leads.values()].filter(({ companyId }) => companyId !== null);
    expect(converted.length).toBeGreaterThan(0);
    for (const { companyId, status } of converted) expect([companies.has(companyId as number), status]).toEqual([true, 7]);
    expect(JSON.stringify(objects satisfies Learned[])).not.toMatch(/undefined|NaN/);
  });
});
