/** The upstream, as a mirror asks it: through our client, each call noted before it is made, each answer checked before it is used. */
import { GenjinClient, GenjinConnectionError, GenjinError } from '@genjin/client';
import type { CallPurpose, ListName, Window } from '../domain/mirror-stores.ts';
import { formatTime } from '../wire/time.ts';
import type { Doubts } from './doubts.ts';

/** Why the upstream gave nothing that can be used. */
export class UpstreamError extends Error {
  override readonly name = 'UpstreamError';
  /** Seconds that it asks to be left alone; `null`: it does not say. */
  readonly retryAfter: number | null;
  /** It answered that there is no such object. */
  readonly missing: boolean;

  constructor(message: string, more: { retryAfter?: number | null; missing?: boolean; cause?: unknown } = {}) {
    super(message, { cause: more.cause });
    this.retryAfter = more.retryAfter ?? null;
    this.missing = more.missing ?? false;
  }
}

/** The day's calls are used up: nothing was sent. */
export class QuotaUsed extends Error {
  override readonly name = 'QuotaUsed';
}

export interface Rows {
  /** Names what was asked, in the same way each time. */
  readonly question: string;
  readonly rows: readonly unknown[];
  /** How many there are in all. */
  readonly total: number;
}

export interface UpstreamParts {
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly pageSize: number;
  /** Notes a call; `false`: there is none left today. */
  spend(purpose: CallPurpose): Promise<boolean>;
  /** Waits until another call may be made. */
  pace(): Promise<void>;
  readonly doubts: Doubts;
  /** Milliseconds that a call may take. */
  readonly timeout?: number;
}

/** Bytes of an answer, unpacked; a page of 1,000 long entries has a few million. */
const mostBytes = 32_000_000;

/** Which page of how many rows was asked for, and of what. */
interface Asked {
  readonly what: string;
  readonly page: number;
  readonly size: number;
}

/** One call at a time. */
export class Upstream {
  readonly pageSize: number;
  readonly doubts: Doubts;
  readonly #client: GenjinClient;
  readonly #spend: UpstreamParts['spend'];
  readonly #pace: UpstreamParts['pace'];
  #purpose: CallPurpose = 'poll';
  #answers = 0;

  constructor(parts: UpstreamParts) {
    this.pageSize = parts.pageSize;
    this.doubts = parts.doubts;
    this.#spend = parts.spend;
    this.#pace = parts.pace;
    this.#client = new GenjinClient({
      baseUrl: parts.baseUrl,
      clientId: parts.clientId,
      clientSecret: parts.clientSecret,
      scope: 'company lead opportunity user',
      fetch: (input, init) => this.#fetch(String(input), init ?? {}),
      // A mirror rests after a failure, longer and longer; a second try at once would only cost another call.
      retries: 0,
      ...(parts.timeout === undefined ? {} : { timeout: parts.timeout }),
    });
  }

  /** How many answers were such as they are to be. */
  get answers(): number {
    return this.#answers;
  }

  /** A page of the entries in a window, newest first. Throws `UpstreamError`, `QuotaUsed`. */
  page(purpose: CallPurpose, window: Window, number: number): Promise<Rows> {
    const query = { ...boundsOf(window), count: this.pageSize, startIndex: number };
    // What goes on until now begins at another time each time.
    const stretch = purpose === 'poll' || window.to === null ? 'until now' : `${window.from} to ${window.to}`;
    return this.#rows(purpose, this.#asked(`${purpose} ${stretch}`, number), () => this.#client.trails.list(query));
  }

  /** How many entries a window has. Throws as `page`. */
  async total(purpose: CallPurpose, window: Window): Promise<number> {
    const asked = { what: `count ${window.from} to ${window.to}`, page: 1, size: 1 };
    return (await this.#rows(purpose, asked, () => this.#client.trails.list({ ...boundsOf(window), count: 1 }))).total;
  }

  /** A page of the entries about one company, lead or opportunity. Throws as `page`. */
  about(
    purpose: CallPurpose,
    subject: { companyId?: number; leadId?: number; opportunityId?: number },
    number: number,
  ): Promise<Rows> {
    const query = { ...subject, count: this.pageSize, startIndex: number };
    return this.#rows(purpose, this.#asked(`about ${JSON.stringify(subject)}`, number), () => this.#client.trails.list(query));
  }

  /** A page of another list, last updated first, from an update (ms) on; of users all. Throws as `page`. */
  list(name: ListName, number: number, since: number | null): Promise<Rows> {
    const { companies, leads, opportunities, users } = this.#client;
    const asked = this.#asked(name, number);
    const query = { count: this.pageSize, startIndex: number, ...(since === null ? {} : { startTime: formatTime(since) }) };
    switch (name) {
      case 'companies':
      case 'removedCompanies': {
        const removed = name === 'companies' ? 0 : 1;
        return this.#rows('lists', asked, () => companies.list({ ...query, all: 1, timeType: 1, removed }));
      }
      case 'leads':
        return this.#rows('lists', asked, () => leads.list(query));
      case 'opportunities':
        return this.#rows('lists', asked, () => opportunities.list(query));
      default:
        return this.#rows('lists', { ...asked, size: Number.POSITIVE_INFINITY }, async () => {
          const list = (await users.list({ enableFlag: userFlags[name] })) as unknown;
          return { list, totalItem: Array.isArray(list) ? list.length : null };
        });
    }
  }

  /** A company in full. Throws as `page`. */
  company(companyId: number): Promise<unknown> {
    return this.#info(() => this.#client.companies.info({ companyId }));
  }

  /** A lead in full. Throws as `page`. */
  lead(leadId: number): Promise<unknown> {
    return this.#info(() => this.#client.leads.info({ leadId }));
  }

  async #info(ask: () => Promise<unknown>): Promise<unknown> {
    const object = await this.#call('info', ask);
    this.#answers += 1;
    return object;
  }

  #asked(what: string, page: number): Asked {
    return { what, page, size: this.pageSize };
  }

  async #rows(purpose: CallPurpose, { what, page, size }: Asked, ask: () => Promise<unknown>): Promise<Rows> {
    const data = await this.#call(purpose, ask);
    const { list, totalItem } = (typeof data === 'object' && data !== null ? data : {}) as Record<string, unknown>;
    if (!Array.isArray(list)) throw new UpstreamError('the answer has no list');
    const total = typeof totalItem === 'string' && /^\d{1,15}$/.test(totalItem) ? Number(totalItem) : totalItem;
    if (typeof total !== 'number' || !Number.isSafeInteger(total) || total < 0)
      throw new UpstreamError(`the answer's totalItem is no count: ${JSON.stringify(totalItem)?.slice(0, 50)}`);
    if (list.length > size) throw new UpstreamError(`the answer has ${list.length} rows where ${size} were asked for`);
    if (list.length > total) throw new UpstreamError(`the answer has ${list.length} rows of ${total} in all`);
    // Either a row or the total is wrong; of an upstream that always answers so, the rows are all that there is.
    const wanted = rowsOn(page, size, total);
    const reason = `page ${page} has ${list.length} rows where ${wanted} of ${total} are to be`;
    const question = `page ${page} of ${what}`;
    this.doubts.settle(`rows on ${question}`, list.length === wanted ? [] : [{ name: 'rows', reason }]);
    this.#answers += 1;
    return { question, rows: list, total };
  }

  async #call<T>(purpose: CallPurpose, ask: () => Promise<T>): Promise<T> {
    this.#purpose = purpose;
    try {
      return await ask();
    } catch (error) {
      throw asOurs(error);
    }
  }

  /** Sends one request that was noted, and reads no more of the answer than one could have. */
  async #fetch(url: string, init: RequestInit): Promise<Response> {
    await this.#pace();
    const purpose = url.includes('/oauth2/') ? 'token' : this.#purpose;
    if (!(await this.#spend(purpose))) throw new QuotaUsed('no call is left today');
    const response = await fetch(url, init);
    const chunks: Uint8Array[] = [];
    let size = 0;
    // Unpacked as it is read, so that what is small when packed cannot fill the memory either.
    for await (const chunk of response.body ?? []) {
      size += chunk.length;
      if (size > mostBytes) throw new Error(`the answer has more than ${mostBytes} bytes`);
      chunks.push(chunk);
    }
    const wait = secondsToWait(response.headers);
    const { status, statusText } = response;
    const body = status === 204 || status === 205 || status === 304 ? null : Buffer.concat(chunks);
    return new Response(body, { status, statusText, headers: wait === null ? {} : { 'Retry-After': String(wait) } });
  }
}

/** Rows that a page has, of so many in all. */
const rowsOn = (page: number, size: number, total: number): number =>
  size === Number.POSITIVE_INFINITY ? total : Math.max(0, Math.min(size, total - (page - 1) * size));

/** `Retry-After` in seconds; a date is one of the upstream's clock, which may be hours off, so it is held against what that clock says now. */
function secondsToWait(headers: Headers): number | null {
  const wait = headers.get('Retry-After')?.trim() ?? '';
  if (/^\d{1,9}$/.test(wait)) return Number(wait);
  const seconds = Math.ceil((Date.parse(wait) - Date.parse(headers.get('Date') ?? '')) / 1000);
  return Number.isNaN(seconds) ? null : Math.max(0, seconds);
}

const userFlags = { users: 1, frozenUsers: 0, removedUsers: 2 } as const;

const boundsOf = ({ from, to }: Window) => ({
  ...(from === null ? {} : { startTime: formatTime(from) }),
  ...(to === null ? {} : { endTime: formatTime(to) }),
});

/** Never with a secret in it: neither the request nor the answer is repeated. */
function asOurs(error: unknown): unknown {
  if (error instanceof GenjinError) {
    const { message, httpStatus, code, retryAfter } = error;
    const missing = httpStatus === 200 && code === 404;
    return new UpstreamError(`${message.slice(0, 200)} (HTTP ${httpStatus}, code ${code})`, {
      retryAfter,
      missing,
      cause: error,
    });
  }
  if (error instanceof GenjinConnectionError) {
    for (let cause: unknown = error.cause; cause instanceof Error; cause = cause.cause)
      if (cause instanceof QuotaUsed) return cause;
    return new UpstreamError(error.message, { cause: error });
  }
  return error;
}
