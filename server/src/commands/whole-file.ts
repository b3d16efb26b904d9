import { randomBytes } from 'node:crypto';
import { createWriteStream, existsSync, renameSync, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { AppError } from '../errors.ts';

/** Throws `usage` when there is a file of this name: none is written over. */
export function checkNew(file: string): void {
  if (existsSync(file)) throw new AppError('usage', { reason: `${file} is there already` });
}

/** Writes a new file, readable by its owner only, as the bytes come; it is there whole, and on disk, or not at all. */
export async function writeWhole(file: string, bytes: AsyncIterable<Uint8Array | string>): Promise<void> {
  const part = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    await pipeline(bytes, createWriteStream(part, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20, flush: true }));
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
