/** `npm run bench -- [NAME] [OPTIONS]`: runs a benchmark by its name, prints its report, exits 1 when a bound is missed. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type BasicOptions, basic, parts as basicParts } from './basic.ts';
import { mirror } from './mirror.ts';
import { page } from './page.ts';
import { hotSpots } from './profile.ts';
import { met, type Report, render } from './report.ts';
import { documentScale, plotFile, rowNames, scale } from './scale.ts';
import { Refused, simulate, summary } from './simulate.ts';

interface Benchmark {
  readonly summary: string;
  readonly entries: number;
  /** How many companies so many entries are about. */
  companies(entries: number): number;
  /** What of it may be asked for alone. */
  readonly parts: readonly string[];
  /** Where the report of a whole run of the default size is written. */
  readonly results: string;
  run(options: RunOptions): Promise<Report>;
  /** What else such a run writes. */
  document?(report: Report, command: string): void;
}

interface RunOptions extends Omit<BasicOptions, 'only'> {
  /** `null`: all. */
  readonly parts: readonly string[] | null;
  /** Where a picture is written; `null`: nowhere. */
  readonly plot: string | null;
  /** The size was asked for. */
  readonly given: boolean;
}

/** Add a benchmark here. */
const benchmarks: Readonly<Record<string, Benchmark>> = {
  basic: {
    summary: 'import, export, the follow-up query and recording over HTTP (default)',
    entries: 1_000_000,
    companies: (entries) => Math.ceil(entries / 50),
    parts: basicParts,
    results: 'RESULTS.md',
    run: (options) => basic({ ...options, only: options.parts as BasicOptions['only'] }),
  },
  scale: {
    summary: 'what stays constant with ten million entries: docs/performance.md',
    entries: 10_000_000,
    companies: (entries) => Math.min(20_000, Math.ceil(entries / 50)),
    parts: rowNames('sqlite'),
    results: 'SCALE.md',
    run: (options) => scale({ ...options, engine: 'sqlite', rows: options.parts }),
    document: (report, command) => documentScale('sqlite', report, command),
  },
  'scale --engine postgres': {
    summary: 'the same on PostgreSQL, and recording through several servers: docs/scale.md',
    entries: 1_000_000,
    companies: (entries) => Math.min(20_000, Math.ceil(entries / 50)),
    parts: rowNames('postgres'),
    results: 'SCALE-POSTGRES.md',
    run: (options) => scale({ ...options, engine: 'postgres', rows: options.parts }),
    document: (report, command) => documentScale('postgres', report, command),
  },
  page: {
    summary: 'the web page in a slow browser, beside a bare page of the same library',
    entries: 1_000_000,
    companies: (entries) => Math.min(20_000, Math.ceil(entries / 50)),
    parts: [],
    results: 'PAGE.md',
    run: page,
  },
  mirror: {
    summary: 'days and calls that a mirror needs, simulated: docs/mirror.md',
    entries: 1_000_000,
    companies: (entries) => Math.ceil(entries / 50),
    parts: [],
    results: 'MIRROR.md',
    run: (options) => mirror({ ...options, alone: options.given }),
  },
};

const columns = (names: Iterable<readonly [string, string]>): string =>
  [...names].map(([name, text]) => `  ${name.padEnd(25)}${text}`).join('\n');

const help = `npm run bench -- [NAME] [OPTIONS]

Benchmarks:
${columns(Object.entries(benchmarks).map(([name, { summary }]) => [name, summary]))}
${columns([['simulate', summary]])}

Options:
  --entries N       size of the generated data (default ${defaults(({ entries }) => String(entries))})
  --companies N     how many companies it is about (default: one for 50 entries; scale: 20000 at most)
  --engine NAME     sqlite (default) or postgres, which the benchmark itself starts
  --rows NAME,...   only these parts (${defaults(({ parts }) => parts.join(', '))})
  --quick           one short run of each instead of the median of several
  --no-bounds       exit 0 although a bound is missed
  --results FILE    where the report is written; for a whole run of the default size: bench/RESULTS.md, of scale bench/SCALE.md or
                    bench/SCALE-POSTGRES.md; else nowhere
  --plot FILE       where scale draws its picture; of such a run on SQLite docs/images/cost.svg, else nowhere
  --profile FOLDER  write CPU profiles of the program's processes and print where their time goes; no bounds, no report
  --fresh           generate and import anew, whatever an earlier run left in the folder for temporary files
  --help            this text
`;

function defaults(of: (benchmark: Benchmark) => string): string {
  return Object.entries(benchmarks)
    .map(([name, benchmark]) => `${name}: ${of(benchmark)}`)
    .join('; ');
}

async function main(words: readonly string[]): Promise<number> {
  if (words[0] === 'simulate') {
    process.stdout.write(simulate(words.slice(1)));
    return 0;
  }
  const { values: given, positionals } = read(words);
  if (given.help) {
    process.stdout.write(help);
    return 0;
  }
  const [word = 'basic', ...more] = positionals;
  const name = given.engine === 'sqlite' ? word : `${word} --engine ${given.engine}`;
  const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
  if (benchmark === undefined || more.length > 0) {
    throw new Refused(
      `${[name, ...more].join(' ')}: not accepted; accepted: one of ${Object.keys(benchmarks).join(', ')}, or simulate as the first word`,
    );
  }
  const entries = whole('--entries', given.entries, 1000, 100_000_000) ?? benchmark.entries;
  const companies = whole('--companies', given.companies, 1, entries) ?? benchmark.companies(entries);
  const parts = given.rows?.split(',') ?? null;
  const unknown = parts?.find((part) => !benchmark.parts.includes(part));
  if (unknown !== undefined) {
    throw new Refused(`--rows ${unknown}: not accepted; accepted: some of ${benchmark.parts.join(', ')}`);
  }
  const profile = given.profile === undefined ? null : resolve(given.profile);
  if (profile !== null) mkdirSync(profile, { recursive: true });
  const { quick, fresh } = given;

  const complete = parts === null && !quick && given.entries === undefined && given.companies === undefined;
  const plot = given.plot ?? (complete && profile === null ? plotFile : null);
  const report = await benchmark.run({
    ...{ entries, companies, parts, quick, fresh, profile, plot },
    given: given.entries !== undefined,
  });
  if (profile !== null) {
    process.stdout.write(hotSpots(profile));
    return 0;
  }
  const command = ['npm run bench', ...(words.length > 0 ? ['--', ...words] : [])].join(' ');
  const text = render(report, command);
  process.stdout.write(text);
  const results = given.results ?? (complete ? fileURLToPath(new URL(benchmark.results, import.meta.url)) : null);
  if (results !== null) writeFileSync(results, text);
  if (complete) benchmark.document?.(report, command);
  return given['no-bounds'] || report.bounds.every(met) ? 0 : 1;
}

function read(words: readonly string[]) {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: {
        entries: { type: 'string' },
        companies: { type: 'string' },
        engine: { type: 'string', default: 'sqlite' },
        rows: { type: 'string' },
        quick: { type: 'boolean', default: false },
        'no-bounds': { type: 'boolean', default: false },
        results: { type: 'string' },
        plot: { type: 'string' },
        profile: { type: 'string' },
        fresh: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (error) {
    throw new Refused((error as Error).message);
  }
}

function whole(option: string, text: string | undefined, minimum: number, maximum: number): number | null {
  if (text === undefined) return null;
  const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= minimum && number <= maximum) return number;
  throw new Refused(`${option} ${text}: not accepted; accepted: a whole number from ${minimum} to ${maximum}`);
}

// So that what was made for this run is removed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const text = error instanceof Refused ? `${error.message}\n(--help lists the options)` : (error as Error).stack;
  process.stderr.write(`bench: ${text}\n`);
  process.exitCode = error instanceof Refused ? 2 : 1;
}
