/** A receiver of webhooks as an integrator writes it from the documents alone: node:http and node:crypto, nothing of ours. */
import { createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  readonly messageId: string;
  readonly bizType: string;
  readonly bizData: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
}

/** What it does with an event that was verified; it has to end the response. */
export type Respond = (received: Received, response: ServerResponse) => void | Promise<void>;

export interface Receiver {
  readonly url: string;
  /** The security_config. */
  secret: string;
  /** Accepts everything, unless the test says otherwise. */
  respond: Respond;
  /** Every event that came and was verified, in order, accepted or not. */
  readonly received: Received[];
  /** Requests whose signature or encryption did not fit the secret. */
  readonly unverified: string[];
  /** Requests that were answered at one moment, at most. */
  readonly busiest: () => number;
  /** Resolves when so many events have come, or more. */
  has(count: number): Promise<void>;
}

export function answerJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
}

export const accept: Respond = ({ messageId, bizData }, response) => {
  answerJson(response, { code: 200, data: { message_id: messageId, data: bizData } });
};

/** Answers with a status and nothing more. */
export const refuse =
  (status = 500): Respond =>
  (_received, response) => {
    response.writeHead(status).end();
  };

const equal = (a: string, b: unknown): boolean =>
  typeof b === 'string' && a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));

/** Why the request is not genuine; `null` when it is. */
function flaw(secret: string, headers: IncomingHttpHeaders, raw: Buffer): string | null {
  const timestamp = headers['x-timestamp'];
  if (typeof timestamp !== 'string' || !/^\d{10}$/.test(timestamp)) return 'X-Timestamp';
  // The key is the text of the security_config.
  const own = createHmac('sha256', secret).update(timestamp).update(raw).digest('hex');
  if (!equal(own, headers['x-signature'])) return 'X-Signature';
  // Standard Webhooks: the key is what the Base64 stands for.
  const id = headers['webhook-id'];
  if (headers['webhook-timestamp'] !== timestamp || typeof id !== 'string') return 'webhook-timestamp';
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp}.`), raw]);
  const standard = createHmac('sha256', Buffer.from(secret, 'base64')).update(signed).digest('base64');
  return equal(`v1,${standard}`, headers['webhook-signature']) ? null : 'webhook-signature';
}

function decrypt(secret: string, data: string): string {
  const bytes = Buffer.from(data, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(secret, 'base64'), bytes.subarray(0, 12));
  decipher.setAuthTag(bytes.subarray(12, 28));
  return Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8');
}

/** Listens on a free port of this machine until the test is over. */
export async function startReceiver(atEnd: (close: () => Promise<void>) => void = onTestFinished): Promise<Receiver> {
  const received: Received[] = [];
  const unverified: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let busy = 0;
  let busiest = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', async () => {
      const raw = Buffer.concat(chunks);
      const wrong = flaw(receiver.secret, request.headers, raw);
      if (wrong !== null) {
        unverified.push(wrong);
        answerJson(response, { code: 401 }, 401);
        return;
      }
      const { message_id, data } = JSON.parse(raw.toString()) as { message_id: string; data: string };
      const { biz } = JSON.parse(decrypt(receiver.secret, data)) as { biz: { biz_type: string; biz_data: unknown }[] };
      const [event] = biz;
      if (biz.length !== 1 || event === undefined || request.headers['webhook-id'] !== message_id) {
        unverified.push('biz');
        answerJson(response, { code: 400 }, 400);
        return;
      }
      const one = { messageId: message_id, bizType: event.biz_type, bizData: event.biz_data, headers: request.headers, raw };
      received.push(one);
      for (const { count, resolve } of waiting) if (received.length >= count) resolve();
      busy += 1;
      busiest = Math.max(busiest, busy);
      await receiver.respond(one, response);
      busy -= 1;
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    secret: '',
    respond: accept,
    received,
    unverified,
    busiest: () => busiest,
    has: (count) => (received.length >= count ? Promise.resolve() : new Promise((resolve) => waiting.push({ count, resolve }))),
  };
  atEnd(
    () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  );
  return receiver;
}
