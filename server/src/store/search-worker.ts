import type { TenantStore } from '../domain/stores.ts';
import type { Db } from './db.ts';
import { followPortion, searchProgress } from './search-follower.ts';

/** How often the log is looked at, in ms. */
const interval = 500;
/** Changes that are worth a portion at once … */
const worthwhile = 256;
/** … and how long fewer ones wait, in ms: until then searches look at them themselves, which costs some µs each. */
const patience = 5000;
/** After a portion the requests have the thread for as long as it took, but at most so many ms. */
const longestRest = 100;

export interface SearchWorkerParts {
  readonly db: Db;
  readonly tenants: TenantStore;
  /** Is told what went wrong; the same is tried again later. */
  failed(error: unknown): void;
}

/** Keeps the search index of every tenant near the end of its log, beside the requests. Its owner starts and stops it. */
export class SearchWorker {
  readonly #parts: SearchWorkerParts;
  /** By tenant, when its index was last brought to the end. */
  readonly #followedAt = new Map<number, number>();
  #timer: NodeJS.Timeout | null = null;
  #following: Promise<void> = Promise.resolve();
  #stopped = false;
  #ailing = false;

  constructor(parts: SearchWorkerParts) {
    this.#parts = parts;
  }

  /** Looks again and again, until it is stopped. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#following = this.#follow().then(() => this.start());
    }, interval).unref();
  }

  /** Begins no other portion and resolves when the one under way is written. */
  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#following;
  }

  async #follow(): Promise<void> {
    try {
      for (const { tenantId } of await this.#parts.tenants.list()) {
        if (!this.#stopped && (await this.#isDue(tenantId))) await this.#followOne(tenantId);
      }
      this.#ailing = false;
    } catch (error) {
      // Once, and not every time.
      if (!this.#ailing) this.#parts.failed(error);
      this.#ailing = true;
    }
  }

  async #isDue(tenantId: number): Promise<boolean> {
    const { behind, building } = await this.#parts.db.read(tenantId, (tx) => searchProgress(tx, tenantId));
    if (building || behind >= worthwhile) return true;
    return behind > 0 && performance.now() - (this.#followedAt.get(tenantId) ?? 0) >= patience;
  }

  async #followOne(tenantId: number): Promise<void> {
    for (let worked = true; worked && !this.#stopped; ) {
      const start = performance.now();
      worked = (await followPortion(this.#parts.db, tenantId)) === 'worked';
      const rest = Math.min(longestRest, performance.now() - start);
      if (worked) await new Promise((resolve) => setTimeout(resolve, rest));
    }
    this.#followedAt.set(tenantId, performance.now());
  }
}
