import type { MirrorStatuses } from '../../domain/mirror-status.ts';
import { mirrorStatusData, presentMirrorStatus } from '../../wire/mirror-wire.ts';
import type { Route } from '../route.ts';

/** How the copy of an account elsewhere stands. */
export const mirrorRoutes = (statuses: MirrorStatuses): Route[] => [
  {
    method: 'GET',
    path: '/v1/mirror/status',
    module: 'company',
    summary: '镜像状态 · How the mirror stands',
    description:
      'Of an enterprise that mirrors an account elsewhere: how far back and how fresh it is, which windows were proven equal and when, what was found to differ and put right, and the calls of today.',
    data: mirrorStatusData,
    errors: ['none'],
    handle: async ({ tenantId }) => presentMirrorStatus(await statuses.of(tenantId)),
  },
];
