import { randomBytes } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import type { Clock } from './stores.ts';
import type { Vault } from './vault.ts';
import type { EventAction, EventKind, Subscription, SubscriptionKey, Webhook, WebhookStore } from './webhook-stores.ts';

/** Whose webhook it is. */
export type Owner = Pick<Caller, 'tenantId' | 'clientId'>;

/** What the rules need from the sending side. */
export interface WebhookParts {
  readonly webhooks: WebhookStore;
  readonly vault: Vault;
  readonly clock: Clock;
  /** Throws `bad_parameter` for a URL that could never be sent to. */
  readonly checkUrl: (callbackUrl: string) => void;
  /** Sends a test event and waits for the answer; throws `webhook_test_failed` with the reason. */
  readonly sendTest: (webhook: Webhook) => Promise<void>;
}

/** What an application sets up to be told of changes. Secrets are in clear only on their way out of here. */
export class Webhooks {
  readonly #parts: WebhookParts;

  constructor(parts: WebhookParts) {
    this.#parts = parts;
  }

  /** Sets where the application is told, and answers the secret. Asked again, URL and secret are new; subscriptions stay. */
  async set({ tenantId, clientId }: Owner, callbackUrl: string): Promise<string> {
    const { webhooks, vault, clock, checkUrl } = this.#parts;
    checkUrl(callbackUrl);
    const secret = newSecret();
    const sealedSecret = vault.seal(secret, secretPurpose(tenantId, clientId));
    await webhooks.put({ tenantId, clientId, callbackUrl, sealedSecret, paused: false, createdAt: clock() });
    return secret;
  }

  /** Another URL, or the same again: a pause ends, and what waits is tried at once. Throws `not_found`. */
  async setUrl({ tenantId, clientId }: Owner, callbackUrl: string): Promise<void> {
    this.#parts.checkUrl(callbackUrl);
    found(await this.#parts.webhooks.setUrl(tenantId, clientId, callbackUrl, this.#parts.clock()));
  }

  /** Throws `not_found`. */
  async get({ tenantId, clientId }: Owner): Promise<Webhook> {
    return found(await this.#parts.webhooks.get(tenantId, clientId));
  }

  /** Ends subscriptions and deliveries too. Throws `not_found`. */
  async remove({ tenantId, clientId }: Owner): Promise<void> {
    found(await this.#parts.webhooks.remove(tenantId, clientId));
  }

  /** Throws `not_found`, or `webhook_test_failed` with the reason. */
  async test(owner: Owner): Promise<void> {
    await this.#parts.sendTest(await this.get(owner));
  }

  /** A new secret, in force for the next attempt of whatever waits. Throws `not_found`. */
  async regenerateSecret({ tenantId, clientId }: Owner): Promise<string> {
    const secret = newSecret();
    const sealed = this.#parts.vault.seal(secret, secretPurpose(tenantId, clientId));
    found(await this.#parts.webhooks.setSecret(tenantId, clientId, sealed));
    return secret;
  }

  /** From now on, or, where there is such a subscription, with these events from where it stands. Throws `webhook_missing`. */
  async subscribe(owner: Owner, kind: EventKind, events: readonly EventAction[]): Promise<void> {
    if (!(await this.#parts.webhooks.subscribe(keyOf(owner, kind), events))) throw new AppError('webhook_missing');
  }

  async subscriptions({ tenantId, clientId }: Owner): Promise<Subscription[]> {
    return this.#parts.webhooks.subscriptions(tenantId, clientId);
  }

  /** Throws `not_found`. */
  async subscription(owner: Owner, kind: EventKind): Promise<Subscription> {
    return found((await this.subscriptions(owner)).find((subscription) => subscription.kind === kind));
  }

  /** Other events from where it stands. Throws `not_found`. */
  async setEvents(owner: Owner, kind: EventKind, events: readonly EventAction[]): Promise<void> {
    found(await this.#parts.webhooks.setEvents(keyOf(owner, kind), events));
  }

  /** Ends its deliveries too. Throws `not_found`. */
  async unsubscribe(owner: Owner, kind: EventKind): Promise<void> {
    found(await this.#parts.webhooks.unsubscribe(keyOf(owner, kind)));
  }
}

/** Base64 of 32 random bytes: receivers sign with the text and decrypt with the bytes (docs/wire.md#webhooks). */
const newSecret = (): string => randomBytes(32).toString('base64');

/** Binds a sealed secret to its application. */
export const secretPurpose = (tenantId: number, clientId: string): string => `webhook ${tenantId} ${clientId}`;

const keyOf = ({ tenantId, clientId }: Owner, kind: EventKind): SubscriptionKey => ({ tenantId, clientId, kind });

function found<T>(value: T | null | undefined | false): T {
  if (value === null || value === undefined || value === false) throw new AppError('not_found');
  return value;
}
