/** Puts a mirror together: a store's core, and an upstream. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Core } from './app.ts';
import { type Config, variableOf } from './config.ts';
import { firstState } from './domain/mirror-stores.ts';
import { AppError } from './errors.ts';
import { Doubts } from './mirror/doubts.ts';
import { Mirror, MirrorEnded, type MirrorLog } from './mirror/mirror.ts';
import { dayOf } from './mirror/schedule.ts';
import { Upstream } from './mirror/upstream.ts';
import { type VerifyParts, verify } from './mirror/verify.ts';
import { type Lock, lockMirror } from './store/files.ts';
import type { Place } from './store/place.ts';
import { lockOfMirror, Turn } from './store/turn.ts';

/** What a mirror is of, and what it may cost. */
export interface MirrorSettings {
  readonly tenantId: number;
  readonly baseUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Entries a page. */
  readonly pageSize: number;
  /** Calls a day; `null`: as many as it takes. */
  readonly quota: number | null;
  /** Calls a second. */
  readonly rate: number;
}

/** What the settings say of a mirror; `null`: there is none. Throws `usage` when they say half of it. */
export function mirrorSettings(config: Config): MirrorSettings | null {
  const { mirrorUpstream: baseUrl, mirrorTenant: tenantId, mirrorClientId: clientId, mirrorClientSecret: clientSecret } = config;
  if (baseUrl === null) return null;
  const needed = { mirrorTenant: tenantId, mirrorClientId: clientId, mirrorClientSecret: clientSecret } as const;
  const missing = Object.entries(needed).filter(([, value]) => value === null);
  if (missing.length > 0 || tenantId === null || clientId === null || clientSecret === null) {
    const names = missing.map(([name]) => variableOf(name as keyof typeof needed)).join(', ');
    throw new AppError('usage', { reason: `${variableOf('mirrorUpstream')} is set, and so ${names} must be` });
  }
  const quota = config.mirrorQuota === 0 ? null : config.mirrorQuota;
  return { tenantId, baseUrl, clientId, clientSecret, quota, rate: config.mirrorRate, pageSize: config.mirrorPageSize };
}

/** How time passes; a simulation has its own. */
export interface Pace {
  sleep(ms: number): Promise<void>;
  readonly random: () => number;
  /** Milliseconds that a call may take. */
  readonly timeout?: number;
}

const usualPace: Pace = { sleep: (ms) => wait(ms), random: Math.random };

/** Begins the mirror of an enterprise, or goes on with it. Throws `usage` when the enterprise is the mirror of another upstream, or has data of its own. */
export async function openMirror(core: Core, settings: MirrorSettings, log: MirrorLog, pace: Pace = usualPace): Promise<Mirror> {
  const { tenantId, quota } = settings;
  const { mirrors, mirrorCopy: copy, clock } = core;
  await requireMirrorable(core, settings);
  const upstream = upstreamFor(core, settings, pace);
  return new Mirror({ tenantId, upstream, copy, store: mirrors, clock, random: pace.random, log, quota });
}

/** Reads all of the upstream once, and tells what of the copy differs. As `verify`. */
export async function verifyMirror(
  core: Core,
  settings: MirrorSettings,
  told: Pick<VerifyParts, 'differs' | 'read'>,
  pace: Pace = usualPace,
): Promise<number> {
  const upstream = upstreamFor(core, settings, pace);
  const { mirrorCopy: copy, clock } = core;
  return verify({ tenantId: settings.tenantId, upstream, copy, clock, sleep: (ms) => pace.sleep(ms), ...told });
}

/** The upstream, asked no faster and no more often than it is set, whatever process asks. */
function upstreamFor({ mirrors, clock }: Core, settings: MirrorSettings, pace: Pace): Upstream {
  const { tenantId, quota, rate } = settings;
  let freeAt = 0;
  return new Upstream({
    ...settings,
    doubts: new Doubts(clock),
    spend: (purpose) => mirrors.spend(tenantId, dayOf(clock()), purpose, quota ?? Number.MAX_SAFE_INTEGER),
    async pace() {
      const now = clock();
      // Never longer than between two calls: clocks are put back.
      const pause = Math.min(Math.max(freeAt - now, 0), 1000 / rate);
      freeAt = now + pause + 1000 / rate;
      if (pause > 0) await pace.sleep(pause);
    },
    ...(pace.timeout === undefined ? {} : { timeout: pace.timeout }),
  });
}

async function requireMirrorable(core: Core, { tenantId, baseUrl }: MirrorSettings): Promise<void> {
  const refuse = (reason: string): never => {
    throw new AppError('usage', { reason: `tenant ${tenantId} ${reason}` });
  };
  if ((await core.mirrors.get(tenantId)) === null && (await core.trailStore.count(tenantId)) > 0)
    refuse('has entries of its own, which a mirror would remove: choose a tenant that is new');
  const upstream = new URL(baseUrl).origin;
  if (!(await core.mirrors.begin(tenantId, upstream, firstState(core.clock()), core.clock())))
    refuse(`is the mirror of another upstream than ${upstream}: "genjin mirror detach" ends it`);
}

/** Keeps a mirror going until it is stopped, or ended by another process. */
export class MirrorRunner {
  readonly #log: MirrorLog;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(log: MirrorLog) {
    this.#log = log;
  }

  /** `open` says which: what it throws is logged, and ends it. */
  start(open: () => Promise<Mirror>): void {
    this.#running = open().then(
      (mirror) => this.#run(mirror),
      (error: unknown) => this.#log.error({ reason: (error as Error).message }, 'there is no mirror'),
    );
  }

  /** Resolves when the call that is under way has ended and is kept. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Resolves when it has ended. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(mirror: Mirror): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pause = await this.#step(mirror);
      if (pause === null) return;
      // Long rests are looked over again: clocks are put right, machines sleep, and something may be announced.
      if (pause > 0) await wait(Math.min(pause, longestRest), undefined, { signal }).catch(() => undefined);
    }
  }

  async #step(mirror: Mirror): Promise<number | null> {
    try {
      return await mirror.step();
    } catch (error) {
      if (error instanceof MirrorEnded) return null;
      this.#log.error({ err: error }, 'the mirror rests after an error of our own');
      return restAfterError;
    }
  }
}

/** Keeps a mirror at work beside a server: one in a folder, and of many servers of a database the one whose turn it is. */
export class MirrorAtWork {
  readonly #core: Core;
  readonly #place: Place;
  readonly #settings: MirrorSettings;
  readonly #log: MirrorLog;
  #runner: MirrorRunner | null = null;
  #turn: Turn | null = null;
  #lock: Lock | null = null;

  constructor(core: Core, place: Place, settings: MirrorSettings, log: MirrorLog) {
    this.#core = core;
    this.#place = place;
    this.#settings = settings;
    this.#log = log;
  }

  /** Throws `usage` when another process mirrors the same tenant into the same folder. */
  start(): void {
    const { data, databaseUrl } = this.#place;
    const { tenantId } = this.#settings;
    if (databaseUrl === null) {
      this.#lock = lockMirror(data, tenantId);
      this.#begin();
      return;
    }
    this.#turn = new Turn(
      databaseUrl,
      () => this.#begin(),
      () => this.#end(),
      lockOfMirror(tenantId),
    );
    this.#turn.start();
  }

  async stop(): Promise<void> {
    if (this.#turn !== null) await this.#turn.stop();
    else await this.#end();
    this.#lock?.release();
  }

  /** Resolves when the mirror has ended by itself; of many servers never. */
  get ended(): Promise<void> {
    return this.#turn === null ? (this.#runner?.ended ?? Promise.resolve()) : new Promise(() => undefined);
  }

  #begin(): void {
    this.#runner = new MirrorRunner(this.#log);
    this.#runner.start(() => openMirror(this.#core, this.#settings, this.#log));
  }

  async #end(): Promise<void> {
    await this.#runner?.stop();
  }
}

/** For there may be announcements meanwhile. */
const longestRest = 5_000;
const restAfterError = 10_000;

/** A mirror's standing for the metrics. */
export async function figuresOf(tenantId: number, core: Pick<Core, 'mirrorStatuses' | 'clock'>) {
  const status = await core.mirrorStatuses.of(tenantId);
  if (status === null) return [];
  const { entries, polledAt, offline, windows, calls } = status;
  return [
    [
      tenantId,
      {
        entries: entries.own,
        upstream_entries: entries.upstream ?? Number.NaN,
        age_seconds: polledAt === null ? Number.NaN : Math.max(0, (core.clock() - polledAt) / 1000),
        offline: offline === null ? 0 : 1,
        differing_windows: windows.differing.length,
        calls_today: calls.used,
      },
    ],
  ] as const;
}
