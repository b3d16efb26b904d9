import { type CallOptions, type GenjinClientOptions, Transport } from './transport.ts';
import type { TrailListData, TrailListQuery, TrailPushBody, TrailPushData } from './wire.ts';

type OrUndefined<T> = { [K in keyof T]: T[K] | undefined };

/** Which entries, and which page of them. */
export type TrailQuery = OrUndefined<TrailListQuery>;

/** A new follow-up; at least one of its three subjects is needed. */
export type NewTrail = OrUndefined<Omit<TrailPushBody, 'content'>> & { content: string };

/**
 * Talks to Genjin, or to OKKI's open API, whose words it keeps. Gets its own tokens, keeps them until shortly before they end,
 * and takes a fresh one once when the server refuses one.
 *
 * @example
 * const client = new GenjinClient({
 *   baseUrl: 'http://127.0.0.1:8787',
 *   clientId: '23412-example',
 *   clientSecret: 'shown once by: genjin app create',
 * });
 * const { list, totalItem } = await client.trails.list();
 * console.log(totalItem, list[0]?.content);
 */
export class GenjinClient {
  /** The follow-up timeline. */
  readonly trails: Trails;

  constructor(options: GenjinClientOptions) {
    this.trails = new Trails(new Transport(options));
  }
}

/** The follow-up timeline: `client.trails`. */
export class Trails {
  readonly #transport: Transport;

  /** Made by `GenjinClient`. */
  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /**
   * The entries that match, newest first, page by page, with their exact number. Without a subject: all of the enterprise.
   * Tried again, twice at most, when the network or the server fails for a moment.
   *
   * @example
   * // All entries about a company, a hundred at a time.
   * for (let page = 1; ; page++) {
   *   const { list, totalItem } = await client.trails.list({ company_id: 16696797769, count: 100, start_index: page });
   *   for (const entry of list) console.log(entry.create_time, entry.content);
   *   if (page * 100 >= totalItem) break;
   * }
   */
  list(query: TrailQuery = {}, options: CallOptions = {}): Promise<TrailListData> {
    return this.#transport.call<TrailListData>({ method: 'GET', path: '/v1/dynamic/trail/list', query: { ...query } }, options);
  }

  /**
   * Records a follow-up that takes place now. Never sent twice: after a `GenjinConnectionError` look whether it is there.
   *
   * @example
   * const { trail_id } = await client.trails.record({
   *   company_id: 16696797769,
   *   remark_type: 103, // a call
   *   content: '电话确认交期：九月十二日',
   * });
   * console.log(trail_id);
   */
  record(trail: NewTrail, options: CallOptions = {}): Promise<TrailPushData> {
    return this.#transport.call<TrailPushData>({ method: 'POST', path: '/v1/dynamic/trail/push', body: trail }, options);
  }
}
