/** An upstream that goes wrong for long, or again and again: what a mirror asks, says and keeps then. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { dayOf } from '../../src/mirror/schedule.ts';
import { formatTime } from '../../src/wire/time.ts';
import { entry } from '../support/entries.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';
import { changeSomething, liveEntries } from './changing.ts';
import { fingerprint, logOf, unexplained } from './explained.ts';
import { type Call, drawFault, type Fault, type FaultName, faultNames, occursAt, randomFaults } from './faults.ts';
import { firm } from './firm.ts';
import { account, type Mirroring, mirroring, mirrorOf } from './mirroring.ts';
import { isTokenPath, trailListPath } from './okki-wire.ts';

let place: Mirroring;
afterEach(async () => {
  await place?.close();
});

const [minute, hour, day] = [60_000, 3_600_000, 86_400_000];

const lines = (level: string): string[] => place.log.filter((line) => line.level === level).map(({ message }) => message);
const same = async () => expect(await fingerprint(place.core)).toBe(await fingerprint(place.upstream.core));
const explained = async () => expect(unexplained(await logOf(place.core), await logOf(place.upstream.core))).toEqual([]);
const noted = async (): Promise<number> => Number((await place.place.rows('SELECT sum(calls) AS n FROM mirror_call'))[0]?.['n']);

test('each fault once, while very many entries are read', { timeout: 600_000 }, async () => {
  const entries = soak(200_000);
  const pageSize = entries / 200;
  const random = randomFrom(announceSeed('each fault once'));
  place = await mirroring(firm(entries), { pageSize, timeout: 3_000, random, brief: true });
  const left: FaultName[] = faultNames.filter((name) => name !== 'unknown-type');
  left.sort(() => random() - 0.5);
  let calm = 3;
  place.proxy.fault = ({ path }) => {
    // Tokens are seldom asked for, so what can only befall them does so whenever they are.
    const next = left.findIndex((name) =>
      isTokenPath(path) ? !occursAt(name, trailListPath) : calm <= 0 && occursAt(name, path),
    );
    calm -= 1;
    if (next < 0) return null;
    calm = Math.floor(random() * 10);
    return drawFault(left.splice(next, 1)[0] as FaultName, random);
  };
  const startedAt = performance.now();
  await place.round();
  const calls = place.proxy.calls.length;
  expect(left).toEqual([]);
  await same();
  expect(lines('error')).toEqual([]);
  expect(lines('warn').length).toBe(lines('info').filter((line) => /answers again/.test(line)).length);
  const log = await logOf(place.core);
  expect(unexplained(log, await logOf(place.upstream.core))).toEqual([]);
  expect(log.filter(({ kind }) => kind === 'trail').length).toBe(entries);
  expect(await noted()).toBe(calls);
  announce(`${entries} entries with each fault once: ${calls} calls, ${Math.round(performance.now() - startedAt)} ms`);
});

test('three of ten answers wrong, for days, while people work: the copy is whole as soon as that ends', async () => {
  const random = randomFrom(announceSeed('three of ten'));
  place = await mirroring(firm(400, 40), { pageSize: 25, timeout: 1_000, random, brief: true });
  for (let n = 0; n < soak(40); n++) {
    place.proxy.fault = randomFaults(random, 0.3);
    await changeSomething(place.upstream, random, 4);
    await place.until(place.upstream.clock.at + hour, minute);
  }
  place.proxy.reset();
  await place.sleep(8 * hour);
  await place.round(true);
  await same();
  await explained();
  expect(lines('error')).toEqual([]);
  expect(await liveEntries(place)).toBe(await liveEntries(place.upstream));
});

test('offline is said once, online is said once, and rests grow up to ten minutes with something by chance', async () => {
  const random = randomFrom(announceSeed('offline'));
  place = await mirroring(firm(200), { random, timeout: 1_000 });
  await place.round();
  place.proxy.reset();
  place.proxy.fault = (call) =>
    drawFault((['status', 'html', 'reset', 'text', 'empty'] as const)[call.number % 5] ?? 'reset', random);
  const begins = place.upstream.clock.at;
  await place.until(begins + 12 * hour, minute);
  expect(lines('warn')).toEqual(['the upstream gives no answer that can be used']);
  expect((await place.core.mirrors.get(23412))?.state.offline?.reason).toBeTruthy();
  const times = place.proxy.calls.map(({ at }) => at);
  const pauses = times.slice(1).map((at, i) => at - (times[i] ?? 0));
  expect(Math.max(...pauses)).toBeLessThanOrEqual(hour * 1.1 + 1000);
  // Some of them asked to be left alone for a minute.
  const long = pauses.slice(-20);
  expect(Math.min(...long)).toBeGreaterThanOrEqual(5 * minute);
  expect(new Set(long).size).toBeGreaterThan(10);
  expect(times.length).toBeLessThan(12 * 12 + 12);
  // Another process does not say it again.
  const again = await place.reopen();
  await again.step();
  expect(lines('warn').length).toBe(1);
  place.proxy.reset();
  await changeSomething(place.upstream, random, 5);
  await place.until(place.upstream.clock.at + hour, minute);
  expect(lines('info').filter((line) => /answers again/.test(line))).toEqual(['the upstream answers again']);
  expect(lines('warn').length).toBe(1);
  expect((await place.core.mirrors.get(23412))?.state.offline).toBeNull();
});

test.each([
  ['seconds', { retryAfter: 120, asDate: false }, 120_000, 133_000],
  ['a date of its own clock', { retryAfter: 120, asDate: true }, 120_000, 133_000],
  ['more than a year', { retryAfter: 40_000_000, asDate: false }, hour, 1.1 * hour + 1000],
] as const)(
  'a mirror whose clock is hours off leaves the upstream alone for as long as it asks: %s',
  async (_, asked, least, most) => {
    place = await mirroring(firm(100), { ahead: -8 * hour, random: Math.random });
    place.proxy.fault = ({ number }) => (number === 4 ? { name: 'status', status: 429, body: 'json', ...asked } : null);
    await place.round();
    const [refused, next] = place.proxy.calls.slice(3, 5).map(({ at }) => at);
    expect((next ?? 0) - (refused ?? 0)).toBeGreaterThanOrEqual(least);
    expect((next ?? 0) - (refused ?? 0)).toBeLessThanOrEqual(most);
    await same();
  },
);

test('a quota is never exceeded, day by day, whatever goes wrong, and the copy is whole in the end', {
  timeout: 300_000,
}, async () => {
  const random = randomFrom(announceSeed('quota'));
  const quota = 230;
  place = await mirroring(firm(4_000), { pageSize: 20, quota, timeout: 1_000, random, brief: true });
  place.proxy.fault = randomFaults(random, 0.1);
  let days = 0;
  for (; days < 12 && (await place.core.mirrors.get(23412))?.state.filledAt === null; days++)
    await place.until(place.upstream.clock.at + day, minute);
  const calls = [...place.proxy.calls];
  const ofDays = Map.groupBy(calls, ({ at }) => dayOf(at));
  expect(Math.max(...[...ofDays.values()].map((ofDay) => ofDay.length))).toBeLessThanOrEqual(quota);
  expect(await noted()).toBe(calls.length);
  expect(days).toBeGreaterThan(1);
  place.proxy.reset();
  await place.until(place.upstream.clock.at + 5 * day, minute);
  await same();
  await explained();
});

test('a secret that was revoked is asked about seldom, is never told, and works when it is given back', async () => {
  place = await mirroring(firm(200), { random: Math.random });
  place.proxy.fault = ({ number, path }) =>
    number < 6 ? null : { name: isTokenPath(path) ? 'secret-revoked' : 'token-expired' };
  await place.until(place.upstream.clock.at + day, minute);
  expect(place.proxy.calls.length).toBeLessThan(6 * 24 * 2.5);
  const state = await place.core.mirrors.get(23412);
  expect(state?.state.offline?.reason).toMatch(/authentication failed/);
  const told = JSON.stringify([place.log, state]);
  expect(told).not.toContain(place.credentials.clientSecret);
  place.proxy.reset();
  await place.until(place.upstream.clock.at + hour, minute);
  await same();
  expect(lines('warn').length).toBe(1);
});

test('a token that ends in the middle of everything costs one call more', async () => {
  place = await mirroring(firm(300), { pageSize: 20 });
  place.proxy.fault = ({ ofPath, path }) => (path === trailListPath && ofPath % 7 === 3 ? { name: 'token-expired' } : null);
  await place.round();
  expect(lines('warn')).toEqual([]);
  await same();
});

test('neither token nor secret follow a redirect', async () => {
  const asked: string[] = [];
  const elsewhere = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    response.end('{"code":200,"message":"success","data":{"list":[],"totalItem":0}}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const location = `http://127.0.0.1:${(elsewhere.address() as AddressInfo).port}/v1/dynamic/trail/list`;
  place = await mirroring(firm(100));
  place.proxy.fault = ({ number }) => (number % 2 === 1 && number < 20 ? { name: 'redirect', location } : null);
  await place.round();
  elsewhere.close();
  expect(asked).toEqual([]);
  await same();
});

test('bodies without end take no more memory than a large page', async () => {
  place = await mirroring(firm(100), { timeout: 5_000 });
  place.proxy.fault = ({ number }): Fault | null =>
    number > 12 ? null : number % 2 === 1 ? { name: 'gzip-bomb', gigabytes: 4 } : { name: 'endless' };
  let most = 0;
  const watch = setInterval(() => {
    const { external, heapUsed } = process.memoryUsage();
    most = Math.max(most, external + heapUsed);
  }, 5);
  const before = process.memoryUsage();
  // So many failures in a row end a round; another one goes on.
  while ((await place.round()) === 'offline');
  clearInterval(watch);
  expect(most - before.external - before.heapUsed).toBeLessThan(400e6);
  await same();
});

test.each([
  ['eight hours ahead of', 8 * hour],
  ['eight hours behind', -8 * hour],
  ['a year ahead of', 365 * day],
  ['two years behind', -730 * day],
])('a mirror whose clock is %s the upstream copies everything, and what comes new', async (_, ahead) => {
  const random = randomFrom(announceSeed('clocks'));
  place = await mirroring(firm(1_500, 300), { pageSize: 10, ahead, brief: true });
  await place.round();
  await same();
  await changeSomething(place.upstream, random, 5);
  await place.sleep(9 * hour);
  await place.round(true);
  await same();
  await explained();
});

test('a mirror whose clock is put back by hours goes on at once', async () => {
  const random = randomFrom(announceSeed('put back'));
  place = await mirroring(firm(300, 30), { ahead: 9 * hour, rate: 2, brief: true });
  const { clock } = place.upstream;
  await place.round();
  place.own.ahead = 0;
  for (let n = 0; n < 3; n++) {
    const now = clock.at;
    await place.upstream.import([entry({ create_time: formatTime(now) })]);
    await place.until(now + 10 * minute);
    await same();
  }
  // In the middle of a rest, too.
  place.own.ahead = 9 * hour;
  place.proxy.fault = () => drawFault('status', random);
  await place.until(clock.at + 3 * hour, minute);
  place.proxy.reset();
  place.own.ahead = 0;
  await place.until(clock.at + 5 * minute);
  expect(lines('info').at(-1)).toMatch(/answers again/);
  await same();
});

/** As if the account had more entries than it shows to this application, for instance. */
test('a total that is always too large holds nothing up, and does not eat the quota', async () => {
  const quota = 3_000;
  place = await mirroring(firm(600, 60), { pageSize: 25, quota, brief: true });
  place.proxy.fault = ({ path }) => (path === trailListPath ? { name: 'total', by: 1 } : null);
  await place.until(place.upstream.clock.at + 2 * day, minute);
  await same();
  await explained();
  const spent = await place.core.mirrors.spent(23412, dayOf(place.upstream.clock.at - day));
  expect(Object.values(spent).reduce((sum, calls) => sum + calls, 0)).toBeLessThan(quota / 2);
});

test.each([
  ['a list', false, ({ path }: Call) => path === '/v1/opportunity/list'],
  ['counts of months', false, ({ path, query }: Call) => path === trailListPath && query['count'] === '1'],
  [
    'what is recent',
    true,
    ({ path, query }: Call) => path === trailListPath && query['start_time'] !== undefined && !query['end_time'],
  ],
] as const)('%s that is never answered holds nothing else up', async (_, isRead, isRefused) => {
  place = await mirroring(firm(300, 60), { pageSize: 25, random: Math.random, brief: true });
  const { clock } = place.upstream;
  // What was never read cannot be compared.
  if (isRead) await place.round();
  place.proxy.reset();
  place.proxy.fault = (call) => (isRefused(call) ? { name: 'business', code: 500 } : null);
  await place.until(clock.at + day, minute);
  await same();
  expect(place.proxy.calls.filter(({ fault }) => fault !== null).length).toBeLessThan(250);
  // All the rest was read.
  expect(await place.round()).toBe('offline');
  place.proxy.reset();
  await changeSomething(place.upstream, randomFrom(announceSeed('answered again')), 5);
  await place.until(clock.at + 12 * hour, minute);
  await place.round(true);
  await same();
  await explained();
});

/** Answers what the proxy does, with the rows of these entries spoilt. */
async function spoiling(baseUrl: string, ids: ReadonlySet<number>) {
  const state = { spoils: true };
  const relay = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const { method = 'GET', url, headers } = request;
    const answer = await fetch(`${baseUrl}${url}`, {
      method,
      headers: { Authorization: headers.authorization ?? '', 'Content-Type': 'application/json' },
      ...(method === 'GET' ? {} : { body: Buffer.concat(parts) }),
    });
    const body = (await answer.json()) as { data?: { list?: { trail_id?: number; create_time: string }[] } };
    if (state.spoils)
      for (const row of body.data?.list ?? []) if (ids.has(row.trail_id ?? 0)) row.create_time = '2024-02-30 25:61:00';
    response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve));
  const { port } = relay.address() as AddressInfo;
  return { state, baseUrl: `http://127.0.0.1:${port}`, close: () => relay.close() };
}

/** A mirror of an account with a relay between that spoils some of 300 entries. */
async function spoilt(spoils: boolean) {
  const entries = firm(300, 60);
  const ids = new Set(entries.filter((_, n) => n % 50 === 7).map(({ trail_id }) => trail_id));
  const real = await account(entries);
  const relay = await spoiling(real.proxy.baseUrl, ids);
  relay.state.spoils = spoils;
  const copy = await mirrorOf({ ...real, proxy: { ...real.proxy, baseUrl: relay.baseUrl } }, { pageSize: 25, brief: true });
  place = {
    ...copy,
    proxy: real.proxy,
    async close() {
      relay.close();
      await real.close();
      await copy.close();
    },
  };
  return { state: relay.state, ids, clock: place.upstream.clock };
}

const refusedIds = async () =>
  new Set((await place.core.mirrors.get(23412))?.state.refused.map(({ entry: refused }) => Number(refused)));

test('rows that can never be read are told of, hold nothing up, and come as soon as they can be read', async () => {
  const { state, ids, clock } = await spoilt(true);
  await place.until(clock.at + day, minute);
  expect(await liveEntries(place)).toBe(300 - ids.size);
  expect(await refusedIds()).toEqual(ids);
  expect(place.proxy.calls.length).toBeLessThan(1_500);
  state.spoils = false;
  await place.until(clock.at + day, minute);
  await same();
  await explained();
});

test('entries whose rows cannot be read any more stay as they were', async () => {
  const { state, ids, clock } = await spoilt(false);
  await place.round();
  state.spoils = true;
  for (let n = 0; n < 3; n++) {
    await place.until(clock.at + day, minute);
    await place.round(true);
  }
  expect(await refusedIds()).toEqual(ids);
  await same();
  await explained();
});

test.each([
  [{ name: 'string-ids' }],
  [{ name: 'unknown-fields' }],
  [{ name: 'shuffle-rows' }],
  [{ name: 'clock', hours: -8 }],
  [{ name: 'json-but-other', shape: 'total-text' }],
] as const satisfies readonly (readonly [Fault])[])('an upstream that always answers so is as good as any: %o', async (fault) => {
  place = await mirroring(firm(300, 60), { pageSize: 25, brief: true });
  place.proxy.fault = ({ path }) => (occursAt(fault.name, path) && !isTokenPath(path) ? fault : null);
  await place.round();
  await place.round(true);
  await same();
  await explained();
  expect(lines('warn')).toEqual([]);
});

test('an upstream that never says who and what its entries are about is copied without it', async () => {
  place = await mirroring(firm(300, 60), { pageSize: 25, brief: true });
  place.proxy.fault = ({ path }) => (path === trailListPath ? { name: 'null-objects' } : null);
  await place.round();
  expect(await liveEntries(place)).toBe(300);
  place.proxy.reset();
  await place.sleep(8 * hour);
  await place.round(true);
  await same();
  await explained();
});
