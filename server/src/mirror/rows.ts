/** The rows of an answer, checked before any of them touches the store. */
import type { ImportedEntry } from '../domain/import.ts';
import type { RefusedEntry, Window } from '../domain/mirror-stores.ts';
import { AppError, shortened } from '../errors.ts';
import { readEntry } from '../wire/entry-wire.ts';
import { formatTime } from '../wire/time.ts';
import { UpstreamError } from './upstream.ts';
import { isWithin } from './windows.ts';

/** An entry that was not to be read so often is one that cannot be: the others do not wait for it. */
const readings = 3;
/** Entries that are remembered as such. */
const mostRemembered = 10_000;

/** Reads rows, and knows which of them could not be read before. */
export class RowReader {
  readonly #tenantId: number;
  readonly #failed = new Map<string, number>();

  constructor(tenantId: number) {
    this.#tenantId = tenantId;
  }

  /**
   * The entries of an answer that was asked for a window. Throws `UpstreamError` for one that is not what was asked for, and for one with a row that
   * cannot be read: the first times, for it may have been spoilt on the way. Later such rows go to `refuse`.
   */
  read(rows: readonly unknown[], window: Window, refuse: (entry: string, reason: string) => void): ImportedEntry[] {
    const entries: ImportedEntry[] = [];
    const bad: [string, string][] = [];
    for (const row of rows) {
      try {
        const entry = readEntry(row);
        this.#check(entry, window);
        entries.push(entry);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        bad.push([nameOf(row), error.message]);
      }
    }
    for (const [entry, reason] of bad) {
      const times = (this.#failed.get(entry) ?? 0) + 1;
      if (this.#failed.size > mostRemembered) this.#failed.clear();
      this.#failed.set(entry, times);
      if (times < readings) throw new UpstreamError(`entry ${entry} of the answer cannot be read: ${reason}`);
      refuse(entry, reason);
    }
    return entries;
  }

  #check({ tenantId, trail: { trailId, happenedAt } }: ImportedEntry, window: Window): void {
    if (tenantId !== this.#tenantId)
      throw new UpstreamError(`the answer has entries of enterprise ${tenantId}, and this mirror is of ${this.#tenantId}`);
    if (!isWithin(window, happenedAt))
      throw new UpstreamError(`entry ${trailId} of the answer happened at ${formatTime(happenedAt)}, which was not asked for`);
  }
}

/** By its id, if it has one. */
function nameOf(row: unknown): string {
  const id = typeof row === 'object' && row !== null ? (row as Record<string, unknown>)['trail_id'] : undefined;
  return shortened(String(typeof id === 'number' || typeof id === 'string' ? id : JSON.stringify(row)));
}

const mostRefused = 50;

/** The last ones, each once. */
export const withRefused = (refused: readonly RefusedEntry[], one: RefusedEntry): readonly RefusedEntry[] =>
  [one, ...refused.filter(({ entry }) => entry !== one.entry)].slice(0, mostRefused);
