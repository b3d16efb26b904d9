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

/** A request that may be answered here. */
interface Admitted {
  readonly caller: Caller;
  readonly route: Route;
  readonly url: string;
  /** Of the store, when the token was found to hold. */
  readonly stamp: number;
  readonly coding: Coding | 'identity';
}

/** The parts of an answer's body, and how they are coded. */
interface Body {
  readonly parts: readonly Buffer[];
  readonly coding: Coding | 'identity';
}

/**
 * Answers routes whose answers are kept, to tokens that were looked up before and still hold, without Fastify, whose own work takes
 * about as long as finding a page (docs/decisions/0013-kept-answers.md). The answer, the line in the log and the metrics are the same.
 * Whenever anything else is asked or not known, or anything goes wrong, the request takes its usual way as if nothing had been done.
 */
export function fastWay(parts: FastWayParts): RequestListener {
  const { applications, pages, envelope, metrics, log, usual } = parts;
  const routes = new Map(parts.routes.filter(({ kept }) => kept).map((route) => [route.path, route]));

  function admitted(request: IncomingMessage): Admitted | null {
    const { method, url = '', headers } = request;
    if (method !== 'GET' || headers.host === undefined) return null;
    const end = url.indexOf('?');
    const route = routes.get(end < 0 ? url : url.slice(0, end));
    if (route === undefined || !parts.unlimited(request)) return null;
    if (headers['if-none-match'] !== undefined || headers['x-no-compression'] !== undefined) return null;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined || headers.expect !== undefined)
      return null;
    const coding = codingOf(headers['accept-encoding']);
    const token = tokenIn(headers.authorization);
    // A token begins with its tenant's id.
    if (coding === null || token === null || tenantOf(token) === null) return null;
    const stamp = pages.stamp();
    const caller = applications.known(token, stamp);
    return caller?.scopes.has(route.module) ? { caller, route, url, stamp, coding } : null;
  }

  /** The page, kept or made now; `null` when it is not for this way. */
  async function made({ caller, route, url, stamp }: Admitted): Promise<StandingPage | null> {
    const end = url.indexOf('?');
    const given = end < 0 ? {} : parts.parseQuery(url.slice(end + 1));
    // Whoever asks with a field that is not known is told so.
    if (route.query === undefined || route.query.unknown(given).length > 0) return null;
    const found = await pages.find(caller.tenantId, url, stamp);
    if (typeof found === 'object') return found;
    const result = await route.handle(caller, given, { ...noCall, stamp });
    if (typeof result === 'string' || 'body' in result || result.keep === undefined) return null;
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

  const codingFor = ({ page }: StandingPage, head: Buffer, { coding }: Admitted): Coding | 'identity' =>
    head.length + page.rest.length < compressFrom ? 'identity' : coding;

  /** Answers whether it did. */
  async function answer(asked: Admitted, response: ServerResponse, began: number): Promise<boolean> {
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

  return (request, response) => {
    const began = performance.now();
    let asked: Admitted | null;
    let standing: StandingPage | null;
    try {
      asked = admitted(request);
      standing = asked === null ? null : pages.at(asked.caller.tenantId, asked.url, asked.stamp);
    } catch {
      // The store does not answer: the usual way says so.
      return usual(request, response);
    }
    if (asked === null) return usual(request, response);
    if (standing !== null) {
      const head = envelope.head();
      const coding = codingFor(standing, head, asked);
      const body = standing.page.parts(head, coding);
      if (body !== null) {
        pages.hit(standing);
        return send(response, standing, { parts: body, coding }, asked.route.path, began);
      }
    }
    answer(asked, response, began).then((answered) => {
      if (!answered && !response.headersSent && !response.destroyed) usual(request, response);
    });
  };
}
