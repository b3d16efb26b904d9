import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a server of others may do to a request; `null` breaks the connection, `'silence'` never answers. */
export type Step =
  | null
  | 'silence'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: unknown };

export interface Received {
  readonly method: string;
  readonly url: string;
  readonly authorization: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A server that goes through a script, one step a request, and stays at the last step; a step may look at the request. */
export interface ScriptedServer {
  readonly baseUrl: string;
  readonly received: readonly Received[];
  stop(): Promise<void>;
}

export async function startScripted(script: readonly (Step | ((request: Received) => Step))[]): Promise<ScriptedServer> {
  const received: Received[] = [];
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const scripted = script[Math.min(received.length, script.length - 1)] ?? null;
    const entry = {
      method: request.method ?? '',
      url: request.url ?? '',
      authorization: request.headers.authorization,
      headers: request.headers,
      body: '',
    };
    received.push(entry);
    request.setEncoding('utf8');
    for await (const chunk of request) entry.body += chunk;
    const step = typeof scripted === 'function' ? scripted(entry) : scripted;
    if (step === 'silence') return;
    if (step === null) {
      request.socket.destroy();
      return;
    }
    response.writeHead(step.status, { 'Content-Type': 'application/json', ...step.headers });
    response.end(typeof step.body === 'string' ? step.body : JSON.stringify(step.body));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
