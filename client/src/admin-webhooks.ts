import type { Input } from './names.ts';
import { Resource } from './resource.ts';
import type { CallOptions } from './transport.ts';
import type {
  AdminWebhookDeliveriesData,
  AdminWebhookDeliveriesQuery,
  AdminWebhookListData,
  AdminWebhookPauseData,
  AdminWebhookReplayBody,
  AdminWebhookReplayData,
} from './wire.ts';

const path = '/v1/admin/webhook/';

/** The webhooks of all applications. One of them is set by `webhooks` of a client with `application`. */
export class AdminWebhooks extends Resource {
  /**
   * The webhooks of all applications, with their subscriptions.
   *
   * @example
   * const { list, totalItem } = await client.admin.webhooks.list();
   * console.log(totalItem, list[0]?.callback_url ?? 'nobody is told');
   */
  list(options: CallOptions = {}): Promise<AdminWebhookListData> {
    return this.read(`${path}list`, undefined, options);
  }

  /**
   * Sends nothing until the callback URL is set again, `webhooks.update`; code 404 where there is no webhook.
   *
   * @example
   * await client.admin.webhooks.pause('23412-example').catch((error) => console.log(error.code));
   * console.log('nothing is sent');
   */
  pause(clientId: string, options: CallOptions = {}): Promise<AdminWebhookPauseData> {
    return this.send(`${path}pause`, { client_id: clientId }, options);
  }

  /**
   * Events that were not accepted yet, the latest change first.
   *
   * @example
   * const { list, totalItem } = await client.admin.webhooks.deliveries({ state: 'parked' });
   * console.log(totalItem, list[0]?.last_error ?? 'all is delivered');
   */
  deliveries(query: Input<AdminWebhookDeliveriesQuery> = {}, options: CallOptions = {}): Promise<AdminWebhookDeliveriesData> {
    return this.read(`${path}deliveries`, query, options);
  }

  /**
   * Sends parked events again.
   *
   * @example
   * const { replayed } = await client.admin.webhooks.replay({ all: 1 });
   * console.log(replayed, 'are sent again');
   */
  replay(what: Input<AdminWebhookReplayBody>, options: CallOptions = {}): Promise<AdminWebhookReplayData> {
    return this.send(`${path}replay`, what, options);
  }
}
