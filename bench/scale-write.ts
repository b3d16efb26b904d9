/** How fast entries are recorded, against plain inserts into the same tables with the same indexes. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { storePath } from '../server/src/store/files.ts';
import { scratchFolder } from './data.ts';
import { type JobResult, runJob } from './processes.ts';
import { type Bound, figure, median, type Report, ratio, step } from './report.ts';
import type { Scale } from './scale-session.ts';
import { batchSize } from './scale-write-jobs.ts';

/** Both sides write into a store of this size. */
const storeSize = 1_000_000;

export async function write(scale: Scale): Promise<Report> {
  const data = await scale.store(Math.min(storeSize, scale.options.entries));
  const batches = Math.max(5, scale.rounds(30));
  step('copying the store');
  const [ours, plain] = [join(scratchFolder(), 'ours'), join(scratchFolder(), 'plain')];
  cpSync(data.store, ours, { recursive: true });
  cpSync(data.store, plain, { recursive: true });
  const [recorded, searched, inserted]: [JobResult[], JobResult[], JobResult[]] = [[], [], []];
  for (let round = 1; round <= scale.rounds(3); round++) {
    step(`recording and inserting ${batches} batches, round ${round}`);
    const since = nextId(ours);
    recorded.push(await runJob('record', [ours, String(batches)]));
    inserted.push(await runJob('insert', [plain, ours, String(since)]));
    searched.push(await runJob('record-searched', [ours, String(batches)]));
  }
  const rate = (jobs: readonly JobResult[]): number => (batches * batchSize) / median(jobs.map((job) => job.seconds));
  const share = (jobs: readonly JobResult[]): number =>
    median(jobs.map((job, i) => (inserted[i] as JobResult).seconds / job.seconds));
  return {
    tables: [
      {
        title: `Batches of ${figure(batchSize)} into ${figure(data.entries)} entries`,
        columns: ['', 'entries/s', 'ratio', 'seconds of each round', 'peak memory, MB'],
        rows: [
          ['plain inserts, same indexes and link tables', inserted] as const,
          ['recorded, with log and chain', recorded] as const,
          ['recorded, with the search index too', searched] as const,
        ].map(([name, jobs]) => [
          name,
          figure(rate(jobs)),
          ratio(share(jobs)),
          jobs.map((job) => figure(job.seconds)).join(', '),
          figure(Math.max(...jobs.map((job) => job.peakMb))),
        ]),
        notes: [
          `${batches} batches a round, each a commit, on copies of one store; prepared statements, WAL, synchronous=FULL on both sides. The plain ` +
            'side inserts the very rows that the program wrote. With the search index: until it has followed, in the measured time.',
        ],
      },
    ],
    bounds: [
      bound('recorded with log and chain', share(recorded), 0.6),
      bound('recorded with the search index too', share(searched), 0.25),
    ],
  };
}

const bound = (what: string, value: number, limit: number): Bound => ({
  what: `${what} / plain inserts`,
  value,
  limit,
  holds: 'at least',
  unit: '×',
});

/** No entry that is recorded from now on has a lower id. */
function nextId(folder: string): number {
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  const { id } = db.prepare('SELECT next_id AS id FROM tenant').get() as { id: number };
  db.close();
  return id;
}
