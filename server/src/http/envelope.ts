/** The one place that turns results and errors into OKKI's answers (docs/wire.md#conventions). */
import type { Clock } from '../domain/stores.ts';
import { AppError, type ErrorName } from '../errors.ts';
import { formatTime } from '../wire/time.ts';

export const jsonType = 'application/json; charset=utf-8';

/** `{code, message, now, data}` around data that is JSON already: a start that is another one each second, and the rest. */
export interface Envelope {
  head(): Buffer;
  /** `data` as text, or as parts that come one after the other; so is the rest. */
  rest(data: string | readonly Buffer[]): readonly Buffer[];
}

const end = Buffer.from('}');

export function envelope(clock: Clock): Envelope {
  let second = Number.NaN;
  let head = end;
  return {
    head() {
      const now = clock();
      if (Math.floor(now / 1000) !== second) {
        second = Math.floor(now / 1000);
        head = Buffer.from(`{"code":200,"message":"success","now":"${formatTime(now)}","data":`);
      }
      return head;
    },
    rest: (data) => (typeof data === 'string' ? [Buffer.from(`${data}}`)] : [...data, end]),
  };
}

/**
 * The status and body that an error answers with; nothing of the inside is in it. `oauth`: on a token path, where clients look
 * for OAuth's names of whatever went wrong.
 */
export function failure(error: AppError, clock: Clock, oauth = false): { status: number; body: Buffer } {
  const { shape, status, code, error: oauthError } = error.kind;
  const { message } = error;
  const body =
    shape === 'oauth' || oauth
      ? // Clients look at one of: the status, `error`, `code` (docs/wire.md#errors); so all of them are there.
        {
          code,
          message,
          error: oauthError ?? (status === 429 || status >= 500 ? 'temporarily_unavailable' : 'invalid_request'),
          error_description: message,
          ...(error.hint === null ? {} : { hint: error.hint }),
          now: formatTime(clock()),
          data: [],
        }
      : { code, message, now: formatTime(clock()), data: error.data };
  return { status, body: Buffer.from(JSON.stringify(body)) };
}

/** Fastify's own refusals by their code; what is not here becomes `malformed_request` below 500 and `internal` from there on. */
const refusals: Readonly<Record<string, ErrorName>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'empty_body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_json',
};

/** SQLite's codes for what is no fault of the program: busy, read-only, I/O error, damaged, full, cannot open, no database. */
const outages: ReadonlySet<number> = new Set([5, 8, 10, 11, 13, 14, 26]);

/** Any error as one of ours. */
export function asAppError(error: unknown, context: { bodyLimit: number; contentType: string | undefined }): AppError {
  if (error instanceof AppError) return error;
  const { code, statusCode, message } = error as { code?: unknown; statusCode?: unknown; message?: unknown };
  const name = typeof code === 'string' ? refusals[code] : undefined;
  const details = { limit: context.bodyLimit, value: context.contentType ?? 'no content type' };
  if (name !== undefined) return new AppError(name, details, { cause: error });
  // A body that is not what it says: no JSON, or (the codes of zlib, Brotli and Zstandard) not compressed as told.
  const unreadable =
    error instanceof SyntaxError || (typeof code === 'string' && /^(Z_|ERR_BROTLI|ERR__ERROR_|ZSTD_)/.test(code));
  if (unreadable && statusCode === 400) return new AppError('invalid_json', {}, { cause: error });
  if (typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500) {
    const reason = code === 'FST_ERR_BAD_URL' ? 'its path is no valid percent coding' : String(message);
    return new AppError('malformed_request', { reason }, { cause: error });
  }
  if (code === 'ERR_SQLITE_ERROR' && outages.has(Number((error as { errcode?: unknown }).errcode) & 0xff))
    return new AppError('store_unavailable', {}, { cause: error });
  return new AppError('internal', {}, { cause: error });
}
