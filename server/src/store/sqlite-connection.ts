import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Row, Value, WriteTx } from './db.ts';

/** A connection with its prepared statements, kept by their text: the program has few, all constant. */
export class Connection implements WriteTx {
  readonly raw: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, cacheMb: number, readOnly = false) {
    // Readers wait for nobody but, for moments, a process that opens or closes the store.
    this.raw = new DatabaseSync(path, { readOnly, timeout: 5000 });
    this.raw.exec(`PRAGMA cache_size = -${cacheMb * 1024}`);
    this.raw.exec('PRAGMA temp_store = MEMORY');
  }

  async all(sql: string, values: readonly Value[] = []): Promise<Row[]> {
    return this.#prepared(sql).all(...bound(values)) as unknown as Row[];
  }

  async get(sql: string, values: readonly Value[] = []): Promise<Row | undefined> {
    return this.#prepared(sql).get(...bound(values)) as unknown as Row | undefined;
  }

  async run(sql: string, values: readonly Value[] = []): Promise<void> {
    this.#prepared(sql).run(...bound(values));
  }

  async runMany(sql: string, rows: readonly (readonly Value[])[]): Promise<void> {
    const statement = this.#prepared(sql);
    // Every value goes to a column whose type makes an integer of it again, which spares a BigInt each.
    for (const row of rows) statement.run(...row);
  }

  /** Whoever writes is alone in the store. */
  async enter(): Promise<void> {}

  /** The one number that a statement without values answers. */
  number(sql: string): number {
    return (this.#prepared(sql).get() as unknown as [number])[0];
  }

  exec(sql: string): void {
    this.#prepared(sql).run();
  }

  close(): void {
    this.raw.close();
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.raw.prepare(sql);
      statement.setReturnArrays(true);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

/** As BigInt, because node:sqlite binds a JS number as REAL, and `1.0` is another value than `1` where no column type rules. */
function bound(values: readonly Value[]): (bigint | string | null | Uint8Array)[] {
  return values.map((value) => (typeof value === 'number' ? BigInt(value) : value));
}
