import type { IncomingMessage } from 'node:http';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { SharedCounts } from '../domain/shared-counts.ts';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { isLoopback } from './auth.ts';
import { sharedLimitStore } from './shared-limit.ts';

export interface RateLimits {
  /** Requests a minute, each for an application or a person on the page and for an address; 0: none. `null`: 600, and none for this machine's own. */
  readonly perMinute: number | null;
  readonly behindProxy: boolean;
  /** Requests come from workers of our own, which name whom they have them from, as a proxy does. */
  readonly behindWorkers: boolean;
}

const defaultPerMinute = 600;

/** Answers a check by address (before anything else is done) and one by application, or by person on the page; both throw `too_many_requests`. */
export async function limiters(
  app: FastifyInstance,
  { limits, counts, clock }: { readonly limits: RateLimits; readonly counts: SharedCounts | null; readonly clock: Clock },
) {
  const perMinute = limits.perMinute ?? defaultPerMinute;
  const peerOf = ({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): string =>
    (limits.behindWorkers
      ? String(headers['x-forwarded-for'] ?? '')
          .split(',')
          .at(-1)
          ?.trim()
      : socket.remoteAddress) ?? '';
  const unlimited = (request: Pick<IncomingMessage, 'socket' | 'headers'>): boolean =>
    perMinute === 0 || (limits.perMinute === null && !limits.behindProxy && isLoopback(peerOf(request)));
  if (perMinute === 0) return { unlimited, byAddress: async () => undefined, byCaller: async () => undefined };
  const counting = counts === null ? { cache: 50_000 } : { store: sharedLimitStore(counts, clock) };
  await app.register(rateLimit, { global: false, max: perMinute, timeWindow: 60_000, ...counting });
  // The plugin's own key: the address, of IPv6 its /64, of which every host may choose the rest.
  const address = app.createRateLimit();
  // The caller is not known to Fastify's request type; the key is set just before the check.
  const keys = new WeakMap<FastifyRequest, string>();
  const application = app.createRateLimit({ keyGenerator: (request) => `application ${keys.get(request) ?? ''}` });
  const check = async (limit: Awaited<ReturnType<typeof address>>): Promise<void> => {
    if (!limit.isAllowed && limit.isExceeded)
      throw new AppError('too_many_requests', { seconds: Math.max(1, limit.ttlInSeconds) });
  };
  return {
    /** Whether neither counts requests from there. */
    unlimited,
    byAddress: async (request: FastifyRequest): Promise<void> => {
      // Who is gone has no address any more, and is not answered.
      if (!request.raw.socket.destroyed && !unlimited(request)) await check(await address(request));
    },
    byCaller: async (request: FastifyRequest, caller: string): Promise<void> => {
      if (unlimited(request)) return;
      keys.set(request, caller);
      await check(await application(request));
    },
  };
}
