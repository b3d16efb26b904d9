import type { Files } from './file.ts';
import type { Clock, TenantStore } from './stores.ts';

/** ms. An upload may take ten minutes, so whatever is older was broken off with its server. */
const abandonedAfter = 60 * 60_000;
/** ms. Who attaches files to an entry that cannot be sent yet has so long. */
const unusedAfter = 7 * 24 * 60 * 60_000;
const every = 10 * 60_000;

export interface TidyingParts {
  readonly files: Files;
  readonly tenants: TenantStore;
  readonly clock: Clock;
  /** Uploads that began before are nobody's any more (ms); `null`: other servers may be at them. */
  readonly alone: number | null;
  readonly failed: (error: unknown) => void;
}

/** Removes what uploads have left behind, and files that no entry has got. */
export class FileTidying {
  readonly #parts: TidyingParts;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #tidying: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: TidyingParts) {
    this.#parts = parts;
  }

  /** Looks at once, and again and again until it is stopped. */
  start(): void {
    if (this.#stopped) return;
    this.#tidying = this.tidy()
      .catch(this.#parts.failed)
      .then(() => {
        if (!this.#stopped) this.#timer = setTimeout(() => this.start(), every).unref();
      });
  }

  async tidy(): Promise<void> {
    const { files, tenants, clock, alone } = this.#parts;
    const now = clock();
    const begunBefore = Math.max(now - abandonedAfter, alone ?? 0);
    for (const { tenantId } of await tenants.list()) {
      if (this.#stopped) return;
      await files.tidy(tenantId, { begunBefore, unusedSince: now - unusedAfter });
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#tidying;
  }
}
