import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { engineWorkplace, type Serving } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import { pushPath } from '../support/server.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';
import { accept, startReceiver } from './receiver.ts';

const rounds = soak(200);

test('kill -9 between send and mark: no event is lost, and what comes twice has the same id', {
  timeout: 1_800_000,
}, async () => {
  const random = randomFrom(announceSeed(`webhook crash: ${rounds} kills`));
  const at = await engineWorkplace();
  at.write('one.ndjson', JSON.stringify(entry({ trail_id: 100, company_id: 1 })));
  expect((await at.genjin(['import', 'one.ndjson'])).code).toBe(0);
  const credentials = await at.application(testTenant, 'company webhook');
  const start = (): Promise<Serving> => at.serve(['--log-level', 'silent', '--allow-private-callbacks', '127.0.0.0/8']);
  let server = await start();
  const token = await server.token(credentials);
  const post = (path: string, body: unknown) =>
    server.send(path, { method: 'POST', headers: { Authorization: token, 'Content-Type': 'application/json' }, body });

  const receiver = await startReceiver();
  const set = (await post('/v1/webhook', { callback_url: receiver.url })).json<{ data: { security_config: string } }>();
  receiver.secret = set.data.security_config;
  const subscribed = await post('/v1/subscribe', {
    subscribe_type: 'crm.dynamic_trail',
    subscribe_configs: [{ biz_type: 'xiaoman.crm.dynamic_trail.create' }],
  });
  expect(subscribed.json().code).toBe(200);

  const accepted = new Map<number, string[]>();
  let armed: (() => void) | null = null;
  receiver.respond = async (received, response) => {
    const { trail_id: trailId } = received.bizData as { trail_id: number };
    const kill = armed;
    armed = null;
    if (kill !== null && random() < 0.5) {
      // Nobody answers, and the event counts as not taken in.
      kill();
      response.destroy();
      return;
    }
    accepted.set(trailId, [...(accepted.get(trailId) ?? []), received.messageId]);
    await accept(received, response);
    if (kill === null) return;
    await sleep(Math.floor(random() * 6));
    kill();
  };

  for (let round = 0; round < rounds; round++) {
    const killed = new Promise<void>((resolve) => {
      armed = () => {
        server.process.kill('SIGKILL');
        resolve();
      };
    });
    const count = 1 + Math.floor(random() * 3);
    // The kill may come before the last of them is answered.
    const pushes = Array.from({ length: count }, (_, i) =>
      post(pushPath, { company_id: 1, content: `round ${round} ${i}` }).catch(() => null),
    );
    await Promise.all([...pushes, killed]);
    expect((await server.ended).signal).toBe('SIGKILL');
    server = await start();
  }

  const left = async (): Promise<number> => {
    const { stdout } = await at.genjin(['webhook', 'deliveries', '--json']);
    const { deliveries, subscriptions } = JSON.parse(stdout) as { deliveries: unknown[]; subscriptions: { behind: number }[] };
    return deliveries.length + subscriptions.reduce((sum, { behind }) => sum + behind, 0);
  };
  while ((await left()) > 0) await sleep(200);
  expect((await server.end('SIGTERM')).code).toBe(0);

  const { stdout } = await at.genjin(['export']);
  const recorded = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { trail_id: number }).trail_id)
    .filter((trailId) => trailId !== 100);
  expect(recorded.length).toBeGreaterThanOrEqual(rounds);
  expect([...accepted.keys()].toSorted()).toEqual(recorded.toSorted());
  for (const [trailId, ids] of accepted) expect(new Set(ids).size, String(trailId)).toBe(1);
  expect(new Set([...accepted.values()].map(([id]) => id)).size).toBe(accepted.size);
  const twice = [...accepted.values()].filter((ids) => ids.length > 1).length;
  announce(`webhook crash: ${recorded.length} events, ${twice} of them more than once, ${receiver.received.length} requests`);
  // Each kill met an event that was sent and not marked.
  expect(receiver.received.length).toBeGreaterThan(recorded.length);
  expect(receiver.unverified).toEqual([]);
  expect(await at.genjin(['check'])).toMatchObject({ code: 0, stderr: '' });
});
