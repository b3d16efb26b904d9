/** An import from the page: its preview, and what it does. */
import { request } from 'node:http';
import { Readable } from 'node:stream';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { IncomingFile } from '../../src/domain/file.ts';
import { noCall } from '../../src/http/route.ts';
import { importRoutes } from '../../src/http/routes/import-routes.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { formOf, formType } from '../support/form.ts';
import type { Envelope } from '../support/http.ts';
import { addStaff, type Page, pageHeaders, type Staff, signedIn } from '../support/page.ts';
import { listPath, startServer, type TestServer } from '../support/server.ts';

const previewPath = '/v1/admin/import/preview';
const runPath = '/v1/admin/import/run';
const form = { 'Content-Type': formType };

interface Counts {
  readonly totalItem: number;
  readonly new_count: number;
  readonly changed_count: number;
  readonly unchanged_count: number;
  readonly kept_count: number;
  readonly rejected_count: number;
}
interface Rejected {
  readonly row: number;
  readonly field: string;
  readonly value: string;
  readonly accepted: string;
  readonly reason: string;
}
type Data = Counts & { readonly list?: readonly WireEntry[]; readonly rejected_list: readonly Rejected[] };

let server: TestServer;
let boss: Staff;
let admin: Page;
beforeEach(async () => {
  server = await startServer();
  onTestFinished(() => server.close());
  boss = await addStaff(server, 'admin');
  admin = await signedIn(server, boss);
});

const lines = (...entries: readonly unknown[]): string => entries.map((one) => `${JSON.stringify(one)}\n`).join('');

/** One file. */
const formWith = (bytes: string | Buffer, filename = 'all.ndjson'): Buffer => formOf([{ filename, bytes }]);

async function ask(path: string, body: Buffer): Promise<Data> {
  const answer = await admin.post(path, body, form);
  expect(answer.status, answer.text).toBe(200);
  const { code, message, data } = answer.json<Envelope<Data>>();
  expect({ code, message }).toEqual({ code: 200, message: 'success' });
  return data;
}
const preview = (bytes: string | Buffer): Promise<Data> => ask(previewPath, formWith(bytes));
const run = (bytes: string | Buffer): Promise<Data> => ask(runPath, formWith(bytes));

const countsOf = ({ totalItem, new_count, changed_count, unchanged_count, kept_count, rejected_count }: Data): number[] => [
  totalItem,
  new_count,
  changed_count,
  unchanged_count,
  kept_count,
  rejected_count,
];
const revision = async (): Promise<number> => (await server.core.trailStore.head(testTenant)).revision;
const listed = async (query = ''): Promise<readonly WireEntry[]> =>
  (await admin.get(`${listPath}?count=1000${query}`)).json<Envelope<{ list: WireEntry[] }>>().data.list;

const older = '2024-05-01 12:00:00';
const later = '2024-06-01 12:00:00';

/** In the store before: 1 and 2. */
const known = [
  entry({ trail_id: 1, company_id: 7, content: 'as it was', create_time: older }),
  entry({ trail_id: 2, company_id: 7, content: 'ours', create_time: later }),
];
/** One of each: new, changed, kept, and the new one once more. */
const file = lines(
  entry({ trail_id: 3, company_id: 8, create_user: 501, customer_id: [9], content: '寄出样品', create_time: older }),
  entry({ trail_id: 1, company_id: 7, content: 'as it is', create_time: older, update_time: later }),
  entry({ trail_id: 2, company_id: 7, content: 'theirs', create_time: later, update_time: older }),
  entry({ trail_id: 3, company_id: 8, create_user: 501, customer_id: [9], content: '寄出样品', create_time: older }),
);

describe('what a preview says is what the import does', () => {
  test('of entries that are new, changed, unchanged and older', async () => {
    await server.import(known);
    const before = await revision();
    const found = await preview(file);
    expect(countsOf(found)).toEqual([4, 1, 1, 1, 1, 0]);
    expect(found.list?.map((one) => [one['trail_id'], one['content']])).toEqual([
      [3, '寄出样品'],
      [1, 'as it is'],
      [2, 'ours'],
    ]);
    expect(await revision()).toBe(before);
    expect((await listed()).map((one) => one['trail_id'])).toEqual([2, 1]);

    const { list: _shown, ...said } = found;
    expect(await run(file)).toEqual(said);
    const now = new Map((await listed()).map((one) => [one['trail_id'], one]));
    for (const shown of found.list ?? []) expect(now.get(shown['trail_id'])).toEqual(shown);
    const [change] = await server.place.rows(
      `SELECT actor FROM change WHERE tenant_id = ${testTenant} AND kind = 'trail' ORDER BY revision DESC LIMIT 1`,
    );
    expect(change).toEqual({ actor: `user:${boss.userId}` });

    // Once more, nothing is new.
    const end = await revision();
    expect(countsOf(await run(file))).toEqual([4, 0, 0, 3, 1, 0]);
    expect(await revision()).toBe(end);
  });

  test('of names that later rows bring', async () => {
    const named = (trail_id: number, name: string, update_time: string) =>
      entry({ trail_id, company_id: 7, company_info: { company_id: 7, name, is_archive: 1 }, create_time: older, update_time });
    const body = lines(named(1, 'former name', older), named(2, 'the name now', later));
    const { list } = await preview(body);
    expect(list?.map((one) => one['company_info'])).toEqual([
      { company_id: 7, name: 'the name now', is_archive: 1 },
      { company_id: 7, name: 'the name now', is_archive: 1 },
    ]);
    await run(body);
    expect((await listed('&sort=asc')).map((one) => one['company_info'])).toEqual(list?.map((one) => one['company_info']));
  });

  test('in every form of file', async () => {
    const entries = [1, 2, 3].map((trail_id) => entry({ trail_id }));
    const forms: [name: string, bytes: string][] = [
      ['an entry a line', lines(...entries)],
      ['a list', JSON.stringify(entries)],
      [
        'pages',
        lines(
          { code: 200, message: 'success', data: { list: entries.slice(0, 2), totalItem: 3 } },
          { data: { list: entries.slice(2) } },
        ),
      ],
      ['indented, with a byte order mark', `\ufeff${JSON.stringify(entries, null, 2)}`],
    ];
    for (const [name, bytes] of forms) {
      expect({ name, counts: countsOf(await preview(bytes)) }).toEqual({ name, counts: [3, 3, 0, 0, 0, 0] });
    }
  });

  test('of several files, one after the other', async () => {
    const body = formOf([
      { filename: 'a.ndjson', bytes: lines(entry({ trail_id: 1 }), entry({ trail_id: 2 })) },
      { filename: 'b.json', bytes: JSON.stringify([entry({ trail_id: 3 }), { ...entry(), type: 'x' }]) },
    ]);
    for (const path of [previewPath, runPath]) {
      const found = await ask(path, body);
      expect(countsOf(found)).toEqual([4, 3, 0, 0, 0, 1]);
      expect(found.rejected_list).toMatchObject([{ file: 'b.json', row: 1, field: 'type', value: '"x"' }]);
    }
  });

  test('nothing', async () => {
    expect(await preview('')).toEqual({
      ...{ totalItem: 0, new_count: 0, changed_count: 0, unchanged_count: 0, kept_count: 0, rejected_count: 0 },
      list: [],
      rejected_list: [],
    });
  });

  test('more than a load, of which the first 20 are shown in the order of the file', async () => {
    const entries = Array.from({ length: 2500 }, (_, i) => entry({ trail_id: 5000 - i, company_id: 1 + (i % 7) }));
    // What came in the first load comes again in the last: once the same, and once another and later.
    const again = { ...entries[1], content: 'other', update_time: '2030-01-01 00:00:00' };
    const found = await preview(lines(...entries, entries[0], again));
    expect(countsOf(found)).toEqual([2502, 2500, 1, 1, 0, 0]);
    expect(found.list?.[1]?.['content']).toBe('other');
    expect(found.list?.map((one) => one['trail_id'])).toEqual(Array.from({ length: 20 }, (_, i) => 5000 - i));
    expect(countsOf(await run(lines(...entries, entries[0], again)))).toEqual([2502, 2500, 1, 1, 0, 0]);
    expect((await admin.get(listPath)).json<Envelope<{ totalItem: number }>>().data.totalItem).toBe(2500);
  });
});

describe('rows that are rejected', () => {
  const body = [
    JSON.stringify(entry({ trail_id: 1 })),
    JSON.stringify({ ...entry({ trail_id: 2 }), create_time: 'yesterday' }),
    '{"trail_id": 3,',
    JSON.stringify({ ...entry({ trail_id: 4 }), client_id: 777 }),
    JSON.stringify({ ...entry({ trail_id: 5 }), client_id: undefined }),
    JSON.stringify({ ...entry({ trail_id: 6 }), content: '\ud800' }),
    JSON.stringify({ ...entry({ trail_id: 7 }), company_info: { company_id: 1, name: 5 } }),
    '"text"',
  ].join('\n');
  const whole = 'a whole number from 1 to 9007199254740991';
  const expected = [
    [2, 'create_time', '"yesterday"', 'a time YYYY-MM-DD HH:mm:ss that exists'],
    [3, '', '', ''],
    [4, 'client_id', '777', `${testTenant}, the id of your own enterprise`],
    [5, 'client_id', '', whole],
    [6, 'content', '"\\ud800"', 'well-formed Unicode text'],
    [7, 'company_info.name', '5', 'a text'],
    [8, 'entry', '"text"', 'a JSON object with the fields of the trail list'],
  ];

  test('are named with row, field, value and what is accepted; the others are taken', async () => {
    for (const path of [previewPath, runPath]) {
      const found = await ask(path, formWith(body));
      expect(countsOf(found)).toEqual([8, 1, 0, 0, 0, 7]);
      expect(found.rejected_list.map(({ row, field, value, accepted }) => [row, field, value, accepted])).toEqual(expected);
      expect(found.rejected_list[1]?.reason).toMatch(/^not JSON: /);
      expect(found.rejected_list[2]?.reason).toBe(
        `client_id: 777 is not accepted; accepted: ${testTenant}, the id of your own enterprise`,
      );
    }
    expect((await listed()).map((one) => one['trail_id'])).toEqual([1]);
    // Nothing of the other enterprise was made either.
    expect(await server.core.tenants.get(777)).toBeNull();
  });

  test('are counted all, and the first 1,000 named, long values by their beginning', async () => {
    const long = 'x'.repeat(5000);
    const found = await run(lines(...Array.from({ length: 1005 }, () => ({ ...entry(), create_time: long }))));
    expect(countsOf(found)).toEqual([1005, 0, 0, 0, 0, 1005]);
    expect(found.rejected_list).toHaveLength(1000);
    for (const { value, reason } of found.rejected_list) expect([value.length <= 101, reason.length < 300]).toEqual([true, true]);
  });
});

describe('what is refused', () => {
  const noFile = 'file is missing; accepted: files with their names, each in a field "file"';
  const refusals: [name: string, body: unknown, headers: Record<string, string>, status: number, message: string][] = [
    ['no body', undefined, {}, 200, noFile],
    ['JSON', [entry()], { 'Content-Type': 'application/json' }, 200, noFile],
    ['a form without a file', formOf([]), form, 200, noFile],
    [
      'another field',
      formOf([{ filename: 'a', bytes: 'x', field: 'upload' }]),
      form,
      200,
      'upload: "a part" is not accepted; accepted: files with their names, each in a field "file"',
    ],
    ['no form', 'x', form, 400, 'the request could not be read: it is no whole multipart/form-data'],
  ];
  test.each(refusals)('%s', async (_name, body, headers, status, message) => {
    for (const path of [previewPath, runPath]) {
      const answer = await admin.post(path, body, headers);
      expect([answer.status, answer.json().message]).toEqual([status, message]);
    }
  });

  /** The routes with other limits. */
  const routeOf = (path: string, limits: { bytes: number; previewed: number }) => {
    const route = importRoutes(server.core.importer, limits).find((one) => one.path === path);
    if (route === undefined) throw new Error(path);
    return route;
  };
  const caller = {
    tenantId: testTenant,
    clientId: 'x',
    userId: 1,
    member: true,
    scopes: new Set<string>(),
    actor: 'user:1' as const,
  };
  async function* filesOf(text: string): AsyncGenerator<IncomingFile> {
    yield { name: 'all.ndjson', bytes: Readable.from([Buffer.from(text)]) };
  }

  test('more entries than a preview takes', async () => {
    const route = routeOf(previewPath, { bytes: 1_000_000, previewed: 10 });
    const asked = (count: number) =>
      route.handle(caller, {}, { ...noCall, files: filesOf(lines(...Array.from({ length: count }, () => entry()))) });
    await expect(asked(10)).resolves.toContain('"totalItem":10');
    await expect(asked(11)).rejects.toThrow(/^a preview takes at most 10 entries: /);
  });

  test('a file that is too large', async () => {
    const route = routeOf(runPath, { bytes: 1000, previewed: 10 });
    const asked = (length: number) => route.handle(caller, {}, { ...noCall, files: filesOf('\n'.repeat(length)) });
    await expect(asked(1000)).resolves.toContain('"totalItem":0');
    await expect(asked(1001)).rejects.toThrow(/^the file all.ndjson is larger than 1000 bytes$/);
  });

  test('a second one of the same enterprise meanwhile', async () => {
    const route = routeOf(runPath, { bytes: 1_000_000, previewed: 10 });
    const going = Promise.withResolvers<void>();
    async function* slow(): AsyncGenerator<IncomingFile> {
      await going.promise;
      yield* filesOf(lines(entry({ trail_id: 1 })));
    }
    const first = route.handle(caller, {}, { ...noCall, files: slow() });
    await expect(route.handle(caller, {}, { ...noCall, files: filesOf('') })).rejects.toThrow(/^another import /);
    const other = { ...caller, tenantId: 777 };
    await expect(route.handle(other, {}, { ...noCall, files: filesOf('') })).resolves.toContain('"totalItem":0');
    going.resolve();
    await expect(first).resolves.toContain('"new_count":1');
    await expect(route.handle(caller, {}, { ...noCall, files: filesOf('') })).resolves.toContain('"totalItem":0');
  });

  test('a file that breaks off: what came before is taken whole, and the next import begins', async () => {
    const outgoing = request({
      port: server.port,
      path: runPath,
      method: 'POST',
      headers: { ...pageHeaders, ...form, Cookie: admin.cookie ?? '', 'Content-Length': '1000000' },
      agent: false,
    });
    outgoing.on('error', () => undefined);
    outgoing.write(formWith(lines(...Array.from({ length: 30 }, (_, i) => entry({ trail_id: i + 1 })))).subarray(0, -40));
    await new Promise((resolve) => setTimeout(resolve, 200));
    outgoing.destroy();
    await expect
      .poll(async () => (await admin.post(runPath, formWith(lines(entry({ trail_id: 100 }))), form)).json().code)
      .toBe(200);
    expect((await listed()).map((one) => one['trail_id'])).toEqual([100]);
  });

  test('who is no admin', async () => {
    const member = await signedIn(server, await addStaff(server, 'member'));
    for (const path of [previewPath, runPath]) {
      expect((await member.post(path, formWith(lines(entry({ trail_id: 1 }))), form)).status).toBe(403);
      expect((await server.post(await server.tokenOf(), path, [entry({ trail_id: 1 })])).status).toBe(403);
      const fromElsewhere = await admin.post(path, formWith(lines(entry({ trail_id: 1 }))), { ...form, 'X-Genjin-Page': '0' });
      expect(fromElsewhere.status).toBe(403);
    }
    expect(await listed()).toEqual([]);
  });
});

test('others write and read while an import runs', async () => {
  const body = lines(...Array.from({ length: 12_000 }, (_, i) => entry({ trail_id: i + 1, company_id: 1 + (i % 50) })));
  const running = run(body);
  const token = await server.tokenOf();
  let recorded = 0;
  let done = false;
  void running.finally(() => {
    done = true;
  });
  while (!done) {
    const answer = await server.post(token, '/v1/dynamic/trail/push', { company_id: 1, content: 'meanwhile' });
    // The company may not be there yet.
    if (answer.json().code === 200) recorded += 1;
  }
  expect(countsOf(await running)).toEqual([12_000, 12_000, 0, 0, 0, 0]);
  expect(recorded).toBeGreaterThan(0);
});
