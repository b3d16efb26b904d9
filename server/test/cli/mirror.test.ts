/** A mirror as a user has it: commands, a server beside it, webhooks, and no secret anywhere. */
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { type Workplace, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';
import { filesIn, leaksOf } from '../support/leaks.ts';
import { type Credentials, listPath, pushPath } from '../support/server.ts';

const tenant = 7;
const modules = 'company lead opportunity user';

interface Upstream {
  readonly at: Workplace;
  readonly url: string;
  readonly credentials: Credentials;
  token(): Promise<string>;
  push(content: string): Promise<void>;
}

/** A server with some entries, in the place of OKKI. */
async function upstream(): Promise<Upstream> {
  const at = workplace();
  const entries = Array.from({ length: 30 }, (_, i) =>
    entry({ client_id: tenant, company_id: 100 + (i % 3), create_time: `2024-0${1 + (i % 9)}-11 10:00:${10 + i}` }),
  );
  at.write('entries.jsonl', entries.map((one) => JSON.stringify(one)).join('\n'));
  await at.genjin(['import', 'entries.jsonl']);
  const credentials = await at.application(tenant, modules);
  const server = await at.serve();
  const token = () => server.token(credentials);
  return {
    at,
    url: server.url,
    credentials,
    token,
    async push(content) {
      const headers = { Authorization: `Bearer ${await token()}`, 'Content-Type': 'application/json' };
      const answer = await server.send(pushPath, { method: 'POST', headers, body: { company_id: 100, content } });
      expect(answer.json()).toMatchObject({ code: 200 });
    },
  };
}

const words = ({ url, credentials }: Upstream, at: Workplace): string[] => [
  ...['--upstream', url, '--tenant', String(tenant), '--client-id', credentials.clientId],
  ...['--client-secret-file', at.write('secret', `${credentials.clientSecret}\n`), '--rate', '1000/s'],
];

test('copied once, looked at, verified, kept from writing, and detached', { timeout: 120_000 }, async () => {
  const from = await upstream();
  const at = workplace();
  const given = words(from, at);
  const copied = await at.genjin(['mirror', ...given, '--once', '--quota', '500/day']);
  expect(copied).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/30 entries of 30; (\d+) of \1 windows equal; calls today \d+ \/ 500\n$/),
  });
  const list = (place: Workplace) => place.genjin(['export', '-', '--tenant', String(tenant)]);
  expect((await list(at)).stdout).toBe((await list(from.at)).stdout);

  const status = await at.genjin(['mirror', 'status']);
  expect(status.stdout).toContain(`mirror of            ${from.url}\n`);
  expect(status.stdout).toContain('entries              30 here, 30 there\n');
  const json = JSON.parse((await at.genjin(['mirror', 'status', '--json'])).stdout) as Record<string, unknown>;
  expect(json).toMatchObject({ tenant_id: tenant, fill_done: true, entries: 30, differing: [], calls_quota: 500 });

  expect(await at.genjin(['mirror', 'verify', ...given])).toMatchObject({ code: 0, stdout: '30 entries read, 0 differences\n' });
  await from.push('new at the upstream');
  const differing = await at.genjin(['mirror', 'verify', ...given]);
  expect(differing).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(
      /^trail \d+: upstream .*new at the upstream.*, here \(none\)\n31 entries read, 1 differences\n$/,
    ),
  });

  at.write('own.jsonl', JSON.stringify(entry({ client_id: tenant, company_id: 100 })));
  expect(await at.genjin(['import', 'own.jsonl'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`mirror of ${from.url}`),
  });
  expect(await at.genjin(['mirror', 'detach'])).toMatchObject({ code: 0 });
  expect(await at.genjin(['import', 'own.jsonl'])).toMatchObject({ code: 0 });
  expect(await at.genjin(['mirror', 'status'])).toMatchObject({
    code: 1,
    stderr: 'genjin: no enterprise of this store is a mirror\n',
  });
  expect(await at.genjin(['mirror', ...given, '--once'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('has entries of its own'),
  });
});

test('what is missing or wrong on the command line', { timeout: 60_000 }, async () => {
  const at = workplace();
  const told = async (...args: string[]) => (await at.genjin(['mirror', ...args, '--once'])).stderr;
  expect(await told()).toContain('--upstream is missing');
  expect(await told('--upstream', 'okki')).toContain('--upstream: "okki" is not accepted; accepted: an address');
  expect(await told('--upstream', 'http://127.0.0.1:9')).toContain(
    'GENJIN_MIRROR_TENANT, GENJIN_MIRROR_CLIENT_ID, GENJIN_MIRROR_CLIENT_SECRET must be',
  );
  expect(await told('--upstream', 'http://127.0.0.1:9', '--quota', 'many')).toContain('--quota: "many" is not accepted');
  expect(await told('--upstream', 'http://127.0.0.1:9', '--client-secret-file', 'none')).toContain('"none" cannot be read');
});

test('beside a server: fresh by a webhook, read only, and no secret in the store, a backup, the log or the status', {
  timeout: 120_000,
}, async () => {
  const from = await upstream();
  const at = workplace();
  const config = randomBytes(32).toString('base64');
  const { clientId, clientSecret } = from.credentials;
  at.write('secret', clientSecret);
  at.write('webhook', config);
  const env = {
    GENJIN_MIRROR_UPSTREAM: from.url,
    GENJIN_MIRROR_TENANT: String(tenant),
    GENJIN_MIRROR_CLIENT_ID: clientId,
    GENJIN_MIRROR_CLIENT_SECRET_FILE: at.path('secret'),
    GENJIN_MIRROR_WEBHOOK_SECRET_FILE: at.path('webhook'),
    GENJIN_MIRROR_RATE: '1000',
  };
  await at.genjin(['tenant', 'create', '--id', String(tenant), '--name', 'copy']);
  const application = await at.application(tenant, modules);
  const server = await at.serve(['--log-level', 'debug'], { env });
  const token = await server.token(application);
  const headers = { Authorization: `Bearer ${token}` };
  const total = async () =>
    (await server.send(`${listPath}?count=1`, { headers })).json<{ data: { totalItem: number } }>().data.totalItem;
  await expect.poll(total, { timeout: 20_000 }).toBe(30);
  const mirror = async () => {
    const answer = await server.send('/v1/mirror/status', { headers });
    return answer.json<{ data: { mirror: { fill_done: boolean; windows: number } } }>().data.mirror;
  };
  await expect.poll(async () => (await mirror()).windows, { timeout: 20_000 }).toBeGreaterThan(5);

  await from.push('told by a webhook');
  const told = JSON.stringify({ biz: [{ biz_type: 'xiaoman.crm.dynamic_trail.create', biz_data: { trail_id: 1 } }] });
  const test = JSON.stringify({ biz: [{ biz_type: 'xiaoman.open.callback.test', biz_data: 'success' }] });
  const post = (plain: string, key = config, age = 0) => {
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key, 'base64'), iv);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    const body = JSON.stringify({
      message_id: 'msg_1',
      data: Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64'),
    });
    const at = String(Math.floor(Date.now() / 1000) - age);
    const signature = createHmac('sha256', key).update(at).update(body).digest('hex');
    const sent = { 'Content-Type': 'application/json', 'X-Timestamp': at, 'X-Signature': signature };
    return server.send('/hooks/okki', { method: 'POST', headers: sent, body });
  };
  expect((await post(told, randomBytes(32).toString('base64'))).status).toBe(403);
  expect((await post(told, config, 400)).status).toBe(403);
  expect((await post(test)).json()).toEqual({ code: 200, data: { message_id: 'msg_1', data: 'success' } });
  expect(await total()).toBe(30);
  expect((await post(told)).json()).toEqual({ code: 200, data: { message_id: 'msg_1' } });
  await expect.poll(total, { timeout: 20_000 }).toBe(31);

  const pushed = await server.send(pushPath, {
    method: 'POST',
    headers: { ...headers, 'Content-Type': 'application/json' },
    body: { company_id: 100, content: 'x' },
  });
  expect(pushed.json()).toMatchObject({ code: 403, message: expect.stringContaining(from.url) });
  const metrics = await server.send('/metrics');
  expect(metrics.text).toContain(`genjin_mirror_entries{tenant="${tenant}"} 31`);
  const second = await at.genjin(['mirror', '--once'], { env });
  expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining(`another genjin mirrors tenant ${tenant}`) });

  await at.genjin(['backup', 'copy.backup']);
  const status = await at.genjin(['mirror', 'status', '--json']);
  const ended = await server.end('SIGTERM');
  const found = new Map([
    // The store and the backup; the two files that a user has made are where the secrets belong.
    ...filesIn(at.folder, ['/secret', '/webhook']),
    ['log', Buffer.from(ended.stderr + ended.stdout)],
    ['status', Buffer.from(status.stdout + (await at.genjin(['config'], { env })).stdout)],
  ]);
  expect(
    leaksOf(
      [
        ['client secret', clientSecret],
        ['webhook secret', Buffer.from(config, 'base64')],
      ],
      found,
    ),
  ).toEqual([]);
});
