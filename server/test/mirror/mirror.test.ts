/** What a mirror is, on each engine: a copy, its own, and of nothing but what the upstream has. */
import { afterEach, expect, test } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import { MirrorEnded } from '../../src/mirror/mirror.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';
import { changeSomething } from './changing.ts';
import { logOf, unexplained } from './explained.ts';
import { firm } from './firm.ts';
import { exported, type Mirroring, mirroring } from './mirroring.ts';

let place: Mirroring;
afterEach(async () => {
  await place?.close();
});

const minute = 60_000;
const same = async () => expect(await exported(place.core)).toBe(await exported(place.upstream.core));
const headOf = async () => (await place.core.trailStore.head(testTenant)).revision;
const stateOf = async () => (await place.core.mirrors.get(testTenant))?.state;

/** Does to one entry of the upstream what is said. */
const changeOne = (trailId: number, change: (trail: Trail, now: number) => Trail): Promise<number> =>
  place.upstream.core.objects.change(testTenant, 'command:test', async (edit) => {
    const now = place.upstream.clock.at;
    const before = (await edit.getMany('trail', [trailId])).get(trailId) ?? null;
    if (before === null) throw new Error(`no entry ${trailId}`);
    return edit.write('trail', [{ before, after: change(before.object, now), knownAt: now }]);
  });

test('everything is copied, once', async () => {
  place = await mirroring(firm(3000));
  await place.round();
  await same();
  expect(unexplained(await logOf(place.core), await logOf(place.upstream.core))).toEqual([]);
  const revision = await headOf();
  await place.round(true);
  expect(await headOf()).toBe(revision);
});

test('an upstream without entries is copied too, and so is its first one', async () => {
  place = await mirroring([]);
  await place.round();
  expect((await stateOf())?.filledAt).not.toBeNull();
  await place.upstream.import([entry({ create_time: '2026-05-20 09:59:00' })]);
  await place.sleep(10 * minute);
  await place.round();
  await same();
});

test('what people do there is done here, and nothing besides', async () => {
  const random = randomFrom(announceSeed('people'));
  place = await mirroring(firm(600, 90), { pageSize: 50 });
  await place.round();
  for (let n = 0; n < 4; n++) {
    await changeSomething(place.upstream, random, 6);
    await place.sleep(8 * 60 * minute);
    await place.round(true);
    await same();
    expect(unexplained(await logOf(place.core), await logOf(place.upstream.core))).toEqual([]);
  }
});

test('nobody else changes a mirror, and everybody may when it has ended', async () => {
  place = await mirroring(firm(100));
  await place.round();
  const before = await exported(place.core);
  const { core } = place;
  const write = () =>
    core.objects.change(testTenant, 'command:test', async (edit) => {
      const [first] = (await edit.getMany('trail', [firm(100)[0]?.trail_id ?? 0])).values();
      if (first === undefined) throw new Error('no entry');
      return edit.write('trail', [{ before: first, after: { ...first.object, content: 'mine' }, knownAt: first.knownAt }]);
    });
  await expect(write()).rejects.toMatchObject({ errorName: 'mirrored' });
  await expect(core.importer.take([[readEntry(entry())]])).rejects.toMatchObject({ errorName: 'mirrored' });
  expect(await exported(core)).toBe(before);
  await core.mirrors.end(testTenant);
  await expect(place.mirror.step()).rejects.toThrow(MirrorEnded);
  expect(await exported(core)).toBe(before);
  expect(await write()).toBe(1);
  await core.importer.take([[readEntry(entry())]]);
  expect((await exported(core)).split('\n').length).toBe(101);
  // It has data of its own now, which a mirror would take away.
  await expect(place.reopen()).rejects.toMatchObject({ errorName: 'usage' });
});

test('a mirror of one upstream is none of another', async () => {
  place = await mirroring(firm(10));
  expect(await place.core.mirrors.begin(testTenant, 'http://127.0.0.1:1', (await stateOf()) as never, 0)).toBe(false);
  expect((await place.core.mirrors.get(testTenant))?.upstream).toBe(new URL(place.proxy.baseUrl).origin);
});

test('an entry is taken out when two whole answers lacked it, not before', async () => {
  place = await mirroring(firm(300, 30), { pageSize: 400 });
  await place.round();
  const [gone] = firm(300, 30);
  const trailId = gone?.trail_id ?? 0;
  const removed = async () => (await place.core.mirrorCopy.byId(testTenant, [trailId])).map((trail) => trail.removed);
  await changeOne(trailId, (trail) => ({ ...trail, removed: true }));
  await place.sleep(25 * 60 * minute);
  for (let n = 0; (await place.core.mirrors.misses(testTenant)).length === 0; n++) {
    expect(n).toBeLessThan(100);
    if ((await place.mirror.step()) > 0) await place.sleep(1000);
  }
  expect(await removed()).toEqual([false]);
  const [miss] = await place.core.mirrors.misses(testTenant);
  expect(miss).toMatchObject({ trailId, announced: false });
  await place.until((miss?.missedAt ?? 0) + 50_000);
  expect(await removed()).toEqual([false]);
  await place.until((miss?.missedAt ?? 0) + 10 * minute);
  expect(await removed()).toEqual([true]);
  expect(await place.core.mirrors.misses(testTenant)).toEqual([]);
  await same();
  const changes = (await logOf(place.core)).filter(({ objectId }) => objectId === trailId);
  expect(changes.map(({ action, actor }) => [action, actor])).toEqual([
    ['recorded', 'mirror'],
    ['removed', 'mirror'],
  ]);
  await changeOne(trailId, (trail, now) => ({ ...trail, removed: false, updatedAt: now }));
  await place.sleep(13 * 60 * minute);
  await place.round();
  await same();
});

test('an entry that was missed once and is there again stays', async () => {
  place = await mirroring(firm(300, 30), { pageSize: 400 });
  await place.round();
  const [first] = firm(300, 30);
  const trailId = first?.trail_id ?? 0;
  await changeOne(trailId, (trail) => ({ ...trail, removed: true }));
  await place.sleep(25 * 60 * minute);
  while ((await place.core.mirrors.misses(testTenant)).length === 0) if ((await place.mirror.step()) > 0) await place.sleep(1000);
  await changeOne(trailId, (trail) => ({ ...trail, removed: false }));
  await place.until(place.upstream.clock.at + 10 * minute);
  expect(await place.core.mirrors.misses(testTenant)).toEqual([]);
  const changes = (await logOf(place.core)).filter(({ objectId }) => objectId === trailId);
  expect(changes.map(({ action }) => action)).toEqual(['recorded']);
  await same();
});

test('what the upstream says of itself has changed is fetched at once', async () => {
  place = await mirroring(firm(400, 200), { pageSize: 50 });
  await place.round();
  const known = firm(400, 200);
  const [edited, removed, opportunity] = [known[3], known[5], known.find((one) => one.opportunity_id !== 0)];
  await changeOne(edited?.trail_id ?? 0, (trail, now) => ({ ...trail, content: 'told', updatedAt: now }));
  await changeOne(removed?.trail_id ?? 0, (trail) => ({ ...trail, removed: true }));
  await place.upstream.core.objects.change(testTenant, 'command:test', async (edit) => {
    const [before] = (await edit.getMany('opportunity', [opportunity?.opportunity_id ?? 0])).values();
    const now = place.upstream.clock.at;
    if (before === undefined) throw new Error('no opportunity');
    await edit.write('opportunity', [{ before, after: { ...before.object, name: 'told', updatedAt: now }, knownAt: now }]);
  });
  const told = { toldAt: place.upstream.clock.at, removed: false };
  await place.core.mirrors.tell(testTenant, [
    { ...told, kind: 'trail', id: edited?.trail_id ?? 0 },
    { ...told, kind: 'trail', id: removed?.trail_id ?? 0, removed: true },
    { ...told, kind: 'opportunity', id: opportunity?.opportunity_id ?? 0 },
  ]);
  const calls = place.proxy.calls.length;
  await place.until(place.upstream.clock.at + minute);
  await same();
  expect(place.proxy.calls.length - calls).toBeLessThan(8);
  expect(await place.core.mirrors.told(testTenant, ['trail', 'opportunity'], 10)).toEqual([]);
});

test('another process goes on where one has stopped', async () => {
  place = await mirroring(firm(1500), { pageSize: 50 });
  let mirror = place.mirror;
  for (let n = 0; (await stateOf())?.filledAt === null; n++) {
    if (n % 3 === 2) mirror = await place.reopen();
    const pause = await mirror.step();
    if (pause > 0) await place.sleep(pause);
  }
  await same();
  const pages = place.proxy.calls.filter(({ query }) => query['count'] === '50' && query['end_time'] !== undefined);
  expect(new Set(pages.map(({ query }) => JSON.stringify(query))).size).toBe(pages.length);
});
