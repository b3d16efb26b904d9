import type { Delivery, EventPortion, Outcome, Subscription, SubscriptionKey, WebhookEvent } from '../domain/webhook-stores.ts';
import { type AttemptParts, attempt } from './attempt.ts';
import { Backoff } from './backoff.ts';
import { messageIdOf } from './message.ts';
import { Progress } from './progress.ts';
import { nextTry } from './schedule.ts';

/** Where the deliverer writes what its owner should know. */
export interface Log {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
}

export interface WorkerParts extends AttemptParts {
  readonly log: Log;
  /** Counts an attempt by what came of it. */
  readonly attempted: (result: 'accepted' | 'refused' | 'parked') => void;
}

/** Objects that are told of at the same time. */
const lanes = 4;
/** New events that are taken out of the log at a time, and deliveries that are tried again. */
const mostTaken = 100;
const mostDue = 1_000;

/**
 * Tells one subscription what is due: deliveries that waited first, then what the log has after the cursor. Events about one object
 * go one after the other; several objects at once.
 */
export class Worker {
  readonly #parts: WorkerParts;
  readonly #key: SubscriptionKey;
  readonly #backoff: Backoff;
  /** Take nothing new: the program stops, the subscription was ended, or its webhook paused. */
  #halted = false;
  #stopping = false;

  constructor(parts: WorkerParts, key: SubscriptionKey) {
    this.#parts = parts;
    this.#key = key;
    this.#backoff = new Backoff(parts.clock);
  }

  /** What is under way is finished and kept; nothing else is begun. */
  stop(): void {
    this.#stopping = true;
    this.#halted = true;
  }

  /** Does all that is due now, and says whether there was anything. `over`: the subscription is not told anything any more. */
  async run(): Promise<'idle' | 'worked' | 'over'> {
    const { deliveries, clock } = this.#parts;
    for (let worked = false; ; worked = true) {
      const result = worked ? 'worked' : 'idle';
      if (this.#stopping) return result;
      this.#halted = false;
      const subscription = await deliveries.open(this.#key);
      if (subscription === null) return 'over';
      const due = await deliveries.due(this.#key, clock(), mostDue);
      if (due.length > 0) await this.#retry(due);
      else {
        const allowance = this.#backoff.allowance(mostTaken);
        if (allowance === 0) return result;
        const portion = await deliveries.take(subscription, allowance);
        if (portion.upTo === subscription.cursor) return result;
        if (portion.events.length > 0) this.#backoff.taken();
        await this.#tellNew(subscription, portion);
      }
    }
  }

  /** Deliveries that are due. A refused one keeps the later ones about its object waiting, and so does the store. */
  async #retry(due: readonly Delivery[]): Promise<void> {
    const open = [...due];
    const busy = new Set<number>();
    const behind = new Set<number>();
    await this.#inLanes(async () => {
      const place = open.findIndex(({ objectId }) => !busy.has(objectId) && !behind.has(objectId));
      if (place < 0) return false;
      const [delivery] = open.splice(place, 1) as [Delivery];
      const { objectId } = delivery;
      busy.add(objectId);
      const outcome = await this.#try(delivery, delivery);
      if (outcome === null) return false;
      if (outcome.delivery?.state === 'waiting') behind.add(objectId);
      await this.#parts.deliveries.settle(this.#key, [outcome]);
      busy.delete(objectId);
      return true;
    });
  }

  /** Events out of the log; the cursor follows. */
  async #tellNew(subscription: Subscription, portion: EventPortion): Promise<void> {
    const { deliveries, clock } = this.#parts;
    const progress = new Progress(subscription, portion);
    const keep = async (): Promise<void> => {
      const step = progress.step();
      if (step !== null && !(await deliveries.advance(step.from, step.cursor, step.outcomes))) this.#halted = true;
    };
    let keeping = Promise.resolve();
    const keepInTurn = (): Promise<void> => {
      keeping = keeping.then(keep);
      return keeping;
    };
    await this.#inLanes(async () => {
      const event = progress.next();
      if (event === null) return false;
      const outcome = await this.#try(event, null);
      if (outcome === null) return false;
      progress.tried(outcome);
      if (this.#backoff.down) progress.leaveRest();
      await keepInTurn();
      return true;
    });
    if (this.#halted) progress.breakOff(clock());
    await keepInTurn();
  }

  /** Runs a step again and again, in several lanes, until none has anything to do; what is under way always ends first. */
  async #inLanes(step: () => Promise<boolean>): Promise<void> {
    const lane = async (): Promise<void> => {
      while (!this.#halted && (await step()));
    };
    const ends = await Promise.allSettled(
      Array.from({ length: lanes }, () =>
        lane().catch((error: unknown) => {
          this.#halted = true;
          throw error;
        }),
      ),
    );
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
  }

  /** Tries an event; `null` when nobody is to be told any more. */
  async #try(event: WebhookEvent, before: Delivery | null): Promise<Outcome | null> {
    const { clock, log, attempted } = this.#parts;
    const { tenantId, clientId } = this.#key;
    const done = await attempt(this.#parts, this.#key, event);
    if (done === null) {
      this.#halted = true;
      return null;
    }
    if (done.result === 'accepted') {
      this.#backoff.accepted();
      attempted('accepted');
      return { event, delivery: null };
    }
    const now = clock();
    const attempts = (before?.attempts ?? 0) + 1;
    const firstAt = before?.firstAt ?? now;
    const delivery: Delivery = { ...event, attempts, firstAt, nextAt: now, state: 'waiting', lastError: done.reason };
    const details = {
      tenant: tenantId,
      application: clientId,
      message: messageIdOf(this.#key, event.revision),
      attempts,
      reason: done.reason,
    };
    if (done.result === 'gone') {
      this.#halted = true;
      attempted('refused');
      log.warn(details, 'the receiver is gone; the webhook is paused');
      return { event, delivery };
    }
    this.#backoff.refused(event.objectId);
    const nextAt = nextTry(attempts, firstAt, now);
    attempted(nextAt === null ? 'parked' : 'refused');
    if (nextAt === null) {
      log.warn(details, 'a delivery was parked');
      return { event, delivery: { ...delivery, state: 'parked' } };
    }
    log.info(details, 'a delivery was not accepted');
    return { event, delivery: { ...delivery, nextAt } };
  }
}
