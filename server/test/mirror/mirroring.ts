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

/** An account at OKKI: a server, and the proxy that makes it one. */
export interface Account {
  readonly upstream: TestServer;
  readonly proxy: OkkiProxy;
  readonly credentials: Credentials;
  /** Time passes at once. */
  sleep(ms: number): Promise<void>;
  close(): Promise<void>;
}

export interface Mirroring extends Account {
  readonly core: Core;
  readonly place: TestPlace;
  readonly mirror: Mirror;
  readonly log: readonly LogLine[];
  /** Its clock; the test may put it back. */
  readonly own: { ahead: number };
  /** Steps until a time (ms) has come. Where there is nothing to do it looks again no sooner than after `stride`. */
  until(at: number, stride?: number): Promise<void>;
  /** One poll, one comparison of everything, and with `contents` each entry read again. */
  round(contents?: boolean): Promise<RoundEnd>;
  /** Another process goes on with it; it may wait so many ms for an answer. */
  reopen(timeout?: number): Promise<Mirror>;
}

export type MirroringOptions = Partial<Pick<MirrorSettings, 'pageSize' | 'quota' | 'rate' | 'clientSecret'>> & {
  readonly timeout?: number;
  readonly random?: () => number;
  /** Milliseconds that the mirror's clock is ahead of the upstream's. */
  readonly ahead?: number;
  /** See `newPlace`. */
  readonly brief?: boolean;
};

/** Starts an account that has these entries; `now` is what its clock says, which the test moves. */
export async function account(entries: Iterable<unknown>, now = '2026-05-20 10:00:00'): Promise<Account> {
  const upstream = await startServer({ now });
  const { clock } = upstream;
  await upstream.core.importer.take(portionsOf(entries));
  const credentials = await upstream.application();
  const proxy = await startProxy({ target: `http://127.0.0.1:${upstream.port}`, clock: clock.now });
  return {
    upstream,
    proxy,
    credentials,
    sleep: async (ms) => clock.advance(Math.max(1000, Math.ceil(ms / 1000) * 1000)),
    async close() {
      await proxy.close();
      await upstream.close();
    },
  };
}

/** A new mirror of an account; closing it leaves the account as it is. */
export async function mirrorOf(of: Account, options: MirroringOptions = {}): Promise<Mirroring> {
  const {
    pageSize = 100,
    quota = null,
    rate = 1_000_000,
    timeout = 5_000,
    random = () => 0.5,
    ahead = 0,
    brief = false,
  } = options;
  const { upstream, proxy, credentials, sleep } = of;
  const { clock } = upstream;
  const own = { ahead };
  const place = await newPlace({ brief });
  const core = await openCore(place, { make: true, clock: () => clock.now() + own.ahead });
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (what: object, message: string) => void lines.push({ level, message, what });
  const log: MirrorLog = { info: write('info'), warn: write('warn'), error: write('error') };
  const { clientSecret = credentials.clientSecret } = options;
  const settings = { tenantId: testTenant, baseUrl: proxy.baseUrl, ...credentials, clientSecret, pageSize, quota, rate };
  const reopen = (wait = timeout): Promise<Mirror> => openMirror(core, settings, log, { sleep, random, timeout: wait });
  const mirror = await reopen();
  return {
    ...of,
    core,
    place,
    mirror,
    log: lines,
    own,
    async until(at, stride = 0) {
      while (clock.at < at) {
        const pause = await mirror.step();
        if (pause > 0) await sleep(Math.min(Math.max(pause, stride), at - clock.at));
      }
    },
    round: (contents = false) => mirror.round({ contents, sleep }),
    reopen,
    async close() {
      await core.close();
      await place.remove();
    },
  };
}

/** An account and its one mirror, which are closed together. */
export async function mirroring(
  entries: Iterable<unknown>,
  { now, ...options }: MirroringOptions & { readonly now?: string } = {},
): Promise<Mirroring> {
  const of = await account(entries, now);
  const copy = await mirrorOf(of, options);
  return {
    ...copy,
    async close() {
      await of.close();
      await copy.close();
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
