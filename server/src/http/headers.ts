import { jsonType } from './envelope.ts';

/** What every answer has. */
export const commonHeaders = (requestId: string): Readonly<Record<string, string>> => ({
  'x-request-id': requestId,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
});

/** What every successful answer to a GET in the envelope has. */
export const pageHeaders = (tag: string): Readonly<Record<string, string>> => ({
  'content-type': jsonType,
  vary: 'Accept-Encoding',
  etag: tag,
  'cache-control': 'private, no-cache',
});
