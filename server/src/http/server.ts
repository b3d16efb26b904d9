import { isUtf8 } from 'node:buffer';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener } from 'node:http';
import type { Socket } from 'node:net';
import { parse } from 'node:querystring';
import { Readable } from 'node:stream';
import compress from '@fastify/compress';
import multipart from '@fastify/multipart';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  LogController,
} from 'fastify';
import { type Applications, callerKey } from '../domain/application.ts';
import type { Standing } from '../domain/basis.ts';
import type { Calendars } from '../domain/calendar.ts';
import type { Kept } from '../domain/kept.ts';
import type { SharedCounts } from '../domain/shared-counts.ts';
import type { SignIns } from '../domain/sign-in.ts';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { bodyObject, idempotencyKeyOf } from '../wire/fields.ts';
import { codingOf, compressFrom } from './compression.ts';
import { asAppError, envelope, failure, jsonType } from './envelope.ts';
import { fastWay } from './fast-way.ts';
import { forwarder } from './forward.ts';
import { type Admitted, Gate } from './gate.ts';
import { commonHeaders, pageHeaders } from './headers.ts';
import { IgnoredFields } from './ignored.ts';
import { KeptPage, matches, tagOf } from './kept-page.ts';
import { limiters, type RateLimits } from './limits.ts';
import type { Metrics } from './metrics.ts';
import { incomingFiles } from './multipart.ts';
import { documentation } from './openapi.ts';
import { Pages, type StandingPage } from './pages.ts';
import { type Call, describedRoute, type Given, methods, noCall, noHeaders, type Portions, type Route } from './route.ts';
import { calendarRoutes } from './routes/calendar-routes.ts';
import { type Hook, hookRoutes } from './routes/hook-routes.ts';
import { operationRoutes } from './routes/operation-routes.ts';
import { pageRoutes } from './routes/page-routes.ts';
import { type SessionParts, sessionRoutes } from './routes/session-routes.ts';
import { tokenRoutes } from './routes/token-routes.ts';

/** 1 MiB: far above any follow-up, far below what could hurt. */
const bodyLimit = 1024 * 1024;
/** Of an answer in portions, which has no end that could be waited for: as much as a timer takes, 24 days. */
const noTimeout = 2 ** 31 - 1;

/** ms. */
const handlerTimeout = 60_000;
/** ms that a request may take to come: one with files, over a telephone, and any other one. */
const uploadTimeout = 600_000;
const requestTimeout = 30_000;

/** As a form is read. */
const parseQuery = (text: string): Given => parse(text);

const watched: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

export interface ServerParts extends SessionParts {
  readonly applications: Applications;
  readonly signIns: SignIns;
  readonly calendars: Calendars;
  /** `null`: nothing is mirrored, or its upstream tells of nothing. */
  readonly hook: Hook | null;
  readonly routes: readonly Route[];
  readonly metrics: Metrics;
  readonly standing: Standing;
  /** Answered pages. */
  readonly pages: Kept<string, KeptPage>;
  readonly clock: Clock;
  /** Resolves when the store answers. */
  readonly storeAnswers: () => Promise<void>;
  readonly log: FastifyBaseLogger;
  readonly strict: boolean;
  readonly limits: RateLimits;
  /** What the servers of one store count together; `null`: there is one. */
  readonly counts: SharedCounts | null;
  /** The socket of the process that owns the writes; `null`: this one. */
  readonly owner: string | null;
  readonly metricsToken: string | null;
  /** The built page; `null` when there is none. */
  readonly webRoot: string | null;
  readonly tls: { readonly cert: Buffer; readonly key: Buffer } | null;
}

/** The HTTP server, not yet listening. */
export async function createServer(parts: ServerParts): Promise<FastifyInstance> {
  const { clock, metrics } = parts;
  const hops = (parts.limits.behindProxy ? 1 : 0) + (parts.limits.behindWorkers ? 1 : 0);
  const options: FastifyServerOptions = {
    loggerInstance: parts.log,
    // One line an answer, written below.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit,
    // All of these default to off.
    requestTimeout: uploadTimeout,
    connectionTimeout: 60_000,
    keepAliveTimeout: 75_000,
    handlerTimeout,
    // The nearest hop is the proxy; what it says came before it is the client.
    trustProxy: hops === 0 ? false : (_address, hop) => hop < hops,
    genReqId: () => randomUUID(),
    // Too long a parameter in the path is refused like any other that is wrong, by who reads it.
    routerOptions: { maxParamLength: 1 << 16, querystringParser: parseQuery },
    frameworkErrors: (error, request, reply) => sendError(error, request, reply),
    clientErrorHandler: (error, socket) => refuseConnection(error, socket, clock),
  };
  // Node would refuse a request without Host by itself, but with an empty answer; a hook below does it in words.
  // And it would look for connections that are too slow only every 30 s.
  const node = { requireHostHeader: false, connectionsCheckingInterval: 5_000 };
  // Fastify's types tell the two apart, nothing here does.
  const app =
    parts.tls === null
      ? Fastify({ ...options, http: node })
      : (Fastify({ ...options, https: { ...node, ...parts.tls } } as FastifyServerOptions) as FastifyInstance);
  app.server.headersTimeout = 15_000;

  function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const known = asAppError(error, {
      bodyLimit: request.routeOptions.bodyLimit ?? bodyLimit,
      contentType: request.headers['content-type'],
    });
    const onTokenPath = request.url.startsWith('/v1/oauth2/');
    const { status, body } = failure(known, clock, onTokenPath);
    // Without the message, which shows what the caller gave: that may be a secret in the wrong place.
    const { field } = known.details;
    const inside = known.kind.level === 'error' ? { err: known.cause ?? known } : {};
    request.log[known.kind.level]({ ...inside, error: known.errorName, ...(field === undefined ? {} : { field }) }, 'refused');
    reply.headers(commonHeaders(request.id));
    // What follows on such a connection may be anything.
    if (known.errorName === 'malformed_request') reply.header('Connection', 'close');
    if (known.errorName === 'too_many_requests') reply.header('Retry-After', known.details['seconds']);
    if (known.errorName === 'method_not_allowed') reply.header('Allow', known.details['allowed']);
    if (status === 401) reply.header('WWW-Authenticate', 'Bearer');
    return reply.code(status).header('Content-Type', jsonType).send(body);
  }

  // Requests are read field by field in wire/, with messages that name the value; the schemas are for the documentation.
  app.setValidatorCompiler(() => () => true);
  app.setErrorHandler((error, request, reply) => sendError(error, request, reply));

  await app.register(compress, {
    global: true,
    threshold: compressFrom,
    encodings: ['br', 'gzip'],
    onUnsupportedRequestEncoding: (_request, encoding) =>
      new AppError('unsupported_media_type', { value: `content encoding ${encoding}` }),
    onInvalidRequestPayload: () => new AppError('invalid_json'),
  });
  bodyParsers(app);
  const { unlimited, byAddress, byCaller } = await limiters(app, parts);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(commonHeaders(request.id));
    if (request.routeOptions.config?.genjin?.uploads === undefined) hurry(request.raw, clock);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      throw new AppError('malformed_request', { reason: 'it has no Host header' });
    }
    // Who watches over the server must not be turned away for asking often.
    if (!watched.has(request.routeOptions.url ?? '')) await byAddress(request);
  });
  // A client that keeps its connection would hold up a stop until it lets go.
  let stopping = false;
  const portioned = new Set<AbortController>();
  app.addHook('preClose', async () => {
    stopping = true;
    for (const ended of portioned) ended.abort();
  });
  app.addHook('onSend', async (_request, reply) => {
    if (stopping) reply.header('Connection', 'close');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    metrics.answered(request.method, route, reply.statusCode, reply.elapsedTime);
    // The path without its query: what a caller mistakenly puts there may be a secret.
    const path = request.url.split('?', 1)[0];
    request.log.info(
      { method: request.method, path, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 },
      'answered',
    );
  });

  const callers = new WeakMap<FastifyRequest, Admitted>();
  const ignored = new IgnoredFields(parts.strict, parts.log);
  const pages = new Pages(parts.pages, parts.standing);
  const gate = new Gate({ ...parts, stamp: (tenantId) => pages.stamp(tenantId) });
  const around = envelope(clock);

  /** Before the body is read: what a stranger sends is not looked at. */
  async function authorize(route: Route, request: FastifyRequest): Promise<void> {
    const admitted = await gate.admit(route, request);
    await byCaller(request, callerKey(admitted.caller));
    callers.set(request, admitted);
  }

  async function answer(route: Route, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { caller, stamp } = callers.get(request) as Admitted;
    const query = request.query as Given;
    const body = route.body === undefined ? {} : bodyObject(request.body);
    const call: Call = {
      stamp,
      idempotencyKey: route.idempotent ? idempotencyKeyOf(request.headers['idempotency-key'], body) : null,
      headers: route.takes === undefined ? noHeaders : taken(route.takes, request),
      files: route.uploads === undefined ? noCall.files : incomingFiles(request, route.uploads.mostBytes),
    };
    const allRead = ignored.report(route, caller, query, body, reply);
    // Who is told of ignored fields, and when, is not kept.
    const url = route.kept && allRead ? (request.raw.url as string) : null;
    const kept = url === null ? null : await pages.find(caller.tenantId, url, stamp);
    if (kept !== null && typeof kept === 'object') return sendPage(kept, request, reply);
    const given = { ...(route.body === undefined ? query : body), ...(request.params as Given) };
    const result = await route.handle(caller, given, call);
    if (typeof result !== 'string' && 'body' in result) return sendPortions(result, route, request, reply);
    if (typeof result !== 'string' && 'status' in result) return reply.code(result.status).headers(result.headers).send();
    const { data, headers, keep } = typeof result === 'string' ? { data: result, headers: noHeaders, keep: undefined } : result;
    const rest = around.rest(data);
    if (kept !== null && keep !== undefined) return sendPage(kept(new KeptPage(keep, rest)), request, reply);
    if (route.method === 'GET' && headers['ETag'] === undefined) {
      const tag = tagOf(rest);
      reply.headers(pageHeaders(tag)).headers(headers);
      if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
    } else reply.headers(headers).header('Content-Type', jsonType).header('Vary', 'Accept-Encoding');
    return reply.send(Buffer.concat([around.head(), ...rest]));
  }

  async function sendPage(standing: StandingPage, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const { page, revision } = standing;
    reply.headers(page.headers(revision));
    if (matches(request.headers['if-none-match'], page.tag)) return reply.code(304).send();
    const head = around.head();
    // Weights and the like are for the plug-in, as for every other answer.
    const coding = request.headers['x-no-compression'] === undefined ? codingOf(request.headers['accept-encoding']) : null;
    if (coding === null || coding === 'identity' || head.length + page.length < compressFrom)
      return reply.send(Buffer.concat(page.plain(head)));
    const parts = await pages.parts(standing, head, coding);
    if (parts === null) return reply.send(Buffer.concat(page.plain(head)));
    return reply.header('Content-Encoding', coding).send(Buffer.concat(parts));
  }

  function sendPortions(
    { status, headers, body }: Portions,
    route: Route,
    request: FastifyRequest,
    reply: FastifyReply,
  ): FastifyReply {
    const ended = new AbortController();
    const { socket } = request.raw;
    const end = (): void => {
      portioned.delete(ended);
      for (const one of [reply.raw, socket]) one.off('close', end);
      ended.abort();
    };
    portioned.add(ended);
    // An answer that waits for its turn on the connection does not hear that the connection is closed.
    for (const one of [reply.raw, socket]) one.once('close', end);
    // Both may have been closed before anybody listened.
    if (reply.raw.destroyed || socket.destroyed) end();
    if (stopping) ended.abort();
    const portions = Readable.from(
      body(ended.signal, () => gate.admits(route, request)),
      { objectMode: false },
    );
    // Whoever does not read on would not hear of an end either, and hold up the stop.
    ended.signal.addEventListener('abort', () => {
      if (reply.raw.writableNeedDrain) portions.destroy(new AppError('store_unavailable'));
    });
    return reply
      .code(status ?? 200)
      .headers({ ...headers })
      .send(portions);
  }

  await documentation(app, parts.version);
  // A scope of its own, so that the documentation has seen the plug-in before the routes.
  await app.register(async (scope) => {
    tokenRoutes(scope, parts.applications, parts.signIns);
    sessionRoutes(scope, parts, around);
    for (const route of parts.routes) if (route.uploads === undefined) serveRoute(scope, route);
  });
  // In a scope of their own, because nothing else takes files.
  await app.register(async (scope) => {
    await scope.register(multipart, { throwFileSizeLimit: false });
    for (const route of parts.routes) if (route.uploads !== undefined) serveRoute(scope, route);
  });
  calendarRoutes(app, parts.calendars);
  await hookRoutes(app, parts.hook);
  function serveRoute(scope: FastifyInstance, route: Route): void {
    scope.route({
      method: route.method,
      url: route.path.replaceAll(/\{(\w+)\}/g, ':$1'),
      ...(route.bodyLimit === undefined ? {} : { bodyLimit: route.bodyLimit }),
      // What a HEAD would ask for of portions, all of them, nobody reads.
      ...(route.streams === undefined ? {} : { handlerTimeout: noTimeout, exposeHeadRoute: false }),
      ...(route.uploads === undefined ? {} : { handlerTimeout: uploadTimeout + handlerTimeout }),
      ...(route.uncompressed ? { compress: false } : {}),
      schema: {
        summary: route.summary,
        description: route.description,
        ...(route.query === undefined ? {} : { querystring: route.query.schema }),
        ...(route.params === undefined ? {} : { params: route.params.schema }),
        ...(route.body === undefined ? {} : { body: route.body.schema }),
      },
      config: { genjin: describedRoute(route) },
      onRequest: (request) => authorize(route, request),
      handler: (request, reply) => answer(route, request, reply),
    });
  }
  operationRoutes(app, parts, byAddress);
  await pageRoutes(app, parts.webRoot);
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] as string;
    const allowed = methods.filter(
      (method) =>
        method !== request.method &&
        (app.findRoute({ method, url: path }) !== null ||
          parts.routes.some((route) => route.method === method && fits(route, path))),
    );
    const error =
      allowed.length > 0
        ? new AppError('method_not_allowed', { method: request.method, allowed: allowed.join(', ') })
        : new AppError('no_such_path', { method: request.method, path });
    return sendError(error, request, reply);
  });
  const [usual] = app.server.listeners('request') as [RequestListener];
  const fast = fastWay({
    ...{ ...parts, pages, envelope: around, unlimited, parseQuery, usual },
    timeout: handlerTimeout,
    stopping: () => stopping,
  });
  const forwarded = parts.owner === null ? () => false : forwarder(parts.owner, clock);
  app.server.removeAllListeners('request').on('request', (request, response) => {
    // Of a connection that was reset with requests still to be read.
    if (request.socket.destroyed) return;
    if (stopping) usual(request, response);
    else if (!forwarded(request, response)) fast(request, response);
  });
  return app;
}

/** Whether a path is one of the route's, whatever its parameters are. */
function fits(route: Route, path: string): boolean {
  const [own, given] = [route.path.split('/'), path.split('/')];
  return own.length === given.length && own.every((part, i) => part === given[i] || (part.startsWith('{') && given[i] !== ''));
}

/** The headers of a request that a route takes; of one that came several times, all of it. */
function taken(takes: Readonly<Record<string, string>>, request: FastifyRequest): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const name of Object.keys(takes)) {
    const value = request.headers[name.toLowerCase()];
    if (value !== undefined) found[name] = String(value);
  }
  return found;
}

/** Bodies must be UTF-8, since what could not be kept as it came is refused; plain text is no body that anything here takes. */
function bodyParsers(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser(['text/plain', 'application/json']);
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    // Whether there must be one is for the route to say.
    if (body.length === 0) done(null, undefined);
    else if (isUtf8(body)) parseJson(request, body.toString(), done);
    else done(new AppError('invalid_json'));
  });
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'buffer' }, (_request, body: Buffer, done) => {
    if (isUtf8(body)) done(null, parse(body.toString()));
    else done(new AppError('invalid_json'));
  });
}

/** Refuses a request whose body takes too long to come. */
function hurry(request: IncomingMessage, clock: Clock): void {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
  if (length === '0' && coding === undefined) return;
  const timer = setTimeout(() => {
    const late = Object.assign(new Error('it took too long'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' });
    if (!request.complete) refuseConnection(late, request.socket, clock);
  }, requestTimeout).unref();
  request.once('close', () => clearTimeout(timer));
}

/** What is no HTTP request at all, or one that comes too slowly, answered before there is a request object. */
function refuseConnection(error: Error & { code?: string }, socket: Socket, clock: Clock): void {
  // Node's own refusal looks at the same: nothing goes into the midst of an answer.
  const { _httpMessage: answering } = socket as Socket & { readonly _httpMessage?: { readonly headersSent: boolean } | null };
  if (error.code === 'ECONNRESET' || !socket.writable || answering?.headersSent) return void socket.destroy();
  const [status, reason] =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
      ? ['408 Request Timeout', 'it took too long']
      : error.code === 'HPE_HEADER_OVERFLOW'
        ? ['431 Request Header Fields Too Large', 'its headers are too large']
        : error.code === 'HPE_INVALID_URL'
          ? [
              '400 Bad Request',
              'its address has characters that must be percent-encoded; curl does that with -G --data-urlencode',
            ]
          : ['400 Bad Request', 'it is no HTTP request'];
  const { body } = failure(new AppError('malformed_request', { reason }), clock);
  const json = body.toString().replace('"code":400', `"code":${status.slice(0, 3)}`);
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: ${jsonType}\r\nContent-Length: ${Buffer.byteLength(json)}\r\nConnection: close\r\n\r\n${json}`,
  );
}
