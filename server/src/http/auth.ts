import type { FastifyRequest } from 'fastify';

/** The token of a request, `Bearer <token>` or bare (docs/wire.md#conventions); `null` without one. */
export function tokenOf(request: FastifyRequest): string | null {
  const header = request.headers.authorization?.trim() ?? '';
  const token = /^bearer(\s|$)/i.test(header) ? header.slice(6).trim() : header;
  return token === '' ? null : token;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\./.test(address) || address === '::1';
}
