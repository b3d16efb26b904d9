import type { Input } from './names.ts';
import { type AllOptions, allOf, type PageField } from './pager.ts';
import { Resource } from './resource.ts';
import type { Answer, CallOptions, EditOptions, KeyedCallOptions } from './transport.ts';
import type {
  TrailChangesData,
  TrailChangesDataList,
  TrailChangesQuery,
  TrailEntry,
  TrailHistoryData,
  TrailHistoryQuery,
  TrailListData,
  TrailListQuery,
  TrailPushBatchData,
  TrailPushBody,
  TrailPushData,
} from './wire.ts';

export type TrailQuery = Input<TrailListQuery>;

/** At least one of the three subjects is needed. What follows `remark_type` is Genjin's own. */
export type NewTrail = Input<Omit<TrailPushBody, 'trail_id' | 'content' | 'idempotency_key'>> & { readonly content: string };

/** What is left out stays as it was. */
export type TrailEdit = Input<Omit<TrailPushBody, 'trail_id' | 'idempotency_key'>>;

const path = '/v1/dynamic/trail/';

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
    return this.read(`${path}list`, query, options);
  }

  /**
   * All entries that match, newest first, none twice. Of Genjin they are those of one state; of OKKI what is recorded meanwhile may be
   * among them, anywhere.
   *
   * @example
   * for await (const entry of client.trails.all({ companyId: 16696797769 })) console.log(entry.create_time, entry.content);
   */
  all(query: Omit<TrailQuery, PageField> = {}, options: AllOptions = {}): AsyncGenerator<TrailEntry, void, undefined> {
    const given = 'as_of' in query || 'asOf' in query;
    let state = {};
    return allOf(
      async (page) => {
        const { data, headers } = await this.#answer<TrailListData>('list', { ...query, ...page, ...state }, options);
        const revision = headers.get('X-Genjin-Revision');
        if (revision !== null && !given) state = { as_of: revision };
        return data;
      },
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
    return this.sendOnce(`${path}push`, trail, options);
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
    return this.sendOnce(`${path}push/batch`, { list: trails }, options);
  }

  // From here on Genjin only.

  /**
   * The same as `list`, and the revision that it is of. Pages that are asked for with it as `as_of` are all of that state, whatever is
   * written meanwhile.
   *
   * @example
   * const first = await client.trails.page({ count: 20 });
   * const second = await client.trails.page({ count: 20, startIndex: 2, asOf: first.revision });
   * console.log(first.totalItem === second.totalItem);
   */
  async page(query: TrailQuery = {}, options: CallOptions = {}): Promise<TrailListData & { readonly revision: number }> {
    const { data, headers } = await this.#answer<TrailListData>('list', query, options);
    return { ...data, revision: Number(headers.get('X-Genjin-Revision')) };
  }

  /**
   * Changes an entry: only what is given.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * const { etag } = await client.trails.info(entry.trail_id);
   * const { trail_id } = await client.trails.edit(entry.trail_id, { content: '电话确认交期：九月十五日' }, { ifMatch: etag });
   * console.log(trail_id);
   */
  edit(trailId: number, fields: TrailEdit, options: EditOptions = {}): Promise<TrailPushData> {
    return this.sendOnce(`${path}push`, { ...fields, trail_id: trailId }, options);
  }

  /**
   * Takes an entry out of the list.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ count: 1 });
   * const { trail_id } = await client.trails.remove(entry.trail_id);
   * console.log(trail_id);
   */
  remove(trailId: number, options: EditOptions = {}): Promise<TrailPushData> {
    return this.sendOnce(`${path}remove`, { trail_id: trailId }, options);
  }

  /**
   * Puts a removed entry back.
   *
   * @example
   * const { list: [entry] } = await client.trails.list({ removed: 1, timeType: 1 });
   * const { trail_id } = await client.trails.restore(entry.trail_id);
   * console.log(trail_id);
   */
  restore(trailId: number, options: EditOptions = {}): Promise<TrailPushData> {
    return this.sendOnce(`${path}restore`, { trail_id: trailId }, options);
  }

  /**
   * One entry, also when it was removed, and what to give as `ifMatch`.
   *
   * @example
   * const { list: [newest] } = await client.trails.list({ count: 1 });
   * const { entry, etag } = await client.trails.info(newest.trail_id);
   * console.log(entry.content, etag);
   */
  async info(trailId: number, options: CallOptions = {}): Promise<{ entry: TrailEntry; etag: string }> {
    const { data, headers } = await this.#answer<TrailEntry>('info', { trail_id: trailId, removed: 1 }, options);
    return { entry: data, etag: headers.get('ETag') ?? '*' };
  }

  /**
   * Every version of an entry, oldest first.
   *
   * @example
   * const { list: [newest] } = await client.trails.list({ count: 1 });
   * const { list } = await client.trails.history({ trailId: newest.trail_id });
   * for (const { time, nickname, action, changes } of list) console.log(time, nickname, action, changes);
   */
  history(query: Input<TrailHistoryQuery>, options: CallOptions = {}): Promise<TrailHistoryData> {
    return this.read(`${path}history`, query, options);
  }

  /**
   * One page of the change feed.
   *
   * @example
   * const { list, next_after } = await client.trails.changes({ after: 0, kind: 'trail,company' });
   * console.log(list.length, next_after);
   */
  changes(query: Input<TrailChangesQuery> = {}, options: CallOptions = {}): Promise<TrailChangesData> {
    return this.read(`${path}changes`, query, options);
  }

  /**
   * Every change after a revision up to the last one, in order; at its end it returns what to begin with next time.
   *
   * @example
   * for await (const { revision, kind, action } of client.trails.changesSince(0, { kind: 'trail' })) {
   *   console.log(revision, kind, action);
   * }
   */
  async *changesSince(
    after: number,
    query: Omit<Input<TrailChangesQuery>, 'after'> = {},
    options: CallOptions = {},
  ): AsyncGenerator<TrailChangesDataList, number, undefined> {
    for (let place = after; ; ) {
      const { data, headers } = await this.#answer<TrailChangesData>('changes', { ...query, after: place }, options);
      yield* data.list;
      place = data.next_after;
      if (place >= Number(headers.get('X-Genjin-Revision'))) return place;
    }
  }

  #answer<T>(name: string, query: object, options: CallOptions): Promise<Answer<T>> {
    return this.transport.answer({ method: 'GET', path: path + name, query }, options);
  }
}
