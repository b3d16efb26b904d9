import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Applications, Caller } from '../domain/application.ts';
import { tenantOf } from '../domain/token.ts';
import { tokenIn } from './auth.ts';
import { type Coding, codingOf, compressFrom } from './compression.ts';
import type { Envelope } from './envelope.ts';
import { commonHeaders } from './headers.ts';
import { KeptPage } from './kept-page.ts';
import type { Metrics } from './metrics.ts';
import type { Pages, StandingPage } from './pages.ts';
import { type Given, noCall, type Route } from './route.ts';

export interface FastWayParts {
  readonly applications: Applications;
  readonly pages: Pages;
  readonly routes: readonly Route[];
  readonly envelope: Envelope;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
  /** Whether nobody counts the requests from there. */
  readonly unlimited: (request: IncomingMessage) => boolean;
  /** The usual way's parser of what follows the path. */
  readonly parseQuery: (text: string) => Given;
  /** ms that a page may take. */
  readonly timeout: number;
  /** Whether the server lets go of its connections. */
  readonly stopping: () => boolean;
  /** Everything else, and whatever is wrong. */
  readonly usual: RequestListener;
}

/** A request that may be answered here, if its token opens the route. */
interface Asked {
  readonly route: Route;
  readonly url: string;
  readonly token: string;
  readonly tenantId: number;
  readonly coding: Coding | 'identity';
  /** Of the store, asked for after the request had come; set before anything is looked for. */
  stamp: number;
  /** Whom the token leads to, if it was looked up at this stamp. */
  caller: Caller | null;
}

interface Waiting {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly began: number;
  /** `null` as long as it was not looked at, and when it is not for this way. */
  asked: Asked | null;
}

/** The parts of an answer's body, and how they are coded. */
interface Body {
  readonly parts: readonly Buffer[];
  readonly coding: Coding | 'identity';
}

/**
 * Answers routes whose answers are kept, without Fastify, whose own work takes about as long as finding a page
 * (docs/decisions/0013-kept-answers.md). The answer, the line in the log and the metrics are the same. Whenever anything else is asked or not known, or anything goes wrong, the request takes its usual way as if nothing had been done.
 */
export function fastWay(parts: FastWayParts): RequestListener {
  const { applications, pages, envelope, metrics, log, usual } = parts;
  const routes = new Map(parts.routes.filter(({ kept }) => kept).map((route) => [route.path, route]));

  /** `null`: it is not for this way. */
  function read(request: IncomingMessage): Asked | null {
    const { url = '', headers } = request;
    if (headers.host === undefined) return null;
    const end = url.indexOf('?');
    const route = routes.get(end < 0 ? url : url.slice(0, end));
    if (route === undefined || !parts.unlimited(request)) return null;
    if (headers['if-none-match'] !== undefined || headers['x-no-compression'] !== undefined) return null;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined || headers.expect !== undefined)
      return null;
    const coding = codingOf(headers['accept-encoding']);
    const token = tokenIn(headers.authorization);
    // A token begins with its tenant's id.
    const tenantId = token === null ? null : tenantOf(token);
    if (coding === null || token === null || tenantId === null) return null;
    return { route, url, token, tenantId, coding, stamp: Number.NaN, caller: null };
  }

  /** The page, if it is there and known to stand. */
  function standing({ route, url, caller, stamp }: Asked): StandingPage | null {
    return caller?.scopes.has(route.module) ? pages.at(caller.tenantId, url, stamp) : null;
  }

  /** The page, kept or made now; `null` when it is not for this way. */
  async function made({ route, url, token, stamp, caller: known }: Asked): Promise<StandingPage | null> {
    const caller = known ?? (await applications.authenticate(token, stamp));
    if (!caller.scopes.has(route.module)) return null;
    const end = url.indexOf('?');
    const given = end < 0 ? {} : parts.parseQuery(url.slice(end + 1));
    // Whoever asks with a field that is not known is told so.
    if (route.query === undefined || route.query.unknown(given).length > 0) return null;
    const found = await pages.find(caller.tenantId, url, stamp);
    if (typeof found === 'object') return found;
    const result = await route.handle(caller, given, { ...noCall, stamp });
    if (typeof result === 'string' || !('data' in result) || result.keep === undefined) return null;
    return found(new KeptPage(result.keep, envelope.rest(result.data)));
  }

  function send(response: ServerResponse, { page, revision }: StandingPage, body: Body, path: string, began: number): void {
    const id = randomUUID();
    let length = 0;
    for (const part of body.parts) length += part.length;
    const headers: Record<string, string | number> = {
      ...commonHeaders(id),
      ...page.headers(revision),
      'content-length': length,
    };
    if (body.coding !== 'identity') headers['content-encoding'] = body.coding;
    if (parts.stopping()) headers['connection'] = 'close';
    response.cork();
    response.writeHead(200, headers);
    for (let i = 0; i < body.parts.length - 1; i++) response.write(body.parts[i]);
    response.end(body.parts.at(-1), () => {
      const elapsed = performance.now() - began;
      metrics.answered('GET', path, 200, elapsed);
      log.info({ reqId: id, method: 'GET', path, status: 200, ms: Math.round(elapsed * 10) / 10 }, 'answered');
    });
  }

  const codingFor = ({ page }: StandingPage, head: Buffer, { coding }: Asked): Coding | 'identity' =>
    head.length + page.length < compressFrom ? 'identity' : coding;

  /** Answers whether it did. */
  async function answer(asked: Asked, response: ServerResponse, began: number): Promise<boolean> {
    const late = Symbol('late');
    const timer = Promise.withResolvers<typeof late>();
    const timeout = setTimeout(() => timer.resolve(late), parts.timeout);
    try {
      const standing = await Promise.race([made(asked), timer.promise]);
      if (standing === null || standing === late) return false;
      const head = envelope.head();
      const coding = codingFor(standing, head, asked);
      const body = await pages.parts(standing, head, coding);
      if (body === null) return false;
      send(response, standing, { parts: body, coding }, asked.route.path, began);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timeout);
    }
  }

  /** Answers with the page, if it stands. */
  function answeredAtOnce(asked: Asked, { response, began }: Waiting): boolean {
    const found = standing(asked);
    if (found === null) return false;
    const head = envelope.head();
    const coding = codingFor(found, head, asked);
    const body = found.page.parts(head, coding);
    if (body === null) return false;
    pages.hit();
    send(response, found, { parts: body, coding }, asked.route.path, began);
    return true;
  }

  function take(one: Waiting, stamp: number | undefined): void {
    const { request, response, began, asked } = one;
    if (request.socket.destroyed) return;
    let wanted: Asked | null = null;
    // Without a stamp the store does not answer, or the like: the usual way says so.
    if (asked !== null && stamp !== undefined) {
      try {
        asked.stamp = stamp;
        asked.caller = applications.known(asked.token, stamp);
        if (answeredAtOnce(asked, one)) return;
        wanted = asked;
      } catch {
        // The same.
      }
    }
    // Each after what the one before it does at once: begun together, each would need a connection of its own.
    setImmediate(async () => {
      const answered = wanted !== null && (await answer(wanted, response, began));
      if (!answered && !response.headersSent && !request.socket.destroyed) usual(request, response);
    });
  }

  let waiting: Waiting[] = [];

  /** All requests that had come by now: one look at the store serves them all, and whoever asked is woken once for many answers. */
  function takeAll(): void {
    const all = waiting;
    waiting = [];
    const stamps = new Map<number, number | undefined>();
    const coming: Promise<void>[] = [];
    for (const one of all) {
      one.asked = readable(one.request);
      if (one.asked === null || stamps.has(one.asked.tenantId)) continue;
      const { tenantId } = one.asked;
      const stamp = stampOf(tenantId);
      if (typeof stamp !== 'object') stamps.set(tenantId, stamp);
      else {
        stamps.set(tenantId, undefined);
        coming.push(stamp.then((one) => void stamps.set(tenantId, one)).catch(() => undefined));
      }
    }
    const takeEach = (): void => {
      for (const one of all) take(one, one.asked === null ? undefined : stamps.get(one.asked.tenantId));
    };
    // At once where the stamps are: whoever asked is then answered in this turn.
    if (coming.length === 0) takeEach();
    else void Promise.all(coming).then(takeEach);
  }

  function stampOf(tenantId: number): number | Promise<number> | undefined {
    try {
      return pages.stamp(tenantId);
    } catch {
      return undefined;
    }
  }

  function readable(request: IncomingMessage): Asked | null {
    try {
      return read(request);
    } catch {
      return null;
    }
  }

  return (request, response) => {
    if (request.method !== 'GET') return usual(request, response);
    if (waiting.push({ request, response, began: performance.now(), asked: null }) === 1) setImmediate(takeAll);
  };
}
