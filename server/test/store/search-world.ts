/** A store for tests of the search: what is done to it is noted too, so that it is known what every revision held. */
import { expect } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { trailMatcher } from '../../src/domain/trail-filter.ts';
import type { Db } from '../../src/store/db.ts';
import { type ListKey, TrailSearch } from '../../src/store/search.ts';
import { followPortion, searchProgress } from '../../src/store/search-follower.ts';
import { openStore, type TestStore } from './fixture.ts';

export const tenants = [11, 12] as const;
const start = Date.UTC(2024, 4, 1, 4);

/** An entry with nothing in it but its id and its text. */
export const trailOf = (trailId: number, given: Partial<Trail> = {}): Trail => ({
  trailId,
  followUpId: null,
  type: 101,
  authorId: null,
  referId: null,
  content: '',
  fileIds: [],
  enabled: true,
  removed: false,
  recordedAt: start,
  happenedAt: start,
  updatedAt: start,
  companyId: null,
  contactIds: [],
  leadId: null,
  leadContactIds: [],
  opportunityId: null,
  inquiryId: null,
  trackSessionNo: null,
  commentCount: 0,
  ownCommentCount: 0,
  ...given,
});

export const atSecond = (second: number): number => start + 1000 * second;

export type Search = TrailFilter & { readonly keyword: string };

export const searchFor = (keyword: string, given: Partial<TrailFilter> = {}): Search => ({ ...allTrails, ...given, keyword });

/** What one revision made of an entry. */
interface Made {
  readonly revision: number;
  trail: Trail;
}

export class SearchWorld {
  readonly store: TestStore;
  readonly search = new TrailSearch();
  readonly #heads = new Map<number, number>(tenants.map((tenant) => [tenant, 0]));
  readonly #made = new Map<number, Map<number, Made[]>>(tenants.map((tenant) => [tenant, new Map<number, Made[]>()]));

  private constructor(store: TestStore) {
    this.store = store;
  }

  static async make(): Promise<SearchWorld> {
    const store = await openStore();
    for (const tenantId of tenants) await store.core.tenants.create({ tenantId, name: 'test', createdAt: 0 });
    return new SearchWorld(store);
  }

  get db(): Db {
    return this.store.core.db;
  }

  head(tenant: number): number {
    return this.#heads.get(tenant) as number;
  }

  #madeOf(tenant: number): Map<number, Made[]> {
    return this.#made.get(tenant) as Map<number, Made[]>;
  }

  /** Every entry as it stood at a revision, without one the last. */
  trails(tenant: number, revision = this.head(tenant)): Trail[] {
    return [...this.#madeOf(tenant).values()]
      .map((made) => made.findLast((one) => one.revision <= revision)?.trail)
      .filter((trail) => trail !== undefined);
  }

  trail(tenant: number, trailId: number): Trail {
    return this.#madeOf(tenant).get(trailId)?.at(-1)?.trail as Trail;
  }

  #note(tenant: number, trail: Trail): void {
    const revision = this.head(tenant) + 1;
    this.#heads.set(tenant, revision);
    const made = this.#madeOf(tenant);
    const states = made.get(trail.trailId);
    if (states === undefined) made.set(trail.trailId, [{ revision, trail }]);
    else states.push({ revision, trail });
  }

  /** Each entry a change of its own, all in one transaction; those that say nothing new are none. */
  async put(tenant: number, ...trails: readonly Trail[]): Promise<void> {
    await this.store.core.objects.change(tenant, 'command:test', async (edit) => {
      for (const trail of trails) {
        const before = (await edit.getMany('trail', [trail.trailId])).get(trail.trailId) ?? null;
        const changed = await edit.write('trail', [{ before, after: trail, knownAt: trail.updatedAt }]);
        if (changed > 0) this.#note(tenant, trail);
      }
    });
  }

  /** Deletes an entry's words; from then on no state ever had any. */
  async erase(tenant: number, trailId: number): Promise<void> {
    const { objects } = this.store.core;
    await objects.change(tenant, 'command:test', async (edit) => {
      const stored = (await edit.getMany('trail', [trailId])).get(trailId);
      if (stored === undefined || !(await edit.erase('trail', stored, stored.knownAt))) return;
      this.#note(tenant, this.trail(tenant, trailId));
      for (const made of this.#madeOf(tenant).get(trailId) as Made[]) made.trail = { ...made.trail, content: '' };
    });
  }

  async follow(tenant: number, portions: number): Promise<void> {
    for (let i = 0; i < portions && (await followPortion(this.db, tenant)) === 'worked'; i++);
  }

  progress(tenant: number): ReturnType<typeof searchProgress> {
    return this.db.read(null, (tx) => searchProgress(tx, tenant));
  }

  /** The whole list by the truth. */
  expected(tenant: number, filter: Search, revision: number): ListKey[] {
    const isRight = trailMatcher(filter);
    const direction = filter.oldestFirst ? 1 : -1;
    return this.trails(tenant, revision)
      .filter(isRight)
      .map((trail) => ({ at: trail[filter.by], id: trail.trailId }))
      .sort((a, b) => direction * (a.at - b.at || a.id - b.id));
  }

  async compare(tenant: number, filter: Search, page: { number: number; size: number }, asOf?: number): Promise<number> {
    const revision = asOf ?? this.head(tenant);
    const expected = this.expected(tenant, filter, revision);
    const found = await this.db.read(null, (tx) => this.search.page(tx, tenant, filter, page, revision));
    const skip = (page.number - 1) * page.size;
    const told = JSON.stringify({ tenant, filter, page, revision, progress: await this.progress(tenant) });
    expect(found, told).toEqual({ total: expected.length, keys: expected.slice(skip, skip + page.size) });
    return expected.length;
  }
}
