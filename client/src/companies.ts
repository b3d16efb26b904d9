import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type {
  CompanyInfoData,
  CompanyInfoQuery,
  CompanyListData,
  CompanyListDataList,
  CompanyListQuery,
  CompanyPushBody,
  CompanyPushData,
  CompanyQueryData,
  CompanyQueryQuery,
  CompanyRemoveBody,
  CompanyRemoveData,
} from './wire.ts';

export type CompanyQuery = Input<CompanyListQuery>;

/** Customer firms with their contact persons. */
export class Companies extends Resource {
  /**
   * One page of the companies that match, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.companies.list({ timeType: 2, count: 20 });
   * for (const company of list) console.log(company.name, company.order_time, totalItem);
   */
  list(query: CompanyQuery = {}, options: CallOptions = {}): Promise<CompanyListData> {
    return this.read('/v1/company/list', query, options);
  }

  /**
   * All companies that match, none twice.
   *
   * @example
   * for await (const company of client.companies.all()) console.log(company.company_id, company.name);
   */
  all(query: Omit<CompanyQuery, PageField> = {}, options: AllOptions = {}): AsyncGenerator<CompanyListDataList, void, undefined> {
    return allOf(
      (page) => this.list({ ...query, ...page }, options),
      (company) => company.company_id,
      options,
    );
  }

  /**
   * One company in full, by `company_id` or `serial_id`; code 404 when there is none.
   *
   * @example
   * const company = await client.companies.info({ companyId: 16696797769 });
   * console.log(company.name, company.recent_follow_up_time, company.customers.length);
   */
  info(query: Input<CompanyInfoQuery>, options: CallOptions = {}): Promise<CompanyInfoData> {
    return this.read('/v1/company/info', query, options);
  }

  /**
   * Searches companies by a word.
   *
   * @example
   * const { list } = await client.companies.query({ word: 'xiaoman@mantest.com', searchField: 'customer_list.email' });
   * console.log(list.map((company) => company.name));
   */
  query(query: Input<CompanyQueryQuery>, options: CallOptions = {}): Promise<CompanyQueryData> {
    return this.read('/v1/company/query', query, options);
  }

  /**
   * Makes a company or, with `company_id`, edits one: what is left out stays.
   *
   * @example
   * const { company_id } = await client.companies.push({
   *   name: 'Aurora Tools',
   *   country: 'DE',
   *   customers: [{ name: 'Eva Lindt', email: 'eva@aurora.example', mainCustomerFlag: 1 }],
   * });
   * await client.companies.push({ companyId: company_id, star: 3 });
   * console.log(company_id);
   */
  push(company: Input<Omit<CompanyPushBody, 'idempotency_key'>>, options: KeyedCallOptions = {}): Promise<CompanyPushData> {
    return this.sendOnce('/v1/company/pushCompanyAndCustomers', company, options);
  }

  /**
   * Removes a company; the entries about it stay. OKKI removes only companies of the public pool.
   *
   * @example
   * const { company_id } = await client.companies.push({ name: 'Twice' });
   * await client.companies.remove({ companyId: company_id });
   * console.log('removed', company_id);
   */
  remove(company: Input<CompanyRemoveBody>, options: CallOptions = {}): Promise<CompanyRemoveData> {
    const path = '/v1/company/removeCompanyAndCustomers';
    return this.transport.call({ method: 'POST', path, body: company, form: true }, options);
  }
}
