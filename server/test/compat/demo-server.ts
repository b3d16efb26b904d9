/** Genjin with its demo data and a webhook, as scenarios are run against it, and a server in front of it that answers otherwise. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readConfig } from '../../src/config.ts';
import { makeDemo, planDemo } from '../../src/demo/demo.ts';
import { formatTime } from '../../src/wire/time.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';

export interface DemoServer {
  readonly server: TestServer;
  readonly base: string;
  readonly credentials: Credentials;
}

export async function startDemo(): Promise<DemoServer> {
  // Scenarios compare its clock with this machine's.
  const server = await startServer({ now: formatTime(Date.now()) });
  const credentials = { clientId: '23412-compat', clientSecret: 'secret-of-the-demo' };
  const config = {
    ...readConfig({}, {}, {}).config,
    demoClientId: credentials.clientId,
    demoClientSecret: credentials.clientSecret,
  };
  await makeDemo(server.core, server.folder, planDemo(config, server.clock.at));
  const token = await server.token(credentials);
  await server.post(token, '/v1/webhook', { callback_url: 'https://hooks.example/genjin' });
  await server.post(token, '/v1/subscribe', {
    subscribe_type: 'crm.lead',
    subscribe_configs: [{ biz_type: 'xiaoman.crm.lead.create' }],
  });
  return { server, base: `http://127.0.0.1:${server.port}`, credentials };
}

export type Json = Record<string, unknown>;

/** What a server answers instead; `null`: nothing, the connection is broken; `'silence'`: nothing, and it stays open. */
export type Instead =
  | null
  | 'silence'
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly text: string };

/** Changes the JSON of an answer in place, or says what to answer instead. */
export type Alter = (answer: Json, url: URL) => Instead | undefined;

export interface Otherwise {
  readonly base: string;
  /** Every request that came, as `GET /v1/…`. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function startOtherwise(demo: DemoServer, alter: Alter): Promise<Otherwise> {
  const requests: string[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const url = new URL(request.url ?? '/', demo.base);
    requests.push(`${request.method} ${url.pathname}`);
    const { authorization, 'content-type': contentType } = request.headers;
    const headers = {
      ...(authorization === undefined ? {} : { Authorization: authorization }),
      ...(contentType === undefined ? {} : { 'Content-Type': contentType }),
    };
    const body = Buffer.concat(chunks);
    const real = await demo.server.send(`${url.pathname}${url.search}`, {
      method: request.method ?? 'GET',
      headers,
      ...(body.length === 0 ? {} : { body }),
    });
    const json = real.json<Json>();
    const instead = alter(json, url);
    if (instead === 'silence') return;
    if (instead === null) {
      request.socket.destroy();
      return;
    }
    response.writeHead(instead?.status ?? real.status, { 'Content-Type': 'application/json', ...instead?.headers });
    response.end(instead?.text ?? JSON.stringify(json));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
