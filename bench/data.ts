/** The data that benchmarks run on: a generated firm as NDJSON, the requests drawn from it, and a store that holds it. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { openCore } from '../server/src/app.ts';
import { type FirmEntry, type FirmOptions, generateFirm } from '../server/src/demo/firm.ts';
import { Random } from '../server/src/demo/firm-random.ts';
import { storePath } from '../server/src/store/files.ts';
import { runJob } from './processes.ts';
import { step } from './report.ts';

export interface DataOptions {
  readonly entries: number;
  readonly companies: number;
  /** Makes everything anew, whatever an earlier run left. */
  readonly fresh: boolean;
}

/** An entry drawn at random, for requests about what there is. */
export interface DrawnEntry {
  readonly company: number;
  readonly lead: number;
  readonly opportunity: number;
  readonly time: string;
}

/** A generated firm, and what was drawn from it for requests. */
export interface Drawn {
  readonly tenantId: number;
  readonly entries: number;
  readonly companies: number;
  readonly bytes: number;
  /** Companies of entries drawn at random: a company comes as often as it is large. */
  readonly drawnCompanies: readonly number[];
  readonly drawnEntries: readonly DrawnEntry[];
  readonly largestCompany: { readonly companyId: number; readonly entries: number };
}

export interface Dataset extends Drawn {
  readonly file: string;
}

const tenantId = 23412;
const seed = 1;
/** A fixed end, so that equal options give equal data on any day; three years, so that a year has something on both sides. */
const endAt = Date.UTC(2025, 11, 31, 15, 59, 59);
const days = 1095;
/** A year in the midst of them. */
export const year = { from: '2024-07-01', to: '2025-06-30' } as const;

export const firmOptions = (entries: number, companies: number): FirmOptions => ({
  clientId: tenantId,
  seed,
  entries,
  companies,
  salespeople: 200,
  endAt,
  days,
});

const draws = 20_000;
const drawnEntries = 2_000;

/** Where data is kept from run to run. */
export const root = join(tmpdir(), 'genjin-bench');

/** A new folder beside the kept data, until this process ends. */
export function scratchFolder(): string {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const folder = mkdtempSync(join(root, 'run-'));
  if (scratch.length === 0) {
    process.once('exit', () => {
      for (const one of scratch) rmSync(one, { recursive: true, force: true });
    });
  }
  scratch.push(folder);
  return folder;
}

const scratch: string[] = [];

/** Generates the firm, or takes what an earlier run with the same options and the same generator left. */
export async function dataset({ entries, companies, fresh }: DataOptions): Promise<Dataset> {
  const folder = join(root, `firm-${entries}-${companies}`);
  const index = join(folder, 'dataset.json');
  const key = generatorKey([]);
  if (!fresh && existsSync(index)) {
    const kept = JSON.parse(readFileSync(index, 'utf8')) as Dataset & { key: string };
    if (kept.key === key) return kept;
  }
  step(`generating ${entries} entries of ${companies} companies`);
  const part = scratchFolder();
  const output = createWriteStream(join(part, fileName), { highWaterMark: 1 << 20 });
  const made = await writeEntries(output, generateFirm(firmOptions(entries, companies)), entries);
  output.end();
  await finished(output);
  writeFileSync(join(part, 'dataset.json'), JSON.stringify({ ...made, file: join(folder, fileName), key }));
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
  return JSON.parse(readFileSync(index, 'utf8')) as Dataset;
}

const fileName = 'entries.ndjson';

/** Writes `count` entries, one a line, and draws from them. */
export async function writeEntries(output: Writable, entries: Iterable<FirmEntry>, count: number): Promise<Drawn> {
  const random = new Random(seed);
  const companyAt = new Float64Array(count);
  const sizes = new Map<number, number>();
  const chosen = new Set(Array.from({ length: drawnEntries }, () => random.below(count)));
  const drawn: DrawnEntry[] = [];
  let bytes = 0;
  let lines: string[] = [];
  const flush = async (): Promise<void> => {
    const text = Buffer.from(lines.join(''));
    lines = [];
    bytes += text.length;
    if (!output.write(text)) await once(output, 'drain');
  };
  let n = 0;
  for (const entry of entries) {
    const { company_id: company, lead_id: lead, opportunity_id: opportunity, create_time: time } = entry;
    companyAt[n] = company;
    if (company !== 0) sizes.set(company, (sizes.get(company) ?? 0) + 1);
    if (chosen.has(n)) drawn.push({ company, lead, opportunity, time });
    n += 1;
    lines.push(`${JSON.stringify(entry)}\n`);
    if (lines.length === 1000) await flush();
  }
  await flush();
  const drawnCompanies: number[] = [];
  while (drawnCompanies.length < draws) {
    const company = companyAt[random.below(count)] as number;
    if (company !== 0) drawnCompanies.push(company);
  }
  let largestCompany = { companyId: 0, entries: 0 };
  for (const [companyId, size] of sizes) if (size > largestCompany.entries) largestCompany = { companyId, entries: size };
  return { tenantId, entries: count, companies: sizes.size, bytes, drawnCompanies, drawnEntries: drawn, largestCompany };
}

/** What the generated entries depend on, beside the options: the sources of the generator, of this file and of those beside it. */
function generatorKey(beside: readonly string[]): string {
  const hash = createHash('sha256');
  const demo = fileURLToPath(new URL('../server/src/demo/', import.meta.url));
  const sources = readdirSync(demo).filter((name) => name.startsWith('firm'));
  for (const name of sources.sort()) hash.update(readFileSync(join(demo, name)));
  for (const name of ['data.ts', ...beside]) hash.update(readFileSync(fileURLToPath(new URL(name, import.meta.url))));
  return hash.digest('hex');
}

/** A store with the whole data set in it, as the import makes it; an earlier run's when the schema is still the same. */
export const filledStore = (data: Dataset): Promise<string> =>
  keptStore({ parent: join(data.file, '..') }, async (folder) => void (await runJob('import', [data.file, folder])));

interface KeptStore {
  readonly parent: string;
  /** Files beside this one that the content depends on, and the generator with them. */
  readonly sources?: readonly string[];
  readonly fresh?: boolean;
}

/** A store as `fill` makes it in a new folder; an earlier run's when it would still be made the same. */
export async function keptStore(store: KeptStore, fill: (folder: string) => Promise<void>): Promise<string> {
  const folder = await storeFolder(store);
  if (store.fresh || !existsSync(storePath(folder))) {
    step('filling a store');
    const filled = join(scratchFolder(), 'store');
    await fill(filled);
    await keepStore(store, filled);
  }
  return folder;
}

/** Takes over a store that has just been filled, in the place of older ones there. */
export async function keepStore(store: KeptStore, filled: string): Promise<void> {
  const folder = await storeFolder(store);
  mkdirSync(store.parent, { recursive: true });
  for (const name of readdirSync(store.parent)) {
    if (name.startsWith('store-')) rmSync(join(store.parent, name), { recursive: true, force: true });
  }
  renameSync(filled, folder);
}

/** Named after the schema that this program gives an empty store, and after what the content depends on. */
async function storeFolder({ parent, sources }: KeptStore): Promise<string> {
  const scratch = scratchFolder();
  await (await openCore({ data: scratch, databaseUrl: null }, { make: true })).close();
  const db = new DatabaseSync(storePath(scratch), { readOnly: true });
  const schema = db.prepare('SELECT sql FROM sqlite_master ORDER BY name').all();
  db.close();
  const key = createHash('sha256').update(JSON.stringify(schema));
  if (sources !== undefined) key.update(generatorKey(sources));
  return join(parent, `store-${key.digest('hex').slice(0, 16)}`);
}

/** The companies in a store that were not removed: nothing is recorded about the others. */
export function companiesIn(folder: string): ReadonlySet<number> {
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  const rows = db.prepare('SELECT company_id FROM company WHERE removed = 0').all() as { company_id: number }[];
  db.close();
  return new Set(rows.map((row) => row.company_id));
}
