/** The seam between our SQL, written once, and the engines: a thin driver each, differences named in `Dialect`. */

/** Bytes only where a column is declared with `Dialect.bytes`. */
export type Value = number | string | null | Uint8Array;
/** Columns in the order of the statement. */
export type Row = readonly Value[];

/** One transaction. Statements have `?` for each value, and on a tenant's tables are bound to that tenant. */
export interface Tx {
  all(sql: string, values?: readonly Value[]): Promise<Row[]>;
  get(sql: string, values?: readonly Value[]): Promise<Row | undefined>;
  run(sql: string, values?: readonly Value[]): Promise<void>;
  /** The same statement for many rows; every `?` stands for a column, never in an expression. */
  runMany(sql: string, rows: readonly (readonly Value[])[]): Promise<void>;
}

export interface Snapshot extends Tx {
  end(): Promise<void>;
}

/** How many rows of a large store share the first, the first two, … columns of an index; the primary key has its table's name. */
export interface IndexStatistics {
  readonly table: string;
  readonly index: string;
  readonly rows: readonly number[];
}

/** What the engines do not share. */
export interface Dialect {
  /** Ends a CREATE TABLE whose rows are to lie in the order of the primary key. */
  readonly clustered: string;
  /** The type of a column of bytes. */
  readonly bytes: string;
  /** Statements that tell the planner how many rows share each prefix of an index, where the engine does not find out itself. */
  statistics(tables: readonly IndexStatistics[]): readonly string[];
}

export interface Db {
  readonly dialect: Dialect;
  /** One state, on a connection of its own. */
  read<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same, held until `end`: for reading in portions. */
  snapshot(): Promise<Snapshot>;
  /**
   * A number that is another one after anybody has committed anything, another process too; asking costs a few µs. What was read
   * after it was asked for stands as long as it stays.
   */
  stamp(): number;
  /**
   * All or nothing, durable when the promise resolves. Writes that arrive while another commits go together into the next
   * commit, a savepoint each (group commit), so that one sync to disk serves them all.
   */
  write<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Waits for what is under way; later calls fail. */
  close(): Promise<void>;
}
