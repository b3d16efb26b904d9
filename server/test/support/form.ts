/** Forms with files, as browsers send them, and as nobody should. */
import type { Answer } from './http.ts';
import type { TestServer } from './server.ts';

export interface Part {
  /** As it stands between the quotes. */
  readonly filename?: string;
  readonly bytes: Buffer | string;
  readonly field?: string;
  /** What the sender says that it is. */
  readonly type?: string;
}

export const boundary = 'boundary-7d82';
export const formType = `multipart/form-data; boundary=${boundary}`;

export function formOf(parts: readonly Part[]): Buffer {
  return Buffer.concat([
    ...parts.flatMap(({ filename, bytes, field = 'file', type = 'application/octet-stream' }) => {
      const name = filename === undefined ? '' : `; filename="${filename}"`;
      const kind = filename === undefined ? '' : `Content-Type: ${type}\r\n`;
      return [
        Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${field}"${name}\r\n${kind}\r\n`),
        Buffer.from(bytes),
        Buffer.from('\r\n'),
      ];
    }),
    Buffer.from(`--${boundary}--\r\n`),
  ]);
}

export const uploadPath = '/v1/file/upload';

export interface Uploaded {
  readonly file_id: number;
  readonly file_name: string;
  readonly file_size: number;
  readonly file_type: string;
  readonly width: number;
  readonly height: number;
  readonly thumbnail: boolean;
}

export const postForm = (
  server: TestServer,
  token: string,
  parts: readonly Part[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => server.post(token, uploadPath, formOf(parts), { 'Content-Type': formType, ...headers });

/** The files that an upload has made. */
export async function upload(server: TestServer, token: string, ...parts: Part[]): Promise<Uploaded[]> {
  const answer = await postForm(server, token, parts);
  const body = answer.json<{ code: number; data: { list: Uploaded[] } }>();
  if (answer.status !== 200 || body.code !== 200) throw new Error(`${answer.status} ${answer.text}`);
  return body.data.list;
}
