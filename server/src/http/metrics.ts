import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import type { KeptFigures } from '../domain/kept.ts';

/** How a mirror stands, in numbers; NaN for what is not known. */
export interface MirrorFigures {
  readonly entries: number;
  readonly upstream_entries: number;
  readonly age_seconds: number;
  readonly offline: number;
  readonly differing_windows: number;
  readonly calls_today: number;
}

/**
 * What Prometheus may ask: the process, requests by route and status, and attempts to deliver. Labels are route patterns and words of
 * ours, never what a caller gave.
 */
export function createMetrics() {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'genjin_http_request_duration_seconds',
    help: 'Time to answer a request',
    labelNames: ['method', 'route', 'status'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [registry],
  });
  const deliveries = new Counter({
    name: 'genjin_webhook_deliveries_total',
    help: 'Attempts to deliver an event, by what came of them',
    labelNames: ['result'] as const,
    registers: [registry],
  });
  // Looking one up by its labels costs more than observing.
  const children = new Map<string, ReturnType<typeof durations.labels>>();
  return {
    contentType: registry.contentType,
    text: (): Promise<string> => registry.metrics(),
    answered: (method: string, route: string, status: number, milliseconds: number): void => {
      const key = `${method} ${status} ${route}`;
      let child = children.get(key);
      if (child === undefined) {
        child = durations.labels({ method, route, status: String(status) });
        children.set(key, child);
      }
      child.observe(milliseconds / 1000);
    },
    /** Shows how what is kept is used: what it is, and its figures whenever they are asked for. */
    keeps: (kept: Readonly<Record<string, { readonly figures: KeptFigures }>>): void => {
      const show = (name: 'hits' | 'misses' | 'bytes', help: string): void => {
        const shown = new Gauge({
          name: `genjin_kept_${name}${name === 'bytes' ? '' : '_total'}`,
          help,
          labelNames: ['what'] as const,
          registers: [registry],
          collect: () => {
            for (const [what, { figures }] of Object.entries(kept)) shown.labels({ what }).set(figures[name]);
          },
        });
      };
      show('hits', 'Answers out of what is kept');
      show('misses', 'Times that it was not there, or stood no more');
      show('bytes', 'Bytes that are kept');
    },
    /** Shows how mirrors stand, whenever that is asked for. */
    mirrors: (standing: () => Promise<readonly (readonly [tenantId: number, figures: MirrorFigures])[]>): void => {
      // All are shown together: they are asked for once.
      let under: ReturnType<typeof standing> | null = null;
      const asked = (): ReturnType<typeof standing> => {
        under ??= standing().finally(() => {
          under = null;
        });
        return under;
      };
      const show = (name: keyof MirrorFigures, help: string): void => {
        const gauge = new Gauge({
          name: `genjin_mirror_${name}`,
          help,
          labelNames: ['tenant'] as const,
          registers: [registry],
          collect: async () => {
            for (const [tenantId, figures] of await asked()) gauge.labels({ tenant: String(tenantId) }).set(figures[name]);
          },
        });
      };
      show('entries', 'Entries of a mirror');
      show('upstream_entries', 'Entries of its upstream, when it was last asked');
      show('age_seconds', 'Seconds since what is recent was last read');
      show('offline', '1 while the upstream gives no answer that can be used');
      show('differing_windows', 'Windows whose counts differ');
      show('calls_today', 'Calls of this day');
    },
    delivered: (result: 'accepted' | 'refused' | 'parked'): void => {
      deliveries.labels({ result }).inc();
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
