import { expect, test } from 'vitest';
import { allTrails } from '../../src/domain/stores.ts';
import { AppError } from '../../src/errors.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { openStore, recordAbout, type TestStore, testCaller } from './fixture.ts';

/** More than two portions, in all kinds of states. */
const many: readonly WireEntry[] = Array.from({ length: 2500 }, (_, i) =>
  entry({
    trail_id: 100 + i,
    company_id: i % 7,
    lead_id: i % 3,
    create_time: `2024-05-01 12:00:${String(i % 60).padStart(2, '0')}`,
    delete_flag: i % 11 === 0 ? 1 : 0,
    enable_flag: i % 13 === 0 ? 0 : 1,
  }),
);

async function ids(store: TestStore, between: () => Promise<void> = async () => undefined): Promise<number[]> {
  const found: number[] = [];
  for await (const { trails } of store.core.trailStore.all(testTenant)) {
    found.push(...trails.map((trail) => trail.trailId));
    await between();
  }
  return found;
}

test('every entry once, removed and disabled ones too, in an order that only the entries make', async () => {
  const [one, two] = [await openStore(), await openStore()];
  await one.take(...many);
  for (let from = many.length; from > 0; from -= 400) await two.take(...many.slice(Math.max(0, from - 400), from));
  const found = await ids(one);
  expect(found.toSorted((a, b) => a - b)).toEqual(many.map((raw) => raw['trail_id']));
  expect(await ids(two)).toEqual(found);
  expect(await one.core.trailStore.count(testTenant)).toBe(many.length);
});

test('one state throughout, whatever is written meanwhile', async () => {
  const store = await openStore();
  await store.take(...many);
  const before = await ids(store);
  let round = 0;
  const during = await ids(store, async () => {
    round += 1;
    await store.core.trails.record(testCaller, recordAbout(1));
    // Moved behind and before the place that has been reached, and removed.
    const moved = [0, 1, 2].map((i) => ({ ...many[round * 3 + i], company_id: i * 6, delete_flag: i === 1 ? 1 : 0 }));
    await store.take(...moved.map((raw) => ({ ...raw, update_time: '2024-06-01 00:00:00' })));
  });
  expect(round).toBeGreaterThanOrEqual(3);
  expect(during).toEqual(before);
  expect((await ids(store)).length).toBe(before.length + round);
});

test('given up early, it holds nothing back', async () => {
  const store = await openStore();
  await store.take(...many);
  for await (const { trails } of store.core.trailStore.all(testTenant)) {
    expect(trails.length).toBeGreaterThan(0);
    break;
  }
  await store.core.close();
  await expect(store.core.trailStore.count(testTenant)).rejects.toThrow(AppError);
  await expect(store.core.trails.record(testCaller, recordAbout(1))).rejects.toThrow(AppError);
});

test('closing waits for what is under way', async () => {
  const store = await openStore();
  await store.take(...many);
  const writes = Array.from({ length: 50 }, (_, i) => store.core.trails.record(testCaller, recordAbout(1, `late ${i}`)));
  const filter = { ...allTrails, companyId: 1 };
  const reads = Array.from({ length: 50 }, () => store.core.trails.list(testCaller, filter, { number: 1, size: 10 }));
  const closed = store.core.close();
  const done = await Promise.all([...writes, ...reads]);
  await closed;
  expect(done).toHaveLength(100);
  expect(await store.rows("SELECT count(*) AS n FROM trail WHERE content LIKE 'late %'")).toEqual([{ n: 50 }]);
});
