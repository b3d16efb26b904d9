import { expect, test } from 'vitest';
import type { EventKind } from '../../src/domain/webhook-stores.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import { entry, testTenant } from '../support/entries.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';
import { companyIds, hour, messageIds, minute, sending } from './fixture.ts';
import { accept, answerJson, type Receiver, type Respond, refuse } from './receiver.ts';

const told = ({ received }: Receiver) => received.map(({ bizType, bizData }) => [bizType, bizData]);

test('each kind: every change is one event, with what it names', async () => {
  const at = await sending();
  const kinds: EventKind[] = ['trail', 'company', 'contact', 'lead', 'opportunity'];
  const { receiver } = await at.application(...kinds);
  // What one kind is told of does not depend on the others; the order among them is nobody's business.
  await at.core.importer.take([[readEntry(entry({ trail_id: 11, company_id: 0 }))]]);
  await at.core.importer.take([[readEntry(entry({ trail_id: 11, content: 'later', update_time: '2024-06-01 00:00:00' }))]]);
  await at.write('company', 21, { name: 'A', serialId: 'C-1' });
  await at.deliverer.settle();
  await at.write('company', 21, { name: 'B', serialId: 'C-2' });
  await at.deliverer.settle();
  await at.write('company', 21, { removed: true });
  await at.write('company', 21, { removed: false });
  await at.write('contact', 31, { name: 'A' });
  await at.write('contact', 31, { removed: true });
  await at.write('lead', 41, { name: 'A' });
  await at.write('lead', 41, { name: 'B' });
  await at.write('opportunity', 51, { name: 'A', serialId: 'O-1' });
  await at.write('opportunity', 51, { removed: true });
  await at.write('leadContact', 61, { name: 'no module has them' });
  await at.write('user', 71, { nickname: 'nor them' });
  await at.deliverer.settle();
  const all = told(receiver);
  const of = (module: string) => all.filter(([type]) => String(type).startsWith(`xiaoman.crm.${module}.`));
  expect(of('dynamic_trail')).toEqual([
    ['xiaoman.crm.dynamic_trail.create', { trail_id: 11 }],
    ['xiaoman.crm.dynamic_trail.update', { trail_id: 11 }],
  ]);
  expect(of('company')).toEqual([
    ['xiaoman.crm.company.create', { company_id: 21, serial_id: 'C-1' }],
    ['xiaoman.crm.company.update', { company_id: 21, serial_id: 'C-2' }],
    ['xiaoman.crm.company.delete', { company_id: 21, serial_id: 'C-2' }],
    ['xiaoman.crm.company.create', { company_id: 21, serial_id: 'C-2' }],
  ]);
  expect(of('customer')).toEqual([
    ['xiaoman.crm.customer.create', { customer_id: 31 }],
    ['xiaoman.crm.customer.delete', { customer_id: 31 }],
  ]);
  expect(of('lead')).toEqual([
    ['xiaoman.crm.lead.create', { lead_id: 41, serial_id: '' }],
    ['xiaoman.crm.lead.update', { lead_id: 41, serial_id: '' }],
  ]);
  expect(of('opportunity')).toEqual([
    ['xiaoman.crm.opportunity.create', { opportunity_id: 51, serial_id: 'O-1' }],
    ['xiaoman.crm.opportunity.delete', { opportunity_id: 51, serial_id: 'O-1' }],
  ]);
  expect(all).toHaveLength(12);
  expect(new Set(messageIds(receiver)).size).toBe(12);
  for (const { messageId, raw, headers } of receiver.received) {
    expect(messageId).toMatch(/^msg_[0-9a-f]{32}$/);
    expect(raw.toString()).toMatch(/^\{"message_id":"msg_[0-9a-f]+","data":"[A-Za-z0-9+/]+=*"\}$/);
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'user-agent': 'Genjin' });
    expect(Number(headers['x-timestamp'])).toBe(at.clock.at / 1000);
  }
  expect(receiver.unverified).toEqual([]);
  expect(await at.deliveries()).toEqual([]);
  expect((await at.core.deliveryStore.overview(testTenant)).map(({ distance }) => distance)).toEqual([0, 0, 0, 0, 0]);
});

/** Answers of a receiver that are no acceptance, with what is then said of them. */
const refusals: [string, Respond, RegExp][] = [
  ['another status', refuse(204), /^HTTP 204 instead of 200$/],
  [
    'a redirect',
    (_, response) => void response.writeHead(302, { Location: 'http://127.0.0.1/' }).end(),
    /^HTTP 302 instead of 200$/,
  ],
  ['no body', refuse(200), /the body is no JSON object/],
  ['text', (_, response) => void response.end('ok'), /the body is no JSON object/],
  [
    'no code',
    ({ messageId }, response) => answerJson(response, { data: { message_id: messageId } }),
    /code is missing instead of 200/,
  ],
  [
    'another code',
    ({ messageId }, response) => answerJson(response, { code: 500, data: { message_id: messageId } }),
    /code is 500 instead of 200/,
  ],
  ['no data', (_, response) => answerJson(response, { code: 200 }), /data is missing instead of an object/],
  [
    'no message id',
    (_, response) => answerJson(response, { code: 200, data: {} }),
    /data\.message_id is missing instead of "msg_/,
  ],
  [
    'another message id',
    (_, response) => answerJson(response, { code: 200, data: { message_id: 'msg_1' } }),
    /data\.message_id is "msg_1" instead of "msg_/,
  ],
  ['a connection that ends', (_, response) => void response.destroy(), /the connection ended/],
];

test.each(refusals)('%s is no acceptance, and says so', async (_name, respond, reason) => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = respond;
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  const [delivery] = await at.deliveries();
  expect(delivery).toMatchObject({ objectId: 1, attempts: 1, state: 'waiting' });
  expect(delivery?.lastError).toMatch(reason);
  expect(receiver.received).toHaveLength(1);
});

test('the schedule: 10, 30, 60 s, then slower for 72 h, always the same message; then it is parked, listed and replayed', async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = refuse();
  const begun = at.clock.at;
  const times: number[] = [];
  const note: Respond = (received, response) => {
    times.push((at.clock.at - begun) / 1000);
    return refuse()(received, response);
  };
  receiver.respond = note;
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  await at.pass(2 * minute, 1_000);
  expect(times).toEqual([0, 10, 40, 100]);
  await at.pass(73 * hour, minute);
  expect(times.slice(4, 8)).toEqual([
    expect.closeTo(400, -2),
    expect.closeTo(1300, -2),
    expect.closeTo(4900, -2),
    expect.closeTo(8500, -2),
  ]);
  expect(times.at(-1)).toBe(72 * 3600);
  expect(new Set(messageIds(receiver)).size).toBe(1);
  expect(await at.deliveries()).toMatchObject([
    { objectId: 1, state: 'parked', attempts: times.length, lastError: 'HTTP 500 instead of 200' },
  ]);
  expect(at.attempts.at(-1)).toBe('parked');
  expect(at.log.filter(([level]) => level === 'warn')).toEqual([['warn', 'a delivery was parked']]);

  // Parked is parked, and later events are told.
  receiver.respond = accept;
  await at.pass(10 * hour, hour);
  expect(receiver.received).toHaveLength(times.length);
  await at.write('company', 1, { name: 'B' });
  await at.deliverer.settle();
  expect(receiver.received.at(-1)?.bizType).toBe('xiaoman.crm.company.update');

  receiver.respond = note;
  await at.core.deliveryStore.replay(testTenant, await at.core.deliveryStore.list(testTenant, true));
  await at.deliverer.settle();
  expect(await at.deliveries()).toMatchObject([{ objectId: 1, state: 'waiting', attempts: 1, nextAt: at.clock.at + 10_000 }]);
  receiver.respond = accept;
  await at.pass(10_000);
  expect(await at.deliveries()).toEqual([]);
  expect(new Set(messageIds(receiver)).size).toBe(2);
});

test('down for 24 hours: every event arrives, in the order of its object, under the same id; the log is the queue', {
  timeout: 600_000,
}, async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = refuse(503);
  for (let step = 0; step < 144; step++) {
    for (let i = 0; i < 4; i++) await at.write('company', 100 + ((step * 4 + i) % 50), { name: `${step} ${i}` });
    await at.deliverer.settle();
    await at.pass(10 * minute);
  }
  const waiting = await at.deliveries();
  expect(waiting.length).toBeLessThan(50);
  const [subscription] = await at.core.deliveryStore.overview(testTenant);
  expect(subscription?.distance).toBeGreaterThan(500);
  const down = messageIds(receiver);
  receiver.received.length = 0;

  receiver.respond = accept;
  await at.pass(2 * hour, 10 * minute);
  expect(await at.deliveries()).toEqual([]);
  const accepted = messageIds(receiver);
  expect(accepted).toHaveLength(144 * 4);
  expect(new Set(accepted).size).toBe(144 * 4);
  expect(down.filter((id) => !accepted.includes(id))).toEqual([]);
  const firstOf = new Map<number, string>();
  for (const { bizType, bizData } of receiver.received) {
    const { company_id: id } = bizData as { company_id: number };
    if (!firstOf.has(id)) firstOf.set(id, bizType);
  }
  expect(new Set(firstOf.values())).toEqual(new Set(['xiaoman.crm.company.create']));
  expect(receiver.unverified).toEqual([]);
});

test('an outage makes no heap of rows, be it of the same few objects', { timeout: 600_000 }, async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = refuse(503);
  for (let i = 0; i < 300; i++) await at.write('company', 1 + (i % 5), { name: String(i) });
  await at.pass(24 * hour, 10 * minute);
  expect((await at.deliveries()).length).toBeLessThan(50);
  receiver.received.length = 0;
  receiver.respond = accept;
  await at.pass(2 * hour, 10 * minute);
  expect(new Set(messageIds(receiver)).size).toBe(300);
  for (const own of Map.groupBy(receiver.received, ({ bizData }) => JSON.stringify(bizData)).values())
    expect(own.findIndex(({ bizType }) => bizType.endsWith('.create'))).toBe(0);
  expect(await at.deliveries()).toEqual([]);
});

test('what one object is refused keeps back only its own later events', async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = (received, response) =>
    ((received.bizData as { company_id: number }).company_id === 1 ? refuse() : accept)(received, response);
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  for (const name of ['B', 'C']) for (const id of [1, 2, 3]) await at.write('company', id, { name });
  await at.deliverer.settle();
  expect(companyIds(receiver).toSorted()).toEqual([1, 2, 2, 3, 3]);
  expect(await at.deliveries()).toMatchObject([
    { objectId: 1, attempts: 1, action: 'recorded' },
    { objectId: 1, attempts: 0, action: 'edited' },
    { objectId: 1, attempts: 0, action: 'edited' },
  ]);
  await at.pass(10_000);
  expect(companyIds(receiver)).toHaveLength(6);
  // The later ones wait as long as the first; nothing is to be looked at until then.
  expect(await at.core.deliveryStore.stirring(testTenant, at.clock.at + 29_999)).toEqual([]);
  receiver.respond = accept;
  await at.pass(30_000);
  expect(told(receiver).slice(-3)).toEqual([
    ['xiaoman.crm.company.create', { company_id: 1, serial_id: '' }],
    ['xiaoman.crm.company.update', { company_id: 1, serial_id: '' }],
    ['xiaoman.crm.company.update', { company_id: 1, serial_id: '' }],
  ]);
  expect(messageIds(receiver)[0]).toBe(messageIds(receiver).at(-3));
  expect(await at.deliveries()).toEqual([]);
});

test('objects that are never accepted do not keep the others from being told', async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = (received, response) =>
    ((received.bizData as { company_id: number }).company_id <= 8 ? refuse() : accept)(received, response);
  for (let id = 1; id <= 30; id++) await at.write('company', id, { name: 'A' });
  await at.deliverer.settle();
  expect(new Set(companyIds(receiver)).size).toBeLessThan(8);
  await at.pass(5 * hour, minute);
  expect(new Set(companyIds(receiver)).size).toBe(30);
  expect((await at.deliveries()).map(({ objectId }) => objectId)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('HTTP 410 pauses: nothing is sent and nothing lost until the URL is set again', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company', 'lead');
  receiver.respond = refuse(410);
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  expect(at.log).toEqual([['warn', 'the receiver is gone; the webhook is paused']]);
  expect((await at.core.webhooks.get(caller)).paused).toBe(true);
  await at.write('company', 2, { name: 'A' });
  await at.write('lead', 3, { name: 'A' });
  await at.pass(100 * hour, hour);
  expect(receiver.received).toHaveLength(1);
  const states = await at.core.deliveryStore.overview(testTenant);
  expect(states.map(({ paused, distance }) => [paused, distance > 0])).toEqual([
    [true, true],
    [true, true],
  ]);
  receiver.respond = accept;
  await at.core.webhooks.setUrl(caller, receiver.url);
  await at.deliverer.settle();
  expect(receiver.received.map(({ bizType }) => bizType).toSorted()).toEqual([
    'xiaoman.crm.company.create',
    'xiaoman.crm.company.create',
    'xiaoman.crm.company.create',
    'xiaoman.crm.lead.create',
  ]);
  expect(new Set(messageIds(receiver)).size).toBe(3);
  expect(await at.deliveries()).toEqual([]);
});

test('HTTP 410 of a former URL does not pause the present one', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  const other = await at.application();
  other.receiver.secret = receiver.secret;
  receiver.respond = async (received, response) => {
    await at.core.webhooks.setUrl(caller, other.receiver.url);
    return refuse(410)(received, response);
  };
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  expect((await at.core.webhooks.get(caller)).paused).toBe(false);
  expect(other.receiver.received).toHaveLength(1);
});

test('a slow receiver delays nobody else', async () => {
  const at = await sending();
  const slow = await at.application('company');
  const quick = await at.application('company');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  slow.receiver.respond = async (received, response) => {
    await released;
    return accept(received, response);
  };
  for (let id = 1; id <= 20; id++) await at.write('company', id, { name: 'A' });
  const settled = at.deliverer.settle();
  await quick.receiver.has(20);
  await slow.receiver.has(4);
  // Some objects at once, never all of them.
  expect(slow.receiver.received).toHaveLength(4);
  release();
  await settled;
  expect(slow.receiver.received).toHaveLength(20);
  expect(slow.receiver.busiest()).toBe(4);
});

test('regenerate-secret acts at once: what waits is encrypted and signed anew', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  receiver.respond = refuse();
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  const before = receiver.secret;
  receiver.secret = await at.core.webhooks.regenerateSecret(caller);
  expect(receiver.secret).not.toBe(before);
  receiver.respond = accept;
  await at.pass(10_000);
  expect(receiver.unverified).toEqual([]);
  expect(receiver.received).toHaveLength(2);
  expect(await at.deliveries()).toEqual([]);
  // The other way round it would not have been accepted.
  receiver.secret = before;
  await at.write('company', 2, { name: 'A' });
  await at.deliverer.settle();
  expect(receiver.unverified).toEqual(['X-Signature']);
});

test('a new URL is sent to at once, and what waits begins its schedule anew', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  receiver.respond = refuse();
  await at.write('company', 1, { name: 'A' });
  await at.pass(5 * hour, minute);
  const other = await at.application();
  other.receiver.secret = receiver.secret;
  await at.core.webhooks.setUrl(caller, other.receiver.url);
  expect(await at.deliveries()).toMatchObject([{ attempts: 0, firstAt: null, nextAt: at.clock.at }]);
  await at.deliverer.settle();
  expect(messageIds(other.receiver)).toEqual([messageIds(receiver)[0]]);
});

test('after a restart it goes on where it was', async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  receiver.respond = (received, response) =>
    ((received.bizData as { company_id: number }).company_id === 1 ? refuse() : accept)(received, response);
  for (const id of [1, 2]) await at.write('company', id, { name: 'A' });
  await at.deliverer.settle();
  await at.write('company', 1, { name: 'B' });
  await at.restart();
  await at.write('company', 3, { name: 'A' });
  await at.deliverer.settle();
  expect(companyIds(receiver).toSorted()).toEqual([1, 2, 3]);
  await at.restart();
  receiver.respond = accept;
  await at.pass(10_000);
  expect(companyIds(receiver).slice(3)).toEqual([1, 1]);
  expect(await at.deliveries()).toEqual([]);
});

test('a stop waits for what is under way and keeps it', async () => {
  const at = await sending();
  const { receiver } = await at.application('company');
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  receiver.respond = async (received, response) => {
    await released;
    return accept(received, response);
  };
  for (let id = 1; id <= 10; id++) await at.write('company', id, { name: 'A' });
  const settled = at.deliverer.settle();
  await receiver.has(4);
  const restarted = at.restart();
  release();
  await settled;
  await restarted;
  expect(receiver.received).toHaveLength(4);
  await at.deliverer.settle();
  expect(companyIds(receiver).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
});

test.each([
  ['the webhook', 'remove'],
  ['the subscription', 'unsubscribe'],
] as const)('%s ends while an event is under way: nothing of it stays, and a new one begins at the head', async (_name, way) => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  receiver.respond = async (received, response) => {
    if (way === 'remove') await at.core.webhooks.remove(caller);
    else await at.core.webhooks.unsubscribe(caller, 'company');
    return refuse()(received, response);
  };
  await at.write('company', 1, { name: 'A' });
  await at.write('company', 1, { name: 'B' });
  await at.deliverer.settle();
  expect(receiver.received).toHaveLength(1);
  expect(await at.deliveries()).toEqual([]);
  expect(await at.core.webhooks.subscriptions(caller)).toEqual([]);
  receiver.respond = accept;
  receiver.secret = await at.core.webhooks.set(caller, receiver.url);
  await at.core.webhooks.subscribe(caller, 'company', ['edited']);
  await at.write('company', 1, { name: 'C' });
  await at.write('company', 2, { name: 'A' });
  await at.deliverer.settle();
  expect(told(receiver).slice(1)).toEqual([['xiaoman.crm.company.update', { company_id: 1, serial_id: '' }]]);
});

test('only the events that are subscribed to; other ones from where the subscription stands', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  await at.core.webhooks.setEvents(caller, 'company', ['removed']);
  await at.write('company', 1, { name: 'A' });
  await at.write('company', 1, { removed: true });
  await at.deliverer.settle();
  await at.write('company', 2, { name: 'A' });
  await at.core.webhooks.subscribe(caller, 'company', ['recorded']);
  await at.deliverer.settle();
  expect(told(receiver)).toEqual([
    ['xiaoman.crm.company.delete', { company_id: 1, serial_id: '' }],
    ['xiaoman.crm.company.create', { company_id: 2, serial_id: '' }],
  ]);
});

test('who is revoked is told nothing; what was to be told stays', async () => {
  const at = await sending();
  const { caller, receiver } = await at.application('company');
  receiver.respond = refuse();
  await at.write('company', 1, { name: 'A' });
  await at.deliverer.settle();
  await at.core.applications.revoke(caller.clientId);
  await at.write('company', 2, { name: 'A' });
  await at.pass(100 * hour, hour);
  expect(receiver.received).toHaveLength(1);
  expect(await at.deliveries()).toHaveLength(1);
  expect(await at.core.deliveryStore.overview(testTenant)).toMatchObject([{ revoked: true }]);
});

test('two applications are told the same under ids of their own', async () => {
  const at = await sending();
  const one = await at.application('company');
  await at.write('company', 1, { name: 'A' });
  const other = await at.application('company');
  await at.write('company', 2, { name: 'A' });
  one.receiver.respond = refuse();
  await at.deliverer.settle();
  expect(companyIds(one.receiver).toSorted()).toEqual([1, 2]);
  expect(companyIds(other.receiver)).toEqual([2]);
  expect(messageIds(one.receiver)).not.toContain(messageIds(other.receiver)[0]);
});

test('an import of 3,000 entries: an event each, once', { timeout: 600_000 }, async () => {
  const at = await sending();
  const { receiver } = await at.application('trail');
  const entries = Array.from({ length: 3_000 }, (_, i) => entry({ company_id: 1 + (i % 300), customer_id: [5_000 + i] }));
  await at.core.importer.take([entries.map(readEntry)]);
  await at.deliverer.settle();
  expect(receiver.received).toHaveLength(3_000);
  const ids = receiver.received.map(({ bizData }) => (bizData as { trail_id: number }).trail_id);
  expect(new Set(ids)).toEqual(new Set(entries.map((one) => one['trail_id'])));
  expect(new Set(messageIds(receiver)).size).toBe(3_000);
  expect((await at.core.deliveryStore.overview(testTenant)).map(({ distance }) => distance)).toEqual([0]);
});

test('a receiver in any mood: each event is accepted once, in the order of its object', { timeout: 600_000 }, async () => {
  const rounds = soak(400);
  const random = randomFrom(announceSeed(`webhook: ${rounds} rounds`));
  const at = await sending();
  const { receiver, caller } = await at.application('company');
  const accepted: { id: number; messageId: string; bizType: string }[] = [];
  let health = 1;
  receiver.respond = (received, response) => {
    if (random() >= health)
      return random() < 0.1 ? void response.destroy() : refuse(random() < 0.05 ? 410 : 500)(received, response);
    const { company_id: id } = received.bizData as { company_id: number };
    accepted.push({ id, messageId: received.messageId, bizType: received.bizType });
    return accept(received, response);
  };
  const changes = new Map<number, number>();
  for (let round = 0; round < rounds; round++) {
    health = [0, 0.5, 0.9, 1][Math.floor(random() * 4)] as number;
    for (let i = Math.floor(random() * 30); i > 0; i--) {
      const id = 1 + Math.floor(random() * 12);
      changes.set(id, (changes.get(id) ?? 0) + 1);
      await at.write('company', id, { name: `${round} ${i}` });
    }
    await at.pass(Math.floor(random() * 4) * 10 * minute, 5 * minute);
    if (random() < 0.1) await at.restart();
    if (random() < 0.2) receiver.secret = await at.core.webhooks.regenerateSecret(caller);
    if ((await at.core.webhooks.get(caller)).paused) await at.core.webhooks.setUrl(caller, receiver.url);
  }
  health = 1;
  if ((await at.core.webhooks.get(caller)).paused) await at.core.webhooks.setUrl(caller, receiver.url);
  await at.pass(3 * hour, 10 * minute);
  expect(await at.deliveries()).toEqual([]);
  const byId = Map.groupBy(accepted, ({ id }) => id);
  for (const [id, count] of changes) {
    const own = byId.get(id) ?? [];
    expect(own.map(({ bizType }) => bizType)).toEqual([
      'xiaoman.crm.company.create',
      ...new Array<string>(count - 1).fill('xiaoman.crm.company.update'),
    ]);
    expect(new Set(own.map(({ messageId }) => messageId)).size).toBe(count);
  }
  expect(receiver.unverified).toEqual([]);
  expect(at.log.filter(([level]) => level === 'error')).toEqual([]);
});
