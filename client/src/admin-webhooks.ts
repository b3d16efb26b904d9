import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  AdminWebhookDeliveriesData,
  AdminWebhookDeliveriesQuery,
  AdminWebhookListData,
  AdminWebhookReplayBody,
  AdminWebhookReplayData,
} from './wire.ts';

/** The webhooks of all applications. One of them is set by `webhooks` of a client with `application`. */
export class AdminWebhooks extends Resource {
  /**
   * The webhook of every application that has one, and how its subscriptions are doing.
   *
   * @example
   * const { totalItem } = await client.admin.webhooks.list();
   * console.log(totalItem);
   */
  list(options: CallOptions = {}): Promise<AdminWebhookListData> {
    return this.read('/v1/admin/webhook/list', undefined, options);
  }

  /**
   * Events that were tried and not accepted, with `failed: 1` only those that are parked.
   *
   * @example
   * const { totalItem } = await client.admin.webhooks.deliveries({ failed: 1, count: 20 });
   * console.log(totalItem);
   */
  deliveries(query: Input<AdminWebhookDeliveriesQuery> = {}, options: CallOptions = {}): Promise<AdminWebhookDeliveriesData> {
    return this.read('/v1/admin/webhook/deliveries', query, options);
  }

  /**
   * Sends parked events again, those of some message ids or all.
   *
   * @example
   * const { replayed } = await client.admin.webhooks.replay({ all: 1 });
   * console.log(replayed);
   */
  replay(which: Input<AdminWebhookReplayBody>, options: CallOptions = {}): Promise<AdminWebhookReplayData> {
    return this.send('/v1/admin/webhook/replay', which, options);
  }
}
