import { timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { AppError } from '../../errors.ts';
import { isLoopback, tokenOf } from '../auth.ts';
import type { ServerParts } from '../server.ts';

/** For those who run the server: is it there, does the store answer, how is it doing. */
export function operationRoutes(
  app: FastifyInstance,
  parts: Pick<ServerParts, 'storeAnswers' | 'metrics' | 'metricsToken' | 'limits'>,
  limit: (request: FastifyRequest) => Promise<void>,
): void {
  const hidden = { schema: { hide: true } };
  app.get('/healthz', hidden, async () => ({ status: 'ok' }));
  app.get('/readyz', hidden, async () => {
    try {
      await parts.storeAnswers();
    } catch (error) {
      throw new AppError('store_unavailable', {}, { cause: error });
    }
    return { status: 'ok' };
  });
  app.get('/metrics', hidden, async (request, reply) => {
    const near = !parts.limits.behindProxy && isLoopback(request.socket.remoteAddress ?? '');
    if (!near && !equals(tokenOf(request), parts.metricsToken)) {
      // Who guesses at the token is no monitor.
      await limit(request);
      throw new AppError('not_allowed_here', {
        reason: 'metrics are for this machine, or with the token set as GENJIN_METRICS_TOKEN',
      });
    }
    return reply.header('Content-Type', parts.metrics.contentType).send(await parts.metrics.text());
  });
}

function equals(given: string | null, expected: string | null): boolean {
  if (given === null || expected === null) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
