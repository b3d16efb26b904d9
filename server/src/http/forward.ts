import { Agent, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Clock } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { failure, jsonType } from './envelope.ts';

/** What is said to the next hop only, and is no matter of the one after. */
const ofOneHop = ['connection', 'keep-alive', 'proxy-connection', 'upgrade', 'te', 'trailer', 'expect'];

/** What only the owner answers although it is a GET: it notes that a session is used, and knows whether a check runs. */
const ofOwner = /^\/v1\/(session|admin\/health)(\?|$)/;

/**
 * Hands everything that may write to the process that owns the writes, over its socket, and answers what that answers. Who asked goes with
 * it as the last of `X-Forwarded-For`. Answers `false`, with nothing done, for what is read here.
 */
export function forwarder(socketPath: string, clock: Clock): (request: IncomingMessage, response: ServerResponse) => boolean {
  const agent = new Agent({ keepAlive: true });
  return (request, response) => {
    const { method, url, headers } = request;
    if ((method === 'GET' && !ofOwner.test(url ?? '')) || method === 'HEAD' || headers.host === undefined) return false;
    const before = headers['x-forwarded-for'];
    const peer = request.socket.remoteAddress ?? '';
    const sent = { ...headers, 'x-forwarded-for': before === undefined ? peer : `${String(before)}, ${peer}` };
    for (const name of ofOneHop) delete sent[name as keyof typeof sent];
    const outgoing = ask({ socketPath, agent, method, path: url, headers: sent }, (incoming) => {
      const answered = { ...incoming.headers };
      for (const name of ofOneHop) delete answered[name];
      // After a refusal the owner reads no further, and so nobody does.
      if (incoming.headers.connection === 'close') answered.connection = 'close';
      response.writeHead(incoming.statusCode ?? 502, answered);
      incoming.pipe(response);
      incoming.on('error', () => response.destroy());
    });
    outgoing.on('error', (cause) => {
      if (response.headersSent || response.destroyed) return void response.destroy();
      const { status, body } = failure(new AppError('store_unavailable', {}, { cause }), clock, url?.startsWith('/v1/oauth2/'));
      response.writeHead(status, { 'content-type': jsonType, 'content-length': body.length, connection: 'close' });
      response.end(body);
    });
    response.on('close', () => {
      if (!response.writableFinished) outgoing.destroy();
    });
    request.pipe(outgoing);
    return true;
  };
}
