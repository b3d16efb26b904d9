/** What is believed of an answer, and what waits for it: without any upstream. */
import { expect, test } from 'vitest';
import { Doubts } from '../../src/mirror/doubts.ts';
import { Failing } from '../../src/mirror/failing.ts';

const [minute, hour] = [60_000, 3_600_000];
const twice = { name: '7 twice', reason: 'entry 7 twice' };
const rows = { name: 'rows', reason: 'too few rows' };

test('what the same question is answered with three times in a row is believed, then everywhere', () => {
  const doubts = new Doubts(() => 0);
  expect(() => doubts.settle('page 1', [twice])).toThrow('entry 7 twice');
  expect(() => doubts.settle('page 1', [twice])).toThrow('entry 7 twice');
  doubts.settle('page 1', [twice]);
  doubts.settle('page 2', [twice]);
  expect(() => doubts.settle('page 2', [twice, rows])).toThrow('too few rows');
});

test('a clean answer ends a row, another question does not', () => {
  const doubts = new Doubts(() => 0);
  for (let n = 0; n < 10; n++) {
    expect(() => doubts.settle('page 1', [rows])).toThrow();
    expect(() => doubts.settle(`page ${n + 2}`, [rows])).toThrow();
    doubts.settle('page 1', []);
  }
  expect(() => doubts.settle('page 1', [rows])).toThrow();
  doubts.settle('page 2', []);
  expect(() => doubts.settle('page 1', [rows])).toThrow();
  doubts.settle('page 1', [rows]);
});

test('several at once cost no more answers than one', () => {
  const doubts = new Doubts(() => 0);
  const many = Array.from({ length: 100 }, (_, n) => ({ name: `${n}`, reason: `${n}` }));
  expect(() => doubts.settle('page 1', many)).toThrow();
  expect(() => doubts.settle('page 1', many)).toThrow();
  doubts.settle('page 1', many);
});

test('what was not seen for six hours is doubted anew', () => {
  let now = 0;
  const doubts = new Doubts(() => now);
  const settle = () => doubts.settle('page 1', [rows]);
  expect(settle).toThrow();
  expect(settle).toThrow();
  for (let n = 0; n < 5; n++) {
    settle();
    now += 5 * hour;
  }
  now += 2 * hour;
  expect(settle).toThrow();
});

/** Jobs by name, the most urgent first. */
async function* due(...names: string[]) {
  for (const name of names) yield { name };
}

test('what alone is not answered waits, longer and longer, and holds nothing up', async () => {
  const failing = new Failing();
  let now = 0;
  const choose = async (...names: string[]) => (await failing.choose(due(...names), now))?.name ?? null;
  for (let n = 0; n < 3; n++) {
    expect(await choose('list', 'fill')).toBe('list');
    failing.failed('list');
  }
  expect(await choose('list', 'fill')).toBe('fill');
  failing.answered('fill', now);
  for (const rest of [2 * minute, 10 * minute, 50 * minute, 250 * minute, 6 * hour, 6 * hour]) {
    now += rest - 1;
    expect(await choose('list')).toBeNull();
    expect(failing.held).not.toBeNull();
    now += 1;
    expect(await choose('list', 'fill')).toBe('list');
    failing.failed('list');
    failing.answered('fill', now);
  }
  now += 6 * hour;
  expect(await choose('list', 'fill')).toBe('list');
  failing.answered('list', now);
  expect(await choose('list', 'fill')).toBe('list');
  expect(failing.held).toBeNull();
});

test('when nothing is answered everything has its turn', async () => {
  const failing = new Failing();
  const tried = new Map<string, number>();
  for (let n = 0; n < 30; n++) {
    const { name = '' } = (await failing.choose(due('poll', 'list', 'fill'), n)) ?? {};
    tried.set(name, (tried.get(name) ?? 0) + 1);
    failing.failed(name);
  }
  expect(Object.fromEntries(tried)).toEqual({ poll: 10, list: 10, fill: 10 });
});

test('a clock that is put back ends a rest', async () => {
  const failing = new Failing();
  for (let n = 0; n < 3; n++) failing.failed('list');
  failing.answered('fill', 9 * hour);
  expect(await failing.choose(due('list'), 9 * hour)).toBeNull();
  expect(await failing.choose(due('list'), 0)).toEqual({ name: 'list' });
});
