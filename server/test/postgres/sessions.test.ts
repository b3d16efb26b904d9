/** Sessions where several servers share a database. */
import { expect, onTestFinished, test } from 'vitest';
import { type Serving, type Workplace, workplace } from '../support/cli.ts';
import { Page, signedIn } from '../support/page.ts';
import { newPlace, variablesOf } from '../support/place.ts';

const listPath = '/v1/dynamic/trail/list';

async function world(): Promise<{ at: Workplace; servers: [Serving, Serving]; env: Record<string, string> }> {
  const place = await newPlace({ on: 'postgres' });
  onTestFinished(() => place.remove());
  const at = workplace();
  const env = variablesOf(place);
  await at.genjin(['tenant', 'create', '--id', '5', '--name', 'five'], { env });
  const serve = (): Promise<Serving> => at.serve(['--log-level', 'error'], { env });
  return { at, servers: [await serve(), await serve()], env };
}

const at = (server: Serving, { cookie }: Page): Page => new Page(server, cookie);

test('a session is known by all servers, and ends at all of them at once', async () => {
  const { at: place, servers, env } = await world();
  const [one, other] = servers;
  const user = (...args: string[]) => place.genjin(['user', args[0] ?? '', '--tenant', '5', ...args.slice(1)], { env });
  const made = await user('create', '--email', 'li@example.com', '--name', 'n', '--json');
  const person = { email: 'li@example.com', password: (JSON.parse(made.stdout) as { password: string }).password };
  const statuses = async (page: Page) => [
    (await at(one, page).get(listPath)).status,
    (await at(other, page).get(listPath)).status,
  ];

  const page = await signedIn(one, person);
  for (let i = 0; i < 3; i++) expect(await statuses(page)).toEqual([200, 200]);
  await at(other, page).post('/v1/session/end');
  expect(await statuses(page)).toEqual([401, 401]);

  const kept = await signedIn(other, person);
  expect(await statuses(kept)).toEqual([200, 200]);
  expect((await user('disable', '--email', person.email)).code).toBe(0);
  expect(await statuses(kept)).toEqual([401, 401]);
  expect((await user('enable', '--email', person.email)).code).toBe(0);
  expect(await statuses(kept)).toEqual([401, 401]);
  expect(await statuses(await signedIn(one, person))).toEqual([200, 200]);
});

test('failed attempts to sign in count together', async () => {
  const { at: place, servers, env } = await world();
  const email = 'li@example.com';
  await place.genjin(['user', 'create', '--tenant', '5', '--email', email, '--name', 'n'], { env });
  const found: number[] = [];
  for (let i = 0; i < 12; i++) {
    const page = new Page(servers[i % 2] as Serving);
    const answer = await page.post('/v1/session/create', { email, password: 'wrong password' });
    found.push(answer.status === 200 ? answer.json().code : answer.status);
  }
  expect(found).toEqual([...Array(10).fill(403), 429, 429]);
});

test('the code of the first admin works at any server, once', async () => {
  const { servers } = await world();
  // The server that started last has shown the one that counts.
  const [, code] = /setup=(\d+\.[\w-]{43})/.exec(servers[1].stdout()) ?? [];
  const first = { code, email: 'first@example.com', password: 'long enough', name: 'n' };
  const answers = await Promise.all(servers.map((server) => new Page(server).post('/v1/session/setup', first)));
  expect(answers.map((answer) => answer.json().code).toSorted()).toEqual([200, 410]);
  await signedIn(servers[0], first);
});
