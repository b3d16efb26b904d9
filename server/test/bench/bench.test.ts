import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'genjin-bench-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** As `npm run bench` starts it, with a folder for temporary files of its own. */
function bench(...words: readonly string[]): Promise<Outcome> {
  return new Promise((resolve) => {
    const args = ['--conditions=@genjin/source', '--expose-gc', script, ...words];
    execFile(process.execPath, args, { env: { ...process.env, TMPDIR: folder } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}

test('a small run measures everything, finds the rival equal and writes the report', { timeout: 300_000 }, async () => {
  const results = join(folder, 'RESULTS.md');
  const { code, out, err } = await bench('--entries', '2000', '--quick', '--no-bounds', '--results', results);
  expect(code, err).toBe(0);
  expect(err).toMatch(/200 random pages with [1-9]\d+ entries are equal byte for byte/);
  expect(readFileSync(results, 'utf8')).toBe(out);
  const rows = [
    'import / only parse and check',
    'import, peak memory',
    'export / only stringify',
    "companies' first pages / straightforward",
    'recorded durably / answered without storing',
    'only parse and check',
    'genjin import',
    'only stringify',
    'genjin export',
    'floor',
    'straightforward',
    'program',
    'enterprise, last page (100)',
    'total of 365 days',
    'answered without storing',
    // Not the bound of that name.
    'recorded durably  ',
  ];
  for (const row of rows) {
    const cells = out.split('\n').find((line) => line.startsWith(`| ${row} `));
    expect(cells, row).toMatch(/\| +[\d.,]*[1-9][\d.,]*( [×M]| )/);
  }
  expect(out).toContain(`Node ${process.version}`);
  expect(out).toContain('npm run bench -- --entries 2000 --quick --no-bounds');
  expect(out).not.toMatch(/NaN|Infinity|undefined/);
  // The data is kept for the next run, what was made for this one is not.
  expect(readdirSync(join(folder, 'genjin-bench'))).toEqual(['firm-2000-40']);
});

test('scale runs over a small store, and what it finds is figures', { timeout: 300_000 }, async () => {
  const { code, out, err } = await bench('scale', '--entries', '1000', '--quick', '--no-bounds', '--rows', 'depth,write');
  expect(code, err).toBe(0);
  const rows = [
    'enterprise: random pages / page 1',
    'enterprise: last pages / page 1',
    'recorded with log and chain / plain inserts',
    'recorded with the search index too / plain inserts',
    'last pages  ',
    'plain inserts, same indexes and link tables',
  ];
  for (const row of rows) {
    const cells = out.split('\n').find((line) => line.startsWith(`| ${row} `));
    expect(cells, row).toMatch(/\| +[\d.,]*[1-9][\d.,]*( [×M]| )/);
  }
  expect(out).not.toMatch(/NaN|Infinity|undefined/);
  expect(readdirSync(join(folder, 'genjin-bench')).sort()).toEqual(['firm-2000-40', 'scale-1000-20']);
});

test.each([
  ['an unknown benchmark', ['deep'], 'accepted: one of basic, scale'],
  ['two benchmarks', ['basic', 'basic'], 'accepted: one of basic'],
  ['an unknown option', ['--size', '5'], "'--size'"],
  ['entries that are no number', ['--entries', '1e6'], '--entries 1e6: not accepted; accepted: a whole number from 1000'],
  ['too few entries', ['--entries', '999'], '--entries 999: not accepted'],
  ['more companies than entries', ['--entries', '2000', '--companies', '2001'], '--companies 2001: not accepted'],
  ['an unknown part', ['--rows', 'http,https'], '--rows https: not accepted; accepted: some of import, export, http, push'],
  ['a part of another benchmark', ['scale', '--rows', 'http'], '--rows http: not accepted; accepted: some of depth'],
])('%s is refused before anything is made', async (_name, words, message) => {
  const { code, out, err } = await bench(...words);
  expect({ code, out }).toEqual({ code: 2, out: '' });
  expect(err).toContain(message);
  expect(existsSync(join(folder, 'genjin-bench', 'firm-1000000-20000'))).toBe(false);
});

test('--help lists benchmarks and options', async () => {
  const { code, out } = await bench('--help');
  expect(code).toBe(0);
  for (const word of [
    'basic',
    '--entries',
    '--companies',
    '--rows',
    '--quick',
    '--no-bounds',
    '--results',
    '--profile',
    '--fresh',
  ]) {
    expect(out).toContain(word);
  }
});
