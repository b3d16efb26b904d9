import type { FastifyRequest } from 'fastify';
import { AppError } from '../errors.ts';

/** Another site cannot set it without being asked for leave, which nobody gives. */
export const pageHeader = 'x-genjin-page';

/**
 * What a browser sends with its cookies must come from the page itself, and not from another site that makes the browser send it: throws
 * `not_allowed_here` for what changes something and does not say so, or where the browser says otherwise.
 */
export function requireSamePage(request: FastifyRequest): void {
  if (request.method === 'GET' || request.method === 'HEAD') return;
  const { headers } = request;
  if (headers[pageHeader] !== '1') throw refused('the header X-Genjin-Page: 1 is missing');
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') throw refused('the browser says that it comes from another site');
  if (headers.origin !== undefined && !isOrigin(headers.origin, request)) throw refused('its origin is another one');
}

const refused = (reason: string): AppError =>
  new AppError('not_allowed_here', { reason: `a request that is signed in by the page must come from the page: ${reason}` });

/** The scheme may be another one behind a proxy; the host, which the proxy passes on, is the same. */
function isOrigin(origin: string, request: FastifyRequest): boolean {
  return /^https?:\/\//.test(origin) && origin.replace(/^https?:\/\//, '').toLowerCase() === request.host.toLowerCase();
}
