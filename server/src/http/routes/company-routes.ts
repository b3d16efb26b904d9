import type { Companies } from '../../domain/company.ts';
import { companyInfoData, presentCompanyInfo } from '../../wire/company-info-wire.ts';
import {
  companyInfoQuery,
  companyListData,
  companyListQuery,
  companyPushBody,
  companyPushData,
  companyRemoveBody,
  companyRemoveData,
  companySearchData,
  companySearchQuery,
  presentCompanyList,
  presentCompanyPushed,
  presentCompanyRemoved,
  presentCompanySearch,
  readCompanyInfo,
  readCompanyList,
  readCompanyPush,
  readCompanyRemove,
  readCompanySearch,
} from '../../wire/company-wire.ts';
import type { Route } from '../route.ts';
import { listed, revisionHeader } from './listing.ts';

const notFound = '404 Not Found Resource';

/** Customer firms and their contact persons. */
export const companyRoutes = (companies: Companies): Route[] => [
  {
    method: 'GET',
    path: '/v1/company/list',
    module: 'company',
    summary: '客户列表接口 · List companies',
    description: 'Companies page by page, with the exact total and the last contact of each.',
    query: companyListQuery,
    headers: revisionHeader,
    data: companyListData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { filter, page } = readCompanyList(query);
      const found = await companies.list(caller, filter, page);
      return listed(presentCompanyList(found), found);
    },
  },
  {
    method: 'GET',
    path: '/v1/company/info',
    module: 'company',
    summary: '客户详情接口 · One company',
    description: 'A company with its followers and contact persons. What Genjin does not keep has the value of "none".',
    query: companyInfoQuery,
    data: companyInfoData,
    errors: ['400', notFound],
    handle: async (caller, query) => {
      const { companyId, serialId } = readCompanyInfo(query);
      return presentCompanyInfo(await companies.info(caller, companyId, serialId));
    },
  },
  {
    method: 'GET',
    path: '/v1/company/query',
    module: 'company',
    summary: '客户搜索接口 · Search companies',
    description:
      'Companies by a word. Names contain it, a domain ends with it, telephone numbers contain its digits, everything else equals it; ' +
      'upper and lower case of Latin letters are one, but for serial_id.',
    query: companySearchQuery,
    headers: revisionHeader,
    data: companySearchData,
    errors: ['400'],
    handle: async (caller, query) => {
      const { field, word, page } = readCompanySearch(query);
      const found = await companies.search(caller, field, word, page);
      return listed(presentCompanySearch(found), found);
    },
  },
  {
    method: 'POST',
    path: '/v1/company/pushCompanyAndCustomers',
    operation: 'companyPush',
    module: 'company',
    summary: '新建、编辑客户与联系人接口 · Make or edit a company',
    description:
      'Without company_id makes a company, with it edits one: an absent field stays as it is; 0, "" and null clear it. ' +
      'Contact persons are added, edited and removed with it.',
    body: companyPushBody,
    idempotent: true,
    data: companyPushData,
    errors: ['400', notFound, '409'],
    handle: async (caller, body, { idempotencyKey }) =>
      presentCompanyPushed(await companies.push(caller, readCompanyPush(body), idempotencyKey)),
  },
  {
    method: 'POST',
    path: '/v1/company/removeCompanyAndCustomers',
    operation: 'companyRemove',
    module: 'company',
    summary: '删除客户与联系人接口 · Remove a company',
    description: 'Removes a company with its contact persons. Its follow-ups stay and show it with is_archive 0.',
    body: companyRemoveBody,
    data: companyRemoveData,
    errors: ['400', notFound],
    handle: async (caller, body) => {
      const companyId = readCompanyRemove(body);
      await companies.remove(caller, companyId);
      return presentCompanyRemoved(companyId);
    },
  },
];
