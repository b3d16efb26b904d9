import type { Opportunities } from '../../domain/opportunity.ts';
import {
  opportunityInfoData,
  opportunityInfoQuery,
  opportunityListData,
  opportunityListQuery,
  opportunityPushBody,
  opportunityPushData,
  opportunityRemoveData,
  opportunityRemoveQuery,
  presentOpportunityInfo,
  presentOpportunityList,
  presentOpportunityPushed,
  presentOpportunityRemoved,
  readOpportunityInfo,
  readOpportunityList,
  readOpportunityPush,
  readOpportunityRemove,
} from '../../wire/opportunity-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';

const notFound = '404 Not Found Resource';

/** Deals that may come about. */
export const opportunityRoutes = (opportunities: Opportunities): Route[] => [
  {
    method: 'GET',
    path: '/v1/opportunity/list',
    module: 'opportunity',
    summary: '商机列表接口 · List opportunities',
    description: 'Opportunities page by page, with the exact total and the last entry about each.',
    query: opportunityListQuery,
    headers: revisionHeader,
    data: opportunityListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { bounds, page } = readOpportunityList(query);
      const found = await opportunities.list(caller, bounds, page);
      return listed(presentOpportunityList(caller.tenantId, found), found);
    },
  },
  {
    method: 'GET',
    path: '/v1/opportunity/info',
    module: 'opportunity',
    summary: '商机详情接口 · One opportunity',
    description: 'An opportunity with its company and contact persons. What Genjin does not keep has the value of "none".',
    query: opportunityInfoQuery,
    data: opportunityInfoData,
    errors: ['400', notFound],
    handle: async (caller, query) =>
      presentOpportunityInfo(caller.tenantId, await opportunities.info(caller, readOpportunityInfo(query))),
  },
  {
    method: 'POST',
    path: '/v1/opportunity/push',
    module: 'opportunity',
    summary: '新建、编辑商机接口 · Make or edit an opportunity',
    description:
      'Without opportunity_id makes an opportunity, with it edits one: an absent field stays as it is; 0, "" and null clear it.',
    body: opportunityPushBody,
    idempotent: true,
    data: opportunityPushData,
    errors: ['400', notFound, '404 The associated customer cannot be empty use company_id', '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentOpportunityPushed(await opportunities.push(caller, readOpportunityPush(body), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/opportunity/remove',
    module: 'opportunity',
    summary: '删除商机接口 · Remove an opportunity',
    description: 'Removes the opportunity that the query names; there need be no body. Its follow-ups stay.',
    query: opportunityRemoveQuery,
    data: opportunityRemoveData,
    errors: ['400 Invalid query', notFound],
    handle: async (caller, query) => {
      await opportunities.remove(caller, readOpportunityRemove(query));
      return presentOpportunityRemoved();
    },
  },
];
