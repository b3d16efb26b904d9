import { copyFileSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Workplace, workplace } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import { pushPath } from '../support/server.ts';

async function importInto(at: Workplace, ids: readonly number[], data = 'genjin-data'): Promise<void> {
  at.write('some.ndjson', ids.map((trail_id) => `${JSON.stringify(entry({ trail_id, company_id: 1 }))}\n`).join(''));
  expect((await at.genjin(['import', 'some.ndjson', '--data', data])).code).toBe(0);
}

async function idsIn(at: Workplace, data: string): Promise<unknown[]> {
  const { code, stdout, stderr } = await at.genjin(['export', '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => (JSON.parse(line) as { trail_id: unknown }).trail_id);
}

test('a backup while a server is being written to is one whole state with everything acknowledged before it', async () => {
  const at = workplace();
  await importInto(at, [100]);
  const credentials = await at.application(testTenant);
  const server = await at.serve();
  const token = await server.token(credentials);
  const acknowledged: number[] = [];
  let writing = true;
  const pushing = Array.from({ length: 4 }, async () => {
    while (writing) {
      const answer = await server.send(pushPath, {
        method: 'POST',
        headers: { Authorization: token, 'Content-Type': 'application/json' },
        body: { company_id: 1, content: 'while backing up' },
      });
      acknowledged.push(answer.json<{ data: { trail_id: number } }>().data.trail_id);
    }
  });
  while (acknowledged.length < 50) await new Promise((resolve) => setTimeout(resolve, 5));
  const before = [...acknowledged];
  const result = await at.genjin(['backup', 'copy.sqlite']);
  writing = false;
  await Promise.all(pushing);
  expect(result).toEqual({ code: 0, signal: null, stdout: 'backup written: copy.sqlite\n', stderr: '' });
  expect(acknowledged.length).toBeGreaterThan(before.length);
  expect(statSync(at.path('copy.sqlite')).mode & 0o777).toBe(0o600);
  expect(readdirSync(at.folder).filter((name) => name.includes('.part'))).toEqual([]);
  expect((await server.end('SIGTERM')).code).toBe(0);

  expect((await at.genjin(['restore', 'copy.sqlite', '--data', 'restored'])).code).toBe(0);
  expect(await at.genjin(['check', '--data', 'restored'])).toMatchObject({ code: 0 });
  const restored = new Set(await idsIn(at, 'restored'));
  for (const id of [100, ...before]) expect(restored).toContain(id);
  // What is in it was acknowledged, or was about to be.
  const all = new Set(await idsIn(at, 'genjin-data'));
  for (const id of restored) expect(all).toContain(id);

  const again = await at.genjin(['backup', 'copy.sqlite']);
  expect(again).toMatchObject({ code: 1, stdout: '', stderr: 'genjin: copy.sqlite is there already\n' });
});

test('restore: over a store only with --replace, which keeps the former one beside it', async () => {
  const at = workplace();
  await importInto(at, [100, 102]);
  expect((await at.genjin(['backup', 'two.sqlite'])).code).toBe(0);
  await importInto(at, [104]);

  const refused = await at.genjin(['restore', 'two.sqlite']);
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(/^genjin: genjin-data\/genjin\.sqlite is there already; --replace keeps it [^\n]+\n$/);
  expect(await idsIn(at, 'genjin-data')).toEqual([100, 102, 104]);

  const replaced = await at.genjin(['restore', 'two.sqlite', '--replace']);
  expect(replaced).toMatchObject({ code: 0, stderr: '' });
  const [, kept = ''] =
    /^restored into \.\/genjin-data\nthe former store: (genjin-data\/genjin\.sqlite\.replaced-\S+)\n$/.exec(replaced.stdout) ??
    [];
  expect(await idsIn(at, 'genjin-data')).toEqual([100, 102]);
  expect(at.exists(kept)).toBe(true);
  // It is a whole store, too.
  expect((await at.genjin(['restore', kept, '--data', 'former'])).code).toBe(0);
  expect(await idsIn(at, 'former')).toEqual([100, 102, 104]);
});

test('restore refuses while the folder is served, and files that are no sound store', async () => {
  const at = workplace();
  await importInto(at, [100]);
  expect((await at.genjin(['backup', 'one.sqlite'])).code).toBe(0);
  at.write('garbage', 'this is no database '.repeat(500));
  at.write('empty', '');
  copyFileSync(at.path('one.sqlite'), at.path('cut.sqlite'));
  at.write('cut.sqlite', Buffer.from(at.read('one.sqlite'), 'latin1').subarray(0, 20_000));
  const files: [string, RegExp][] = [
    ['garbage', /garbage is no backup of Genjin's/],
    ['empty', /empty is no backup of Genjin's/],
    ['cut.sqlite', /cut\.sqlite is (damaged|no backup)/],
    ['missing', /there is no file missing/],
    ['.', /\. is no backup of Genjin's/],
  ];
  for (const [file, reason] of files) {
    const { code, stdout, stderr } = await at.genjin(['restore', file, '--replace', '--data', 'other']);
    expect({ code, stdout }, file).toEqual({ code: 1, stdout: '' });
    expect(stderr, file).toMatch(reason);
    expect(stderr, file).toMatch(/^genjin: [^\n]+\n$/);
  }
  expect(at.exists('other')).toBe(false);

  await at.serve();
  const served = await at.genjin(['restore', 'one.sqlite', '--replace']);
  expect(served).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^genjin: another genjin serves \S+; stop it first/),
  });
});

test('what a killed server left beside its store does not get into a restored one', async () => {
  const at = workplace();
  await importInto(at, [100]);
  expect((await at.genjin(['backup', 'one.sqlite'])).code).toBe(0);
  const credentials = await at.application(testTenant);
  const server = await at.serve();
  const token = await server.token(credentials);
  for (let i = 0; i < 5; i++) {
    const headers = { Authorization: token, 'Content-Type': 'application/json' };
    await server.send(pushPath, { method: 'POST', headers, body: { company_id: 1, content: `push ${i}` } });
  }
  await server.end('SIGKILL');
  expect(at.exists('genjin-data/genjin.sqlite-wal')).toBe(true);

  // The store itself was moved away by hand, as somebody does before a restore.
  renameSync(at.path('genjin-data/genjin.sqlite'), at.path('moved.sqlite'));
  expect(await at.genjin(['restore', 'one.sqlite'])).toMatchObject({ code: 0 });
  expect(await idsIn(at, 'genjin-data')).toEqual([100]);
  expect(await at.genjin(['check'])).toMatchObject({ code: 0 });
});

test('only its owner may read the store', async () => {
  const at = workplace();
  await importInto(at, [100]);
  const server = await at.serve();
  const modes = readdirSync(at.path('genjin-data')).map((name) => [name, statSync(at.path(`genjin-data/${name}`)).mode & 0o077]);
  expect(modes.filter(([name]) => String(name).startsWith('genjin.sqlite')).length).toBeGreaterThanOrEqual(3);
  for (const [name, others] of modes) if (name !== 'serve.lock') expect(others, String(name)).toBe(0);
  expect(statSync(at.path('genjin-data')).mode & 0o777).toBe(0o700);
  await server.end('SIGTERM');
});

test('backup without a store, and into a folder that is not there', async () => {
  const at = workplace();
  expect(await at.genjin(['backup', 'b'])).toMatchObject({ code: 1, stderr: 'genjin: there is no store in ./genjin-data\n' });
  await importInto(at, [100]);
  const { code, stderr } = await at.genjin(['backup', 'missing/b']);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^genjin: [^\n]+\n$/);
  rmSync(at.path('genjin-data'), { recursive: true });
});
