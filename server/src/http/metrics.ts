import { Counter, collectDefaultMetrics, Histogram, Registry } from '@prometheus-io/client';

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
  return {
    contentType: registry.contentType,
    text: (): Promise<string> => registry.metrics(),
    answered: (method: string, route: string, status: number, milliseconds: number): void => {
      durations.labels({ method, route, status: String(status) }).observe(milliseconds / 1000);
    },
    delivered: (result: 'accepted' | 'refused' | 'parked'): void => {
      deliveries.labels({ result }).inc();
    },
  };
}

export type Metrics = ReturnType<typeof createMetrics>;
