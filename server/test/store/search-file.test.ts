/** What the search index leaves in the store's file. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { storePath } from '../../src/store/files.ts';
import { followAll } from '../../src/store/search-follower.ts';
import { atSecond, SearchWorld, tenants, trailOf } from './search-world.ts';

const [tenant] = tenants;

test('tokens of an erased entry are in no file of the store', async () => {
  const world = await SearchWorld.make();
  await world.put(
    tenant,
    ...Array.from({ length: 200 }, (_, i) => trailOf(i + 1, { content: `word${i}x 付款`, happenedAt: atSecond(i) })),
  );
  await world.put(tenant, trailOf(1000, { content: 'qqsecretqq', happenedAt: atSecond(100) }));
  await followAll(world.db, tenant);
  await world.erase(tenant, 1000);
  await followAll(world.db, tenant);
  const path = storePath(world.store.folder);
  const inFile = (text: string): boolean => ['', '-wal'].some((suffix) => readFileSync(path + suffix).includes(text));
  await world.store.rows('PRAGMA wal_checkpoint(TRUNCATE)');
  expect(inFile('word199x')).toBe(true);
  expect(inFile('qqsecretqq')).toBe(false);
});
