import type { Standing } from '../domain/basis.ts';
import type { Kept } from '../domain/kept.ts';
import type { Coding } from './compression.ts';
import type { KeptPage } from './kept-page.ts';

/** A page that stands, with the revision at which that is known. */
export interface StandingPage {
  readonly page: KeptPage;
  readonly url: string;
  readonly revision: number;
}

/** Pages that were answered and may be asked for again, by tenant and address; whether one still stands is looked at each time. */
export class Pages {
  readonly #kept: Kept<string, KeptPage>;
  readonly #standing: Standing;

  constructor(kept: Kept<string, KeptPage>, standing: Standing) {
    this.#kept = kept;
    this.#standing = standing;
  }

  stamp(tenantId: number): number | Promise<number> {
    return this.#standing.stamp(tenantId);
  }

  /** The page of this path and query; `null` when it is not there, does not stand, or that is not known at this stamp. */
  at(tenantId: number, url: string, stamp: number): StandingPage | null {
    const page = this.#kept.get(tenantId, url);
    if (page === undefined) return null;
    if (page.stood?.stamp !== stamp) {
      const revision = this.#standing.standsAt(page.basis, stamp);
      if (revision === null) return null;
      page.stood = { stamp, revision };
    }
    return { page, url, revision: page.stood.revision };
  }

  /** The same after following the log; when it is not there, how it is kept once it is made. */
  async find(tenantId: number, url: string, stamp: number): Promise<StandingPage | ((page: KeptPage) => StandingPage)> {
    await this.#standing.follow(tenantId, stamp);
    const found = this.at(tenantId, url, stamp);
    if (found !== null) {
      this.#kept.hit();
      return found;
    }
    this.#kept.miss();
    const { clearings } = this.#kept;
    return (page) => {
      if (page.lasts) this.#kept.set(tenantId, url, page, page.bytes + url.length, clearings);
      return { page, url, revision: page.basis.revision };
    };
  }

  /** A page that `at` found is used. */
  hit(): void {
    this.#kept.hit();
  }

  /** The page's answer as its parts. `null`: it cannot be compressed so here. */
  async parts({ page, url }: StandingPage, head: Buffer, coding: Coding | 'identity'): Promise<readonly Buffer[] | null> {
    const parts = page.parts(head, coding);
    if (parts !== null || coding === 'identity') return parts;
    const grown = await page.compress(coding, head.length);
    if (grown === null) return null;
    this.#kept.grown(page.basis.tenantId, url, page, grown);
    return page.parts(head, coding);
  }
}
