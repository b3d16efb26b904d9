import { Deadline } from './deadline.ts';
import { GenjinConnectionError, GenjinError } from './errors.ts';
import type { TokenAnswer } from './wire.ts';

/** How to get tokens: an application's id and secret, or a token that is there already. */
export type GenjinCredentials =
  | {
      readonly clientId: string;
      readonly clientSecret: string;
      /** Modules separated by spaces, such as `company lead`; left out: all that the application has. */
      readonly scope?: string | undefined;
    }
  | { readonly accessToken: string };

export type GenjinClientOptions = GenjinCredentials & {
  /** Where the API is, with or without `/v1`, such as `http://127.0.0.1:8787`. */
  readonly baseUrl: string | URL;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds that a call may take in all, with its token and its retries; 30,000 when left out. */
  readonly timeout?: number | undefined;
};

/** What any call takes beside its parameters. */
export interface CallOptions {
  /** Ends the call, which then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, instead of the client's. */
  readonly timeout?: number | undefined;
}

export interface Request {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly body?: object;
}

type Fields = Readonly<Record<string, unknown>>;

const defaultTimeout = 30_000;
/** A token is not used in its last minute, so that it does not end under way. */
const tokenMargin = 60_000;
const maxRetries = 2;
const firstPause = 300;
const transientStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** Sends requests with a token, and again where that can help. */
export class Transport {
  readonly #base: string;
  readonly #credentials: GenjinCredentials;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  #token: { readonly value: string; readonly usableUntil: number } | null = null;
  #asking: Promise<string> | null = null;

  constructor(options: GenjinClientOptions) {
    this.#base = String(options.baseUrl).replace(/\/+$/, '').replace(/\/v1$/, '');
    this.#credentials = options;
    // Called without a `this`: a browser's fetch refuses any other than its own.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeout = options.timeout ?? defaultTimeout;
    if ('accessToken' in options) this.#token = { value: options.accessToken, usableUntil: Number.POSITIVE_INFINITY };
  }

  /** The `data` of the answer. Throws `GenjinError`, `GenjinConnectionError`, or the reason of the caller's signal. */
  async call<T>(request: Request, options: CallOptions): Promise<T> {
    const deadline = new Deadline(options.timeout ?? this.#timeout, options.signal);
    try {
      const token = await deadline.race(this.#currentToken());
      try {
        return await this.#callWith<T>(token, request, deadline);
      } catch (error) {
        if (!(error instanceof GenjinError && error.isTokenError) || 'accessToken' in this.#credentials) throw error;
        // Another call may have got a new one meanwhile.
        if (this.#token?.value === token) this.#token = null;
        return await this.#callWith<T>(await deadline.race(this.#currentToken()), request, deadline);
      }
    } finally {
      deadline.end();
    }
  }

  /** Only a GET is tried again: nobody knows what became of a POST that was not answered. */
  async #callWith<T>(token: string, request: Request, deadline: Deadline): Promise<T> {
    for (let retry = 0; ; retry++) {
      try {
        return (await this.#send(request, { Authorization: `Bearer ${token}` }, deadline, isEnvelope))['data'] as T;
      } catch (error) {
        const pause = request.method === 'GET' && retry < maxRetries ? pauseAfter(error, retry) : null;
        if (pause === null || pause >= deadline.left) throw error;
        await deadline.pause(pause);
      }
    }
  }

  /** Asked for once for all calls that wait for it, so it belongs to none of them and has a deadline of its own. */
  async #currentToken(): Promise<string> {
    if (this.#token !== null && Date.now() < this.#token.usableUntil) return this.#token.value;
    this.#asking ??= this.#askForToken().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #askForToken(): Promise<string> {
    const credentials = this.#credentials;
    if ('accessToken' in credentials) return credentials.accessToken;
    const deadline = new Deadline(this.#timeout, undefined);
    try {
      const { clientId, clientSecret, scope } = credentials;
      const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
      const asked = Date.now();
      const answer = await this.#send({ method: 'POST', path: '/v1/oauth2/access_token', body }, {}, deadline, isToken);
      const life = Number(answer.expires_in) * 1000;
      this.#token = { value: answer.access_token, usableUntil: asked + Math.max(life - tokenMargin, life / 2) };
      return answer.access_token;
    } finally {
      deadline.end();
    }
  }

  async #send<T extends Fields>(
    request: Request,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
    isAnswer: (json: Fields) => json is T,
  ): Promise<T> {
    const { method, path, query = {}, body } = request;
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.append(name, String(value));
    const url = `${this.#base}${path}?${search}`.replace(/\?$/, '');
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const type = body === undefined ? {} : { 'Content-Type': 'application/json' };
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(url, {
        method,
        headers: { Accept: 'application/json', ...type, ...headers },
        ...content,
        // The secret and the token are for this address and no other.
        redirect: 'error',
        signal: deadline.signal,
      });
      text = await response.text();
    } catch (error) {
      deadline.throwIfOver();
      throw new GenjinConnectionError(`No answer from ${this.#base}: ${reasonOf(error)}`, { cause: error });
    }
    const json = fieldsIn(text);
    if (response.ok && isAnswer(json)) return json;
    throw errorIn(json, response, this.#base);
  }
}

const isEnvelope = (json: Fields): json is { code: 200; data: unknown } => json['code'] === 200 && 'data' in json;

const isToken = (json: Fields): json is TokenAnswer & Fields =>
  typeof json['access_token'] === 'string' && Number(json['expires_in']) > 0;

/** The answer's fields; none when it is no JSON object. */
function fieldsIn(text: string): Fields {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Fields) : {};
  } catch {
    return {};
  }
}

function errorIn(json: Fields, response: Response, base: string): GenjinError {
  const text = (name: string): string | null => {
    const value = json[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const { status: httpStatus, statusText } = response;
  const code = typeof json['code'] === 'number' && json['code'] !== 200 ? json['code'] : null;
  const strange = response.ok && code === null && text('error') === null;
  const message = strange
    ? `What answers at ${base} is not this API`
    : (text('message') ?? text('error_description') ?? `HTTP ${httpStatus} ${statusText}`.trim());
  return new GenjinError(message, {
    code: strange ? 0 : (code ?? httpStatus),
    httpStatus,
    error: text('error'),
    hint: text('hint'),
    retryAfter: secondsToWait(response.headers.get('Retry-After')),
  });
}

/** `Retry-After` is a number of seconds or a date. */
function secondsToWait(header: string | null): number | null {
  if (header === null) return null;
  if (/^\d+$/.test(header.trim())) return Number(header);
  const at = Date.parse(header);
  return Number.isNaN(at) ? null : Math.max(0, Math.ceil((at - Date.now()) / 1000));
}

/** Milliseconds to wait before another try; `null` when that would not help. */
function pauseAfter(error: unknown, retry: number): number | null {
  // Not all at the same moment, when many were refused together.
  const usual = firstPause * 2 ** retry * (0.5 + Math.random() / 2);
  if (error instanceof GenjinConnectionError) return error.timedOut ? null : usual;
  if (!(error instanceof GenjinError) || !transientStatuses.has(error.httpStatus)) return null;
  return error.retryAfter === null ? usual : error.retryAfter * 1000;
}

/** In Node `fetch` says only "fetch failed"; the reason is its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
