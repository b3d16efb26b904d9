import { afterEach, expect, test } from 'vitest';
import { generateFirm } from '../../src/demo/firm.ts';
import { exported, type Mirroring, mirroring } from './mirroring.ts';

let place: Mirroring;
afterEach(async () => {
  await place?.close();
});

const firm = (entries: number) => [
  ...generateFirm({
    clientId: 23412,
    seed: 7,
    entries,
    companies: Math.ceil(entries / 40),
    salespeople: 6,
    endAt: Date.UTC(2026, 4, 20, 1),
    days: 400,
  }),
];

test('everything is copied, once', async () => {
  place = await mirroring(firm(3000));
  await place.round();
  expect(await exported(place.core)).toBe(await exported(place.upstream.core));
  const { revision } = await place.core.trailStore.head(23412);
  await place.round(true);
  expect((await place.core.trailStore.head(23412)).revision).toBe(revision);
});
