import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyBaseLogger } from 'fastify';
import type { Applications } from '../domain/application.ts';
import { tenantOf } from '../domain/token.ts';
import { tokenIn } from './auth.ts';
import { codingOf, compressFrom } from './compression.ts';
import type { Envelope } from './envelope.ts';
import { commonHeaders } from './headers.ts';
import type { Metrics } from './metrics.ts';
import type { Pages, StandingPage } from './pages.ts';
import type { Route } from './route.ts';

export interface FastWayParts {
  readonly applications: Applications;
  readonly pages: Pages;
  readonly routes: readonly Route[];
  readonly envelope: Envelope;
  readonly metrics: Metrics;
  readonly log: FastifyBaseLogger;
  /** Whether nobody counts the requests from there. */
  readonly unlimited: (request: IncomingMessage) => boolean;
}

/**
 * Answers a page that was asked before and still stands, of a token that was looked up before and still holds, without Fastify, whose
 * own work takes more time than that (docs/decisions/0013-kept-answers.md). The answer, the line in the log and the metrics are the
 * same. Answers `false`, with nothing done, whenever anything else is asked or not known: then everything takes its usual way.
 */
export function fastWay(parts: FastWayParts): (request: IncomingMessage, response: ServerResponse) => boolean {
  const { applications, pages, envelope, metrics, log, unlimited } = parts;
  const routes = new Map(parts.routes.filter(({ kept }) => kept).map((route) => [route.path, route]));

  function found(request: IncomingMessage): { standing: StandingPage; route: Route } | null {
    const { method, url = '', headers } = request;
    if (method !== 'GET' || headers.host === undefined) return null;
    const end = url.indexOf('?');
    const route = routes.get(end < 0 ? url : url.slice(0, end));
    if (route === undefined || !unlimited(request)) return null;
    if (headers['if-none-match'] !== undefined || headers['x-no-compression'] !== undefined) return null;
    if (headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined || headers.expect !== undefined)
      return null;
    const token = tokenIn(headers.authorization);
    if (token === null) return null;
    // A token begins with its tenant's id: what is not kept needs no look at the store.
    const tenantId = tenantOf(token);
    if (tenantId === null || !pages.has(tenantId, url)) return null;
    const stamp = pages.stamp();
    const caller = applications.known(token, stamp);
    if (caller === null || !caller.scopes.has(route.module)) return null;
    const standing = pages.at(caller.tenantId, url, stamp);
    return standing === null ? null : { standing, route };
  }

  return (request, response) => {
    const began = performance.now();
    let kept: ReturnType<typeof found>;
    try {
      kept = found(request);
    } catch {
      // The store does not answer: the usual way says so.
      return false;
    }
    if (kept === null) return false;
    const { standing, route } = kept;
    const { page, revision } = standing;
    const head = envelope.head();
    const accepted = codingOf(request.headers['accept-encoding']);
    const coding = head.length + page.rest.length < compressFrom && accepted !== null ? 'identity' : accepted;
    const body = coding === null ? null : page.parts(head, coding);
    if (body === null) return false;
    pages.hit(standing);
    const id = randomUUID();
    let length = 0;
    for (const part of body) length += part.length;
    const headers: Record<string, string | number> = {
      ...commonHeaders(id),
      ...page.headers(revision),
      'content-length': length,
    };
    if (coding !== 'identity' && coding !== null) headers['content-encoding'] = coding;
    response.cork();
    response.writeHead(200, headers);
    for (let i = 0; i < body.length - 1; i++) response.write(body[i]);
    response.end(body.at(-1), () => {
      const elapsed = performance.now() - began;
      metrics.answered('GET', route.path, 200, elapsed);
      log.info({ reqId: id, method: 'GET', path: route.path, status: 200, ms: Math.round(elapsed * 10) / 10 }, 'answered');
    });
    return true;
  };
}
