/** An event as it goes over the network: encrypted for the receiver, and signed in OKKI's way and in that of Standard Webhooks. */
import { createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { SubscriptionKey } from '../domain/webhook-stores.ts';

export interface Message {
  readonly headers: Readonly<Record<string, string>>;
  /** Exactly the bytes that are signed. */
  readonly body: Buffer;
}

/** Names an event: the same on each attempt, and for nothing else. */
export function messageIdOf({ tenantId, clientId, kind }: SubscriptionKey, revision: number): string {
  const digest = createHash('sha256').update(`${tenantId} ${clientId} ${kind} ${revision}`).digest('hex');
  return `msg_${digest.slice(0, 32)}`;
}

/**
 * `secret`: the `security_config` (docs/wire.md#webhooks). `data` is Base64 of IV ‖ tag ‖ ciphertext under its bytes; `X-Signature` has
 * its text as key. `now` in ms, sent in seconds.
 */
export function seal(plaintext: string, messageId: string, secret: string, now: number): Message {
  const key = Buffer.from(secret, 'base64');
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]);
  const data = Buffer.concat([iv, cipher.getAuthTag(), ciphertext]).toString('base64');
  const body = Buffer.from(JSON.stringify({ message_id: messageId, data }));
  const timestamp = String(Math.floor(now / 1000));
  const signature = createHmac('sha256', secret).update(timestamp).update(body).digest('hex');
  const standard = createHmac('sha256', key).update(`${messageId}.${timestamp}.`).update(body).digest('base64');
  return {
    headers: {
      'Content-Type': 'application/json',
      'User-Agent': 'Genjin',
      'X-Timestamp': timestamp,
      'X-Signature': signature,
      'webhook-id': messageId,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${standard}`,
    },
    body,
  };
}
