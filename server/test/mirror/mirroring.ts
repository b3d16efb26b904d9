/** An upstream behind a proxy that answers as OKKI does, and a store of its own that mirrors it, on one clock that the test moves. */
import { createHash } from 'node:crypto';
import { type Core, openCore } from '../../src/app.ts';
import type { ImportedEntry } from '../../src/domain/import.ts';
import { allTrails } from '../../src/domain/stores.ts';
import type { Mirror, MirrorLog, RoundEnd } from '../../src/mirror/mirror.ts';
import { type MirrorSettings, openMirror } from '../../src/mirroring.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { renderTrail } from '../../src/wire/trail-wire.ts';
import { testTenant } from '../support/entries.ts';
import { newPlace, type TestPlace } from '../support/place.ts';
import { type Credentials, startServer, type TestServer } from '../support/server.ts';
import { type OkkiProxy, startProxy } from './okki-proxy.ts';

export interface LogLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly what: object;
}

export interface Mirroring {
  readonly upstream: TestServer;
  readonly proxy: OkkiProxy;
  readonly credentials: Credentials;
  readonly core: Core;
  readonly place: TestPlace;
  readonly mirror: Mirror;
  readonly log: readonly LogLine[];
  /** Time passes at once. */
  sleep(ms: number): Promise<void>;
  /** Steps until a time (ms) has come. */
  until(at: number): Promise<void>;
  /** One poll, one comparison of everything, and with `contents` each entry read again. */
  round(contents?: boolean): Promise<RoundEnd>;
  /** Another process goes on with it. */
  reopen(): Promise<Mirror>;
  close(): Promise<void>;
}

export type MirroringOptions = Partial<Pick<MirrorSettings, 'pageSize' | 'quota' | 'rate'>> & {
  readonly now?: string;
  readonly timeout?: number;
  readonly random?: () => number;
};

export async function mirroring(entries: Iterable<unknown>, options: MirroringOptions = {}): Promise<Mirroring> {
  const {
    now = '2026-05-20 10:00:00',
    pageSize = 100,
    quota = null,
    rate = 1_000_000,
    timeout = 5_000,
    random = () => 0.5,
  } = options;
  const upstream = await startServer({ now });
  const { clock } = upstream;
  await upstream.core.importer.take(portionsOf(entries));
  const credentials = await upstream.application();
  const proxy = await startProxy({ target: `http://127.0.0.1:${upstream.port}`, clock: clock.now });
  const place = await newPlace();
  const core = await openCore(place, { make: true, clock: clock.now });
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (what: object, message: string) => void lines.push({ level, message, what });
  const log: MirrorLog = { info: write('info'), warn: write('warn'), error: write('error') };
  const sleep = async (ms: number): Promise<void> => clock.advance(Math.max(1000, Math.ceil(ms / 1000) * 1000));
  const settings = { tenantId: testTenant, baseUrl: proxy.baseUrl, ...credentials, pageSize, quota, rate };
  const reopen = (): Promise<Mirror> => openMirror(core, settings, log, { sleep, random, timeout });
  const mirror = await reopen();
  return {
    upstream,
    proxy,
    credentials,
    core,
    place,
    mirror,
    log: lines,
    sleep,
    async until(at) {
      while (clock.at < at) {
        const pause = await mirror.step();
        if (pause > 0) await sleep(Math.min(pause, at - clock.at));
      }
    },
    round: (contents = false) => mirror.round({ contents, sleep }),
    reopen,
    async close() {
      await proxy.close();
      await upstream.close();
      await core.close();
      await place.remove();
    },
  };
}

/** So that not all of many entries are in memory. */
function* portionsOf(entries: Iterable<unknown>): Generator<ImportedEntry[]> {
  let portion: ImportedEntry[] = [];
  for (const entry of entries) {
    portion.push(readEntry(entry));
    if (portion.length < 1000) continue;
    yield portion;
    portion = [];
  }
  yield portion;
}

/** The digest of what `exported` answers, for what does not fit in a text. */
export async function digestOf(core: Core): Promise<string> {
  const hash = createHash('sha256');
  for await (const { trails, joined } of core.trailStore.stream(testTenant, allTrails, null))
    for (const trail of trails) hash.update(renderTrail(testTenant, trail, joined) as string | Uint8Array).update('\n');
  return hash.digest('hex');
}

/** Everything that a store has of the enterprise's entries, as its export has it. */
export async function exported(core: Core): Promise<string> {
  const parts: string[] = [];
  for await (const { trails, joined } of core.trailStore.stream(testTenant, allTrails, null))
    for (const trail of trails) parts.push(String(renderTrail(testTenant, trail, joined)));
  return parts.join('\n');
}
