/** The two sides of the write rate: the program recording in batches, and the same rows as plain inserts. */
import { DatabaseSync } from 'node:sqlite';
import { openCore } from '../server/src/app.ts';
import { Random } from '../server/src/demo/firm-random.ts';
import type { TrailRecord } from '../server/src/domain/trail.ts';
import { storePath } from '../server/src/store/files.ts';
import { followAll } from '../server/src/store/search-follower.ts';
import { companiesIn } from './data.ts';
import { content } from './push.ts';
import { stockOf } from './scale-data.ts';

/** Entries a commit. */
export const batchSize = 1000;
/** Batches that are not timed, while code is compiled and caches fill. */
const unmeasured = 5;

/** Prepares, and answers the work that is timed. */
type Prepared = () => Promise<void>;

/**
 * Records `batches` batches about the companies of the store, half of the entries with a contact person. `searched`: until the search index
 * has them too.
 */
export async function recordBatches(folder: string, batches: number, searched: boolean): Promise<Prepared> {
  const { tenantId } = stockOf(folder);
  const records = recordsFor(folder, (batches + unmeasured) * batchSize);
  const core = await openCore({ data: folder, databaseUrl: null }, { make: false });
  const caller = {
    tenantId,
    clientId: 'bench',
    userId: 1,
    member: false,
    scopes: new Set(['company']),
    actor: 'command:bench',
  } as const;
  const record = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++) await core.trails.recordAll(caller, records.slice(i * batchSize, (i + 1) * batchSize), null);
  };
  await record(0, unmeasured);
  if (searched) await followAll(core.db, tenantId);
  return async () => {
    await record(unmeasured, unmeasured + batches);
    if (searched) await followAll(core.db, tenantId);
    await core.close();
  };
}

/** Usual follow-ups, some of them about a contact person. */
function recordsFor(folder: string, count: number): TrailRecord[] {
  const random = new Random(Date.now() >>> 0);
  const there = companiesIn(folder);
  const db = new DatabaseSync(storePath(folder), { readOnly: true });
  const contacts = db.prepare('SELECT company_id AS company, contact_id AS contact FROM contact WHERE company_id <> 0');
  const known = (contacts.all() as { company: number; contact: number }[]).filter(({ company }) => there.has(company));
  db.close();
  const companies = [...there];
  const now = Date.now();
  return Array.from({ length: count }, (_, i) => {
    const person = known.length > 0 && random.chance(0.5) ? random.pick(known) : null;
    return {
      type: 101 + (i % 12),
      content: content(i),
      companyId: person?.company ?? random.pick(companies),
      leadId: null,
      opportunityId: null,
      contactIds: person === null ? [] : [person.contact],
      leadContactIds: [],
      fileIds: [],
      happenedAt: Math.floor((now - random.below(86_400_000)) / 1000) * 1000,
      authorId: null,
    };
  });
}

/**
 * The entries of `source` from an id on, in batches, into the same tables of a copy of the store: the entries' table with all its
 * indexes and its link tables, as the schema has them.
 */
export async function insertBatches(folder: string, source: string, sinceId: number): Promise<Prepared> {
  const db = new DatabaseSync(storePath(folder));
  // As the program has it.
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 4000', 'cache_size = -65536'])
    db.exec(`PRAGMA ${pragma}`);
  const tables = tablesOf(db).map((table) => ({ ...table, rows: rowsOf(source, table, sinceId) }));
  const statements = tables.map(({ name, columns }) =>
    db.prepare(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`),
  );
  const ids = [...new Set(tables.flatMap(({ rows }) => [...rows.keys()]))].sort((a, b) => a - b);
  const insert = (from: number, to: number): void => {
    for (let start = from; start < to; start += batchSize) {
      db.exec('BEGIN IMMEDIATE');
      for (const id of ids.slice(start, start + batchSize)) {
        for (const [i, { rows }] of tables.entries()) for (const row of rows.get(id) ?? []) statements[i]?.run(...row);
      }
      db.exec('COMMIT');
    }
  };
  insert(0, unmeasured * batchSize);
  return async () => {
    insert(unmeasured * batchSize, ids.length);
    db.close();
  };
}

interface EntryTable {
  readonly name: string;
  readonly columns: readonly string[];
}

/** The entries' own table and its link tables, from the schema. */
function tablesOf(db: DatabaseSync): EntryTable[] {
  const names = db.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name LIKE 'trail%' ORDER BY name").all();
  return (names as { name: string }[])
    .map(({ name }) => ({
      name,
      columns: db
        .prepare('SELECT name FROM pragma_table_info(?)')
        .all(name)
        .map((column) => String(column['name'])),
    }))
    .filter(({ columns }) => columns.includes('trail_id'));
}

function rowsOf(source: string, { name, columns }: EntryTable, sinceId: number): Map<number, (string | number)[][]> {
  const db = new DatabaseSync(storePath(source), { readOnly: true });
  const rows = db.prepare(`SELECT ${columns.join(', ')} FROM ${name} WHERE trail_id >= ?`).all(sinceId);
  db.close();
  const found = new Map<number, (string | number)[][]>();
  for (const row of rows as Record<string, string | number>[]) {
    const values = columns.map((column) => row[column] as string | number);
    const id = row['trail_id'] as number;
    found.set(id, [...(found.get(id) ?? []), values]);
  }
  return found;
}
