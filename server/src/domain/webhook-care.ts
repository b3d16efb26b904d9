import { AppError, shortened } from '../errors.ts';
import type { Application, ApplicationStore, Page } from './stores.ts';
import type { Delivery, DeliveryStore, SubscriptionKey, SubscriptionState, Webhook, WebhookStore } from './webhook-stores.ts';

/** An application's webhook and how its subscriptions are doing. */
export interface WebhookState {
  readonly application: Application;
  readonly webhook: Webhook;
  readonly subscriptions: readonly SubscriptionState[];
}

/** With the id under which the receiver knows it. */
export type NamedDelivery = SubscriptionKey & Delivery & { readonly messageId: string };

/** The webhooks of all applications, as an admin sees to them. */
export class WebhookCare {
  readonly #applications: ApplicationStore;
  readonly #webhooks: WebhookStore;
  readonly #deliveries: DeliveryStore;
  readonly #messageIdOf: (key: SubscriptionKey, revision: number) => string;

  constructor(parts: {
    applications: ApplicationStore;
    webhooks: WebhookStore;
    deliveries: DeliveryStore;
    messageIdOf: (key: SubscriptionKey, revision: number) => string;
  }) {
    this.#applications = parts.applications;
    this.#webhooks = parts.webhooks;
    this.#deliveries = parts.deliveries;
    this.#messageIdOf = parts.messageIdOf;
  }

  /** By the ids of the applications that have one. */
  async list(tenantId: number): Promise<WebhookState[]> {
    const [applications, subscriptions] = await Promise.all([
      this.#applications.list(tenantId),
      this.#deliveries.overview(tenantId),
    ]);
    const states = await Promise.all(
      applications.map(async (application): Promise<WebhookState | null> => {
        const webhook = await this.#webhooks.get(tenantId, application.clientId);
        const own = subscriptions.filter(({ clientId }) => clientId === application.clientId);
        return webhook === null ? null : { application, webhook, subscriptions: own };
      }),
    );
    return states.filter((state) => state !== null);
  }

  /** What was tried and not accepted, or only what is parked; a page of it, by application, kind and revision. */
  async deliveries(tenantId: number, parkedOnly: boolean, page: Page): Promise<{ rows: NamedDelivery[]; total: number }> {
    const all = await this.#deliveries.list(tenantId, parkedOnly);
    const from = (page.number - 1) * page.size;
    return { rows: all.slice(from, from + page.size).map((one) => this.#named(one)), total: all.length };
  }

  /** Sends parked events again, those of these ids or with `null` all; answers how many. Throws `not_acceptable` for an id that is none's. */
  async replay(tenantId: number, messageIds: readonly string[] | null): Promise<number> {
    const parked = (await this.#deliveries.list(tenantId, true)).map((one) => this.#named(one));
    const chosen = messageIds === null ? parked : parked.filter(({ messageId }) => messageIds.includes(messageId));
    const missing = messageIds?.find((id) => !chosen.some(({ messageId }) => messageId === id));
    if (missing !== undefined)
      throw new AppError('not_acceptable', {
        reason: `no parked event has the message id ${JSON.stringify(shortened(missing))}`,
      });
    await this.#deliveries.replay(tenantId, chosen);
    return chosen.length;
  }

  #named(delivery: SubscriptionKey & Delivery): NamedDelivery {
    return { ...delivery, messageId: this.#messageIdOf(delivery, delivery.revision) };
  }
}
