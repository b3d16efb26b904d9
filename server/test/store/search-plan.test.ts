import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { storePath } from '../../src/store/files.ts';
import { Findings } from '../../src/store/findings.ts';
import { TrailSearch } from '../../src/store/search.ts';
import { checkSearch } from '../../src/store/search-check.ts';
import { followAll, rebuildSearch, searchProgress } from '../../src/store/search-follower.ts';
import { expectSeeking, plansOf } from './plans.ts';
import { atSecond, SearchWorld, searchFor, tenants, trailOf } from './search-world.ts';

test('the search and what follows the log seek by the tenant, and read nothing from end to end', async () => {
  const world = await SearchWorld.make();
  const [tenant] = tenants;
  await world.put(
    tenant,
    ...Array.from({ length: 300 }, (_, i) => trailOf(i + 1, { content: `付款方式 ${i}`, happenedAt: atSecond(i) })),
  );
  const file = new DatabaseSync(storePath(world.store.folder));
  const planned = await plansOf(world.db, file, async (db) => {
    const search = new TrailSearch();
    const ask = (keyword: string, revision: number, given = {}): Promise<unknown> =>
      db.read(null, (tx) => search.page(tx, tenant, searchFor(keyword, given), { number: 1, size: 20 }, revision));
    await ask('付款', 300);
    await ask('付款', 200);
    await followAll(db, tenant);
    await world.put(tenant, { ...trailOf(7, { content: '付款' }), companyId: 1 }, trailOf(8, { content: '付款', removed: true }));
    await ask('付款', world.head(tenant));
    await ask('付款方式', world.head(tenant), { by: 'updatedAt' });
    await ask('299', 200, { companyId: 1, removed: true, from: atSecond(1) });
    await followAll(db, tenant);
    await db.read(null, (tx) => checkSearch(tx, tenant, new Findings()));
    await db.write(null, (tx) => rebuildSearch(tx, tenant));
    await followAll(db, tenant);
    await db.read(null, (tx) => searchProgress(tx, tenant));
  });
  file.close();
  expectSeeking(planned);
  const text = planned.map(({ plan }) => plan.join('\n')).join('\n');
  for (const index of ['trail_by_time', 'SEARCH p USING PRIMARY KEY (tenant_id=? AND block=? AND token=?)'])
    expect(text).toContain(index);
});
