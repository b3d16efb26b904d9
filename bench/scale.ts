/** The benchmark of what stays constant: every row of the table in docs/performance.md, in one run. */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Report, renderBounds, step, told } from './report.ts';
import { asOf } from './scale-as-of.ts';
import { exported, imported } from './scale-bulk.ts';
import { busy, memory } from './scale-busy.ts';
import { floor, writes } from './scale-floor.ts';
import { keyword } from './scale-keyword.ts';
import { depth, giant, period, second, size } from './scale-pages.ts';
import { plot } from './scale-plot.ts';
import { rival } from './scale-rival.ts';
import { lacking, Scale, type ScaleOptions } from './scale-session.ts';
import { write } from './scale-write.ts';

/** In the order in which they are measured: those that write come last, and the memory is that of all servers before. */
const rows = {
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
} as const satisfies Readonly<Record<string, (scale: Scale) => Promise<Report>>>;

export const rowNames = Object.keys(rows) as readonly (keyof typeof rows)[];

export interface ScaleRun extends ScaleOptions {
  /** `null`: all of them. */
  readonly rows: readonly (keyof typeof rows)[] | null;
}

/** The plot of a whole run; it stands in docs/performance.md. */
export const plotFile = fileURLToPath(new URL('../docs/images/cost.svg', import.meta.url));

const document = fileURLToPath(new URL('../docs/performance.md', import.meta.url));
const [sectionBegin, sectionEnd] = ['<!-- measured: written by npm run bench -- scale -->', '<!-- end of what was measured -->'];

/** Puts the bounds of a whole run into docs/performance.md. */
export function documentScale(report: Report, command: string): void {
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
  for (const name of rowNames) {
    if (options.rows !== null && !options.rows.includes(name)) continue;
    step(`row ${name}`);
    run.row = name;
    const report = await rows[name](run).catch(failed(name));
    for (const bound of report.bounds) step(told(bound));
    reports.push(report);
  }
  return { tables: reports.flatMap(({ tables }) => tables), bounds: reports.flatMap(({ bounds }) => bounds) };
}
