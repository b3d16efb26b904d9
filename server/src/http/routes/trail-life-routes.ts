import type { Erasures } from '../../domain/erasure.ts';
import type { TrailLife } from '../../domain/trail-life.ts';
import {
  presentTrailHistory,
  presentTrailInfo,
  readTrailErase,
  readTrailHistory,
  readTrailInfo,
  readTrailTarget,
  tagOfRevision,
  trailEraseBody,
  trailHistoryData,
  trailHistoryQuery,
  trailInfoData,
  trailInfoQuery,
  trailTargetBody,
} from '../../wire/trail-life-wire.ts';
import { presentRecorded, trailPushData } from '../../wire/trail-push-wire.ts';
import type { Route } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';

const notFound = '404 Not Found Resource';

/** What routes that change one entry take beside it. */
export const ifMatch = {
  'If-Match': 'The ETag of the entry, as trail/info answers it: when it was changed since, nothing is done, and the code is 409.',
};
/** Their business errors. */
export const changeErrors = ['400', "403: another user's entry", notFound, '409'];

/** One entry: as it is, as it was, taken out of the list and put back. */
export const trailLifeRoutes = (life: TrailLife, erasures: Erasures): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/trail/info',
    module: 'company',
    summary: '跟进动态详情 · One follow-up',
    description:
      'One entry, as the list shows it. The ETag is that of the entry alone, for If-Match: it stays while a company that the entry shows is renamed, ' +
      'so the answer is never 304.',
    query: trailInfoQuery,
    headers: { ETag: 'The revision that last changed the entry, such as "r17"; strong.' },
    data: trailInfoData,
    errors: ['400', notFound],
    handle: async (caller, query) => {
      const { trailId, removed } = readTrailInfo(query);
      const state = await life.info(caller, trailId, removed);
      return {
        data: presentTrailInfo(caller.tenantId, state),
        headers: { ETag: tagOfRevision(state.revision), 'Cache-Control': 'private, no-cache' },
      };
    },
  },
  {
    method: 'GET',
    path: '/v1/dynamic/trail/history',
    module: 'company',
    summary: '跟进动态历史 · All versions of a follow-up',
    description:
      'Every version of an entry, oldest first: who made it, when, and what differs from the one before. Removed entries have one too.',
    query: trailHistoryQuery,
    headers: revisionHeader,
    data: trailHistoryData,
    errors: ['400', notFound],
    handle: async (caller, query) => {
      const { trailId, page } = readTrailHistory(query);
      const history = await life.history(caller, trailId, page);
      return { data: presentTrailHistory(caller.tenantId, history), headers: revisionOf(history.head.revision) };
    },
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/remove',
    module: 'company',
    summary: '删除跟进动态 · Remove a follow-up',
    description: 'Takes an entry out of the list; it is kept, and restore puts it back.',
    body: trailTargetBody,
    idempotent: true,
    takes: ifMatch,
    data: trailPushData,
    errors: changeErrors,
    handle: async (caller, body, { headers, idempotencyKey }) =>
      presentRecorded(await life.remove(caller, readTrailTarget(body, headers['If-Match']), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/restore',
    module: 'company',
    summary: '恢复跟进动态 · Restore a follow-up',
    description: 'Puts a removed entry back into the list; one that was not removed stays as it is.',
    body: trailTargetBody,
    idempotent: true,
    takes: ifMatch,
    data: trailPushData,
    errors: changeErrors,
    handle: async (caller, body, { headers, idempotencyKey }) =>
      presentRecorded(await life.restore(caller, readTrailTarget(body, headers['If-Match']), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/erase',
    module: 'company',
    summary: '抹除跟进内容 · Erase the text of a follow-up',
    description:
      'Deletes the text of an entry for good, in every version that it ever had, wherever it is kept; the entry stays, without a text. For applications only. ' +
      'Asked again, it changes nothing.',
    body: trailEraseBody,
    data: trailPushData,
    errors: ['400', '403: a user who signed in', notFound],
    handle: async (caller, body) => {
      const trailId = readTrailErase(body);
      await erasures.erase(caller, 'trail', trailId);
      return presentRecorded(trailId);
    },
  },
];
