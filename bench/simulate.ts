/**
 * `npm run bench -- simulate [OPTIONS]`: how evenly tenants of very unequal size lie on the nodes of a database that keeps each of
 * them whole on one node. Computed, not measured; what was measured elsewhere comes in by options, and without it the loads stay
 * multiples of the mean.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { figure, ratio, renderTable, type Table } from './report.ts';
import {
  type Found,
  find,
  leastFull,
  mostIsolated,
  type Outcome,
  type SimulationOptions,
  salts,
  sum,
  tooLarge,
} from './simulate-tenants.ts';

/** What the command line does not accept. */
export class Refused extends Error {}

export const summary = 'how evenly tenants lie on the nodes of a database, computed; it has options of its own: simulate --help';

interface Option {
  readonly about: string;
  /** `null`: nobody knows until it has been measured. */
  readonly usual: string | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly whole?: true;
  readonly list?: true;
}

const asMeasured = { usual: null, minimum: 0.000001, maximum: 1e9 } as const;
const asKnown = { ...asMeasured, minimum: 0 } as const;

const accepted = {
  tenants: { about: 'how many tenants', usual: '100000', minimum: 1, maximum: 10_000_000, whole: true },
  entries: { about: 'how many entries they have together', usual: '10000000000', minimum: 1, maximum: 1e15, whole: true },
  skew: { about: 'the tenant at rank r has 1/r^SKEW of what the largest has', usual: '1.1', minimum: 0, maximum: 5, list: true },
  nodes: { about: 'nodes', usual: '4,8,16,32,64', minimum: 1, maximum: 1024, whole: true, list: true },
  shards: { about: 'shards of each table', usual: '32,128,512', minimum: 1, maximum: 16_384, whole: true, list: true },
  isolate: {
    about: 'how many of the largest tenants get shards of their own; with 0 the shards are only rebalanced',
    usual: '0,100',
    minimum: 0,
    maximum: mostIsolated,
    whole: true,
    list: true,
  },
  limit: { about: 'how full, in multiples of the mean, a node may be', usual: '1.2', minimum: 1, maximum: 100 },
  'request-exponent': {
    about: 'the requests of a tenant grow with its size to this power',
    usual: '0.8',
    minimum: 0,
    maximum: 2,
  },
  salts: {
    about: 'so many times all tenants are placed, each time as if they had other ids',
    usual: '1000',
    minimum: 1,
    maximum: 10_000,
    whole: true,
  },
  seed: { about: 'gives other salts', usual: '1', minimum: 0, maximum: 2 ** 32 - 1, whole: true },
  'bytes-per-entry': { about: 'bytes on disk, with indexes and change log', ...asMeasured },
  'requests-per-entry-per-day': { about: 'pages that are asked for in a day, for each entry there is', ...asKnown },
  'writes-per-entry-per-day': { about: 'entries that are recorded in a day, for each entry there is', ...asKnown },
  'pages-per-second-per-core': { about: 'pages that a core of a node answers', ...asMeasured },
  'writes-per-second-per-core': { about: 'entries that a core of a node records', ...asMeasured },
  'cores-per-node': { about: 'cores of a node', ...asMeasured },
  peak: { about: 'how many times the mean of the day the busiest time has', usual: '1', minimum: 1, maximum: 1000 },
} as const satisfies Readonly<Record<string, Option>>;

type Name = keyof typeof accepted;

const names = Object.keys(accepted) as readonly Name[];

const help = `npm run bench -- simulate [OPTIONS]

Options; those with a list take several values with commas between them:
${names.map((name) => `  --${`${name} N${'list' in accepted[name] ? ',…' : ''}`.padEnd(32)}${accepted[name].about} (${usualOf(name)})`).join('\n')}
  --${'out FILE'.padEnd(32)}write the report to this file, too
  --${'help'.padEnd(32)}this text
`;

function usualOf(name: Name): string {
  const { usual } = accepted[name];
  return usual === null ? 'without it, what needs it is left out' : `default ${usual}`;
}

/** By option, for the arithmetic: what was given, or is usual. What has to be measured is only there when it was given. */
type Figures = Partial<Readonly<Record<Name, number>>>;

interface Options extends SimulationOptions {
  readonly skews: readonly number[];
  readonly figures: Figures;
}

/** Prints nothing: answers the report, or the help. */
export function simulate(words: readonly string[]): string {
  const { out, help: asked, ...given } = read(words);
  if (asked) return help;
  const options = optionsOf(given);
  const text = render(options, ['npm run bench -- simulate', ...words.map(quoted)].join(' '));
  if (out !== undefined) writeFileSync(out, text);
  return text;
}

const quoted = (word: string): string => (/^[\w.,=/:-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);

function read(words: readonly string[]) {
  const texts = Object.fromEntries(names.map((name) => [name, { type: 'string' }])) as Record<Name, { type: 'string' }>;
  try {
    return parseArgs({
      args: [...words],
      options: { ...texts, out: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    }).values;
  } catch (error) {
    throw new Refused((error as Error).message);
  }
}

function optionsOf(given: Partial<Record<Name, string>>): Options {
  const all = (name: Name): readonly number[] => numbersOf(name, given[name] ?? accepted[name].usual);
  const one = (name: Name): number => all(name)[0] as number;
  const figures = Object.fromEntries(names.filter((name) => all(name).length > 0).map((name) => [name, one(name)])) as Figures;
  const tenants = one('tenants');
  return {
    tenants,
    entries: one('entries'),
    skews: all('skew'),
    nodes: all('nodes'),
    shards: all('shards'),
    isolate: [...new Set(all('isolate').map((count) => Math.min(count, tenants)))],
    limit: one('limit'),
    requestExponent: one('request-exponent'),
    salts: salts(one('seed'), one('salts')),
    figures,
  };
}

/** None when there is no text. */
function numbersOf(name: Name, text: string | null): readonly number[] {
  if (text === null) return [];
  const { minimum, maximum, whole, list }: Option = accepted[name];
  const form = whole ? /^\d{1,16}$/ : /^\d{1,10}(\.\d{1,12})?$/;
  const parts = list ? text.split(',') : [text];
  if (parts.every((part) => form.test(part) && Number(part) >= minimum && Number(part) <= maximum)) return parts.map(Number);
  const what = `${list ? 'a list, with commas, of ' : 'a '}${whole ? 'whole ' : ''}number${list ? 's' : ''}`;
  throw new Refused(`--${name} ${text}: not accepted; accepted: ${what} from ${minimum} to ${maximum}`);
}

function tenantTable(all: readonly Found[], limit: number): Table {
  const row = ({ skew, tenants: { entries, requests } }: Found): string[] => [
    String(skew),
    ...[1, 10, 100].map((count) => percent(sum(entries.subarray(0, count)) / sum(entries))),
    percent(requests[0] as number),
    count(entries[0] as number),
    count(entries[entries.length >> 1] as number),
    count(Math.max(0, Math.ceil((limit * sum(entries)) / (entries[0] as number)) - 1)),
  ];
  return {
    title: 'Tenants',
    columns: [
      'skew',
      'entries of the largest',
      'of the 10 largest',
      'of the 100 largest',
      'requests of the largest',
      'entries, largest',
      'entries, median',
      `most nodes below ${limit} ×`,
    ],
    rows: all.map(row),
    notes: [
      `Last column: with more nodes the largest tenant alone is ${limit} times the mean of a node or more, wherever it lies.`,
    ],
  };
}

function loadTable({ skew, tenants, outcomes }: Found, { salts: { length } }: Options): Table {
  const row = ({ nodes, shards, policy, fullest, busiest, underHalf: sparse }: Outcome): string[] => [
    ...[String(nodes), String(shards), policy, ratio(leastFull(tenants, nodes))],
    ...[fullest, busiest].flatMap(({ median: usual, worst }) => [ratio(usual), ratio(worst)]),
    figure(nodes / busiest.worst),
    `${sparse.median} (${sparse.worst})`,
  ];
  const worst = length < 100 ? 'worst' : 'p99';
  return {
    title: `Skew ${skew}: how full and how busy the nodes are, as multiples of the mean node`,
    columns: [
      ...['nodes', 'shards', 'policy', 'at least', 'fullest', `fullest, ${worst}`, 'busiest', `busiest, ${worst}`],
      ...['worth nodes', 'under half'],
    ],
    rows: outcomes.map(row),
    notes: [
      [
        'hashed: shards placed in turns. rebalanced: the same shards, placed anew by their entries. N isolated: the N largest',
        'tenants on shards of their own before that.',
      ].join('\n'),
      [
        'at least: what the largest tenant alone makes of its node. fullest: by entries; busiest: by requests; of the salts the',
        `median and the ${length < 100 ? 'worst' : '99th percentile (p99)'}. worth nodes: so many nodes that are equally busy carry as many requests as these`,
        `before the busiest has all it can do (${worst}). under half: nodes with less than half of the mean entries, median (${worst}).`,
      ].join('\n'),
    ],
  };
}

function neededTable({ skew, tenants, needed }: Found, options: Options): Table {
  const cell = (nodes: number, shards: number): string => {
    if (leastFull(tenants, nodes) >= options.limit) return 'never';
    const found = needed.find((one) => one.nodes === nodes && one.shards === shards)?.tenants ?? null;
    if (found !== null) return String(found);
    return options.tenants > mostIsolated ? `over ${mostIsolated}` : 'never';
  };
  return {
    title: `Skew ${skew}: how many tenants must be isolated for the fullest node to stay below ${options.limit} times the mean`,
    columns: ['nodes', ...options.shards.map((shards) => `${shards} shards`), 'too large'],
    rows: options.nodes.map((nodes) => [
      String(nodes),
      ...options.shards.map((shards) => cell(nodes, shards)),
      String(tooLarge(tenants, nodes, options.limit)),
    ]),
    notes: [
      [
        `The shards are rebalanced, too. too large: so many tenants are alone ${options.limit} times the mean of a node or more; while there is`,
        'one, no number is enough.',
      ].join('\n'),
    ],
  };
}

/** A column that needs figures. */
interface Derived {
  readonly column: string;
  readonly needs: readonly Name[];
  /** `of`: a figure that was given. */
  value(outcome: Outcome, of: (name: Name) => number): number;
  readonly show?: (value: number) => string;
}

const gigabytes = ({ nodes }: Outcome, of: (name: Name) => number): number =>
  (of('entries') * of('bytes-per-entry')) / nodes / 1e9;

/** So many a second come to the busiest node. */
const asked =
  (each: Name) =>
  ({ nodes, busiest }: Outcome, of: (name: Name) => number): number =>
    ((of('entries') * of(each) * of('peak')) / 86_400 / nodes) * busiest.worst;

const [pagesAsked, writesAsked] = [asked('requests-per-entry-per-day'), asked('writes-per-entry-per-day')];

/** So many a second all nodes can do together when the busiest one does what it can. */
const possible =
  (perCore: Name) =>
  ({ nodes, busiest }: Outcome, of: (name: Name) => number): number =>
    (nodes * of('cores-per-node') * of(perCore)) / busiest.worst;

const perPage = ['requests-per-entry-per-day', 'pages-per-second-per-core'] as const;
const perWrite = ['writes-per-entry-per-day', 'writes-per-second-per-core'] as const;

const derived: readonly Derived[] = [
  { column: 'GB, mean', needs: ['bytes-per-entry'], value: gigabytes },
  { column: 'GB, fullest', needs: ['bytes-per-entry'], value: (one, of) => gigabytes(one, of) * one.fullest.worst },
  { column: 'pages/s, busiest', needs: [perPage[0]], value: pagesAsked },
  { column: 'writes/s, busiest', needs: [perWrite[0]], value: writesAsked },
  { column: 'cores for pages', needs: perPage, value: (one, of) => pagesAsked(one, of) / of(perPage[1]) },
  { column: 'cores for writes', needs: perWrite, value: (one, of) => writesAsked(one, of) / of(perWrite[1]) },
  {
    column: 'of its cores',
    needs: [...perPage, ...perWrite, 'cores-per-node'],
    value: (one, of) => (pagesAsked(one, of) / of(perPage[1]) + writesAsked(one, of) / of(perWrite[1])) / of('cores-per-node'),
    show: percent,
  },
  { column: 'pages/s, all', needs: [perPage[1], 'cores-per-node'], value: possible(perPage[1]) },
  { column: 'writes/s, all', needs: [perWrite[1], 'cores-per-node'], value: possible(perWrite[1]) },
];

/** `null`: no figures were given. */
function figureTable({ skew, outcomes }: Found, { figures, salts: { length } }: Options): Table | null {
  const shown = derived.filter(({ needs }) => missing(needs, figures).length === 0);
  if (shown.length === 0) return null;
  const of = (name: Name): number => figures[name] as number;
  const row = (outcome: Outcome): string[] => [
    ...[String(outcome.nodes), String(outcome.shards), outcome.policy],
    ...shown.map(({ value, show = figure }) => show(value(outcome, of))),
  ];
  return {
    title: `Skew ${skew}: with the figures that were given`,
    columns: ['nodes', 'shards', 'policy', ...shown.map(({ column }) => column)],
    rows: outcomes.map(row),
    notes: [
      [
        `fullest: of the fullest node; busiest, cores: of the busiest one; ${length < 100 ? 'the worst of the salts' : 'the 99th percentile'}. all: what all nodes`,
        'do together, pages alone or writes alone, when the busiest one does what it can.',
      ].join('\n'),
    ],
  };
}

const missing = (needs: readonly Name[], figures: Figures): readonly Name[] =>
  needs.filter((name) => figures[name] === undefined);

/** So that nobody takes the absence of a column for an answer. */
function notGiven({ figures }: Options): readonly string[] {
  const lacking = missing([...new Set(derived.flatMap(({ needs }) => needs))], figures);
  if (lacking.length === 0) return [];
  return [`- not given, and what needs it left out: ${lacking.map((name) => `\`--${name}\``).join(', ')}`];
}

function render(options: Options, command: string): string {
  const all = options.skews.map((skew) => find(options, skew));
  const each = (found: Found): readonly (Table | null)[] => [
    loadTable(found, options),
    neededTable(found, options),
    figureTable(found, options),
  ];
  const tables = [tenantTable(all, options.limit), ...all.flatMap(each)].filter((table) => table !== null);
  return [
    '# Tenants on the nodes of a database: a simulation',
    '',
    'Computed, not measured: no database took part. Each tenant lies whole on one shard, and each shard on one node.',
    '',
    `- command: \`${command}\``,
    `- tenants: ${count(options.tenants)} with ${count(options.entries)} entries; requests grow with size^${options.requestExponent}`,
    `- salts: ${options.salts.length}; each is a placement of all tenants as if they had other ids`,
    ...notGiven(options),
    ...tables.flatMap((table) => ['', `## ${table.title}`, '', ...renderTable(table)]),
    '',
  ].join('\n');
}

const count = (value: number): string => value.toLocaleString('en-US');

function percent(share: number): string {
  return `${figure(100 * share)} %`;
}
