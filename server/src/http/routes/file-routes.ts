import type { Files } from '../../domain/file.ts';
import type { StoredFile } from '../../domain/objects.ts';
import { AppError } from '../../errors.ts';
import {
  bytesData,
  downloadQuery,
  fileInfoData,
  fileInfoQuery,
  fileUploadData,
  fileUploadForm,
  presentFiles,
  readDownload,
  readFileInfo,
  readThumbnail,
  thumbnailQuery,
} from '../../wire/file-wire.ts';
import { rangeIn } from '../byte-range.ts';
import { disposition } from '../disposition.ts';
import { matches } from '../kept-page.ts';
import type { NoPortions, Route } from '../route.ts';

const notFound = '404 Not Found Resource';

/** What a browser may show by itself: nothing of it can run a script. Neither HTML nor SVG ever are among these, nor PDF, whose viewer a sandbox stops. */
const shown: ReadonlySet<string> = new Set([
  ...['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif'],
  ...['audio/mpeg', 'audio/mp4', 'audio/ogg', 'audio/wav', 'audio/webm'],
  ...['video/mp4', 'video/webm'],
]);

/** Whatever the bytes are: they are not taken for something else, run nothing, load nothing, and are for pages from here. */
const guarded: Readonly<Record<string, string>> = {
  'Content-Security-Policy': "default-src 'none'; sandbox",
  'Cross-Origin-Resource-Policy': 'same-origin',
  // Asked for again each time, which mostly costs a 304: who may not see it any more does not.
  'Cache-Control': 'private, no-cache',
};

const conditions = {
  'If-None-Match': 'An ETag: when it is still the same, the answer is 304 without a body.',
};

const nothing = (status: 304 | 416, headers: Readonly<Record<string, string>>): NoPortions => ({ status, headers });

/** Files that belong to entries. */
export const fileRoutes = (files: Files): Route[] => [
  {
    method: 'POST',
    path: '/v1/file/upload',
    module: 'company',
    summary: '上传文件 · Upload files',
    description:
      'One or several files as multipart/form-data, for file_ids of trail/push; all are kept, or none. What a file is, its bytes say. One that no entry ' +
      'has after seven days is removed. The names are kept as they are given.',
    uploads: { mostBytes: files.mostBytes, form: fileUploadForm },
    idempotent: true,
    data: fileUploadData,
    errors: ['400', '409', 'HTTP 413: a file is too large'],
    handle: async (caller, _given, { files: incoming, idempotencyKey }) =>
      presentFiles(await files.upload(caller, incoming, idempotencyKey)),
  },
  {
    method: 'GET',
    path: '/v1/file/info',
    module: 'company',
    summary: '文件信息 · Files by their ids',
    description: 'What is known of files, imported ones too; unknown ones are left out.',
    query: fileInfoQuery,
    data: fileInfoData,
    errors: ['400'],
    handle: async (caller, query) => presentFiles(await files.list(caller, readFileInfo(query))),
  },
  {
    method: 'GET',
    path: '/v1/file/download',
    module: 'company',
    summary: '下载文件 · Download a file',
    description:
      'The bytes of a file that was uploaded here, all of them or a range. To be saved; with inline a browser shows pictures, sound and videos, as far as ' +
      'their kinds cannot carry scripts.',
    query: downloadQuery,
    takes: {
      ...conditions,
      Range: 'One range of bytes, such as bytes=0-1023: the answer is 206.',
      'If-Range': 'An ETag: when it is another one, the range is not heeded.',
    },
    headers: {
      ETag: 'Of the bytes; strong.',
      'Content-Disposition': 'The name of the file, and whether it is to be saved or shown.',
      'Accept-Ranges': 'bytes',
    },
    streams: ['application/octet-stream', ...shown],
    uncompressed: true,
    data: bytesData,
    errors: ['400', notFound],
    handle: async (caller, query, { headers }) => {
      const { fileId, inline } = readDownload(query);
      const file = await files.get(caller, fileId);
      const tag = `"${file.digest}"`;
      const own = { ...guarded, ETag: tag, 'Accept-Ranges': 'bytes' };
      if (matches(headers['If-None-Match'], tag)) return nothing(304, own);
      const given = headers['If-Range'];
      const range = given === undefined || given === tag ? rangeIn(headers['Range'], file.size) : null;
      if (range === 'none') return nothing(416, { ...own, 'Content-Range': `bytes */${file.size}` });
      const { from, to } = range ?? { from: 0, to: file.size };
      return {
        ...(range === null ? {} : { status: 206 }),
        headers: {
          ...own,
          ...aboutFile(file, inline),
          'Content-Length': String(to - from),
          ...(range === null ? {} : { 'Content-Range': `bytes ${from}-${to - 1}/${file.size}` }),
        },
        body: (ended) => wanted(files.bytes(caller, file, from, to), ended),
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/file/thumbnail',
    module: 'company',
    summary: '缩略图 · The small picture of a picture',
    description: 'WebP, at most 320 pixels wide and high, of a picture that was uploaded here and could be read.',
    query: thumbnailQuery,
    takes: conditions,
    headers: { ETag: 'Of the picture; strong.' },
    streams: ['image/webp'],
    uncompressed: true,
    data: bytesData,
    errors: ['400', notFound],
    handle: async (caller, query, { headers }) => {
      const { file, bytes } = await files.thumbnail(caller, readThumbnail(query));
      const tag = `"${file.digest}-small"`;
      const own = { ...guarded, ETag: tag };
      if (matches(headers['If-None-Match'], tag)) return nothing(304, own);
      return {
        headers: { ...own, 'Content-Type': 'image/webp', 'Content-Length': String(bytes.length) },
        body: () => one(bytes),
      };
    },
  },
];

function aboutFile({ mediaType, name }: StoredFile, inline: boolean): Readonly<Record<string, string>> {
  const safe = shown.has(mediaType);
  return {
    'Content-Type': safe ? mediaType : 'application/octet-stream',
    'Content-Disposition': disposition(inline && safe ? 'inline' : 'attachment', name),
  };
}

/** Breaks off when nobody waits any more: what is not whole must not look as if it were. */
async function* wanted(bytes: AsyncIterable<Uint8Array>, ended: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const some of bytes) {
    if (ended.aborted) throw new AppError('store_unavailable');
    yield some;
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
