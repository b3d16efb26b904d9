/** Fetches what the upstream said has changed. */
import type { MirrorCopy } from '../domain/mirror-copy.ts';
import type { MirrorStore, Told } from '../domain/mirror-stores.ts';
import type { Clock } from '../domain/stores.ts';
import type { Job } from './failing.ts';
import type { Healing } from './healing.ts';
import type { Lists } from './lists.ts';
import type { Recent } from './recent.ts';
import { infoShare, type Spent, toldByNow } from './schedule.ts';
import { hourOf, isWithin } from './windows.ts';

/** Announcements that are read at a time. */
const toldAtOnce = 200;

export interface HearingParts {
  readonly tenantId: number;
  readonly copy: MirrorCopy;
  readonly store: MirrorStore;
  readonly clock: Clock;
  readonly quota: number | null;
  readonly recent: Recent;
  readonly healing: Healing;
  readonly lists: Lists;
}

interface Moment {
  readonly now: number;
  readonly spent: Spent;
}

export class Hearing {
  readonly #parts: HearingParts;

  constructor(parts: HearingParts) {
    this.#parts = parts;
  }

  async *due({ now, spent }: Moment): AsyncGenerator<Job> {
    const { store, tenantId, quota } = this.#parts;
    if ((spent.told ?? 0) >= toldByNow(quota, now)) return;
    const told = await store.told(tenantId, ['trail', 'opportunity'], toldAtOnce);
    if (told.length > 0) yield { name: 'hear', run: () => this.#hear(told) };
  }

  /** Companies and leads to look at in full. */
  async *firmsDue({ spent }: Moment): AsyncGenerator<Job> {
    const { store, tenantId, quota } = this.#parts;
    if ((spent.info ?? 0) >= infoShare(quota)) return;
    for (const told of await store.told(tenantId, ['company', 'contact', 'lead'], toldAtOnce))
      yield { name: `look at ${told.kind} ${told.id}`, run: () => this.#lookAtFirm(told) };
  }

  /** With one call what is new, or one hour. */
  async #hear(told: readonly Told[]): Promise<void> {
    const { store, tenantId, recent, lists } = this.#parts;
    const ofLists = told.filter(({ kind }) => kind === 'opportunity');
    if (ofLists.length > 0) lists.hasNews('opportunities');
    await store.forgetTold(tenantId, ofLists);
    const ofTrails = told.filter(({ kind }) => kind === 'trail');
    if (ofTrails.length === 0) return;
    let known = await this.#timesOf(ofTrails);
    if (ofTrails.some(({ id, removed, toldAt }) => !removed && !known.has(id) && !recent.hasPolledSince(toldAt))) {
      await recent.poll();
      known = await this.#timesOf(ofTrails);
    }
    const open: OpenNews[] = [];
    const done: Told[] = [];
    for (const one of ofTrails) {
      const trail = known.get(one.id);
      if (trail === undefined) {
        if (!one.removed) recent.seek(one.id);
        done.push(one);
      } else if (one.removed ? trail.removed : recent.hasSeen(trail.happenedAt, one.toldAt)) done.push(one);
      else open.push({ told: one, happenedAt: trail.happenedAt });
    }
    const [first] = open;
    if (first !== undefined) done.push(...(await this.#readAround(first, open)));
    await store.forgetTold(tenantId, done);
  }

  async #timesOf(
    told: readonly Told[],
  ): Promise<ReadonlyMap<number, { readonly happenedAt: number; readonly removed: boolean }>> {
    const { copy, tenantId } = this.#parts;
    const trails = await copy.byId(
      tenantId,
      told.map(({ id }) => id),
    );
    return new Map(trails.map((trail) => [trail.trailId, trail]));
  }

  /** Reads what lies around one of these, and answers which of them that was. */
  async #readAround(first: OpenNews, open: readonly OpenNews[]): Promise<Told[]> {
    const { store, tenantId, clock, healing } = this.#parts;
    const hour = hourOf(first.happenedAt);
    const around = open.filter(({ happenedAt }) => isWithin(hour, happenedAt));
    await store.miss(
      tenantId,
      around
        .filter(({ told }) => told.removed)
        .map(({ told, happenedAt }) => ({ trailId: told.id, happenedAt, missedAt: clock(), announced: true })),
    );
    const window = await healing.readAround(first.happenedAt, 'told');
    return around.filter(({ happenedAt }) => isWithin(window, happenedAt)).map(({ told }) => told);
  }

  async #lookAtFirm(told: Told): Promise<void> {
    const { store, copy, tenantId, lists } = this.#parts;
    if (told.kind === 'lead') await lists.lead(told.id);
    else {
      const companyId = told.kind === 'company' ? told.id : await copy.companyOfContact(tenantId, told.id);
      if (companyId !== null && told.removed && told.kind === 'company') lists.hasNews('removedCompanies');
      else if (companyId !== null) await lists.company(companyId);
    }
    await store.forgetTold(tenantId, [told]);
  }
}

/** Something told of an entry that is here and was not read since. */
interface OpenNews {
  readonly told: Told;
  readonly happenedAt: number;
}
