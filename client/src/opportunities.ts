import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type {
  OpportunityInfoData,
  OpportunityInfoQuery,
  OpportunityListData,
  OpportunityListDataList,
  OpportunityListQuery,
  OpportunityPushBody,
  OpportunityPushData,
  OpportunityRemoveData,
  OpportunityRemoveQuery,
} from './wire.ts';

export type OpportunityQuery = Input<OpportunityListQuery>;

/** Deals that may come about. */
export class Opportunities extends Resource {
  /**
   * One page of the opportunities that match, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.opportunities.list({ count: 20 });
   * for (const opportunity of list) console.log(opportunity.name, opportunity.trail_time, totalItem);
   */
  list(query: OpportunityQuery = {}, options: CallOptions = {}): Promise<OpportunityListData> {
    return this.read('/v1/opportunity/list', query, options);
  }

  /**
   * All opportunities that match, none twice.
   *
   * @example
   * for await (const { opportunity_id, name } of client.opportunities.all()) console.log(opportunity_id, name);
   */
  all(
    query: Omit<OpportunityQuery, PageField> = {},
    options: AllOptions = {},
  ): AsyncGenerator<OpportunityListDataList, void, undefined> {
    return allOf(
      (page) => this.list({ ...query, ...page }, options),
      (opportunity) => opportunity.opportunity_id,
      options,
    );
  }

  /**
   * One opportunity in full; code 404 when there is none.
   *
   * @example
   * const opportunity = await client.opportunities.info({ opportunityId: 1418441883793 });
   * console.log(opportunity.name, opportunity.company.name);
   */
  info(query: Input<OpportunityInfoQuery>, options: CallOptions = {}): Promise<OpportunityInfoData> {
    return this.read('/v1/opportunity/info', query, options);
  }

  /**
   * Makes an opportunity of a company or, with `opportunity_id`, edits one: what is left out stays.
   *
   * @example
   * const { opportunity_id } = await client.opportunities.push({ name: '春季订单', companyId: 16696797769, amount: 2300 });
   * await client.opportunities.push({ opportunityId: opportunity_id, remark: '等样品' });
   * console.log(opportunity_id);
   */
  push(
    opportunity: Input<Omit<OpportunityPushBody, 'idempotency_key'>>,
    options: KeyedCallOptions = {},
  ): Promise<OpportunityPushData> {
    return this.sendOnce('/v1/opportunity/push', opportunity, options);
  }

  /**
   * Removes an opportunity; the entries about it stay.
   *
   * @example
   * const { opportunity_id } = await client.opportunities.push({ name: 'Twice', companyId: 16696797769 });
   * console.log(await client.opportunities.remove({ opportunityId: opportunity_id })); // success
   */
  remove(opportunity: Input<OpportunityRemoveQuery>, options: CallOptions = {}): Promise<OpportunityRemoveData> {
    return this.transport.call({ method: 'POST', path: '/v1/opportunity/remove', query: opportunity }, options);
  }
}
