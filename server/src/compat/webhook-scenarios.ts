import { subscriptionData, subscriptionListData, webhookGetData } from '../wire/webhook-wire.ts';
import { type Api, successOf } from './api.ts';
import { asRows, NotApplicable, need, type Row, type Scenario } from './scenario.ts';
import { mustHaveShape } from './shape-check.ts';

const webhookPath = '/v1/webhook';
const subscribePath = '/v1/subscribe';

async function firstSubscription(api: Api): Promise<Row> {
  return need(asRows(await api.data(subscribePath), 'data')[0], 'nothing is subscribed to');
}

export const webhookScenarios: readonly Scenario[] = [
  {
    name: 'every field of the webhook is there, in order and of its type',
    routes: [`GET ${webhookPath}`],
    mark: 'doc',
    modules: ['webhook'],
    async holds(api) {
      const envelope = await api.envelope(webhookPath);
      if (envelope['code'] === 404) throw new NotApplicable('no webhook is set');
      mustHaveShape(successOf(envelope), webhookGetData);
    },
  },
  {
    name: 'every field of the subscriptions is there, in order and of its type',
    routes: [`GET ${subscribePath}`],
    mark: 'doc',
    modules: ['webhook'],
    async holds(api) {
      await firstSubscription(api);
      mustHaveShape(await api.data(subscribePath), subscriptionListData);
    },
  },
  {
    name: 'one subscription is an object of the same fields',
    routes: [`GET ${subscribePath}/{subscribe_type}`],
    mark: 'doc',
    modules: ['webhook'],
    async holds(api) {
      const { subscribe_type } = await firstSubscription(api);
      mustHaveShape(await api.data(`${subscribePath}/${encodeURIComponent(String(subscribe_type))}`), subscriptionData);
    },
  },
];
