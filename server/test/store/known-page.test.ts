/** Pages out of memory: not one statement is run for them, until somebody writes what they show. */
import { expect, test } from 'vitest';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import type { Db } from '../../src/store/db.ts';
import { entry, testTenant } from '../support/entries.ts';
import { openStore } from './fixture.ts';
import { keeping } from './history.ts';

const at = (minute: number) =>
  `2024-05-01 ${String(8 + Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}:00`;
const time = (minute: number) => Date.parse(`${at(minute).replace(' ', 'T')}+08:00`);

test('a page that lies where others were looked at is found without the store, until its company or its colleague is touched', async () => {
  const store = await openStore();
  const draft = (id: number, company: number, more = {}) =>
    entry({ trail_id: id, company_id: company, create_user: 31, create_time: at(id % 400), ...more });
  await store.take(...Array.from({ length: 400 }, (_, i) => draft(1 + i, 1)), draft(1001, 2));
  const { db } = store.core;
  let reads = 0;
  const counting: Db = {
    dialect: db.dialect,
    counts: db.counts,
    read: (tenantId, work) => {
      reads += 1;
      return db.read(tenantId, work);
    },
    snapshot: (tenantId) => db.snapshot(tenantId),
    stamp: (tenantId) => db.stamp(tenantId),
    write: (tenantId, work) => db.write(tenantId, work),
    close: () => db.close(),
  };
  const ask = keeping(counting);
  const company: TrailFilter = { ...allTrails, companyId: 1 };
  const readsFor = async (filter: TrailFilter, number = 1): Promise<{ ids: number[]; reads: number }> => {
    const before = reads;
    const { rows } = await ask(testTenant, filter, { number, size: 5 }, null);
    return { ids: rows.map(({ trail }) => trail.trailId), reads: reads - before };
  };
  await readsFor(company);
  expect(await readsFor(company)).toEqual({ ids: [399, 398, 397, 396, 395], reads: 0 });
  // Another page of the same block, of entries that were shown, by another end and in the other direction.
  expect(await readsFor({ ...company, from: time(395), oldestFirst: true })).toEqual({
    ids: [395, 396, 397, 398, 399],
    reads: 0,
  });
  expect(await readsFor({ ...company, from: time(396), to: time(398) })).toEqual({ ids: [398, 397, 396], reads: 0 });
  // Past the end.
  expect(await readsFor({ ...company, from: time(396) }, 9)).toEqual({ ids: [], reads: 0 });
  // Elsewhere: the log is followed, and the timeline once.
  await store.take(draft(1003, 2));
  await readsFor(company);
  expect(await readsFor(company)).toEqual({ ids: [399, 398, 397, 396, 395], reads: 0 });
  // Here.
  await store.take(draft(1005, 1, { create_time: at(410) }));
  expect((await readsFor(company)).ids).toEqual([1005, 399, 398, 397, 396]);
  expect((await readsFor(company)).reads).toBe(0);
  const renamed = { create_user_info: { user_id: '31', nickname: 'renamed', avatar: '' }, update_time: '2024-06-01 00:00:00' };
  await store.take(draft(1, 1, renamed));
  const { rows } = await ask(testTenant, company, { number: 1, size: 1 }, null);
  expect(rows[0]?.names).toContain('renamed');
});
