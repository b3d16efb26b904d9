import { closeSync, createReadStream, existsSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { openCore } from '../app.ts';
import type { Importer } from '../domain/import.ts';
import { AppError } from '../errors.ts';
import { type Rejected, type Taken, takeAll } from '../import/reading.ts';
import { type Command, place, print } from './command.ts';
import { Progress } from './progress.ts';

/** A commit: enough that a page that many of them touch is written once, few enough that another writer waits a second at most. */
const load = { entries: 20_000, bytes: 64 << 20 };

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

interface Summary extends Taken {
  name: string;
  /** Where the rejected ones were written. */
  rejectedTo: string;
}

/** Streams one file into the store; what cannot be taken goes to a file beside it, with line number and reason. */
export async function importFile(importer: Importer, file: string): Promise<Summary> {
  const name = file === '-' ? 'stdin' : file;
  const rejects = new Rejects(`${name}.rejected.ndjson`);
  const progress = new Progress(name, file === '-' ? null : statSync(file).size);
  const input = file === '-' ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 });
  try {
    const taken = await takeAll(counted(input as AsyncIterable<Buffer>, progress), {
      load,
      tenantId: null,
      take: (portions) => importer.take(portions),
      reject: (one) => rejects.write(one),
      progress: (rows) => progress.show(rows),
    });
    return { ...taken, name, rejectedTo: rejects.place };
  } finally {
    progress.end();
    rejects.close();
  }
}

async function* counted(chunks: AsyncIterable<Buffer>, progress: Progress): AsyncGenerator<Buffer> {
  for await (const chunk of chunks) {
    yield chunk;
    progress.read(chunk.length);
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

  write({ item, refusal }: Rejected): void {
    const line = `${JSON.stringify({ line: item.line, reason: refusal.reason, text: item.bytes.subarray(0, 4096).toString() })}\n`;
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
