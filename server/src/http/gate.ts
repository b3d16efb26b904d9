import type { FastifyRequest } from 'fastify';
import type { Applications, Caller } from '../domain/application.ts';
import { requireRole } from '../domain/role.ts';
import type { Sessions } from '../domain/session.ts';
import { tenantOf } from '../domain/token.ts';
import { AppError, badParameter } from '../errors.ts';
import { tokenOf } from './auth.ts';
import { sessionIn } from './cookie.ts';
import type { Route } from './route.ts';
import { requireSamePage } from './same-page.ts';

/** For which application an admin asks who is signed in on the page. */
export const applicationHeader = 'X-Genjin-Application';

export interface Admitted {
  readonly caller: Caller;
  /** The store's, asked for after the request had come. */
  readonly stamp: number;
}

/** Who comes in: a program or a person by a token, or a person by the page's cookie. */
export class Gate {
  readonly #applications: Applications;
  readonly #sessions: Sessions;
  readonly #stamp: (tenantId: number) => number | Promise<number>;

  constructor(parts: {
    readonly applications: Applications;
    readonly sessions: Sessions;
    readonly stamp: (tenantId: number) => number | Promise<number>;
  }) {
    this.#applications = parts.applications;
    this.#sessions = parts.sessions;
    this.#stamp = parts.stamp;
  }

  /**
   * Throws `token_missing`, `token_invalid`, `session_ended`, `scope_missing`, and `not_allowed_here` for what comes from elsewhere than the
   * page or is not for this role; `not_acceptable` or `missing_parameter` where an admin must say for which application it asks.
   */
  async admit(route: Route, request: FastifyRequest): Promise<Admitted> {
    const { caller, stamp } = await this.#who(request);
    this.#applications.requireScope(caller, route.module);
    requireRole(caller, route);
    const forApplication = caller.session === true && route.module === 'webhook';
    return { caller: forApplication ? await this.#asApplication(caller, request) : caller, stamp };
  }

  /** Whether who asked still comes in: for an answer that goes on. */
  admits(route: Route, request: FastifyRequest): Promise<boolean> {
    return this.admit(route, request).then(
      () => true,
      () => false,
    );
  }

  /** A webhook is an application's: on the page an admin sees to those of all. */
  async #asApplication(caller: Caller, { headers }: FastifyRequest): Promise<Caller> {
    const named = headers[applicationHeader.toLowerCase()];
    if (typeof named !== 'string' || named === '')
      throw badParameter(`the header ${applicationHeader}`, undefined, 'accepted: the id of an application of the enterprise');
    const { clientId } = await this.#applications.usable(named, caller.tenantId);
    return { ...caller, clientId };
  }

  /** A cookie is only looked at where there is no token: a browser adds it by itself. */
  async #who(request: FastifyRequest): Promise<Admitted> {
    const token = tokenOf(request);
    const session = request.headers.authorization === undefined ? sessionIn(request.headers.cookie) : null;
    if (token === null && session === null) throw new AppError('token_missing');
    if (session !== null) requireSamePage(request);
    const tenantId = tenantOf(token ?? session ?? '');
    if (tenantId === null) throw new AppError(session === null ? 'token_invalid' : 'session_ended');
    const stamp = await this.#stamp(tenantId);
    const caller =
      session === null ? await this.#applications.authenticate(token, stamp) : await this.#sessions.authenticate(session, stamp);
    return { caller, stamp };
  }
}
