/** @internal */
export interface GenjinErrorDetails {
  readonly code: number;
  readonly httpStatus: number;
  readonly error: string | null;
  readonly hint: string | null;
  readonly data: unknown;
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
export class GenjinError extends Error {
  override readonly name: string = 'GenjinError';
  /** `code` of the body, or the HTTP status; 0 for an answer that is none of this API. */
  declare readonly code: number;
  declare readonly httpStatus: number;
  /** OAuth's name of it, such as `invalid_client`. */
  declare readonly error: string | null;
  declare readonly hint: string | null;
  /** `data` of the answer. */
  declare readonly data: unknown;
  /** Seconds. */
  declare readonly retryAfter: number | null;

  /** @internal */
  constructor(message: string, details: GenjinErrorDetails) {
    super(message);
    Object.assign(this, details);
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
 * There was no answer: whether the server has done what was asked is not known.
 *
 * @example
 * await client.trails.list({}, { timeout: 1 }).catch((error) => {
 *   if (error instanceof GenjinConnectionError) console.log('offline', error.timedOut);
 *   else throw error;
 * });
 */
export class GenjinConnectionError extends Error {
  override readonly name: string = 'GenjinConnectionError';
  readonly timedOut: boolean;

  /** @internal */
  constructor(message: string, options: { timedOut?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.timedOut = options.timedOut ?? false;
  }
}

export type GenjinWebhookReason = 'headers' | 'signature' | 'time' | 'body' | 'decryption';

/**
 * A webhook's message is not accepted; answer it with another status than 200.
 *
 * @example
 * await verifyWebhook('{"message_id":"msg_1","data":""}', headers, secret).catch((error) => {
 *   if (error instanceof GenjinWebhookError) console.log(error.reason); // signature
 *   else throw error;
 * });
 */
export class GenjinWebhookError extends Error {
  override readonly name: string = 'GenjinWebhookError';
  readonly reason: GenjinWebhookReason;

  /** @internal */
  constructor(reason: GenjinWebhookReason, message: string) {
    super(message);
    this.reason = reason;
  }
}
