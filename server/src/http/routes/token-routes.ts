import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { TSchema } from 'typebox';
import type { Applications } from '../../domain/application.ts';
import type { SignIns } from '../../domain/sign-in.ts';
import type { IssuedToken } from '../../domain/token.ts';
import { AppError } from '../../errors.ts';
import {
  presentToken,
  readRefreshRequest,
  readTokenRequest,
  refreshBody,
  tokenAnswer,
  tokenBody,
} from '../../wire/token-wire.ts';
import { networkOf } from '../auth.ts';

interface TokenRoute {
  readonly path: string;
  readonly summary: string;
  readonly description: string;
  readonly body: TSchema;
  issue(body: unknown, address: string): Promise<IssuedToken>;
}

const routes = (applications: Applications, signIns: SignIns): TokenRoute[] => [
  {
    path: '/v1/oauth2/access_token',
    summary: '获取 access_token · Get a token',
    description:
      'By form or JSON. A token lives 8 hours; asked again within them, by the same application and person, the new one has the same ' +
      'end. After 10 failures in a row for an application or a person, or 30 from an address, each further one makes the next attempt wait.',
    body: tokenBody,
    issue: (body, address) => {
      const request = readTokenRequest(body);
      return request.grant === 'password' ? signIns.signIn(request, address) : applications.issueToken(request, address);
    },
  },
  {
    path: '/v1/oauth2/refresh_token',
    summary: '刷新 access_token · Refresh a token',
    description:
      "A person's next token, for 8 hours from now, and the next refresh token. A refresh token works once: used a second time, it ends " +
      'every token that goes back to the same sign-in.',
    body: refreshBody,
    issue: (body, address) => signIns.refresh(readRefreshRequest(body), address),
  },
];

/** OAuth's paths stand outside the envelope, so they are no rows of the route table. Form, JSON, chunked or not. */
export function tokenRoutes(app: FastifyInstance, applications: Applications, signIns: SignIns): void {
  for (const { path, summary, description, body, issue } of routes(applications, signIns)) {
    app.post(
      path,
      {
        schema: { summary, description, body, response: { 200: tokenAnswer } },
        errorHandler: (error, request, reply) => app.errorHandler(shown(error), request, reply),
      },
      async (request: FastifyRequest, reply) => {
        const token = await issue(request.body, networkOf(request.ip));
        return reply.header('Cache-Control', 'no-store').header('Pragma', 'no-cache').send(presentToken(token));
      },
    );
  }
}

/** A body that cannot be read is OAuth's invalid_request here, not OKKI's business error. */
function shown(error: Error & { statusCode?: number }): Error & { statusCode?: number } {
  const unreadable = error instanceof AppError ? error.errorName === 'invalid_json' : error.statusCode === 400;
  return unreadable ? new AppError('invalid_request', {}, { hint: 'The body must be a form or JSON', cause: error }) : error;
}
