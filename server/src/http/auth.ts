import type { FastifyRequest } from 'fastify';

/** The token of a request; `null` without one. */
export const tokenOf = (request: FastifyRequest): string | null => tokenIn(request.headers.authorization);

/** The token in the header `Authorization`, `Bearer <token>` or bare (docs/wire.md#conventions); `null` without one. */
export function tokenIn(authorization: string | undefined): string | null {
  const header = authorization?.trim() ?? '';
  const token = /^bearer(\s|$)/i.test(header) ? header.slice(6).trim() : header;
  return token === '' ? null : token;
}

/** Who an address stands for: of IPv6 its /64, of which every host may choose the rest. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1] as string;
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = (address.split('%')[0] as string).split('::');
  const groups = (part: string): string[] => part.split(':').filter((group) => group !== '');
  const zeros = new Array<string>(Math.max(0, 8 - groups(head).length - groups(tail).length)).fill('0');
  const network = [...groups(head), ...zeros, ...groups(tail)].slice(0, 4);
  return `${network.map((group) => group.toLowerCase().replace(/^0+(?=.)/, '')).join(':')}::/64`;
}

/** Whether an address is this machine's own. */
export function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\./.test(address) || address === '::1';
}
