import { AppError } from '../errors.ts';
import type { Clock } from './stores.ts';

/** What a check finds wrong with the data of an enterprise. */
export interface HealthFinding {
  /** The change that it is about; `null` when it is about none. */
  readonly revision: number | null;
  readonly what: string;
}

export interface CheckResult {
  /** The first hundred. */
  readonly findings: readonly HealthFinding[];
  /** All of them. */
  readonly count: number;
}

/** A check that came to its end. */
export interface LastCheck extends CheckResult {
  readonly checkedAt: number;
}

export interface HealthStore {
  /** `null`: there was none. */
  last(tenantId: number): Promise<LastCheck | null>;
  /** Instead of the one before. */
  keep(tenantId: number, check: LastCheck): Promise<void>;
}

/** Whether what the store holds of an enterprise is as it should be. */
export class Health {
  readonly #store: HealthStore;
  readonly #check: (tenantId: number) => Promise<CheckResult>;
  readonly #clock: Clock;
  /** The enterprise that is checked now. */
  #running: number | null = null;

  /** `check` looks at everything of an enterprise, however long that takes. */
  constructor(parts: { health: HealthStore; check: (tenantId: number) => Promise<CheckResult>; clock: Clock }) {
    this.#store = parts.health;
    this.#check = parts.check;
    this.#clock = parts.clock;
  }

  last(tenantId: number): Promise<LastCheck | null> {
    return this.#store.last(tenantId);
  }

  isRunning(tenantId: number): boolean {
    return this.#running === tenantId;
  }

  /** Begins a check, of which the result is kept when it ends. Throws `conflict` while another one runs. */
  begin(tenantId: number): void {
    if (this.#running !== null) throw new AppError('conflict', { reason: 'a check is under way: wait for its end' });
    this.#running = tenantId;
    void this.#run(tenantId);
  }

  async #run(tenantId: number): Promise<void> {
    try {
      const found = await this.#check(tenantId).catch(() => brokenOff);
      await this.#store.keep(tenantId, { ...found, checkedAt: this.#clock() });
    } catch {
      // The server stops, or the store does not answer: there is no result.
    } finally {
      this.#running = null;
    }
  }
}

const brokenOff: CheckResult = {
  findings: [{ revision: null, what: 'the check broke off before its end: begin it again' }],
  count: 1,
};
