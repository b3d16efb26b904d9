import { Deadline } from './deadline.ts';
import { GenjinConnectionError, GenjinError } from './errors.ts';
import { toWire } from './names.ts';
import { type GenjinCredentials, type Token, Tokens } from './tokens.ts';

/** In a page that Genjin itself serves: whoever is signed in there. */
export interface PageSession {
  readonly session: true;
  /** For `webhooks`: the id of the application that an admin asks for. */
  readonly application?: string | undefined;
}

export type GenjinClientOptions = (GenjinCredentials | PageSession) & {
  /** With or without `/v1`. */
  readonly baseUrl: string | URL;
  /** Instead of the global `fetch`. */
  readonly fetch?: typeof fetch | undefined;
  /** Milliseconds that a call may take in all; 30,000 when left out. */
  readonly timeout?: number | undefined;
  /** How often a call is sent again that was not answered, or answered with 429, 502, 503 or 504, where that is safe; 2 when left out. */
  readonly retries?: number | undefined;
  /** Is told of fields that Genjin ignored, such as `page (did you mean start_index?)`, and of the call: method and path. */
  readonly onIgnored?: ((names: readonly string[], call: string) => void) | undefined;
};

export interface CallOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, instead of the client's. */
  readonly timeout?: number | undefined;
}

// The client never makes a key of its own: OKKI would ignore it and record twice. Under the same key Genjin answers another request
// with code 409.
export interface KeyedCallOptions extends CallOptions {
  /** Genjin does the work once for a key, so the call is then sent again like a GET. OKKI knows no keys: give it none. */
  readonly idempotencyKey?: string | undefined;
}

/** Where only what is as it was read may be changed. */
export interface EditOptions extends KeyedCallOptions {
  /** The `etag` of `trails.info`: when the entry was changed since, nothing is done, and the code is 409. */
  readonly ifMatch?: string | undefined;
}

/** @internal */
export interface Request {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly query?: object | undefined;
  readonly body?: object | undefined;
  /** The body goes as a form: where OKKI takes no JSON. */
  readonly form?: true;
  /** The body, where it is files. */
  readonly parts?: FormData;
  readonly idempotencyKey?: string | undefined;
  readonly ifMatch?: string | undefined;
}

/** @internal */
export interface Answer<T> {
  readonly data: T;
  readonly headers: Headers;
}

type Fields = Readonly<Record<string, unknown>>;

const defaultTimeout = 30_000;
const defaultRetries = 2;
const firstPause = 300;
const transientStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/** @internal Sends requests with a token, and again where that can help. */
export class Transport {
  readonly base: string;
  /** `null`: the browser's cookie says who asks. */
  readonly #tokens: Tokens | null;
  /** What goes with the cookie. No other site can make a browser send such a header. */
  readonly #page: Readonly<Record<string, string>>;
  readonly #fetch: typeof fetch;
  readonly #timeout: number;
  readonly #retries: number;
  readonly #onIgnored: GenjinClientOptions['onIgnored'];

  constructor(options: GenjinClientOptions) {
    this.base = String(options.baseUrl).replace(/\/+$/, '').replace(/\/v1$/, '');
    // Called without a `this`: a browser's fetch refuses any other than its own.
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#timeout = options.timeout ?? defaultTimeout;
    this.#retries = options.retries ?? defaultRetries;
    this.#onIgnored = options.onIgnored;
    const application = 'session' in options ? options.application : undefined;
    this.#page = { 'X-Genjin-Page': '1', ...(application === undefined ? {} : { 'X-Genjin-Application': application }) };
    this.#tokens = 'session' in options ? null : new Tokens(options, (path, body) => this.#askForToken(path, body));
  }

  /** Where a path of the server is. */
  addressOf(path: string): string {
    return this.base + path;
  }

  /** The `data` of the answer; throws as `answer`. */
  async call<T>(request: Request, options: CallOptions): Promise<T> {
    return (await this.answer<T>(request, options)).data;
  }

  /** Throws `GenjinError`, `GenjinConnectionError`, `TypeError`, or the reason of the caller's signal. */
  async answer<T>({ query, body, ...rest }: Request, options: CallOptions): Promise<Answer<T>> {
    const request: Request = { ...rest, query: toWire(query) as typeof query, body: toWire(body) as typeof body };
    const key = request.idempotencyKey;
    if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
      throw new TypeError('idempotencyKey must be 1 to 255 visible ASCII characters');
    }
    const deadline = new Deadline(options.timeout ?? this.#timeout, options.signal);
    const tokens = this.#tokens;
    try {
      if (tokens === null) return await this.#callWith<T>(this.#page, request, deadline);
      const token = await deadline.race(tokens.current());
      try {
        return await this.#callWith<T>(bearer(token), request, deadline);
      } catch (error) {
        if (!(error instanceof GenjinError && error.isTokenError && tokens.refused(token))) throw error;
        return await this.#callWith<T>(bearer(await deadline.race(tokens.current())), request, deadline);
      }
    } finally {
      deadline.end();
    }
  }

  /** Of what changes something only that with a key is tried again: nobody knows what became of the rest that was not answered. */
  async #callWith<T>(who: Readonly<Record<string, string>>, request: Request, deadline: Deadline): Promise<Answer<T>> {
    const { method, idempotencyKey: key, ifMatch } = request;
    const headers = {
      ...who,
      ...(key === undefined ? {} : { 'Idempotency-Key': key }),
      ...(ifMatch === undefined ? {} : { 'If-Match': ifMatch }),
    };
    for (let retry = 0; ; retry++) {
      try {
        const [envelope, answered] = await this.#send(request, headers, deadline, isEnvelope);
        return { data: envelope.data as T, headers: answered };
      } catch (error) {
        const repeatable = method === 'GET' || key !== undefined;
        const pause = repeatable && retry < this.#retries ? pauseAfter(error, retry) : null;
        if (pause === null || pause >= deadline.left) throw error;
        await deadline.pause(pause);
      }
    }
  }

  /** For all calls that wait for it, so it belongs to none of them and has a deadline of its own. */
  async #askForToken(path: string, body: object): Promise<Token> {
    const deadline = new Deadline(this.#timeout, undefined);
    try {
      return (await this.#send({ method: 'POST', path, body }, {}, deadline, isToken))[0];
    } finally {
      deadline.end();
    }
  }

  async #send<T extends Fields>(
    request: Request,
    headers: Readonly<Record<string, string>>,
    deadline: Deadline,
    isAnswer: (json: Fields) => json is T,
  ): Promise<[T, Headers]> {
    const { method, path, query = {}, body, form, parts } = request;
    const url = `${this.base}${path}?${formOf(query)}`.replace(/\?$/, '');
    const content = parts ?? (body === undefined ? undefined : form ? formOf(body) : JSON.stringify(body));
    const type = body === undefined || form ? {} : { 'Content-Type': 'application/json' };
    let response: Response;
    let text: string;
    try {
      response = await this.#fetch(url, {
        method,
        headers: { Accept: 'application/json', ...type, ...headers },
        ...(content === undefined ? {} : { body: content }),
        // The secret and the token are for this address and no other.
        redirect: 'error',
        ...(this.#tokens === null ? { credentials: 'same-origin' } : {}),
        signal: deadline.signal,
      });
      text = await response.text();
    } catch (error) {
      deadline.throwIfOver();
      throw new GenjinConnectionError(`No answer from ${this.base}: ${reasonOf(error)}`, { cause: error });
    }
    const ignored = response.headers.get('X-Genjin-Ignored');
    if (ignored !== null) this.#onIgnored?.(ignored.split(', '), `${method} ${path}`);
    const json = fieldsIn(text);
    if (response.ok && isAnswer(json)) return [json, response.headers];
    throw errorIn(json, response, this.base);
  }
}

const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

const isEnvelope = (json: Fields): json is { code: 200; data: unknown } => json['code'] === 200 && 'data' in json;

const isToken = (json: Fields): json is Token & Fields =>
  typeof json['access_token'] === 'string' && Number(json['expires_in']) > 0;

/** Lists are joined with commas. */
const formOf = (fields: object): URLSearchParams =>
  new URLSearchParams(Object.entries(fields).map(([name, value]): [string, string] => [name, String(value ?? '')]));

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
    data: json['data'] ?? null,
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
