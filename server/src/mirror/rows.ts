/** The rows of an answer, checked before any of them touches the store. */
import type { ImportedEntry } from '../domain/import.ts';
import type { RefusedEntry, Window } from '../domain/mirror-stores.ts';
import { AppError, shortened } from '../errors.ts';
import { readEntry } from '../wire/entry-wire.ts';
import { formatTime } from '../wire/time.ts';
import type { Doubt, Doubts } from './doubts.ts';
import { type Rows, UpstreamError } from './upstream.ts';
import { isWithin } from './windows.ts';

/** Hears of a row that cannot be kept, and why. */
export type Refuse = (entry: string, reason: string) => void;

/** What an answer has: entries, and rows that cannot be kept, by the id of the entry; `null`: not even that can be told. */
export interface ReadRows {
  readonly entries: readonly ImportedEntry[];
  readonly refused: readonly (number | null)[];
}

/** Reads rows into entries. */
export class RowReader {
  readonly #tenantId: number;
  readonly #doubts: Doubts;

  constructor(tenantId: number, doubts: Doubts) {
    this.#tenantId = tenantId;
    this.#doubts = doubts;
  }

  /**
   * The entries of an answer that was asked for a window, each once. Throws `UpstreamError` for one that is not what was asked for, and for one
   * that may have been spoilt on the way. Rows that cannot be read, however often they are asked for, go to `refuse`.
   */
  read({ question, rows }: Pick<Rows, 'question' | 'rows'>, window: Window, refuse: Refuse): ReadRows {
    const entries = new Map<number, ImportedEntry>();
    const doubts: Doubt[] = [];
    const refused: { readonly row: unknown; readonly reason: string }[] = [];
    for (const row of rows) {
      try {
        const entry = readEntry(row);
        this.#check(entry, window);
        const { trailId } = entry.trail;
        if (entries.has(trailId)) doubts.push({ name: `${trailId} twice`, reason: `the answer has entry ${trailId} twice` });
        if (lacksJoined(row)) doubts.push(joinedLacking);
        entries.set(trailId, entry);
      } catch (error) {
        if (!(error instanceof AppError)) throw error;
        refused.push({ row, reason: error.message });
        doubts.push(unreadable(row, error.message));
      }
    }
    this.#doubts.settle(question, doubts);
    for (const { row, reason } of refused) refuse(nameOf(row), reason);
    return { entries: [...entries.values()], refused: refused.map(({ row }) => idOf(row)) };
  }

  #check({ tenantId, trail: { trailId, happenedAt } }: ImportedEntry, window: Window): void {
    if (tenantId !== this.#tenantId)
      throw new UpstreamError(`the answer has entries of enterprise ${tenantId}, and this mirror is of ${this.#tenantId}`);
    if (!isWithin(window, happenedAt))
      throw new UpstreamError(`entry ${trailId} of the answer happened at ${formatTime(happenedAt)}, which was not asked for`);
  }
}

/** When the entries of a page happened; of none, neither. */
export function endsOf(entries: readonly ImportedEntry[]): { readonly newest: number; readonly oldest: number } {
  const times = entries.map(({ trail }) => trail.happenedAt);
  return { newest: Math.max(...times), oldest: Math.min(...times) };
}

/** A row that cannot be read. By all that it says, for it may have no id, or not its own. */
export const unreadable = (row: unknown, reason: string): Doubt => ({
  name: `unreadable ${JSON.stringify(row)?.slice(0, 1_000)}`,
  reason: `entry ${nameOf(row)} of the answer cannot be read: ${reason}`,
});

const joinedOf = [
  ['company_id', 'company_info'],
  ['lead_id', 'lead_info'],
  ['opportunity_id', 'opportunity_info'],
  ['create_user', 'create_user_info'],
] as const;

/** One doubt, not one for each entry: an upstream that leaves them out leaves them out everywhere. */
const joinedLacking: Doubt = { name: 'joined', reason: 'the answer has null where objects of its entries are to be' };

/** Names an object by its id, and has `null` for it, where OKKI has the object, or `[]` for one that is not known. */
function lacksJoined(row: unknown): boolean {
  const fields = row as Readonly<Record<string, unknown>>;
  return joinedOf.some(([id, info]) => fields[info] === null && Number(fields[id] ?? 0) > 0);
}

const saidId = (row: unknown): unknown =>
  typeof row === 'object' && row !== null ? (row as Record<string, unknown>)['trail_id'] : undefined;

function idOf(row: unknown): number | null {
  const id = Number(saidId(row));
  return Number.isSafeInteger(id) && id > 0 ? id : null;
}

/** By its id, if it has one. */
function nameOf(row: unknown): string {
  const id = saidId(row);
  return shortened(String(typeof id === 'number' || typeof id === 'string' ? id : JSON.stringify(row)));
}

const mostRefused = 50;

/** The last ones, each once. */
export const withRefused = (refused: readonly RefusedEntry[], one: RefusedEntry): readonly RefusedEntry[] =>
  [one, ...refused.filter(({ entry }) => entry !== one.entry)].slice(0, mostRefused);
