import type { EventPortion, NewEvent, Outcome, Subscription, WebhookEvent } from '../domain/webhook-stores.ts';

/** What is to be kept in one write: outcomes, and how far the cursor goes with them. */
export interface Step {
  readonly from: Subscription;
  readonly cursor: number;
  readonly outcomes: readonly Outcome[];
}

/** A portion of the log on its way: what is tried next, and how far the cursor may follow, which is as far as every event has an outcome. */
export class Progress {
  readonly #subscription: Subscription;
  /** Events that the cursor has not passed, in order. */
  #open: readonly NewEvent[];
  readonly #outcomes = new Map<WebhookEvent, Outcome>();
  readonly #busy = new Set<number>();
  /** Objects of which an earlier event waits, and until when. */
  readonly #behind = new Map<number, number>();
  /** Where the cursor is, or will be when the steps that were handed out are kept. */
  #cursor: number;
  /** Where it goes when all is done. */
  #end: number;
  #lastTried = 0;

  constructor(subscription: Subscription, { events, upTo }: EventPortion) {
    this.#subscription = subscription;
    this.#open = events;
    this.#cursor = subscription.cursor;
    this.#end = upTo;
    for (const { objectId, behindUntil } of events) if (behindUntil !== null) this.#behind.set(objectId, behindUntil);
  }

  /** The next event whose object is free, to be tried. Those behind another one become deliveries on the way. */
  next(): WebhookEvent | null {
    for (const event of this.#open) {
      if (this.#outcomes.has(event) || this.#busy.has(event.objectId)) continue;
      const until = this.#behind.get(event.objectId);
      if (until === undefined) {
        this.#busy.add(event.objectId);
        this.#lastTried = Math.max(this.#lastTried, event.revision);
        return event;
      }
      this.#wait(event, until);
    }
    return null;
  }

  /** What became of an event that was tried. */
  tried(outcome: Outcome): void {
    const { event, delivery } = outcome;
    this.#outcomes.set(event, outcome);
    if (delivery !== null) this.#behind.set(event.objectId, delivery.nextAt);
    this.#busy.delete(event.objectId);
  }

  /** What comes after everything that was tried stays in the log. */
  leaveRest(): void {
    // The cursor may have passed some that wait behind others.
    this.#end = Math.min(this.#end, Math.max(this.#lastTried, this.#cursor));
    this.#open = this.#open.filter(({ revision }) => revision <= this.#end);
  }

  /** Nothing more is tried. What lies between events that were accepted waits, so that none of these is sent again. */
  breakOff(now: number): void {
    this.leaveRest();
    for (const event of this.#open) if (!this.#outcomes.has(event)) this.#wait(event, now);
  }

  /** What can be kept beyond the steps before; they are to be kept one after the other. */
  step(): Step | null {
    const first = this.#open.findIndex((event) => !this.#outcomes.has(event));
    const done = first < 0 ? this.#open : this.#open.slice(0, first);
    const from = { ...this.#subscription, cursor: this.#cursor };
    const cursor = first < 0 ? this.#end : (done.at(-1)?.revision ?? this.#cursor);
    if (cursor === this.#cursor) return null;
    this.#open = this.#open.slice(done.length);
    this.#cursor = cursor;
    return { from, cursor, outcomes: done.flatMap((event) => this.#outcomes.get(event) ?? []) };
  }

  #wait(event: WebhookEvent, nextAt: number): void {
    const { revision, objectId, action } = event;
    const untried = { attempts: 0, firstAt: null, state: 'waiting', lastError: '' } as const;
    this.#outcomes.set(event, { event, delivery: { revision, objectId, action, nextAt, ...untried } });
  }
}
