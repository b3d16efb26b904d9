import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { ZipFile } from 'yazl';

export interface ZipPart {
  readonly name: string;
  readonly content: Iterable<Buffer> | AsyncIterable<Buffer>;
}

/** All parts have the same time: what is packed depends on nothing but its content. */
const mtime = new Date(2000, 0, 1);
/** Of 1 (fast) to 9 (small): from here on a sheet becomes little smaller, but takes much longer. */
const compressionLevel = 3;

/** A zip file of parts that are read one after the other as they are asked for; a part's errors are thrown, and all end when it is given up. */
export async function* zipped(parts: AsyncIterable<ZipPart>): AsyncGenerator<Buffer> {
  const zip = new ZipFile();
  const output = zip.outputStream as Readable;
  zip.on('error', (error: Error) => output.destroy(error));
  let reading: Readable | null = null;
  let givenUp = false;
  const packing = (async () => {
    for await (const { name, content } of parts) {
      if (givenUp) return;
      reading = Readable.from(content, { objectMode: false });
      zip.addReadStream(reading, name, { mtime, compressionLevel });
      await finished(reading);
    }
    zip.end();
  })().catch((error: Error) => output.destroy(error));
  try {
    for await (const chunk of output) yield chunk as Buffer;
  } finally {
    givenUp = true;
    (reading as Readable | null)?.destroy();
    await packing;
  }
}
