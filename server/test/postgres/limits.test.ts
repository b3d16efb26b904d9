/** What servers of one database count together: requests in a minute, and guesses at secrets. */
import { expect, onTestFinished, test } from 'vitest';
import { type Serving, workplace } from '../support/cli.ts';
import { newPlace, variablesOf } from '../support/place.ts';

const tokenPath = '/v1/oauth2/access_token';
const perMinute = 64;

/** Three servers, and the credentials of an application. */
async function world(...more: string[]) {
  const place = await newPlace({ on: 'postgres' });
  const at = workplace();
  onTestFinished(() => place.remove());
  const env = variablesOf(place);
  await at.genjin(['tenant', 'create', '--id', '5', '--name', 'five'], { env });
  const made = await at.genjin(['app', 'create', '--tenant', '5', '--name', 'a', '--scope', 'company', '--json'], { env });
  const credentials = JSON.parse(made.stdout) as { client_id: string; client_secret: string };
  const serve = (): Promise<Serving> => at.serve(['--log-level', 'error', ...more], { env });
  return { servers: await Promise.all([serve(), serve(), serve()]), credentials };
}

/** One after the other, of each server in turn. */
async function inTurn(servers: readonly Serving[], count: number, ask: (server: Serving) => Promise<number>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push(await ask(servers[i % servers.length] as Serving));
  return found;
}

test('who is limited to so many requests a minute gets no more by asking several servers', async () => {
  const { servers } = await world('--rate-limit', String(perMinute));
  // A minute of the clock that ends in between would let through as many again.
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 20_000) await new Promise((done) => setTimeout(done, left));
  const statuses = await inTurn(servers, 3 * perMinute, async (server) => (await server.send('/no')).status);
  const through = statuses.filter((status) => status === 404).length;
  expect(through).toBeLessThanOrEqual(perMinute);
  // What a server has taken and not used is not given back.
  expect(through).toBeGreaterThanOrEqual(perMinute - 2 * 3);
  expect(statuses.slice(-3)).toEqual([429, 429, 429]);
}, 120_000);

test('many at once get no more either', async () => {
  const { servers } = await world('--rate-limit', String(perMinute));
  const left = 60_000 - (Date.now() % 60_000);
  if (left < 20_000) await new Promise((done) => setTimeout(done, left));
  const answers = await Promise.all(Array.from({ length: 3 * perMinute }, (_, i) => (servers[i % 3] as Serving).send('/no')));
  const through = answers.filter(({ status }) => status === 404).length;
  expect(through).toBeLessThanOrEqual(perMinute);
  expect(through).toBeGreaterThanOrEqual(perMinute - 2 * 3);
}, 120_000);

test('guesses at a secret count together, and the right one clears them for all', async () => {
  const { servers, credentials } = await world();
  const body = (secret: string) => ({
    grant_type: 'client_credentials',
    client_id: credentials.client_id,
    client_secret: secret,
  });
  const ask = (secret: string) => async (server: Serving) =>
    (await server.send(tokenPath, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body(secret) }))
      .status;
  expect(await inTurn(servers, 5, ask('wrong'))).not.toContain(429);
  expect(await inTurn(servers, 1, ask(credentials.client_secret))).toEqual([200]);
  expect(await inTurn(servers, 10, ask('wrong'))).not.toContain(429);
  expect(await inTurn(servers, 3, ask('wrong'))).toEqual([429, 429, 429]);
  expect(await inTurn(servers, 3, ask(credentials.client_secret))).toEqual([429, 429, 429]);
}, 120_000);
