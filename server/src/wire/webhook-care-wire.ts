/** Webhooks and deliveries of all applications, as an admin sees to them, on the wire: ours alone, OKKI has nothing of it. */
import { Type } from 'typebox';
import type { Page } from '../domain/stores.ts';
import type { KeptDelivery, WebhookState } from '../domain/webhook-care.ts';
import type { Delivery } from '../domain/webhook-stores.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, line, oneOf, word } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { formatTime } from './time.ts';
import { bizTypeOf, subscribeTypeOf } from './webhook-wire.ts';

type Given = Readonly<Record<string, unknown>>;

const time = 'YYYY-MM-DD HH:mm:ss, Beijing time';

export const adminWebhookBody = fieldSet({ client_id: line("应用ID · The application's id.", 100) });
export function readAdminWebhook(body: Given): string {
  const { client_id: id } = adminWebhookBody.read(body);
  if (id === '') throw badParameter('client_id', undefined, "accepted: an application's id");
  return id;
}

const states = ['active', 'paused', 'revoked'] as const;
export const adminWebhookListData = Type.Object({
  list: Type.Array(
    Type.Object({
      client_id: Type.String({ description: "应用ID · The application's id." }),
      name: Type.String({ description: '应用名称 · Its name.' }),
      callback_url: Type.String({ description: '回调地址 · Where events are sent to.' }),
      state: Type.String({
        description: '状态 · active · paused: nothing is sent until it is resumed · revoked: the application was.',
        enum: [...states],
      }),
      create_time: Type.String({ description: `创建时间 · ${time}.` }),
      subscriptions: Type.Array(
        Type.Object({
          subscribe_type: Type.String({ description: '订阅模块 · The module.' }),
          subscribe_config: Type.Array(Type.String(), { description: '订阅的事件 · Its events that are told.' }),
          behind: Type.Integer({ description: '待检查 · Changes of any kind that were not looked at yet.' }),
        }),
        { description: '订阅 · By module.' },
      ),
    }),
    { description: 'Webhook · By the ids of their applications.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of webhooks.' }),
});

const stateOf = ({ webhook, revoked }: WebhookState): (typeof states)[number] =>
  revoked ? 'revoked' : webhook.paused ? 'paused' : 'active';

export const presentWebhookStates = (all: readonly WebhookState[]): string =>
  JSON.stringify({
    list: all.map((one) => ({
      client_id: one.webhook.clientId,
      name: one.applicationName,
      callback_url: one.webhook.callbackUrl,
      state: stateOf(one),
      create_time: formatTime(one.webhook.createdAt),
      subscriptions: one.subscriptions.map(({ kind, events: actions, distance }) => ({
        subscribe_type: subscribeTypeOf(kind),
        subscribe_config: actions.map((action) => bizTypeOf(kind, action)),
        behind: distance,
      })),
    })),
    totalItem: all.length,
  });

export const adminWebhookDeliveriesQuery = fieldSet({
  ...pageFields,
  state: word('状态 · Only those that wait for another try, or only those that are parked.', ['all', 'waiting', 'parked'], 'all'),
});
export function readDeliveries(query: Given): { state: Delivery['state'] | null; page: Page } {
  const given = adminWebhookDeliveriesQuery.read(query);
  return { state: given.state === 'all' ? null : given.state, page: readPage(given) };
}

export const adminWebhookDeliveriesData = Type.Object({
  list: Type.Array(
    Type.Object({
      message_id: Type.String({ description: '消息ID · As the receiver has it.' }),
      client_id: Type.String({ description: "应用ID · The application's id." }),
      biz_type: Type.String({ description: '事件 · What happened.' }),
      object_id: Type.Integer({ description: '对象ID · To what.' }),
      revision: Type.Integer({ description: '变更号 · Its number in the change log.' }),
      state: Type.String({
        description: '状态 · waiting: for another try · parked: tried for 72 hours, until somebody replays it.',
        enum: ['waiting', 'parked'],
      }),
      attempts: Type.Integer({ description: '已尝试次数 · Tries so far.' }),
      first_try_time: Type.String({ description: `首次尝试 · ${time}; "" before it.` }),
      next_try_time: Type.String({ description: `下次尝试 · ${time}; "" when parked.` }),
      last_error: Type.String({ description: '最近一次的结果 · What came of the last try; "" before the first.' }),
    }),
    { description: '投递 · Events that were not accepted yet, the latest change first.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of them.' }),
});

export const presentDeliveries = (
  { rows, total }: { readonly rows: readonly KeptDelivery[]; readonly total: number },
  messageIdOf: (delivery: KeptDelivery) => string,
): string =>
  JSON.stringify({
    list: rows.map((delivery) => ({
      message_id: messageIdOf(delivery),
      client_id: delivery.clientId,
      biz_type: bizTypeOf(delivery.kind, delivery.action),
      object_id: delivery.objectId,
      revision: delivery.revision,
      state: delivery.state,
      attempts: delivery.attempts,
      first_try_time: delivery.firstAt === null ? '' : formatTime(delivery.firstAt),
      next_try_time: delivery.state === 'waiting' ? formatTime(delivery.nextAt) : '',
      last_error: delivery.lastError,
    })),
    totalItem: total,
  });

const mostMessages = 1000;
const messageIds: Field<readonly string[]> = {
  schema: Type.Array(Type.String(), { description: '消息ID · Those that are sent again.', maxItems: mostMessages }),
  read(name, raw) {
    if (raw === undefined || raw === null || raw === '') return [];
    const accepted = `accepted: a list of at most ${mostMessages} message ids`;
    if (!Array.isArray(raw)) throw badParameter(name, raw, accepted);
    if (raw.length > mostMessages) throw badParameter(name, `${raw.length} items`, accepted);
    for (const [place, item] of raw.entries())
      if (typeof item !== 'string' || !/^msg_[0-9a-f]{32}$/.test(item)) throw badParameter(`${name}[${place}]`, item, accepted);
    return raw as string[];
  },
};
export const adminWebhookReplayBody = fieldSet({
  message_ids: messageIds,
  all: oneOf('是否全部 · 1: every parked event.', [0, 1], 0),
});

/** The message ids, `null` for all. Throws `bad_parameter`, `missing_parameter`. */
export function readReplay(body: Given): readonly string[] | null {
  const { message_ids: ids, all } = adminWebhookReplayBody.read(body);
  if (all === 1 && ids.length > 0) throw badParameter('all', 1, 'accepted: message ids, or all, not both');
  if (all === 0 && ids.length === 0) throw badParameter('message_ids', undefined, 'accepted: a list of message ids, or all: 1');
  return all === 1 ? null : [...new Set(ids)];
}

export const adminWebhookReplayData = Type.Object({
  replayed: Type.Integer({ description: '数量 · Events that are sent again.' }),
});
export const presentReplayed = (replayed: number): string => JSON.stringify({ replayed });
