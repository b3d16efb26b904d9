/** Receivers on the addresses of this machine, and a record of where this process connects to. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { createServer, type Server, Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { SendError, type SenderAnswer } from '../../src/webhook/sender.ts';

/** Where this process tried to connect to since the record began, by any part of Node: seen at the socket, before anything is sent. */
export function recordConnections(): readonly string[] {
  const attempts: string[] = [];
  const see = (message: unknown) => {
    const socket = typeof message === 'object' && message !== null && 'socket' in message ? message.socket : null;
    if (socket instanceof Socket) socket.on('connectionAttempt', (address: string) => attempts.push(address));
  };
  subscribe('net.client.socket', see);
  onTestFinished(() => {
    unsubscribe('net.client.socket', see);
  });
  return attempts;
}

/** Listens at one port of several addresses, one that was free at the first; answers with it. Ends with the test. */
export async function listenAt(make: (address: string) => Server, addresses: readonly string[]): Promise<number> {
  let port = 0;
  for (const address of addresses) {
    const server = make(address);
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ port, host: address }, resolve);
    });
    const bound = server.address();
    if (typeof bound === 'object' && bound !== null) port = bound.port;
    onTestFinished(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    });
  }
  return port;
}

/** Counts connections by address, and ends them at once. */
export async function countConnections(addresses: readonly string[]): Promise<{ port: number; seen: string[] }> {
  const seen: string[] = [];
  const count = (address: string) =>
    createServer((socket) => {
      seen.push(address);
      socket.destroy();
    });
  return { port: await listenAt(count, addresses), seen };
}

/** What a send comes to: its answer, or the reason why there is none, which never tells addresses, ports or codes of errors. */
export async function outcome(sending: Promise<SenderAnswer>): Promise<SenderAnswer | string> {
  try {
    return await sending;
  } catch (error) {
    if (!(error instanceof SendError)) throw error;
    expect(error.reason).toMatch(/^[A-Za-z][A-Za-z0-9 .]{5,80}$/);
    expect(error.reason).not.toMatch(/\d\.\d+\.|E[A-Z]{3}/);
    return error.reason;
  }
}
