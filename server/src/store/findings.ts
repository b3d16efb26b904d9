/** What a check finds wrong, counted in full and kept in part: a store that is wrong throughout must not fill the memory. */

export interface Finding {
  /** 0: the file as a whole. */
  readonly tenantId: number;
  /** The change that it is about; `null` when it is about none. */
  readonly revision: number | null;
  readonly what: string;
}

/** Kept of each tenant. */
const kept = 100;

export class Findings {
  readonly list: Finding[] = [];
  /** All of them, kept or not. */
  count = 0;
  readonly #counts = new Map<number, number>();
  readonly #firstBad = new Map<number, number>();

  report(tenantId: number, what: string, revision: number | null = null): void {
    this.count += 1;
    const before = this.#counts.get(tenantId) ?? 0;
    this.#counts.set(tenantId, before + 1);
    if (before < kept) this.list.push({ tenantId, revision, what });
    if (revision !== null) this.#firstBad.set(tenantId, Math.min(revision, this.#firstBad.get(tenantId) ?? revision));
  }

  /** The first revision of a tenant's log that is not as it was written; `null` when each is. */
  firstBad(tenantId: number): number | null {
    return this.#firstBad.get(tenantId) ?? null;
  }

  /** Does a part of the check; what the store cannot read there is a finding, and so is whatever else damage leads to. */
  async reading(tenantId: number, what: string, part: () => Promise<void>): Promise<void> {
    try {
      await part();
    } catch (error) {
      this.report(tenantId, `${what} cannot be read: ${(error as Error).message}`);
    }
  }
}
