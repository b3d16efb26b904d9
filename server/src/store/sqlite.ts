import { chmodSync, closeSync, openSync } from 'node:fs';
import { AppError } from '../errors.ts';
import { Checkpointer } from './checkpointer.ts';
import type { Db, Dialect, Snapshot, Tx, Whose, WriteTx } from './db.ts';
import { Connection } from './sqlite-connection.ts';

const dialect: Dialect = {
  clustered: 'WITHOUT ROWID',
  bytes: 'BLOB',
  definition: (statement) => statement,
  // The file itself tells of every commit.
  stamp: [],
  walls: () => [],
  far: null,
  counts: [],
  alone: null,
  // Without them SQLite supposes ten rows a tenant and walks through a tenant where it should look up an id. Set by hand and not by
  // ANALYZE, so that plans do not depend on when somebody last ran it.
  statistics: (tables) => [
    'ANALYZE',
    'DELETE FROM sqlite_stat1',
    ...tables.map(({ table, index, rows }) => {
      const total = 10 * (rows[0] as number);
      return `INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES ('${table}', '${index}', '${[total, ...rows].join(' ')}')`;
    }),
    'ANALYZE sqlite_schema',
  ],
};

export interface SqliteOptions {
  /** How long a write waits for another process that writes, in ms. */
  readonly busyTimeout?: number;
  /** Page cache of the writing connection, in MiB. */
  readonly cacheMb?: number;
  /** Page cache of the connection that reads most, in MiB. */
  readonly readCacheMb?: number;
}

/** After so many writes a thread moves the log into the file … */
const checkpointEvery = 2000;
/** … which is never quite done while others write: the rest the writing connection does, when the log has so many pages. */
const checkpointAtLast = 16_000;
/** MiB of page cache of a reading connection that is opened because others are in use. */
const otherCacheMb = 16;
/** At most this many writes share a commit, so that the first of them does not wait long. */
const groupLimit = 512;
/** Read connections kept open; more are opened while more reads are under way, and closed again. */
const idleReaders = 2;

/**
 * Opens the store's file, made with mode 0600 when missing. Writing is one connection, reading one per transaction. Another
 * process may write in between: SQLite's lock is asked for without blocking this thread.
 */
export function openSqlite(path: string, options: SqliteOptions = {}): Db {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
  const { busyTimeout = 10_000, cacheMb = 64, readCacheMb = 32 } = options;
  const writer = new Connection(path, cacheMb);
  // Of a new store. An import changes fewer and fuller pages than with 4,096 bytes: a sixth faster (npm run bench -- --only import).
  writer.raw.exec('PRAGMA page_size = 8192');
  writer.raw.exec('PRAGMA journal_mode = WAL');
  // FULL is what "acknowledged" means: the log is on disk before the caller hears of it.
  writer.raw.exec('PRAGMA synchronous = FULL');
  // What is deleted is overwritten: nothing that was erased stays behind in a page.
  writer.raw.exec('PRAGMA secure_delete = ON');
  // Less often than the default of 1,000 pages: each checkpoint writes the same hot pages again.
  writer.raw.exec('PRAGMA wal_autocheckpoint = 4000');
  writer.raw.exec('PRAGMA journal_size_limit = 67108864');
  // From here on it asks for the lock without waiting inside SQLite.
  writer.raw.exec('PRAGMA busy_timeout = 0');
  return new SqliteDb(path, writer, { busyTimeout, readCacheMb });
}

interface Job {
  run(tx: WriteTx): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

class SqliteDb implements Db {
  readonly dialect = dialect;
  readonly counts = null;
  readonly #path: string;
  readonly #writer: Connection;
  readonly #busyTimeout: number;
  readonly #readCacheMb: number;
  /** The one with the large cache; the last of those that are idle, so that it is the first to be taken. */
  #reader: Connection | null = null;
  readonly #idle: Connection[] = [];
  #reading = 0;
  #queue: Job[] = [];
  #writing: Promise<void> | null = null;
  #checkpointer: Checkpointer | null = null;
  /** Never writes and never has a transaction open, so that it hears of every commit. */
  #watch: Connection | null = null;
  #written = 0;
  #closed = false;
  #readsDone: (() => void) | null = null;

  constructor(path: string, writer: Connection, options: Required<Omit<SqliteOptions, 'cacheMb'>>) {
    this.#path = path;
    this.#writer = writer;
    this.#busyTimeout = options.busyTimeout;
    this.#readCacheMb = options.readCacheMb;
  }

  async read<T>(_tenantId: Whose, work: (tx: Tx) => Promise<T>): Promise<T> {
    const connection = this.#beginRead();
    try {
      return await work(connection);
    } finally {
      this.#endRead(connection);
    }
  }

  async snapshot(): Promise<Snapshot> {
    const connection = this.#beginRead();
    // The state is that of the first statement, not of BEGIN.
    await connection.get('SELECT version FROM schema_version LIMIT 1');
    return {
      all: (sql, values) => connection.all(sql, values),
      get: (sql, values) => connection.get(sql, values),
      run: (sql, values) => connection.run(sql, values),
      runMany: (sql, rows) => connection.runMany(sql, rows),
      end: async () => this.#endRead(connection),
    };
  }

  stamp(): number {
    this.#refuseWhenClosed();
    this.#watch ??= new Connection(this.#path, 1, true);
    return this.#watch.number('PRAGMA data_version');
  }

  write<T>(_tenantId: Whose, work: (tx: WriteTx) => Promise<T>): Promise<T> {
    this.#refuseWhenClosed();
    return new Promise<T>((resolve, reject) => {
      this.#queue.push({ run: work, resolve: resolve as (value: unknown) => void, reject });
      this.#writing ??= this.#writeAll();
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#writing;
    if (this.#reading > 0) await new Promise<void>((resolve) => (this.#readsDone = resolve));
    for (const connection of this.#idle) connection.close();
    this.#watch?.close();
    await this.#checkpointer?.close();
    this.#writer.close();
  }

  /** Commands, with few writes or large ones, never need the thread. */
  #checkpoint(writes: number): void {
    this.#written += writes;
    if (this.#written < checkpointEvery) return;
    this.#written = 0;
    if (this.#checkpointer === null) {
      this.#checkpointer = new Checkpointer(this.#path);
      this.#writer.exec(`PRAGMA wal_autocheckpoint = ${checkpointAtLast}`);
    }
    this.#checkpointer.begin();
  }

  #beginRead(): Connection {
    this.#refuseWhenClosed();
    const connection = this.#idle.pop() ?? this.#openReader();
    connection.exec('BEGIN');
    this.#reading += 1;
    return connection;
  }

  #openReader(): Connection {
    const connection = new Connection(this.#path, this.#reader === null ? this.#readCacheMb : otherCacheMb, true);
    this.#reader ??= connection;
    return connection;
  }

  #endRead(connection: Connection): void {
    try {
      connection.exec('COMMIT');
      if (connection === this.#reader) this.#idle.push(connection);
      else if (this.#idle.length < idleReaders) this.#idle.unshift(connection);
      else connection.close();
    } catch (error) {
      if (connection === this.#reader) this.#reader = null;
      connection.close();
      throw error;
    } finally {
      this.#reading -= 1;
      if (this.#reading === 0) this.#readsDone?.();
    }
  }

  #refuseWhenClosed(): void {
    if (this.#closed) throw new AppError('store_unavailable');
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      // One turn of the event loop: requests that are already at the socket join this commit.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#writeGroup(this.#queue.splice(0, groupLimit));
    }
    // At once with the last look at the queue: a write that comes later must start anew.
    this.#writing = null;
  }

  async #writeGroup(jobs: Job[]): Promise<void> {
    const done: (() => void)[] = [];
    // A write of its own needs no savepoint, for which SQLite would keep a copy of every page that it changes.
    const alone = jobs.length === 1;
    try {
      await this.#begin();
      for (const job of jobs) {
        if (!alone) this.#writer.exec('SAVEPOINT job');
        try {
          const value = await job.run(this.#writer);
          if (!alone) this.#writer.exec('RELEASE job');
          done.push(() => job.resolve(value));
        } catch (error) {
          // SQLite itself ends the transaction on a full disk and the like; then no job of the group is safe.
          if (alone || !this.#writer.raw.isTransaction) throw error;
          this.#writer.exec('ROLLBACK TO job');
          this.#writer.exec('RELEASE job');
          done.push(() => job.reject(error));
        }
      }
      this.#writer.exec('COMMIT');
    } catch (error) {
      if (this.#writer.raw.isTransaction) this.#writer.exec('ROLLBACK');
      for (const job of jobs) job.reject(error);
      return;
    }
    for (const settle of done) settle();
    this.#checkpoint(jobs.length);
  }

  /** Another process may hold the write lock; waiting inside SQLite would stop every read of this one. */
  async #begin(): Promise<void> {
    const giveUpAt = Date.now() + this.#busyTimeout;
    for (let wait = 1; ; wait = Math.min(wait * 2, 25)) {
      try {
        this.#writer.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(error)) throw error;
        if (Date.now() >= giveUpAt) throw new AppError('store_unavailable', {}, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, wait));
      }
    }
  }
}

function isBusy(error: unknown): boolean {
  const code = (error as { errcode?: unknown }).errcode;
  return typeof code === 'number' && (code & 0xff) === 5;
}
