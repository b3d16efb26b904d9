/** The real program in this process: the app over a store in a temporary folder, on a free port, at a time that the test sets. */
import type { AddressInfo } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { type Core, createApp, openCore } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { parseTime } from '../../src/wire/time.ts';
import { testTenant } from './entries.ts';
import { type Answer, type Ask, send } from './http.ts';
import { newPlace, type TestPlace } from './place.ts';

/** A time that stands still until the test moves it. */
export class TestClock {
  at: number;

  constructor(time: string) {
    this.at = beijing(time);
  }

  readonly now = (): number => this.at;

  /** To a time as the wire shows it. */
  set(time: string): void {
    this.at = beijing(time);
  }

  advance(milliseconds: number): void {
    this.at += milliseconds;
  }
}

function beijing(time: string): number {
  const at = parseTime(time);
  if (at === null) throw new Error(`no time: ${time}`);
  return at;
}

export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface TestServer {
  readonly core: Core;
  readonly app: FastifyInstance;
  readonly port: number;
  readonly place: TestPlace;
  readonly folder: string;
  readonly clock: TestClock;
  /** Takes entries as the import does; their tenants are made when missing. */
  import(entries: readonly unknown[]): Promise<void>;
  /** An application of a tenant, which is made when missing. */
  application(tenantId?: number, scope?: string): Promise<Credentials>;
  /** Asks for a token over HTTP. */
  token(application: Credentials, scope?: string): Promise<string>;
  /** An application and its token, for a test that cares for neither. */
  tokenOf(tenantId?: number, scope?: string): Promise<string>;
  send(path: string, ask?: Ask): Promise<Answer>;
  /** With a token. */
  get(token: string, path: string, headers?: Ask['headers']): Promise<Answer>;
  /** JSON with a token. */
  post(token: string, path: string, body: unknown, headers?: Ask['headers']): Promise<Answer>;
  close(): Promise<void>;
}

/** Settings that differ from the defaults; nothing is read from the environment. */
export type ServerOptions = Partial<Config> & { readonly now?: string };

export const tokenPath = '/v1/oauth2/access_token';
export const listPath = '/v1/dynamic/trail/list';
export const pushPath = '/v1/dynamic/trail/push';

const placeOf = ({ data, databaseUrl }: TestPlace) => ({ data, databaseUrl });

/** Starts a server; the caller closes it, which also removes its folder. */
export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const { now = '2024-11-04 10:49:07', ...settings } = options;
  const place = await newPlace();
  const clock = new TestClock(now);
  const { allowPrivateCallbacks = [], maxFileMb = 20 } = settings;
  const core = await openCore(place, { make: true, clock: clock.now, allowPrivateCallbacks, maxFileMb });
  const config: Config = { ...readConfig({}, {}, {}).config, ...placeOf(place), port: 0, logLevel: 'silent', ...settings };
  const app = await createApp(core, config);
  await app.listen({ host: config.host, port: config.port });
  const { port } = app.server.address() as AddressInfo;

  const server: TestServer = {
    core,
    app,
    port,
    place,
    folder: place.data,
    clock,
    async import(entries) {
      await core.importer.take([entries.map(readEntry)]);
    },
    async application(tenantId = testTenant, scope = 'company lead opportunity user') {
      await core.tenants.create({ tenantId, name: `tenant ${tenantId}`, createdAt: clock.at });
      return core.applications.create(tenantId, `app of ${tenantId}`, scope.split(' '));
    },
    async token({ clientId, clientSecret }, scope) {
      const body = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope };
      const headers = { 'Content-Type': 'application/json' };
      const answer = await send(port, tokenPath, { method: 'POST', headers, body });
      if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.text}`);
      return answer.json<{ access_token: string }>().access_token;
    },
    tokenOf: async (tenantId, scope) => server.token(await server.application(tenantId, scope)),
    send: (path, ask) => send(port, path, ask),
    get: (token, path, headers) => send(port, path, { headers: { Authorization: `Bearer ${token}`, ...headers } }),
    post: (token, path, body, headers) =>
      send(port, path, {
        method: 'POST',
        headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json', ...headers },
        body,
      }),
    async close() {
      await app.close();
      await core.close();
      await place.remove();
    },
  };
  return server;
}

/** One page of the timeline, as ids in their order. */
export async function listIds(server: TestServer, token: string, query: string): Promise<{ ids: number[]; total: number }> {
  const answer = await server.get(token, `${listPath}${query === '' ? '' : '?'}${query}`);
  const body = answer.json<{ code: number; message: string; data: { list: { trail_id: number }[]; totalItem: number } }>();
  if (answer.status !== 200 || body.code !== 200) throw new Error(`${query}: ${answer.status} ${answer.text}`);
  return { ids: body.data.list.map((item) => item.trail_id), total: body.data.totalItem };
}
