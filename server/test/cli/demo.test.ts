import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Serving, workplace } from '../support/cli.ts';
import { listPath } from '../support/server.ts';

const entries = 6006;

const credentialsOf = (stdout: string): { clientId: string; clientSecret: string } => ({
  clientId: /client_id +(\S+)/.exec(stdout)?.[1] ?? '',
  clientSecret: /client_secret +(\S+)/.exec(stdout)?.[1] ?? '',
});

async function listed(server: Serving, query = ''): Promise<{ totalItem: number; list: Record<string, unknown>[] }> {
  const token = await server.token(credentialsOf(server.stdout()));
  const answer = await server.send(`${listPath}${query}`, { headers: { Authorization: token } });
  return answer.json<{ data: { totalItem: number; list: Record<string, unknown>[] } }>().data;
}

test('the first start fills an empty store and shows credentials that work; the second shows no secret', async () => {
  const at = workplace();
  const first = await at.serve(['--demo']);
  const data = await listed(first, '?company_id=16696797769');
  expect(data.totalItem).toBe(6);
  expect(data.list.map((one) => one['trail_id'])).toContain(25646265871658);
  expect((await listed(first)).totalItem).toBe(entries);
  // Both languages, and requests to copy.
  for (const words of [
    'page 页面',
    'API 接口',
    'data 数据',
    'Get a token 获取令牌',
    `curl -s ${first.url}/v1/oauth2/access_token`,
    'curl -s -H',
  ]) {
    expect(first.stdout()).toContain(words);
  }
  expect((await first.end('SIGTERM')).code).toBe(0);

  const second = await at.serve(['--demo']);
  const { clientId, clientSecret } = credentialsOf(first.stdout());
  await second.said(/ app create [^\n]*\n/);
  expect(second.stdout()).toContain(`application ${clientId}`);
  expect(second.stdout()).not.toContain(clientSecret);
  expect(second.stdout()).not.toMatch(/client_secret/);
  // The old ones still work, and so does the printed way to new ones.
  expect(await second.token({ clientId, clientSecret })).toMatch(/^23412\./);
  const [, args = ''] = / (app create [^\n]*)\n/.exec(second.stdout()) ?? [];
  const words = [...args.matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  const made = await at.genjin(words);
  expect(made.code).toBe(0);
  expect(await second.token(credentialsOf(made.stdout))).toMatch(/^23412\./);
});

test('a store with data of its own gets none of the demo', async () => {
  const at = workplace();
  await at.genjin(['tenant', 'create', '--id', '7', '--name', 'own']);
  const server = await at.serve(['--demo']);
  expect(server.stdout()).not.toContain('client_secret');
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect((await at.genjin(['check'])).stdout).toBe('tenant 7: 0 entries, revision 0\nall is right\n');
});

test('filling that was interrupted by kill -9 is completed at the next start', async () => {
  const at = workplace();
  const filled = async (): Promise<number> => (await at.genjin(['export', '--tenant', '23412'])).stdout.split('\n').length - 1;
  // As soon as something is there, and later in the middle of the filling.
  for (const delay of [0, 60, 200]) {
    const killed = at.start(['serve', '--port', '0', '--demo']);
    while (!existsSync(at.path('genjin-data/demo.json'))) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, delay));
    await killed.end('SIGKILL');
    if (delay === 0) expect(await filled()).toBeLessThan(entries);
  }
  const server = await at.serve(['--demo']);
  const token = await server.token(await at.application(23412));
  const answer = await server.send(`${listPath}?count=1`, { headers: { Authorization: token } });
  expect(answer.json()).toMatchObject({ code: 200, data: { totalItem: entries } });
  expect((await server.end('SIGTERM')).code).toBe(0);
  expect(await filled()).toBe(entries);
  expect((await at.genjin(['check'])).code).toBe(0);
});
