import { AppError } from '../errors.ts';
import type { ApplicationStore, Page } from './stores.ts';
import type { Owner } from './webhook.ts';
import type { Delivery, DeliveryStore, SubscriptionKey, SubscriptionState, Webhook, WebhookStore } from './webhook-stores.ts';

/** A webhook as an admin sees it. */
export interface WebhookState {
  readonly webhook: Webhook;
  readonly applicationName: string;
  /** Its application was. */
  readonly revoked: boolean;
  readonly subscriptions: readonly SubscriptionState[];
}

export type KeptDelivery = SubscriptionKey & Delivery;

/** Names an event, as its receiver knows it. */
export type MessageIdOf = (key: SubscriptionKey, revision: number) => string;

/** The webhooks of all applications of an enterprise, for who sees to them. */
export class WebhookCare {
  readonly #webhooks: WebhookStore;
  readonly #deliveries: DeliveryStore;
  readonly #applications: ApplicationStore;
  readonly #messageIdOf: MessageIdOf;

  constructor(parts: {
    webhooks: WebhookStore;
    deliveries: DeliveryStore;
    applications: ApplicationStore;
    messageIdOf: MessageIdOf;
  }) {
    this.#webhooks = parts.webhooks;
    this.#deliveries = parts.deliveries;
    this.#applications = parts.applications;
    this.#messageIdOf = parts.messageIdOf;
  }

  /** By the ids of their applications. */
  async list(tenantId: number): Promise<WebhookState[]> {
    const [webhooks, subscriptions, applications] = await Promise.all([
      this.#webhooks.list(tenantId),
      this.#deliveries.overview(tenantId),
      this.#applications.list(tenantId),
    ]);
    return webhooks.map((webhook) => {
      const application = applications.find(({ clientId }) => clientId === webhook.clientId);
      return {
        webhook,
        applicationName: application?.name ?? '',
        revoked: application === undefined || application.revokedAt !== null,
        subscriptions: subscriptions.filter(({ clientId }) => clientId === webhook.clientId),
      };
    });
  }

  /** Nothing is sent until it is set again; nothing is lost. Throws `not_found`. */
  async pause({ tenantId, clientId }: Owner): Promise<void> {
    const webhook = await this.#webhooks.get(tenantId, clientId);
    if (webhook === null) throw new AppError('not_found');
    await this.#webhooks.pause(webhook);
  }

  /** Events that were not accepted yet, the latest first. */
  deliveries(tenantId: number, state: Delivery['state'] | null, page: Page): Promise<{ total: number; rows: KeptDelivery[] }> {
    return this.#deliveries.page(tenantId, state, page);
  }

  messageIdOf(delivery: KeptDelivery): string {
    return this.#messageIdOf(delivery, delivery.revision);
  }

  /** Sends parked events again, those with these message ids or, for `null`, all; answers how many. Throws `no_such_message`, doing nothing. */
  async replay(tenantId: number, messageIds: readonly string[] | null): Promise<number> {
    const wanted = new Set(messageIds);
    const parked = await this.#deliveries.list(tenantId, true);
    const found = messageIds === null ? parked : parked.filter((delivery) => wanted.delete(this.messageIdOf(delivery)));
    const [missing] = wanted;
    if (missing !== undefined) throw new AppError('no_such_message', { value: missing });
    await this.#deliveries.replay(tenantId, found);
    return found.length;
  }
}
