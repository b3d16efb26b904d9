/** `genjin serve --workers N`: several processes on one store, one of which owns the writes. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { type Serving, type Workplace, workplace } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { listPath, pushPath, tokenPath } from '../support/server.ts';

/** The processes that a process has started. */
function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        return Number(/\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, 'utf8'))?.[1]) === pid;
      } catch {
        return false;
      }
    })
    .map(Number);
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

async function until(what: string, done: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 600; i++) {
    if (await done()) return;
    await sleep(50);
  }
  throw new Error(`it never came to it that ${what}`);
}

interface Firm {
  readonly at: Workplace;
  readonly server: Serving;
  readonly token: string;
  readonly owner: number;
  workers(): number[];
}

async function start(args: readonly string[] = ['--log-level', 'warn'], count = 2): Promise<Firm> {
  const at = workplace();
  at.write('one.ndjson', JSON.stringify(entry({ trail_id: 100, company_id: 1 })));
  expect((await at.genjin(['import', 'one.ndjson'])).code).toBe(0);
  const credentials = await at.application(testTenant);
  const server = await at.serve(['--workers', String(count), ...args]);
  const owner = server.process.pid ?? 0;
  const workers = (): number[] => childrenOf(owner);
  const begun = workers();
  onTestFinished(() => {
    for (const pid of begun) if (isAlive(pid)) process.kill(pid, 'SIGKILL');
  });
  expect(begun.length).toBe(count);
  return { at, server, token: await server.token(credentials), owner, workers };
}

const push = ({ server, token }: Firm, content: string): Promise<Answer> =>
  server.send(pushPath, {
    method: 'POST',
    headers: { Authorization: token, 'Content-Type': 'application/json' },
    body: { company_id: 1, content },
  });

async function contents({ server, token }: Firm): Promise<string[]> {
  const answer = await server.send(`${listPath}?company_id=1&count=1000`, { headers: { Authorization: token } });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.text}`);
  const { list, totalItem } = answer.json<{ data: { list: { content: string }[]; totalItem: number } }>().data;
  // Rows and total belong to one state.
  expect(list.length).toBe(totalItem);
  return list.map(({ content }) => content);
}

test('what was acknowledged through one is read through any, at once; a clean stop ends all', async () => {
  const firm = await start();
  const { server, workers, token } = firm;
  const pids = workers();
  // Each request is a connection of its own, and many at once go to both.
  await Promise.all(
    Array.from({ length: 6 }, async (_, writer) => {
      for (let i = 0; i < 15; i++) {
        const content = `${writer} ${i}`;
        const answer = await push(firm, content);
        expect(answer.json().code).toBe(200);
        expect(await contents(firm)).toContain(content);
      }
    }),
  );
  expect((await contents(firm)).length).toBe(91);
  const refusals: [string, Answer, number][] = [
    ['a token that is none', await server.send(listPath, { headers: { Authorization: 'x' } }), 401],
    ['a path for others', await server.send(listPath, { method: 'PUT', headers: { Authorization: token } }), 405],
    ['a path that is not there', await server.send('/nothing', { method: 'POST', body: '{}' }), 404],
    ['a body that is none', await server.send(tokenPath, { method: 'POST', body: '{' }), 415],
  ];
  for (const [name, answer, status] of refusals) {
    expect({ name, status: answer.status }).toEqual({ name, status });
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f-]{36}$/);
  }
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0, signal: null });
  for (const pid of pids) expect(isAlive(pid)).toBe(false);
});

test('a revoked application is refused by all at once', async () => {
  const { at, server, token } = await start();
  for (let i = 0; i < 6; i++) expect((await server.send(listPath, { headers: { Authorization: token } })).status).toBe(200);
  const { stdout } = await at.genjin(['app', 'list', '--json']);
  const [{ client_id: clientId } = { client_id: '' }] = JSON.parse(stdout) as { client_id: string }[];
  expect((await at.genjin(['app', 'revoke', clientId])).code).toBe(0);
  for (let i = 0; i < 6; i++) expect((await server.send(listPath, { headers: { Authorization: token } })).status).toBe(401);
});

test('a worker that is killed is started anew, and nothing acknowledged is lost', async () => {
  const firm = await start();
  const { server, workers } = firm;
  const acknowledged: string[] = [];
  for (let round = 0; round < 3; round++) {
    const [victim] = workers();
    for (let i = 0; i < 5; i++) {
      const content = `${round} ${i}`;
      if ((await push(firm, content)).json().code === 200) acknowledged.push(content);
    }
    process.kill(victim ?? 0, 'SIGKILL');
    await until('there are two again', () => workers().length === 2 && !workers().includes(victim ?? 0));
    await until('all answer', async () => {
      const answers = await Promise.all(Array.from({ length: 4 }, () => server.send('/readyz').catch(() => null)));
      return answers.every((answer) => answer?.status === 200);
    });
    for (let i = 0; i < 4; i++) expect(await contents(firm)).toEqual(expect.arrayContaining(acknowledged));
  }
  expect(acknowledged.length).toBe(15);
  expect(await server.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('when the owner is killed all end; the next start has everything that was acknowledged', async () => {
  const firm = await start();
  const { at, server, workers } = firm;
  for (let i = 0; i < 10; i++) expect((await push(firm, `before ${i}`)).json().code).toBe(200);
  const pids = workers();
  await server.end('SIGKILL');
  await until('the workers have ended', () => !pids.some(isAlive));
  const next = await at.serve(['--workers', '2']);
  expect((await contents({ ...firm, server: next })).length).toBe(11);
  expect(await next.end('SIGTERM')).toMatchObject({ code: 0 });
});

test('failed sign-ins are counted by address, whichever worker they come through', async () => {
  const { server } = await start(['--log-level', 'silent', '--behind-proxy']);
  const guess = (address: string, i: number): Promise<Answer> =>
    server.send(tokenPath, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': `9.9.9.9, ${address}` },
      body: { grant_type: 'client_credentials', client_id: `${testTenant}-${i}`, client_secret: 'guess' },
    });
  const found: number[] = [];
  for (let i = 0; i < 33; i++) found.push((await guess('1.2.3.4', i)).status);
  expect(found.slice(0, 30)).toEqual(Array(30).fill(401));
  expect(found.slice(30)).toContain(429);
  expect((await guess('5.6.7.8', 1)).status).toBe(401);
});

test('a port in use is refused with what to do', async () => {
  const { at, server } = await start();
  const { code, stdout, stderr } = await at.genjin([
    'serve',
    '--workers',
    '2',
    '--port',
    String(server.port),
    '--data',
    'other',
    '--log-level',
    'warn',
  ]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toBe(`genjin: port ${server.port} is in use; choose another with --port\n`);
});
