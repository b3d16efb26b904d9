import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { connect, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { type Serving, type Workplace, workplace } from '../support/cli.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { listPath, pushPath } from '../support/server.ts';

// Made for these tests alone, for localhost, valid for a hundred years.
const cert = fileURLToPath(new URL('./tls/cert.pem', import.meta.url));
const key = fileURLToPath(new URL('./tls/key.pem', import.meta.url));

async function firm(at: Workplace): Promise<{ clientId: string; clientSecret: string }> {
  at.write('one.ndjson', JSON.stringify(entry({ trail_id: 100, company_id: 1 })));
  expect((await at.genjin(['import', 'one.ndjson'])).code).toBe(0);
  return at.application(testTenant);
}

const push = (server: Serving, token: string, content: string) =>
  server.send(pushPath, {
    method: 'POST',
    headers: { Authorization: token, 'Content-Type': 'application/json' },
    body: { company_id: 1, content },
  });

test('port 0 takes a free port and says the real address; a SIGTERM without anybody there ends it at once', async () => {
  const at = workplace();
  const server = await at.serve();
  expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d+$/);
  expect(server.stdout()).toContain(at.path('genjin-data'));
  for (const path of ['/healthz', '/readyz']) expect((await server.send(path)).status).toBe(200);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null });

  const other = await at.serve();
  expect(await other.end('SIGINT')).toMatchObject({ code: 0, signal: null });
});

test('addresses that others reach are refused without TLS, with the reason', async () => {
  const at = workplace();
  const refused: string[][] = [
    ['--host', '0.0.0.0'],
    ['--host', '::'],
    ['--host', '192.0.2.1'],
    ['--host', '0.0.0.0', '--tls-cert', cert],
  ];
  for (const args of refused) {
    const { code, stdout, stderr } = await at.genjin(['serve', '--port', '0', ...args]);
    expect({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' });
    expect(stderr, args.join(' ')).toMatch(
      /^genjin: --host \S+ can be reached from other machines[^\n]*--tls-cert[^\n]*--behind-proxy[^\n]*\n$/,
    );
  }
  expect(at.exists('genjin-data')).toBe(false);
  const proxied = await at.serve(['--host', '0.0.0.0', '--behind-proxy']);
  expect((await proxied.send('/healthz')).status).toBe(200);
});

test('a second server on the folder, and a port in use, are refused with what to do', async () => {
  const at = workplace();
  const first = await at.serve();
  const second = await at.genjin(['serve', '--port', '0']);
  expect(second).toMatchObject({ code: 1, stdout: '' });
  expect(second.stderr).toBe(`genjin: another genjin serves ${at.path('genjin-data')}; stop it first, or use another --data\n`);

  const sameFolder = await at.genjin(['serve', '--port', String(first.port), '--data', 'other']);
  expect(sameFolder).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `genjin: port ${first.port} is in use; choose another with --port\n`,
  });
  const elsewhere = await at.genjin([
    'serve',
    '--port',
    '0',
    '--host',
    'no-such-host.invalid',
    '--behind-proxy',
    '--data',
    'other',
  ]);
  expect(elsewhere).toMatchObject({ code: 1, stdout: '' });
  expect(elsewhere.stderr).toMatch(/^genjin: [^\n]*no-such-host\.invalid[^\n]*\n$/);

  // The lock is gone with the process that held it, however that ended.
  await first.end('SIGKILL');
  const third = await at.serve();
  expect((await third.send('/readyz')).status).toBe(200);
});

test('a port taken by another program', async () => {
  const at = workplace();
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const { code, stderr } = await at.genjin(['serve', '--port', String(port)]);
  other.close();
  expect({ code, stderr }).toEqual({ code: 1, stderr: `genjin: port ${port} is in use; choose another with --port\n` });
});

test('SIGTERM under load: ends with 0 within 10 s, every acknowledged push kept', async () => {
  const at = workplace();
  const credentials = await firm(at);
  const server = await at.serve(['--log-level', 'warn']);
  const token = await server.token(credentials);
  const acknowledged: string[] = [];
  const refused: string[] = [];
  const pushing = Array.from({ length: 8 }, async (_, pusher) => {
    for (let i = 0; ; i++) {
      const content = `${pusher} ${i}`;
      try {
        const answer = await push(server, token, content);
        if (answer.status === 200 && answer.json().code === 200) acknowledged.push(content);
        else refused.push(`${answer.status} ${answer.text}`);
      } catch {
        return;
      }
    }
  });
  while (acknowledged.length < 200) await new Promise((resolve) => setTimeout(resolve, 5));
  const asked = Date.now();
  const ended = await server.end('SIGTERM');
  const took = Date.now() - asked;
  await Promise.all(pushing);
  expect(ended).toMatchObject({ code: 0, signal: null });
  expect(took).toBeLessThan(10_000);
  // While it ends it may say so; it breaks nothing.
  for (const answer of refused) expect(answer).toMatch(/^503 /);

  const { stdout } = await at.genjin(['export']);
  const kept = stdout
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as WireEntry)['content']);
  expect(new Set(kept).size).toBe(kept.length);
  for (const content of acknowledged) expect(kept).toContain(content);
  expect((await at.genjin(['check'])).code).toBe(0);
});

test('SIGTERM with a client that neither asks nor goes away', async () => {
  const at = workplace();
  const server = await at.serve();
  const idle = connect(server.port, '127.0.0.1');
  const halfway = connect(server.port, '127.0.0.1');
  await Promise.all([once(idle, 'connect'), once(halfway, 'connect')]);
  halfway.write(
    'POST /v1/oauth2/access_token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{',
  );
  idle.on('error', () => undefined);
  halfway.on('error', () => undefined);
  await server.send('/healthz');
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  idle.destroy();
  halfway.destroy();
});

test('TLS: the API over HTTPS; half of the settings, or files that are none, are refused', async () => {
  const at = workplace();
  const credentials = await firm(at);
  const server = await at.serve(['--tls-cert', cert, '--tls-key', key, '--host', '0.0.0.0']);
  expect(server.url).toMatch(/^https:/);
  const ask = (path: string, headers: Record<string, string> = {}, body?: string): Promise<{ status: number; text: string }> =>
    new Promise((resolve, reject) => {
      const options = {
        host: '127.0.0.1',
        port: server.port,
        path,
        headers,
        ca: readFileSync(cert),
        method: body === undefined ? 'GET' : 'POST',
      };
      const asked = request({ ...options, agent: false }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (more: string) => (text += more));
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: credentials.clientId,
    client_secret: credentials.clientSecret,
  });
  const answer = await ask('/v1/oauth2/access_token', { 'Content-Type': 'application/x-www-form-urlencoded' }, form.toString());
  expect(answer.status).toBe(200);
  const { access_token } = JSON.parse(answer.text) as { access_token: string };
  const list = await ask(listPath, { Authorization: `Bearer ${access_token}` });
  expect(JSON.parse(list.text)).toMatchObject({ code: 200, data: { totalItem: 1 } });
  // Clear text finds nobody.
  await expect(server.send('/healthz')).rejects.toThrow();
  expect((await server.end('SIGTERM')).code).toBe(0);

  const bad: [string[], RegExp][] = [
    [['--tls-cert', cert], /^genjin: --tls-cert and --tls-key go together\n$/],
    [['--tls-cert', cert, '--tls-key', 'missing.pem'], /^genjin: --tls-key: missing\.pem cannot be read\n$/],
    [['--tls-cert', at.path('one.ndjson'), '--tls-key', key], /^genjin: --tls-cert[^\n]*\n$/],
  ];
  for (const [args, reason] of bad) {
    const { code, stdout, stderr } = await at.genjin(['serve', '--port', '0', ...args]);
    expect.soft({ code, stdout }, args.join(' ')).toEqual({ code: 1, stdout: '' });
    expect.soft(stderr, args.join(' ')).toMatch(reason);
  }
});
