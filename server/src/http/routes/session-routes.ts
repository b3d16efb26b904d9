import type { FastifyInstance } from 'fastify';
import type { TSchema } from 'typebox';
import type { Begun, Mailbox, Sessions } from '../../domain/session.ts';
import { AppError } from '../../errors.ts';
import { isObject } from '../../wire/fields.ts';
import { nothingData, presentNothing } from '../../wire/nothing-wire.ts';
import {
  presentSessionState,
  presentSigned,
  readSessionCreate,
  readSessionEnd,
  readSessionPassword,
  readSessionSetup,
  sessionCreateBody,
  sessionEndBody,
  sessionGetData,
  sessionPasswordBody,
  sessionSetupBody,
  signedData,
} from '../../wire/session-wire.ts';
import { networkOf } from '../auth.ts';
import { noSessionCookie, sessionCookie, sessionIn } from '../cookie.ts';
import { type Envelope, jsonType } from '../envelope.ts';
import type { AnyFieldSet, Described, Given } from '../route.ts';
import { requireSamePage } from '../same-page.ts';

export interface SessionParts {
  readonly sessions: Sessions;
  /** Who signs in with one click; `null`: nobody does. */
  readonly demo: Mailbox | null;
  /** The last revision of a tenant. */
  readonly head: (tenantId: number) => Promise<{ readonly revision: number }>;
  /** What a tenant is copied from; `null`: it is no mirror. */
  readonly upstreamOf: (tenantId: number) => Promise<string | null>;
  readonly version: string;
}

interface Asked {
  /** The cookie's. */
  readonly token: string | null;
  readonly address: string;
}

interface SessionAnswer {
  readonly data: string;
  /** The header `Set-Cookie`. */
  readonly cookie?: string;
}

/** A way to sign in or out. It is asked without a token, and answers with a cookie, so it is no row of the route table. */
interface SessionRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly operation?: string;
  readonly summary: string;
  readonly description: string;
  readonly body?: AnyFieldSet;
  readonly data: TSchema;
  readonly errors: readonly string[];
  /** As if the path were not there. */
  readonly hidden?: boolean;
  handle(asked: Asked, body: Given): Promise<SessionAnswer>;
}

const wrong = '403: the mail address or the password is wrong';
const closed = '423: the user may not sign in any more';

function routes({ sessions, demo, head, upstreamOf, version }: SessionParts): SessionRoute[] {
  /** A session takes the place of the one that the browser had. */
  async function begun({ token }: Asked, begin: Promise<Begun>): Promise<SessionAnswer> {
    const { token: next, signed } = await begin;
    if (token !== null) await sessions.end(token, false);
    return { data: presentSigned(signed), cookie: sessionCookie(next) };
  }

  return [
    {
      method: 'GET',
      path: '/v1/session',
      operation: 'sessionGet',
      summary: '当前登录 · Who is signed in',
      description: 'Who is signed in on the page, if anybody is. Answers everybody.',
      data: sessionGetData,
      errors: ['none'],
      async handle({ token }) {
        const signed = await sessions.get(token);
        const tenantId = signed?.tenant.tenantId ?? null;
        const state = {
          signed,
          demo: demo !== null && (await sessions.knows(demo)),
          setup: signed === null && (await sessions.lacksAdmin()),
          version,
          revision: tenantId === null ? null : (await head(tenantId)).revision,
          upstream: tenantId === null ? null : await upstreamOf(tenantId),
        };
        return { data: presentSessionState(state) };
      },
    },
    {
      method: 'POST',
      path: '/v1/session/create',
      summary: '登录 · Sign in on the page',
      description:
        'By mail address and password. Answers a cookie, which lives 14 days from its last use and 90 days at most. After 10 failures in a row for ' +
        'an address, or 30 from a network, each further one makes the next attempt wait.',
      body: sessionCreateBody,
      data: signedData,
      errors: ['400', wrong, closed],
      handle: (asked, body) => begun(asked, sessions.create(readSessionCreate(body), asked.address)),
    },
    {
      method: 'POST',
      path: '/v1/session/demo',
      summary: '进入演示 · Sign in to the demo',
      description:
        "As the demo's admin, without a password. Only where the server was started with --demo; elsewhere the path is not there.",
      data: signedData,
      errors: [wrong],
      hidden: demo === null,
      handle: (asked) => begun(asked, sessions.enter(demo as Mailbox)),
    },
    {
      method: 'POST',
      path: '/v1/session/end',
      summary: '退出登录 · Sign out',
      description: 'Ends the session at once, and takes the cookie away; without one it does nothing.',
      body: sessionEndBody,
      data: nothingData,
      errors: ['400'],
      async handle({ token }, body) {
        const everywhere = readSessionEnd(body);
        if (token !== null) await sessions.end(token, everywhere);
        return { data: presentNothing(), cookie: noSessionCookie };
      },
    },
    {
      method: 'POST',
      path: '/v1/session/setup',
      summary: '创建首位管理员 · Make the first admin',
      description:
        'With the code of the link that the server shows when it starts and an enterprise has no admin: once, within 24 hours.',
      body: sessionSetupBody,
      data: signedData,
      errors: ['400', '410: the link was used, has ended, or is not the last one'],
      handle: (asked, body) => begun(asked, sessions.setup(readSessionSetup(body), asked.address)),
    },
    {
      method: 'POST',
      path: '/v1/session/password',
      summary: '修改密码 · Change the own password',
      description: 'Ends every other session of the user, and the tokens that were got by the old password.',
      body: sessionPasswordBody,
      data: signedData,
      errors: ['400', wrong],
      handle(asked, body) {
        const passwords = readSessionPassword(body);
        if (asked.token === null) throw new AppError('session_ended');
        return begun(asked, sessions.changePassword(asked.token, passwords, asked.address));
      },
    },
  ];
}

const describe = (route: SessionRoute): Described => ({
  ...route,
  tag: 'session',
  access: route.path.endsWith('/password') ? 'For who is signed in.' : 'For everybody.',
  security: route.path.endsWith('/password') ? [{ session: [] }] : [],
  cached: false,
});

/** How people sign in on the page, and out. */
export function sessionRoutes(app: FastifyInstance, parts: SessionParts, around: Envelope): void {
  for (const route of routes(parts)) {
    const { method, path, summary, description, body } = route;
    app.route({
      method,
      url: path,
      schema: { summary, description, ...(body === undefined ? {} : { body: body.schema }) },
      config: { genjin: describe(route) },
      onRequest: async (request) => {
        if (route.hidden) throw new AppError('no_such_path', { method, path });
        requireSamePage(request);
      },
      handler: async (request, reply) => {
        const asked = { token: sessionIn(request.headers.cookie), address: networkOf(request.ip) };
        const { data, cookie } = await route.handle(asked, body === undefined ? {} : given(request.body));
        if (cookie !== undefined) reply.header('Set-Cookie', cookie);
        reply.header('Content-Type', jsonType).header('Cache-Control', 'no-store').header('Vary', 'Accept-Encoding');
        return reply.send(Buffer.concat([around.head(), ...around.rest(data)]));
      },
    });
  }
}

/** Without a body nothing is given, which the fields themselves say where it is wrong. */
function given(raw: unknown): Given {
  if (raw === undefined || raw === null || raw === '') return {};
  if (!isObject(raw)) throw new AppError('invalid_json');
  return raw;
}
