import type { Trails } from '../../domain/trail.ts';
import type { TrailLife } from '../../domain/trail-life.ts';
import { badParameter } from '../../errors.ts';
import { readIfMatch } from '../../wire/trail-life-wire.ts';
import { pageLinks, readTrailList, trailListQuery } from '../../wire/trail-list-wire.ts';
import {
  presentAllRecorded,
  presentRecorded,
  readTrailPush,
  readTrailPushBatch,
  trailPushBatchBody,
  trailPushBatchData,
  trailPushBatchRefusal,
  trailPushBody,
  trailPushData,
} from '../../wire/trail-push-wire.ts';
import { presentTrailPage, trailListData } from '../../wire/trail-wire.ts';
import type { Route } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';
import { changeErrors, ifMatch } from './trail-life-routes.ts';

/** The follow-up timeline. */
export const trailRoutes = (trails: Trails, life: TrailLife): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/trail/list',
    module: 'company',
    summary: '跟进动态查询接口 · List follow-ups',
    description:
      'Entries of the timeline, newest first, page by page, with the exact total; every entry with its joined objects. Pages with the same as_of ' +
      'make up one state, whatever is written meanwhile.',
    query: trailListQuery,
    headers: {
      ...revisionHeader,
      Link: 'Other pages of the same state (RFC 8288): next, prev, first and last, as references relative to this address.',
    },
    data: trailListData,
    errors: ['400'],
    kept: true,
    handle: async (caller, query, { stamp }) => {
      const { filter, page, asOf } = readTrailList(query);
      const rendered = await trails.rendered(caller, filter, page, asOf, stamp);
      const { basis, total } = rendered;
      const links = pageLinks(query, page, total);
      const headersAt = (revision: number) => {
        const shown = asOf === null ? revision : basis.revision;
        return { ...revisionOf(shown), Link: links(shown) };
      };
      return {
        data: presentTrailPage(rendered),
        headers: headersAt(basis.revision),
        // What a second is at the end is only known when it is over.
        keep: { basis, headersAt, lasts: asOf === null || 'revision' in asOf },
      };
    },
  },
  {
    method: 'POST',
    path: '/v1/dynamic/trail/push',
    module: 'company',
    summary: '新建、编辑跟进动态 · Record or edit a follow-up',
    description:
      'Without trail_id records a follow-up, by default one that takes place now, by the application; with it edits one: an absent field stays as it is. ' +
      'An opportunity brings its company.',
    body: trailPushBody,
    idempotent: true,
    takes: ifMatch,
    data: trailPushData,
    errors: ['-1 不支持的类型', '-1 备注内容不能为空', '-1 lead_id and company_id and opportunity_id is empty', ...changeErrors],
    handle: async (caller, body, { headers, idempotencyKey }) => {
      const push = readTrailPush(body);
      const match = headers['If-Match'];
      if ('trailId' in push) {
        const target = { trailId: push.trailId, expected: readIfMatch(match) };
        return presentRecorded(await life.edit(caller, target, push.fields, idempotencyKey, push.nextFollowUpAt));
      }
      if (match !== undefined)
        throw badParameter('If-Match', match, 'accepted: with trail_id only, since a new entry has no revision yet');
      return presentRecorded(await trails.record(caller, push.record, idempotencyKey));
    },
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
