import { isUtf8 } from 'node:buffer';
import { closeSync, createReadStream, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { openCore } from '../app.ts';
import type { ImportedEntry, Importer } from '../domain/import.ts';
import type { MergeCount } from '../domain/merge.ts';
import { AppError } from '../errors.ts';
import { EntrySplitter, type SplitItem } from '../wire/entry-splitter.ts';
import { readEntry } from '../wire/entry-wire.ts';
import { type Command, place, print } from './command.ts';
import { Progress } from './progress.ts';

/** Entries a commit: enough that a page that many of them touch is written once, few enough that another writer waits a second at most. */
const loadSize = 20_000;
/** Or fewer, when they are large. */
const loadBytes = 64 << 20;
/** Entries parsed at a time: what is parsed is far larger than its text, and what is soon forgotten costs the collector nothing. */
const portionSize = 250;
const portionBytes = 4 << 20;
/** Far above any follow-up; what is longer is rejected. */
const maxEntryBytes = 1 << 20;

export const importCommand: Command = {
  name: 'import',
  summary: {
    en: "take follow-ups from OKKI's answers: pages, arrays, or one entry a line",
    zh: '导入 OKKI 返回的跟进：整页、数组或每行一条',
  },
  arguments: [{ words: '<FILE...>', help: { en: 'files; - reads standard input', zh: '文件；- 表示标准输入' } }],
  settings: place,
  async run({ config, args, say }) {
    for (const file of args) {
      if (file !== '-' && !existsSync(file)) throw new AppError('usage', { reason: `there is no file ${file}` });
    }
    const core = await openCore(config, { make: true });
    let rejected = 0;
    try {
      for (const file of args) {
        const summary = await importFile(core.importer, file);
        rejected += summary.rejected;
        const { rows, added, changed, unchanged, kept } = summary;
        print(
          say({
            en: `${summary.name}: ${rows} entries: ${added} new, ${changed} changed, ${unchanged} unchanged, ${summary.rejected} rejected`,
            zh: `${summary.name}：${rows} 条：新增 ${added}，更新 ${changed}，未变 ${unchanged}，拒绝 ${summary.rejected}`,
          }),
        );
        if (kept > 0) {
          print(
            say({
              en: `  ${kept} more differ from the store, but their update_time is not later than the one there, so the store keeps its own`,
              zh: `  另有 ${kept} 条与库中不同，但 update_time 并不更晚，故以库中为准`,
            }),
          );
        }
        if (summary.rejected > 0) {
          print(say({ en: `  reasons by line: ${summary.rejectedTo}`, zh: `  逐行原因见：${summary.rejectedTo}` }));
        }
      }
    } finally {
      await core.close();
    }
    return rejected > 0 ? 1 : 0;
  },
};

interface Summary extends MergeCount {
  name: string;
  /** Where the rejected ones were written. */
  rejectedTo: string;
  rows: number;
  rejected: number;
}

/** Streams one file into the store; what cannot be taken goes to a file beside it, with line number and reason. */
export async function importFile(importer: Importer, file: string): Promise<Summary> {
  const name = file === '-' ? 'stdin' : file;
  const summary: Summary = {
    name,
    rejectedTo: '',
    rows: 0,
    added: 0,
    changed: 0,
    unchanged: 0,
    kept: 0,
    rejected: 0,
  };
  const rejects = new Rejects(`${name}.rejected.ndjson`);
  const progress = new Progress(name, file === '-' ? null : statSync(file).size);
  const splitter = new EntrySplitter({ maxEntryBytes });
  let load: SplitItem[] = [];
  let bytes = 0;

  const flush = async (): Promise<void> => {
    const rejected: Rejected[] = [];
    summary.rows += load.length;
    const count = await importer.take(portionsOf(load, rejected));
    for (const one of rejected) rejects.write(one);
    summary.rejected += rejected.length;
    summary.added += count.added;
    summary.changed += count.changed;
    summary.unchanged += count.unchanged;
    summary.kept += count.kept;
    load = [];
    bytes = 0;
    progress.show(summary.rows);
  };
  const take = async (items: readonly SplitItem[]): Promise<void> => {
    for (const item of items) {
      load.push(item);
      bytes += item.bytes.length;
      if (load.length >= loadSize || bytes >= loadBytes) await flush();
    }
  };

  try {
    const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
    for await (const chunk of input as AsyncIterable<Buffer>) {
      await take(splitter.push(chunk));
      progress.read(chunk.length);
    }
    await take(splitter.end());
    await flush();
  } finally {
    progress.end();
    rejects.close();
  }
  summary.rejectedTo = rejects.place;
  return summary;
}

interface Rejected {
  readonly item: SplitItem;
  readonly reason: string;
}

/**
 * Takes the items out of their list as it reads them, a portion at a time: until the load ends they are kept as entries, and twice
 * would be too much. Those that are no entry go to `rejected`.
 */
function* portionsOf(items: SplitItem[], rejected: Rejected[]): Generator<ImportedEntry[]> {
  let portion: ImportedEntry[] = [];
  let bytes = 0;
  items.reverse();
  for (let item = items.pop(); item !== undefined; item = items.pop()) {
    const entry = readItem(item);
    if (typeof entry === 'string') {
      rejected.push({ item, reason: entry });
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

/** The entry, or the reason why it is none. */
export function readItem(item: SplitItem): ImportedEntry | string {
  if ('reason' in item) return item.reason;
  if (!isUtf8(item.bytes)) return 'not UTF-8';
  try {
    return readEntry(JSON.parse(item.bytes.toString()));
  } catch (error) {
    if (error instanceof AppError) return error.message;
    if (error instanceof SyntaxError) return `not JSON: ${error.message}`;
    throw error;
  }
}

/** The file of what was rejected, made only when there is something to write. */
class Rejects {
  readonly #path: string;
  #file: number | null = null;

  constructor(path: string) {
    this.#path = path;
    try {
      // What an earlier run rejected says nothing about this one.
      rmSync(path, { force: true });
    } catch {
      // Then it cannot be written either, and says so below.
    }
  }

  /** Where they went, for a person. */
  get place(): string {
    return this.#file === null ? 'stderr' : this.#path;
  }

  write({ item, reason }: Rejected): void {
    const line = `${JSON.stringify({ line: item.line, reason, text: item.bytes.subarray(0, 4096).toString() })}\n`;
    try {
      this.#file ??= openSync(this.#path, 'w', 0o600);
      writeSync(this.#file, line);
    } catch {
      // A folder that may not be written, a full disk: the rest is imported all the same, and nothing is kept from the user.
      process.stderr.write(line);
    }
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
  }
}
