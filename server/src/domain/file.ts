import { createHash } from 'node:crypto';
import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import { checkFileName } from './file-name.ts';
import { inFull } from './file-parts.ts';
import { filePath, isOwn, thumbnailPath } from './file-state.ts';
import { type FileStore, type Inspector, type Picture, partSize } from './file-stores.ts';
import { once } from './idempotency.ts';
import type { StoredFile } from './objects.ts';
import type { Clock, Edit, ObjectStore } from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** A file as it comes. */
export interface IncomingFile {
  readonly name: string;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Files that one upload may bring. */
export const mostFiles = 20;

/** Pictures of which a small one is made. */
const pictures: ReadonlySet<string> = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp', 'image/avif']);

/** A file that is whole, as it will be kept. */
interface Received {
  readonly fileId: number;
  readonly name: string;
  readonly size: number;
  readonly parts: number;
  readonly type: string;
  readonly digest: string;
}

/** Files that people attach to entries: their bytes lie in the store, what they are in the change log. */
export class Files {
  readonly #objects: ObjectStore;
  readonly #files: FileStore;
  readonly #inspector: Inspector;
  readonly #vault: Vault;
  readonly #clock: Clock;
  readonly #mostBytes: number;

  constructor(parts: {
    objects: ObjectStore;
    files: FileStore;
    inspector: Inspector;
    vault: Vault;
    clock: Clock;
    mostBytes: number;
  }) {
    this.#objects = parts.objects;
    this.#files = parts.files;
    this.#inspector = parts.inspector;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
    this.#mostBytes = parts.mostBytes;
  }

  /** Bytes that a file may have. */
  get mostBytes(): number {
    return this.#mostBytes;
  }

  /**
   * Keeps files as they come, in their order: all of them are there at once when the last one is whole, or none. Under an idempotency `key`
   * the same files are kept once, as long as they are there. Throws `bad_parameter` for a name or a number of files that is not accepted
   * and for one without bytes, `file_too_large`, and whatever reading them throws.
   */
  async upload(caller: Caller, incoming: AsyncIterable<IncomingFile>, key: string | null = null): Promise<StoredFile[]> {
    const begun: number[] = [];
    let kept: readonly number[] = [];
    try {
      const received: Received[] = [];
      for await (const file of incoming) {
        if (received.length === mostFiles) throw badParameter('file', `more than ${mostFiles} files`, acceptedFiles);
        checkFileName(file.name);
        received.push(await this.#receive(caller, file, begun));
      }
      if (received.length === 0) throw badParameter('file', undefined, acceptedFiles);
      const looked: (Picture | null)[] = [];
      for (const file of received) looked.push(await this.#look(caller.tenantId, file));
      const stored = await this.#keep(caller, received, looked, key);
      kept = stored.map(({ fileId }) => fileId);
      return stored;
    } finally {
      const left = begun.filter((fileId) => !kept.includes(fileId));
      // What cannot be deleted now is deleted later, as after a crash.
      if (left.length > 0) await this.#files.drop(caller.tenantId, left).catch(() => undefined);
    }
  }

  /** Keeps the parts of a file that nobody sees yet; its id is in `begun` before anything of it is kept. */
  async #receive({ tenantId, actor }: Caller, { name, bytes }: IncomingFile, begun: number[]): Promise<Received> {
    const fileId = await this.#objects.change(tenantId, actor, async (edit) => {
      const id = edit.newIds(1);
      await edit.beginUpload(id, this.#clock());
      return id;
    });
    begun.push(fileId);
    const hash = createHash('sha256');
    let [size, parts, type] = [0, 0, ''];
    for await (const part of inFull(this.#limited(bytes, name), partSize)) {
      if (parts === 0) type = await this.#inspector.typeOf(part);
      hash.update(part);
      await this.#files.append(tenantId, fileId, parts, part);
      size += part.length;
      parts += 1;
    }
    if (size === 0) throw badParameter('file', name, 'it has no bytes; accepted: a file from 1 byte on');
    return { fileId, name, size, parts, type, digest: hash.digest('hex') };
  }

  async *#limited(bytes: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
    let size = 0;
    for await (const some of bytes) {
      size += some.length;
      if (size > this.#mostBytes) throw new AppError('file_too_large', { value: name, limit: this.#mostBytes });
      yield some;
    }
  }

  async #look(tenantId: number, { fileId, type, size }: Received): Promise<Picture | null> {
    if (!pictures.has(type)) return null;
    return this.#inspector.picture(type, async () => {
      const bytes = new Uint8Array(size);
      let at = 0;
      for await (const some of this.#bytes(tenantId, fileId, 0, size)) {
        bytes.set(some, at);
        at += some.length;
      }
      return bytes;
    });
  }

  /** Answers the files that the upload has made, or under its key had made before. */
  #keep(
    caller: Caller,
    received: readonly Received[],
    looked: readonly (Picture | null)[],
    key: string | null,
  ): Promise<StoredFile[]> {
    const request = { upload: received.map(({ name, digest }) => [name, digest]) };
    return this.#objects.change(caller.tenantId, caller.actor, async (edit) => {
      const there = async (ids: readonly number[]): Promise<StoredFile[]> => {
        const found = await edit.getMany('file', ids);
        return ids.map((id) => found.get(id)?.object).filter((file) => file !== undefined && isOwn(file)) as StoredFile[];
      };
      // Files that nobody used were removed meanwhile: whoever asks again has them again.
      const whole = async (ids: readonly number[]): Promise<boolean> => (await there(ids)).length === ids.length;
      const work = (): Promise<number[]> => this.#write(edit, received, looked);
      return there(await once(edit, this.#vault, key, request, work, whole));
    });
  }

  async #write(edit: Edit, received: readonly Received[], looked: readonly (Picture | null)[]): Promise<number[]> {
    const now = this.#clock();
    const ids = received.map(({ fileId }) => fileId);
    const known = await edit.getMany('file', ids);
    const writes = received.map(({ fileId, name, size, type, digest }, i) => {
      const picture = looked[i] ?? null;
      const after: StoredFile = {
        fileId,
        name,
        size,
        path: filePath(fileId),
        previewUrl: picture === null ? '' : thumbnailPath(fileId),
        mediaType: type,
        digest,
        width: picture?.width ?? 0,
        height: picture?.height ?? 0,
      };
      return { before: known.get(fileId) ?? null, after, knownAt: wholeSecond(now) };
    });
    for (const [i, { fileId, parts }] of received.entries())
      await edit.keepUpload(fileId, { parts, at: now, thumbnail: looked[i]?.thumbnail ?? null });
    await edit.write('file', writes);
    return ids;
  }

  /** Those that are known, in the order of the ids. */
  async list({ tenantId }: Caller, fileIds: readonly number[]): Promise<StoredFile[]> {
    const files = new Map((await this.#files.getMany(tenantId, fileIds)).map((file) => [file.fileId, file]));
    return fileIds.map((id) => files.get(id)).filter((file) => file !== undefined);
  }

  /** A file whose bytes are here. Throws `not_found`. */
  async get({ tenantId }: Caller, fileId: number): Promise<StoredFile> {
    const file = await this.#files.get(tenantId, fileId);
    if (file === null || !isOwn(file)) throw new AppError('not_found');
    return file;
  }

  /** The bytes of a file from one place to before another. Throws `store_unavailable` when it is erased meanwhile. */
  bytes({ tenantId }: Caller, { fileId }: StoredFile, from: number, to: number): AsyncGenerator<Uint8Array> {
    return this.#bytes(tenantId, fileId, from, to);
  }

  async *#bytes(tenantId: number, fileId: number, from: number, to: number): AsyncGenerator<Uint8Array> {
    for (let at = from; at < to; ) {
      const place = Math.floor(at / partSize);
      const part = await this.#files.part(tenantId, fileId, place);
      const some = part?.subarray(at - place * partSize, to - place * partSize);
      // What is not whole must not look as if it were.
      if (some === undefined || some.length === 0) throw new AppError('store_unavailable');
      yield some;
      at += some.length;
    }
  }

  /** Throws `not_found`, also for a file that is no picture. */
  async thumbnail(caller: Caller, fileId: number): Promise<{ file: StoredFile; bytes: Uint8Array }> {
    const file = await this.get(caller, fileId);
    const bytes = await this.#files.thumbnail(caller.tenantId, fileId);
    if (bytes === null) throw new AppError('not_found');
    return { file, bytes };
  }

  /** Deletes uploads that began before one time (ms) and never ended, and files that no entry has had since another one. Answers how many. */
  async tidy(tenantId: number, { begunBefore, unusedSince }: { begunBefore: number; unusedSince: number }): Promise<number> {
    const left = await this.#files.unfinished(tenantId, begunBefore);
    if (left.length > 0) await this.#files.drop(tenantId, left);
    let removed = 0;
    for (const fileId of await this.#files.unused(tenantId, unusedSince)) {
      const done = await this.#objects.change(tenantId, 'command:serve', async (edit) => {
        const stored = (await edit.getMany('file', [fileId])).get(fileId);
        // An entry may have got it meanwhile.
        if (stored === undefined || !(await edit.isUnused(fileId))) return false;
        return edit.erase('file', stored, wholeSecond(this.#clock()));
      });
      if (done) removed += 1;
    }
    return left.length + removed;
  }
}

const acceptedFiles = `accepted: 1 to ${mostFiles} files as multipart/form-data, each in a field "file"`;
