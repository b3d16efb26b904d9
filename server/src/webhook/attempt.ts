import { randomBytes } from 'node:crypto';
import type { Clock } from '../domain/stores.ts';
import type { Vault } from '../domain/vault.ts';
import { secretPurpose } from '../domain/webhook.ts';
import type { DeliveryStore, SubscriptionKey, Webhook, WebhookEvent, WebhookStore } from '../domain/webhook-stores.ts';
import { AppError } from '../errors.ts';
import { presentEvent, presentTestEvent, testText } from '../wire/webhook-wire.ts';
import { refusalOf, testRefusalOf } from './answer.ts';
import { messageIdOf, seal } from './message.ts';
import { SendError, type Sender, type SenderAnswer } from './sender.ts';

export interface AttemptParts {
  readonly deliveries: DeliveryStore;
  readonly webhooks: WebhookStore;
  readonly vault: Vault;
  readonly sender: Sender;
  readonly clock: Clock;
}

/** What came of it; `reason` is for the receiver's owner. `gone`: the receiver wants no more, and the webhook is paused. */
export type Attempt = { readonly result: 'accepted' } | { readonly result: 'refused' | 'gone'; readonly reason: string };

/**
 * Sends an event once, encrypted and signed under the secret that is in force now. `null`: nobody is to be told any more, and nothing
 * was sent.
 */
export async function attempt(parts: AttemptParts, key: SubscriptionKey, event: WebhookEvent): Promise<Attempt | null> {
  const state = await parts.deliveries.attempt(key, event.objectId);
  if (state === null) return null;
  const { webhook, serialId } = state;
  const messageId = messageIdOf(key, event.revision);
  const plaintext = presentEvent(key.kind, event.action, event.objectId, serialId);
  const answer = await exchange(parts, webhook, messageId, plaintext);
  if (typeof answer === 'string') return { result: 'refused', reason: answer };
  if (answer.status === 410) {
    await parts.webhooks.pause(webhook);
    return { result: 'gone', reason: 'HTTP 410: the webhook is paused until its URL is set again' };
  }
  const refusal = refusalOf(answer, messageId);
  return refusal === null ? { result: 'accepted' } : { result: 'refused', reason: refusal };
}

/** Sends the test event. Throws `webhook_test_failed` with the reason when it is not accepted. */
export async function sendTest(parts: Pick<AttemptParts, 'vault' | 'sender' | 'clock'>, webhook: Webhook): Promise<void> {
  const messageId = `msg_${randomBytes(16).toString('hex')}`;
  const answer = await exchange(parts, webhook, messageId, presentTestEvent());
  const reason = typeof answer === 'string' ? answer : testRefusalOf(answer, messageId, testText);
  if (reason !== null) throw new AppError('webhook_test_failed', { reason });
}

/** The answer, or why there is none. */
async function exchange(
  { vault, sender, clock }: Pick<AttemptParts, 'vault' | 'sender' | 'clock'>,
  { tenantId, clientId, callbackUrl, sealedSecret }: Webhook,
  messageId: string,
  plaintext: string,
): Promise<SenderAnswer | string> {
  try {
    const secret = vault.open(sealedSecret, secretPurpose(tenantId, clientId), 'the secret of the webhook');
    const { headers, body } = seal(plaintext, messageId, secret, clock());
    return await sender.send(callbackUrl, headers, body);
  } catch (error) {
    if (error instanceof SendError) return error.reason;
    if (error instanceof AppError) return error.message;
    throw error;
  }
}
