import { AppError } from '../errors.ts';
import type { KeptHead } from '../store/check-log.ts';

/** The head of a log as `audit head` prints it: the revision and the hash of its last change. */
export const headText = ({ revision, chainHash }: KeptHead): string => `${revision}:${chainHash}`;

/** Throws `usage` for anything else. */
export function readHead(option: string, value: unknown): KeptHead {
  const [, revision, chainHash] = /^(\d{1,15}):([\w-]{43})$/.exec(String(value)) ?? [];
  if (revision === undefined || chainHash === undefined)
    throw new AppError('usage', {
      reason: `${option}: ${JSON.stringify(String(value))} is not accepted; accepted: REVISION:HASH as "audit head" prints it`,
    });
  return { revision: Number(revision), chainHash };
}
