import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  SubscribeBody,
  SubscribeData,
  SubscriptionChangeBody,
  SubscriptionChangeData,
  SubscriptionData,
  SubscriptionsData,
  UnsubscribeData,
  WebhookChangeBody,
  WebhookChangeData,
  WebhookGetData,
  WebhookRegenerateSecretData,
  WebhookRemoveData,
  WebhookSetBody,
  WebhookSetData,
  WebhookTestData,
} from './wire.ts';

export type SubscribeType = NonNullable<SubscribeBody['subscribe_type']>;

/** Where this application is told of changes, and of which. */
export class Webhooks extends Resource {
  /**
   * Sets the address, and answers the secret, which is shown only here.
   *
   * @example
   * const { security_config } = await client.webhooks.set({ callbackUrl: 'https://crm.example.com/okki' });
   * console.log('the secret:', security_config);
   */
  set(webhook: Input<WebhookSetBody>, options: CallOptions = {}): Promise<WebhookSetData> {
    return this.send('/v1/webhook', webhook, options);
  }

  /**
   * Changes the address; the secret stays.
   *
   * @example
   * const { callback_url } = await client.webhooks.update({ callbackUrl: 'https://crm.example.com/new' });
   * console.log(callback_url);
   */
  update(webhook: Input<WebhookChangeBody>, options: CallOptions = {}): Promise<WebhookChangeData> {
    return this.transport.call({ method: 'PUT', path: '/v1/webhook', body: webhook }, options);
  }

  /**
   * The webhook as it is set, without its secret; code 404 when there is none.
   *
   * @example
   * console.log((await client.webhooks.get()).callback_url);
   */
  get(options: CallOptions = {}): Promise<WebhookGetData> {
    return this.read('/v1/webhook', undefined, options);
  }

  /**
   * Sends the test event; throws `GenjinError` when it was not answered as it should be.
   *
   * @example
   * await client.webhooks.test();
   * console.log('the receiver answers as it should');
   */
  test(options: CallOptions = {}): Promise<WebhookTestData> {
    return this.send('/v1/webhook/test', undefined, options);
  }

  /**
   * A new secret, in force at once.
   *
   * @example
   * const { webhook_secret } = await client.webhooks.regenerateSecret();
   * console.log('the secret from now on:', webhook_secret);
   */
  regenerateSecret(options: CallOptions = {}): Promise<WebhookRegenerateSecretData> {
    return this.send('/v1/webhook/regenerate-secret', undefined, options);
  }

  /**
   * Subscribes to events of one module.
   *
   * @example
   * await client.webhooks.subscribe({
   *   subscribeType: 'crm.dynamic_trail',
   *   subscribeConfigs: [{ bizType: 'xiaoman.crm.dynamic_trail.create' }],
   * });
   * console.log('subscribed');
   */
  subscribe(subscription: Input<SubscribeBody>, options: CallOptions = {}): Promise<SubscribeData> {
    return this.send('/v1/subscribe', subscription, options);
  }

  /**
   * All subscriptions.
   *
   * @example
   * for (const { subscribe_type, subscribe_config } of await client.webhooks.subscriptions()) {
   *   console.log(subscribe_type, subscribe_config);
   * }
   */
  subscriptions(options: CallOptions = {}): Promise<SubscriptionsData> {
    return this.read('/v1/subscribe', undefined, options);
  }

  /**
   * One subscription; code 404 when there is none.
   *
   * @example
   * const { subscribe_config } = await client.webhooks.subscription('crm.dynamic_trail');
   * console.log(subscribe_config);
   */
  subscription(subscribeType: SubscribeType, options: CallOptions = {}): Promise<SubscriptionData> {
    return this.read(subscriptionPath(subscribeType), undefined, options);
  }

  /**
   * Other events of a module that is subscribed to.
   *
   * @example
   * await client.webhooks.updateSubscription('crm.dynamic_trail', {
   *   subscribeConfigs: [{ bizType: 'xiaoman.crm.dynamic_trail.update' }, { bizType: 'xiaoman.crm.dynamic_trail.delete' }],
   * });
   * console.log('changed');
   */
  updateSubscription(
    subscribeType: SubscribeType,
    subscription: Input<Omit<SubscriptionChangeBody, 'subscribe_type'>>,
    options: CallOptions = {},
  ): Promise<SubscriptionChangeData> {
    const body = { subscribe_type: subscribeType, ...subscription };
    return this.transport.call({ method: 'PUT', path: subscriptionPath(subscribeType), body }, options);
  }

  /**
   * Ends a subscription.
   *
   * @example
   * await client.webhooks.unsubscribe('crm.dynamic_trail');
   * console.log('unsubscribed');
   */
  unsubscribe(subscribeType: SubscribeType, options: CallOptions = {}): Promise<UnsubscribeData> {
    return this.transport.call({ method: 'DELETE', path: subscriptionPath(subscribeType) }, options);
  }

  /**
   * Removes the webhook with its subscriptions.
   *
   * @example
   * await client.webhooks.delete();
   * console.log('no more webhooks');
   */
  delete(options: CallOptions = {}): Promise<WebhookRemoveData> {
    return this.transport.call({ method: 'DELETE', path: '/v1/webhook' }, options);
  }
}

const subscriptionPath = (subscribeType: string): string => `/v1/subscribe/${encodeURIComponent(subscribeType)}`;
