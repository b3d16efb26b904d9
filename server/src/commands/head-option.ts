import { AppError } from '../errors.ts';
import type { KeptHead } from '../store/check-log.ts';

/** The head of a log as `audit head` prints it: the revision and the hash of its last change. */
export const headText = ({ revision, chainHash }: KeptHead): string => `${revision}:${chainHash}`;

/** Throws `usage` for anything else. */
export function readHead(option: string, value: unknown): KeptHead {
  // Of a log that has no change yet there is nothing to hash.
  const [revision, chainHash] =
    /^(?:(0):()|([1-9]\d{0,14}):([\w-]{43}))$/
      .exec(String(value))
      ?.slice(1)
      .filter((part) => part !== undefined) ?? [];
  if (revision === undefined || chainHash === undefined)
    throw new AppError('usage', {
      reason: `${option}: ${JSON.stringify(String(value))} is not accepted; accepted: REVISION:HASH as "audit head" prints it`,
    });
  return { revision: Number(revision), chainHash };
}
