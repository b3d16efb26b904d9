import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
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
    const output = createWriteStream(part, { flags: 'wx', mode: 0o600, highWaterMark: 1 << 20, flush: true });
    // What fails at once would otherwise be over before the file is made, and leave it behind.
    await once(output, 'open');
    await pipeline(bytes, output);
    renameSync(part, file);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
}
