import type { Health } from '../../domain/health.ts';
import {
  adminHealthCheckData,
  adminHealthData,
  type HealthState,
  presentCheckBegun,
  presentHealth,
} from '../../wire/health-wire.ts';
import type { Route } from '../route.ts';

export interface HealthParts extends Pick<HealthState, 'version' | 'engine'> {
  readonly health: Health;
  /** How many entries the list has, with the revision at which it does. */
  readonly entries: (tenantId: number) => Promise<{ readonly revision: number; readonly total: number }>;
}

const forAdmins = { module: 'user', for: 'admin' } as const;

/** Whether an enterprise's data is as it should be. */
export const healthRoutes = ({ health, entries, version, engine }: HealthParts): Route[] => [
  {
    ...forAdmins,
    method: 'GET',
    path: '/v1/admin/health',
    summary: '运行状况 · How the store is',
    description: "What the last check of the enterprise's data found, and what the program is.",
    data: adminHealthData,
    errors: ['none'],
    async handle({ tenantId }) {
      // Before the result is looked at: of a check that has ended there is one.
      const running = health.isRunning(tenantId);
      const [{ revision, total }, lastCheck] = await Promise.all([entries(tenantId), health.last(tenantId)]);
      return presentHealth({ version, engine, revision, entries: total, lastCheck, running });
    },
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/health/check',
    operation: 'adminHealthCheck',
    summary: '开始检查 · Begin a check',
    description:
      'In the background: the hash chain of the change log, every content, link and total against a recount, the search index. One at a time at a server. ' +
      'The file of a store as a whole is for `genjin check`.',
    data: adminHealthCheckData,
    errors: ['409: a check is under way'],
    async handle({ tenantId }) {
      health.begin(tenantId);
      return presentCheckBegun();
    },
  },
];
