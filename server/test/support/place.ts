/** A store of its own for a test, on the engine that the run is about: a file of SQLite, or a database of the run's PostgreSQL. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { Client } from 'pg';
import { distribute } from '../../src/store/citus.ts';
import { storePath } from '../../src/store/files.ts';
import { openStore, type Place } from '../../src/store/place.ts';
import { columnTypes } from '../../src/store/postgres-values.ts';

export type Engine = 'sqlite' | 'postgres';

export const engine: Engine = process.env['GENJIN_TEST_ENGINE'] === 'postgres' ? 'postgres' : 'sqlite';

export interface TestPlace extends Place {
  /** A statement on a connection that is none of the program's, and sees every tenant. */
  rows(sql: string, ...values: SQLInputValue[]): Promise<Record<string, unknown>[]>;
  /** The same for statements that answer nothing. */
  exec(sql: string): Promise<void>;
  remove(): Promise<void>;
}

const inMemory = '/dev/shm';

/** A folder for a store, and the way to be rid of it. */
export function temporaryFolder(within = tmpdir()): { folder: string; remove: () => void } {
  const folder = mkdtempSync(join(within, 'genjin-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/**
 * `empty`: a database without any table, as a user gives it to the program. `brief`: in memory where the machine has a folder for that, since
 * hundreds of stores that are gone at once would otherwise mostly wait for the disk.
 */
export async function newPlace({
  on = engine,
  empty = false,
  brief = false,
}: {
  on?: Engine;
  empty?: boolean;
  brief?: boolean;
} = {}): Promise<TestPlace> {
  const { folder, remove } = temporaryFolder(brief && existsSync(inMemory) ? inMemory : undefined);
  if (on === 'sqlite') {
    return {
      data: folder,
      databaseUrl: null,
      async rows(sql, ...values) {
        const file = new DatabaseSync(storePath(folder), { timeout: 5000 });
        try {
          return file.prepare(sql).all(...values);
        } finally {
          file.close();
        }
      },
      async exec(sql) {
        const file = new DatabaseSync(storePath(folder), { timeout: 5000 });
        try {
          file.exec(sql);
        } finally {
          file.close();
        }
      },
      remove: async () => remove(),
    };
  }
  const name = `test_${process.pid}_${Date.now().toString(36)}_${(made++).toString(36)}`;
  const cluster = process.env['GENJIN_TEST_CITUS_URL'];
  if (cluster !== undefined) return onCitus(cluster, name, { folder, remove, empty });
  const { admin, user } = servers();
  await ask(admin, `CREATE DATABASE ${name} OWNER genjin TEMPLATE ${empty ? 'template1' : 'genjin_template'}`);
  const inIt = (url: string): string => Object.assign(new URL(url), { pathname: `/${name}` }).toString();
  return {
    data: folder,
    databaseUrl: inIt(user),
    rows: (sql, ...values) => ask(inIt(admin), sql, values),
    exec: async (sql) => void (await ask(inIt(admin), sql)),
    async remove() {
      await ask(admin, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      remove();
    },
  };
}

/** A schema of its own in a database of a cluster: a database would have to be made on every node. */
async function onCitus(
  url: string,
  name: string,
  { folder, remove, empty }: { folder: string; remove: () => void; empty: boolean },
): Promise<TestPlace> {
  const inIt = new URL(url);
  inIt.searchParams.set('options', `-c search_path=${name}`);
  const databaseUrl = inIt.toString();
  await ask(url, `CREATE SCHEMA ${name}`);
  if (!empty) {
    const db = await openStore({ data: folder, databaseUrl }, 'command', 'make');
    await distribute(db, 4);
    await db.close();
  }
  return {
    data: folder,
    databaseUrl,
    rows: (sql, ...values) => ask(databaseUrl, sql, values),
    exec: async (sql) => void (await ask(databaseUrl, sql)),
    async remove() {
      await ask(url, `DROP SCHEMA ${name} CASCADE`);
      remove();
    },
  };
}

/** What tells a process of the program where it is. */
export const variablesOf = ({ databaseUrl }: Place): Record<string, string> =>
  databaseUrl === null ? {} : { GENJIN_DATABASE_URL: databaseUrl };

let made = 0;

/** As `scripts/test-setup.ts` has started it. */
function servers(): { admin: string; user: string } {
  const [admin, user] = [process.env['GENJIN_TEST_ADMIN_URL'], process.env['GENJIN_TEST_USER_URL']];
  if (admin === undefined || user === undefined) throw new Error('the test run has started no PostgreSQL');
  return { admin, user };
}

async function ask(url: string, sql: string, values: readonly SQLInputValue[] = []): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url, types: columnTypes } as ConstructorParameters<typeof Client>[0]);
  await client.connect();
  try {
    let place = 0;
    const text = sql.replaceAll('?', () => `$${++place}`);
    return (await client.query(text, values as unknown[])).rows as Record<string, unknown>[];
  } finally {
    await client.end();
  }
}
