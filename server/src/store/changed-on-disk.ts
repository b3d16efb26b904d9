import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { Changed } from './changed.ts';
import { place, placeWidth } from './places.ts';
import { type Scope, timeIn } from './scope.ts';

/** In MiB: what of the table is in memory. */
const cache = 16;
/** Notes that share a transaction. */
const together = 50_000;

const columns = Object.keys(place).flatMap((name) => [`now_${name}`, `old_${name}`]);
const names = (prefix: 'now' | 'old'): string[] => Object.keys(place).map((name) => `${prefix}_${name}`);
const marks = (count: number): string => new Array(count).fill('?').join(', ');

/**
 * The same in a temporary table, which is in memory only in part: for more changes than memory should be given to. It is a file without a
 * name, which ends with the program or before; what is in it are ids and times.
 */
export class ChangedOnDisk implements Changed {
  readonly #db: DatabaseSync;
  readonly #new: StatementSync;
  readonly #older: StatementSync;
  readonly #again: StatementSync;
  readonly #find: StatementSync;
  readonly #each: Readonly<Record<'old' | 'now', StatementSync>>;
  #noted = 0;
  #length = 0;

  constructor() {
    // An empty name is a temporary file of SQLite's own.
    const db = new DatabaseSync('');
    this.#db = db;
    db.exec('PRAGMA journal_mode = OFF');
    db.exec('PRAGMA synchronous = OFF');
    db.exec(`PRAGMA cache_size = -${cache * 1024}`);
    db.exec(`CREATE TABLE changed (id INTEGER PRIMARY KEY, ${columns.map((column) => `${column} INTEGER`).join(', ')})`);
    db.exec('BEGIN');
    const insert = (into: readonly string[]): StatementSync =>
      db.prepare(`INSERT INTO changed (id, ${into.join(', ')}) VALUES (${marks(into.length + 1)}) ON CONFLICT (id) DO NOTHING`);
    this.#new = insert(names('now'));
    this.#older = insert([...names('now'), ...names('old')]);
    this.#again = db.prepare(`UPDATE changed SET ${names('now').join(' = ?, ')} = ? WHERE id = ?`);
    this.#find = db.prepare('SELECT 1 FROM changed WHERE id = ?');
    const each = (prefix: 'now' | 'old'): StatementSync => {
      const select = db.prepare(`SELECT ${names(prefix).join(', ')}, id FROM changed WHERE ${prefix}_live IS NOT NULL`);
      select.setReturnArrays(true);
      return select;
    };
    this.#each = { old: each('old'), now: each('now') };
  }

  get bytes(): number {
    return cache * 2 ** 20;
  }

  get length(): number {
    return this.#length;
  }

  reserve(): void {
    // The file grows as it is written.
  }

  note(id: number, places: readonly number[], first: boolean): void {
    const now = places.slice(0, placeWidth);
    const older = first && places.length > placeWidth;
    const { changes } = older ? this.#older.run(id, ...places) : this.#new.run(id, ...now);
    if (changes === 0) this.#again.run(...now, id);
    else this.#length += 1;
    this.#noted += 1;
    if (this.#noted % together === 0) this.#db.exec('COMMIT; BEGIN');
  }

  has(id: number): boolean {
    return this.#find.get(id) !== undefined;
  }

  each(which: 'old' | 'now', scope: Scope, found: (at: number, id: number) => void): void {
    for (const row of this.#each[which].iterate() as Iterable<unknown> as Iterable<number[]>) {
      const at = timeIn(scope, row, 0);
      if (at !== null) found(at, row[placeWidth] as number);
    }
  }

  clear(): void {
    this.#db.exec('DELETE FROM changed');
    this.#length = 0;
  }
}
