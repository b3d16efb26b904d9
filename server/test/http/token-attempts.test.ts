/** Guessing at secrets and passwords is slowed down before anything is hashed. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { passwordDigest } from '../../src/domain/sign-in.ts';
import { networkOf } from '../../src/http/auth.ts';
import type { Answer } from '../support/http.ts';
import { addPerson, askJson, refreshBody, refreshPath, signInBody } from '../support/people.ts';
import { type Credentials, type ServerOptions, startServer, type TestServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
/** Of the address or, behind a proxy, of who it says. */
const from = (address: string) => ({ 'X-Forwarded-For': address });

async function start(settings: ServerOptions = {}): Promise<TestServer> {
  const server = await startServer({ now, rateLimit: 0, ...settings });
  onTestFinished(server.close);
  return server;
}

const tokenBody = ({ clientId, clientSecret }: Credentials) => ({
  grant_type: 'client_credentials',
  client_id: clientId,
  client_secret: clientSecret,
});

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
const statusOf = (answer: Answer): number => answer.status;

/** What each attempt is answered with, one after the other. */
async function statuses(count: number, attempt: (i: number) => Promise<Answer>): Promise<number[]> {
  const found: number[] = [];
  for (let i = 0; i < count; i++) found.push((await attempt(i)).status);
  return found;
}

function expectWait(answer: Answer, seconds: number): void {
  expect(answer.status).toBe(429);
  expect(answer.headers['retry-after']).toBe(String(seconds));
  const message = `too many requests; try again in ${seconds} s`;
  // Its clients look for OAuth's names.
  expect(answer.json()).toMatchObject({
    code: 429,
    message,
    error: 'temporarily_unavailable',
    error_description: message,
    data: [],
  });
}

describe('by account', () => {
  interface Guessed {
    readonly right: Record<string, string>;
    readonly wrong: Record<string, string>;
    readonly path: string;
    /** What a wrong one is answered with. */
    readonly refusal: number;
  }
  const rows: { name: string; guessed(server: TestServer): Promise<Guessed> }[] = [
    {
      name: 'the secret of an application',
      guessed: async (server) => {
        const right = tokenBody(await server.application());
        return { right, wrong: { ...right, client_secret: 'wrong' }, path: tokenPath, refusal: 401 };
      },
    },
    {
      name: 'the password of a person',
      guessed: async (server) => {
        const application = await server.application();
        const right = signInBody(application, await addPerson(server, 'li@example.com'));
        return { right, wrong: { ...right, password: passwordDigest('wrong') }, path: tokenPath, refusal: 401 };
      },
    },
    {
      name: 'the secret of an application, where people sign in',
      guessed: async (server) => {
        const right = signInBody(await server.application(), await addPerson(server, 'li@example.com'));
        return { right, wrong: { ...right, client_secret: 'wrong' }, path: tokenPath, refusal: 401 };
      },
    },
  ];

  it.each(rows)('$name: ten are free, then each wrong one makes the next wait longer', async ({ guessed }) => {
    const server = await start();
    const { right, wrong, path, refusal } = await guessed(server);
    expect(await statuses(10, () => askJson(server, path, wrong))).toEqual(times(10, refusal));
    for (const seconds of [1, 2, 4, 8, 16, 32, 60, 60]) {
      // The right one too: nothing is looked at.
      expectWait(await askJson(server, path, right), seconds);
      server.clock.advance(1000 * seconds - 1);
      expectWait(await askJson(server, path, wrong), 1);
      server.clock.advance(1);
      expect((await askJson(server, path, wrong)).status).toBe(refusal);
    }
    server.clock.advance(60_000);
    expect((await askJson(server, path, right)).status).toBe(200);
    // Being right cleared the account.
    expect(await statuses(10, () => askJson(server, path, wrong))).toEqual(times(10, refusal));
    expectWait(await askJson(server, path, right), 1);
  });

  it('refreshing counts for the application', async () => {
    const server = await start();
    const application = await server.application();
    const wrong = refreshBody({ ...application, clientSecret: 'wrong' }, '23412.x');
    expect(await statuses(10, () => askJson(server, refreshPath, wrong))).toEqual(times(10, 400));
    expectWait(await askJson(server, refreshPath, refreshBody(application, '23412.x')), 1);
    expectWait(await askJson(server, tokenPath, tokenBody(application)), 1);
  });

  it('an application or a person that is not there counts alike', async () => {
    const server = await start({ behindProxy: true });
    const application = await server.application();
    const nobody = { clientId: '23412-nobody', clientSecret: 'wrong' };
    const bodies = [tokenBody(nobody), signInBody(application, { email: 'nobody@example.com', password: 'x' })];
    for (const [i, body] of bodies.entries()) {
      const attempt = () => askJson(server, tokenPath, body, from(`10.0.0.${i}`));
      expect(await statuses(11, attempt)).toEqual([...times(10, 401), 429]);
    }
  });

  it('others go on: another application, another person, the same person through another application', async () => {
    const server = await start();
    const [first, second] = [await server.application(), await server.application()];
    const person = await addPerson(server, 'li@example.com');
    const other = await addPerson(server, 'wang@example.com');
    const wrong = { ...signInBody(first, person), password: passwordDigest('wrong') };
    expect((await statuses(11, () => askJson(server, tokenPath, wrong))).at(-1)).toBe(429);
    // The secret is not looked at either.
    expect((await askJson(server, tokenPath, { ...wrong, client_secret: 'wrong' })).status).toBe(429);
    // Neither the size of letters nor blanks make it another person.
    expect((await askJson(server, tokenPath, { ...wrong, username: ' LI@example.com' })).status).toBe(429);
    const rest = [signInBody(first, other), signInBody(second, person), tokenBody(first), tokenBody(second)];
    expect((await Promise.all(rest.map((body) => askJson(server, tokenPath, body)))).map(statusOf)).toEqual(times(4, 200));
  });

  it('of a burst of guesses no more are looked at than one after the other', async () => {
    const server = await start({ behindProxy: true });
    const application = await server.application();
    const wrong = tokenBody({ ...application, clientSecret: 'wrong' });
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => askJson(server, tokenPath, wrong, from(`10.0.1.${i}`))),
    );
    expect(answers.map(statusOf).toSorted()).toEqual([...times(10, 401), ...times(30, 429)]);
  });

  it('of a burst of right ones none is refused', async () => {
    const server = await start();
    const body = tokenBody(await server.application());
    const answers = await Promise.all(times(40, null).map(() => askJson(server, tokenPath, body)));
    expect(answers.map(statusOf)).toEqual(times(40, 200));
  });

  it('what is no guess does not count: a missing field, a module, a grant, a store that is gone', async () => {
    const server = await start();
    const application = await server.application();
    const right = tokenBody(application);
    const harmless = [
      { ...right, client_secret: '' },
      { ...right, scope: 'nonsense' },
      { ...right, grant_type: 'magic' },
    ];
    for (const body of harmless) expect(await statuses(12, () => askJson(server, tokenPath, body))).toEqual(times(12, 400));
    const refreshing = refreshBody(application, '23412.x');
    expect(await statuses(12, () => askJson(server, refreshPath, refreshing))).toEqual(times(12, 400));
    expect((await askJson(server, tokenPath, right)).status).toBe(200);
    await server.core.close();
    expect(await statuses(12, () => askJson(server, tokenPath, right))).toEqual(times(12, 503));
  });

  it('failures are forgotten after an hour, and a clock that was put back locks nobody out', async () => {
    const server = await start();
    const right = tokenBody(await server.application());
    const wrong = { ...right, client_secret: 'wrong' };
    expect((await statuses(11, () => askJson(server, tokenPath, wrong))).at(-1)).toBe(429);
    server.clock.advance(-1000);
    expect((await askJson(server, tokenPath, wrong)).status).toBe(401);
    expectWait(await askJson(server, tokenPath, wrong), 2);
    // After the last one by the clock that was ahead.
    server.clock.advance(3601_000);
    expect(await statuses(11, () => askJson(server, tokenPath, wrong))).toEqual([...times(10, 401), 429]);
  });
});

describe('by address', () => {
  const guess = (server: TestServer, i: number, headers = {}): Promise<Answer> =>
    askJson(server, tokenPath, tokenBody({ clientId: `23412-nobody${i}`, clientSecret: 'wrong' }), headers);

  it('thirty wrong ones at whatever account are free, then waits grow up to 15 minutes; being right does not clear it', async () => {
    const server = await start();
    const right = tokenBody(await server.application());
    expect(await statuses(29, (i) => guess(server, i))).toEqual(times(29, 401));
    expect((await askJson(server, tokenPath, right)).status).toBe(200);
    expect((await guess(server, 29)).status).toBe(401);
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]) {
      expectWait(await askJson(server, tokenPath, right), seconds);
      server.clock.advance(1000 * seconds);
      expect((await guess(server, 100 + seconds)).status).toBe(401);
    }
    server.clock.advance(900_000);
    expect((await askJson(server, tokenPath, right)).status).toBe(200);
  });

  const rows: { name: string; addresses(i: number): string; other: string; same: string }[] = [
    { name: 'IPv4 by its address', addresses: () => '192.0.2.1', same: '192.0.2.1', other: '192.0.2.2' },
    {
      name: 'IPv6 by its /64',
      addresses: (i) => `2001:db8:0:1::${(i + 1).toString(16)}`,
      same: '2001:db8:0:1:ffff::1',
      other: '2001:db8:0:2::1',
    },
    {
      name: 'what a client says came before it is not looked at',
      addresses: (i) => `10.0.2.${i}, 192.0.2.1`,
      same: '192.0.2.1',
      other: '10.0.2.1',
    },
  ];
  it.each(rows)('$name', async ({ addresses, same, other }) => {
    const server = await start({ behindProxy: true });
    const right = tokenBody(await server.application());
    expect(await statuses(30, (i) => guess(server, i, from(addresses(i))))).toEqual(times(30, 401));
    expectWait(await askJson(server, tokenPath, right, from(same)), 1);
    expect((await askJson(server, tokenPath, right, from(other))).status).toBe(200);
  });

  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::1', '0:0:0:0::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:0DB8:0000:0000:1:2:3:4', '2001:db8:0:0::/64'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])('%s stands for %s', (address, network) => {
    expect(networkOf(address)).toBe(network);
  });
});
