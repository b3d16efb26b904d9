/** How long the long tests run: in full with GENJIN_SOAK (`npm run soak`), a tenth of it otherwise. */

/** The count for this run. */
export const soak = (count: number): number => (process.env['GENJIN_SOAK'] ? count : Math.max(1, Math.round(count / 10)));

/**
 * The same for random histories, of which each is another one: on the second engine a fifth of it outside the soak, since there each statement
 * is a way to another process, and a run has to end within the time of a change.
 */
export const histories = (count: number): number =>
  soak(process.env['GENJIN_TEST_ENGINE'] === 'postgres' && !process.env['GENJIN_SOAK'] ? count / 5 : count);

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
