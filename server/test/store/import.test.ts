import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { announceSeed, histories } from '../support/soak.ts';
import { exported, openStore, type TestStore } from './fixture.ts';

const revisions = async (store: TestStore): Promise<number> => (await store.rows('SELECT * FROM change')).length;
const objectOf = (kind: 'company' | 'opportunity', store: TestStore, id: number) =>
  store.core.objects.read(testTenant, (view) => view.get(kind, id));

const older = '2024-05-01 12:00:00';
const same = '2024-05-01 12:00:01';
const later = '2024-05-01 12:00:02';

describe('which of two states of an entry wins', () => {
  const here = { trail_id: 100, company_id: 1, content: 'here', update_time: same };
  const cases: [string, WireEntry, { content: string; revisions: number; count: object }][] = [
    ['the same again', {}, { content: 'here', revisions: 0, count: { added: 0, changed: 0, unchanged: 1, kept: 0 } }],
    [
      'a later one',
      { content: 'new', update_time: later },
      { content: 'new', revisions: 1, count: { added: 0, changed: 1, unchanged: 0, kept: 0 } },
    ],
    [
      'an older one',
      { content: 'new', update_time: older },
      { content: 'here', revisions: 0, count: { added: 0, changed: 0, unchanged: 0, kept: 1 } },
    ],
    [
      'another one of the same time: ours stays',
      { content: 'new' },
      { content: 'here', revisions: 0, count: { added: 0, changed: 0, unchanged: 0, kept: 1 } },
    ],
    [
      'a later one that differs in nothing else',
      { update_time: later },
      { content: 'here', revisions: 1, count: { added: 0, changed: 1, unchanged: 0, kept: 0 } },
    ],
    [
      'a later one that is removed and elsewhere',
      { content: 'gone', update_time: later, delete_flag: 1, company_id: 2, create_time: older },
      // The company is new, too.
      { content: 'gone', revisions: 2, count: { added: 0, changed: 1, unchanged: 0, kept: 0 } },
    ],
  ];
  for (const [name, second, expected] of cases) {
    test(name, async () => {
      const store = await openStore();
      expect(await store.take(entry(here))).toEqual({ added: 1, changed: 0, unchanged: 0, kept: 0 });
      const before = await revisions(store);
      expect(await store.take(entry({ ...here, ...second }))).toEqual(expected.count);
      const winner = expected.content === 'here' && expected.revisions === 0 ? here : { ...here, ...second };
      expect((await exported(store)).get(100)).toEqual(entry(winner));
      expect((await exported(store)).get(100)?.['content']).toBe(expected.content);
      expect((await revisions(store)) - before).toBe(expected.revisions);
    });
  }

  test('two states in one portion: the later one, wherever it stands', async () => {
    for (const order of [
      [older, later],
      [later, older],
    ]) {
      const store = await openStore();
      const states = order.map((time) => entry({ trail_id: 100, content: time, create_time: older, update_time: time }));
      expect(await store.take(...states)).toEqual({ added: 1, changed: 0, unchanged: 1, kept: 0 });
      expect((await exported(store)).get(100)?.['content']).toBe(later);
    }
  });
});

test('the same import twice makes no revision, whatever is in it', async () => {
  const store = await openStore();
  const person = (customer_id: number, name: string) => ({
    customer_id,
    name,
    email: 'a@b',
    tel_list: [['86', '1']],
    contact: [],
  });
  const entries = [
    entry({ trail_id: 100, company_id: 1, customer_id: [7, 8], customer_info: [person(7, 'a')], lead_id: 3 }),
    // Contact 7 and company 1 in another state at the same instant, and the same entry twice.
    entry({ trail_id: 102, company_id: 1, customer_id: [7], customer_info: [person(7, 'b')] }),
    entry({ trail_id: 104, company_id: 1, company_info: { company_id: 1, name: 'other', is_archive: 0 } }),
    entry({ trail_id: 106, opportunity_id: 5, enable_flag: 0 }),
    entry({ trail_id: 106, opportunity_id: 5, enable_flag: 0 }),
    entry({ trail_id: 108, client_id: 9, company_id: 1, delete_flag: 1 }),
  ];
  await store.take(...entries);
  const [before, all] = [await revisions(store), [...(await exported(store))]];
  expect(await store.take(...entries)).toEqual({ added: 0, changed: 0, unchanged: 6, kept: 0 });
  expect(await store.take(...entries.toReversed())).toEqual({ added: 0, changed: 0, unchanged: 6, kept: 0 });
  expect(await revisions(store)).toBe(before);
  expect([...(await exported(store))]).toEqual(all);
});

test('joined objects: the state from the entry with the later update_time wins, and is known from then', async () => {
  const store = await openStore();
  const named = (trail_id: number, name: string, update_time: string) =>
    entry({ trail_id, company_id: 1, company_info: { company_id: 1, name, is_archive: 1 }, update_time });
  const company = async () => (await store.rows('SELECT name, known_at FROM company'))[0];
  const cases: [string, string, string, string, string][] = [
    ['first', 'A', same, 'A', same],
    ['older', 'B', older, 'A', same],
    ['tie', 'C', same, 'A', same],
    ['later', 'D', later, 'D', later],
    ['later, the same', 'D', '2024-05-01 12:00:09', 'D', '2024-05-01 12:00:09'],
    ['between', 'E', '2024-05-01 12:00:05', 'D', '2024-05-01 12:00:09'],
  ];
  for (const [i, [name, told, at, expected, known]] of cases.entries()) {
    await store.take(named(100 + 2 * i, told, at));
    expect(await company(), name).toEqual({ name: expected, known_at: Date.parse(`${known.replace(' ', 'T')}+08:00`) });
  }
});

describe('partial knowledge completes and never wipes', () => {
  const alone = { opportunity_id: 5, opportunity_info: { opportunity_id: 5, name: 'deal' } };
  const withCompany = { ...alone, company_id: 1 };
  const cases: [string, [WireEntry, string][]][] = [
    [
      'company first, then later without',
      [
        [withCompany, older],
        [alone, later],
      ],
    ],
    [
      'without first, then later with',
      [
        [alone, older],
        [withCompany, later],
      ],
    ],
    [
      'later without first, then older with',
      [
        [alone, later],
        [withCompany, older],
      ],
    ],
    [
      'without and with at the same instant',
      [
        [alone, same],
        [withCompany, same],
      ],
    ],
    [
      'with and without at the same instant',
      [
        [withCompany, same],
        [alone, same],
      ],
    ],
  ];
  for (const portions of ['one portion', 'a portion each']) {
    for (const [name, told] of cases) {
      test(`an opportunity's company: ${name}, ${portions}`, async () => {
        const store = await openStore();
        const entries = told.map(([fields, update_time], i) => entry({ trail_id: 100 + 2 * i, ...fields, update_time }));
        if (portions === 'one portion') await store.take(...entries);
        else for (const one of entries) await store.take(one);
        expect(await objectOf('opportunity', store, 5)).toMatchObject({ opportunityId: 5, name: 'deal', companyId: 1 });
      });
    }
  }

  test('an entry that names a company without telling of it leaves what is known', async () => {
    const store = await openStore();
    await store.take(entry({ trail_id: 100, company_id: 1, update_time: older }));
    await store.take(entry({ trail_id: 102, company_id: 1, company_info: [], update_time: later }));
    expect(await objectOf('company', store, 1)).toMatchObject({ companyId: 1, name: 'company 1', removed: false });
    expect((await exported(store)).get(102)?.['company_info']).toEqual({ company_id: 1, name: 'company 1', is_archive: 1 });
  });
});

/** Everything that stands in the store but the revisions, which tell the order of arrival. */
async function contentsOf(store: TestStore): Promise<unknown> {
  const tables = ['trail', 'company', 'contact', 'lead_contact', 'lead', 'opportunity', 'member', 'file'];
  const contents: unknown[] = [];
  for (const table of tables)
    contents.push((await store.rows(`SELECT * FROM ${table} ORDER BY 1, 2, 3, 4, 5`)).map(({ revision, ...rest }) => rest));
  return contents;
}

test('but for ties the order of arrival changes nothing', { timeout: 600_000 }, async () => {
  const seed = announceSeed('import in any order');
  const told = fc.record({
    client_id: fc.constantFrom(1, 2),
    trail_id: fc.integer({ min: 100, max: 110 }),
    company_id: fc.integer({ min: 1, max: 3 }),
    lead_id: fc.nat(2),
    opportunity_id: fc.nat(2),
    create_user: fc.nat(2),
    customer_id: fc.subarray([1, 2, 3]),
    enable_flag: fc.constantFrom(0, 1, 1),
    delete_flag: fc.constantFrom(0, 0, 1),
    content: fc.string({ unit: 'grapheme', maxLength: 5 }),
    word: fc.string({ maxLength: 3 }),
  });
  const history = fc.array(told, { minLength: 2, maxLength: 25 }).map((all) =>
    // No two of the same time.
    all.map(({ word, ...fields }, i) => {
      const update_time = `2024-05-01 12:00:${String(i).padStart(2, '0')}`;
      const made = entry({ ...fields, create_time: '2024-05-01 11:00:00', update_time });
      const company_info = { company_id: fields.company_id, name: word, is_archive: i % 2 };
      return { ...made, company_info };
    }),
  );
  const shuffled = history.chain((entries) =>
    fc.tuple(fc.constant(entries), fc.shuffledSubarray(entries, { minLength: entries.length }), fc.integer({ min: 1, max: 10 })),
  );
  await fc.assert(
    fc.asyncProperty(shuffled, async ([entries, others, portion]) => {
      const [one, two] = [await openStore(), await openStore()];
      await one.take(...entries);
      for (let from = 0; from < others.length; from += portion) await two.take(...others.slice(from, from + portion));
      expect(await contentsOf(two)).toEqual(await contentsOf(one));
      await one.core.close();
      await two.core.close();
    }),
    { numRuns: histories(500), seed },
  );
});

test('types that nobody may record are kept, and every number as it came', async () => {
  const store = await openStore();
  const types = [801, 802, 1201, 1203, 1204, 1, 999_999, Number.MAX_SAFE_INTEGER];
  const max = Number.MAX_SAFE_INTEGER;
  const large = { inquiry_id: max, track_session_no: max, comment_count: max };
  await store.take(...types.map((type, i) => entry({ trail_id: 100 + i, type, follow_up_id: 0, refer_id: 55, ...large })));
  const entries = await exported(store);
  for (const [i, type] of types.entries()) {
    expect(entries.get(100 + i)).toEqual(entry({ trail_id: 100 + i, type, follow_up_id: 0, refer_id: 55, ...large }));
  }
});

test('texts are kept exactly, in entries and in what they join', async () => {
  const store = await openStore();
  const texts = [
    '',
    ' ',
    '  spaces around  ',
    '\u0000',
    'before\u0000after',
    'line\nbreak\r\nand\rreturn\ttab',
    'emoji 🙂👨‍👩‍👧 and 𠮷',
    'separators \u2028 and \u2029',
    'e\u0301 is not é; \ufeff and \u200b stay',
    '"quotes" \\backslash\\ </script> &amp;',
    '\u0001\u001f\u007f\u0080',
    '跟进'.repeat(50_000),
  ];
  const about = (text: string, i: number): WireEntry =>
    entry({
      trail_id: 100 + i,
      content: text,
      company_id: 1000 + i,
      company_info: { company_id: 1000 + i, name: text, is_archive: 1 },
      customer_id: [2000 + i],
      customer_info: [
        { customer_id: 2000 + i, name: text, email: text, tel_list: [[text, text]], contact: [{ type: text, value: text }] },
      ],
      create_user: 3000 + i,
      create_user_info: { user_id: String(3000 + i), nickname: text, avatar: text },
    });
  await store.take(...texts.map(about));
  const entries = await exported(store);
  for (const [i, text] of texts.entries())
    expect(entries.get(100 + i), JSON.stringify(text.slice(0, 40))).toEqual(about(text, i));
});

test('tenants that entries name are made, with their id as their name; those there are keep theirs', async () => {
  const store = await openStore();
  await store.core.tenants.create({ tenantId: 7, name: '企业 7', createdAt: 1 });
  await store.take(entry({ client_id: 7, trail_id: 100 }), entry({ client_id: 8, trail_id: 100 }));
  expect(await store.core.tenants.list()).toEqual([
    { tenantId: 7, name: '企业 7', createdAt: 1 },
    { tenantId: 8, name: '8', createdAt: store.clock.at },
  ]);
  expect([...(await exported(store, 7)).keys(), ...(await exported(store, 8)).keys()]).toEqual([100, 100]);
});
