import { type ClientConfig, DatabaseError, Pool, type PoolClient } from 'pg';
import { AppError } from '../errors.ts';
import type { Db, Snapshot, Tx, Whose, WriteTx } from './db.ts';
import { postgresCounts } from './postgres-counts.ts';
import { dialect } from './postgres-dialect.ts';
import { PostgresTransaction } from './postgres-transaction.ts';
import { columnTypes } from './postgres-values.ts';

export interface PostgresOptions {
  /** Connections of this thread, for what is read and written in one go. */
  readonly connections?: number;
  /** For what may take long, such as an export: a statement may take any time, and the processors of several. */
  readonly patient?: boolean;
}

/** What a statement may take, in ms. */
const statementTimeout = 30_000;
/**
 * A page takes a few rows from an index, and the planner does not know that: it estimates a range by its share of the table, where it is
 * one block of the timeline, and would start other processes (14 ms for a total of 365 days instead of 3). Nor is anything won by planning
 * such a statement again for its values.
 */
const brief = [
  'SET jit = off',
  'SET max_parallel_workers_per_gather = 0',
  // Citus chooses the node by the values, and has no plan without them.
  "SELECT set_config('plan_cache_mode', 'force_generic_plan', false) WHERE NOT EXISTS (SELECT FROM pg_extension WHERE extname = 'citus')",
].join('; ');
/** So that Citus tells the other nodes whose rows there are; to others the name says nothing. */
const ofCitus = "SET citus.propagate_set_commands = 'local'";

/** How long a connection may take to be made or to become free, in ms. */
const patience = 5_000;
/** At most this many writes share a commit, so that the first of them does not wait long. */
const groupLimit = 512;
/** What is read in portions keeps a connection for as long as it takes; others of its kind wait for one of these. */
const snapshots = 8;

const reading = 'ISOLATION LEVEL REPEATABLE READ READ ONLY';

/** What to connect to; throws `usage` when the text is no address of a database. */
function configOf(url: string): ClientConfig {
  let parsed: URL;
  try {
    parsed = new URL(url);
    if (!/^postgres(ql)?:$/.test(parsed.protocol)) throw new TypeError(parsed.protocol);
  } catch (cause) {
    throw new AppError(
      'usage',
      { reason: 'the database URL is not accepted; accepted: postgres://USER:PASSWORD@HOST:PORT/DATABASE' },
      { cause },
    );
  }
  return {
    connectionString: url,
    application_name: 'genjin',
    connectionTimeoutMillis: patience,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: columnTypes,
    pipeline: true,
  } as ClientConfig;
}

/** An address without its password. */
export function shownUrl(url: string): string {
  try {
    const shown = new URL(url);
    if (shown.password !== '') shown.password = '***';
    return shown.toString();
  } catch {
    return 'the given database URL';
  }
}

/** Opens the store in a database; nothing is asked of it yet. Throws `usage` when the URL is none. */
export function openPostgres(url: string, options: PostgresOptions = {}): Db {
  return new PostgresDb(url, options);
}

interface Job {
  run(tx: WriteTx): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

class PostgresDb implements Db {
  readonly dialect = dialect;
  readonly counts = postgresCounts((tenantId, work) => this.#briefly(tenantId, '; SET LOCAL synchronous_commit = off', work));
  readonly #url: string;
  readonly #reads: Pool;
  readonly #writes: Pool;
  readonly #snapshots: Pool;
  /** By tenant, what waits for its next commit, as long as somebody writes. */
  readonly #queues = new Map<Whose, Job[]>();
  readonly #writing = new Set<Promise<void>>();
  #closed = false;

  constructor(url: string, { connections = 10, patient = false }: PostgresOptions) {
    this.#url = url;
    const config = { ...configOf(url), statement_timeout: patient ? 0 : statementTimeout };
    const writers = Math.max(1, Math.floor(connections / 3));
    const pool = (max: number): Pool => {
      const made = new Pool({ ...config, max, idleTimeoutMillis: 60_000, allowExitOnIdle: true });
      // One that breaks while nobody uses it is replaced by the pool.
      made.on('error', () => undefined);
      made.on('connect', (client) => {
        client.on('error', () => undefined);
        // What goes wrong here is what the next statement says.
        client.query(patient ? ofCitus : `${ofCitus}; ${brief}`).catch(() => undefined);
      });
      return made;
    };
    this.#reads = pool(Math.max(1, connections - writers));
    this.#writes = pool(writers);
    this.#snapshots = pool(snapshots);
  }

  async read<T>(tenantId: Whose, work: (tx: Tx) => Promise<T>): Promise<T> {
    const client = await this.#connect(this.#reads);
    const tx = new PostgresTransaction(client, tenantId);
    tx.begin(reading);
    try {
      return await work(tx);
    } catch (error) {
      throw this.#said(tx.cause(error));
    } finally {
      await this.#release(client, tx);
    }
  }

  /** Ends what was only read. The answer is nobody's matter: whoever has the connection next waits behind it. */
  async #release(client: PoolClient, tx: PostgresTransaction): Promise<void> {
    const ended = tx.end();
    // Of a statement that was refused the driver knows only then that the connection does not have it.
    if (tx.failed) await ended;
    client.release();
  }

  async snapshot(tenantId: Whose): Promise<Snapshot> {
    const client = await this.#connect(this.#snapshots);
    const tx = new PostgresTransaction(client, tenantId);
    tx.begin(reading);
    const said = async <T>(result: Promise<T>): Promise<T> => {
      try {
        return await result;
      } catch (error) {
        throw this.#said(tx.cause(error));
      }
    };
    let ended = false;
    const end = async (): Promise<void> => {
      if (ended) return;
      ended = true;
      await this.#release(client, tx);
    };
    try {
      // The state is that of the first statement, not of BEGIN.
      await said(tx.get('SELECT 1'));
    } catch (error) {
      await end();
      throw error;
    }
    return {
      all: (sql, values) => said(tx.all(sql, values)),
      get: (sql, values) => said(tx.get(sql, values)),
      run: (sql, values) => said(tx.run(sql, values)),
      runMany: (sql, rows) => said(tx.runMany(sql, rows)),
      end,
    };
  }

  async stamp(tenantId: number): Promise<number> {
    const row = await this.#briefly(tenantId, reading, (tx) =>
      tx.get('SELECT stamp FROM tenant WHERE tenant_id = ?', [tenantId]),
    );
    return (row?.[0] as number | undefined) ?? -1;
  }

  /** A transaction whose statements are all asked at once: one round trip. */
  async #briefly<T>(tenantId: number, mode: string, work: (tx: PostgresTransaction) => Promise<T>): Promise<T> {
    const client = await this.#connect(this.#reads);
    const tx = new PostgresTransaction(client, tenantId);
    try {
      tx.begin(mode);
      const result = work(tx);
      const ended = tx.end();
      try {
        return await result;
      } finally {
        // What was written is there for others only then.
        if (tx.failed || mode !== reading) await ended;
      }
    } catch (error) {
      throw this.#said(tx.cause(error));
    } finally {
      client.release();
    }
  }

  write<T>(tenantId: Whose, work: (tx: WriteTx) => Promise<T>): Promise<T> {
    if (this.#closed) throw new AppError('store_unavailable');
    return new Promise<T>((resolve, reject) => {
      const job: Job = { run: work, resolve: resolve as (value: unknown) => void, reject };
      const queue = this.#queues.get(tenantId);
      if (queue !== undefined) {
        queue.push(job);
        return;
      }
      this.#queues.set(tenantId, [job]);
      const writing = this.#writeAll(tenantId).finally(() => this.#writing.delete(writing));
      this.#writing.add(writing);
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await Promise.all(this.#writing);
    await Promise.all([this.#reads, this.#writes, this.#snapshots].map((pool) => pool.end()));
  }

  async #connect(pool: Pool): Promise<PoolClient> {
    if (pool.ending) throw new AppError('store_unavailable');
    try {
      return await pool.connect();
    } catch (error) {
      throw this.#said(error);
    }
  }

  async #writeAll(tenantId: Whose): Promise<void> {
    const queue = this.#queues.get(tenantId) as Job[];
    while (queue.length > 0) {
      // One turn of the event loop: requests that are already at the socket join this commit.
      await new Promise((resolve) => setImmediate(resolve));
      // Those that are no tenant's may be long, and wait for tenants: each by itself.
      await this.#writeGroup(tenantId, queue.splice(0, tenantId === null ? 1 : groupLimit));
    }
    // At once with the last look at the queue: a write that comes later must start anew.
    this.#queues.delete(tenantId);
  }

  async #writeGroup(tenantId: Whose, jobs: Job[]): Promise<void> {
    const done: (() => void)[] = [];
    const alone = jobs.length === 1;
    let client: PoolClient | null = null;
    let tx: PostgresTransaction | null = null;
    try {
      client = await this.#connect(this.#writes);
      tx = new PostgresTransaction(client, tenantId);
      tx.begin('');
      tx.lock();
      for (const job of jobs) {
        if (!alone) tx.send('SAVEPOINT job');
        try {
          const value = await job.run(tx);
          if (!alone) tx.send('RELEASE SAVEPOINT job');
          done.push(() => job.resolve(value));
        } catch (error) {
          if (alone) throw error;
          const said = this.#said(tx.cause(error));
          // Fails when the connection is gone; then no job of the group is safe.
          await tx.backTo('job');
          done.push(() => job.reject(said));
        }
      }
      // A transaction in which a statement failed unheard answers COMMIT with ROLLBACK.
      const { command } = await client.query('COMMIT');
      if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
    } catch (error) {
      const said = this.#said(tx?.cause(error) ?? error);
      // Until it is over the driver does not know what of it the connection has.
      await client?.query('ROLLBACK').catch(() => undefined);
      client?.release();
      for (const job of jobs) job.reject(said);
      return;
    }
    client.release();
    for (const settle of done) settle();
  }

  /** What the database or the way to it says, in words that a caller is told. */
  #said(error: unknown): unknown {
    if (error instanceof AppError || !(error instanceof Error)) return error;
    const code = (error as { code?: unknown }).code;
    if (error instanceof DatabaseError) {
      const reason = /row-level security/.test(error.message) ? undefined : setUp[code as string];
      if (reason !== undefined) return new AppError('usage', { reason: `${shownUrl(this.#url)}: ${reason}` }, { cause: error });
      return passing.test(String(code)) ? new AppError('store_unavailable', {}, { cause: error }) : error;
    }
    return lost.test(`${String(code)} ${error.message}`) ? new AppError('store_unavailable', {}, { cause: error }) : error;
  }
}

/** SQLSTATEs (PostgreSQL's appendix A) of what has to be set up. */
const setUp: Readonly<Record<string, string>> = {
  '28P01': 'the user or the password is wrong',
  '28000': 'the user may not connect from here',
  '3D000': 'there is no such database',
  '42501': 'the user may not do that; it has to own the database or its tables',
};

/** Of what passes: connections, resources, deadlocks, time that ran out, a server that stops or starts. */
const passing = /^(08|53|40001|40P01|55P03|57014|57P|25P0[34])/;
const lost =
  /ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|EHOST|ENETUNREACH|ENOENT|terminated|not queryable|timeout exceeded|timed? ?out|Cannot use a pool/i;
