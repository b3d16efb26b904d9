import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRateLimitStore } from '@fastify/rate-limit';
import type { SharedCounts } from '../domain/shared-counts.ts';
import type { Clock } from '../domain/stores.ts';

/** What one server may let through of a key in the minute that runs. */
interface Allowance {
  readonly window: number;
  granted: number;
  used: number;
  /** What all servers have taken. */
  taken: number;
  /** While more is asked for. */
  asking: Promise<void> | null;
}

/** Keys that are remembered; whose key is forgotten, its rest is lost until the next minute. */
const remembered = 50_000;
/** ms that the store may take to answer. */
const patience = 1000;
/** A server takes this share of what is left at a time: few questions at first, and none too many at the end. */
const share = 32;

/**
 * Counts requests for all servers of a store: each takes allowances from a common count and lets through as many, so that together they
 * never let through more than the limit. What a server has taken and does not use is lost until the next minute.
 */
export function sharedLimitStore(counts: SharedCounts, clock: Clock): new () => FastifyRateLimitStore {
  return class SharedLimitStore implements FastifyRateLimitStore {
    readonly #allowances = new Map<string, Allowance>();

    incr(
      key: string,
      callback: (error: Error | null, result?: { current: number; ttl: number }) => void,
      timeWindow = 60_000,
      max = 0,
    ): void {
      this.#take(key, timeWindow, max).then(
        (result) => callback(null, result),
        (error: Error) => callback(error),
      );
    }

    /** One for all routes: what they count is told apart by its key. */
    child(): FastifyRateLimitStore {
      return this;
    }

    async #take(key: string, timeWindow: number, max: number): Promise<{ current: number; ttl: number }> {
      for (;;) {
        const now = clock();
        const window = now - (now % timeWindow);
        const ttl = window + timeWindow - now;
        const allowance = this.#current(key, window);
        if (allowance.used < allowance.granted) {
          allowance.used += 1;
          return { current: Math.min(max, allowance.taken), ttl };
        }
        if (allowance.taken >= max) return { current: max + 1, ttl };
        allowance.asking ??= this.#ask(key, allowance, timeWindow, max).finally(() => {
          allowance.asking = null;
        });
        await allowance.asking;
      }
    }

    async #ask(key: string, allowance: Allowance, timeWindow: number, max: number): Promise<void> {
      const more = Math.max(1, Math.floor((max - allowance.taken) / share));
      const asked = counts.add(`requests ${key}`, more, allowance.window, timeWindow).catch(() => null);
      // Without an answer a server counts by itself: what needs no store is not to wait for it.
      const taken = (await Promise.race([asked, sleep(patience, null, { ref: false })])) ?? allowance.taken + more;
      allowance.granted = Math.min(max, allowance.granted + Math.max(0, more - Math.max(0, taken - max)));
      allowance.taken = taken;
    }

    #current(key: string, window: number): Allowance {
      let allowance = this.#allowances.get(key);
      if (allowance?.window !== window) {
        allowance = { window, granted: 0, used: 0, taken: 0, asking: null };
        this.#allowances.delete(key);
        this.#allowances.set(key, allowance);
        if (this.#allowances.size > remembered) this.#allowances.delete(this.#allowances.keys().next().value as string);
      }
      return allowance;
    }
  };
}
