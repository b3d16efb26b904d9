import { expect, test } from 'vitest';
import { engineWorkplace } from '../support/cli.ts';
import { testTenant } from '../support/entries.ts';
import { hour, messageIds, minute, sending } from './fixture.ts';
import { accept, refuse } from './receiver.ts';

/** A store with two parked events, one that waits behind, and a paused webhook. */
async function prepared() {
  const at = await engineWorkplace();
  const before = await sending(at.place);
  const one = await before.application('company');
  one.receiver.respond = refuse();
  for (const id of [1, 2]) await before.write('company', id, { name: 'A' });
  await before.deliverer.settle();
  await before.pass(72 * hour + minute, 10 * minute);
  await before.write('company', 1, { name: 'B' });
  await before.deliverer.settle();
  const gone = await before.application('lead');
  gone.receiver.respond = refuse(410);
  await before.write('lead', 3, { name: 'A' });
  await before.deliverer.settle();
  await before.write('lead', 4, { name: 'A' });
  return { at, one, gone };
}

test('webhook deliveries shows what waits and what is parked; webhook replay sends it by the running server', async () => {
  const { at, one, gone } = await prepared();
  const list = async (...args: string[]) => {
    const { code, stdout, stderr } = await at.genjin(['webhook', 'deliveries', ...args]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  };
  const parsed = async (...args: string[]) =>
    JSON.parse(await list('--json', ...args)) as {
      deliveries: Record<string, unknown>[];
      subscriptions: Record<string, unknown>[];
    };
  const all = await parsed();
  const common = { tenant: testTenant, application: one.caller.clientId, module: 'crm.company' };
  const parked = {
    ...common,
    event: 'xiaoman.crm.company.create',
    state: 'parked',
    next_try: null,
    last_error: 'HTTP 500 instead of 200',
  };
  expect(all.deliveries).toHaveLength(4);
  expect(all.deliveries.filter(({ application }) => application === one.caller.clientId)).toEqual([
    { ...parked, object: 1, message_id: expect.stringMatching(/^msg_/), attempts: expect.any(Number) },
    { ...parked, object: 2, message_id: expect.stringMatching(/^msg_/), attempts: expect.any(Number) },
    {
      ...common,
      event: 'xiaoman.crm.company.update',
      state: 'waiting',
      next_try: expect.stringMatching(/^2024-11-07T.*Z$/),
      last_error: 'HTTP 500 instead of 200',
      object: 1,
      message_id: messageIds(one.receiver).at(-1),
      attempts: 1,
    },
  ]);
  expect(all.subscriptions).toHaveLength(2);
  expect(all.subscriptions).toContainEqual({ ...common, cursor: 6, behind: 1, state: 'active' });
  expect(all.subscriptions).toContainEqual({
    tenant: testTenant,
    application: gone.caller.clientId,
    module: 'crm.lead',
    cursor: 6,
    behind: 1,
    state: 'paused',
  });
  expect((await parsed('--failed', '--tenant', String(testTenant))).deliveries).toHaveLength(2);
  const text = await list();
  for (const { message_id } of all.deliveries) expect(text).toContain(String(message_id));
  expect(text).toMatch(/parked +\d+ attempts/);
  expect(text).toMatch(/PAUSED by the receiver \(HTTP 410\)/);
  const chinese = (await at.genjin(['webhook', 'deliveries', '--failed'], { env: { LANG: 'zh_CN.UTF-8' } })).stdout;
  expect(chinese).toMatch(/已搁置 +已尝试 \d+ 次/);

  // By one message id, beside a running server; then all.
  const server = await at.serve(['--log-level', 'silent', '--allow-private-callbacks', '127.0.0.0/8']);
  // What waited is long due by the clock of the machine.
  await one.receiver.has(one.receiver.received.length + 1);
  one.receiver.respond = accept;
  const [first, second] = (await parsed('--failed')).deliveries.map(({ message_id }) => String(message_id));
  const sent = one.receiver.received.length;
  expect(await at.genjin(['webhook', 'replay', String(first)])).toMatchObject({
    code: 0,
    stdout: '1 events will be sent again\n',
  });
  while (!messageIds(one.receiver).slice(sent).includes(String(first))) await one.receiver.has(one.receiver.received.length + 1);
  expect(await at.genjin(['webhook', 'replay', '--all'])).toMatchObject({ code: 0 });
  while (!messageIds(one.receiver).slice(sent).includes(String(second))) await one.receiver.has(one.receiver.received.length + 1);
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect((await parsed('--failed')).deliveries).toEqual([]);
});

test.each([
  [[], 'give message ids, or --all'],
  [['--all', 'msg_1'], 'give message ids, or --all'],
  [['msg_1'], 'no parked event has the message id msg_1'],
  [['--all', '--tenant', '99'], '--tenant: there is no tenant 99; there are: 23412'],
])('webhook replay %j is refused', async (args, reason) => {
  const at = await engineWorkplace();
  await at.application(testTenant);
  expect(await at.genjin(['webhook', 'replay', ...args])).toEqual({
    code: 1,
    signal: null,
    stdout: '',
    stderr: `genjin: ${reason}\n`,
  });
});

test('nothing to show', async () => {
  const at = await engineWorkplace();
  await at.application(testTenant);
  expect(await at.genjin(['webhook', 'deliveries'])).toMatchObject({ code: 0, stdout: 'no deliveries\n' });
});
