/**
 * Answers whose start is another one each second, compressed once: the start goes uncompressed into the stream, as both formats
 * allow, and what was compressed of the rest follows it.
 */
import {
  type BrotliCompress,
  brotliDecompressSync,
  constants,
  crc32,
  createBrotliCompress,
  createDeflateRaw,
  type DeflateRaw,
} from 'node:zlib';

export type Coding = 'gzip' | 'br';

/** Smaller answers gain nothing from compression. */
export const compressFrom = 2048;

/**
 * What a client takes that names codings without weights: the better one of ours, or none (`identity`). `null`: for somebody else to
 * weigh up.
 */
export function codingOf(accepted: string | undefined): Coding | 'identity' | null {
  if (accepted === undefined || accepted === 'identity') return 'identity';
  if (/[;*]/.test(accepted)) return null;
  const names = accepted
    .toLowerCase()
    .split(',', 20)
    .map((name) => name.trim());
  return names.includes('br') ? 'br' : names.includes('gzip') ? 'gzip' : 'identity';
}

/** The rest of an answer whose start has so many bytes, compressed; `null` when this cannot be done here. */
export async function compressedRest(coding: Coding, headLength: number, rest: Buffer): Promise<Buffer | null> {
  if (coding === 'gzip') return output(createDeflateRaw(), null, rest);
  brotliJoins ??= checkBrotli();
  return (await brotliJoins) ? brotliRest(headLength, rest) : null;
}

/** The whole answer as its coding has it: start, rest, and what `compressedRest` made of the rest. */
export function joined(coding: Coding, head: Buffer, rest: Buffer, compressed: Buffer): Buffer[] {
  if (coding === 'br') return [Buffer.concat([brotliStart(head.length), head]), compressed];
  const start = Buffer.alloc(gzipStart.length + 5 + head.length);
  gzipStart.copy(start);
  // A block that is not the last one (0), and stored: its length, and the same with all bits turned.
  start.writeUInt16LE(head.length, gzipStart.length + 1);
  start.writeUInt16LE(0xffff - head.length, gzipStart.length + 3);
  head.copy(start, gzipStart.length + 5);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(rest, crc32(head)), 0);
  end.writeUInt32LE((head.length + rest.length) % 2 ** 32, 4);
  return [start, compressed, end];
}

/** Deflate, no name, no time, some system (RFC 1952). */
const gzipStart = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);

/** A window of 4 MiB, as `brotliOptions`, and a block that is not the last one and is not compressed (RFC 7932, section 9). */
function brotliStart(length: number): Buffer {
  const start = Buffer.alloc(3);
  start.writeUIntLE(0b1011 + (length - 1) * 2 ** 7 + 2 ** 23, 0, 3);
  return start;
}

const brotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4, [constants.BROTLI_PARAM_LGWIN]: 22 } };

/**
 * In the place of the start while the rest is compressed. Nothing in JSON is like it, so that the rest refers to none of it, and
 * nothing in it comes twice, so that Brotli has no distance to remember.
 */
const placeholder = (length: number): Buffer =>
  Buffer.from(Array.from({ length }, (_, i) => (i % 2 === 0 ? 1 + ((i / 2) % 31) : 0xf8 + (((i - 1) / 2) % 7))));

const brotliRest = (headLength: number, rest: Buffer): Promise<Buffer> =>
  output(createBrotliCompress(brotliOptions), placeholder(headLength), rest);

let brotliJoins: Promise<boolean> | null = null;

/** Whether this machine's Brotli takes a rest after another start: what it remembers of the start must be what everybody begins with. */
async function checkBrotli(): Promise<boolean> {
  const head = Buffer.from('{"code":200,"message":"success"}');
  const rest = Buffer.from(JSON.stringify(Array.from({ length: 50 }, (_, i) => ({ code: 200, message: `success ${i % 7}` }))));
  const parts = joined('br', head, rest, await brotliRest(head.length, rest));
  try {
    return brotliDecompressSync(Buffer.concat(parts)).equals(Buffer.concat([head, rest]));
  } catch {
    return false;
  }
}

/** What a compressor makes of `rest`, after it has written `before` and forgotten what became of that. */
function output(compressor: BrotliCompress | DeflateRaw, before: Buffer | null, rest: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let chunks: Buffer[] = [];
    compressor.on('data', (chunk: Buffer) => chunks.push(chunk));
    compressor.on('end', () => resolve(Buffer.concat(chunks)));
    compressor.on('error', reject);
    if (before === null) return void compressor.end(rest);
    compressor.write(before);
    compressor.flush(() => {
      // What was flushed has been read: `flush` calls back when the stream has drained.
      chunks = [];
      compressor.end(rest);
    });
  });
}
