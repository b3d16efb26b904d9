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

const chosen = { clientId: '23412-demo', clientSecret: 'chosen-for-the-demo' };
const chosenEnv = { GENJIN_DEMO_CLIENT_ID: chosen.clientId, GENJIN_DEMO_CLIENT_SECRET: chosen.clientSecret };
const resetArgs = ['--demo', '--reset', '--demo-date', '2026-06-02'];

/** Everything that can be read of a demo, without the time of the answer. */
async function readAll(server: Serving, token: string): Promise<Map<string, string>> {
  const read = new Map<string, string>();
  const get = async (path: string): Promise<Record<string, unknown>> => {
    const answer = await server.send(path, { headers: { Authorization: token } });
    const { code, data } = answer.json<{ code: number; data: Record<string, unknown> }>();
    expect({ path, code }).toEqual({ path, code: 200 });
    read.set(path, answer.text.replace(/"now":"[^"]*"/, ''));
    return data;
  };
  for (const [resource, id, info] of [
    ['company', 'company_id', '/v1/company/info'],
    ['lead', 'lead_id', '/v1/lead/info'],
    ['opportunity', 'opportunity_id', '/v1/opportunity/info'],
  ] as const) {
    const { list } = (await get(`/v1/${resource}/list?count=1000`)) as { list: Record<string, unknown>[] };
    expect(list.length, resource).toBeGreaterThan(50);
    for (const row of list.slice(0, 5)) await get(`${info}?${id}=${String(row[id])}`);
  }
  for (let page = 1; page <= 7; page++) await get(`${listPath}?count=1000&start_index=${page}`);
  const users = (await get('/v1/user/list')) as unknown as { user_id: string }[];
  for (const { user_id } of users) await get(`/v1/user/info?user_id=${user_id}`);
  await get('/v1/company/query?word=a&search_field=name&count=1000');
  await get('/v1/subscribe');
  return read;
}

test('--reset makes the same demo each time: to the byte, with the credentials that were given', async () => {
  const at = workplace();
  const first = await at.serve(resetArgs, { env: chosenEnv });
  const token = await first.token(chosen);
  const before = await readAll(first, token);
  // The data end with the day before, and nothing lies after that but what is planned.
  expect(before.get(`${listPath}?count=1000&start_index=1`)).toContain('2026-06-01 ');
  const done = [...before.values()].map((text) =>
    text.replaceAll(/("next_follow_up_time"|"下次跟进时间","field_type":"10","value"):"[^"]*"/g, ''),
  );
  for (const text of done) expect(text).not.toMatch(/"2026-(06-0[2-9]|06-[1-3]|07|08|09|1)|"2027/);
  // Whatever was changed.
  await first.send('/v1/dynamic/trail/push', {
    method: 'POST',
    headers: { Authorization: token, 'Content-Type': 'application/json' },
    body: { company_id: 16696797769, content: 'changed' },
  });
  expect(await readAll(first, token)).not.toEqual(before);
  expect((await first.end('SIGTERM')).code).toBe(0);
  at.write('genjin-data/notes.txt', 'mine');
  at.write('secret', `${chosen.clientSecret}\n`);

  const fromFile = { GENJIN_DEMO_CLIENT_ID: chosen.clientId, GENJIN_DEMO_CLIENT_SECRET_FILE: 'secret' };
  const second = await at.serve(resetArgs, { env: fromFile });
  // The tokens of the former demo ended with it.
  expect((await second.send(listPath, { headers: { Authorization: token } })).status).toBe(401);
  expect(await readAll(second, await second.token(chosen))).toEqual(before);
  const { stdout, stderr } = await second.end('SIGTERM');
  expect(stdout).toContain(`client_id        ${chosen.clientId}`);
  expect(stdout + stderr).not.toContain(chosen.clientSecret);
  expect(at.read('genjin-data/notes.txt')).toBe('mine');
  expect((await at.genjin(['check'])).code).toBe(0);
});

test('--reset makes a demo where there is no data yet, with credentials of its own', async () => {
  const server = await workplace().serve(['--demo', '--reset']);
  expect((await listed(server)).totalItem).toBe(entries);
});

test('a reset that ended before it deleted anything is completed at the next start', async () => {
  const at = workplace();
  expect((await (await at.serve(['--demo'])).end('SIGTERM')).code).toBe(0);
  const { endAt } = JSON.parse(at.read('genjin-data/demo.json')) as { endAt: number };
  at.write('genjin-data/demo.json', JSON.stringify({ endAt: endAt - 200 * 24 * 3600 * 1000, clientId: null, reset: true }));
  const server = await at.serve(['--demo'], { env: chosenEnv });
  const answer = await server.send(`${listPath}?count=1`, { headers: { Authorization: await server.token(chosen) } });
  expect(answer.json()).toMatchObject({ data: { totalItem: entries } });
});

test('a reset that was interrupted is completed at the next start', async () => {
  const at = workplace();
  expect((await (await at.serve(['--demo'])).end('SIGTERM')).code).toBe(0);
  for (const delay of [0, 60, 200]) {
    const killed = at.start(['serve', '--port', '0', ...resetArgs]);
    while (!at.read('genjin-data/demo.json').includes('"clientId":null')) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, delay));
    await killed.end('SIGKILL');
  }
  const server = await at.serve(['--demo'], { env: chosenEnv });
  const answer = await server.send(`${listPath}?count=1`, { headers: { Authorization: await server.token(chosen) } });
  expect(answer.json()).toMatchObject({
    data: { totalItem: entries, list: [{ create_time: expect.stringContaining('2026-06-01') }] },
  });
});

type Place = ReturnType<typeof workplace>;

const own = (tenant: string) => (at: Place) => at.genjin(['tenant', 'create', '--id', tenant, '--name', 'own']);
const demo = async (at: Place): Promise<unknown> => (await at.serve(['--demo'])).end('SIGTERM');

interface Refused {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly says: RegExp;
}

const reset: readonly string[] = ['--demo', '--reset'];

test.each<[folder: string, prepare: (at: Place) => Promise<unknown>, refused: readonly Refused[]]>([
  [
    'data of its own',
    own('23412'),
    [
      { args: reset, says: /not marked as a demo's \(there is no demo\.json\): --reset deletes nothing there/ },
      { args: ['--reset'], says: /--reset needs --demo/ },
    ],
  ],
  [
    'a demo.json that is no mark',
    async (at) => {
      await own('23412')(at);
      at.write('genjin-data/demo.json', '{"demo":true}');
    },
    [{ args: reset, says: /demo\.json is no mark of a demo/ }],
  ],
  [
    'a demo with another tenant beside it',
    async (at) => {
      await demo(at);
      await own('7')(at);
    },
    [{ args: reset, says: /also holds tenant 7: --reset deletes nothing there/ }],
  ],
  ['a demo that is served', (at) => at.serve(['--demo']), [{ args: reset, says: /another genjin serves/ }]],
  [
    'a demo, with settings that are not acceptable',
    demo,
    [
      {
        args: reset,
        env: { GENJIN_DEMO_CLIENT_ID: '23412-x' },
        says: /GENJIN_DEMO_CLIENT_ID and GENJIN_DEMO_CLIENT_SECRET go together/,
      },
      { args: reset, env: { GENJIN_DEMO_CLIENT_SECRET: chosen.clientSecret }, says: /go together/ },
      {
        args: reset,
        env: { ...chosenEnv, GENJIN_DEMO_CLIENT_ID: '7-demo' },
        says: /client_id "7-demo" is not accepted; accepted: 23412- and letters/,
      },
      {
        args: reset,
        env: { ...chosenEnv, GENJIN_DEMO_CLIENT_SECRET: 'short' },
        says: /the client secret is not accepted; accepted: at least 8/,
      },
      {
        args: [...reset, '--demo-date', '2999-01-01'],
        says: /"2999-01-01" is not accepted; accepted: a day from 2000-01-01 to today/,
      },
      {
        args: [...reset, '--demo-date', '1999-12-31'],
        says: /"1999-12-31" is not accepted; accepted: a day from 2000-01-01 to today/,
      },
    ],
  ],
])('%s: --reset refuses and deletes nothing', async (_, prepare, refused) => {
  const at = workplace();
  await prepare(at);
  const before = (await at.genjin(['check'])).stdout;
  expect(before).toContain('all is right');
  for (const { args, env = {}, says } of refused) {
    const { code, stdout, stderr } = await at.genjin(['serve', '--port', '0', ...args], { env });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(says);
    expect(stderr).not.toContain(chosen.clientSecret);
  }
  expect((await at.genjin(['check'])).stdout).toBe(before);
});
