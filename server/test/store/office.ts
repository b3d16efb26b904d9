/** An enterprise drawn at random, in the store and beside it as plain lists, for whoever counts. */
import { type Core, openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import { blank } from '../../src/domain/blank.ts';
import type { Kind, ObjectKinds, Trail } from '../../src/domain/objects.ts';
import type { Write } from '../../src/domain/stores.ts';
import { parseTime } from '../../src/wire/time.ts';
import { newPlace, type TestPlace } from '../support/place.ts';

export const officeTenant = 101;
export const officeCaller: Caller = {
  tenantId: officeTenant,
  clientId: 'test',
  userId: 1,
  member: false,
  scopes: new Set(['company', 'lead', 'opportunity', 'user']),
  actor: 'app:test',
};

const day = 86_400_000;
export const officeNoon = parseTime('2024-06-15 12:00:00') as number;
const oddTimes = ['1000-01-01 00:00:00', '1969-12-31 23:59:59', '1970-01-01 08:00:00', '9999-12-31 23:59:59'];
const words = ['张三', '李四', 'Aurora', 'aurora 2', 'Zeta_%', '北京', '=1+1', '上海10', '上海9', 'Ünal'];
const countries = ['DE', 'US', 'CN', ''];

type Lists = {
  readonly [K in 'trail' | 'company' | 'contact' | 'lead' | 'leadContact' | 'opportunity' | 'user']: Map<number, ObjectKinds[K]>;
};

export class Office {
  readonly core: Core;
  readonly random: () => number;
  readonly #place: TestPlace;
  #now = officeNoon;
  readonly has: Lists = {
    trail: new Map(),
    company: new Map(),
    contact: new Map(),
    lead: new Map(),
    leadContact: new Map(),
    opportunity: new Map(),
    user: new Map(),
  };

  private constructor(core: Core, place: TestPlace, random: () => number) {
    this.core = core;
    this.#place = place;
    this.random = random;
  }

  /** `clock` is what the office says it is. */
  static async make(random: () => number): Promise<Office> {
    const place = await newPlace();
    let office: Office | null = null;
    const core = await openCore(place, { make: true, clock: () => office?.now ?? officeNoon });
    await core.tenants.create({ tenantId: officeTenant, name: 'office', createdAt: officeNoon });
    office = new Office(core, place, random);
    return office;
  }

  async end(): Promise<void> {
    await this.core.close();
    await this.#place.remove();
  }

  get now(): number {
    return this.#now;
  }

  /** The clock goes to and fro. */
  turnClock(): void {
    this.#now = this.pick([officeNoon, this.time(), officeNoon + this.below(40) * day]);
    if (Math.abs(this.#now - officeNoon) > 500 * day) this.#now = officeNoon;
  }

  below(n: number): number {
    return Math.floor(this.random() * n);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** Around now, often at the edges of days; now and then at the end of the world. */
  time(): number {
    if (this.below(60) === 0) return parseTime(this.pick(oddTimes)) as number;
    const midnight = (parseTime('2024-06-15') as number) + (this.below(90) - 75) * day;
    if (this.below(8) === 0) return midnight - 600 * day + this.below(600 * 86_400) * 1000;
    return midnight + this.pick([0, -1000, 1000, this.below(86_400) * 1000]);
  }

  /** Changes some of everything. */
  async change(): Promise<void> {
    await this.#write('user', 6, (id, before) => ({
      ...(before ?? blank.user(id)),
      nickname: `user ${id}`,
      state: this.pick([1, 1, 1, 0]),
    }));
    await this.#write('company', 30, (id, before) => ({
      ...(before ?? blank.company(id)),
      ...this.#firm(),
      removed: this.below(8) === 0,
      nextFollowUpAt: this.#firmTime(),
    }));
    await this.#write('lead', 15, (id, before) => ({
      ...(before ?? blank.lead(id)),
      ...this.#firm(),
      status: this.pick([1, 4, 7]),
      companyId: this.maybe(() => 1 + this.below(30)),
    }));
    await this.#write('opportunity', 15, (id, before) => {
      const { archivedAt, ownerIds, details, ...rest } = this.#firm();
      const helpers = this.#owners();
      return {
        ...(before ?? blank.opportunity(id)),
        ...rest,
        removed: this.below(8) === 0,
        mainUserId: this.maybe(() => 1 + this.below(6)),
        companyId: this.maybe(() => 1 + this.below(30)),
        details: {
          ...(helpers.length === 0 ? {} : { handlerIds: helpers }),
          ...(this.below(2) === 0 ? {} : { contactIds: [1 + this.below(40), 41 + this.below(20)], stageId: 7 }),
        },
      };
    });
    const person = () => ({
      name: this.pick(words),
      email: this.pick(['', `${this.below(99)}@aurora.example`, 'Eva@Zeta.example']),
      removed: this.below(6) === 0,
    });
    await this.#write('contact', 60, (id, before) => ({
      ...(before ?? blank.contact(id)),
      ...person(),
      companyId: this.maybe(() => 1 + this.below(30)),
      main: this.below(4) === 0,
    }));
    await this.#write('leadContact', 30, (id, before) => ({
      ...(before ?? blank.leadContact(id)),
      ...person(),
      leadId: this.maybe(() => 1 + this.below(15)),
      main: this.below(4) === 0,
    }));
    await this.#write('trail', 250, (id, before) => this.#trail(id, before));
  }

  maybe<T>(value: () => T): T | null {
    return this.below(4) === 0 ? null : value();
  }

  /** In firms the first second of 1970 is no time. */
  #firmTime(): number | null {
    return this.maybe(() => this.time()) || null;
  }

  #owners(): number[] {
    return [...new Set(Array.from({ length: this.below(3) }, () => 1 + this.below(7)))];
  }

  #firm() {
    const country = this.pick(countries);
    return {
      name: `${this.pick(words)} ${this.pick(words)}`,
      serialId: this.pick(['', `C-${this.below(20)}`]),
      ownerIds: this.#owners(),
      createdAt: this.#firmTime(),
      archivedAt: this.#firmTime(),
      details: { ...(country === '' ? {} : { country }), ...(this.below(3) === 0 ? { remark: '"country":"DE"' } : {}) },
    };
  }

  #trail(id: number, before: Trail | null): Trail {
    const recordedAt = officeNoon;
    if (before !== null && this.below(2) === 0)
      return { ...before, removed: !before.removed, updatedAt: before.updatedAt + 1000 };
    return {
      trailId: id,
      followUpId: null,
      type: 101 + this.below(4),
      authorId: this.maybe(() => 1 + this.below(7)),
      referId: null,
      content: this.pick(words),
      fileIds: [],
      enabled: this.below(15) > 0,
      removed: this.below(10) === 0,
      recordedAt,
      happenedAt: this.time(),
      updatedAt: (before?.updatedAt ?? recordedAt) + 1000,
      companyId: this.maybe(() => 1 + this.below(34)),
      contactIds: this.below(3) === 0 ? [1 + this.below(60)] : [],
      leadId: this.below(3) === 0 ? 1 + this.below(17) : null,
      leadContactIds: [],
      opportunityId: this.below(3) === 0 ? 1 + this.below(17) : null,
      inquiryId: null,
      trackSessionNo: null,
      commentCount: 0,
      ownCommentCount: 0,
    };
  }

  /** About a third of the ids up to `most`. */
  async #write<K extends keyof Lists>(
    kind: K,
    most: number,
    draw: (id: number, before: ObjectKinds[K] | null) => ObjectKinds[K],
  ): Promise<void> {
    const list = this.has[kind] as Map<number, ObjectKinds[K]>;
    const ids = Array.from({ length: most }, (_, i) => i + 1).filter(() => this.below(3) === 0);
    await this.core.objects.change(officeTenant, 'command:test', async (edit) => {
      const stored = await edit.getMany(kind as Kind & K, ids);
      const writes = ids.map((id): Write<ObjectKinds[K]> => {
        const after = draw(id, list.get(id) ?? null);
        list.set(id, after);
        return { before: stored.get(id) ?? null, after, knownAt: officeNoon };
      });
      await edit.write(kind, writes);
    });
  }
}
