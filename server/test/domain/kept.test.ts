import { describe, expect, it } from 'vitest';
import { Kept } from '../../src/domain/kept.ts';

const limit = 1_000_000;
/** With what surrounds it, a thousandth of the limit. */
const bytes = 800;
const tenant = 7;

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, i) => from + i);

/** As a caller does: asks, and keeps what was not there. Answers how many were. */
function ask(kept: Kept<number, string>, keys: readonly number[]): number {
  let found = 0;
  for (const key of keys) {
    if (kept.get(tenant, key) === `value ${key}`) found += 1;
    else kept.set(tenant, key, `value ${key}`, bytes, kept.clearings);
  }
  return found;
}

describe('what is kept', () => {
  it('stays within its limit, whatever is asked for', () => {
    const kept = new Kept<number, string>(limit);
    for (let i = 0; i < 50; i++) {
      ask(kept, numbers(i * 70, 300));
      ask(kept, numbers(i * 70, 40));
      expect(kept.figures.bytes).toBeLessThanOrEqual(limit);
    }
  });

  it('stays within its limit when values grow', () => {
    const kept = new Kept<number, string>(limit);
    for (let i = 0; i < 3; i++) ask(kept, numbers(0, 390));
    for (const key of numbers(0, 390)) {
      kept.grown(tenant, key, `value ${key}`, 4 * bytes);
      expect(kept.figures.bytes).toBeLessThanOrEqual(limit);
    }
  });

  it('is not driven out by what is asked for once', () => {
    const kept = new Kept<number, string>(limit);
    const often = numbers(0, 300);
    ask(kept, often);
    ask(kept, often);
    ask(kept, numbers(1000, 100_000));
    expect(ask(kept, often)).toBe(often.length);
  });

  it('is what is asked for round by round, though a round is more than what is new may take', () => {
    const kept = new Kept<number, string>(limit);
    const round = numbers(0, 400);
    ask(kept, round);
    ask(kept, round);
    expect(ask(kept, round)).toBe(round.length);
  });

  it('gives way to what is asked for later', () => {
    const kept = new Kept<number, string>(limit);
    for (let i = 0; i < 3; i++) ask(kept, numbers(0, 300));
    for (let i = 0; i < 6; i++) ask(kept, numbers(1000, 300));
    for (let i = 0; i < 6; i++) ask(kept, numbers(2000, 300));
    expect(numbers(0, 300).filter((key) => kept.get(tenant, key) !== undefined)).toEqual([]);
    expect(ask(kept, numbers(2000, 300))).toBe(300);
  });

  it('is by space', () => {
    const kept = new Kept<number, string>(limit);
    kept.set(1, 5, 'of one', bytes, kept.clearings);
    kept.set(2, 5, 'of another', bytes, kept.clearings);
    expect([kept.get(1, 5), kept.get(2, 5), kept.get(3, 5)]).toEqual(['of one', 'of another', undefined]);
  });

  it('is replaced, and grows', () => {
    const kept = new Kept<number, string>(limit);
    kept.set(tenant, 1, 'first', bytes, kept.clearings);
    kept.set(tenant, 1, 'second', 2 * bytes, kept.clearings);
    expect([kept.get(tenant, 1), kept.figures.bytes]).toEqual(['second', 2 * bytes + 200]);
    kept.grown(tenant, 1, 'first', 100);
    expect(kept.figures.bytes).toBe(2 * bytes + 200);
    kept.grown(tenant, 1, 'second', 100);
    expect(kept.figures.bytes).toBe(2 * bytes + 300);
  });

  it.each([
    ['what would take an eighth of all', (kept: Kept<number, string>) => kept.set(tenant, 1, 'large', limit / 8, kept.clearings)],
    [
      'what was read before everything was dropped',
      (kept: Kept<number, string>) => {
        const { clearings } = kept;
        kept.clear();
        kept.set(tenant, 1, 'erased', bytes, clearings);
      },
    ],
    [
      'anything when nothing is',
      (kept: Kept<number, string>) => {
        kept.limitTo(0);
        kept.set(tenant, 1, 'value', bytes, kept.clearings);
      },
    ],
  ])('is not %s', (_, keep) => {
    const kept = new Kept<number, string>(limit);
    keep(kept);
    expect([kept.get(tenant, 1), kept.figures.bytes]).toEqual([undefined, 0]);
  });

  it('is gone after it was cleared', () => {
    const kept = new Kept<number, string>(limit);
    ask(kept, numbers(0, 600));
    ask(kept, numbers(0, 100));
    kept.clear();
    expect([kept.figures.bytes, numbers(0, 600).filter((key) => kept.get(tenant, key) !== undefined)]).toEqual([0, []]);
  });
});
