import type { WebhookCare } from '../../domain/webhook-care.ts';
import { nothingData, presentNothing } from '../../wire/nothing-wire.ts';
import {
  adminWebhookBody,
  adminWebhookDeliveriesData,
  adminWebhookDeliveriesQuery,
  adminWebhookListData,
  adminWebhookReplayBody,
  adminWebhookReplayData,
  presentDeliveries,
  presentReplayed,
  presentWebhookStates,
  readAdminWebhook,
  readDeliveries,
  readReplay,
} from '../../wire/webhook-care-wire.ts';
import type { Route } from '../route.ts';

const forAdmins = { module: 'user', for: 'admin' } as const;
const path = '/v1/admin/webhook';

/** The webhooks of all applications, and what became of their events. */
export const webhookCareRoutes = (care: WebhookCare): Route[] => [
  {
    ...forAdmins,
    method: 'GET',
    path: `${path}/list`,
    operation: 'adminWebhookList',
    summary: 'Webhook 列表 · List webhooks',
    description: 'The webhooks of all applications, with their subscriptions and how far these are.',
    data: adminWebhookListData,
    errors: ['none'],
    handle: async ({ tenantId }) => presentWebhookStates(await care.list(tenantId)),
  },
  {
    ...forAdmins,
    method: 'POST',
    path: `${path}/pause`,
    operation: 'adminWebhookPause',
    summary: '暂停投递 · Pause a webhook',
    description: 'Nothing is sent until its callback URL is set again, PUT /v1/webhook; what happens meanwhile is told then.',
    body: adminWebhookBody,
    data: nothingData,
    errors: ['400', '404 Not Found Resource'],
    async handle({ tenantId }, body) {
      await care.pause({ tenantId, clientId: readAdminWebhook(body) });
      return presentNothing();
    },
  },
  {
    ...forAdmins,
    method: 'GET',
    path: `${path}/deliveries`,
    operation: 'adminWebhookDeliveries',
    summary: '投递记录 · List deliveries',
    description:
      'Events that were not accepted yet: they wait for another try, or are parked. Those that were accepted are not kept.',
    query: adminWebhookDeliveriesQuery,
    data: adminWebhookDeliveriesData,
    errors: ['400'],
    async handle({ tenantId }, query) {
      const { state, page } = readDeliveries(query);
      return presentDeliveries(await care.deliveries(tenantId, state, page), (one) => care.messageIdOf(one));
    },
  },
  {
    ...forAdmins,
    method: 'POST',
    path: `${path}/replay`,
    operation: 'adminWebhookReplay',
    summary: '重新投递 · Send parked events again',
    description: 'Those with the given message ids, or all that are parked, from the beginning of the schedule.',
    body: adminWebhookReplayBody,
    data: adminWebhookReplayData,
    errors: ['400', '404: no parked event has this message id; then nothing is sent'],
    handle: async ({ tenantId }, body) => presentReplayed(await care.replay(tenantId, readReplay(body))),
  },
];
