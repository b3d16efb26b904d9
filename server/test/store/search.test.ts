/** The search index itself: blocks that are cut, its way after the log, erasure, and its check. */
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import { Findings } from '../../src/store/findings.ts';
import { checkSearch } from '../../src/store/search-check.ts';
import { followAll, followPortion, rebuildSearch } from '../../src/store/search-follower.ts';
import { searchTableNames } from '../../src/store/search-tables.ts';
import { SearchWorker } from '../../src/store/search-worker.ts';
import { engine } from '../support/place.ts';
import { announceSeed, histories, randomFrom } from '../support/soak.ts';
import { atSecond, SearchWorld, searchFor, tenants, trailOf } from './search-world.ts';

const [tenant, other] = tenants;

async function findings(world: SearchWorld, of: number = tenant): Promise<string[]> {
  const found = new Findings();
  await world.db.read(null, (tx) => checkSearch(tx, of, found));
  return found.list.map(({ what }) => what);
}

/** In the store's tables, by a connection that is none of the program's. */
const tamper = (world: SearchWorld, sql: string): Promise<void> => world.store.place.exec(sql);
const isEmbedded = engine === 'sqlite';
const bytes = (hex: string): string => (isEmbedded ? `x'${hex}'` : `decode('${hex}', 'hex')`);
const zeros = (column: string): string =>
  isEmbedded ? `zeroblob(length(${column}))` : `decode(repeat('00', length(${column})), 'hex')`;

const shuffled = <T>(list: readonly T[], random: () => number): T[] =>
  list
    .map((value) => ({ value, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ value }) => value);

const orders: readonly (readonly [string, (trails: Trail[], random: () => number) => Trail[]])[] = [
  ['oldest first', (trails) => trails],
  ['newest first', (trails) => trails.reverse()],
  ['in any order', shuffled],
];

describe('more entries than a block has room for', () => {
  for (const [name, ordered] of orders) {
    test(name, { timeout: 120_000 }, async () => {
      const random = randomFrom(announceSeed(`search, ${name}`));
      const world = await SearchWorld.make();
      // Followed from the beginning: the index is not built in the order of the timeline.
      await followAll(world.db, tenant);
      const trails = Array.from({ length: 20_000 }, (_, i) =>
        // A third of them within one second.
        trailOf(i + 1, {
          happenedAt: atSecond(i % 3 === 0 ? 5000 : i),
          updatedAt: atSecond(Math.floor(random() * 1000)),
          content: `${i % 7 === 0 ? '付款' : '报价'} ${i % 1000}`,
          companyId: 1 + (i % 3),
        }),
      );
      const order = ordered(trails, random);
      for (let start = 0; start < order.length; start += 4000) {
        await world.put(tenant, ...order.slice(start, start + 4000));
        await followAll(world.db, tenant);
      }
      // Some are moved, some are taken away: their slots are given out.
      const moved = shuffled(trails, random).slice(0, 3000);
      await world.put(
        tenant,
        ...moved.map((trail, i) =>
          i % 2 === 0 ? { ...trail, removed: true } : { ...trail, happenedAt: atSecond(i), content: '付款方式' },
        ),
      );
      await followAll(world.db, tenant);
      const blocks = await world.store.rows('SELECT live FROM search_block WHERE tenant_id = ?', tenant);
      expect(blocks.length).toBeGreaterThan(3);
      expect(await findings(world)).toEqual([]);
      for (let i = 0; i < histories(200); i++) {
        const from = Math.floor(random() * 20_000);
        const search = searchFor(['付款', '报价', '款方式', '7', '99', '9 付'][i % 6] as string, {
          companyId: [null, 2][i % 2] as number | null,
          removed: i % 5 === 0,
          oldestFirst: i % 3 === 0,
          by: i % 7 === 0 ? 'updatedAt' : 'happenedAt',
          ...(i % 4 === 0 ? { from: atSecond(from), to: atSecond(from + 3000) } : {}),
        });
        await world.compare(tenant, search, { number: 1 + Math.floor(random() * 40), size: 20 });
      }
    });
  }
});

test('an index that is far behind is built anew, and every answer meanwhile is exact', { timeout: 120_000 }, async () => {
  const world = await SearchWorld.make();
  await world.put(tenant, trailOf(1, { content: '付款' }));
  await followAll(world.db, tenant);
  const many = Array.from({ length: 21_000 }, (_, i) => trailOf(i + 2, { content: '付款方式', happenedAt: atSecond(i) }));
  await world.put(tenant, ...many);
  const phases = new Set<unknown>();
  for (let n = 0; ; n++) {
    phases.add((await world.store.rows('SELECT phase FROM search_state WHERE tenant_id = ?', tenant))[0]?.['phase']);
    // What is changed while it is built, before and after it was read.
    if (n < 5)
      await world.put(tenant, ...[1, 2, 9000, 21_000].map((id) => ({ ...world.trail(tenant, id), content: `付款 ${n}` })));
    if (n === 3) await world.erase(tenant, 5000);
    if (n % 3 === 0) await world.compare(tenant, searchFor('付款'), { number: 1, size: 20 });
    if ((await followPortion(world.db, tenant)) === 'idle') break;
  }
  expect(phases).toEqual(new Set(['ready', 'drop', 'scan', 'complete']));
  expect(await world.progress(tenant)).toMatchObject({ behind: 0, building: false });
  expect(await findings(world)).toEqual([]);
  await world.compare(tenant, searchFor('付款'), { number: 2, size: 20 });
});

test('a built index has room for later entries, and changes in many full blocks are taken in smaller portions', {
  timeout: 120_000,
}, async () => {
  const world = await SearchWorld.make();
  const count = 43_000;
  const entry = (id: number, second: number): Trail => trailOf(id, { content: `付款 ${id % 500}`, happenedAt: atSecond(second) });
  await world.put(tenant, ...Array.from({ length: count }, (_, i) => entry(i + 1, i)));
  await followAll(world.db, tenant);
  const slots = async (): Promise<number[]> =>
    (await world.store.rows('SELECT slots FROM search_block WHERE tenant_id = ? AND live = 1', tenant)).map((row) =>
      Number(row['slots']),
    );
  expect(Math.max(...(await slots()))).toBe(7168);
  const later = 6600;
  await world.put(
    tenant,
    ...Array.from({ length: later }, (_, i) => entry(count + i + 1, Math.floor((((i * 7919) % later) * count) / later))),
  );
  let portions = 0;
  while ((await followPortion(world.db, tenant)) === 'worked') portions += 1;
  // Two are enough where nothing has to be split.
  expect(portions).toBeGreaterThan(2);
  expect((await slots()).length).toBeGreaterThan(10);
  expect((await slots()).reduce((sum, one) => sum + one)).toBe(count + later);
  expect(await findings(world)).toEqual([]);
  for (const keyword of ['付款', '499', '付款 7']) await world.compare(tenant, searchFor(keyword), { number: 3, size: 20 });
});

test('of an erased entry no token is left in the files, and a follower does not bring it back', async () => {
  const world = await SearchWorld.make();
  const secret = 'zyxwvutsrq 鱻龘靐';
  const common = Array.from({ length: 300 }, (_, i) => trailOf(i + 1, { content: `付款 ${i} tuvwxyz`, happenedAt: atSecond(i) }));
  await world.put(tenant, ...common.slice(0, 100));
  await followAll(world.db, tenant);
  await world.put(tenant, trailOf(1000, { content: secret, companyId: 4 }), ...common.slice(100));
  await followAll(world.db, tenant);
  await world.compare(tenant, searchFor('龘靐'), { number: 1, size: 20 });
  // Edited since, so that the index has another state than the row; and erased while a portion is being planned.
  await world.put(tenant, trailOf(1000, { content: `${secret} 麤`, companyId: 4, happenedAt: atSecond(50) }));
  const following = followPortion(world.db, tenant);
  await world.erase(tenant, 1000);
  await following;
  await world.compare(tenant, searchFor('龘'), { number: 1, size: 20 });
  await followAll(world.db, tenant);
  await world.compare(tenant, searchFor('zyx'), { number: 1, size: 20 });
  expect(await findings(world)).toEqual([]);
  const tokens = (await world.store.rows('SELECT token FROM search_posting')).map((row) => String(row['token']));
  for (const gone of ['zyxwvutsrq', 'z', '鱻', '鱻龘', '靐', '麤']) expect(tokens).not.toContain(gone);
});

test('the check finds what is wrong with the index', { timeout: 60_000 }, async () => {
  const world = await SearchWorld.make();
  for (const of of tenants) {
    await world.put(
      of,
      ...Array.from({ length: 40 }, (_, i) => trailOf(i + 1, { content: `付款 ${i}`, happenedAt: atSecond(i), companyId: 1 })),
    );
    await followAll(world.db, of);
  }
  await world.put(tenant, trailOf(41, { content: '报价' }), trailOf(42, { removed: true, content: '报价' }));
  await followAll(world.db, tenant);
  expect(await findings(world)).toEqual([]);
  const where = `tenant_id = ${tenant}`;
  for (const [name, sql, what] of [
    ['a missing row', `DELETE FROM search_posting WHERE ${where} AND token = '付款'`, '1 missing'],
    [
      'a row too many',
      `INSERT INTO search_posting VALUES (${tenant}, 1, '无', 1, ${bytes('0000')})`,
      '1 tokens with other entries',
    ],
    [
      'another count',
      `UPDATE search_posting SET entries = entries - 1 WHERE ${where} AND token = '付'`,
      '1 tokens with other entries',
    ],
    [
      'another slot',
      `UPDATE search_posting SET slots = ${bytes('0500')} WHERE ${where} AND token = '39'`,
      '1 tokens with other entries',
    ],
    ['a lost key', `UPDATE search_keys SET keys = ${zeros('keys')} WHERE ${where}`, 'is missing'],
    ['other times', `UPDATE search_keys SET times = ${zeros('times')} WHERE ${where}`, 'otherwise than it stood'],
    ['a lost block', `DELETE FROM search_block WHERE ${where}`, 'which is not there'],
    ['another position', `UPDATE search_state SET revision = revision - 2 WHERE ${where}`, 'otherwise than it stood'],
  ] as const) {
    for (const table of searchTableNames) await tamper(world, `CREATE TABLE kept_${table} AS SELECT * FROM ${table}`);
    await tamper(world, sql);
    expect((await findings(world)).join('\n'), name).toContain(what);
    expect(await findings(world, other), name).toEqual([]);
    for (const table of searchTableNames)
      await tamper(world, `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept_${table}; DROP TABLE kept_${table}`);
    expect(await findings(world), name).toEqual([]);
  }
  await tamper(world, `UPDATE search_posting SET entries = 1 WHERE ${where}`);
  await world.db.write(null, (tx) => rebuildSearch(tx, tenant));
  await followAll(world.db, tenant);
  expect(await findings(world)).toEqual([]);
});

test('the worker follows the log of every tenant until it is stopped', async () => {
  const world = await SearchWorld.make();
  const worker = new SearchWorker({
    db: world.db,
    tenants: world.store.core.tenants,
    failed: (error) => {
      throw error;
    },
  });
  for (const of of tenants) await world.put(of, trailOf(1, { content: '付款' }));
  worker.start();
  for (const of of tenants) while ((await world.progress(of)).behind > 0) await wait(20);
  await worker.stop();
  await world.put(tenant, trailOf(2, { content: '付款' }));
  await wait(700);
  expect(await world.progress(tenant)).toMatchObject({ behind: 1 });
  await world.compare(tenant, searchFor('付款'), { number: 1, size: 20 });
});
