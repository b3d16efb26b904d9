import type { TenantStore } from '../domain/stores.ts';
import type { SubscriptionKey } from '../domain/webhook-stores.ts';
import { Worker, type WorkerParts } from './worker.ts';

/** How often the log and the deliveries are looked at, in ms. */
const interval = 250;
/** How long a subscription rests after an error of our own, such as a store that does not answer, in ms. */
const rest = 10_000;

export interface DelivererParts extends WorkerParts {
  readonly tenants: TenantStore;
}

interface Employed {
  readonly worker: Worker;
  running: Promise<'idle' | 'worked' | 'over'> | null;
  restsUntil: number;
}

/** Tells all subscriptions of what happens: a worker each, so that a slow receiver delays nobody else. */
export class Deliverer {
  readonly #parts: DelivererParts;
  readonly #employed = new Map<string, Employed>();
  #timer: NodeJS.Timeout | null = null;
  #polling: Promise<void> = Promise.resolve();
  #stopped = false;
  #ailing = false;

  constructor(parts: DelivererParts) {
    this.#parts = parts;
  }

  /** Looks again and again, until it is stopped. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#polling = this.#poll().then(() => this.start());
    }, interval).unref();
  }

  /** Does everything that is due now and resolves when nothing is left to do at this time. */
  async settle(): Promise<void> {
    while (!this.#stopped) {
      const results = await Promise.all(await this.#wake());
      if (!results.includes('worked')) return;
    }
  }

  /** Begins nothing new and resolves when what is under way is sent and kept. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const { worker } of this.#employed.values()) worker.stop();
    await this.#polling;
    await Promise.all([...this.#employed.values()].map(({ running }) => running));
  }

  async #poll(): Promise<void> {
    try {
      await this.#wake();
      this.#ailing = false;
    } catch (error) {
      // Once, and not four times a second.
      if (!this.#ailing) this.#parts.log.error({ err: error }, 'the deliverer could not look for events');
      this.#ailing = true;
    }
  }

  /** Sets a worker to each subscription where something is due; answers all that are at work. */
  async #wake(): Promise<Promise<'idle' | 'worked' | 'over'>[]> {
    const now = this.#parts.clock();
    for (const { tenantId } of await this.#parts.tenants.list()) {
      for (const key of await this.#parts.deliveries.stirring(tenantId, now)) if (!this.#stopped) this.#employ(key, now);
    }
    return [...this.#employed.values()].flatMap(({ running }) => (running === null ? [] : [running]));
  }

  #employ(key: SubscriptionKey, now: number): void {
    const name = `${key.tenantId} ${key.clientId} ${key.kind}`;
    const one = this.#employed.get(name) ?? { worker: new Worker(this.#parts, key), running: null, restsUntil: 0 };
    this.#employed.set(name, one);
    if (one.running !== null || one.restsUntil > now) return;
    one.running = one.worker
      .run()
      .catch((error: unknown): 'idle' => {
        this.#parts.log.error({ err: error, tenant: key.tenantId, application: key.clientId }, 'deliveries rest after an error');
        one.restsUntil = now + rest;
        return 'idle';
      })
      .then((result) => {
        one.running = null;
        // What was known of the receiver is forgotten: who resumes begins anew.
        if (result === 'over') this.#employed.delete(name);
        return result;
      });
  }
}
