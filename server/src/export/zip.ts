/** The container of a workbook: parts that are packed while they are read, their lengths told after them and in the directory at the end. */
import { pipeline } from 'node:stream/promises';
import { crc32, createDeflateRaw } from 'node:zlib';
import { AppError } from '../errors.ts';

export interface ZipPart {
  readonly name: string;
  /** Less than 4 GiB. */
  readonly content: Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** Of 1 (fast) to 9 (small): from here on a sheet becomes little smaller, but takes much longer. */
const level = 3;
/** What lengths and places of 32 bits can say. */
const longest = 2 ** 32 - 1;

const signatures = { local: 0x04034b50, descriptor: 0x08074b50, directory: 0x02014b50, end: 0x06054b50 } as const;
/** Deflate, and as far as one must be able to read. */
const version = 20;
const deflated = 8;
/** Lengths come after the part; names are UTF-8. */
const flags = 0x0808;
/** 1980-01-01, the format's first day: what is packed depends on nothing but its content. */
const date = 0x21;

/** Numbers, each with its bytes. */
function bytesOf(...fields: readonly (readonly [value: number, length: 2 | 4])[]): Buffer {
  const bytes = Buffer.alloc(fields.reduce((sum, [, length]) => sum + length, 0));
  let at = 0;
  for (const [value, length] of fields) at = bytes.writeUIntLE(value, at, length);
  return bytes;
}

/** What is told of a part before it and in the directory. */
const told = (name: Buffer, sizes: { sum: number; packed: number; length: number }): (readonly [number, 2 | 4])[] => [
  [version, 2],
  [flags, 2],
  [deflated, 2],
  [0, 2],
  [date, 2],
  [sizes.sum, 4],
  [sizes.packed, 4],
  [sizes.length, 4],
  [name.length, 2],
  [0, 2],
];

/** The file. It is made as it is read: given up, it gives up the parts. Throws `not_exportable` when it would be too large. */
export async function* zipped(parts: AsyncIterable<ZipPart>): AsyncGenerator<Buffer> {
  const directory: Buffer[] = [];
  let place = 0;
  for await (const part of parts) {
    if (place > longest) throw new AppError('not_exportable', { format: 'XLSX', reason: 'it is larger than 4 GiB' });
    const name = Buffer.from(part.name);
    const sizes = { sum: 0, packed: 0, length: 0 };
    const local = Buffer.concat([bytesOf([signatures.local, 4], ...told(name, sizes)), name]);
    yield local;
    for await (const chunk of packed(part.content, sizes)) yield chunk;
    const descriptor = bytesOf([signatures.descriptor, 4], [sizes.sum, 4], [sizes.packed, 4], [sizes.length, 4]);
    yield descriptor;
    const rest = bytesOf([0, 2], [0, 2], [0, 2], [0, 4], [place, 4]);
    directory.push(bytesOf([signatures.directory, 4], [version, 2], ...told(name, sizes)), rest, name);
    place += local.length + sizes.packed + descriptor.length;
  }
  const whole = Buffer.concat(directory);
  const count = directory.length / 3;
  if (place + whole.length > longest) throw new AppError('not_exportable', { format: 'XLSX', reason: 'it is larger than 4 GiB' });
  yield whole;
  yield bytesOf([signatures.end, 4], [0, 2], [0, 2], [count, 2], [count, 2], [whole.length, 4], [place, 4], [0, 2]);
}

/** Packed by zlib's threads; counts into `sizes`. */
async function* packed(
  content: ZipPart['content'],
  sizes: { sum: number; packed: number; length: number },
): AsyncGenerator<Buffer> {
  const deflate = createDeflateRaw({ level });
  const filled = pipeline(async function* () {
    for await (const chunk of content) {
      sizes.sum = crc32(chunk, sizes.sum);
      sizes.length += chunk.length;
      yield chunk;
    }
  }, deflate);
  // It fails when nobody reads on, too.
  const settled = filled.catch(() => undefined);
  try {
    for await (const chunk of deflate) {
      sizes.packed += (chunk as Buffer).length;
      yield chunk as Buffer;
    }
    await filled;
  } finally {
    await settled;
  }
}
