/** Answers what `messages.ts` asks, in a process that `inspector.ts` has started and ends. */
import { fileTypeFromBuffer } from 'file-type';
import type { Finding, Question, Seen } from './messages.ts';

/** Pixels of a picture that is made small; of more than that, decoded, even what is sent as a few bytes takes all memory. */
const mostPixels = 64_000_000;
/** Pixels of a small picture, either way. */
const smallSide = 320;

/** Other names of the same. */
const sameAs: ReadonlyMap<string, string> = new Map([
  ['audio/x-m4a', 'audio/mp4'],
  ['audio/vnd.wave', 'audio/wav'],
  ['image/apng', 'image/png'],
]);

/** What sharp calls the format of each type, and what of it may read the bytes. */
const formats: ReadonlyMap<string, readonly [format: string, loader: string]> = new Map([
  ['image/png', ['png', 'VipsForeignLoadPngBuffer']],
  ['image/jpeg', ['jpeg', 'VipsForeignLoadJpegBuffer']],
  ['image/gif', ['gif', 'VipsForeignLoadNsgifBuffer']],
  ['image/webp', ['webp', 'VipsForeignLoadWebpBuffer']],
  ['image/avif', ['heif', 'VipsForeignLoadHeifBuffer']],
]);

process.on('message', async (question: Question) => {
  const { id } = question;
  const finding: Finding =
    'head' in question
      ? { id, type: await typeOf(question.head).catch(() => null) }
      : { id, seen: await look(question.picture, question.type).catch(() => null) };
  process.send?.(finding);
});
process.on('disconnect', () => process.exit(0));

async function typeOf(head: Uint8Array): Promise<string | null> {
  const found = await fileTypeFromBuffer(head).catch(() => undefined);
  // Without parameters such as codecs.
  const type = found?.mime.split(';', 1)[0]?.trim();
  return type === undefined ? (isText(head) ? 'text/plain' : null) : (sameAs.get(type) ?? type);
}

/** UTF-8 without control characters; the beginning may end within a character. */
function isText(head: Uint8Array): boolean {
  try {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what no text has.
    return !/[\0-\x08\x0B\x0E-\x1A\x1C-\x1F\x7F]/.test(new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true }));
  } catch {
    return false;
  }
}

/** `null`: it is no such picture, too large, or there is nothing here that reads it. */
async function look(bytes: Uint8Array, type: string): Promise<Seen | null> {
  const format = formats.get(type);
  if (format === undefined) return null;
  const sharp = await ready();
  // Of what moves, the first picture.
  const picture = sharp(bytes, { limitInputPixels: mostPixels, failOn: 'error', pages: 1 });
  const { format: found, width, height, autoOrient } = await picture.metadata();
  if (found !== format[0] || width * height > mostPixels) return null;
  const thumbnail = await picture
    .autoOrient()
    .resize({ width: smallSide, height: smallSide, fit: 'inside', withoutEnlargement: true })
    .webp({ quality: 75 })
    .toBuffer();
  return { width: autoOrient.width, height: autoOrient.height, thumbnail };
}

let loaded: Promise<typeof import('sharp').default> | null = null;

/** Loaded with the first picture. Throws where it is not installed: npm leaves it out on machines that it is not made for. */
function ready(): Promise<typeof import('sharp').default> {
  loaded ??= import('sharp').then(({ default: sharp }) => {
    sharp.cache(false);
    sharp.concurrency(1);
    // Of some forty kinds of pictures, only these.
    sharp.block({ operation: ['VipsForeignLoad'] });
    sharp.unblock({ operation: [...formats.values()].map(([, loader]) => loader) });
    return sharp;
  });
  return loaded;
}
