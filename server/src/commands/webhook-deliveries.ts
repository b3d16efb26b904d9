import { type Core, openCore } from '../app.ts';
import type { Delivery, SubscriptionKey, SubscriptionState } from '../domain/webhook-stores.ts';
import { messageIdOf } from '../webhook/message.ts';
import { bizTypeOf, subscribeTypeOf } from '../wire/webhook-wire.ts';
import { type Command, type Invocation, place, print } from './command.ts';
import { existingTenant } from './tenant-option.ts';

/** The tenant that is asked for, or every one. */
export async function tenantsOf(core: Core, given: unknown): Promise<number[]> {
  if (given !== undefined) return [await existingTenant(core, '--tenant', given)];
  return (await core.tenants.list()).map(({ tenantId }) => tenantId);
}

export const webhookDeliveries: Command = {
  name: 'webhook deliveries',
  summary: {
    en: 'list events that wait or are parked, and how subscriptions are doing',
    zh: '列出待投递与搁置的事件，以及各订阅的进度',
  },
  settings: place,
  options: [
    { flags: '--tenant <ID>', help: { en: 'only of this enterprise', zh: '仅此企业' } },
    { flags: '--failed', help: { en: 'only parked ones', zh: '仅已搁置的' } },
    { flags: '--json', help: { en: 'print JSON', zh: '以 JSON 输出' } },
  ],
  async run({ config, options, say }) {
    const core = await openCore(config, { make: false });
    try {
      const deliveries: (SubscriptionKey & Delivery)[] = [];
      const subscriptions: SubscriptionState[] = [];
      for (const tenantId of await tenantsOf(core, options['tenant'])) {
        deliveries.push(...(await core.deliveryStore.list(tenantId, options['failed'] === true)));
        subscriptions.push(...(await core.deliveryStore.overview(tenantId)));
      }
      if (options['json'] === true) {
        const report = { deliveries: deliveries.map(deliveryRow), subscriptions: subscriptions.map(subscriptionRow) };
        print(JSON.stringify(report, null, 2));
        return 0;
      }
      for (const delivery of deliveries) printDelivery(delivery, say);
      if (deliveries.length === 0) print(say({ en: 'no deliveries', zh: '没有待投递的事件' }));
      for (const subscription of subscriptions) printSubscription(subscription, say);
      return 0;
    } finally {
      await core.close();
    }
  },
};

/** How a subscription is doing, for a person. */
const states = {
  active: { en: 'active', zh: '正常' },
  paused: {
    en: 'PAUSED by the receiver (HTTP 410); set the URL again to go on',
    zh: '已暂停（接收方返回 410），重新设置回调地址后继续',
  },
  revoked: { en: 'application revoked', zh: '应用已吊销' },
} as const;

const isoTime = (at: number): string => new Date(at).toISOString();

const deliveryRow = (delivery: SubscriptionKey & Delivery) => ({
  tenant: delivery.tenantId,
  application: delivery.clientId,
  module: subscribeTypeOf(delivery.kind),
  event: bizTypeOf(delivery.kind, delivery.action),
  message_id: messageIdOf(delivery, delivery.revision),
  object: delivery.objectId,
  state: delivery.state,
  attempts: delivery.attempts,
  next_try: delivery.state === 'waiting' ? isoTime(delivery.nextAt) : null,
  last_error: delivery.lastError,
});

const stateOf = ({ revoked, paused }: SubscriptionState): keyof typeof states =>
  revoked ? 'revoked' : paused ? 'paused' : 'active';

const subscriptionRow = (subscription: SubscriptionState) => ({
  tenant: subscription.tenantId,
  application: subscription.clientId,
  module: subscribeTypeOf(subscription.kind),
  cursor: subscription.cursor,
  behind: subscription.distance,
  state: stateOf(subscription),
});

function printDelivery(delivery: SubscriptionKey & Delivery, say: Invocation['say']): void {
  const { tenant, application, event, message_id, object, attempts, last_error, next_try } = deliveryRow(delivery);
  const state =
    next_try === null
      ? say({ en: 'parked', zh: '已搁置' })
      : say({ en: `waiting, next try ${next_try}`, zh: `待投递，下次 ${next_try}` });
  print(`${message_id}  ${say({ en: 'tenant', zh: '企业' })} ${tenant}  ${application}`);
  print(`  ${event}  ${object}  ${state}  ${say({ en: `${attempts} attempts`, zh: `已尝试 ${attempts} 次` })}`);
  if (last_error !== '') print(`  ${last_error}`);
}

function printSubscription(subscription: SubscriptionState, say: Invocation['say']): void {
  const { tenant, application, module, behind, state } = subscriptionRow(subscription);
  const distance = say({ en: `${behind} changes behind the head`, zh: `落后 ${behind} 条变更` });
  print(`${say({ en: 'tenant', zh: '企业' })} ${tenant}  ${application}  ${module}  ${distance}  ${say(states[state])}`);
}
