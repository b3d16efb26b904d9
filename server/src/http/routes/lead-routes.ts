import type { Leads } from '../../domain/lead.ts';
import {
  leadInfoData,
  leadInfoQuery,
  leadListData,
  leadListQuery,
  leadPushBody,
  leadPushData,
  presentLeadInfo,
  presentLeadList,
  presentLeadPushed,
  readLeadInfo,
  readLeadList,
  readLeadPush,
} from '../../wire/lead-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';

const notFound = '404 Not Found Resource';

/** Firms that may become customers. */
export const leadRoutes = (leads: Leads): Route[] => [
  {
    method: 'GET',
    path: '/v1/lead/list',
    module: 'lead',
    summary: '线索列表接口 · List leads',
    description: 'Leads page by page, with the exact total and the last contact of each.',
    query: leadListQuery,
    headers: revisionHeader,
    data: leadListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { filter, page } = readLeadList(query);
      const found = await leads.list(caller, filter, page);
      return listed(presentLeadList(found), found);
    },
  },
  {
    method: 'GET',
    path: '/v1/lead/info',
    module: 'lead',
    summary: '线索详情接口 · One lead',
    description: 'A lead with its followers and contact persons. What Genjin does not keep has the value of "none".',
    query: leadInfoQuery,
    data: leadInfoData,
    errors: ['400', notFound],
    handle: async (caller, query) => {
      const { leadId, serialId } = readLeadInfo(query);
      return presentLeadInfo(await leads.info(caller, leadId, serialId));
    },
  },
  {
    method: 'POST',
    path: '/v1/lead/push',
    module: 'lead',
    summary: '新建、编辑线索接口 · Make or edit a lead',
    description:
      'Without lead_id makes a lead, with it edits one: an absent field stays as it is; 0, "" and null clear it. ' +
      'Contact persons are added, edited and removed with it.',
    body: leadPushBody,
    idempotent: true,
    data: leadPushData,
    errors: ['400', notFound, '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentLeadPushed(await leads.push(caller, readLeadPush(body), idempotencyKey)),
  },
];
