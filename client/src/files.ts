import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type { FileInfoData, FileInfoQuery, FileUploadData } from './wire.ts';

/** @internal Milliseconds: over a telephone a large file takes minutes. */
export const uploadTimeout = 600_000;

/** @internal */
export function formOf(files: readonly File[]): FormData {
  const parts = new FormData();
  for (const file of files) parts.append('file', file, file.name);
  return parts;
}

/** Files of entries. Genjin only. */
export class Files extends Resource {
  /**
   * Uploads files, all or none; what they are is found out from their bytes.
   *
   * @example
   * const offer = new File(['单价 12.50'], '报价.txt');
   * const { list } = await client.files.upload([offer], { idempotencyKey: 'offer-20240820' });
   * const fileIds = list.map((file) => file.file_id);
   * console.log(await client.trails.record({ companyId: 16696797769, content: '已发报价', fileIds }));
   */
  upload(files: readonly File[], options: KeyedCallOptions = {}): Promise<FileUploadData> {
    const { idempotencyKey } = options;
    const request = { method: 'POST', path: '/v1/file/upload', parts: formOf(files), idempotencyKey } as const;
    return this.transport.call(request, { timeout: uploadTimeout, ...options });
  }

  /**
   * What is known of files.
   *
   * @example
   * const { list } = await client.files.upload([new File(['a,b'], 'list.csv')]);
   * const info = await client.files.info({ fileIds: [list[0].file_id] });
   * console.log(info.list[0].file_name, info.list[0].file_type);
   */
  info(query: Input<FileInfoQuery>, options: CallOptions = {}): Promise<FileInfoData> {
    return this.read('/v1/file/info', query, options);
  }

  /**
   * Where a file is fetched, with the token or by a page that has signed in; `inline` for one that shows it.
   *
   * @example
   * console.log(client.files.url(1000000000000000, { inline: true }));
   */
  url(fileId: number, { inline = false }: { readonly inline?: boolean } = {}): string {
    return `${this.transport.base}/v1/file/download?file_id=${fileId}${inline ? '&inline=1' : ''}`;
  }

  /**
   * Where the small picture is of a file that has one.
   *
   * @example
   * console.log(client.files.thumbnailUrl(1000000000000000));
   */
  thumbnailUrl(fileId: number): string {
    return `${this.transport.base}/v1/file/thumbnail?file_id=${fileId}`;
  }
}
