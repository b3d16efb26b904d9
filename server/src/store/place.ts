/** Where a store is: a file of SQLite in a folder, or a database of PostgreSQL beside a folder for what is this machine's. */
import { AppError } from '../errors.ts';
import type { Db } from './db.ts';
import { storeExists, storePath } from './files.ts';
import { schemaVersion } from './migrations.ts';
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
  reader: { connections: 3, statementTimeout: 0 },
  command: { connections: 3, statementTimeout: 0 },
} as const;

export const openDb = ({ data, databaseUrl }: Place, use: Use): Db =>
  databaseUrl === null ? openSqlite(storePath(data), sqlite[use]) : openPostgres(databaseUrl, postgres[use]);

/** As a person is told it. */
export const shownPlace = ({ data, databaseUrl }: Place): string => (databaseUrl === null ? data : shownUrl(databaseUrl));

/** Throws `usage` when there is no store; `db`: it opened, if that makes none. */
export async function requireStore(place: Place, db: Db | null): Promise<void> {
  const there = db === null ? storeExists(place.data) : (await schemaVersion(db)) > 0;
  if (there) return;
  throw new AppError('usage', {
    reason: `there is no store in ${shownPlace(place)}; "genjin tenant create" or "genjin import" makes one`,
  });
}
