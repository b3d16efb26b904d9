import type { Webhooks } from '../../domain/webhook.ts';
import { nothingData, presentNothing } from '../../wire/nothing-wire.ts';
import {
  presentSubscription,
  presentSubscriptions,
  presentWebhook,
  presentWebhookChange,
  presentWebhookSecret,
  presentWebhookSet,
  readSubscribe,
  readSubscribeType,
  readWebhook,
  subscribeBody,
  subscriptionData,
  subscriptionListData,
  subscriptionParams,
  webhookBody,
  webhookChangeData,
  webhookGetData,
  webhookSecretData,
  webhookSetData,
} from '../../wire/webhook-wire.ts';
import { applicationHeader } from '../gate.ts';
import type { Route } from '../route.ts';

const notFound = '404 Not Found Resource';
const path = '/v1/webhook';
const subscriptionPath = '/v1/subscribe/{subscribe_type}';

/** Where an application is told of changes. */
const callbackRoutes = (webhooks: Webhooks): Route[] => [
  {
    method: 'POST',
    path,
    operation: 'webhookSet',
    module: 'webhook',
    summary: '配置 Webhook · Set the webhook',
    description:
      'Sets where this application is told of changes, and answers the key for signatures and data. Posted again, URL and key are new; subscriptions stay.',
    body: webhookBody,
    data: webhookSetData,
    errors: ['400'],
    handle: async (caller, body) => presentWebhookSet(await webhooks.set(caller, readWebhook(body))),
  },
  {
    method: 'PUT',
    path,
    operation: 'webhookChange',
    module: 'webhook',
    summary: '修改回调地址 · Change the callback URL',
    description:
      'Events go to the new URL from the next attempt on. Also ends a pause, and begins anew with deliveries that wait.',
    body: webhookBody,
    data: webhookChangeData,
    errors: ['400', notFound],
    handle: async (caller, body) => {
      const url = readWebhook(body);
      await webhooks.setUrl(caller, url);
      return presentWebhookChange(url);
    },
  },
  {
    method: 'GET',
    path,
    operation: 'webhookGet',
    module: 'webhook',
    summary: '查询 Webhook 配置 · Look at the webhook',
    description: 'The callback URL. The key is shown only when it is made.',
    data: webhookGetData,
    errors: [notFound],
    handle: async (caller) => presentWebhook(await webhooks.get(caller)),
  },
  {
    method: 'DELETE',
    path,
    operation: 'webhookRemove',
    module: 'webhook',
    summary: '删除 Webhook · Remove the webhook',
    description: 'Ends its subscriptions and their deliveries too.',
    data: nothingData,
    errors: [notFound],
    handle: async (caller) => {
      await webhooks.remove(caller);
      return presentNothing();
    },
  },
  {
    method: 'POST',
    path: `${path}/test`,
    module: 'webhook',
    summary: '测试回调 · Send a test event',
    description:
      'Sends the event xiaoman.open.callback.test at once and waits for the answer: HTTP 200 and {"code": 200, "data": {"message_id": …, "data": "success"}}.',
    data: nothingData,
    errors: ['400 with what the callback answered', notFound],
    handle: async (caller) => {
      await webhooks.test(caller);
      return presentNothing();
    },
  },
  {
    method: 'POST',
    path: `${path}/regenerate-secret`,
    operation: 'webhookRegenerateSecret',
    module: 'webhook',
    summary: '重新生成密钥 · Make a new key',
    description: 'In force at once: what waits is encrypted and signed with it.',
    data: webhookSecretData,
    errors: [notFound],
    handle: async (caller) => presentWebhookSecret(await webhooks.regenerateSecret(caller)),
  },
];

/** What an application is told of. */
const subscriptionRoutes = (webhooks: Webhooks): Route[] => [
  {
    method: 'POST',
    path: '/v1/subscribe',
    operation: 'subscribe',
    module: 'webhook',
    summary: '订阅 · Subscribe to a module',
    description: 'Changes from now on; posted again, other events of the module from where the subscription stands.',
    body: subscribeBody,
    data: nothingData,
    errors: ['400', '400 there is no webhook to be told at'],
    handle: async (caller, body) => {
      const { kind, events } = readSubscribe(body);
      await webhooks.subscribe(caller, kind, events);
      return presentNothing();
    },
  },
  {
    method: 'GET',
    path: '/v1/subscribe',
    operation: 'subscriptions',
    module: 'webhook',
    summary: '查询订阅列表 · List subscriptions',
    description: 'Every module that this application subscribed to, with its events.',
    data: subscriptionListData,
    errors: ['none'],
    handle: async (caller) => presentSubscriptions(await webhooks.subscriptions(caller)),
  },
  {
    method: 'GET',
    path: subscriptionPath,
    operation: 'subscription',
    module: 'webhook',
    summary: '查询订阅 · Look at a subscription',
    description: 'The events of one module.',
    params: subscriptionParams,
    data: subscriptionData,
    errors: ['400', notFound],
    handle: async (caller, given) => presentSubscription(await webhooks.subscription(caller, readSubscribeType(given))),
  },
  {
    method: 'PUT',
    path: subscriptionPath,
    operation: 'subscriptionChange',
    module: 'webhook',
    summary: '修改订阅 · Change a subscription',
    description: 'Other events of the module from where the subscription stands. The module is that of the path.',
    params: subscriptionParams,
    body: subscribeBody,
    data: nothingData,
    errors: ['400', notFound],
    handle: async (caller, given) => {
      const { kind, events } = readSubscribe(given);
      await webhooks.setEvents(caller, kind, events);
      return presentNothing();
    },
  },
  {
    method: 'DELETE',
    path: subscriptionPath,
    operation: 'unsubscribe',
    module: 'webhook',
    summary: '取消订阅 · Unsubscribe from a module',
    description: 'Ends its deliveries too.',
    params: subscriptionParams,
    data: nothingData,
    errors: ['400', notFound],
    handle: async (caller, given) => {
      await webhooks.unsubscribe(caller, readSubscribeType(given));
      return presentNothing();
    },
  },
];

const takes = {
  [applicationHeader]: 'From an admin who is signed in on the page: the client_id of the application that it is about.',
};

/** Webhooks and subscriptions of the application that asks. */
export const webhookRoutes = (webhooks: Webhooks): Route[] =>
  [...callbackRoutes(webhooks), ...subscriptionRoutes(webhooks)].map((route) => ({ ...route, takes }));
