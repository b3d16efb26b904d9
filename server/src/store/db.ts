/** The seam between our SQL, written once, and the engines: a thin driver each, differences named in `Dialect`. */

import type { SharedCounts } from '../domain/shared-counts.ts';

/** Bytes only where a column is declared with `Dialect.bytes`. */
export type Value = number | string | null | Uint8Array;
/** Columns in the order of the statement. */
export type Row = readonly Value[];

/** Whose rows a transaction reads and writes; `null`: those of every tenant, for what serves the store as a whole. */
export type Whose = number | null;

/**
 * One transaction. Statements have `?` for each value, and on a tenant's tables are bound to that tenant. Those that do not wait for each
 * other's answers are best asked at once: where the engine is another process, they then share a round trip.
 */
export interface Tx {
  all(sql: string, values?: readonly Value[]): Promise<Row[]>;
  get(sql: string, values?: readonly Value[]): Promise<Row | undefined>;
  run(sql: string, values?: readonly Value[]): Promise<void>;
  /** The same statement for many rows; every `?` stands for a column, never in an expression. */
  runMany(sql: string, rows: readonly (readonly Value[])[]): Promise<void>;
}

export interface WriteTx extends Tx {
  /** What follows is about this tenant, whose other writers wait until the transaction ends; of one that was begun for no tenant. */
  enter(tenantId: number): Promise<void>;
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
  /** A statement that defines something, in the engine's own words. */
  definition(statement: string): string;
  /** Statements that make room for what tells others of a write, where the engine does not by itself; see `Db.stamp`. */
  readonly stamp: readonly string[];
  /** Statements after which a transaction sees rows of the tenant that it is about only, where the engine has that; see `Db.read`. */
  walls(tables: readonly string[]): readonly string[];
  /** Statements that make the table of `Db.counts`, where there is one. */
  readonly counts: readonly string[];
  /** A statement that lets one migration at a time begin, where the engine does not do so by itself. */
  readonly alone: string | null;
  /**
   * Where a statement is a round trip: what belongs together is asked at once, also before it is known that it is needed. Makes a subquery of
   * the ids in lists, which are JSON or empty: of `column` in the rows of `from`.
   */
  readonly far: { idsIn(column: string, from: string): string } | null;
  /** Statements that tell the planner how many rows share each prefix of an index, where the engine does not find out itself. */
  statistics(tables: readonly IndexStatistics[]): readonly string[];
}

export interface Db {
  readonly dialect: Dialect;
  /** What the servers of this store count together; `null` where a store has one server only. */
  readonly counts: SharedCounts | null;
  /** One state, on a connection of its own. */
  read<T>(tenantId: Whose, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** The same, held until `end`: for reading in portions. */
  snapshot(tenantId: Whose): Promise<Snapshot>;
  /**
   * A number that is another one after anybody has committed anything of the tenant, another process too. What was read after it was
   * asked for stands as long as it stays. A promise where asking is a round trip; elsewhere it costs a few µs.
   */
  stamp(tenantId: number): number | Promise<number>;
  /**
   * All or nothing, durable when the promise resolves; one at a time for each tenant. Writes that arrive while another of the same tenant
   * commits go together into the next commit, a savepoint each (group commit), so that one sync to disk serves them all.
   */
  write<T>(tenantId: Whose, work: (tx: WriteTx) => Promise<T>): Promise<T>;
  /** Waits for what is under way; later calls fail. */
  close(): Promise<void>;
}
