/** The chain as it is written out, and verified without the program. */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Workplace, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';

const verifier = fileURLToPath(new URL('../../bin/verify-audit.mjs', import.meta.url));

let at: Workplace;
let clean: () => Promise<void>;
/** After the first import. */
let firstHead = '';

/** The verifier, started where nothing of the program is. */
const verify = (...args: readonly string[]): Promise<{ code: number; said: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [verifier, ...args], { cwd: at.folder, encoding: 'utf8' }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), said: stdout + stderr }),
    ),
  );

const headOf = async (tenantId: number, ...args: readonly string[]): Promise<string> => {
  const { stdout } = await at.genjin(['audit', 'head', '--tenant', String(tenantId), ...args]);
  return new RegExp(`^${tenantId} (0:|\\d+:[\\w-]{43})\\n$`).exec(stdout)?.[1] ?? '';
};

beforeAll(async () => {
  at = workplace((atEnd) => (clean = atEnd));
  const entries = Array.from({ length: 40 }, (_, i) =>
    entry({ client_id: 7 + (i % 2), trail_id: 100 + i, company_id: i % 3, content: `secret words ${i} 客户` }),
  );
  const edited = entries
    .slice(0, 20)
    .map((one) => ({ ...one, content: 'secret words anew', update_time: '2024-06-01 00:00:00' }));
  const lines = (list: readonly unknown[]): string => list.map((one) => `${JSON.stringify(one)}\n`).join('');
  at.write('first.ndjson', lines(entries));
  at.write('then.ndjson', lines(edited));
  expect((await at.genjin(['import', 'first.ndjson'])).code).toBe(0);
  firstHead = await headOf(7);
  expect((await at.genjin(['import', 'then.ndjson'])).code).toBe(0);
  expect((await at.genjin(['erase', '--tenant', '7', '--trail', '100'])).stdout).toBe('erased: trail 100\n');
  expect(await at.genjin(['audit', 'export', 'audit.ndjson'])).toMatchObject({
    code: 0,
    stdout: 'exported: audit.ndjson\n',
    stderr: '',
  });
});

afterAll(() => clean());

test('it verifies, also against the head as it is and as it once was, and holds no text', async () => {
  const [seven, eight] = [await headOf(7), await headOf(8)];
  expect(await verify('audit.ndjson')).toEqual({
    code: 0,
    said: `tenant 7: right up to ${seven}\ntenant 8: right up to ${eight}\n`,
  });
  for (const [tenant, head] of [
    ['7', seven],
    ['7', firstHead],
    ['8', eight],
  ] as const)
    expect(await verify('audit.ndjson', '--head', head, '--tenant', tenant)).toMatchObject({ code: 0 });
  expect(at.read('audit.ndjson')).not.toMatch(/secret|客户/);
});

test('an erased store verifies by the program too, against the head before the erasure', async () => {
  for (const head of [firstHead, await headOf(7)])
    expect(await at.genjin(['check', '--head', head, '--tenant', '7'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/all is right\n$/),
    });
});

type Line = Record<string, unknown>;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** What somebody with the formulas can do: all hashes from a line on made anew. */
function rehashed(lines: readonly Line[], from: number, tenant: number): Line[] {
  let previous = from === 1 ? '' : String(lines[from - 1]?.['chain_hash']);
  return lines.map((line, i) => {
    if (i < from) return line;
    if ('head' in line) return { head: { revision: lines[i - 1]?.['revision'], chain_hash: previous } };
    const { revision, kind, object_id, action, actor, changed_at, before_revision, content_hash } = line;
    const header = JSON.stringify([tenant, revision, kind, object_id, action, actor, changed_at, before_revision]);
    previous = sha256(`${previous}\n${header}\n${content_hash}`);
    return { ...line, chain_hash: previous };
  });
}

/** The log of tenant 7, in lines: what it is, revisions 1, 2, …, the head. */
const spoilt: readonly [name: string, spoil: (lines: Line[]) => Line[], said: RegExp][] = [
  ['a revision is missing', (lines) => lines.toSpliced(5, 1), /line 6: revision 6 of tenant 7 comes after revision 4/],
  ['a revision is there twice', (lines) => lines.toSpliced(5, 0, lines[5] as Line), /line 7: revision 5 of tenant 7 comes after/],
  [
    'the tail is cut, and the head with it',
    (lines) => lines.slice(0, 9),
    /the file ends at revision 8 of tenant 7, without its head/,
  ],
  ['the tail is cut before the head', (lines) => lines.toSpliced(-2, 1), /line 34: the head of tenant 7 is not its last change/],
  ['a line is no JSON', (lines) => [...lines.slice(0, 3), '{' as never, ...lines.slice(3)], /line 4: /],
  ['another format', (lines) => [{ ...lines[0], format: 'genjin-audit-2' }, ...lines.slice(1)], /line 1: a log must begin here/],
  [
    'another tenant',
    (lines) => [{ ...lines[0], tenant_id: 8 }, ...lines.slice(1)],
    /line 2: revision 1 of tenant 8 is not what its hash says/,
  ],
  ...['kind', 'object_id', 'action', 'actor', 'changed_at', 'before_revision', 'content_hash', 'chain_hash'].map(
    (field): [string, (lines: Line[]) => Line[], RegExp] => [
      `another ${field}`,
      (lines) =>
        lines.with(6, { ...lines[6], [field]: typeof lines[6]?.[field] === 'number' ? Number(lines[6]?.[field]) + 1 : 'x' }),
      /line 7: revision 6 of tenant 7 is not what its hash says/,
    ],
  ),
];

const logOf = (): Line[] => {
  const lines = at
    .read('audit.ndjson')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
  return lines.slice(0, lines.findIndex((line) => 'head' in line) + 1);
};

for (const [name, spoil, said] of spoilt) {
  test(`${name}: said, and exit code 1`, async () => {
    const lines = spoil(logOf());
    at.write('spoilt.ndjson', lines.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join(''));
    const { code, said: output } = await verify('spoilt.ndjson');
    expect(output).toMatch(new RegExp(`^WRONG {2}${said.source}`));
    expect(code).toBe(1);
  });
}

test('a log that was cut or written anew with right hashes is found by a head that was kept', async () => {
  const head = await headOf(7);
  const write = (lines: readonly Line[]): void =>
    void at.write('forged.ndjson', lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const all = logOf();

  write(rehashed(all.toSpliced(-2, 1), all.length - 2, 7));
  expect(await verify('forged.ndjson')).toMatchObject({ code: 0 });
  expect(await verify('forged.ndjson', '--head', head)).toMatchObject({
    code: 1,
    said: expect.stringMatching(/its tail up to \d+ was cut/),
  });

  write(rehashed(all.with(3, { ...all[3], actor: 'user:1' }), 3, 7));
  expect(await verify('forged.ndjson')).toMatchObject({ code: 0 });
  for (const kept of [head, firstHead])
    expect(await verify('forged.ndjson', '--head', kept)).toMatchObject({
      code: 1,
      said: expect.stringMatching(/was written anew/),
    });
});

test('the store itself, cut: found by check against a head that was kept', async () => {
  const head = await headOf(8);
  cpSync(at.path('genjin-data'), at.path('cut'), { recursive: true });
  const file = new DatabaseSync(`${at.path('cut')}/genjin.sqlite`);
  const last = Number(head.split(':')[0]);
  file.exec(`DELETE FROM change WHERE tenant_id = 8 AND revision = ${last}`);
  file.exec(`UPDATE tenant SET revision = ${last - 1} WHERE tenant_id = 8`);
  file.close();
  const { code, stdout } = await at.genjin(['check', '--data', 'cut', '--head', head, '--tenant', '8']);
  expect(stdout).toContain(
    `WRONG  tenant 8: revision ${last}: the change log ends at revision ${last - 1}, but the head kept elsewhere`,
  );
  expect(code).toBe(1);
});

const refused: readonly [string, readonly string[], RegExp][] = [
  ['a head that is none', ['check', '--head', '12'], /--head: "12" is not accepted; accepted: REVISION:HASH/],
  ['a head of several', ['check', '--head', `1:${'a'.repeat(43)}`], /--head needs --tenant/],
  ['a tenant without a head', ['check', '--tenant', '7'], /--tenant goes with --head/],
  ['a tenant that is not there', ['audit', 'head', '--tenant', '9'], /there is no tenant 9; there are: 7, 8/],
  ['a file that is there', ['audit', 'export', 'first.ndjson'], /first.ndjson is there already/],
  [
    'nothing to erase named',
    ['erase', '--tenant', '7'],
    /give one of --trail, --comment, --contact, --lead-contact, --user, --file/,
  ],
  ['two things to erase', ['erase', '--tenant', '7', '--trail', '1', '--user', '1'], /give one of/],
  ['an entry that is not there', ['erase', '--tenant', '7', '--trail', '5'], /--trail: tenant 7 has no 5/],
];

for (const [name, args, reason] of refused)
  test(`${name}: refused`, async () => {
    expect(await at.genjin(args)).toMatchObject({ code: 1, stdout: '', stderr: expect.stringMatching(reason) });
  });

test('erased a second time: nothing is left, and nothing changes', async () => {
  const head = await headOf(7);
  expect(await at.genjin(['erase', '--tenant', '7', '--trail', '100'])).toMatchObject({
    code: 0,
    stdout: 'trail 100 has nothing to erase\n',
  });
  expect(await headOf(7)).toBe(head);
  expect((await at.genjin(['erase', '--tenant', '7', '--trail', '100'], { env: { LANG: 'zh_CN.UTF-8' } })).stdout).toBe(
    'trail 100 没有可删除的内容\n',
  );
});

test('the head of a log that has no change yet is accepted as it was printed', async () => {
  await at.genjin(['tenant', 'create', '--id', '4711', '--name', 'new']);
  const head = await headOf(4711);
  expect(head).toBe('0:');
  expect(await at.genjin(['check', '--tenant', '4711', '--head', head])).toMatchObject({ code: 0 });
});
