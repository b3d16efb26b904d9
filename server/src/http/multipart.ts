import type { Multipart, MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { type IncomingFile, mostFiles } from '../domain/file.ts';
import { AppError, badParameter } from '../errors.ts';

/** Bytes around the files: boundaries, and the headers of the parts. */
const mostAround = 1024 * 1024;
/** Of a refused upload so much is still read, so that a client that first sends and then reads hears why. */
const mostDrained = 64 * 1024 * 1024;

const accepted = 'accepted: files with their names, each in a field "file"';

/**
 * The files of a form, one after the other as they come; each must be read to its end before the next. Throws `bad_parameter` for what is no
 * file in the field `file`, `malformed_request` for a form that is none or ends too early, `body_too_large` for more than its files may have.
 */
export async function* incomingFiles(request: FastifyRequest, mostBytes: number): AsyncGenerator<IncomingFile> {
  if (!request.isMultipart()) return;
  const limit = mostFiles * mostBytes + mostAround;
  if (Number(request.headers['content-length'] ?? 0) > limit) throw new AppError('body_too_large', { limit });
  // One more of each than is accepted, so that whoever counts says what is wrong.
  const limits = {
    fileSize: mostBytes + 1,
    files: mostFiles + 1,
    fields: 1,
    parts: mostFiles + 2,
    headerPairs: 20,
    fieldSize: 100,
  };
  const ended = new Promise((end) => request.raw.once('end', end));
  try {
    for await (const part of understood(request.parts({ limits, preservePath: true }), ended)) {
      if (part.type !== 'file' || part.fieldname !== 'file') throw badParameter(part.fieldname, 'a part', accepted);
      yield { name: nameOf(part), bytes: understood(part.file, ended) };
    }
  } finally {
    drain(request);
  }
}

/** As browsers write it (HTML, multipart form data): these three are escaped, and nothing else is. */
const nameOf = ({ filename }: MultipartFile): string =>
  (filename ?? '').replaceAll('%22', '"').replaceAll('%0D', '\r').replaceAll('%0A', '\n');

/**
 * The same; what the parser throws says no more than that the form cannot be read. `ended`: everything has come. A parser that then still
 * says nothing, as some forms within forms make it, never will.
 */
async function* understood<T extends Multipart | Uint8Array>(
  parts: AsyncIterable<T>,
  ended: Promise<unknown>,
): AsyncGenerator<T> {
  const iterator = parts[Symbol.asyncIterator]();
  let failed = false;
  try {
    for (;;) {
      const next = await inTime(iterator.next(), ended).catch((cause: unknown) => {
        failed = true;
        throw new AppError('malformed_request', { reason: 'it is no whole multipart/form-data' }, { cause });
      });
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // One that hangs would hang here too.
    if (!failed) await iterator.return?.().catch(() => undefined);
  }
}

/** ms. What comes after the end of everything comes at once. */
const patience = 1_000;

async function inTime<T>(next: Promise<T>, ended: Promise<unknown>): Promise<T> {
  let [timer, over]: [NodeJS.Timeout | undefined, boolean] = [undefined, false];
  const late = new Promise<never>((_resolve, reject) => {
    void ended.then(() => {
      if (!over) timer = setTimeout(() => reject(new Error('the form has no end')), patience);
    });
  });
  try {
    return await Promise.race([next, late]);
  } finally {
    over = true;
    clearTimeout(timer);
  }
}

/** What nobody reads any more would otherwise stand in the way of the answer. */
function drain({ raw }: FastifyRequest): void {
  if (raw.readableEnded || raw.destroyed) return;
  raw.unpipe();
  let drained = 0;
  raw.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > mostDrained) raw.destroy();
  });
  raw.resume();
}
