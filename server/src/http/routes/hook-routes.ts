import type { FastifyInstance } from 'fastify';
import { AppError } from '../../errors.ts';
import { jsonType } from '../envelope.ts';

/** Takes a message of an upstream's webhook, byte for byte as it came. */
export interface Hook {
  receive(body: Buffer, headers: Readonly<Record<string, string | readonly string[] | undefined>>): Promise<string>;
}

/** Where an upstream tells its mirror of changes. Outside the envelope: the signature says who it is, and the answer is the upstream's. */
export async function hookRoutes(app: FastifyInstance, hook: Hook | null): Promise<void> {
  await app.register(async (scope) => {
    // The signature is over the bytes.
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
    scope.post('/hooks/okki', { schema: { hide: true } }, async (request, reply) => {
      if (hook === null) throw new AppError('no_such_path', { method: 'POST', path: '/hooks/okki' });
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      return reply.header('Content-Type', jsonType).send(await hook.receive(body, request.headers));
    });
  });
}
