/** What tests of companies, leads and opportunities share: the fields of an answer in their order, and what was answered. */
import { expect } from 'vitest';
import type { Answer } from './http.ts';
import type { TestServer } from './server.ts';

export type Json = Readonly<Record<string, unknown>>;

/** The fields with their JSON types, in their order: `name s, count n, list []`. */
export const fieldsOf = (object: unknown): string =>
  Object.entries(object as Json)
    .map(([name, value]) => `${name} ${typeOf(value)}`)
    .join(', ');

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${typeOf(value[0])}]`;
  return { string: 's', number: 'n', boolean: 'b', object: '{}' }[typeof value as 'string'] ?? typeof value;
}

/** The data of an answer that is a success. */
export function dataOf<T = Json>(answer: Answer): T {
  const { code, message, data } = answer.json<{ code: number; message: string; data: T }>();
  expect({ status: answer.status, code, message }).toEqual({ status: 200, code: 200, message: 'success' });
  return data;
}

/** The answer is that business error. `words` stand in its message. */
export function expectError(answer: Answer, code: number, ...words: readonly string[]): void {
  const given = answer.json();
  expect({ status: answer.status, code: given.code, data: given.data }, answer.text).toEqual({ status: 200, code, data: [] });
  for (const word of words) expect(given.message).toContain(word);
}

/** How many changes the log of a tenant has. */
export async function changesOf(server: TestServer, tenantId: number): Promise<number> {
  const row = await server.core.db.read(null, (tx) => tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [tenantId]));
  return row?.[0] as number;
}
