/** kill -9 at any moment of the first reading: the next process goes on where it was. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openCore } from '../../src/app.ts';
import { testTenant } from '../support/entries.ts';
import { newPlace } from '../support/place.ts';
import { programEnvironment } from '../support/process.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';
import { fingerprint, logOf, unexplained } from './explained.ts';
import { firm } from './firm.ts';
import type { ChildArguments } from './mirror-child.ts';
import { account, mirrorOf } from './mirroring.ts';
import type { RecordedCall } from './okki-proxy.ts';
import { trailListPath } from './okki-wire.ts';

const child = join(import.meta.dirname, 'mirror-child.ts');
const pageSize = 50;

/** The page that a call asks for; `null`: it asks for something else. */
function pageOf({ path, query }: RecordedCall): string | null {
  const { start_time = '', end_time = '', start_index = '1', count } = query;
  return path === trailListPath && count === String(pageSize) ? `${start_time}|${end_time}|${start_index}` : null;
}

test('a first reading that is killed again and again ends, with at most one page read twice for each time', {
  timeout: 900_000,
}, async () => {
  const kills = soak(100);
  const random = randomFrom(announceSeed('kill -9'));
  const startedAt = performance.now();
  // Each process reads some five pages until it is killed.
  const entries = kills * 10 * pageSize;
  const of = await account(firm(entries));
  onTestFinished(of.close);
  const quiet = await mirrorOf(of, { pageSize, brief: true, ahead: Date.now() - of.upstream.clock.at });
  while ((await quiet.core.mirrors.get(testTenant))?.state.filledAt === null) {
    const pause = await quiet.mirror.step();
    if (pause > 0) await of.sleep(pause);
  }
  const pagesUndisturbed = of.proxy.calls.filter((call) => pageOf(call) !== null).length;
  await quiet.close();
  of.proxy.reset();

  const place = await newPlace({ on: 'sqlite' });
  onTestFinished(place.remove);
  const quota = 3 * pagesUndisturbed + 10 * kills;
  const settings = { tenantId: testTenant, baseUrl: of.proxy.baseUrl, ...of.credentials, pageSize, quota, rate: 1_000 };
  const words: ChildArguments = { data: place.data, settings };
  const noted = async (): Promise<number> => Number((await place.rows('SELECT sum(calls) AS n FROM mirror_call'))[0]?.['n']);

  const seen = new Set<string>();
  let [killed, again, most] = [0, 0, 0];
  for (let ended = false; !ended; ) {
    const from = of.proxy.calls.length;
    const wanted = killed < kills;
    const process_ = spawn(process.execPath, ['--conditions=@genjin/source', child, JSON.stringify(words)], {
      env: programEnvironment,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let said = '';
    process_.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    const over = new Promise<NodeJS.Signals | null>((resolve) => process_.once('close', (_, signal) => resolve(signal)));
    // Some milliseconds after some page: while it waits for an answer, writes it down, or notes that it has.
    let pages = 1 + Math.floor(random() * 4);
    of.proxy.fault = (call) => {
      if (wanted && pageOf(call as RecordedCall) !== null && --pages === 0)
        setTimeout(() => process_.kill('SIGKILL'), random() * 12);
      return null;
    };
    const signal = await over;
    of.proxy.fault = () => null;
    if (signal === 'SIGKILL') killed += 1;
    else ended = true;
    expect(said, 'of a child').toBe('');
    const own = of.proxy.calls.slice(from).flatMap((call) => pageOf(call) ?? []);
    const twice = own.filter((page) => seen.has(page)).length;
    for (const page of own) seen.add(page);
    again += twice;
    most = Math.max(most, twice);
    // A call is noted before it is made, and at most one is noted that is not made.
    const calls = of.proxy.calls.length;
    expect(await noted()).toBeGreaterThanOrEqual(calls);
    expect(await noted()).toBeLessThanOrEqual(calls + killed);
    expect(twice, `pages read again after kill ${killed}`).toBeLessThanOrEqual(1);
  }
  const pages = of.proxy.calls.filter((call) => pageOf(call) !== null).length;
  expect(killed).toBe(kills);
  expect(pages).toBeLessThanOrEqual(pagesUndisturbed + kills);
  expect(of.proxy.calls.length).toBeLessThanOrEqual(quota);

  const core = await openCore(place, { make: false });
  onTestFinished(() => core.close());
  expect(await fingerprint(core)).toBe(await fingerprint(of.upstream.core));
  const log = await logOf(core);
  expect(unexplained(log, await logOf(of.upstream.core))).toEqual([]);
  expect(log.filter(({ kind }) => kind === 'trail').length).toBe(entries);
  announce(
    `${kills} kills in a first reading of ${pagesUndisturbed} pages: ${again} pages read again, ${most} at most for one kill, ` +
      `${Math.round(performance.now() - startedAt)} ms`,
  );
});
