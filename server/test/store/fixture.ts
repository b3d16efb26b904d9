/** A store of its own for each test, and its tables as they stand in the file. */
import { onTestFinished } from 'vitest';
import { type Core, openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import type { MergeCount } from '../../src/domain/merge.ts';
import type { TrailRecord } from '../../src/domain/trail.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { presentTrail } from '../../src/wire/trail-wire.ts';
import { testTenant, type WireEntry } from '../support/entries.ts';
import { newPlace, type TestPlace } from '../support/place.ts';
import { TestClock } from '../support/server.ts';

export interface TestStore {
  readonly core: Core;
  readonly place: TestPlace;
  readonly folder: string;
  readonly clock: TestClock;
  /** Takes entries as the import does, all in one portion. */
  take(...entries: readonly WireEntry[]): Promise<MergeCount>;
  /** Rows of the store, by a connection that is none of the program's. */
  readonly rows: TestPlace['rows'];
  /** Another program over the same store. */
  another(): Promise<Core>;
}

/** Closed and removed at the end of the test. */
export async function openStore(): Promise<TestStore> {
  const place = await newPlace();
  const clock = new TestClock('2024-11-04 10:00:00');
  const cores: Core[] = [];
  const another = async (): Promise<Core> => {
    const core = await openCore(place, { make: true, clock: clock.now });
    cores.push(core);
    return core;
  };
  onTestFinished(async () => {
    for (const core of cores) await core.close();
    await place.remove();
  });
  const core = await another();
  return {
    core,
    place,
    folder: place.data,
    clock,
    another,
    take: async (...entries) => core.importer.take([entries.map(readEntry)]),
    rows: place.rows,
  };
}

/** Every entry of a tenant as it is exported, by its id. */
export async function exported(store: TestStore, tenantId = testTenant): Promise<Map<unknown, WireEntry>> {
  const entries = new Map<unknown, WireEntry>();
  for await (const { trails, joined } of store.core.trailStore.all(tenantId)) {
    for (const trail of trails) entries.set(trail.trailId, JSON.parse(presentTrail(tenantId, trail, joined)) as WireEntry);
  }
  return entries;
}

export const testCaller: Caller = {
  tenantId: testTenant,
  clientId: 'test',
  userId: 7001,
  member: false,
  scopes: new Set(['company']),
  actor: 'app:test',
};

/** A record of which nothing is said but its text. */
export const recordOf = (content: string): TrailRecord => ({
  type: null,
  content,
  companyId: null,
  leadId: null,
  opportunityId: null,
  contactIds: [],
  leadContactIds: [],
  fileIds: [],
  happenedAt: null,
  authorId: null,
});

/** A record about one company, otherwise empty. */
export const recordAbout = (companyId: number, content = 'called'): TrailRecord => ({ ...recordOf(content), companyId });
