import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { Refused, simulate } from '../../../bench/simulate.ts';
import {
  fewestIsolated,
  find,
  isolated,
  type Load,
  leastFull,
  makeTenants,
  percentile99,
  roundRobin,
  type Spread,
  salts,
  spread,
  sum,
  type Tenants,
  timesMean,
  tooLarge,
  underHalf,
} from '../../../bench/simulate-tenants.ts';

const folder = mkdtempSync(join(tmpdir(), 'genjin-simulate-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const small = [
  '--tenants',
  '300',
  '--entries',
  '1000000',
  '--nodes',
  '4,6',
  '--shards',
  '12,32',
  '--salts',
  '20',
  '--isolate',
  '0,5',
];

const some = { tenants: 300, entries: 1_000_000, skew: 1.1, requestExponent: 0.8 };

const policies: readonly (readonly [string, (tenants: Tenants, shards: Spread, nodes: number) => Load])[] = [
  ['hashed', (_, shards, nodes) => roundRobin(shards, nodes)],
  ...[0, 1, 7, 40].map(
    (count) =>
      [
        `${count} isolated`,
        (tenants: Tenants, shards: Spread, nodes: number) => isolated(tenants, shards, nodes, count),
      ] as const,
  ),
];

/** The cells of the first row that begins with these ones. */
const cells = (text: string, ...first: readonly string[]): readonly string[] | undefined =>
  text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .find((row) => first.every((cell, i) => row[i + 1] === cell))
    ?.slice(1, -1);

describe('the tenants', () => {
  test.each([
    [300, 1_000_000, 1.1],
    [300, 300, 0],
    [7, 10_000_000_000, 1],
    [1000, 999_999_999_999_989, 0.7],
    [1, 5, 2],
  ])('%i of them have %i entries together, with skew %f', (tenants, entries, skew) => {
    const { entries: sizes, requests } = makeTenants({ tenants, entries, skew, requestExponent: 0.8 });
    expect(sizes.length).toBe(tenants);
    expect(sum(sizes)).toBe(entries);
    expect(sizes.every(Number.isInteger)).toBe(true);
    expect([...sizes]).toEqual([...sizes].sort((a, b) => b - a));
    expect(sum(requests)).toBeCloseTo(1, 9);
  });

  test('the one at rank r has 1/r^skew of the first, and requests grow with the size to the power', () => {
    const { entries, requests } = makeTenants({ ...some, entries: 1e12 });
    const at = (values: Float64Array, rank: number): number => (values[rank - 1] as number) / (values[0] as number);
    for (const rank of [2, 10, 300]) {
      expect(at(entries, rank)).toBeCloseTo(rank ** -1.1, 6);
      expect(at(requests, rank)).toBeCloseTo(rank ** (-1.1 * 0.8), 6);
    }
  });
});

describe('the places', () => {
  test.each(policies)('%s: every tenant lies on exactly one node', (_name, place) => {
    // Each has a bit of its own, so the sum of a node tells which ones lie there.
    const sizes = Float64Array.from({ length: 45 }, (_, i) => 2 ** (44 - i));
    const tenants = { entries: sizes, requests: sizes.map((size) => size / sum(sizes)) };
    for (const [shards, nodes] of [
      [32, 4],
      [7, 5],
      [4, 16],
      [1, 1],
    ] as const) {
      for (const salt of salts(1, 10)) {
        const { entries, requests } = place(tenants, spread(tenants, shards, salt), nodes);
        expect(entries.length).toBe(nodes);
        const bits = [...entries].flatMap((of) => [...of.toString(2)].filter((bit) => bit === '1'));
        expect(sum(entries)).toBe(2 ** 45 - 1);
        expect(bits.length).toBe(45);
        expect(sum(requests)).toBeCloseTo(1, 9);
      }
    }
  });

  test.each(policies)('%s: all entries and all requests are somewhere', (_name, place) => {
    const tenants = makeTenants(some);
    for (const [shards, nodes] of [
      [32, 4],
      [100, 7],
      [8, 64],
    ] as const) {
      for (const salt of salts(2, 10)) {
        const { entries, requests } = place(tenants, spread(tenants, shards, salt), nodes);
        expect(sum(entries)).toBe(some.entries);
        expect(sum(requests)).toBeCloseTo(1, 9);
      }
    }
  });

  test.each(policies)('%s: a giant makes its node at least as full as it is large', (_name, place) => {
    const tenants = makeTenants({ ...some, skew: 2 });
    const share = (tenants.entries[0] as number) / some.entries;
    expect(share).toBeGreaterThan(0.6);
    for (const nodes of [2, 4, 16]) {
      for (const salt of salts(3, 20)) {
        const fullest = timesMean(place(tenants, spread(tenants, 32, salt), nodes).entries);
        expect(fullest).toBeGreaterThanOrEqual(share * nodes);
      }
    }
  });

  test('an isolated giant has its node alone', () => {
    const tenants = makeTenants({ ...some, skew: 2 });
    for (const salt of salts(3, 20)) {
      const { entries } = isolated(tenants, spread(tenants, 32, salt), 4, 1);
      expect(Math.max(...entries)).toBe(tenants.entries[0]);
    }
  });

  // The largest first is no theorem: where tenants are nearly equal, hashing may by chance do a little better.
  test.each([
    ['with these salts never', [0.8, 1, 1.1, 1.5], 1],
    ['at most by a third, which is proven of the largest first,', [0, 0.3, 0.5, 0.6], 4 / 3],
  ])('%s does isolating make the fullest node fuller than hashing alone: skew %j', (_name, skews, times) => {
    for (const skew of skews) {
      const tenants = makeTenants({ ...some, skew });
      for (const [nodes, shards] of [
        [4, 32],
        [8, 32],
        [16, 128],
        [64, 32],
      ] as const) {
        for (const salt of salts(4, 20)) {
          const shardLoads = spread(tenants, shards, salt);
          const hashed = timesMean(roundRobin(shardLoads, nodes).entries);
          for (const count of [0, 1, 5, 50, 300]) {
            expect(timesMean(isolated(tenants, shardLoads, nodes, count).entries)).toBeLessThanOrEqual(times * hashed);
          }
        }
      }
    }
  });

  test('equal tenants come to all shards alike, whatever the salt', () => {
    const tenants = makeTenants({ ...some, tenants: 20_000, entries: 20_000, skew: 0 });
    for (const salt of salts(5, 5)) {
      const { entries } = spread(tenants, 31, salt);
      expect(Math.min(...entries)).toBeGreaterThan(500);
      expect(Math.max(...entries)).toBeLessThan(800);
    }
  });

  test('shards are placed in turns', () => {
    const shards = { entries: Float64Array.of(1, 2, 4, 8, 16), requests: Float64Array.of(5, 4, 3, 2, 1) };
    expect(roundRobin(shards, 2)).toEqual({ entries: Float64Array.of(21, 10), requests: Float64Array.of(9, 6) });
  });
});

describe('how many must be isolated', () => {
  const fullest = (tenants: Tenants, spreads: readonly Spread[], nodes: number, count: number): number =>
    percentile99(spreads.map((one) => timesMean(isolated(tenants, one, nodes, count).entries)));

  test.each([
    [8, 32, 1.1],
    [16, 32, 0.8],
    [32, 32, 0.6],
    [4, 128, 0.2],
  ])('%i nodes, %i shards, skew %f: as many are enough and one fewer is not', (nodes, shards, skew) => {
    const tenants = makeTenants({ ...some, skew });
    const spreads = salts(6, 30).map((salt) => spread(tenants, shards, salt));
    const limit = Math.max(1.2, 1.05 * leastFull(tenants, nodes));
    const count = fewestIsolated(tenants, spreads, nodes, limit) as number;
    expect(fullest(tenants, spreads, nodes, count)).toBeLessThan(limit);
    if (count > 0) expect(fullest(tenants, spreads, nodes, count - 1)).toBeGreaterThanOrEqual(limit);
  });

  test('no number is enough when a tenant alone is too large', () => {
    const tenants = makeTenants({ ...some, skew: 1.1 });
    const spreads = salts(6, 5).map((salt) => spread(tenants, 32, salt));
    expect(tooLarge(tenants, 32, 1.2)).toBeGreaterThan(0);
    expect(fewestIsolated(tenants, spreads, 32, 1.2)).toBeNull();
    expect(tooLarge(tenants, 4, 1.2)).toBe(0);
  });
});

test('what is reported of loads', () => {
  expect(timesMean(Float64Array.of(1, 2, 3, 10))).toBe(2.5);
  expect(underHalf(Float64Array.of(1, 2, 3, 10))).toBe(1);
  expect(percentile99(Array.from({ length: 200 }, (_, i) => 200 - i))).toBe(198);
  expect(percentile99([3, 1, 2])).toBe(3);
});

test('every combination is in the report, by nodes', () => {
  const { outcomes } = find({ ...some, nodes: [6, 4], shards: [32, 12], isolate: [0, 5], limit: 1.2, salts: salts(1, 3) }, 1.1);
  expect(outcomes.map(({ nodes, shards, policy }) => `${nodes} ${shards} ${policy}`)).toEqual(
    [6, 4].flatMap((nodes) =>
      [32, 12].flatMap((shards) => ['hashed', 'rebalanced', '5 isolated'].map((policy) => `${nodes} ${shards} ${policy}`)),
    ),
  );
  const text = simulate(small);
  for (const nodes of ['4', '6']) {
    for (const policy of ['hashed', 'rebalanced', '5 isolated']) {
      for (const shards of ['12', '32']) expect(cells(text, nodes, shards, policy)).toHaveLength(10);
    }
  }
  expect(text).not.toMatch(/NaN|Infinity|undefined/);
});

test('the same seed gives the same report, another one another', () => {
  const withoutCommand = (words: readonly string[]): string => simulate(words).replace(/^- command.*$/m, '');
  expect(simulate(small)).toBe(simulate(small));
  expect(withoutCommand([...small, '--seed', '1'])).toBe(withoutCommand(small));
  expect(withoutCommand([...small, '--seed', '2'])).not.toBe(withoutCommand(small));
});

test('what needs a figure that was not given is left out, and the report says so', () => {
  const text = simulate(small);
  expect(text).not.toMatch(/GB|pages\/s|with the figures/);
  expect(text).toContain('- not given, and what needs it left out: `--bytes-per-entry`, `--requests-per-entry-per-day`');
  const sized = simulate([...small, '--bytes-per-entry', '1000']);
  expect(sized).toContain('| GB, mean | GB, fullest |');
  expect(sized).not.toMatch(/pages\/s|`--bytes-per-entry`/);
});

test('the arithmetic of the figures, on one node', () => {
  const figures = {
    '--bytes-per-entry': '1000',
    '--requests-per-entry-per-day': '0.0864',
    '--writes-per-entry-per-day': '0.00864',
    '--peak': '3',
    '--pages-per-second-per-core': '2',
    '--writes-per-second-per-core': '0.5',
    '--cores-per-node': '4',
  };
  const text = simulate([
    '--tenants',
    '300',
    '--entries',
    '1000000',
    '--nodes',
    '1',
    '--shards',
    '32',
    ...Object.entries(figures).flat(),
  ]);
  const table = text.slice(text.indexOf('with the figures'));
  expect(cells(table, '1', '32', 'hashed')?.slice(3)).toEqual([
    ...['1.00', '1.00', '3.00', '0.30', '1.50', '0.60'],
    ...['52.5 %', '8.00', '2.00'],
  ]);
  expect(text).not.toContain('not given');
});

test.each([
  ['an unknown option', ['--size', '5'], "'--size'"],
  ['a word', ['more'], "'more'"],
  ['no nodes', ['--nodes', '4,0'], '--nodes 4,0: not accepted; accepted: a list, with commas, of whole numbers from 1 to 1024'],
  ['half a tenant', ['--tenants', '1.5'], '--tenants 1.5: not accepted; accepted: a whole number from 1'],
  ['a list of one option too many', ['--tenants', '1,2'], '--tenants 1,2: not accepted'],
  ['no number', ['--skew', 'steep'], '--skew steep: not accepted'],
  ['pages that take no time', ['--pages-per-second-per-core', '0'], '--pages-per-second-per-core 0: not accepted'],
])('%s is refused', (_name, words, message) => {
  expect(() => simulate(words)).toThrow(Refused);
  expect(() => simulate(words)).toThrow(message);
});

test('npm run bench knows it: the report on stdout and in a file, with the command on top; 2 for what is not accepted', async () => {
  const out = join(folder, 'report of today.md');
  const { code, stdout } = await bench('simulate', ...small, '--out', out);
  expect(code).toBe(0);
  expect(readFileSync(out, 'utf8')).toBe(stdout);
  const command = `npm run bench -- simulate ${small.join(' ')} --out '${out}'`;
  expect(stdout.split('\n').find((line) => line.startsWith('- '))).toBe(`- command: \`${command}\``);
  expect(await bench('simulate', '--salts', '0')).toMatchObject({ code: 2, stdout: '' });
  const help = await bench('simulate', '--help');
  expect(help.code).toBe(0);
  for (const word of ['--tenants N', '--skew N,…', '--bytes-per-entry N', '--out FILE']) expect(help.stdout).toContain(word);
  expect((await bench('--help')).stdout).toContain('simulate');
});

function bench(...words: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const script = fileURLToPath(new URL('../../../bench/main.ts', import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=@genjin/source', script, ...words], (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), stdout });
    });
  });
}
