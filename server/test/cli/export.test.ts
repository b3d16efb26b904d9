import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import { program, workplace } from '../support/cli.ts';
import { recordsOf } from '../support/csv.ts';
import { entry, type WireEntry } from '../support/entries.ts';
import { sheetsOf } from '../support/xlsx.ts';

const endAt = Date.UTC(2024, 10, 4);
const firm = (clientId: number, entries: number): WireEntry[] => [
  ...generateFirm({ clientId, seed: clientId, entries, companies: 60, salespeople: 8, endAt, days: 365 }).map((one) => ({
    ...one,
  })),
];
const ndjson = (entries: readonly unknown[]): string => entries.map((one) => `${JSON.stringify(one)}\n`).join('');

const person = { email: 'x@y', tel_list: [['86', '13']], contact: [{ type: 'wechat', value: '微信' }] };
/** What a believable firm does not have. */
const odd: WireEntry[] = [
  entry({ client_id: 7, trail_id: 1, delete_flag: 1, company_id: 1 }),
  entry({ client_id: 7, trail_id: 2, enable_flag: 0 }),
  entry({ client_id: 7, trail_id: 3, enable_flag: 0, delete_flag: 1, lead_id: 4 }),
  entry({ client_id: 7, trail_id: 4, content: '', company_id: 1, company_info: [] }),
  entry({ client_id: 7, trail_id: 5, content: 'NUL \u0000 \u2028 \r\n 🙂', company_id: 9, company_info: [] }),
  entry({ client_id: 7, trail_id: 6, create_time: '1000-01-01 00:00:00', update_time: '9999-12-31 23:59:59' }),
  entry({ client_id: 7, trail_id: 7, create_time: '1969-12-31 23:59:59', type: 801, follow_up_id: 0, refer_id: 0 }),
  entry({
    client_id: 7,
    trail_id: Number.MAX_SAFE_INTEGER - 10,
    follow_up_id: 0,
    refer_id: 3,
    inquiry_id: 5,
    track_session_no: 6,
  }),
  entry({ client_id: 7, trail_id: 8, customer_id: [3, 2, 3], customer_info: [{ customer_id: 3, name: '满', ...person }] }),
  entry({ client_id: 7, trail_id: 9, company_id: 11, company_info: { company_id: 11, name: 'removed', is_archive: 0 } }),
  entry({ client_id: 7, trail_id: 10, company_id: 1, lead_id: 4, opportunity_id: 5, create_user: 6, lead_customer_id: [2] }),
];
odd[3] = { ...odd[3], company_info: { company_id: 1, name: 'company 1', is_archive: 1 } };
odd[8] = { ...odd[8], customer_info: [3, 3].map((customer_id) => ({ customer_id, name: '满', ...person })) };

test('export -> import into an empty store -> export gives the same bytes, and what was imported', async () => {
  const all = [...firm(23412, 1500), ...odd, ...firm(5, 1200)];
  const first = workplace();
  first.write('all.ndjson', ndjson(all));
  expect(await first.genjin(['import', 'all.ndjson'])).toMatchObject({ code: 0, stderr: '' });
  expect(await first.genjin(['export', 'out.ndjson'])).toEqual({
    code: 0,
    signal: null,
    stdout: 'exported: out.ndjson\n',
    stderr: '',
  });

  const key = (one: WireEntry): string => `${String(one['client_id'])} ${String(one['trail_id'])}`;
  const sorted = (entries: readonly WireEntry[]): WireEntry[] => entries.toSorted((a, b) => key(a).localeCompare(key(b)));
  const lines = first.read('out.ndjson').trimEnd().split('\n');
  const out = lines.map((line) => JSON.parse(line) as WireEntry);
  expect(sorted(out)).toEqual(sorted(all));
  // Tenant by tenant.
  expect(out.map((one) => one['client_id'])).toEqual(
    out.map((one) => one['client_id']).toSorted((a, b) => Number(a) - Number(b)),
  );
  for (const [i, line] of lines.entries()) expect(line).toBe(JSON.stringify(out[i]));

  const second = workplace();
  expect((await second.genjin(['import', first.path('out.ndjson')])).code).toBe(0);
  const again = await second.genjin(['export']);
  expect(again.code).toBe(0);
  expect(again.stdout).toBe(first.read('out.ndjson'));

  // The store that it came from does not change by it.
  const back = await first.genjin(['import', 'out.ndjson']);
  expect(back.stdout).toContain(`0 new, 0 changed, ${all.length} unchanged, 0 rejected`);

  const one = await first.genjin(['export', '--tenant', '7', '-']);
  expect(one.stdout).toBe(`${lines.filter((line) => line.includes('"client_id":7,')).join('\n')}\n`);
});

test('what is asked wrongly is refused with the reason', async () => {
  const at = workplace();
  expect(await at.genjin(['export'])).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/^genjin: there is no store in \.\/genjin-data/),
  });
  expect(at.exists('genjin-data')).toBe(false);
  at.write('a.ndjson', ndjson([entry({ trail_id: 100 })]));
  await at.genjin(['import', 'a.ndjson']);

  const refused = await at.genjin(['export', 'a.ndjson']);
  expect(refused).toEqual({ code: 1, signal: null, stdout: '', stderr: 'genjin: a.ndjson is there already\n' });
  expect(at.read('a.ndjson')).toContain('"trail_id":100');

  const cases: [string, string[], RegExp][] = [
    ['a tenant that is not there', ['--tenant', '99'], /there is no tenant 99; there are: 23412/],
    ['no id', ['--tenant', 'abc'], /--tenant: "abc" is not accepted; accepted: a whole number/],
    ['a folder that is not there', ['missing/out.ndjson'], /ENOENT/],
  ];
  for (const [name, args, reason] of cases) {
    const { code, stdout, stderr } = await at.genjin(['export', ...args]);
    expect({ code, stdout }, name).toEqual({ code: 1, stdout: '' });
    expect(stderr, name).toMatch(reason);
    expect(stderr.trimEnd().split('\n'), name).toHaveLength(1);
  }
});

/** Runs a shell line with the program as `$GENJIN`. */
function shell(line: string, cwd: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', GENJIN: program.join(' ') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, stdout, stderr })));
}

test('a reader that goes away early ends the export without a word; a slow one gets everything', async () => {
  const at = workplace();
  // Far more than a pipe holds.
  const many = firm(23412, 12_000);
  at.write('many.ndjson', ndjson(many));
  expect((await at.genjin(['import', 'many.ndjson'])).code).toBe(0);

  const head = await shell('$GENJIN export | head -1', at.folder);
  expect(head).toEqual({ code: 0, stdout: expect.stringMatching(/^\{"follow_up_id":\d+.*\}\n$/), stderr: '' });

  const slow = await shell('$GENJIN export | (sleep 1; cat > slow.ndjson)', at.folder);
  expect(slow).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(at.read('slow.ndjson').trimEnd().split('\n')).toHaveLength(many.length);

  const back = await shell(
    '$GENJIN export | $GENJIN import --data other - && $GENJIN export --data other | cmp - slow.ndjson',
    at.folder,
  );
  expect(back).toEqual({ code: 0, stdout: 'stdin: 12000 entries: 12000 new, 0 changed, 0 unchanged, 0 rejected\n', stderr: '' });
});

describe('a filter, and files for people', () => {
  const at = workplace(afterAll);
  const trails = Array.from({ length: 700 }, (_, i) =>
    entry({
      trail_id: 100 + i,
      type: 101 + (i % 3),
      company_id: 1 + (i % 2),
      create_user: 7 + (i % 2),
      content: i === 699 ? 'NUL \0' : `=SUM(${i}) 发货`,
      create_time: `2024-05-0${1 + (i % 9)} 12:00:00`,
      delete_flag: i % 10 === 0 ? 1 : 0,
    }),
  );
  beforeAll(async () => {
    at.write('all.ndjson', ndjson(trails));
    expect((await at.genjin(['import', 'all.ndjson'])).code).toBe(0);
  });

  const shown = (one: WireEntry): boolean => one['delete_flag'] === 0;
  const newestFirst = (entries: readonly WireEntry[]): WireEntry[] =>
    entries.toSorted(
      (a, b) => String(b['create_time']).localeCompare(String(a['create_time'])) || Number(b['trail_id']) - Number(a['trail_id']),
    );
  const cases: [args: string, expected: WireEntry[]][] = [
    ['--sort desc', newestFirst(trails.filter(shown))],
    ['--sort asc', newestFirst(trails.filter(shown)).toReversed()],
    ['--removed', newestFirst(trails.filter((one) => !shown(one)))],
    [
      '--company 2 --type 101,103',
      newestFirst(trails.filter((one) => shown(one) && one['company_id'] === 2 && one['type'] !== 102)),
    ],
    [
      '--author 8 --from 2024-05-03',
      newestFirst(trails.filter((one) => shown(one) && one['create_user'] === 8 && String(one['create_time']) > '2024-05-03')),
    ],
    [
      '--to 2024-05-01 --keyword 发货',
      newestFirst(trails.filter((one) => shown(one) && String(one['create_time']) < '2024-05-02' && one['trail_id'] !== 799)),
    ],
    ['--as-of 0', []],
    ['--company 99', []],
  ];
  test.each(cases)('%s', async (args, expected) => {
    const { code, stdout, stderr } = await at.genjin(['export', ...args.split(' ')]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').slice(0, -1)).toEqual(expected.map((one) => JSON.stringify(one)));
  });

  test('csv and xlsx hold what the list shows, in its order', async () => {
    const expected = newestFirst(trails.filter((one) => shown(one) && one['type'] === 102)).map((one) => String(one['trail_id']));
    const csv = await at.genjin(['export', '--format', 'csv', '--language', 'en', '--type', '102']);
    const [header = [], ...records] = recordsOf(csv.stdout.slice(1));
    expect(records.map((record) => record[header.indexOf('Entry ID')])).toEqual(expected);
    expect(records[0]?.[header.indexOf('Content')]).toMatch(/^'=SUM\(\d+\) 发货$/);

    expect(await at.genjin(['export', '--format', 'xlsx', '--type', '102', 'out.xlsx'])).toMatchObject({ code: 0, stderr: '' });
    const [sheet] = sheetsOf(readFileSync(at.path('out.xlsx')));
    const place = sheet?.rows[0]?.indexOf('动态ID') as number;
    expect(sheet?.rows.slice(1).map((row) => row[place])).toEqual(expected);
  });

  const refused: [args: string[], reason: string | RegExp][] = [
    [['--format', 'pdf'], /^genjin: --format: "pdf" is not accepted; accepted: .*ndjson, csv, xlsx/],
    [['--language', 'fr'], /^genjin: --language: "fr" is not accepted/],
    [['--company', 'x'], /^genjin: --company: "x" is not accepted/],
    [['--author', '7,y'], /^genjin: --author\[1\]: "y" is not accepted/],
    [['--from', '2024-05-02', '--to', '2024-05-01'], /^genjin: --from: "2024-05-02" is not accepted/],
    [['--as-of', '99999999'], /^genjin: --as-of: 99999999 is not accepted; accepted: a revision up to the last one, \d+/],
    [['--keyword', '!'], /^genjin: --keyword: "!" is not accepted/],
    [['--format', 'csv'], /^genjin: CSV cannot hold it: entry 799 has a NUL character in Content; NDJSON can\n$/],
  ];
  test.each(refused)('%j is refused', async (args, reason) => {
    const { code, stderr } = await at.genjin(['export', ...args, 'refused.out']);
    expect(code).toBe(1);
    expect(stderr).toMatch(reason);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(readdirSync(at.folder).filter((name) => name.startsWith('refused'))).toEqual([]);
  });
});
