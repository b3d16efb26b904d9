/** What a run says: steps while it goes on, tables and bounds at its end, the same ones in RESULTS.md. */
import { cpus, loadavg, release, totalmem, type } from 'node:os';

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** What must hold. */
export interface Bound {
  readonly what: string;
  /** `null`: could not be measured, and so is missed. */
  readonly value: number | null;
  readonly limit: number;
  readonly holds: 'at least' | 'at most' | 'below';
  readonly unit: '×' | 'MB' | 'µs' | 's' | 'days' | 'calls';
}

export interface Report {
  /** What a reader must know of the figures; without it, that they vary from machine to machine. */
  readonly about?: readonly string[];
  readonly tables: readonly Table[];
  readonly bounds: readonly Bound[];
}

export function met({ value, holds, limit }: Bound): boolean {
  if (value === null) return false;
  return holds === 'at least' ? value >= limit : holds === 'at most' ? value <= limit : value < limit;
}

const began = performance.now();

/** Tells a person, on stderr, what is being done. */
export function step(text: string): void {
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(5)} s  ${text}\n`);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/** Three significant digits, or whole with separators. */
export function figure(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 100
    ? value.toFixed(0)
    : value >= 10
      ? value.toFixed(1)
      : value >= 0.1 || value === 0
        ? value.toFixed(2)
        : value.toPrecision(2);
}

export const ratio = (value: number): string => `${figure(value)} ×`;

const usual = [
  'Absolute figures vary from machine to machine and from run to run. What counts are the ratios: both sides of each were',
  'measured in the same run, in turns, and the median of the turns is given.',
];

/** The whole report in Markdown that also reads well on a terminal. */
export function render(report: Report, command: string): string {
  return [
    '# Benchmark results',
    '',
    ...(report.about ?? usual),
    '',
    ...conditions(command),
    ...[boundsTable(report), ...report.tables].flatMap((table) => ['', `## ${table.title}`, '', ...renderTable(table)]),
    '',
  ].join('\n');
}

/** The bounds alone, with the conditions that they were measured under. */
export const renderBounds = (report: Report, command: string): string =>
  [...conditions(command), '', ...renderTable(boundsTable(report))].join('\n');

const conditions = (command: string): string[] => [
  `- command: \`${command}\``,
  `- date: ${new Date().toISOString().slice(0, 10)}`,
  `- machine: ${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB memory`,
  `- system: ${type()} ${release()}, Node ${process.version}; load before the run: ${startLoad}`,
];

const boundsTable = (report: Report): Table => ({
  title: 'Bounds',
  columns: ['what', 'measured', 'must be', 'holds'],
  rows: report.bounds.map((bound) => [bound.what, ...cellsOf(bound)]),
  notes: [],
});

function cellsOf(bound: Bound): [string, string, string] {
  const { value, holds, limit, unit } = bound;
  return [
    value === null ? '–' : `${figure(value)} ${unit}`,
    value === null ? '–' : `${holds} ${limit < 0.05 ? figure(limit) : limit} ${unit}`,
    met(bound) ? 'yes' : 'NO',
  ];
}

/** One bound as a line for a person. */
export const told = (bound: Bound): string => `  ${bound.what}: ${cellsOf(bound).join('; ')}`;

const startLoad = loadavg()[0]?.toFixed(2) ?? 'unknown';

export function renderTable({ columns, rows, notes }: Omit<Table, 'title'>): string[] {
  const widths = columns.map((column, i) => Math.max(3, column.length, ...rows.map((row) => (row[i] ?? '').length)));
  // Names to the left, figures to the right.
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(columns), rule, ...rows.map(line), ...notes.flatMap((note) => ['', note])];
}
