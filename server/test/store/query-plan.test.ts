import { randomBytes } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import { Applications } from '../../src/domain/application.ts';
import { Attempts } from '../../src/domain/attempts.ts';
import { Importer } from '../../src/domain/import.ts';
import { People } from '../../src/domain/people.ts';
import { Sessions } from '../../src/domain/session.ts';
import { passwordDigest, SignIns } from '../../src/domain/sign-in.ts';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { subjectSorts } from '../../src/domain/subject.ts';
import { Trails } from '../../src/domain/trail.ts';
import { Vault } from '../../src/domain/vault.ts';
import { applicationStore } from '../../src/store/application-store.ts';
import { checkStore } from '../../src/store/check.ts';
import type { Db } from '../../src/store/db.ts';
import { deliveryStore } from '../../src/store/delivery-store.ts';
import { storePath } from '../../src/store/files.ts';
import { migrate } from '../../src/store/migrations.ts';
import { objectStore } from '../../src/store/object-store.ts';
import { reportStore } from '../../src/store/report-store.ts';
import { sessionStore } from '../../src/store/session-store.ts';
import { signInStore } from '../../src/store/sign-in-store.ts';
import { openSqlite } from '../../src/store/sqlite.ts';
import { statsStore } from '../../src/store/stats-store.ts';
import { subjectStore } from '../../src/store/subject-store.ts';
import { tenantStore } from '../../src/store/tenant-store.ts';
import { trailStore } from '../../src/store/trail-store.ts';
import { userStore } from '../../src/store/user-store.ts';
import { webhookStore } from '../../src/store/webhook-store.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { temporaryFolder } from '../support/place.ts';
import { recordAbout, testCaller } from './fixture.ts';
import { expectSeeking, type Planned, plansOf as plansOn } from './plans.ts';

const company = 1001;
const lead = 2001;
const opportunity = 3001;
const now = Date.UTC(2024, 10, 4);

const { folder, remove } = temporaryFolder();
let db: Db;
let file: DatabaseSync;

const plansOf = (work: (db: Db) => Promise<unknown>): Promise<Planned[]> => plansOn(db, file, work);

beforeAll(async () => {
  db = openSqlite(storePath(folder));
  await migrate(db);
  const parts = { objects: objectStore(db, () => now) };
  const importer = new Importer(parts);
  const firm = { clientId: testTenant, seed: 1, entries: 4000, companies: 100, salespeople: 10, endAt: now, days: 365 };
  await importer.take([Array.from(generateFirm(firm), readEntry)]);
  // One subject of each kind that is large enough for blocks, among others; two tenants in the same tables.
  const about = (i: number) => ({ company_id: company, lead_id: lead, opportunity_id: opportunity + (i % 2) });
  const many = Array.from({ length: 1500 }, (_, i) => entry({ ...about(i), create_time: `2024-05-01 12:00:0${i % 10}` }));
  await importer.take([many.map(readEntry)]);
  await importer.take([many.map((one) => readEntry({ ...one, client_id: 5 }))]);
  file = new DatabaseSync(storePath(folder));
});

afterAll(async () => {
  file.close();
  await db.close();
  remove();
});

const at = (second: number): number => Date.UTC(2024, 4, 1, 4, 0, second);
const none = allTrails;

interface Planning {
  readonly name: string;
  readonly filter: Partial<TrailFilter>;
  /** What its statements must use, but for the count, which may use another index of all entries. */
  readonly index: string;
  /** Its order and its bounds are not in that index: what it finds is sorted. */
  readonly sorts?: true;
  readonly countedIn?: string;
}

const ofAll = 'trail_by_\\w+';
const listings: readonly Planning[] = [
  { name: 'enterprise', filter: {}, index: 'trail_by_time', countedIn: ofAll },
  { name: 'enterprise, oldest first', filter: { oldestFirst: true }, index: 'trail_by_time', countedIn: ofAll },
  { name: 'enterprise, removed', filter: { removed: true }, index: 'trail_by_time', countedIn: ofAll },
  { name: 'enterprise by recording', filter: { by: 'recordedAt' }, index: 'trail_by_recording', countedIn: ofAll },
  { name: 'enterprise by update', filter: { by: 'updatedAt' }, index: 'trail_by_update', countedIn: ofAll },
  { name: 'company', filter: { companyId: company }, index: 'PRIMARY KEY' },
  {
    name: 'company, removed, oldest first',
    filter: { companyId: company, removed: true, oldestFirst: true },
    index: 'PRIMARY KEY',
  },
  { name: 'lead', filter: { leadId: lead }, index: 'trail_by_lead' },
  { name: 'opportunity', filter: { opportunityId: opportunity }, index: 'trail_by_opportunity' },
  { name: 'company and lead', filter: { companyId: company, leadId: lead }, index: 'trail_by_lead' },
  { name: 'company and opportunity', filter: { companyId: company, opportunityId: opportunity }, index: 'trail_by_opportunity' },
  { name: 'lead and opportunity', filter: { leadId: lead, opportunityId: opportunity }, index: 'trail_by_opportunity' },
  {
    name: 'all three',
    filter: { companyId: company, leadId: lead, opportunityId: opportunity },
    index: 'trail_by_opportunity',
  },
  { name: 'types and authors', filter: { types: [101, 102], authorIds: [7001] }, index: 'COVERING INDEX trail_by_time' },
  { name: 'types by update', filter: { types: [101], by: 'updatedAt' }, index: 'trail_by_update', countedIn: ofAll },
  { name: 'types of a company', filter: { types: [101], companyId: company }, index: 'PRIMARY KEY' },
  { name: 'company by update', filter: { companyId: company, by: 'updatedAt' }, index: 'PRIMARY KEY', sorts: true },
  { name: 'lead by recording', filter: { leadId: lead, by: 'recordedAt' }, index: 'trail_by_lead', sorts: true },
  { name: 'contacts', filter: { contactIds: [1, 2] }, index: 'trail_by_id', sorts: true },
  {
    name: 'contacts of a company by update',
    filter: { contactIds: [1], companyId: company, by: 'updatedAt' },
    index: 'trail_by_id',
    sorts: true,
  },
];

const ranges = [
  ['no bounds', {}],
  ['from', { from: at(3) }],
  ['to', { to: at(6) }],
  ['one second', { from: at(4), to: at(4) }],
] as const;

for (const { name, filter: given, index, sorts, countedIn } of listings) {
  for (const [rangeName, bounds] of ranges) {
    test(`a page of ${name}, ${rangeName}: every statement seeks`, async () => {
      const filter = { ...none, ...given, ...bounds };
      const planned = await plansOf(async (recordingDb) => {
        const store = trailStore(recordingDb);
        // Cut, count and rank of a scope that is new to this timeline; then a page of it that is deep, and one past the end.
        for (const number of [1, 20, 10_000]) await store.list(testTenant, filter, { number, size: 10 }, null);
        // The same as it stood, read block by block.
        await store.list(testTenant, filter, { number: 1, size: 10 }, 3000);
      });
      const onTrails = planned.filter(({ sql }) => /FROM trail t WHERE/.test(sql));
      expect(onTrails.length).toBeGreaterThanOrEqual(2);
      for (const { sql, plan } of onTrails) {
        const text = plan.join('\n');
        const wanted = countedIn !== undefined && sql.startsWith('SELECT COUNT(*)') ? countedIn : index;
        expect(text, sql).toMatch(new RegExp(`${wanted} \\(tenant_id=\\?`));
        if (index === 'PRIMARY KEY') expect(text, sql).toContain('(tenant_id=? AND live=? AND company_id=?');
        if (index === 'trail_by_id')
          expect(text, sql).toContain('SEARCH k USING PRIMARY KEY (tenant_id=? AND live=? AND contact_id=?)');
        if (sorts !== undefined) continue;
        expect(text, sql).not.toMatch(/USE TEMP B-TREE/);
        // A range or a place to begin from is sought too, not filtered row by row.
        if (/_at [<>]=? \?|_at, t.trail_id\)/.test(sql)) expect(text, sql).toMatch(/_at(,trail_id\))?[<>]\(?\?/);
      }
      expectSeeking(planned);
    });
  }
}

test('a large scope is cut, counted and ranked by statements that seek; a block that grew is read by itself', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const store = trailStore(recordingDb);
    const parts = { objects: objectStore(recordingDb, () => now) };
    const filter = { ...none, companyId: company, from: at(3), to: at(5) };
    await store.list(testTenant, filter, { number: 2, size: 20 }, null);
    await store.list(testTenant, filter, { number: 9, size: 20 }, null);
    // Into the middle of the company's entries, so that a block splits that has others on both sides.
    const more = Array.from({ length: 300 }, () => entry({ company_id: company, create_time: '2024-05-01 12:00:05' }));
    await new Importer(parts).take([more.map(readEntry)]);
    await store.list(testTenant, filter, { number: 2, size: 20 }, null);
  });
  const search = 'SEARCH t USING PRIMARY KEY (tenant_id=? AND live=? AND company_id=?';
  const expected: [string, RegExp, string][] = [
    ['step of the first cut', /LIMIT 1 OFFSET 128$/, `${search} AND (happened_at,trail_id)>(?,?))`],
    [
      'step within a block',
      /\) < \(.*LIMIT 1 OFFSET 128$/,
      `${search} AND (happened_at,trail_id)>(?,?) AND (happened_at,trail_id)<(?,?))`,
    ],
    ['rest of a cut', /^SELECT COUNT\(\*\) [^<]*$/, `${search} AND (happened_at,trail_id)>(?,?))`],
    ['rank', /^SELECT 0, COUNT\(\*\) .* UNION ALL/, `${search} AND (happened_at,trail_id)>(?,?) AND happened_at<?)`],
    ['page near the end of the list', /LIMIT \? OFFSET \?$/, `${search} AND happened_at>? AND happened_at<?)`],
    [
      'page far from it',
      /\) < \(\?, \?\) .*LIMIT \? OFFSET \?$/,
      `${search} AND happened_at>? AND (happened_at,trail_id)<(?,?))`,
    ],
  ];
  for (const [name, pattern, step] of expected) {
    const found = planned.find(({ sql }) => pattern.test(sql));
    expect(found?.plan, `${name}: ${found?.sql}`).toContain(step);
  }
});

test('joined objects are looked up by their keys', async () => {
  const planned = await plansOf((recordingDb) => trailStore(recordingDb).list(testTenant, none, { number: 1, size: 1000 }, null));
  for (const [table, id] of [
    ['company', 'company_id'],
    ['contact', 'contact_id'],
    ['lead_contact', 'contact_id'],
    ['lead', 'lead_id'],
    ['opportunity', 'opportunity_id'],
    ['member', 'user_id'],
    ['file', 'file_id'],
  ]) {
    const lookups = planned.filter(({ sql }) => sql.includes(`FROM ${table} WHERE`));
    const byId = `SEARCH ${table} USING PRIMARY KEY (tenant_id=? AND ${id}=?)`;
    // One look at the range of a long list of ids comes before the ids themselves.
    const byRange = `SEARCH ${table} USING PRIMARY KEY (tenant_id=? AND ${id}>? AND ${id}<?)`;
    expect(
      lookups.flatMap(({ plan }) => plan),
      table,
    ).toContain(byId);
    for (const { plan, sql } of lookups) expect(plan, table).toEqual([sql.includes('BETWEEN') ? byRange : byId]);
  }
  expectSeeking(planned);
});

test('following the log reads its tail only', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const store = trailStore(recordingDb);
    const objects = objectStore(recordingDb, () => now);
    await store.list(testTenant, none, { number: 1, size: 1 }, null);
    const vault = new Vault(randomBytes(32));
    await new Trails({ trails: store, objects, vault, clock: () => now }).record(testCaller, recordAbout(company));
    await store.list(testTenant, none, { number: 1, size: 1 }, null);
  });
  const tail = planned.find(({ sql }) => sql.includes('FROM change WHERE'));
  expect(tail?.plan).toEqual(['SEARCH change USING PRIMARY KEY (tenant_id=? AND revision>? AND revision<?)']);
  expectSeeking(planned);
});

test('what stood at a revision is found by the changes since, and an instant by halving the log', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const store = trailStore(recordingDb);
    await new Importer({ objects: objectStore(recordingDb, () => now) }).take([
      [readEntry(entry({ trail_id: 78, company_id: company, update_time: '2024-05-02 00:00:00' }))],
      [readEntry(entry({ trail_id: 78, company_id: company, update_time: '2024-05-03 00:00:00', content: 'later' }))],
    ]);
    const { revision } = await store.head(testTenant);
    await store.list(testTenant, { ...none, companyId: company }, { number: 1, size: 5000 }, revision - 1);
    await store.revisionAt(testTenant, now - 1);
  });
  const states = planned.find(({ sql }) => sql.includes('CASE WHEN before_revision <= ? THEN before_words'));
  expect(states?.plan).toEqual(['SEARCH change USING PRIMARY KEY (tenant_id=? AND revision=?)']);
  const instants = planned.find(({ sql }) => sql.startsWith('SELECT changed_at FROM change'));
  expect(instants?.plan).toEqual(['SEARCH change USING PRIMARY KEY (tenant_id=? AND revision=?)']);
  expectSeeking(planned);
});

test('writing finds what it changes by its key', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const parts = { objects: objectStore(recordingDb, () => now) };
    const again = entry({ trail_id: 77, company_id: company, update_time: '2024-05-02 00:00:00' });
    await new Importer(parts).take([[readEntry(again)]]);
    await new Importer(parts).take([[readEntry({ ...again, update_time: '2024-05-03 00:00:00', content: 'later' })]]);
  });
  expect(planned.filter(({ sql }) => sql.startsWith('INSERT INTO')).length).toBeGreaterThan(0);
  const entries = planned.find(({ sql }) => sql.startsWith('SELECT') && sql.includes('FROM trail WHERE'));
  expect(entries?.plan).toEqual(['SEARCH trail USING INDEX trail_by_id (tenant_id=? AND trail_id=?)']);
  expectSeeking(planned);
});

test('tokens and applications are looked up by their keys', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const clock = (): number => now;
    const vault = new Vault(randomBytes(32));
    const parts = { objects: objectStore(recordingDb, clock), vault, attempts: new Attempts(clock), clock };
    const applications = new Applications({ applications: applicationStore(recordingDb), ...parts });
    const signIns = new SignIns({ signIns: signInStore(recordingDb), applications, ...parts });
    const client = { ...(await applications.create(testTenant, 'app', ['company'])), scopes: [] };
    const { accessToken } = await applications.issueToken(client);
    await applications.issueToken(client);
    await applications.authenticate(accessToken);
    const person = { name: 'n', email: 'n@example.com', password: 'long enough' };
    await signIns.create(testTenant, { ...person, userId: null, replace: false });
    const signIn = { ...client, username: person.email, password: passwordDigest(person.password) };
    const first = await signIns.signIn(signIn);
    const refresh = { ...client, refreshToken: first.refreshToken ?? '' };
    await signIns.refresh(refresh);
    await expect(signIns.refresh(refresh)).rejects.toThrow('The refresh token is invalid.');
  });
  const lookup = planned.find(({ sql }) => sql.includes('t.token_hash = ?'));
  expect(lookup?.plan).toEqual([
    'SEARCH t USING PRIMARY KEY (tenant_id=? AND token_hash=?)',
    'SEARCH a USING PRIMARY KEY (tenant_id=? AND client_id=?)',
    'SEARCH m USING PRIMARY KEY (tenant_id=? AND user_id=?) LEFT-JOIN',
    'SEARCH i USING PRIMARY KEY (tenant_id=? AND user_id=?) LEFT-JOIN',
  ]);
  const end = planned.find(({ sql }) => sql.includes('max(expires_at)'));
  expect(end?.plan).toEqual([
    'SEARCH access_token USING COVERING INDEX access_token_by_application (tenant_id=? AND client_id=? AND user_id=? AND expires_at>?)',
  ]);
  const forgetting = planned.filter(({ sql }) => sql.startsWith('DELETE FROM') && sql.includes('expires_at <= ?'));
  expect(forgetting.flatMap(({ plan }) => plan)).toEqual([
    'SEARCH access_token USING INDEX access_token_by_end (tenant_id=? AND expires_at<?)',
    'SEARCH refresh_token USING INDEX refresh_token_by_end (tenant_id=? AND expires_at<?)',
  ]);
  const families = planned.filter(({ sql }) => sql.startsWith('DELETE FROM') && sql.includes('family = ?'));
  expect(families.flatMap(({ plan }) => plan)).toEqual([
    'SEARCH access_token USING INDEX access_token_by_family (tenant_id=? AND family=?)',
    'SEARCH refresh_token USING INDEX refresh_token_by_family (tenant_id=? AND family=?)',
  ]);
  expectSeeking(planned);
});

test('sessions, and who may have one, are looked up by their keys', async () => {
  const planned = await plansOf(async (recordingDb) => {
    const clock = (): number => now;
    const vault = new Vault(randomBytes(32));
    const stores = {
      objects: objectStore(recordingDb, clock),
      sessions: sessionStore(recordingDb),
      signIns: signInStore(recordingDb),
      tenants: tenantStore(recordingDb),
      users: userStore(recordingDb),
    };
    const sessions = new Sessions({ ...stores, vault, attempts: new Attempts(clock), clock, writes: true });
    const people = new People({ ...stores, vault, clock });
    const code = (await sessions.setupCode(testTenant)) ?? '';
    const first = { email: 'first@example.com', password: 'long enough' };
    const { token } = await sessions.setup({ code, ...first, name: 'n' }, null);
    await sessions.authenticate(token, 1);
    await sessions.changePassword(token, { former: first.password, next: 'another one' }, null);
    const made = await sessions.create({ tenantId: testTenant, ...first, password: 'another one' }, null);
    const second = { nickname: 'n', email: 'second@example.com', role: 'admin' } as const;
    const { userId } = await people.save(testTenant, 'command:test', null, second);
    await people.enable(testTenant, 'command:test', userId, false);
    await sessions.end(made.token, true);
  });
  const lookup = planned.find(({ sql }) => sql.includes('s.session_hash = ?'));
  expect(lookup?.plan).toEqual([
    'SEARCH s USING PRIMARY KEY (tenant_id=? AND session_hash=?)',
    'SEARCH i USING PRIMARY KEY (tenant_id=? AND user_id=?)',
    'SEARCH m USING PRIMARY KEY (tenant_id=? AND user_id=?) LEFT-JOIN',
  ]);
  const gone = planned.filter(({ sql }) => sql.startsWith('DELETE FROM session'));
  expect(new Set(gone.flatMap(({ plan }) => plan))).toEqual(
    new Set([
      'SEARCH session USING INDEX session_by_user (tenant_id=? AND user_id=?)',
      'SEARCH session USING INDEX session_by_user (tenant_id=? AND user_id=? AND ends_at<?)',
      'SCALAR SUBQUERY 1',
      'SEARCH session USING COVERING INDEX session_by_user (tenant_id=? AND user_id=?)',
      'SEARCH session USING INDEX session_by_end (tenant_id=? AND ends_at<?)',
    ]),
  );
  // Who signs in is a tenant's staff: all of it is read only to find its admins.
  expectSeeking(planned);
});

test('a report counts the entries of a period within the index by time', async () => {
  const planned = await plansOf((recordingDb) => reportStore(recordingDb).counts(testTenant, { from: at(1), to: at(6) }));
  const [entries, companies] = ['trail', 'company'].map((table) => planned.find(({ sql }) => sql.includes(`FROM ${table} `)));
  expect(entries?.plan[0]).toBe(
    'SEARCH trail USING COVERING INDEX trail_by_time (tenant_id=? AND live=? AND happened_at>? AND happened_at<?)',
  );
  expect(companies?.plan[0]).toBe(
    'SEARCH company USING INDEX company_by_creation (tenant_id=? AND removed=? AND created_at>? AND created_at<?)',
  );
  for (const { sql } of planned) expect(sql).toContain('tenant_id = ?');
});

test('statistics are counted within the index by time, and the last contacts sought company by company', async () => {
  const filter = { ...none, from: at(1), to: at(6), by: 'happenedAt' } as const;
  const planned = await plansOf(async (recordingDb) => {
    const stats = statsStore(recordingDb, trailStore(recordingDb));
    await stats.byAuthor(testTenant, filter);
    await stats.byType(testTenant, [filter]);
    await stats.byCountry(testTenant, [filter]);
    await stats.silence(testTenant, { days: 0, userId: null, rules: [3], leastFirst: false }, { number: 1, size: 10 }, now);
  });
  const search = 'SEARCH t USING COVERING INDEX trail_by_time (tenant_id=? AND live=? AND happened_at>? AND happened_at<?)';
  for (const by of ['t.author_id', 't.type', 't.company_id'])
    expect(planned.find(({ sql }) => sql.startsWith(`SELECT ${by},`))?.plan[0], by).toBe(search);
  const silence = planned.find(({ sql }) => sql.includes('FROM company c WHERE'));
  expect(silence?.plan).toContain('SEARCH t USING PRIMARY KEY (tenant_id=? AND live=? AND company_id=? AND happened_at<?)');
  expectSeeking(planned);
});

test.each(['company', 'lead', 'opportunity'] as const)('a list of each %s seeks', async (kind) => {
  const planned = await plansOf(async (recordingDb) => {
    const ask = { kind, keyword: 'a', userId: 7001, companyId: 9, country: 'DE', ascending: false } as const;
    for (const sort of subjectSorts)
      await subjectStore(recordingDb).subjects(testTenant, { ...ask, sort }, { number: 1, size: 10 }, now);
    await subjectStore(recordingDb).subjects(
      testTenant,
      { ...ask, keyword: null, userId: null, companyId: null, country: null, sort: 'lastContact' },
      { number: 1, size: 10 },
      now,
    );
  });
  const index = kind === 'company' ? 'PRIMARY KEY' : `INDEX trail_by_${kind}`;
  const seeks = planned.flatMap(({ plan }) => plan).filter((step) => step.startsWith('SEARCH t '));
  expect(seeks.length).toBeGreaterThan(2);
  for (const step of seeks)
    expect(step).toMatch(new RegExp(`USING (COVERING )?${index} \\(tenant_id=\\? AND live=\\? AND ${kind}_id=\\?`));
  expectSeeking(planned);
});

test('what an application is to be told of is found by keys', async () => {
  const parts = { objects: objectStore(db, () => now) };
  await parts.objects.change(testTenant, 'command:test', (edit) =>
    edit.addApplication({
      tenantId: testTenant,
      clientId: 'told',
      name: 'told',
      secretHash: '',
      scopes: ['webhook'],
      userId: 1,
      createdAt: now,
      revokedAt: null,
    }),
  );
  const key = { tenantId: testTenant, clientId: 'told', kind: 'company' } as const;
  const planned = await plansOf(async (recordingDb) => {
    const webhooks = webhookStore(recordingDb);
    const deliveries = deliveryStore(recordingDb);
    const webhook = { ...key, callbackUrl: 'https://a.example', sealedSecret: '', paused: false, createdAt: now };
    for (const _ of [1, 2]) await webhooks.put(webhook);
    for (const _ of [1, 2]) await webhooks.subscribe(key, ['recorded']);
    await new Importer(parts).take([[readEntry(entry({ company_id: 999_001 }))]]);
    expect(await deliveries.stirring(testTenant, now)).toEqual([key]);
    const subscription = await deliveries.open(key);
    if (subscription === null) throw new Error('no subscription');
    const { events, upTo } = await deliveries.take(subscription, 10);
    const [event] = events;
    if (event === undefined) throw new Error('no event');
    expect(await deliveries.attempt(key, event.objectId)).not.toBeNull();
    const delivery = { ...event, attempts: 1, firstAt: now, nextAt: now, state: 'waiting', lastError: 'x' } as const;
    expect(await deliveries.advance(subscription, upTo, [{ event, delivery }])).toBe(true);
    expect(await deliveries.due(key, now, 10)).toHaveLength(1);
    await deliveries.settle(key, [{ event, delivery: { ...delivery, state: 'parked' } }]);
    await deliveries.replay(testTenant, await deliveries.list(testTenant, true));
    await deliveries.settle(key, [{ event, delivery }]);
    await deliveries.settle(key, [{ event, delivery: null }]);
    await deliveries.overview(testTenant);
    await webhooks.remove(testTenant, 'told');
  });
  const log = planned.find(({ sql }) => sql.includes('FROM change c WHERE'));
  expect(log?.plan[0]).toBe('SEARCH c USING PRIMARY KEY (tenant_id=? AND revision>? AND revision<?)');
  const waits = planned.flatMap(({ plan }) => plan).filter((step) => /delivery_by_/.test(step));
  for (const step of waits) expect(step).toMatch(/\(tenant_id=\? AND client_id=\? AND kind=\? AND (state|object_id)=\?/);
  expect(waits.length).toBeGreaterThan(2);
  expectSeeking(planned);
});

test('a portion of an export continues where the last one ended', async () => {
  const planned = await plansOf(async (recordingDb) => {
    for await (const portion of trailStore(recordingDb).all(testTenant)) expect(portion.trails.length).toBeGreaterThan(0);
  });
  const portion = planned.find(({ sql }) => sql.includes('ORDER BY live'));
  expect(portion?.plan).toEqual([
    'SEARCH trail USING PRIMARY KEY (tenant_id=? AND (live,company_id,happened_at,trail_id)>(?,?,?,?))',
  ]);
  expectSeeking(planned.filter(({ sql }) => !sql.includes('schema_version')));
});

test('no statement of a check looks at two tenants at once', async () => {
  const planned = await plansOf((recordingDb) => checkStore(recordingDb, () => []));
  for (const { sql } of planned)
    if (/\b(trail|change)\b/.test(sql))
      expect(sql).toMatch(/tenant_id = \?|^SELECT min\(tenant_id\) FROM \w+ WHERE tenant_id > \?$/);
  expect(planned.length).toBeGreaterThan(10);
});

test('every table has its tenant in front of every key', () => {
  const tables = file
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name <> 'schema_version' AND name NOT LIKE 'sqlite_%'")
    .all();
  expect(tables.length).toBeGreaterThanOrEqual(12);
  for (const { name } of tables) {
    const columns = file.prepare('SELECT name, pk FROM pragma_table_info(?)').all(String(name));
    expect(columns.find((column) => column['pk'] === 1)?.['name'], `primary key of ${String(name)}`).toBe('tenant_id');
    for (const index of file.prepare('SELECT name FROM pragma_index_list(?)').all(String(name))) {
      const [first] = file.prepare('SELECT name FROM pragma_index_info(?) ORDER BY seqno').all(String(index['name']));
      expect(first?.['name'], String(index['name'])).toBe('tenant_id');
    }
    expect(file.prepare('SELECT * FROM pragma_foreign_key_list(?)').all(String(name)), String(name)).toEqual([]);
  }
});
