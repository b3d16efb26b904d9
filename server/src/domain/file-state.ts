import type { StoredFile } from './objects.ts';

/** Whether its bytes are here, and not somewhere else or erased. */
export const isOwn = ({ digest }: StoredFile): boolean => digest !== '';

/** Whether its bytes were here and were erased. */
export const isGone = ({ mediaType, digest }: StoredFile): boolean => mediaType !== '' && digest === '';

/** Where a file of ours is fetched, and its small picture, as entries tell it. */
export const filePath = (fileId: number): string => `/v1/file/download?file_id=${fileId}`;
export const thumbnailPath = (fileId: number): string => `/v1/file/thumbnail?file_id=${fileId}`;
