import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { CallOptions, KeyedCallOptions } from './transport.ts';
import type { TrailEntry, TrailListData, TrailListQuery, TrailPushBatchData, TrailPushBody, TrailPushData } from './wire.ts';

export type TrailQuery = Input<TrailListQuery>;

/** At least one of the three subjects is needed. What follows `remark_type` is Genjin's own. */
export type NewTrail = Input<Omit<TrailPushBody, 'content' | 'idempotency_key'>> & { readonly content: string };

/** The follow-up timeline. */
export class Trails extends Resource {
  /**
   * One page of the entries that match, newest first, and the number of all.
   *
   * @example
   * const { list, totalItem } = await client.trails.list({ companyId: 16696797769, count: 20 });
   * for (const entry of list) console.log(entry.create_time, entry.content, totalItem);
   */
  list(query: TrailQuery = {}, options: CallOptions = {}): Promise<TrailListData> {
    return this.read('/v1/dynamic/trail/list', query, options);
  }

  /**
   * All entries that match, newest first, none twice; what is recorded meanwhile may be among them, anywhere.
   *
   * @example
   * for await (const entry of client.trails.all({ companyId: 16696797769 })) console.log(entry.create_time, entry.content);
   */
  all(query: Omit<TrailQuery, PageField> = {}, options: AllOptions = {}): AsyncGenerator<TrailEntry, void, undefined> {
    return allOf(
      (page) => this.list({ ...query, ...page }, options),
      (entry) => entry.trail_id,
      options,
    );
  }

  /**
   * Records a follow-up. After a `GenjinConnectionError` look whether it is there, or give an idempotency key before.
   *
   * @example
   * const call = { companyId: 16696797769, remarkType: 103, content: '电话确认交期：九月十二日' };
   * const { trail_id } = await client.trails.record(call, { idempotencyKey: 'call-20240820-17' });
   * console.log(trail_id);
   */
  record(trail: NewTrail, options: KeyedCallOptions = {}): Promise<TrailPushData> {
    return this.sendOnce('/v1/dynamic/trail/push', trail, options);
  }

  /**
   * Records up to 1,000 follow-ups, all or none. Genjin only; `data` of its `GenjinError` says which were refused.
   *
   * @example
   * const { list } = await client.trails.recordMany(
   *   ['寄出样品', '样品签收'].map((content) => ({ companyId: 16696797769, content })),
   *   { idempotencyKey: 'samples-20240820' },
   * );
   * console.log(list.map((entry) => entry.trail_id));
   */
  recordMany(trails: readonly NewTrail[], options: KeyedCallOptions = {}): Promise<TrailPushBatchData> {
    return this.sendOnce('/v1/dynamic/trail/push/batch', { list: trails }, options);
  }
}
