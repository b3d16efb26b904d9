/** The embedded store as files in one folder: where they are, who serves them, and copies of them. */
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AppError } from '../errors.ts';

export const storePath = (folder: string): string => join(folder, 'genjin.sqlite');

const sides = ['', '-wal', '-shm'] as const;

/** Makes the folder, readable by its owner only, when it is missing. */
export function makeFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
}

export const storeExists = (folder: string): boolean => existsSync(storePath(folder));

export const keyPath = (folder: string): string => join(folder, 'genjin.key');

/**
 * The key of the folder's vault, 32 bytes in a file that only its owner may read; made when it is missing. It is not in a backup of
 * the store. Throws `usage` when the file holds no key.
 */
export function readKey(folder: string): Buffer {
  makeFolder(folder);
  const file = keyPath(folder);
  try {
    // Whole or not at all, and never over one that is there.
    const fresh = `${file}.${randomBytes(6).toString('hex')}.part`;
    if (!existsSync(file)) {
      writeFileSync(fresh, `${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600, flush: true });
      try {
        linkSync(fresh, file);
      } finally {
        rmSync(fresh);
      }
      sync(folder);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  chmodSync(file, 0o600);
  return keyFrom(readFileSync(file, 'utf8'), file);
}

/** A key as it is written; throws `usage`, naming where it stands. */
export function keyFrom(text: string, where: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== 32) throw new AppError('usage', { reason: `${where} holds no key: 32 bytes in base64 are accepted` });
  return key;
}

export interface Lock {
  release(): void;
}

/**
 * Makes this process the one server of the folder, until it ends in whatever way: the lock is the operating system's, held
 * through a file of its own. Throws `usage` when another server has it.
 */
export function lockFolder(folder: string): Lock {
  return lockBy(folder, 'serve.lock', `another genjin serves ${resolve(folder)}; stop it first, or use another --data`);
}

/** The same for the one that mirrors a tenant into the folder's store. */
export function lockMirror(folder: string, tenantId: number): Lock {
  return lockBy(
    folder,
    `mirror-${tenantId}.lock`,
    `another genjin mirrors tenant ${tenantId} into ${resolve(folder)}: stop it first`,
  );
}

function lockBy(folder: string, name: string, otherwise: string): Lock {
  const lock = new DatabaseSync(join(folder, name), { timeout: 0 });
  try {
    lock.exec('PRAGMA journal_mode = MEMORY');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    lock.close();
    throw new AppError('usage', { reason: otherwise }, { cause });
  }
  return { release: () => lock.close() };
}

/** Copies the store as one state into a new file while others read and write it; the file is there whole or not at all. */
export function backupTo(folder: string, file: string): void {
  if (existsSync(file)) throw new AppError('usage', { reason: `${file} is there already` });
  copyWhole(storePath(folder), file);
}

/**
 * Puts a backup in the place of the folder's store. With `replace`, a store that is there is kept beside it under the name
 * that is answered; without, it is an error. Throws `usage` when the file is no sound store or the folder is being served.
 */
export function restoreFrom(folder: string, file: string, replace: boolean, stamp: string): string | null {
  verify(file);
  makeFolder(folder);
  const lock = lockFolder(folder);
  try {
    const target = storePath(folder);
    const there = sides.filter((side) => existsSync(target + side));
    if (existsSync(target) && !replace) {
      throw new AppError('usage', { reason: `${target} is there already; --replace keeps it beside the restored one` });
    }
    // Read through SQLite: what the file's own write-ahead log holds belongs to it.
    const fresh = `${target}.restored-${stamp}`;
    copyWhole(file, fresh);
    const kept = there.length > 0 ? `${target}.replaced-${stamp}` : null;
    // The log of another store would be taken for this one's.
    for (const side of there) renameSync(target + side, `${kept}${side}`);
    renameSync(fresh, target);
    // Whatever the data was before, it is no demo that may be filled up.
    rmSync(join(folder, 'demo.json'), { force: true });
    sync(folder);
    return kept;
  } finally {
    lock.release();
  }
}

/** One state of a store as a new file that only its owner can read, under its name when it is whole. */
function copyWhole(from: string, to: string): void {
  const part = `${to}.${randomBytes(6).toString('hex')}.part`;
  try {
    // SQLite takes an empty file for a new one, and so it never has another mode.
    closeSync(openSync(part, 'wx', 0o600));
    const source = new DatabaseSync(from, { readOnly: true, timeout: 10_000 });
    try {
      source.prepare('VACUUM INTO ?').run(part);
    } finally {
      source.close();
    }
    sync(part);
    renameSync(part, to);
    sync(dirname(resolve(to)));
  } catch (cause) {
    for (const side of ['', '-journal']) rmSync(part + side, { force: true });
    throw new AppError('usage', { reason: `${from} could not be copied to ${to}: ${(cause as Error).message}` }, { cause });
  }
}

/** Deletes the store of a folder that nobody serves, if there is one; the folder's key and everything else stay. */
export function removeStore(folder: string): void {
  for (const side of sides) rmSync(storePath(folder) + side, { force: true });
  sync(folder);
}

/** What SQLite itself finds wrong with the store's file; empty when it is sound. */
export function integrityOf(folder: string): string[] {
  const copy = new DatabaseSync(storePath(folder), { readOnly: true, timeout: 10_000 });
  try {
    const rows = copy.prepare('PRAGMA integrity_check(10)').all();
    return rows.map((row) => String(row['integrity_check'])).filter((text) => text !== 'ok');
  } finally {
    copy.close();
  }
}

function verify(file: string): void {
  if (!existsSync(file)) throw new AppError('usage', { reason: `there is no file ${file}` });
  let sound: unknown;
  try {
    const copy = new DatabaseSync(file, { readOnly: true });
    try {
      copy.prepare('SELECT max(version) FROM schema_version').get();
      sound = copy.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
    } finally {
      copy.close();
    }
  } catch (cause) {
    throw new AppError('usage', { reason: `${file} is no backup of Genjin's` }, { cause });
  }
  if (sound !== 'ok') throw new AppError('usage', { reason: `${file} is damaged: ${String(sound)}` });
}

function sync(path: string): void {
  const file = openSync(path, 'r');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
