import type { FastifyInstance } from 'fastify';
import type { Applications } from '../../domain/application.ts';
import { AppError } from '../../errors.ts';
import { presentToken, readTokenRequest, tokenAnswer, tokenBody } from '../../wire/token-wire.ts';

/** OAuth's path stands outside the envelope, so it is no row of the route table. Form, JSON, chunked or not. */
export function tokenRoutes(app: FastifyInstance, applications: Applications): void {
  app.post(
    '/v1/oauth2/access_token',
    {
      schema: {
        summary: '获取 access_token · Get a token',
        description:
          'client_credentials by form or JSON. A token lives 8 hours; asked again within them, the new one has the same end.',
        body: tokenBody,
        response: { 200: tokenAnswer },
      },
      errorHandler: (error, request, reply) => {
        // A body that cannot be read is OAuth's invalid_request here, not OKKI's business error.
        const { statusCode } = error as { statusCode?: number };
        const unreadable = error instanceof AppError ? error.errorName === 'invalid_json' : statusCode === 400;
        const shown = unreadable
          ? new AppError('invalid_request', {}, { hint: 'The body must be a form or JSON', cause: error })
          : error;
        return app.errorHandler(shown as Error & { statusCode?: number }, request, reply);
      },
    },
    async (request, reply) => {
      const token = await applications.issueToken(readTokenRequest(request.body));
      return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache').send(presentToken(token));
    },
  );
}
