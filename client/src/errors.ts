/** What an error of the server says, as far as it says it. */
export interface GenjinErrorDetails {
  /** `code` of the body; without one the HTTP status; 0 for an answer that is none of this API. */
  readonly code: number;
  readonly httpStatus: number;
  /** OAuth's name of it, such as `invalid_client` or `access_denied`; only in errors about tokens. */
  readonly error: string | null;
  /** What to look at. */
  readonly hint: string | null;
  /** Seconds that the server asks to wait (`Retry-After`). */
  readonly retryAfter: number | null;
}

/**
 * The server answered with an error. Business errors come with `httpStatus` 200 and another `code` than 200.
 *
 * @example
 * try {
 *   await client.trails.record({ company_id: 16696797769, content: '' });
 * } catch (error) {
 *   if (error instanceof GenjinError && error.code === -1) console.log(error.message); // 备注内容不能为空
 *   else throw error;
 * }
 */
export class GenjinError extends Error implements GenjinErrorDetails {
  override readonly name: string = 'GenjinError';
  readonly code: number;
  readonly httpStatus: number;
  readonly error: string | null;
  readonly hint: string | null;
  readonly retryAfter: number | null;

  constructor(message: string, details: GenjinErrorDetails) {
    super(message);
    this.code = details.code;
    this.httpStatus = details.httpStatus;
    this.error = details.error;
    this.hint = details.hint;
    this.retryAfter = details.retryAfter;
  }

  /** The token may not do this: another one for the same application would not help. */
  get isScopeError(): boolean {
    // There is no code for it: clients know no 403, so it comes in the shape of a token error.
    return this.#isAboutToken() && /^no permission\b.*\bscopes?$/i.test(this.message.trim());
  }

  /** The token is missing, wrong or at its end. */
  get isTokenError(): boolean {
    return this.#isAboutToken() && !this.isScopeError;
  }

  #isAboutToken(): boolean {
    return this.httpStatus === 401 || this.code === 401 || this.error === 'access_denied';
  }
}

/**
 * There was no answer: the network failed, or time ran out (`timedOut`). Whether the server has done what was asked is not known.
 *
 * @example
 * const page = await client.trails.list().catch((error) => {
 *   if (error instanceof GenjinConnectionError) return null; // offline: show what was there before
 *   throw error;
 * });
 */
export class GenjinConnectionError extends Error {
  override readonly name: string = 'GenjinConnectionError';
  readonly timedOut: boolean;

  constructor(message: string, options: { timedOut?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.timedOut = options.timedOut ?? false;
  }
}
