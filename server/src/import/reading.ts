/** Entries out of a file in any of the forms that OKKI's answers are kept in. */
import { isUtf8 } from 'node:buffer';
import type { ImportedEntry } from '../domain/import.ts';
import { addTo, type MergeCount, noCount } from '../domain/merge.ts';
import { AppError, badParameter, shortened } from '../errors.ts';
import { EntrySplitter, type SplitItem } from '../wire/entry-splitter.ts';
import { readEntry } from '../wire/entry-wire.ts';

/** Entries parsed at a time: what is parsed is far larger than its text, and what is soon forgotten costs the collector nothing. */
const portionSize = 250;
const portionBytes = 4 << 20;
/** Far above any follow-up; what is longer is rejected. */
const maxEntryBytes = 1 << 20;

/** Why a piece of a file is no entry that can be taken. */
export interface Refusal {
  /** In words, the other three included. */
  readonly reason: string;
  /** What of it, what stands there, and what could; empty where it is nothing of one field. */
  readonly field: string;
  readonly value: string;
  readonly accepted: string;
}

export interface Rejected {
  readonly item: SplitItem;
  readonly refusal: Refusal;
}

/** What is done with the entries of a file. */
export interface Taking {
  /** Entries and bytes that are taken together; fewer entries when they are large. */
  readonly load: { readonly entries: number; readonly bytes: number };
  /** The enterprise whose entries are taken; `null`: any, each where it belongs. */
  readonly tenantId: number | null;
  take(portions: Iterable<readonly ImportedEntry[]>): Promise<MergeCount>;
  reject(rejected: Rejected): void;
  /** Is told after each load how many rows there were so far. */
  progress?(rows: number): void;
}

export interface Taken extends MergeCount {
  rows: number;
  rejected: number;
}

export const noneTaken = (): Taken => ({ ...noCount(), rows: 0, rejected: 0 });

/** Takes a file's entries, load by load, while it is read. */
export async function takeAll(chunks: AsyncIterable<Buffer>, how: Taking): Promise<Taken> {
  const taken = noneTaken();
  const splitter = new EntrySplitter({ maxEntryBytes });
  let load: SplitItem[] = [];
  let bytes = 0;

  const flush = async (): Promise<void> => {
    const rejected: Rejected[] = [];
    taken.rows += load.length;
    const count = await how.take(portionsOf(load, rejected, how.tenantId));
    for (const one of rejected) how.reject(one);
    taken.rejected += rejected.length;
    addTo(taken, count);
    load = [];
    bytes = 0;
    how.progress?.(taken.rows);
  };
  const takeItems = async (items: readonly SplitItem[]): Promise<void> => {
    for (const item of items) {
      load.push(item);
      bytes += item.bytes.length;
      if (load.length >= how.load.entries || bytes >= how.load.bytes) await flush();
    }
  };

  for await (const chunk of chunks) await takeItems(splitter.push(chunk));
  await takeItems(splitter.end());
  await flush();
  return taken;
}

/**
 * Takes the items out of their list as it reads them, a portion at a time: until the load ends they are kept as entries, and twice
 * would be too much. Those that are no entry go to `rejected`.
 */
function* portionsOf(items: SplitItem[], rejected: Rejected[], tenantId: number | null): Generator<ImportedEntry[]> {
  let portion: ImportedEntry[] = [];
  let bytes = 0;
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) {
    const entry = readItem(item, tenantId);
    if ('reason' in entry) {
      rejected.push({ item, refusal: entry });
      continue;
    }
    portion.push(entry);
    bytes += item.bytes.length;
    if (portion.length < portionSize && bytes < portionBytes) continue;
    yield portion;
    portion = [];
    bytes = 0;
  }
  yield portion;
}

/** The entry, or why it is none that may be taken. */
export function readItem(item: SplitItem, tenantId: number | null = null): ImportedEntry | Refusal {
  if ('reason' in item) return refused(item.reason);
  if (!isUtf8(item.bytes)) return refused('not UTF-8');
  try {
    const entry = readEntry(JSON.parse(item.bytes.toString()));
    if (tenantId === null || entry.tenantId === tenantId) return entry;
    throw badParameter('client_id', entry.tenantId, `accepted: ${tenantId}, the id of your own enterprise`);
  } catch (error) {
    if (error instanceof AppError) return refused(error.message, error.details);
    if (error instanceof SyntaxError) return refused(`not JSON: ${error.message}`);
    throw error;
  }
}

function refused(reason: string, { field = '', value = '', accepted = '' }: AppError['details'] = {}): Refusal {
  return { reason, field: String(field), value: shortened(String(value)), accepted: String(accepted).replace(/^accepted: /, '') };
}
