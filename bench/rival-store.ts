/** Where the straightforward way has its rows from: a file of SQLite, or a database. */
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { Pool, types } from 'pg';

export type Row = Readonly<Record<string, string | number>>;

/** What is asked of a store, statement by statement; each is answered with its rows. */
export type Asking<T> = Generator<readonly [sql: string, values: SQLInputValue[]], T, readonly Row[]>;

export interface Store {
  /** `together`: in one transaction that only reads. */
  run<T>(asking: Asking<T>, together: boolean): T | Promise<T>;
}

export class SqliteStore implements Store {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { readOnly: true });
    // As the program has it.
    this.#db.exec('PRAGMA cache_size = -16384');
    this.#db.exec('PRAGMA temp_store = MEMORY');
  }

  run<T>(asking: Asking<T>, together: boolean): T {
    if (together) this.#prepared('BEGIN').run();
    try {
      let next = asking.next();
      while (!next.done) next = asking.next(this.#prepared(next.value[0]).all(...next.value[1]) as Row[]);
      return next.value;
    } finally {
      if (together) this.#prepared('COMMIT').run();
    }
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** The driver's pool as it comes; its numbers are read as numbers. */
export class PostgresStore implements Store {
  readonly #pool: Pool;
  readonly #names = new Map<string, string>();

  constructor(connectionString: string) {
    for (const number of [20, 1700]) types.setTypeParser(number, Number);
    this.#pool = new Pool({ connectionString });
  }

  async run<T>(asking: Asking<T>, together: boolean): Promise<T> {
    const client = await this.#pool.connect();
    try {
      if (together) await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      let next = asking.next();
      while (!next.done) {
        const [sql, values] = next.value;
        let place = 0;
        const text = sql.replaceAll('?', () => `$${++place}`);
        next = asking.next((await client.query({ name: this.#nameOf(sql), text, values })).rows as Row[]);
      }
      if (together) await client.query('COMMIT');
      return next.value;
    } finally {
      client.release();
    }
  }

  #nameOf(sql: string): string {
    const name = this.#names.get(sql) ?? `s${this.#names.size}`;
    this.#names.set(sql, name);
    return name;
  }
}
