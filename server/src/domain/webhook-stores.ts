/** What the rules and the deliverer of webhooks need from storage; as stores.ts, in the words of the trade. */

import type { Page } from './stores.ts';

/** The kinds whose changes an application may be told of. */
export type EventKind = 'trail' | 'company' | 'contact' | 'lead' | 'opportunity';

/** What an event says was done: an object that comes back counts as recorded (docs/wire.md#webhooks). */
export type EventAction = 'recorded' | 'edited' | 'removed';

/** Where an application wants to be told, one per application. */
export interface Webhook {
  readonly tenantId: number;
  readonly clientId: string;
  readonly callbackUrl: string;
  /** See `Vault.seal`. */
  readonly sealedSecret: string;
  /** The receiver said that it is gone; cursors and deliveries stay where they are. */
  readonly paused: boolean;
  readonly createdAt: number;
}

/** Names a subscription: one per application and kind. */
export interface SubscriptionKey {
  readonly tenantId: number;
  readonly clientId: string;
  readonly kind: EventKind;
}

/** A cursor in the change log: every event up to it was accepted, or stands as a delivery. */
export interface Subscription extends SubscriptionKey {
  readonly events: readonly EventAction[];
  /** A revision. */
  readonly cursor: number;
}

export interface SubscriptionState extends Subscription {
  /** Changes of any kind that it has not looked at. */
  readonly distance: number;
  readonly paused: boolean;
  /** Its application was. */
  readonly revoked: boolean;
}

/** One change, as an application is told of it. */
export interface WebhookEvent {
  readonly revision: number;
  readonly objectId: number;
  readonly action: EventAction;
}

/** An event that was not accepted yet: it waits for a try, or is parked. */
export interface Delivery extends WebhookEvent {
  /** Those of the present schedule. */
  readonly attempts: number;
  /** The first of them; `null` before it. */
  readonly firstAt: number | null;
  readonly nextAt: number;
  readonly state: 'waiting' | 'parked';
  /** Empty before the first attempt. */
  readonly lastError: string;
}

/** What became of an event: accepted, or it is a delivery from now on. */
export interface Outcome {
  readonly event: WebhookEvent;
  readonly delivery: Delivery | null;
}

/** Webhooks and subscriptions, as their applications set them up. */
export interface WebhookStore {
  get(tenantId: number, clientId: string): Promise<Webhook | null>;
  /** Makes it, or replaces its URL and secret and ends its pause; what waits begins its schedule anew. */
  put(webhook: Webhook): Promise<void>;
  /** Likewise, but for the secret; `false` when there is none. */
  setUrl(tenantId: number, clientId: string, callbackUrl: string, now: number): Promise<boolean>;
  setSecret(tenantId: number, clientId: string, sealedSecret: string): Promise<boolean>;
  /** Pauses it if it still is the one that was sent to. */
  pause(webhook: Webhook): Promise<void>;
  /** Ends its subscriptions and deliveries too; `false` when there is none. */
  remove(tenantId: number, clientId: string): Promise<boolean>;
  subscriptions(tenantId: number, clientId: string): Promise<Subscription[]>;
  /** Of every application, by their ids. */
  list(tenantId: number): Promise<Webhook[]>;
  /** Makes it at the log's head, or changes its events where it stands; `false` when there is no webhook. */
  subscribe(key: SubscriptionKey, events: readonly EventAction[]): Promise<boolean>;
  /** `false` when there is none. */
  setEvents(key: SubscriptionKey, events: readonly EventAction[]): Promise<boolean>;
  /** Ends its deliveries too; `false` when there is none. */
  unsubscribe(key: SubscriptionKey): Promise<boolean>;
}

/** What an attempt needs to know, read afresh for each. */
export interface AttemptState {
  readonly webhook: Webhook;
  /** The number that people gave the object, now; `''` where it has none. */
  readonly serialId: string;
}

/** A portion of the log: its events, and the revision up to which it was looked at. */
export interface EventPortion {
  readonly events: readonly NewEvent[];
  readonly upTo: number;
}

export interface NewEvent extends WebhookEvent {
  /** When an earlier event about the same object is tried again; `null` when none waits. */
  readonly behindUntil: number | null;
}

/** What the deliverer needs: the events after the cursors, and the deliveries. Whose webhook is paused is told nothing, nor who is revoked. */
export interface DeliveryStore {
  /** Subscriptions with something to look at: changes after the cursor, or a delivery that is due. */
  stirring(tenantId: number, now: number): Promise<SubscriptionKey[]>;
  /** `null` when it is there no more, its webhook is paused, or its application revoked. */
  open(key: SubscriptionKey): Promise<Subscription | null>;
  /** Deliveries that are due, by revision; none that an earlier one about the same object keeps waiting. */
  due(key: SubscriptionKey, now: number, limit: number): Promise<Delivery[]>;
  /** Looks at the changes after the cursor, up to so many events. */
  take(subscription: Subscription, limit: number): Promise<EventPortion>;
  /** `null` as for `open`. */
  attempt(key: SubscriptionKey, objectId: number): Promise<AttemptState | null>;
  /**
   * Keeps what became of events out of the log, and that the cursor moves on, in one write. `false` when the subscription is not the
   * one that was read any more; then nothing is kept.
   */
  advance(subscription: Subscription, cursor: number, outcomes: readonly Outcome[]): Promise<boolean>;
  /** Keeps what became of deliveries; those that are gone stay gone. Later ones about an object wait no shorter than the earlier. */
  settle(key: SubscriptionKey, outcomes: readonly Outcome[]): Promise<void>;
  /** For people: every delivery of the tenant, or the parked ones. */
  list(tenantId: number, parkedOnly: boolean): Promise<(SubscriptionKey & Delivery)[]>;
  /** For people: some of them, in one state or with `null` in any, the latest change first. */
  page(
    tenantId: number,
    state: Delivery['state'] | null,
    page: Page,
  ): Promise<{ total: number; rows: (SubscriptionKey & Delivery)[] }>;
  /** For people: every subscription of the tenant, and how it is doing. */
  overview(tenantId: number): Promise<SubscriptionState[]>;
  /** Parked deliveries wait again, from the beginning of the schedule. */
  replay(tenantId: number, deliveries: readonly (SubscriptionKey & { readonly revision: number })[]): Promise<void>;
}
