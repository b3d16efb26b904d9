import type { Trails } from '../../domain/trail.ts';
import {
  presentRecorded,
  presentTrailPage,
  readTrailList,
  readTrailPush,
  trailListData,
  trailListQuery,
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
    description: 'Records a follow-up that takes place now, by the application. An opportunity brings its company.',
    body: trailPushBody,
    data: trailPushData,
    errors: [
      '-1 不支持的类型',
      '-1 备注内容不能为空',
      '-1 lead_id and company_id and opportunity_id is empty',
      '400',
      '404 Not Found Resource',
    ],
    handle: async (caller, body) => presentRecorded(await trails.record(caller, readTrailPush(body))),
  },
];
