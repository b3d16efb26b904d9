import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { decryptWebhook, GenjinWebhookError, verifyWebhook, type WebhookEvent, webhookAnswer } from '@genjin/client';

/** A receiver of webhooks as a user of the client writes it. */
export interface Receiver {
  readonly url: string;
  /** The `security_config`. */
  secret: string;
  /** Each message that was accepted. */
  readonly received: { readonly messageId: string; readonly events: readonly WebhookEvent[] }[];
  /** Why messages were not accepted. */
  readonly refused: string[];
  stop(): Promise<void>;
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    try {
      const { messageId, data } = await verifyWebhook(Buffer.concat(chunks), request.headers, receiver.secret);
      const events = await decryptWebhook(data, receiver.secret);
      receiver.received.push({ messageId, events });
      const [event] = events;
      response.end(webhookAnswer(messageId, event?.biz_type === 'xiaoman.open.callback.test' ? event.biz_data : undefined));
    } catch (error) {
      receiver.refused.push(error instanceof GenjinWebhookError ? error.reason : String(error));
      response.writeHead(401).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/okki`,
    secret: '',
    received: [],
    refused: [],
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return receiver;
}
