/**
 * The hash chain of the change log: each change carries a SHA-256 over the one before it, over what was done, and over its content, whose
 * words are hashed with a salt. With the salt the words can be deleted for good, and the chain still holds (docs/audit.md).
 */
import { hash, randomFillSync } from 'node:crypto';
import type { Value } from './db.ts';

/** What the first change of a tenant follows. */
export const chainStart = '';

/** The columns of a change that the chain covers by themselves, in this order. */
export const headerColumns = [
  'tenant_id',
  'revision',
  'kind',
  'object_id',
  'action',
  'actor',
  'changed_at',
  'before_revision',
] as const;

const sha256 = (text: string): string => hash('sha256', text, 'base64url');

export const wordsHash = (salt: string, words: string): string => sha256(salt + words);

/** `hashOfWords`: see `wordsHash`; of erased words it is all that is left. */
export const contentHash = (hashOfWords: string, facts: string): string => sha256(`${hashOfWords}\n${facts}`);

/** `header`: the values of `headerColumns`. */
export const chainHash = (previous: string, header: readonly Value[], hashOfContent: string): string =>
  sha256(`${previous}\n${JSON.stringify(header)}\n${hashOfContent}`);

const saltBytes = 16;
const pool = Buffer.alloc(saltBytes * 256);
let used = pool.length;

/** 128 random bits, in base64url. */
export function newSalt(): string {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += saltBytes;
  return pool.toString('base64url', used - saltBytes, used);
}
