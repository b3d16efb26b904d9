import type { WebhookCare } from '../../domain/webhook-care.ts';
import {
  adminWebhookDeliveriesData,
  adminWebhookDeliveriesQuery,
  adminWebhookListData,
  adminWebhookReplayBody,
  adminWebhookReplayData,
  presentDeliveries,
  presentReplayed,
  presentWebhookStates,
  readDeliveries,
  readReplay,
} from '../../wire/webhook-care-wire.ts';
import type { Route } from '../route.ts';

const forAdmins = { module: 'user', for: 'admin' } as const;

/** The webhooks of all applications, and what was not accepted. */
export const webhookCareRoutes = (care: WebhookCare): Route[] => [
  {
    ...forAdmins,
    method: 'GET',
    path: '/v1/admin/webhook/list',
    operation: 'adminWebhookList',
    summary: 'Webhook 列表 · List webhooks',
    description: 'The webhook of every application that has one, and how its subscriptions are doing.',
    data: adminWebhookListData,
    errors: ['none'],
    handle: async ({ tenantId }) => presentWebhookStates(await care.list(tenantId)),
  },
  {
    ...forAdmins,
    method: 'GET',
    path: '/v1/admin/webhook/deliveries',
    operation: 'adminWebhookDeliveries',
    summary: '投递列表 · List deliveries',
    description: 'Events that were tried and not accepted: they wait for another try, or are parked after 72 hours.',
    query: adminWebhookDeliveriesQuery,
    data: adminWebhookDeliveriesData,
    errors: ['400'],
    async handle({ tenantId }, query) {
      const { parkedOnly, page } = readDeliveries(query);
      return presentDeliveries(await care.deliveries(tenantId, parkedOnly, page));
    },
  },
  {
    ...forAdmins,
    method: 'POST',
    path: '/v1/admin/webhook/replay',
    operation: 'adminWebhookReplay',
    summary: '重新投递 · Send parked events again',
    description: 'Parked events wait again, from the beginning of the schedule.',
    body: adminWebhookReplayBody,
    data: adminWebhookReplayData,
    errors: ['400'],
    handle: async ({ tenantId }, body) => presentReplayed(await care.replay(tenantId, readReplay(body))),
  },
];
