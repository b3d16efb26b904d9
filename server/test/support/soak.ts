/** How long the long tests run: in full with GENJIN_SOAK (`npm run soak`), a tenth of it otherwise. */
import { engine } from './place.ts';

/**
 * The count for this run. `onPostgres`: the part of it there, where a statement is a round trip and a store of its own takes longer to make,
 * so that a run of both engines stays short.
 */
export const soak = (count: number, onPostgres = 10): number =>
  process.env['GENJIN_SOAK'] ? count : Math.max(1, Math.round(count / (engine === 'postgres' ? onPostgres : 10)));

/** GENJIN_SEED repeats a run; without it each run has a seed of its own. */
const seed = Number(process.env['GENJIN_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

/** The seed of this run, printed: a test that draws at random calls this once at its start. */
export function announceSeed(test: string): number {
  announce(`${test}: GENJIN_SEED=${seed}`);
  return seed;
}

/** Shows a figure that a person should see. */
export function announce(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** The same numbers for the same seed, from 0 to below 1 (Marsaglia's xorshift). */
export function randomFrom(start: number): () => number {
  let state = (start ^ 0x9e3779b9) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
