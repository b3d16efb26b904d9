/** How SQLite finds companies, leads and opportunities, and the last entry about each. */
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Companies } from '../../src/domain/company.ts';
import { Importer } from '../../src/domain/import.ts';
import { Leads } from '../../src/domain/lead.ts';
import { Opportunities } from '../../src/domain/opportunity.ts';
import { Vault } from '../../src/domain/vault.ts';
import { companyStore } from '../../src/store/company-store.ts';
import type { Db } from '../../src/store/db.ts';
import { storePath } from '../../src/store/files.ts';
import { leadStore } from '../../src/store/lead-store.ts';
import { migrate } from '../../src/store/migrations.ts';
import { objectStore } from '../../src/store/object-store.ts';
import { opportunityStore } from '../../src/store/opportunity-store.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { readCompanyPush } from '../../src/wire/company-wire.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { readLeadPush } from '../../src/wire/lead-wire.ts';
import { readOpportunityPush } from '../../src/wire/opportunity-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { temporaryFolder } from '../support/place.ts';
import { testCaller } from './fixture.ts';
import { expectSeeking, type Planned, plansOf } from './plans.ts';

const now = Date.UTC(2024, 10, 4);
const { folder, remove } = temporaryFolder();
let db: Db;
let file: DatabaseSync;

beforeAll(async () => {
  db = openSqlite(storePath(folder));
  await migrate(db);
  const about = (i: number) => ({ company_id: 1 + (i % 200), lead_id: 1 + (i % 100), opportunity_id: 1 + (i % 150) });
  const entries = Array.from({ length: 3000 }, (_, i) => entry({ ...about(i), customer_id: [1 + (i % 400)] }));
  await new Importer({ objects: objectStore(db, () => now) }).take([entries.map(readEntry)]);
  for (const kind of ['company', 'lead', 'opportunity'] as const) await date(kind);
  file = new DatabaseSync(storePath(folder));
});

/** Entries tell no times of what they are about, but lists are bounded by them. */
async function date<K extends 'company' | 'lead' | 'opportunity'>(kind: K): Promise<void> {
  const times = { createdAt: now, updatedAt: now, editedAt: now, archivedAt: now };
  const ids = Array.from({ length: 200 }, (_, i) => i + 1);
  await objectStore(db, () => now).change(testTenant, 'command:test', async (edit) => {
    const found = [...(await edit.getMany(kind, ids)).values()];
    await edit.write(
      kind,
      found.map((before) => ({ before, after: { ...before.object, ...times }, knownAt: now })),
    );
  });
}

afterAll(async () => {
  file.close();
  await db.close();
  remove();
});

const bounds = [
  ['no bounds', { from: null, to: null }],
  ['bounds', { from: 1, to: now }],
] as const;
const page = { number: 1, size: 20 };
const lastEntry = {
  company: 'SEARCH t USING PRIMARY KEY (tenant_id=? AND live=? AND company_id=? AND happened_at<?)',
  lead: 'SEARCH t USING COVERING INDEX trail_by_lead (tenant_id=? AND live=? AND lead_id=? AND happened_at<?)',
  opportunity:
    'SEARCH t USING COVERING INDEX trail_by_opportunity (tenant_id=? AND live=? AND opportunity_id=? AND happened_at<?)',
};

/** The page of a list: in its order within an index, without sorting, and one seek a row for the last entry about it. */
function expectListing(planned: readonly Planned[], index: string, last: string): void {
  const rows = planned.find(({ sql }) => sql.includes('OFFSET'));
  expect(rows?.plan.join('\n'), rows?.sql).toContain(`${index} (tenant_id=?`);
  expect(rows?.plan, rows?.sql).toContain(last);
  expect(rows?.plan.join('\n'), rows?.sql).not.toContain('TEMP B-TREE');
  expectSeeking(planned);
}

for (const [boundsName, range] of bounds) {
  const bounded = range.from === null ? '' : '_at>? AND ';

  test.each([
    ['updatedAt', 'company_by_update', 'updated'],
    ['createdAt', 'company_by_creation', 'created'],
    ['archivedAt', 'company_by_archiving', 'archived'],
  ] as const)(`companies by %s, ${boundsName}`, async (by, index, column) => {
    const filter = { removed: false, owned: null, groupId: null, ...range, by };
    const planned = await plansOf(db, file, (recording) => companyStore(recording).list(testTenant, filter, page, now));
    expectListing(planned, index, lastEntry.company);
    if (bounded !== '') for (const { plan } of planned.slice(0, 2)) expect(plan.join('\n')).toContain(`${column}${bounded}`);
  });

  test(`companies of a group with an owner, ${boundsName}`, async () => {
    const filter = { removed: false, owned: true, groupId: 5, ...range, by: 'updatedAt' } as const;
    expectSeeking(await plansOf(db, file, (recording) => companyStore(recording).list(testTenant, filter, page, now)));
  });

  test.each([
    ['updatedAt', 'lead_by_update', 'updated'],
    ['editedAt', 'lead_by_edit', 'edited'],
  ] as const)(`leads by %s, ${boundsName}`, async (by, index, column) => {
    const filter = { ...range, by, email: null, converted: null };
    const planned = await plansOf(db, file, (recording) => leadStore(recording).list(testTenant, filter, page, now));
    expectListing(planned, index, lastEntry.lead);
    if (bounded !== '') for (const { plan } of planned.slice(0, 2)) expect(plan.join('\n')).toContain(`${column}${bounded}`);
  });

  test(`leads by last contact, ${boundsName}: one seek a lead`, async () => {
    const filter = { ...range, by: 'lastContactAt', email: null, converted: false } as const;
    const planned = await plansOf(db, file, (recording) => leadStore(recording).list(testTenant, filter, page, now));
    const rows = planned.find(({ sql }) => sql.includes('OFFSET'));
    expect(rows?.plan, rows?.sql).toContain(lastEntry.lead);
    expectSeeking(planned);
  });

  test(`opportunities, ${boundsName}`, async () => {
    const planned = await plansOf(db, file, (recording) => opportunityStore(recording).list(testTenant, range, page, now));
    expectListing(planned, 'opportunity_by_update', lastEntry.opportunity);
    if (bounded !== '') for (const { plan } of planned.slice(0, 2)) expect(plan.join('\n')).toContain(`updated${bounded}`);
  });
}

test('one of each is found by its id or its number, its contacts by an index', async () => {
  const planned = await plansOf(db, file, async (recording) => {
    await companyStore(recording).get(testTenant, 1, null, now);
    await companyStore(recording).get(testTenant, null, 'C1', now);
    await leadStore(recording).get(testTenant, 1, null, now);
    await leadStore(recording).get(testTenant, null, 'L1', now);
    await opportunityStore(recording).get(testTenant, 1, now);
  });
  const steps = planned.flatMap(({ plan }) => plan);
  for (const last of Object.values(lastEntry)) expect(steps).toContain(last);
  for (const index of ['company_by_serial (tenant_id=? AND serial_id=?)', 'lead_by_serial (tenant_id=? AND serial_id=?)']) {
    expect(steps.join('\n')).toContain(index);
  }
  expect(steps.join('\n')).toContain('contact_by_company (tenant_id=? AND company_id=?)');
  expect(steps.join('\n')).toContain('lead_contact_by_lead (tenant_id=? AND lead_id=?)');
  expectSeeking(planned);
});

test('an e-mail is found by its index', async () => {
  const planned = await plansOf(db, file, async (recording) => {
    await companyStore(recording).search(testTenant, 'contactEmail', 'a@x.example', page);
    const filter = { from: null, to: null, email: 'a@x.example', converted: null, by: 'updatedAt' } as const;
    await leadStore(recording).list(testTenant, filter, page, now);
  });
  const steps = planned.flatMap(({ plan }) => plan).join('\n');
  expect(steps).toContain('contact_by_email (tenant_id=? AND <expr>=?)');
  expect(steps).toContain('lead_contact_by_email (tenant_id=? AND <expr>=?)');
  expectSeeking(planned);
});

test('a search stays within its tenant', async () => {
  const fields = ['name', 'serialId', 'contactName', 'contactEmailDomain', 'contactPhone', 'contactAccount'] as const;
  const planned = await plansOf(db, file, async (recording) => {
    for (const field of fields) await companyStore(recording).search(testTenant, field, '1', page);
  });
  expectSeeking(planned);
});

test('a push finds what it changes by its key', async () => {
  const planned = await plansOf(db, file, async (recording) => {
    const parts = { objects: objectStore(recording, () => now), vault: new Vault(Buffer.alloc(32)), clock: () => now };
    const companies = new Companies({ ...parts, companies: companyStore(recording) });
    const leads = new Leads({ ...parts, leads: leadStore(recording) });
    const opportunities = new Opportunities({ ...parts, opportunities: opportunityStore(recording) });
    const customers = [{ name: 'a' }];
    await companies.push(testCaller, readCompanyPush({ company_id: 1, name: 'x', customers }), 'key');
    await companies.remove(testCaller, 2);
    await leads.push(testCaller, readLeadPush({ lead_id: 1, name: 'x', customers }));
    const opportunityId = await opportunities.push(testCaller, readOpportunityPush({ name: 'x', company_id: 1 }));
    await opportunities.remove(testCaller, opportunityId);
  });
  expect(planned.filter(({ sql }) => /^(INSERT|UPDATE)/.test(sql)).length).toBeGreaterThan(5);
  expectSeeking(planned);
});
