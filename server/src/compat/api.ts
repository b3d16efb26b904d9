import { setTimeout as sleep } from 'node:timers/promises';
import type { Module } from '../domain/application.ts';
import { asRow, Difference, kindOf, NotApplicable, type Row } from './scenario.ts';

export interface ApiOptions {
  /** Without `/v1`. */
  readonly base: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Milliseconds before each request. */
  readonly pause: number;
  /** Milliseconds that an answer may take. */
  readonly patience: number;
}

export type Values = Readonly<Record<string, string | number>>;

export interface Ask {
  readonly method?: 'GET' | 'POST';
  readonly query?: Values;
  readonly form?: Values;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** What stands in `Authorization`; by default the token after `Bearer`, `null` for nothing. */
  readonly authorization?: string | null;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export const tokenRoute = 'POST /v1/oauth2/access_token';

/** No answer is as large; what is longer is not read to its end. */
const mostBytes = 32 << 20;
/** How long a server may ask to wait, and how often. */
const longestWait = 60;
const mostWaits = 2;
/** After so many requests without an answer in a row nothing more is asked. */
const mostSilences = 3;

/**
 * Asks a server that scenarios are checked against. What was asked before is not asked again, so that scenarios look at the same
 * answers. It never follows a redirect, which would carry the secret elsewhere.
 */
export class Api {
  readonly #options: ApiOptions;
  readonly #answers = new Map<string, Promise<Answer>>();
  #token: string | null = null;
  #modules: ReadonlySet<Module> = new Set();
  #silences = 0;
  #requests = 0;

  constructor(options: ApiOptions) {
    this.#options = options;
  }

  get requests(): number {
    return this.#requests;
  }

  get modules(): ReadonlySet<Module> {
    return this.#modules;
  }

  /** What must not be shown: the secret, and the tokens that were got for it. */
  readonly secrets = new Set<string>();

  /** Throws `Difference` when there is no token at all. */
  get token(): string {
    if (this.#token === null) throw new Difference('there is no token');
    return this.#token;
  }

  /**
   * Gets the token that the scenarios use: with all of these modules, or else with those that the application has. Throws `Difference`
   * with what was seen when there is none.
   */
  async signIn(wanted: readonly Module[]): Promise<void> {
    this.secrets.add(this.#options.clientSecret);
    let granted = wanted;
    let answer = await this.requestToken({ scope: wanted.join(' ') });
    if (errorOf(answer) === 'invalid_scope') {
      granted = [];
      for (const module of wanted) {
        if (errorOf(await this.requestToken({ scope: module })) !== 'invalid_scope') granted = [...granted, module];
      }
      answer = await this.requestToken({ scope: granted.join(' ') });
    }
    this.#token = tokenOf(answer);
    this.#modules = new Set(granted);
  }

  /** The answer to a request for a token, by form or as JSON. The same request is sent only once. */
  async requestToken(fields: Values, as: 'form' | 'json' = 'form', round = 0): Promise<Answer> {
    const { clientId, clientSecret } = this.#options;
    const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, ...fields };
    const ask: Ask = { method: 'POST', authorization: null, ...(as === 'form' ? { form: body } : { json: body }) };
    const answer = await this.#once(`${as} ${round} ${JSON.stringify(fields)}`, () => this.#send('/v1/oauth2/access_token', ask));
    const token = asRow(answer.body, 'the answer')['access_token'];
    if (typeof token === 'string' && token !== '') this.secrets.add(token);
    return answer;
  }

  /** Throws `Difference` when the answer is no JSON, or when there is none. */
  async ask(path: string, ask: Ask = {}): Promise<Answer> {
    return this.#once(JSON.stringify([path, ask]), () => this.#send(path, ask));
  }

  /** The envelope of an answer under HTTP 200, successful or not. Throws `Difference`, or `NotApplicable` without the scope. */
  async envelope(path: string, ask: Ask = {}): Promise<Row> {
    const { status, body } = await this.ask(path, ask);
    const envelope = asRow(body, 'the answer');
    if (status === 401 && /no permission \w+ scopes/.test(String(envelope['message'])))
      throw new NotApplicable(String(envelope['message']));
    if (status !== 200) throw new Difference(`HTTP ${status}, ${said(envelope)}`);
    return envelope;
  }

  /** The `data` of a successful answer. Throws as `envelope`, and `Difference` for another code than 200. */
  async data(path: string, query: Values = {}): Promise<unknown> {
    return successOf(await this.envelope(path, { query }));
  }

  async #once(key: string, send: () => Promise<Answer>): Promise<Answer> {
    const known = this.#answers.get(key);
    if (known !== undefined) return known;
    const answer = send();
    this.#answers.set(key, answer);
    return answer;
  }

  async #send(path: string, ask: Ask): Promise<Answer> {
    for (let waits = 0; ; waits++) {
      if (this.#silences >= mostSilences) throw new Difference('not asked: the server no longer answers');
      if (this.#options.pause > 0) await sleep(this.#options.pause);
      this.#requests += 1;
      const response = await this.#fetch(path, ask);
      if (response.status !== 429) return read(response);
      await response.body?.cancel();
      const seconds = Number(response.headers.get('retry-after') ?? 5);
      if (waits === mostWaits || !(seconds >= 0 && seconds <= longestWait))
        throw new Difference(`HTTP 429: too many requests, to be tried again in ${seconds} s; a longer --pause may help`);
      await sleep(seconds * 1000);
    }
  }

  async #fetch(path: string, { method = 'GET', query = {}, form, json, headers = {}, authorization }: Ask): Promise<Response> {
    const search = searchOf(query);
    const sent = authorization === undefined ? `Bearer ${this.token}` : authorization;
    try {
      const response = await fetch(`${this.#options.base}${path}${search === '' ? '' : `?${search}`}`, {
        method,
        redirect: 'manual',
        signal: AbortSignal.timeout(this.#options.patience),
        headers: {
          Accept: 'application/json',
          ...(sent === null ? {} : { Authorization: sent }),
          ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...headers,
        },
        ...(json === undefined
          ? form === undefined
            ? {}
            : { body: new URLSearchParams(searchOf(form)) }
          : { body: JSON.stringify(json) }),
      });
      this.#silences = 0;
      return response;
    } catch (error) {
      this.#silences += 1;
      throw silence(error, this.#options.patience);
    }
  }
}

const searchOf = (values: Values): string =>
  new URLSearchParams(Object.entries(values).map(([name, value]): [string, string] => [name, String(value)])).toString();

function silence(error: unknown, patience: number): Difference {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'TimeoutError') return new Difference(`no answer within ${patience / 1000} s`);
  return new Difference(`no answer: ${cause?.code ?? cause?.message ?? 'the connection failed'}`);
}

async function read(response: Response): Promise<Answer> {
  const { status } = response;
  if (status >= 300 && status < 400) {
    await response.body?.cancel();
    throw new Difference(`HTTP ${status}: redirected to ${placeOf(response.headers.get('location'))}, which is not followed`);
  }
  const type = response.headers.get('content-type') ?? 'no content type';
  const text = await textOf(response);
  try {
    return { status, body: JSON.parse(text) };
  } catch {
    const what = /^\s*</.test(text) || type.includes('html') ? 'HTML' : text === '' ? 'an empty body' : `no JSON (${type})`;
    throw new Difference(`HTTP ${status} with ${what}`);
  }
}

/** Scheme and host alone: what follows may be anything. */
const placeOf = (location: string | null): string => {
  const url = URL.parse(location ?? '');
  return url === null ? 'another path' : url.origin;
};

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  try {
    for await (const chunk of response.body ?? []) {
      bytes += chunk.length;
      if (bytes > mostBytes) throw new Difference(`the answer is longer than ${mostBytes >> 20} MiB`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Difference) throw error;
    throw new Difference(`HTTP ${response.status}, and the answer broke off`);
  }
  return Buffer.concat(chunks).toString();
}

/** Throws `Difference` when the envelope says anything but success. */
export function successOf(envelope: Row): unknown {
  if (envelope['code'] !== 200) throw new Difference(said(envelope));
  return envelope['data'];
}

/** What an envelope or a token error says of itself. */
export function said(envelope: Row): string {
  const message = envelope['message'];
  return `code ${JSON.stringify(envelope['code'] ?? null)}, ${typeof message === 'string' ? JSON.stringify(message.slice(0, 200)) : `message: ${kindOf(message)}`}`;
}

export const errorOf = ({ body }: Answer): unknown => asRow(body, 'the answer')['error'];

function tokenOf({ status, body }: Answer): string {
  const answer = asRow(body, 'the answer');
  const token = answer['access_token'];
  if (status === 200 && typeof token === 'string' && token !== '') return token;
  throw new Difference(`HTTP ${status}, error ${JSON.stringify(answer['error'] ?? null)}, ${said(answer)}`);
}
