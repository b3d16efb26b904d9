/**
 * Every error that Genjin answers with, in one table: thrown where the rule is, translated to an answer in one place
 * (`http/envelope.ts`), silent about the inside. `docs/wire.md#errors` explains the three shapes.
 */

/** `business`: HTTP 200 and the code in the body. `http`: the envelope under that status. `oauth`: the token errors' body. */
export type ErrorShape = 'business' | 'http' | 'oauth';

interface ErrorKind {
  readonly shape: ErrorShape;
  readonly status: number;
  /** OKKI's `code` in the body. */
  readonly code: number;
  /** `{name}` is filled from the details. */
  readonly message: string;
  /** OAuth's `error`; only with the shape `oauth`. */
  readonly error?: string;
  /** OAuth's `hint`, where the error itself brings none. */
  readonly hint?: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

const business = (code: number, message: string): ErrorKind => ({ shape: 'business', status: 200, code, message, level: 'info' });
const http = (status: number, message: string, level: ErrorKind['level'] = 'info'): ErrorKind => ({
  shape: 'http',
  status,
  code: status,
  message,
  level,
});
const oauth = (status: number, error: string, message: string, hint?: string): ErrorKind => ({
  shape: 'oauth',
  status,
  code: status,
  message,
  error,
  ...(hint === undefined ? {} : { hint }),
  level: 'info',
});

export const errorKinds = {
  // What a caller gave.
  bad_parameter: business(400, '{field}: {value} is not accepted; {accepted}'),
  missing_parameter: business(400, '{field} is missing; {accepted}'),
  unknown_parameter: business(400, 'unknown parameter: {fields}'),
  invalid_json: business(400, 'Invalid data json'),
  empty_body: business(400, 'Empty POST request body data'),
  not_found: business(404, 'Not Found Resource'),
  invalid_query: business(400, 'Invalid query'),
  // Ours: an idempotency key that stands for another request, and the like.
  conflict: business(409, '{reason}'),
  // Ours: OKKI publishes no way to change an entry, or to erase one.
  not_allowed: business(403, '{reason}'),
  // Ours: what is copied from elsewhere is changed there.
  mirrored: business(
    403,
    'this enterprise is a mirror of {upstream}: change it there; "genjin mirror detach" makes it writable here',
  ),
  // Ours: what an admin or a command gives that may hold a secret, so that only the reason is told.
  not_acceptable: business(400, '{reason}'),
  // Ours: signing in on the page.
  sign_in_refused: business(403, 'the mail address or the password is wrong'),
  sign_in_closed: business(423, 'this user may not sign in any more: an admin of the enterprise can change that'),
  setup_over: business(410, 'the link was used, has ended, or is not the last one: each start of the server shows a new one'),
  // The reasons, by the place in the list, are in the answer's data.
  records_refused: business(400, '{refused} of {count} records are not accepted; nothing was recorded'),
  // Recording: OKKI's own words (docs/wire.md#record).
  trail_type_unknown: business(-1, '不支持的类型'),
  trail_content_empty: business(-1, '备注内容不能为空'),
  trail_subject_missing: business(-1, 'lead_id and company_id and opportunity_id is empty'),
  opportunity_company_missing: business(404, 'The associated customer cannot be empty use company_id'),
  // A table for people cannot hold everything.
  not_exportable: business(400, '{format} cannot hold it: {reason}; NDJSON can'),
  // Ours: an import by the page.
  import_under_way: business(409, 'another import of this enterprise is under way: wait until it has ended'),
  import_too_long: business(
    400,
    'a preview takes at most {limit} entries: split the file, or use the command genjin import, which takes any number',
  ),
  webhook_missing: business(400, 'there is no webhook to be told at: set one first, POST /v1/webhook'),
  webhook_test_failed: business(400, 'the callback did not accept the test event: {reason}'),
  no_such_message: business(404, 'no parked event has the message id {value}'),
  // Who asks.
  token_missing: oauth(401, 'access_denied', 'Missing access token', 'Send Authorization: Bearer <token>, or the bare token'),
  token_invalid: oauth(
    401,
    'access_denied',
    'The access token is invalid or has expired',
    'Ask /v1/oauth2/access_token for a new one',
  ),
  session_ended: oauth(401, 'access_denied', 'The session has ended', 'Sign in again'),
  scope_missing: oauth(401, 'access_denied', 'no permission {module} scopes', 'Ask for a token with this module in its scope'),
  unsupported_grant_type: oauth(400, 'unsupported_grant_type', 'The authorization grant type is not supported'),
  invalid_request: oauth(400, 'invalid_request', 'The request is missing a required parameter or has one that is malformed'),
  invalid_scope: oauth(400, 'invalid_scope', 'The requested scope is invalid, unknown, or malformed'),
  invalid_client: oauth(401, 'invalid_client', 'Client authentication failed', 'Check client_id and client_secret'),
  invalid_credentials: oauth(401, 'invalid_credentials', 'The user credentials were incorrect.', 'Check username and password'),
  invalid_grant: oauth(400, 'invalid_grant', 'The user may not sign in', 'The user is frozen or was removed'),
  // OKKI answers these two with 400 where a token is refreshed (docs/wire.md#tokens).
  refresh_client_invalid: oauth(400, 'invalid_client', 'Client authentication failed', 'Check client_id and client_secret'),
  refresh_token_invalid: oauth(400, 'invalid_request', 'The refresh token is invalid.', 'Token has been revoked'),
  // Ours: programs that show calendars would ask for a password if it were 401.
  calendar_unknown: http(404, 'there is no such calendar: its address was replaced or ended'),
  // The request itself.
  no_such_path: http(404, 'no such path: {method} {path}'),
  method_not_allowed: http(405, '{method} is not allowed here; allowed: {allowed}'),
  body_too_large: http(413, 'the body is larger than {limit} bytes'),
  file_too_large: http(413, 'the file {value} is larger than {limit} bytes'),
  unsupported_media_type: http(415, 'the body must be JSON or a form: {value}'),
  malformed_request: http(400, 'the request could not be read: {reason}'),
  too_many_requests: http(429, 'too many requests; try again in {seconds} s', 'warn'),
  too_many_streams: http(429, 'this application has {limit} event streams open, as many as it may: close one first', 'warn'),
  not_allowed_here: http(403, '{reason}'),
  ids_used_up: http(500, 'tenant {tenantId} has no ids left: an import brought one at the end of their range', 'error'),
  key_lost: http(
    500,
    '{what} was kept under another key than the one in genjin.key: put that file back, or make {what} anew',
    'error',
  ),
  store_unavailable: http(503, 'the store does not answer; try again', 'error'),
  internal: http(500, 'internal error; the log of the server has the details under this request id', 'error'),
  // Commands and settings: these go to a terminal, never over HTTP.
  usage: http(400, '{reason}'),
} as const satisfies Record<string, ErrorKind>;

export type ErrorName = keyof typeof errorKinds;

/** What a message names: shown to the caller, so never a secret. */
export type ErrorDetails = Readonly<Record<string, string | number>>;

/** Details that a caller gave; an answer does not repeat them without end. */
const given: ReadonlySet<string> = new Set(['value', 'path', 'method']);

/** What a caller gave, as far as it is repeated. */
export const shortened = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);

const shown = (key: string, value: string | number): string => (given.has(key) ? shortened(String(value)) : String(value));

/** An error of ours, by its name in the table. `details` fill the message; `hint` is OAuth's field of that name, `data` the envelope's. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly kind: ErrorKind;
  readonly errorName: ErrorName;
  readonly details: ErrorDetails;
  readonly hint: string | null;
  readonly data: unknown;

  constructor(
    errorName: ErrorName,
    details: ErrorDetails = {},
    options: { hint?: string; cause?: unknown; data?: unknown } = {},
  ) {
    const kind: ErrorKind = errorKinds[errorName];
    super(
      kind.message.replaceAll(/\{(\w+)\}/g, (_, key: string) => shown(key, details[key] ?? '')),
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.kind = kind;
    this.errorName = errorName;
    this.details = details;
    this.hint = options.hint ?? kind.hint ?? null;
    this.data = options.data ?? [];
  }
}

/** A value that a caller gave and that is not accepted: names the field, the value, and what is accepted. */
export function badParameter(field: string, value: unknown, accepted: string): AppError {
  if (value === undefined) return new AppError('missing_parameter', { field, accepted });
  return new AppError('bad_parameter', { field, value: valueText(value), accepted });
}

function valueText(value: unknown): string {
  try {
    return typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    return 'a value nested too deeply';
  }
}
