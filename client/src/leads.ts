import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type {
  LeadInfoData,
  LeadInfoQuery,
  LeadListData,
  LeadListDataList,
  LeadListQuery,
  LeadPushBody,
  LeadPushData,
} from './wire.ts';

export type LeadQuery = Input<LeadListQuery>;

/** Firms that may become customers. */
export class Leads extends Resource {
  /**
   * One page of the leads that match, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.leads.list({ sortField: 'order_time' });
   * for (const lead of list) console.log(lead.name, lead.order_time, totalItem);
   */
  list(query: LeadQuery = {}, options: CallOptions = {}): Promise<LeadListData> {
    return this.read('/v1/lead/list', query, options);
  }

  /**
   * All leads that match, none twice.
   *
   * @example
   * for await (const lead of client.leads.all()) console.log(lead.lead_id, lead.name);
   */
  all(query: Omit<LeadQuery, PageField> = {}, options: AllOptions = {}): AsyncGenerator<LeadListDataList, void, undefined> {
    return allOf(
      (page) => this.list({ ...query, ...page }, options),
      (lead) => lead.lead_id,
      options,
    );
  }

  /**
   * One lead in full, by `lead_id` or `serial_id`; code 404 when there is none.
   *
   * @example
   * const { lead_id } = await client.leads.push({ name: 'Nordwind', country: 'CH' });
   * const lead = await client.leads.info({ leadId: lead_id });
   * console.log(lead.name, lead.customers.length);
   */
  info(query: Input<LeadInfoQuery>, options: CallOptions = {}): Promise<LeadInfoData> {
    return this.read('/v1/lead/info', query, options);
  }

  /**
   * Makes a lead or, with `lead_id`, edits one: what is left out stays.
   *
   * @example
   * const { lead_id } = await client.leads.push({ name: 'Nordwind', companyName: 'Nordwind AG', customers: [{ name: 'Uwe' }] });
   * await client.leads.push({ leadId: lead_id, remark: '展会' });
   * console.log(lead_id);
   */
  push(lead: Input<Omit<LeadPushBody, 'idempotency_key'>>, options: KeyedCallOptions = {}): Promise<LeadPushData> {
    return this.sendOnce('/v1/lead/push', lead, options);
  }
}
