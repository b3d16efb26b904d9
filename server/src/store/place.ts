/** Where a store is: a file of SQLite in a folder, or a database of PostgreSQL beside a folder for what is this machine's. */
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import { makeFolder, storeExists, storePath } from './files.ts';
import { migrate, schemaVersion } from './migrations.ts';
import { openPostgres, shownUrl } from './postgres.ts';
import { openSqlite } from './sqlite.ts';

export interface Place {
  /** A folder. */
  readonly data: string;
  /** `null`: the store is in the folder. */
  readonly databaseUrl: string | null;
}

/**
 * What opens it: `server`: the thread that answers requests, whose memory is shared with what is read; `reader`: a thread beside it;
 * `command`: it has the machine for itself.
 */
export type Use = 'server' | 'reader' | 'command';

const sqlite = { server: { cacheMb: 16 }, reader: { cacheMb: 16, readCacheMb: 16 }, command: {} } as const;
const postgres = {
  server: { connections: 12 },
  // Exports and totals that are counted may take long.
  reader: { connections: 3, patient: true },
  command: { connections: 3, patient: true },
} as const;

/** Opens it as it is, or as it will be once it is made. */
export const openDb = ({ data, databaseUrl }: Place, use: Use): Db =>
  databaseUrl === null ? openSqlite(storePath(data), sqlite[use]) : openPostgres(databaseUrl, postgres[use]);

/**
 * Opens it in this program's shape. `make`: one that is not there is made, otherwise that throws `usage`; `as it is`: nothing is written,
 * another process sees to its shape.
 */
export async function openStore(place: Place, use: Use, when: 'make' | 'there' | 'as it is'): Promise<Db> {
  const embedded = place.databaseUrl === null;
  // To open a file is to make it.
  if (embedded && when !== 'make' && !storeExists(place.data)) throw missing(place);
  if (embedded) makeFolder(place.data);
  const db = openDb(place, use);
  try {
    if (when !== 'make' && (await schemaVersion(db)) === 0) throw missing(place);
    if (when !== 'as it is') await migrate(db);
    return db;
  } catch (error) {
    await db.close();
    throw error;
  }
}

/** As a person is told it. */
export const shownPlace = ({ data, databaseUrl }: Place): string => (databaseUrl === null ? data : shownUrl(databaseUrl));

const missing = (place: Place): AppError =>
  new AppError('usage', {
    reason: `there is no store in ${shownPlace(place)}; "genjin tenant create" or "genjin import" makes one`,
  });
