/** What the rules about files need: from storage, and from whoever looks into their bytes. */
import type { StoredFile } from './objects.ts';

/** Bytes of a part of a file; all but the last one have as many. */
export const partSize = 256 * 1024;

/** The bytes of files, in parts that are counted from 0. */
export interface FileStore {
  /** `null`: there is no such file. */
  get(tenantId: number, fileId: number): Promise<StoredFile | null>;
  /** Those of the ids that are known. */
  getMany(tenantId: number, fileIds: readonly number[]): Promise<StoredFile[]>;
  /** Keeps a part of an upload. Nobody reads it before `Edit.keepUpload`. */
  append(tenantId: number, fileId: number, part: number, bytes: Uint8Array): Promise<void>;
  /** `null`: it is not there, or not any more. */
  part(tenantId: number, fileId: number, part: number): Promise<Uint8Array | null>;
  /** The small picture of a picture; `null`: it has none. */
  thumbnail(tenantId: number, fileId: number): Promise<Uint8Array | null>;
  /** Deletes what was kept of uploads; those that became files stay. */
  drop(tenantId: number, fileIds: readonly number[]): Promise<void>;
  /** Uploads that began before a time (ms) and are no files yet. */
  unfinished(tenantId: number, before: number): Promise<number[]>;
  /** Files that were uploaded before a time (ms) and that no entry has ever had. */
  unused(tenantId: number, before: number): Promise<number[]>;
}

/** What the bytes of a file say of themselves; they are a stranger's, and nothing that they do may hurt. */
export interface Inspector {
  /** The media type that a file is by its first part, without parameters; `application/octet-stream` when nothing is known of it. */
  typeOf(head: Uint8Array): Promise<string>;
  /** A picture's size and a small one of it; `null` when it cannot be read. The bytes are asked for when it is its turn. */
  picture(type: string, bytes: () => Promise<Uint8Array>): Promise<Picture | null>;
}

export interface Picture {
  /** Pixels, as it is looked at. */
  readonly width: number;
  readonly height: number;
  /** WebP, at most 320 pixels wide and high. */
  readonly thumbnail: Uint8Array;
}
