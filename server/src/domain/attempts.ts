import { createHash } from 'node:crypto';
import { AppError } from '../errors.ts';
import type { SharedCounts } from './shared-counts.ts';
import type { Clock } from './stores.ts';

/** Failures that cost nothing, and the longest wait after later ones, in seconds. */
interface Limit {
  readonly free: number;
  readonly longest: number;
}

const accountLimit: Limit = { free: 10, longest: 60 };
const addressLimit: Limit = { free: 30, longest: 900 };

/** Failures are forgotten this long after the last one. */
const memory = 3600 * 1000;
/** Accounts and addresses remembered, each: who invents names must not fill the memory. */
const remembered = 10_000;

/**
 * Limits guessing at secrets and passwords, by account and by address, before anything costly is done about a guess: after some free
 * failures each further one makes the next attempt wait, 1 s, 2 s, 4 s and so on. Unknown accounts count like those that are there.
 * Where several servers share a store, each counts the failures of all; of attempts at the same time only its own.
 */
export class Attempts {
  readonly #accounts: Tally;
  readonly #addresses: Tally;

  /** `shared`: of several servers; `null`: there are no others. */
  constructor(clock: Clock, shared: SharedCounts | null = null) {
    this.#accounts = new Tally('account', accountLimit, clock, shared);
    this.#addresses = new Tally('address', addressLimit, clock, shared);
  }

  /** Throws `too_many_requests` while the account or the address has to wait. */
  async refuse(account: string, address: string | null): Promise<void> {
    const counts = this.#counts(account, address);
    await Promise.all(counts.map(({ tally, key }) => tally.learn(key)));
    this.#refuse(counts);
  }

  #refuse(counts: readonly Counted[]): void {
    const seconds = Math.max(...counts.map(({ tally, key }) => tally.wait(key)));
    if (seconds > 0) throw new AppError('too_many_requests', { seconds });
  }

  /**
   * Finds out whom a secret proves, as one attempt; `prove` answers `null` for a wrong one. It counts as failed from its beginning, so
   * that many at once are no way around the limit: those beyond it begin when earlier ones have turned out right, or are refused.
   * A right one clears the account, but not the address: it may have guessed at other accounts. What throws is no failure.
   * Throws `too_many_requests`.
   */
  async attempt<T>(account: string, address: string | null, prove: () => Promise<T | null>): Promise<T | null> {
    const counts = this.#counts(account, address);
    await this.refuse(account, address);
    for (;;) {
      this.#refuse(counts);
      const full = counts.map(({ tally, key }) => tally.full(key)).find((count) => count !== null);
      if (full === undefined) break;
      await new Promise<void>((resolve) => full.waiting.push(resolve));
    }
    const begun = counts.map(({ tally, key }) => ({ tally, key, count: tally.begin(key) }));
    let failed = false;
    try {
      const proven = await prove();
      failed = proven === null;
      if (!failed) await this.#accounts.clear(keyOf(account));
      return proven;
    } finally {
      // It ends here once the others know: meanwhile nobody begins who should wait.
      for (const { tally, key, count } of begun) tally.end(key, count, failed ? await tally.failed(key, count) : null);
    }
  }

  #counts(account: string, address: string | null): Counted[] {
    const counts = [{ tally: this.#accounts, key: keyOf(account) }];
    return address === null ? counts : [...counts, { tally: this.#addresses, key: keyOf(address) }];
  }
}

/** A name may be as long as a body. */
const keyOf = (name: string): string => createHash('sha256').update(name).digest('base64url');

interface Counted {
  readonly tally: Tally;
  readonly key: string;
}

interface Count {
  failures: number;
  /** Attempts that are under way. */
  pending: number;
  lastAt: number;
  /** No attempt before. */
  waitUntil: number;
  /** Attempts that wait for one under way to end. */
  waiting: (() => void)[];
  /** Of the failures, those that other servers could not be told of. */
  untold: number;
  /** How often something was counted here. */
  changes: number;
}

const fresh = (): Count => ({ failures: 0, pending: 0, lastAt: 0, waitUntil: 0, waiting: [], untold: 0, changes: 0 });

/** Counts of failures by key, the last changed at the end. */
class Tally {
  readonly #name: string;
  readonly #limit: Limit;
  readonly #clock: Clock;
  readonly #shared: SharedCounts | null;
  readonly #counts = new Map<string, Count>();
  /** What the clock has shown. */
  #latest = 0;

  constructor(name: string, limit: Limit, clock: Clock, shared: SharedCounts | null) {
    this.#name = name;
    this.#limit = limit;
    this.#clock = clock;
    this.#shared = shared;
  }

  /** Takes over what all servers have counted, which is what this one has told and more. */
  async learn(key: string): Promise<void> {
    if (this.#shared === null) return;
    const changes = this.#counts.get(key)?.changes;
    const found = await this.#shared.read(this.#shareName(key), this.#clock(), memory);
    const count = this.#counts.get(key);
    // What was counted here meanwhile is newer than the answer.
    if (count?.changes !== changes || (found === null && count === undefined)) return;
    const now = this.#clock();
    const putBack = now < this.#latest;
    this.#latest = Math.max(this.#latest, now);
    const known = count ?? fresh();
    const failures = (found?.count ?? 0) + known.untold;
    if (putBack) known.failures = failures;
    // The clock of the server that it comes from may be ahead of this one's.
    else this.#put(key, known, failures, Math.min(now, Math.max(found?.at ?? 0, known.untold > 0 ? known.lastAt : 0)));
  }

  /** Tells the other servers of a failure, as far as they can be told; answers how many there are now. */
  async failed(key: string, count: Count): Promise<number> {
    const told = this.#shared?.add(this.#shareName(key), 1, this.#clock(), memory).catch(() => null);
    const failures = await told;
    if (failures === null) count.untold += 1;
    return typeof failures === 'number' ? failures + count.untold : count.failures + 1;
  }

  #shareName = (key: string): string => `failures ${this.#name} ${key}`;

  #put(key: string, count: Count, failures: number, at: number): void {
    const { free, longest } = this.#limit;
    count.failures = failures;
    count.lastAt = at;
    count.waitUntil = failures >= free ? at + 1000 * Math.min(longest, 2 ** (failures - free)) : 0;
    this.#keep(key, count);
  }

  /** Seconds until the next attempt, 0: none. */
  wait(key: string): number {
    const count = this.#current(key);
    const now = this.#clock();
    // A clock that was put back must not lock anyone out.
    return count === undefined || now >= count.waitUntil || now < count.lastAt ? 0 : Math.ceil((count.waitUntil - now) / 1000);
  }

  /** The count, when the attempts under way, were all of them to fail, leave none to begin now; otherwise `null`. */
  full(key: string): Count | null {
    const count = this.#current(key);
    return count !== undefined && count.pending >= Math.max(1, this.#limit.free - count.failures) ? count : null;
  }

  begin(key: string): Count {
    const count = this.#current(key) ?? fresh();
    count.pending += 1;
    this.#keep(key, count);
    return count;
  }

  /** `failures`: how many there are with this one; `null`: it was none. */
  end(key: string, count: Count, failures: number | null): void {
    count.pending -= 1;
    count.changes += 1;
    // Of several that end together the answers come in any order.
    if (failures !== null) this.#put(key, count, Math.max(count.failures, failures), this.#clock());
    this.#settle(key, count);
  }

  async clear(key: string): Promise<void> {
    // Where they cannot be told, they go on counting what they know.
    await this.#shared?.clear(this.#shareName(key)).catch(() => undefined);
    const count = this.#counts.get(key);
    if (count === undefined) return;
    count.changes += 1;
    count.untold = 0;
    count.failures = 0;
    count.waitUntil = 0;
    this.#settle(key, count);
  }

  #settle(key: string, count: Count): void {
    if (count.failures === 0 && count.pending === 0 && this.#counts.get(key) === count) this.#counts.delete(key);
    for (const go of count.waiting.splice(0)) go();
  }

  #current(key: string): Count | undefined {
    const count = this.#counts.get(key);
    if (count !== undefined && Math.abs(this.#clock() - count.lastAt) >= memory) {
      count.failures = 0;
      count.untold = 0;
    }
    return count;
  }

  #keep(key: string, count: Count): void {
    this.#counts.delete(key);
    this.#counts.set(key, count);
    if (this.#counts.size > remembered) this.#counts.delete(this.#counts.keys().next().value as string);
  }
}
