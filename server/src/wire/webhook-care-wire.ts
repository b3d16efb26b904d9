/** Webhooks as an admin sees to them, on the wire: ours alone. */
import { Type } from 'typebox';
import type { Page } from '../domain/stores.ts';
import type { NamedDelivery, WebhookState } from '../domain/webhook-care.ts';
import { badParameter } from '../errors.ts';
import { type Field, fieldSet, oneOf } from './fields.ts';
import { pageFields, readPage } from './listing-wire.ts';
import { formatTime } from './time.ts';
import { bizTypeOf, subscribeTypeOf } from './webhook-wire.ts';

type Given = Readonly<Record<string, unknown>>;

export const adminWebhookListData = Type.Object({
  list: Type.Array(
    Type.Object({
      client_id: Type.String({ description: '应用ID · The application.' }),
      name: Type.String({ description: '应用名称 · Its name.' }),
      callback_url: Type.String({ description: '回调地址 · Where events are sent to.' }),
      state: Type.String({
        description: '状态 · active; paused: the receiver said that it is gone; revoked: the application was.',
        enum: ['active', 'paused', 'revoked'],
      }),
      subscriptions: Type.Array(
        Type.Object({
          subscribe_type: Type.String({ description: '订阅模块 · The module.' }),
          subscribe_config: Type.Array(Type.String(), { description: '订阅的事件 · Its events that are told.' }),
          behind: Type.Integer({ description: '落后的变更数 · Changes that it has not looked at.' }),
        }),
        { description: '订阅 · What it is told of.' },
      ),
    }),
    { description: 'Webhook · By the ids of the applications.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of webhooks.' }),
});

export const presentWebhookStates = (states: readonly WebhookState[]): string =>
  JSON.stringify({
    list: states.map(({ application, webhook, subscriptions }) => ({
      client_id: application.clientId,
      name: application.name,
      callback_url: webhook.callbackUrl,
      state: application.revokedAt !== null ? 'revoked' : webhook.paused ? 'paused' : 'active',
      subscriptions: subscriptions.map(({ kind, events, distance }) => ({
        subscribe_type: subscribeTypeOf(kind),
        subscribe_config: events.map((event) => bizTypeOf(kind, event)),
        behind: distance,
      })),
    })),
    totalItem: states.length,
  });

export const adminWebhookDeliveriesQuery = fieldSet({
  failed: oneOf('是否仅搁置的 · 1: only those that are parked.', [0, 1], 0),
  ...pageFields,
});
export function readDeliveries(query: Given): { parkedOnly: boolean; page: Page } {
  const given = adminWebhookDeliveriesQuery.read(query);
  return { parkedOnly: given.failed === 1, page: readPage(given) };
}

export const adminWebhookDeliveriesData = Type.Object({
  list: Type.Array(
    Type.Object({
      message_id: Type.String({ description: '消息ID · Under which the receiver knows it.' }),
      client_id: Type.String({ description: '应用ID · The application.' }),
      biz_type: Type.String({ description: '事件类型 · The event.' }),
      object_id: Type.Integer({ description: '对象ID · What it is about.' }),
      state: Type.String({ description: '状态 · waiting for another try, or parked.', enum: ['waiting', 'parked'] }),
      attempts: Type.Integer({ description: '尝试次数 · How often it was tried.' }),
      next_try_time: Type.String({ description: '下次尝试 · YYYY-MM-DD HH:mm:ss, Beijing time; "": it is parked.' }),
      last_error: Type.String({ description: '最近错误 · What became of the last try.' }),
    }),
    { description: '投递 · Events that were tried and not accepted.' },
  ),
  totalItem: Type.Integer({ description: '总数 · Number of them, over all pages.' }),
});

export const presentDeliveries = ({ rows, total }: { readonly rows: readonly NamedDelivery[]; readonly total: number }): string =>
  JSON.stringify({
    list: rows.map((one) => ({
      message_id: one.messageId,
      client_id: one.clientId,
      biz_type: bizTypeOf(one.kind, one.action),
      object_id: one.objectId,
      state: one.state,
      attempts: one.attempts,
      next_try_time: one.state === 'waiting' ? formatTime(one.nextAt) : '',
      last_error: one.lastError,
    })),
    totalItem: total,
  });

const mostIds = 200;
const idsAccepted = `accepted: a list of at most ${mostIds} message ids, or all: 1`;
const messageIds: Field<readonly string[]> = {
  schema: Type.Array(Type.String(), { maxItems: mostIds, description: '消息ID · Parked events, by their message ids.' }),
  read(name, raw) {
    if (raw === undefined || raw === null || raw === '') return [];
    const ids = Array.isArray(raw) ? raw : [raw];
    if (ids.length > mostIds || ids.some((id) => typeof id !== 'string')) throw badParameter(name, raw, idsAccepted);
    return ids as string[];
  },
};
export const adminWebhookReplayBody = fieldSet({
  message_ids: messageIds,
  all: oneOf('是否全部 · 1: every parked event.', [0, 1], 0),
});

/** `null`: all. Throws `missing_parameter`, `bad_parameter`. */
export function readReplay(body: Given): readonly string[] | null {
  const { message_ids: ids, all } = adminWebhookReplayBody.read(body);
  if (all === 1) return null;
  if (ids.length === 0) throw badParameter('message_ids', undefined, idsAccepted);
  return ids;
}

export const adminWebhookReplayData = Type.Object({
  replayed: Type.Integer({ description: '重新投递的数量 · How many will be sent again.' }),
});
export const presentReplayed = (replayed: number): string => JSON.stringify({ replayed });
