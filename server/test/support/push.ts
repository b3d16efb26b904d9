/** What tests of recording share: an entry was recorded, or it was refused and nothing was. */
import { expect } from 'vitest';
import type { WireEntry } from './entries.ts';
import type { Answer, Ask } from './http.ts';
import { listPath, pushPath, type TestServer } from './server.ts';

/** The id of the entry that the answer says was recorded. */
export function recorded(answer: Answer): number {
  const body = answer.json<{ code: number; message: string; now: string; data: { trail_id: number } }>();
  expect({ status: answer.status, code: body.code, message: body.message }).toEqual({
    status: 200,
    code: 200,
    message: 'success',
  });
  expect(Object.keys(body)).toEqual(['code', 'message', 'now', 'data']);
  expect(Object.keys(body.data)).toEqual(['trail_id']);
  return body.data.trail_id;
}

/** The first of the whole list, and how many there are. */
export async function newestOf(server: TestServer, token: string): Promise<{ entry: WireEntry; total: number }> {
  const answer = await server.get(token, `${listPath}?count=1`);
  const { data } = answer.json<{ data: { list: WireEntry[]; totalItem: number } }>();
  return { entry: data.list[0] ?? {}, total: data.totalItem };
}

/** A push that is answered with an error in the body. */
export interface Refused {
  readonly name: string;
  readonly body: unknown;
  readonly headers?: Ask['headers'];
  readonly code: number;
  /** The whole message. */
  readonly message?: string;
  /** In the message. */
  readonly words?: readonly string[];
}

/** The answer is that error under HTTP 200, and nothing was recorded. */
export async function expectRefusal(server: TestServer, token: string, refused: Refused): Promise<void> {
  const { body, headers, code, message, words = [] } = refused;
  const before = (await newestOf(server, token)).total;
  const answer = await server.post(token, pushPath, body, headers);
  const given = answer.json();
  expect({ status: answer.status, code: given.code, data: given.data, keys: Object.keys(given) }).toEqual({
    status: 200,
    code,
    data: [],
    keys: ['code', 'message', 'now', 'data'],
  });
  if (message !== undefined) expect(given.message).toBe(message);
  for (const word of words) expect(given.message).toContain(word);
  expect((await newestOf(server, token)).total).toBe(before);
}
