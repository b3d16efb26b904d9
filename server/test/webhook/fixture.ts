/** A store, applications that are told of its changes, and the deliverer that does it when the test says so. */
import { onTestFinished } from 'vitest';
import { type Core, createDeliverer, openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import { blank } from '../../src/domain/blank.ts';
import type { JoinedKind, ObjectKinds } from '../../src/domain/objects.ts';
import type { Delivery, EventAction, EventKind } from '../../src/domain/webhook-stores.ts';
import type { Place } from '../../src/store/place.ts';
import type { Deliverer } from '../../src/webhook/deliverer.ts';
import { testTenant } from '../support/entries.ts';
import { newPlace } from '../support/place.ts';
import { TestClock } from '../support/server.ts';
import { type Receiver, startReceiver } from './receiver.ts';

export const minute = 60_000;
export const hour = 60 * minute;
export const loopback = ['127.0.0.0/8'];
export const everything: readonly EventAction[] = ['recorded', 'edited', 'removed'];

export interface Sending {
  readonly core: Core;
  readonly clock: TestClock;
  readonly deliverer: Deliverer;
  /** What the deliverer wrote, by its level. */
  readonly log: [string, string][];
  /** What came of the attempts. */
  readonly attempts: string[];
  /** An application with a webhook to a receiver of its own, subscribed to every event of the kinds. */
  application(...kinds: EventKind[]): Promise<{ caller: Caller; receiver: Receiver }>;
  /** Writes an object as something other than an import does; one change, or none. */
  write<K extends JoinedKind>(kind: K, id: number, fields: Partial<ObjectKinds[K]>): Promise<void>;
  deliveries(): Promise<Delivery[]>;
  /** Waits as long by the clock, in steps, and does what is due at each. */
  pass(milliseconds: number, step?: number): Promise<void>;
  /** Stops, and begins anew over the same store. */
  restart(): Promise<void>;
}

/** `over`: a store that others look at too; otherwise one of its own. */
export async function sending(over: Place | null = null): Promise<Sending> {
  const own = over === null ? await newPlace() : null;
  const place = (over ?? own) as Place;
  const clock = new TestClock('2024-11-04 10:00:00');
  const log: [string, string][] = [];
  const attempts: string[] = [];
  const write = (level: string) => (_details: object, message: string) => void log.push([level, message]);
  const open = async (): Promise<{ core: Core; deliverer: Deliverer }> => {
    const core = await openCore(place, { make: true, clock: clock.now, allowPrivateCallbacks: loopback });
    const deliverer = createDeliverer(core, {
      log: { info: write('info'), warn: write('warn'), error: write('error') },
      attempted: (result) => void attempts.push(result),
    });
    return { core, deliverer };
  };
  let now = await open();
  await now.core.tenants.create({ tenantId: testTenant, name: 'tenant', createdAt: 0 });
  onTestFinished(async () => {
    await now.deliverer.stop();
    await now.core.close();
    await own?.remove();
  });
  const here: Sending = {
    get core() {
      return now.core;
    },
    get deliverer() {
      return now.deliverer;
    },
    clock,
    log,
    attempts,
    async application(...kinds) {
      const { clientId } = await now.core.applications.create(testTenant, 'app', ['webhook']);
      const caller: Caller = {
        tenantId: testTenant,
        clientId,
        userId: 1,
        member: false,
        scopes: new Set(['webhook']),
        actor: `app:${clientId}`,
      };
      const receiver = await startReceiver();
      receiver.secret = await now.core.webhooks.set(caller, receiver.url);
      for (const kind of kinds) await now.core.webhooks.subscribe(caller, kind, everything);
      return { caller, receiver };
    },
    async write(kind, id, fields) {
      await now.core.objects.change(testTenant, 'command:test', async (edit) => {
        const before = (await edit.getMany(kind, [id])).get(id) ?? null;
        const after = { ...(before?.object ?? blank[kind](id)), ...fields };
        await edit.write(kind, [{ before, after, knownAt: clock.at }]);
      });
    },
    deliveries: () => now.core.deliveryStore.list(testTenant, false),
    async pass(milliseconds, step = milliseconds) {
      for (const end = clock.at + milliseconds; clock.at < end; ) {
        clock.advance(Math.min(step, end - clock.at));
        await now.deliverer.settle();
      }
    },
    async restart() {
      await now.deliverer.stop();
      await now.core.close();
      now = await open();
    },
  };
  return here;
}

/** Companies by the order in which they were told of. */
export const companyIds = (receiver: Receiver): number[] =>
  receiver.received.map(({ bizData }) => (bizData as { company_id: number }).company_id);

export const messageIds = (receiver: Receiver): string[] => receiver.received.map(({ messageId }) => messageId);
