/** One measured job in a process of its own: `job.ts NAME ARG…`; sends its `JobResult` to the parent. */
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { main } from '../server/src/cli.ts';
import { readItem } from '../server/src/import/reading.ts';
import { EntrySplitter } from '../server/src/wire/entry-splitter.ts';
import { peakMb } from './memory.ts';
import type { JobResult } from './processes.ts';
import { stockOf } from './scale-data.ts';
import { makeHistory } from './scale-history.ts';
import { insertBatches, recordBatches } from './scale-write-jobs.ts';

/** Prepares, and answers the work that is timed. */
type Job = (...args: string[]) => Promise<() => Promise<void>>;

/** How many entries are held to be stringified over and over: more than any cache of the processor. */
const sampleSize = 50_000;
/** Entries a write, as the export does. */
const portionSize = 1000;

const jobs: Readonly<Record<string, Job>> = {
  /** Reads, splits, parses and checks each entry as the import does, and stores nothing. */
  parse:
    async (file = '') =>
    async () => {
      for await (const items of itemsOf(file)) {
        for (const item of items) {
          const entry = readItem(item);
          if ('reason' in entry) throw new Error(`line ${item.line}: ${entry.reason}`);
        }
      }
    },

  import:
    async (file = '', folder = '') =>
    () =>
      command('import', '--data', folder, file),

  /** Writes `count` entries that are objects already to the same kind of file as the export. */
  stringify: async (source = '', count = '', target = '') => {
    const every = Math.max(1, Math.floor(Number(count) / sampleSize));
    const sample: unknown[] = [];
    let n = 0;
    for await (const items of itemsOf(source)) {
      for (const item of items) if (n++ % every === 0) sample.push(JSON.parse(item.bytes.toString()));
    }
    globalThis.gc?.();
    return async () => {
      const output = createWriteStream(target, { mode: 0o600, highWaterMark: 1 << 20, flush: true });
      for (let from = 0; from < Number(count); from += portionSize) {
        const portion = Array.from(
          { length: Math.min(portionSize, Number(count) - from) },
          (_, i) => sample[(from + i) % sample.length],
        );
        const text = portion.map((entry) => `${JSON.stringify(entry)}\n`).join('');
        if (!output.write(text)) await once(output, 'drain');
      }
      output.end();
      await finished(output);
    };
  },

  export:
    async (folder = '', target = '') =>
    () =>
      command('export', '--data', folder, target),

  /** Makes `count` changes of all sorts. */
  history: async (folder = '', count = '', seed = '') => {
    const stock = stockOf(folder);
    return () => makeHistory(folder, stock, Number(count), Number(seed));
  },

  /** Records in batches, as a caller would. */
  record: (folder = '', batches = '') => recordBatches(folder, Number(batches), false),

  /** The same, until the search index has followed. */
  'record-searched': (folder = '', batches = '') => recordBatches(folder, Number(batches), true),

  /** Inserts what another store got from an id on, in batches. */
  insert: (folder = '', source = '', sinceId = '') => insertBatches(folder, source, Number(sinceId)),
};

async function* itemsOf(file: string) {
  const splitter = new EntrySplitter();
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>)
    yield splitter.push(chunk);
  yield splitter.end();
}

/** The program's own command, from its command line on. */
async function command(...words: string[]): Promise<void> {
  const code = await main(words);
  if (code !== 0) throw new Error(`genjin ${words[0]} answered ${code}`);
}

// Without the harness nobody wants the result; the listener alone must not keep the process.
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
const [name = '', ...args] = process.argv.slice(2);
const job = jobs[name];
if (job === undefined) throw new Error(`no such job: ${name}`);
const work = await job(...args);
const begin = performance.now();
await work();
const seconds = (performance.now() - begin) / 1000;
const { user, system } = process.cpuUsage();
process.send?.({ seconds, cpuSeconds: (user + system) / 1e6, peakMb: peakMb() } satisfies JobResult);
