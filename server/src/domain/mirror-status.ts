import { units } from './days.ts';
import type { MirrorCopy } from './mirror-copy.ts';
import type { CallPurpose, Compared, MirrorState, MirrorStore, RefusedEntry } from './mirror-stores.ts';
import type { Clock } from './stores.ts';

/** How a mirror stands. Times in ms. */
export interface MirrorStatus {
  readonly upstream: string;
  /** The first way through everything. */
  readonly fill: {
    readonly done: boolean;
    /** What lies at or after it is here; `null`: everything, or nothing yet. */
    readonly from: number | null;
    /** Calls and days that the rest will take; `null`: it is done, or nothing is known yet. */
    readonly callsLeft: number | null;
    readonly daysLeft: number | null;
  };
  readonly entries: { readonly own: number; readonly upstream: number | null };
  readonly polledAt: number | null;
  readonly answeredAt: number | null;
  readonly offline: MirrorState['offline'];
  readonly windows: {
    readonly all: number;
    readonly equal: number;
    /** Since when each window was found equal at least once. */
    readonly equalSince: number | null;
    readonly differing: readonly Compared[];
  };
  readonly reread: {
    /** What lies at or after it was read again; `null`: nothing yet. */
    readonly from: number | null;
    readonly whole: MirrorState['rereadWhole'];
  };
  readonly healed: MirrorState['healed'];
  readonly missed: number;
  readonly refused: readonly RefusedEntry[];
  readonly calls: {
    readonly today: Readonly<Partial<Record<CallPurpose, number>>>;
    readonly used: number;
    /** `null`: there is no quota. */
    readonly quota: number | null;
    readonly left: number | null;
  };
}

/** Windows end in the midst of pages, and some are read twice. */
const overhead = 1.1;
/** Part of a day's calls that the first way through may have. */
const partForFill = 0.75;

export class MirrorStatuses {
  readonly #mirrors: MirrorStore;
  readonly #copy: MirrorCopy;
  readonly #clock: Clock;

  constructor(parts: { mirrors: MirrorStore; copy: MirrorCopy; clock: Clock }) {
    this.#mirrors = parts.mirrors;
    this.#copy = parts.copy;
    this.#clock = parts.clock;
  }

  /** `null`: the enterprise is no mirror. */
  async of(tenantId: number): Promise<MirrorStatus | null> {
    const mirror = await this.#mirrors.get(tenantId);
    if (mirror === null) return null;
    const { state, upstream } = mirror;
    const [compared, misses, today, [own = 0]] = await Promise.all([
      this.#mirrors.compared(tenantId),
      this.#mirrors.misses(tenantId),
      this.#mirrors.spent(tenantId, units.day.of(this.#clock())),
      this.#copy.counts(tenantId, [{ from: null, to: null }]),
    ]);
    const quota = state.limits?.quota ?? null;
    const used = Object.values(today).reduce((sum, calls) => sum + calls, 0);
    const equal = compared.filter((one) => one.own === one.upstream);
    const callsLeft = callsOfRest(state, own);
    return {
      upstream,
      fill: {
        done: state.fill === null,
        from: state.fill?.before ?? null,
        callsLeft,
        daysLeft: callsLeft === null || quota === null ? null : callsLeft / (quota * partForFill),
      },
      entries: { own, upstream: state.upstreamTotal },
      polledAt: state.polledAt,
      answeredAt: state.answeredAt,
      offline: state.offline,
      windows: {
        all: compared.length,
        equal: equal.length,
        equalSince: compared.some(({ equalAt }) => equalAt === null)
          ? null
          : compared.reduce<number | null>((first, { equalAt }) => Math.min(first ?? Infinity, equalAt ?? Infinity), null),
        differing: compared.filter((one) => !equal.includes(one)),
      },
      reread: { from: state.reread?.before ?? null, whole: state.rereadWhole },
      healed: state.healed,
      missed: misses.length,
      refused: state.refused,
      calls: { today, used, quota, left: quota === null ? null : Math.max(0, quota - used) },
    };
  }
}

function callsOfRest({ fill, limits, upstreamTotal }: MirrorState, own: number): number | null {
  if (fill === null || limits === null || upstreamTotal === null) return null;
  return Math.ceil((overhead * Math.max(0, upstreamTotal - own)) / limits.pageSize);
}
