/**
 * Clears everything in the store's file that is not in use, in place and while others read and write it. Readers do not look there, so for
 * them nothing changes. What must not happen is that somebody writes a page while it is cleared, or writes one from memory that was read
 * before. So it is done some pages at a time, each time with nothing in SQLite's log, the only thing that pages are written from, and with
 * the lock of who writes; and the commit that ends it makes every other connection forget the pages it knows.
 */
import { fsyncSync, readSync, statSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { clear, clearUnused, type FileShape, overflowsOf, shapeOf } from './page.ts';

/** Bytes that are looked at while others cannot write: some 10 ms. */
const batchBytes = 8 * 2 ** 20;
/** Free pages that are cleared at a time. */
const batchFree = 1000;
/** How long a reader that looks at an older state is waited for at a time, and the longest pause between two tries, in ms. */
const patience = 50;
const longestPause = 500;

export interface Swept {
  readonly pages: number;
  /** Pages that had something in them. */
  readonly cleared: number;
}

/**
 * `file`: the store's file, opened to be read and written by this process, and not to be closed while it has the store open: that would
 * take the locks of its other connections. Answers `null` when `stopped` says so before the end.
 */
export async function sweep(path: string, file: number, stopped: () => boolean): Promise<Swept | null> {
  const db = new DatabaseSync(path, { timeout: patience });
  try {
    db.exec('PRAGMA synchronous = FULL');
    const sweeping = new Sweeping(path, file, db, stopped);
    // The free pages first: those are taken for other things while the rest is looked at.
    for (let more = true; more; ) if (!(await sweeping.alone((shape) => (more = sweeping.clearFree(shape))))) return null;
    let next = 1;
    for (let more = true; more; )
      if (!(await sweeping.alone((shape) => ([next, more] = sweeping.clearPages(shape, next))))) return null;
    return (await sweeping.alone(() => undefined)) ? { pages: next - 1, cleared: sweeping.cleared } : null;
  } finally {
    db.close();
  }
}

class Sweeping {
  readonly #path: string;
  readonly #file: number;
  readonly #db: DatabaseSync;
  readonly #stopped: () => boolean;
  cleared = 0;

  constructor(path: string, file: number, db: DatabaseSync, stopped: () => boolean) {
    this.#path = path;
    this.#file = file;
    this.#db = db;
    this.#stopped = stopped;
  }

  /** Does the work while nobody writes and nothing is in the log. Answers `false` when it was stopped before. */
  async alone(work: (shape: FileShape) => unknown): Promise<boolean> {
    for (let pause = 1; !this.#begin(); pause = Math.min(2 * pause, longestPause)) {
      if (this.#stopped()) return false;
      await sleep(pause);
    }
    const before = this.cleared;
    try {
      const header = Buffer.alloc(100);
      readSync(this.#file, header, 0, header.length, 0);
      work(shapeOf(header));
    } finally {
      if (this.cleared > before) {
        fsyncSync(this.#file);
        // Says nothing, but is a commit.
        const version = this.#db.prepare('PRAGMA user_version').get()?.['user_version'] as number;
        this.#db.exec(`PRAGMA user_version = ${(version + 1) % 2 ** 31}`);
      }
      this.#db.exec('COMMIT');
    }
    return !this.#stopped();
  }

  #begin(): boolean {
    const empty = (): boolean => statSync(`${this.#path}-wal`, { throwIfNoEntry: false })?.size === 0;
    try {
      this.#db.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get();
      if (!empty()) return false;
      this.#db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      // Somebody else writes, or moves the log.
      if (((error as { errcode?: number }).errcode ?? 0) % 256 === 5) return false;
      throw error;
    }
    // Somebody may have written in between.
    if (empty()) return true;
    this.#db.exec('ROLLBACK');
    return false;
  }

  /** Clears free pages; answers whether there may be more. */
  clearFree(shape: FileShape): boolean {
    const { pageSize } = shape;
    const until = this.cleared + batchFree;
    for (const { number, page, leaves } of this.#trunks(shape)) {
      for (const leaf of leaves) {
        const content = this.#read(leaf, pageSize);
        if (clear(content, 0, pageSize)) this.#write(leaf, content);
        if (this.cleared >= until) return true;
      }
      if (clear(page, 8 + 4 * leaves.length, pageSize)) this.#write(number, page);
    }
    return false;
  }

  #freePages(shape: FileShape): ReadonlySet<number> {
    const free = new Set<number>();
    for (const { number, leaves } of this.#trunks(shape)) {
      free.add(number);
      for (const leaf of leaves) free.add(leaf);
    }
    return free;
  }

  /** The pages that list the free ones. Throws when they do not. */
  *#trunks({ firstTrunk, pageSize, usable, pages }: FileShape): Generator<{ number: number; page: Buffer; leaves: number[] }> {
    for (let [number, left] = [firstTrunk, pages]; number !== 0; left--) {
      if (left === 0 || number > pages) throw new Error('the list of free pages is damaged');
      const page = this.#read(number, pageSize);
      const count = page.readUInt32BE(4);
      if (count > usable / 4 - 2) throw new Error('the list of free pages is damaged');
      const leaves = Array.from({ length: count }, (_, i) => page.readUInt32BE(8 + 4 * i));
      yield { number, page, leaves };
      number = page.readUInt32BE(0);
    }
  }

  /** Clears what is not in use in pages from `first` on; answers the one to go on with, and whether there is one. */
  clearPages(shape: FileShape, first: number): [next: number, more: boolean] {
    const { pageSize, pages } = shape;
    const count = Math.min(Math.max(1, Math.floor(batchBytes / pageSize)), pages - first + 1);
    if (count <= 0) return [first, false];
    const some = this.#read(first, count * pageSize, Buffer.alloc(count * pageSize), pageSize);
    // What stands in a free page means nothing, least of all which other pages belong to it.
    const free = this.#freePages(shape);
    for (let i = 0; i < count; i++) {
      if (free.has(first + i)) continue;
      const page = some.subarray(i * pageSize, (i + 1) * pageSize);
      if (clearUnused(page, shape, first + i)) this.#write(first + i, page);
      for (const { page: next, length } of overflowsOf(page, shape, first + i)) this.#clearTail(shape, next, length);
    }
    return [first + count, first + count <= pages];
  }

  /** What lies behind the end of a content in the last of its pages. */
  #clearTail({ pageSize, usable, pages }: FileShape, first: number, length: number): void {
    let number = first;
    for (let left = length; number > 0 && number <= pages; left -= usable - 4) {
      if (left > usable - 4) {
        number = this.#read(number, 4, Buffer.alloc(4), pageSize).readUInt32BE(0);
        continue;
      }
      const page = this.#read(number, pageSize);
      if (page.readUInt32BE(0) === 0 && clear(page, 4 + left, pageSize)) this.#write(number, page);
      return;
    }
  }

  #read(number: number, length: number, into = Buffer.alloc(length), pageSize = length): Buffer {
    readSync(this.#file, into, 0, length, (number - 1) * pageSize);
    return into;
  }

  #write(number: number, page: Buffer): void {
    writeSync(this.#file, page, 0, page.length, (number - 1) * page.length);
    this.cleared += 1;
  }
}
