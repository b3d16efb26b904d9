import type { Trails } from '../../domain/trail.ts';
import {
  presentAllRecorded,
  presentRecorded,
  presentTrailPage,
  readTrailList,
  readTrailPush,
  readTrailPushBatch,
  trailListData,
  trailListQuery,
  trailPushBatchBody,
  trailPushBatchData,
  trailPushBatchRefusal,
  trailPushBody,
  trailPushData,
} from '../../wire/trail-wire.ts';
import type { Route } from '../route.ts';

/** The follow-up timeline. */
export const trailRoutes = (trails: Trails): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/trail/list',
    module: 'company',
    summary: '跟进动态查询接口 · List follow-ups',
    description:
      'Entries of the timeline, newest first, page by page, with the exact total; every entry with its joined objects.',
    query: trailListQuery,
    data: trailListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { filter, page } = readTrailList(query);
      return presentTrailPage(caller.tenantId, await trails.list(caller, filter, page));
    },
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/push',
    module: 'company',
    summary: '新建跟进动态 · Record a follow-up',
    description:
      'Records a follow-up, by default one that takes place now, by the application. An opportunity brings its company.',
    body: trailPushBody,
    idempotent: true,
    data: trailPushData,
    errors: [
      '-1 不支持的类型',
      '-1 备注内容不能为空',
      '-1 lead_id and company_id and opportunity_id is empty',
      '400',
      '404 Not Found Resource',
      '409',
    ],
    handle: async (caller, body, { idempotencyKey }) =>
      presentRecorded(await trails.record(caller, readTrailPush(body), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/push/batch',
    operation: 'trailPushBatch',
    module: 'company',
    summary: '批量新建跟进动态 · Record many follow-ups',
    description: 'Records up to 1,000 follow-ups in one commit, all or none; the reasons of a refusal are in `data.errors`.',
    body: trailPushBatchBody,
    bodyLimit: 8 * 1024 * 1024,
    idempotent: true,
    data: trailPushBatchData,
    refusal: trailPushBatchRefusal,
    errors: ['400', '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentAllRecorded(await trails.recordAll(caller, readTrailPushBatch(body), idempotencyKey)),
  },
];
