/** The benchmark of what stays constant: every row of the table in docs/performance.md, or of that in docs/scale.md, in one run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Report, renderBounds, step, told } from './report.ts';
import { asOf } from './scale-as-of.ts';
import { exported, imported } from './scale-bulk.ts';
import { busy, memory } from './scale-busy.ts';
import { capacity } from './scale-capacity.ts';
import { floor, writes } from './scale-floor.ts';
import { gin } from './scale-gin.ts';
import { keyword } from './scale-keyword.ts';
import { depth, giant, period, second, size } from './scale-pages.ts';
import { plot } from './scale-plot.ts';
import { rival } from './scale-rival.ts';
import { type Engine, lacking, Scale, type ScaleOptions } from './scale-session.ts';
import { total } from './scale-total.ts';
import { trips } from './scale-trips.ts';
import { write } from './scale-write.ts';
import { writing } from './scale-writers.ts';

type Rows = Readonly<Record<string, (scale: Scale) => Promise<Report>>>;

/** In the order in which they are measured: those that write come last, and the memory is that of all servers before. */
const onSqlite = {
  depth,
  period,
  giant,
  second,
  size,
  rival,
  plot,
  floor,
  keyword,
  import: imported,
  export: exported,
  write,
  'as-of': asOf,
  writes,
  busy,
  memory,
} as const satisfies Rows;

const onPostgres = { depth, period, total, trips, rival, gin, capacity, writing } as const satisfies Rows;

const rows: Readonly<Record<Engine, Rows>> = { sqlite: onSqlite, postgres: onPostgres };

export const rowNames = (engine: Engine): readonly string[] => Object.keys(rows[engine]);

export interface ScaleRun extends ScaleOptions {
  /** `null`: all of them. */
  readonly rows: readonly string[] | null;
}

/** The plot of a whole run; it stands in docs/performance.md. */
export const plotFile = fileURLToPath(new URL('../docs/images/cost.svg', import.meta.url));

const documents = { sqlite: '../docs/performance.md', postgres: '../docs/scale.md' } as const;
const [sectionBegin, sectionEnd] = ['<!-- measured: written by npm run bench -- scale -->', '<!-- end of what was measured -->'];

/** Puts the bounds of a whole run into its document. */
export function documentScale(engine: Engine, report: Report, command: string): void {
  const document = fileURLToPath(new URL(documents[engine], import.meta.url));
  const text = readFileSync(document, 'utf8');
  const [before, rest] = text.split(sectionBegin);
  const after = rest?.split(sectionEnd)[1];
  if (before === undefined || after === undefined) throw new Error(`${document} has no place for what was measured`);
  writeFileSync(document, `${before}${sectionBegin}\n\n${renderBounds(report, command)}\n\n${sectionEnd}${after}`);
}

/** A row that cannot be measured is missed; the others are measured all the same. */
const failed =
  (name: string) =>
  (error: Error): Report => {
    step(`${error.stack}`);
    return { tables: [], bounds: [lacking(`row ${name}`, error.message.split('\n')[0] as string)] };
  };

export async function scale(options: ScaleRun): Promise<Report> {
  const run = new Scale(options);
  const reports: Report[] = [];
  try {
    for (const [name, row] of Object.entries(rows[options.engine])) {
      if (options.rows !== null && !options.rows.includes(name)) continue;
      step(`row ${name}`);
      run.row = name;
      const report = await row(run).catch(failed(name));
      for (const bound of report.bounds) step(told(bound));
      reports.push(report);
    }
  } finally {
    await run.close();
  }
  return { tables: reports.flatMap(({ tables }) => tables), bounds: reports.flatMap(({ bounds }) => bounds) };
}
