/** How far a mirror has come: read from the store before each step, and kept after it. */
import type { MirrorState, MirrorStore } from '../domain/mirror-stores.ts';

export class Standing {
  readonly #tenantId: number;
  readonly #store: MirrorStore;
  #kept: MirrorState | null = null;
  #state: MirrorState | null = null;

  constructor({ tenantId, store }: { readonly tenantId: number; readonly store: MirrorStore }) {
    this.#tenantId = tenantId;
    this.#store = store;
  }

  get state(): MirrorState {
    if (this.#state === null) throw new Error('the state was not read yet');
    return this.#state;
  }

  set(change: Partial<MirrorState>): void {
    this.#state = { ...this.state, ...change };
  }

  /** Anew each time, for another process may have ended the mirror: then it answers `false`. */
  async read(): Promise<boolean> {
    const mirror = await this.#store.get(this.#tenantId);
    if (mirror === null) return false;
    this.#kept = mirror.state;
    this.#state = mirror.state;
    return true;
  }

  async keep(): Promise<void> {
    if (this.#state === this.#kept) return;
    await this.#store.keep(this.#tenantId, this.state);
    this.#kept = this.#state;
  }
}
