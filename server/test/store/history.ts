/** Histories of a store: steps as data, applied to the real store and to the naive model alike. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { type Core, openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import type { Render } from '../../src/domain/basis.ts';
import { Kept } from '../../src/domain/kept.ts';
import type { Trail } from '../../src/domain/objects.ts';
import type { Page, TrailFilter, TrailStore } from '../../src/domain/stores.ts';
import type { TrailRecord } from '../../src/domain/trail.ts';
import { AppError } from '../../src/errors.ts';
import type { Db } from '../../src/store/db.ts';
import { Recencies } from '../../src/store/recency.ts';
import { RenderedEntries } from '../../src/store/rendered-entries.ts';
import { shownCost } from '../../src/store/shown.ts';
import { trailStore } from '../../src/store/trail-store.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { engine, newPlace, type TestPlace } from '../support/place.ts';
import { recordOf } from './fixture.ts';
import { atSecond, type Draft, Model, type Shown, shown, tenantIds, wireOf } from './model.ts';
import { slowly } from './slow-db.ts';

export interface Query {
  readonly tenant: number;
  readonly filter: TrailFilter;
  readonly page: Page;
  /** Which of the two cores answers; 2: a reader whose statements take their time; 3: one that keeps what it rendered. */
  readonly reader: number;
  /** As of which revision, of those that the tenant has, its first change and nothing included; `null`: as it stands. */
  readonly asOf: number | null;
}

/** Which entry, of those that the tenant has: its place among them. */
type Chosen = { readonly tenant: number; readonly pick: number };

export type Change =
  | { readonly do: 'import'; readonly drafts: readonly Draft[] }
  | ({ readonly do: 'edit'; readonly what: 'remove' | 'restore' | 'disable' | 'enable' } & Chosen)
  | ({ readonly do: 'move'; readonly company: number; readonly lead: number; readonly second: number } & Chosen)
  | ({ readonly do: 'comment'; readonly what: 'add' | 'remove' } & Chosen)
  | { readonly do: 'rename'; readonly tenant: number; readonly company: number; readonly word: string }
  | {
      readonly do: 'push';
      readonly tenant: number;
      readonly company: number;
      readonly lead: number;
      readonly opportunity: number;
      readonly second: number;
      /** Seconds that the follow-up lies before its recording. */
      readonly ago: number;
    };

export type Step =
  | { readonly do: 'one'; readonly core: number; readonly change: Change; readonly queries: readonly Query[] }
  /** The process that this core stands for ends and starts anew. */
  | { readonly do: 'reopen'; readonly core: number }
  /** Changes and queries at the same time; a query starts after the change at its place was begun. */
  | {
      readonly do: 'storm';
      readonly core: number;
      readonly changes: readonly Change[];
      readonly queries: readonly (Query & { readonly after: number; readonly turns: number })[];
    };

const callerOf = (tenantId: number): Caller => ({
  tenantId,
  clientId: 'test',
  userId: 7001,
  member: false,
  scopes: new Set(['company']),
  actor: 'app:test',
});

/** Two programs over one store, and the model of what it must hold. */
export class World {
  readonly #place: TestPlace;
  readonly #cores: Core[] = [];
  #slow: TrailStore | null = null;
  #keeping: Keeping | null = null;
  readonly model = new Model();
  readonly #states = new Map<string, Model>();
  #second = 0;

  private constructor(place: TestPlace) {
    this.#place = place;
  }

  static async make(): Promise<World> {
    const world = new World(await newPlace());
    for (let i = 0; i < 2; i++) world.#cores.push(await world.#open());
    world.model.import(tenantIds.map(seedDraft));
    return world;
  }

  async end(): Promise<void> {
    for (const core of this.#cores) await core.close();
    await this.#place.remove();
  }

  core(index: number): Core {
    return this.#cores[index % this.#cores.length] as Core;
  }

  async run(step: Step): Promise<void> {
    switch (step.do) {
      case 'one':
        await this.change(step.core, step.change);
        await this.remember();
        for (const query of step.queries) await this.compare(query);
        return;
      case 'reopen':
        await this.core(step.core).close();
        this.#cores[step.core % 2] = await this.#open();
        this.#slow = null;
        this.#keeping = null;
        return;
      case 'storm':
        await this.#storm(step);
    }
  }

  async ask({ reader, tenant, filter, page }: Query, asOf: number | null): Promise<Shown> {
    this.#slow ??= trailStore(slowly(this.core(0).db));
    this.#keeping ??= keeping(this.core(0).db);
    if (reader === 3) return this.#keeping(tenant, filter, page, asOf);
    const answer =
      reader < 2
        ? await this.core(reader).trails.list(callerOf(tenant), filter, page, asOf === null ? null : { revision: asOf })
        : await this.#slow.list(tenant, filter, page, asOf);
    if (asOf !== null) expect(answer.revision).toBe(asOf);
    return shown(answer);
  }

  async compare(query: Query): Promise<void> {
    const { tenant, filter, page } = query;
    const revision = await this.#revisionOf(query);
    const model = revision === null ? this.model : await this.#stateAt(tenant, revision);
    const about = `${JSON.stringify(query)} at revision ${revision}`;
    expectSame(await this.ask(query, revision), model.list(tenant, filter, page), about);
    // Every few times, all of it as an export has it.
    if (page.size !== 7) return;
    const rows: Shown['rows'][number][] = [];
    for await (const portion of this.core(query.reader).trailStore.stream(tenant, filter, revision)) {
      rows.push(...shown({ ...portion, revision: 0, total: 0 }).rows);
    }
    const whole = model.list(tenant, filter, { number: 1, size: Number.MAX_SAFE_INTEGER });
    expectSame({ total: rows.length, rows }, whole, `stream of ${about}`);
  }

  async #revisionOf({ tenant, asOf }: Query): Promise<number | null> {
    if (asOf === null) return null;
    return asOf % ((await this.core(0).trailStore.head(tenant)).revision + 1);
  }

  /** What stood at a revision: the state of the model there when one of its steps ended with it, else what the log says. */
  async #stateAt(tenant: number, revision: number): Promise<Model> {
    const key = `${tenant} ${revision}`;
    let state = this.#states.get(key);
    if (state === undefined) {
      state = await Model.at(this.core(0).db, tenant, revision);
      this.#states.set(key, state);
    }
    return state;
  }

  /** The state of the model is that of the log's present end. */
  async remember(): Promise<void> {
    for (const tenant of tenantIds) {
      const { revision } = await this.core(0).trailStore.head(tenant);
      this.#states.set(`${tenant} ${revision}`, this.model.clone());
    }
  }

  /** The change in the store and in the model; the store's part is begun when this returns its promise. */
  async change(core: number, change: Change): Promise<void> {
    const { comments, importer, objects, trails } = this.core(core);
    switch (change.do) {
      case 'import': {
        const written = importer.take([change.drafts.map((draft) => readEntry(wireOf(draft)))]);
        this.model.import(change.drafts);
        await written;
        return;
      }
      case 'edit':
      case 'move': {
        const ids = this.model.ids(change.tenant);
        const before = this.model.trail(change.tenant, ids[change.pick % ids.length] as number) as Trail;
        const after = edited(before, change);
        this.model.put(change.tenant, after);
        await objects.change(change.tenant, 'command:test', async (edit) => {
          const stored = (await edit.getMany('trail', [after.trailId])).get(after.trailId);
          if (stored === undefined) throw new Error(`entry ${after.trailId} is not there`);
          expect(stored.object).toEqual(before);
          await edit.write('trail', [{ before: stored, after, knownAt: after.updatedAt }]);
        });
        return;
      }
      case 'comment': {
        const { tenant, pick, what } = change;
        if (what === 'remove') {
          const ids = this.model.comments(tenant);
          const id = ids[pick % ids.length];
          if (id === undefined) return;
          const removed = comments.remove(callerOf(tenant), id);
          this.model.removeComment(tenant, id);
          expect(await removed).toBe(id);
          return;
        }
        const ids = this.model.ids(tenant);
        const { trailId, removed } = this.model.trail(tenant, ids[pick % ids.length] as number) as Trail;
        const pushed = comments.push(callerOf(tenant), { commentId: null, trailId, fields: { content: 'seen' } });
        if (removed) {
          await expect(pushed).rejects.toThrow(AppError);
          return;
        }
        const id = this.model.takeOwnIds(tenant, 1);
        this.model.addComment(tenant, id, trailId);
        expect(await pushed).toBe(id);
        return;
      }
      case 'rename': {
        const { tenant, company, word } = change;
        if (!this.model.knows(tenant, 'company', company)) return;
        this.model.rename(tenant, 'company', company, word, atSecond(1000));
        await objects.change(tenant, 'command:test', async (edit) => {
          const stored = (await edit.getMany('company', [company])).get(company);
          if (stored === undefined) throw new Error(`company ${company} is not there`);
          const after = { ...stored.object, name: word };
          await edit.write('company', [{ before: stored, after, knownAt: atSecond(1000) }]);
        });
        return;
      }
      case 'push': {
        const { tenant, company, lead, opportunity } = change;
        const known =
          (company === 0 || this.model.knows(tenant, 'company', company)) &&
          (lead === 0 || this.model.knows(tenant, 'lead', lead)) &&
          (opportunity === 0 || this.model.knows(tenant, 'opportunity', opportunity)) &&
          company + lead + opportunity > 0;
        const own =
          opportunity === 0
            ? null
            : ((await objects.read(tenant, (view) => view.get('opportunity', opportunity)))?.companyId ?? null);
        const possible = known && (company === 0 || own === null || own === company);
        this.#second = change.second;
        const at = atSecond(change.second);
        const record = {
          ...recordOf(`push ${company} ${lead} ${opportunity}`),
          companyId: company || null,
          leadId: lead || null,
          opportunityId: opportunity || null,
          happenedAt: change.ago === 0 ? null : atSecond(change.second - change.ago),
        };
        const recorded = trails.record(callerOf(tenant), record);
        if (!possible) {
          await expect(recorded).rejects.toThrow(AppError);
          return;
        }
        const trailId = this.model.takeOwnIds(tenant, 2);
        this.model.put(tenant, pushed(trailId, { ...record, companyId: record.companyId ?? own }, at));
        expect(await recorded).toBe(trailId);
      }
    }
  }

  /** Whatever the order in which things happen inside: each answer is that of one state that was. */
  async #storm(step: Step & { do: 'storm' }): Promise<void> {
    const states = [this.model.clone()];
    const answers: Promise<{ query: Query; revision: number | null; answer: Shown }>[] = [];
    const ask = async (query: Query, turns: number): Promise<{ query: Query; revision: number | null; answer: Shown }> => {
      for (let turn = 0; turn < turns; turn++) await nextTurn();
      const revision = await this.#revisionOf(query);
      return { query, revision, answer: await this.ask(query, revision) };
    };
    const written: Promise<void>[] = [];
    for (const [place, change] of step.changes.entries()) {
      written.push(handled(this.change(step.core, change)));
      // Where loads and changes are different transactions, only who waits knows their order.
      if (engine === 'postgres') await written.at(-1);
      states.push(this.model.clone());
      for (const query of step.queries) {
        if (query.after % step.changes.length === place) answers.push(handled(ask(query, query.turns)));
      }
      if (place % 3 === 2) await nextTurn();
    }
    await Promise.all(written);
    await this.remember();
    for (const { query, revision, answer } of await Promise.all(answers)) {
      const { tenant, filter, page } = query;
      if (revision !== null) {
        const about = `${JSON.stringify(query)} at revision ${revision}`;
        expectSame(answer, (await this.#stateAt(tenant, revision)).list(tenant, filter, page), about);
        continue;
      }
      const possible = states.map((state) => state.list(tenant, filter, page));
      if (possible.some((one) => isDeepStrictEqual(one, answer))) continue;
      expectSame(answer, possible.at(-1) as Shown, `belongs to no state: ${JSON.stringify(query)}`);
    }
  }

  async #open(): Promise<Core> {
    const core = await openCore(this.#place, { make: true, clock: () => atSecond(this.#second) });
    await core.importer.take([tenantIds.map((tenantId) => readEntry(wireOf(seedDraft(tenantId))))]);
    return core;
  }
}

type Keeping = (tenant: number, filter: TrailFilter, page: Page, asOf: number | null) => Promise<Shown>;

/** Asks for rendered pages, each again and again, so that the last answer may come out of memory. Few objects are kept. */
export function keeping(db: Db): Keeping {
  const recencies = new Recencies(db, () => undefined);
  const render: Render = (_tenant, trail, joined) =>
    Buffer.from(JSON.stringify(shown({ revision: 0, total: 0, trails: [trail], joined }).rows[0]));
  const store = trailStore(db, new RenderedEntries(new Kept(1_000_000), new Kept(20 * shownCost), recencies, render));
  return async (tenant, filter, page, asOf) => {
    for (let times = 1; ; times++) {
      const stamp = await db.stamp(tenant);
      await recencies.follow(tenant, stamp);
      const { total, entries } = await store.rendered(tenant, filter, page, asOf, stamp);
      if (times === 4) return { total, rows: entries.map((entry) => JSON.parse(entry.toString()) as Shown['rows'][number]) };
    }
  };
}

/** The ids first, which say most in few words. */
export function expectSame(answer: Shown, expected: Shown, about: string): void {
  const brief = ({ total, rows }: Shown) => ({ total, ids: rows.map(({ trail }) => trail.trailId).join(' ') });
  expect(brief(answer), about).toEqual(brief(expected));
  expect(answer, about).toEqual(expected);
}

/** A failure is looked at later; until then it is no unhandled one. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

/** The one entry that each tenant begins with. */
const seedDraft = (tenant: number): Draft => ({
  tenant,
  id: 1,
  second: 0,
  updated: 0,
  company: 1,
  lead: 1,
  opportunity: 1,
  author: 1,
  contact: 1,
  file: 1,
  enabled: true,
  removed: false,
  word: 'first',
});

function edited(trail: Trail, change: Change & { do: 'edit' | 'move' }): Trail {
  const updatedAt = Math.max(trail.updatedAt, atSecond(0)) + 1000;
  if (change.do === 'move') {
    const { company, lead, second } = change;
    return { ...trail, updatedAt, companyId: company || null, leadId: lead || null, happenedAt: atSecond(second) };
  }
  switch (change.what) {
    case 'remove':
    case 'restore':
      return { ...trail, updatedAt, removed: change.what === 'remove' };
    case 'disable':
    case 'enable':
      return { ...trail, updatedAt, enabled: change.what === 'enable' };
  }
}

function pushed(trailId: number, record: TrailRecord, at: number): Trail {
  const { content, companyId, leadId, opportunityId, happenedAt } = record;
  return {
    trailId,
    followUpId: trailId + 1,
    type: 101,
    authorId: 7001,
    referId: trailId + 1,
    content,
    fileIds: [],
    enabled: true,
    removed: false,
    recordedAt: at,
    happenedAt: happenedAt ?? at,
    updatedAt: at,
    companyId,
    contactIds: [],
    leadId,
    leadContactIds: [],
    opportunityId,
    inquiryId: null,
    trackSessionNo: null,
    commentCount: 0,
    ownCommentCount: 0,
  };
}
