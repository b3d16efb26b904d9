import { AppError } from '../errors.ts';
import type { KeptHead } from '../store/check-log.ts';

/** The head of a log as `audit head` prints it: the revision and the hash of its last change. */
export const headText = ({ revision, chainHash }: KeptHead): string => `${revision}:${chainHash}`;

/** Throws `usage` for anything else. */
export function readHead(option: string, value: unknown): KeptHead {
  const text = String(value);
  // Of a log that has no change yet there is nothing to hash.
  if (!/^(0:|[1-9]\d{0,14}:[\w-]{43})$/.test(text))
    throw new AppError('usage', {
      reason: `${option}: ${JSON.stringify(text)} is not accepted; accepted: REVISION:HASH as "audit head" prints it`,
    });
  const [revision = '', chainHash = ''] = text.split(':');
  return { revision: Number(revision), chainHash };
}
