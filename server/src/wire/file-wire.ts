/** Files that were uploaded here: ours, OKKI publishes no way to upload one. */
import { Type } from 'typebox';
import { isOwn } from '../domain/file-state.ts';
import type { StoredFile } from '../domain/objects.ts';
import { badParameter } from '../errors.ts';
import { fieldSet, idList, idOrNone, oneOf } from './fields.ts';
import { number, shape, text, truth } from './shape.ts';

const file = shape<StoredFile>({
  file_id: number('文件ID · For file_ids of trail/push.', ({ fileId }) => fileId),
  file_name: text('文件名 · As it was given.', ({ name }) => name),
  file_size: number('文件大小 · Bytes.', ({ size }) => size),
  file_type: text(
    '文件类型 · What its bytes say that it is, such as image/png, whatever its name ends in; application/octet-stream: not known, "": the file is not here.',
    ({ mediaType }) => mediaType,
  ),
  width: number('宽 · Of a picture in pixels, as it is looked at; 0: none, or not known.', ({ width }) => width),
  height: number('高 · Likewise.', ({ height }) => height),
  thumbnail: truth('缩略图 · Whether file/thumbnail has a small picture of it.', (of) => isOwn(of) && of.width > 0),
});

const list = (description: string) => Type.Object({ list: Type.Array(file.schema, { description }) });

export const fileUploadData = list('The files, in the order of the request.');
export const fileInfoData = list('Those that are known, in the order of the ids.');

export const presentFiles = (files: readonly StoredFile[]): string => JSON.stringify({ list: files.map(file.present) });

/** For the documents: the form is read as it comes. */
export const fileUploadForm = Type.Object({
  file: Type.Array(Type.String({ format: 'binary', description: 'A file with its name.' }), {
    description: '文件 · One or several files, each in a field of this name.',
  }),
});

export const fileInfoQuery = fieldSet({ file_ids: idList('文件ID · Which files.') });

/** Throws `bad_parameter`. */
export const readFileInfo = (query: Readonly<Record<string, unknown>>): readonly number[] => fileInfoQuery.read(query).file_ids;

const whichFile = { file_id: idOrNone('文件ID · The file.') };

export const thumbnailQuery = fieldSet(whichFile);

export const downloadQuery = fieldSet({
  ...whichFile,
  inline: oneOf('预览 · 1: to be shown by a browser, where that is safe for what the file is; 0: to be saved.', [0, 1], 0),
});

/** Throws `bad_parameter`, also when nothing is given. */
function fileIdIn(given: { readonly file_id: number | null }): number {
  if (given.file_id === null) throw badParameter('file_id', undefined, 'accepted: the id of a file');
  return given.file_id;
}

export const readThumbnail = (query: Readonly<Record<string, unknown>>): number => fileIdIn(thumbnailQuery.read(query));

export function readDownload(query: Readonly<Record<string, unknown>>): { readonly fileId: number; readonly inline: boolean } {
  const given = downloadQuery.read(query);
  return { fileId: fileIdIn(given), inline: given.inline === 1 };
}

export const bytesData = Type.String({ format: 'binary', description: 'The bytes.' });
