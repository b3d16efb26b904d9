/** Sessions of the program as it is served: the link of the first start, the demo's click, several workers. */
import { expect, test } from 'vitest';
import { engineWorkplace, type Serving, workplace } from '../support/cli.ts';
import { Page, signedIn } from '../support/page.ts';

const listPath = '/v1/dynamic/trail/list';
const first = { email: 'first@example.com', password: 'long enough', name: '首位' };
const link = /(http:\/\/127\.0\.0\.1:\d+)\/\?setup=(\d+\.[\w-]{43})\n/;

const codeIn = (server: Serving): string | undefined => link.exec(server.stdout())?.[2];

test('each start over a store without an admin shows a link, and the last one works once', async () => {
  const at = workplace();
  const empty = await at.serve();
  expect(codeIn(empty)).toBeUndefined();
  expect(empty.stdout()).toContain('tenant create --id ID --name NAME');
  await empty.end('SIGTERM');
  await at.genjin(['tenant', 'create', '--id', '7', '--name', 'own']);

  const start = await at.serve();
  const old = codeIn(start);
  expect(link.exec(start.stdout())?.[1]).toBe(start.url);
  for (const words of ['first admin', '首位管理员', '24 小时']) expect(start.stdout()).toContain(words);
  // Who asks for its pages finds nothing of it.
  expect((await start.send('/')).text + (await start.send('/v1/session')).text).not.toContain(old);
  await start.end('SIGTERM');

  const again = await at.serve();
  const code = codeIn(again);
  expect(code).not.toBe(old);
  const page = new Page(again);
  expect((await page.post('/v1/session/setup', { ...first, code: old })).json().code).toBe(410);
  expect((await page.post('/v1/session/setup', { ...first, code })).json().code).toBe(200);
  expect((await page.post('/v1/session/setup', { ...first, code })).json().code).toBe(410);
  // Not even in the log.
  expect((await again.end('SIGTERM')).stderr).not.toMatch(/setup=/);
  const last = await at.serve();
  expect(codeIn(last)).toBeUndefined();
  expect((await new Page(last, page.cookie).get('/v1/session')).json().data).toMatchObject({ signed_in: true });
  await signedIn(last, first);
});

test('the demo is entered with one click, again after a restart, and nowhere without --demo', async () => {
  const at = workplace();
  for (const _ of [1, 2]) {
    const server = await at.serve(['--demo']);
    expect(codeIn(server)).toBeUndefined();
    const page = new Page(server);
    expect((await page.get('/v1/session')).json().data).toMatchObject({ signed_in: false, demo: true, setup: false });
    const answer = await page.post('/v1/session/demo');
    expect(answer.json()).toMatchObject({ code: 200, data: { role: 'admin', user: { nickname: '林晓棠' } } });
    expect((await page.get(listPath)).json()).toMatchObject({ code: 200, data: { totalItem: 6006 } });
    await server.end('SIGTERM');
  }
  const served = await at.serve();
  expect((await new Page(served).post('/v1/session/demo')).status).toBe(404);
});

test('one cookie is known by every worker, and ends at all of them', async () => {
  const at = await engineWorkplace();
  await at.genjin(['tenant', 'create', '--id', '7', '--name', 'own']);
  const args = ['user', 'create', '--tenant', '7', '--email', 'li@example.com', '--name', 'n', '--json'];
  const { password } = JSON.parse((await at.genjin(args)).stdout) as { password: string };
  const server = await at.serve(['--workers', '2']);
  const page = await signedIn(server, { email: 'li@example.com', password });
  // Each request is a connection of its own, and many go to both.
  const statuses = async (path: string) =>
    new Set(await Promise.all(Array.from({ length: 20 }, async () => (await page.get(path)).status)));
  expect(await statuses(listPath)).toEqual(new Set([200]));
  const known = await Promise.all(Array.from({ length: 10 }, async () => (await page.get('/v1/session')).json().data));
  for (const data of known) expect(data).toMatchObject({ signed_in: true, role: 'member' });
  // What writes goes to the owner, with the cookie and where it comes from.
  expect((await page.post('/v1/lead/push', { name: 'Polar Goods' })).json().code).toBe(200);
  expect((await page.post('/v1/lead/push', { name: 'forged' }, { Origin: 'https://evil.example' })).status).toBe(403);
  expect((await page.post('/v1/lead/push', { name: 'own' }, { Origin: server.url })).json().code).toBe(200);
  const { cookie } = page;
  expect((await page.post('/v1/session/end')).json().code).toBe(200);
  page.cookie = cookie;
  expect(await statuses(listPath)).toEqual(new Set([401]));
});
