/** Puts a mirror together: a store's core, and an upstream. */
import { setTimeout as wait } from 'node:timers/promises';
import type { Core } from './app.ts';
import { firstState } from './domain/mirror-stores.ts';
import { AppError } from './errors.ts';
import { Mirror, MirrorEnded, type MirrorLog } from './mirror/mirror.ts';
import { dayOf } from './mirror/schedule.ts';
import { Upstream } from './mirror/upstream.ts';

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
  const { tenantId, quota, rate } = settings;
  const { mirrors, mirrorCopy: copy, clock } = core;
  await requireMirrorable(core, settings);
  let freeAt = 0;
  const upstream = new Upstream({
    ...settings,
    spend: (purpose) => mirrors.spend(tenantId, dayOf(clock()), purpose, quota ?? Number.MAX_SAFE_INTEGER),
    async pace() {
      const pause = freeAt - clock();
      freeAt = Math.max(freeAt, clock()) + 1000 / rate;
      if (pause > 0) await pace.sleep(pause);
    },
    ...(pace.timeout === undefined ? {} : { timeout: pace.timeout }),
  });
  return new Mirror({ tenantId, upstream, copy, store: mirrors, clock, random: pace.random, log, quota });
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
  readonly #mirror: Mirror;
  readonly #log: MirrorLog;
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();

  constructor(mirror: Mirror, log: MirrorLog) {
    this.#mirror = mirror;
    this.#log = log;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Resolves when the call that is under way has ended and is kept. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  /** Resolves when it has ended by itself. */
  get ended(): Promise<void> {
    return this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const pause = await this.#step();
      if (pause === null) return;
      // Long rests are looked over again: clocks are put right, and machines sleep.
      if (pause > 0) await wait(Math.min(pause, longestRest), undefined, { signal }).catch(() => undefined);
    }
  }

  async #step(): Promise<number | null> {
    try {
      return await this.#mirror.step();
    } catch (error) {
      if (error instanceof MirrorEnded) return null;
      this.#log.error({ err: error }, 'the mirror rests after an error of our own');
      return restAfterError;
    }
  }
}

const longestRest = 60_000;
const restAfterError = 10_000;
