import { openCore } from '../app.ts';
import type { Delivery, SubscriptionKey } from '../domain/webhook-stores.ts';
import { AppError } from '../errors.ts';
import { messageIdOf } from '../webhook/message.ts';
import { type Command, place, print } from './command.ts';
import { tenantsOf } from './webhook-deliveries.ts';

export const webhookReplay: Command = {
  name: 'webhook replay',
  summary: { en: 'send parked events again, by the running server', zh: '重新投递已搁置的事件（由运行中的服务投递）' },
  arguments: [
    { words: '[MESSAGE_ID...]', help: { en: 'as "webhook deliveries" shows them', zh: '即 webhook deliveries 所列的消息 ID' } },
  ],
  settings: place,
  options: [
    { flags: '--all', help: { en: 'every parked event', zh: '全部已搁置的事件' } },
    { flags: '--tenant <ID>', help: { en: 'only of this enterprise', zh: '仅此企业' } },
  ],
  async run({ config, args, options, say }) {
    const messageIds = new Set(args.filter((word) => word !== undefined));
    const all = options['all'] === true;
    if (all === messageIds.size > 0) throw new AppError('usage', { reason: 'give message ids, or --all' });
    const core = await openCore(config, { make: false });
    try {
      const found: (SubscriptionKey & Delivery)[] = [];
      for (const tenantId of await tenantsOf(core, options['tenant'])) {
        for (const delivery of await core.deliveryStore.list(tenantId, true))
          if (all || messageIds.delete(messageIdOf(delivery, delivery.revision))) found.push(delivery);
      }
      if (messageIds.size > 0)
        throw new AppError('usage', { reason: `no parked event has the message id ${[...messageIds].join(', ')}` });
      for (const tenantId of new Set(found.map((delivery) => delivery.tenantId)))
        await core.deliveryStore.replay(
          tenantId,
          found.filter((delivery) => delivery.tenantId === tenantId),
        );
      print(say({ en: `${found.length} events will be sent again`, zh: `将重新投递 ${found.length} 个事件` }));
      return 0;
    } finally {
      await core.close();
    }
  },
};
