import { companyInfoData } from '../wire/company-info-wire.ts';
import { companyListData, companySearchData } from '../wire/company-wire.ts';
import { never } from '../wire/shape.ts';
import type { Api } from './api.ts';
import { bySerialId, firstListed, listed, listingScenarios, type Resource } from './listing-scenarios.ts';
import { asRow, asRows, idOf, must, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';
import { companyWithEntries, trailPage } from './trail-scenarios.ts';

const resource: Resource = {
  module: 'company',
  listPath: '/v1/company/list',
  listData: companyListData,
  infoPath: '/v1/company/info',
  infoData: companyInfoData,
  id: 'company_id',
  paging: 'inferred',
  order: 'ours',
};
const queryPath = '/v1/company/query';
const ofList = { routes: [`GET ${resource.listPath}`], modules: ['company'] } as const;
const ofInfo = { routes: [`GET ${resource.infoPath}`], modules: ['company'] } as const;
const ofQuery = { routes: [`GET ${queryPath}`], modules: ['company'] } as const;

/** The company that entries are about, with all that is known of it. */
async function companyInfo(api: Api): Promise<Row> {
  const { company_id } = await companyWithEntries(api);
  return asRow(await api.data(resource.infoPath, { company_id: String(company_id) }), 'data');
}

/** Throws `Difference` when a search does not find that company. */
async function mustFind(api: Api, field: string, word: string): Promise<Row> {
  const { company_id } = await companyWithEntries(api);
  const { rows, data } = await listed(api, queryPath, { word, search_field: field, count: 100 });
  must(
    rows.some((row) => row['company_id'] === company_id),
    `${rows.length} were found, the company is none of them`,
  );
  return data;
}

export const companyScenarios: readonly Scenario[] = [
  ...listingScenarios(resource),
  bySerialId(resource),
  {
    ...ofList,
    name: 'count is the same number as totalItem',
    mark: 'inferred',
    async holds(api) {
      const { data } = await listed(api, resource.listPath);
      must(data['count'] === data['totalItem'], `count ${String(data['count'])}, totalItem ${String(data['totalItem'])}`);
    },
  },
  {
    ...ofList,
    name: 'time_type=2 with bounds finds a company by when it was created',
    mark: 'doc',
    async holds(api) {
      const { company_id, create_time } = await firstListed(api, resource);
      const time = need(create_time === never.firm ? null : String(create_time), 'when that company was created is not known');
      const { rows } = await listed(api, resource.listPath, { time_type: 2, start_time: time, end_time: time });
      must(
        rows.some((row) => row['company_id'] === company_id),
        `the company of ${time} is not there`,
      );
      for (const row of rows) must(row['create_time'] === time, `a company of ${String(row['create_time'])} is there`);
    },
  },
  {
    ...ofInfo,
    name: 'the info has the name that entries show',
    mark: 'doc',
    async holds(api) {
      const { name } = await companyWithEntries(api);
      must((await companyInfo(api))['name'] === name, 'it is another name');
    },
  },
  {
    ...ofInfo,
    name: 'order_time is the create_time of the last entry that is not in the future',
    mark: 'inferred',
    async holds(api) {
      const { order_time, company_id } = await companyInfo(api);
      const now = String((await api.envelope(resource.listPath))['now']);
      const { rows } = await trailPage(api, { company_id: String(company_id), count: 100 });
      const last = need(
        rows.map((row) => String(row['create_time'])).find((time) => time <= now),
        'all its entries are in the future',
      );
      must(order_time === last, `order_time ${String(order_time)}, last entry ${last}`);
    },
  },
  {
    ...ofQuery,
    name: 'a name finds the company; every field is there, in order and of its type',
    mark: 'doc',
    async holds(api) {
      const { name } = await companyWithEntries(api);
      mustHaveShape(await mustFind(api, 'name', String(name)), companySearchData);
    },
  },
  {
    ...ofQuery,
    name: 'a serial_id finds the company',
    mark: 'doc',
    async holds(api) {
      const { serial_id } = await companyInfo(api);
      await mustFind(api, 'serial_id', need(idOf(serial_id), 'the company has no serial_id'));
    },
  },
  {
    ...ofQuery,
    name: 'the e-mail of a contact finds the company',
    mark: 'doc',
    async holds(api) {
      const { rows } = await trailPage(api, { count: 100 });
      const known = rows.flatMap((row) =>
        Array.isArray(row['customer_info'])
          ? asRows(row['customer_info'], 'customer_info').map((contact) => ({ contact, row }))
          : [],
      );
      const { contact, row } = need(
        known.find(
          ({ contact: { email }, row: { company_info } }) =>
            idOf(email) !== null && asRow(company_info, 'company_info')['is_archive'] === 1,
        ),
        'no entry names a contact with an e-mail',
      );
      const { rows: found } = await listed(api, queryPath, {
        word: String(contact['email']),
        search_field: 'customer_list.email',
        count: 100,
      });
      must(
        found.some(({ company_id }) => company_id === row['company_id']),
        `${found.length} were found, the company is none of them`,
      );
    },
  },
];
