/** Readers who page through a whole list as of a revision, in any order, while others write: together it is that one state. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { Core } from '../../src/app.ts';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { openStore } from './fixture.ts';
import { Model, type Shown, shown } from './model.ts';

const writers = 8;
const readers = 4;
const entries = 600;
const companies = 3;

type Random = (below: number) => number;

const timeText = (second: number): string => `2024-05-01 12:00:${String(second).padStart(2, '0')}`;

/** Edits, moves, removals, restorations and new entries, a few at a time. */
async function write(core: Core, random: Random, writer: number, done: () => boolean): Promise<void> {
  while (!done()) {
    if (random(4) === 0) {
      const id = 1_000_000 * (writer + 1) + random(1_000_000);
      const fresh = entry({ trail_id: id, company_id: 1 + random(companies), create_time: timeText(random(60)) });
      await core.importer.take([[readEntry(fresh)]]);
      continue;
    }
    const ids = Array.from({ length: 1 + random(5) }, () => 1 + random(entries));
    await core.objects.change(testTenant, 'command:test', async (edit) => {
      const found = [...(await edit.getMany('trail', new Set(ids))).values()];
      const writes = found.map((before) => {
        const { object } = before;
        const after = [
          { ...object, content: `${object.content}.` },
          { ...object, removed: !object.removed },
          { ...object, companyId: 1 + random(companies) },
          { ...object, happenedAt: object.happenedAt + 1000 * (random(20) - 10) },
        ][random(4)];
        return { before, after: { ...object, ...after, updatedAt: object.updatedAt + 1000 }, knownAt: object.updatedAt + 1000 };
      });
      await edit.write('trail', writes);
    });
  }
}

const filters: readonly Partial<TrailFilter>[] = [
  {},
  { companyId: 2, oldestFirst: true },
  { removed: true },
  { by: 'updatedAt' },
  { types: [101], companyId: 1 },
];

/** Every page of a list, in shuffled order; compares the union with what the log says of that revision. */
async function readAll(core: Core, random: Random): Promise<void> {
  const { revision } = await core.trailStore.head(testTenant);
  const asOf = random(3) === 0 ? 1 + random(revision) : revision;
  const filter = { ...allTrails, ...filters[random(filters.length)] };
  const size = 7 + random(100);
  const { total } = await core.trailStore.list(testTenant, filter, { number: 1, size }, asOf);
  const numbers = Array.from({ length: Math.ceil(total / size) + 1 }, (_, i) => i + 1);
  for (let i = numbers.length - 1; i > 0; i--) {
    const other = random(i + 1);
    [numbers[i], numbers[other]] = [numbers[other] as number, numbers[i] as number];
  }
  const pages: { number: number; rows: Shown['rows'] }[] = [];
  // A few at a time, so that others write in between.
  for (let i = 0; i < numbers.length; i += 4) {
    const some = numbers.slice(i, i + 4).map(async (number) => {
      const page = await core.trailStore.list(testTenant, filter, { number, size }, asOf);
      expect(page.total, `page ${number} as of ${asOf}`).toBe(total);
      return { number, rows: shown(page).rows };
    });
    pages.push(...(await Promise.all(some)));
    await nextTurn();
  }
  const rows = pages.sort((a, b) => a.number - b.number).flatMap((page) => page.rows);
  const model = await Model.at(core.db, testTenant, asOf);
  const expected = model.list(testTenant, filter, { number: 1, size: Number.MAX_SAFE_INTEGER });
  const about = `${JSON.stringify(filter)} as of ${asOf}, pages of ${size}`;
  expect(rows.map(({ trail }) => trail.trailId).join(' '), about).toBe(expected.rows.map(({ trail }) => trail.trailId).join(' '));
  expect({ total, rows }, about).toEqual(expected);
}

test('8 writers, 4 readers: each union of pages is the state at its revision', { timeout: 1_800_000 }, async () => {
  const seed = announceSeed('as-of storm');
  const store = await openStore();
  const other = await store.another();
  await store.take(
    ...Array.from({ length: entries }, (_, i) =>
      entry({ trail_id: i + 1, company_id: 1 + (i % companies), create_time: timeText(i % 60) }),
    ),
  );
  for (let round = 0; round < soak(100); round++) {
    const below = (i: number): Random => {
      const random = randomFrom(seed + 1000 * round + i);
      return (n) => Math.floor(random() * n);
    };
    let reading = true;
    const written = Array.from({ length: writers }, (_, i) =>
      write(i % 2 === 0 ? store.core : other, below(i), i, () => !reading),
    );
    try {
      await Promise.all(Array.from({ length: readers }, (_, i) => readAll(i % 2 === 0 ? store.core : other, below(writers + i))));
    } finally {
      reading = false;
      await Promise.all(written);
    }
  }
});
