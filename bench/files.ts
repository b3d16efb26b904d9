/** Import and export against the least that either must do: parsing and checking, stringifying. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { BasicOptions } from './basic.ts';
import { type Dataset, filledStore, keepStore, scratchFolder } from './data.ts';
import { type JobResult, runJob } from './processes.ts';
import { profileFile } from './profile.ts';
import { figure, median, type Report, ratio, step } from './report.ts';

/** Entries/s of "import" must be this share of only parsing, of "export" of only stringifying. */
const importBound = 0.2;
const importMemoryBound = 500;
const exportBound = 0.5;

/** Imports into empty stores, in turns with only parsing and checking the same file; the last store is kept for what follows. */
export async function benchImport(data: Dataset, options: BasicOptions): Promise<Report> {
  const store = join(scratchFolder(), 'store');
  const parse: JobResult[] = [];
  const imports: JobResult[] = [];
  for (let run = 1; run <= runsOf(options); run++) {
    step(`import, run ${run}: parsing only, then importing`);
    parse.push(await runJob('parse', [data.file]));
    rmSync(store, { recursive: true, force: true });
    imports.push(await runJob('import', [data.file, store], profileFile(options.profile, 'import')));
  }
  await keepStore({ parent: join(data.file, '..') }, store);
  const [least, ours] = [rate(data, parse), rate(data, imports)];
  const memory = peak(imports);
  return {
    tables: [
      table(`Import of ${size(data)}`, data, [
        ['only parse and check', parse],
        ['genjin import', imports],
      ]),
    ],
    bounds: [
      { what: 'import / only parse and check', value: ours / least, limit: importBound, holds: 'at least', unit: '×' },
      { what: 'import, peak memory', value: memory, limit: importMemoryBound, holds: 'below', unit: 'MB' },
    ],
  };
}

/** Exports to a file, in turns with only stringifying as many entries to such a file. */
export async function benchExport(data: Dataset, options: BasicOptions): Promise<Report> {
  const store = await filledStore(data);
  const target = join(scratchFolder(), 'entries.ndjson');
  const stringify: JobResult[] = [];
  const exports: JobResult[] = [];
  for (let run = 1; run <= runsOf(options); run++) {
    step(`export, run ${run}: stringifying only, then exporting`);
    stringify.push(await runJob('stringify', [data.file, String(data.entries), target]));
    rmSync(target);
    exports.push(await runJob('export', [store, target], profileFile(options.profile, 'export')));
    rmSync(target);
  }
  const [least, ours] = [rate(data, stringify), rate(data, exports)];
  return {
    tables: [
      table(`Export of ${size(data)}`, data, [
        ['only stringify', stringify],
        ['genjin export', exports],
      ]),
    ],
    bounds: [{ what: 'export / only stringify', value: ours / least, limit: exportBound, holds: 'at least', unit: '×' }],
  };
}

const runsOf = (options: BasicOptions): number => (options.quick ? 1 : 3);

const rate = (data: Dataset, runs: readonly JobResult[]): number => data.entries / median(runs.map((run) => run.seconds));
const peak = (runs: readonly JobResult[]): number => Math.max(...runs.map((run) => run.peakMb));
const size = (data: Dataset): string => `${figure(data.entries)} entries (${figure(data.bytes / 1e6)} MB)`;

function table(title: string, data: Dataset, rivals: readonly (readonly [string, readonly JobResult[]])[]) {
  const first = rate(data, rivals[0]?.[1] ?? []);
  return {
    title,
    columns: ['', 'entries/s', 'ratio', 'seconds of each run', 'CPU seconds', 'peak memory, MB'],
    rows: rivals.map(([name, runs]) => [
      name,
      figure(rate(data, runs)),
      ratio(rate(data, runs) / first),
      runs.map((run) => figure(run.seconds)).join(', '),
      figure(median(runs.map((run) => run.cpuSeconds))),
      figure(peak(runs)),
    ]),
    notes: [],
  };
}
