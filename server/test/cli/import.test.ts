import { expect, test } from 'vitest';
import { type Finished, type Workplace, workplace } from '../support/cli.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';

const page = (list: readonly unknown[]) => ({
  code: 200,
  message: 'success',
  now: '2024-11-04 10:49:07',
  data: { list, totalItem: list.length },
});
const ndjson = (entries: readonly unknown[]): string => entries.map((one) => `${JSON.stringify(one)}\n`).join('');
const entries = [100, 102, 104].map((trail_id) => entry({ trail_id, company_id: 1, content: `内容 ${trail_id}\n"quoted"` }));

async function exported(at: Workplace): Promise<WireEntry[]> {
  const { code, stdout } = await at.genjin(['export']);
  expect(code).toBe(0);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as WireEntry);
}

/** The summary of one file. */
const counts = ({ stdout }: Finished, name: string): string | undefined =>
  stdout.split('\n').find((line) => line.startsWith(`${name}: `));

test('every form of a file: a page as OKKI shows it, on one line, pages by line, an array, entries by line', async () => {
  const at = workplace();
  const forms: [string, (entries: readonly WireEntry[]) => string][] = [
    ['page.json', (list) => JSON.stringify(page(list), null, 2)],
    ['page-one-line.json', (list) => JSON.stringify(page(list))],
    ['page-crlf.json', (list) => JSON.stringify(page(list), null, 4).replaceAll('\n', '\r\n')],
    ['page-bom.json', (list) => `\ufeff${JSON.stringify(page(list), null, 2)}`],
    ['pages.ndjson', (list) => ndjson([page(list.slice(0, 2)), page([]), page(list.slice(2))])],
    ['array.json', (list) => JSON.stringify(list)],
    ['array-pretty.json', (list) => JSON.stringify(list, null, 2)],
    ['entries.ndjson', (list) => ndjson(list)],
    ['entries-no-last-newline.ndjson', (list) => ndjson(list).trimEnd()],
    ['entries-crlf-blank.ndjson', (list) => ndjson(list).replaceAll('\n', '\r\n\r\n')],
  ];
  // A tenant each, so that one process takes them all.
  const ofForm = (i: number): WireEntry[] => entries.map((one) => ({ ...one, client_id: 1000 + i }));
  for (const [i, [name, write]] of forms.entries()) at.write(name, write(ofForm(i)));
  const result = await at.genjin(['import', ...forms.map(([name]) => name)]);
  expect(result).toEqual({
    code: 0,
    signal: null,
    stdout: forms.map(([name]) => `${name}: 3 entries: 3 new, 0 changed, 0 unchanged, 0 rejected\n`).join(''),
    stderr: '',
  });
  const all = await exported(at);
  for (const [i, [name]] of forms.entries()) {
    expect(
      all.filter((one) => one['client_id'] === 1000 + i),
      name,
    ).toEqual(ofForm(i));
    expect(at.exists(`${name}.rejected.ndjson`), name).toBe(false);
  }
});

test('standard input', async () => {
  const at = workplace();
  const result = await at.genjin(['import', '-'], { input: `${ndjson(entries)}{"trail_id":1}\n` });
  expect(result.code).toBe(1);
  expect(counts(result, 'stdin')).toBe('stdin: 4 entries: 3 new, 0 changed, 0 unchanged, 1 rejected');
  expect(JSON.parse(at.read('stdin.rejected.ndjson'))).toMatchObject({ line: 4, text: '{"trail_id":1}' });
  expect(await exported(at)).toEqual(entries);
});

test('several files, each with its summary; a second time nothing changes', async () => {
  const at = workplace();
  at.write('a.ndjson', ndjson(entries.slice(0, 2)));
  at.write('b.json', JSON.stringify(page(entries.slice(1)), null, 2));
  const first = await at.genjin(['import', 'a.ndjson', 'b.json']);
  expect(first.stdout).toBe(
    'a.ndjson: 2 entries: 2 new, 0 changed, 0 unchanged, 0 rejected\nb.json: 2 entries: 1 new, 0 changed, 1 unchanged, 0 rejected\n',
  );
  const second = await at.genjin(['import', 'b.json', 'a.ndjson']);
  expect(second.code).toBe(0);
  expect(counts(second, 'a.ndjson')).toBe('a.ndjson: 2 entries: 0 new, 0 changed, 2 unchanged, 0 rejected');
  expect(await exported(at)).toEqual(entries);
  expect((await at.genjin(['check'])).stdout).toContain(`tenant ${testTenant}: 3 entries, revision 4`);
});

test('bad lines never stop the rest: each is written down with its line and reason, and the exit code is 1', async () => {
  const at = workplace();
  const bad: [string, RegExp][] = [
    ['{"trail_id": 7', /^not JSON: /],
    ['not JSON at all', /^not JSON: /],
    [JSON.stringify({ ...entries[0], trail_id: -1 }), /^trail_id: -1 is not accepted; accepted: a whole number/],
    [
      JSON.stringify({ ...entries[0], create_time: '2024-02-30 10:00:00' }),
      /^create_time: "2024-02-30 10:00:00" is not accepted/,
    ],
    ['5', /^entry: 5 is not accepted/],
    ['{"code":401,"message":"no","data":[]}', /^page without data\.list \(code 401\)/],
    [JSON.stringify({ ...entries[0], content: '\ud800' }), /^content: /],
  ];
  const lines = bad.flatMap(([line], i) => [line, JSON.stringify(entry({ trail_id: 200 + i }))]);
  at.write('mixed.ndjson', `${lines.join('\n')}\n`);
  const result = await at.genjin(['import', 'mixed.ndjson']);
  expect(result.code).toBe(1);
  expect(result.stdout).toBe(
    `mixed.ndjson: ${lines.length} entries: ${bad.length} new, 0 changed, 0 unchanged, ${bad.length} rejected\n` +
      '  reasons by line: mixed.ndjson.rejected.ndjson\n',
  );
  expect(result.stderr).toBe('');
  const rejected = at
    .read('mixed.ndjson.rejected.ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { line: number; reason: string; text: string });
  expect(rejected.map(({ line, text }) => ({ line, text }))).toEqual(bad.map(([text], i) => ({ line: 2 * i + 1, text })));
  for (const [i, [, reason]] of bad.entries()) expect(rejected[i]?.reason).toMatch(reason);
  expect((await exported(at)).map((one) => one['trail_id'])).toEqual(bad.map((_, i) => 200 + i));

  // What an earlier run rejected says nothing about this one.
  at.write('mixed.ndjson', ndjson(entries));
  expect((await at.genjin(['import', 'mixed.ndjson'])).code).toBe(0);
  expect(at.exists('mixed.ndjson.rejected.ndjson')).toBe(false);
});

test('bytes that are no UTF-8 are rejected, not changed', async () => {
  const at = workplace();
  const line = Buffer.from(JSON.stringify(entry({ trail_id: 100, content: 'X' })));
  line[line.indexOf('X')] = 0xff;
  at.write('latin.ndjson', Buffer.concat([line, Buffer.from(`\n${JSON.stringify(entries[1])}\n`)]));
  const result = await at.genjin(['import', 'latin.ndjson']);
  expect(result.code).toBe(1);
  expect(JSON.parse(at.read('latin.ndjson.rejected.ndjson'))).toMatchObject({ line: 1, reason: 'not UTF-8' });
  expect(await exported(at)).toEqual([entries[1]]);
});

test('files that cannot be read are refused before anything is imported', async () => {
  const at = workplace();
  at.write('a.ndjson', ndjson(entries));
  const result = await at.genjin(['import', 'a.ndjson', 'missing.json']);
  expect(result).toEqual({ code: 1, signal: null, stdout: '', stderr: 'genjin: there is no file missing.json\n' });
  expect(at.exists('genjin-data')).toBe(false);

  const folder = await at.genjin(['import', at.folder]);
  expect(folder.code).toBe(1);
  expect(folder.stderr).toMatch(/^genjin: [^\n]*EISDIR[^\n]*\n$/);

  const none = await at.genjin(['import']);
  expect(none.code).not.toBe(0);
  expect(none.stderr).toContain("missing required argument 'FILE'");
});

test('an empty file is no error', async () => {
  const at = workplace();
  const files = {
    'empty.json': '',
    'blank.json': '\n \n',
    'no-entries.json': JSON.stringify(page([])),
    'empty-array.json': '[]',
  };
  for (const [name, text] of Object.entries(files)) at.write(name, text);
  const result = await at.genjin(['import', ...Object.keys(files)]);
  expect(result.code).toBe(0);
  const summaries = Object.keys(files).map((name) => `${name}: 0 entries: 0 new, 0 changed, 0 unchanged, 0 rejected\n`);
  expect(result.stdout).toBe(summaries.join(''));
});

test('an import beside a server: the server sees it at once', async () => {
  const at = workplace();
  const credentials = await at.application(testTenant);
  const server = await at.serve();
  const token = await server.token(credentials);
  const list = async () => {
    const answer = await server.send('/v1/dynamic/trail/list?company_id=1', { headers: { Authorization: token } });
    return answer.json<{ data: { totalItem: number; list: WireEntry[] } }>().data;
  };
  expect(await list()).toEqual({ list: [], totalItem: 0 });
  at.write('a.ndjson', ndjson(entries));
  expect((await at.genjin(['import', 'a.ndjson'])).code).toBe(0);
  expect(await list()).toEqual({ list: entries.toReversed(), totalItem: 3 });
});
