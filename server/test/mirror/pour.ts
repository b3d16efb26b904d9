/** Bodies without a sensible end. They are made of one piece that is sent again and again, so that whoever sends them needs no memory. */
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { formatTime } from '../../src/wire/time.ts';

const pieceLength = 8 * 1024 * 1024;
const start = (now: number): string => `{"code":200,"message":"success","now":"${formatTime(now)}","data":`;

let zippedPiece: Buffer | null = null;

/** An envelope with so many gigabytes of spaces in it, which JSON allows; each piece is a gzip member, and members may follow each other. */
export function* bomb(now: number, gigabytes: number): Generator<Buffer> {
  zippedPiece ??= gzipSync(Buffer.alloc(pieceLength, ' '), { level: 9 });
  yield gzipSync(start(now));
  for (let left = gigabytes * 2 ** 30; left > 0; left -= pieceLength) yield zippedPiece;
  yield gzipSync('{"list":[],"totalItem":0}}');
}

/** The beginning of a list, and then spaces for ever. */
export function* endless(now: number): Generator<Buffer> {
  const piece = Buffer.alloc(64 * 1024, ' ');
  yield Buffer.from(`${start(now)}{"list":[`);
  for (;;) yield piece;
}

/** Sends the parts as fast as they are taken, until the last one or until nobody is there any more. */
export async function pour(response: ServerResponse, parts: Iterable<Buffer>): Promise<void> {
  for (const part of parts) {
    if (response.destroyed) return;
    if (!response.write(part)) {
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off('drain', go);
          response.off('close', go);
          resolve();
        };
        response.on('drain', go);
        response.on('close', go);
      });
    }
  }
  response.end();
}
