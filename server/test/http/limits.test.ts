/** So many requests a minute, for an application and for an address; and whose word counts about an address. */
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Answer } from '../support/http.ts';
import { listPath, type ServerOptions, startServer, type TestServer, tokenPath } from '../support/server.ts';

const now = '2024-11-04 10:49:07';

async function start(settings: ServerOptions): Promise<TestServer> {
  const server = await startServer({ now, ...settings });
  onTestFinished(server.close);
  return server;
}

function expectTooMany(answer: Answer): void {
  expect(answer.status).toBe(429);
  const seconds = Number(answer.headers['retry-after']);
  expect(Number.isInteger(seconds) && seconds >= 1 && seconds <= 60).toBe(true);
  expect(answer.json()).toEqual({ code: 429, message: `too many requests; try again in ${seconds} s`, now, data: [] });
  expect(answer.headers['x-request-id']).toBeDefined();
}

/** One request after the other, by what `X-Forwarded-For` each carries. */
async function statuses(server: TestServer, path: string, forwarded: readonly (string | null)[]): Promise<number[]> {
  const found: number[] = [];
  for (const from of forwarded) {
    const answer = await server.send(path, { headers: from === null ? {} : { 'X-Forwarded-For': from } });
    if (answer.status === 429) expectTooMany(answer);
    found.push(answer.status);
  }
  return found;
}

const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);

describe('by address', () => {
  const small = { rateLimit: 3 };
  const proxied = { rateLimit: 3, behindProxy: true };
  const rows: { name: string; settings: ServerOptions; path?: string; forwarded: (string | null)[]; expected: number[] }[] = [
    { name: 'one too many', settings: small, forwarded: times(5, null), expected: [200, 200, 200, 429, 429] },
    {
      name: 'a path that is not there counts too',
      settings: small,
      path: '/no',
      forwarded: times(4, null),
      expected: [404, 404, 404, 429],
    },
    {
      name: 'a refused token counts too',
      settings: small,
      path: listPath,
      forwarded: times(4, null),
      expected: [401, 401, 401, 429],
    },
    {
      name: 'X-Forwarded-For is not believed without a proxy',
      settings: small,
      forwarded: ['1.1.1.1', '2.2.2.2', '3.3.3.3', '4.4.4.4'],
      expected: [200, 200, 200, 429],
    },
    {
      name: 'behind a proxy each client has its own count',
      settings: proxied,
      forwarded: ['1.1.1.1', '1.1.1.1', '1.1.1.1', '2.2.2.2', '1.1.1.1', '2.2.2.2'],
      expected: [200, 200, 200, 200, 429, 200],
    },
    {
      name: 'behind a proxy only the last hop is believed: a client that invents others gains nothing',
      settings: proxied,
      forwarded: ['1.1.1.1, 9.9.9.9', '2.2.2.2, 9.9.9.9', '3.3.3.3,4.4.4.4, 9.9.9.9', '5.5.5.5, 9.9.9.9'],
      expected: [200, 200, 200, 429],
    },
    {
      name: 'behind a proxy the first hop of others does not exhaust its own count',
      settings: proxied,
      forwarded: ['1.1.1.1, 6.6.6.6', '1.1.1.1, 7.7.7.7', '1.1.1.1, 8.8.8.8', '1.1.1.1, 9.9.9.9'],
      expected: [200, 200, 200, 200],
    },
    {
      name: 'behind a proxy a client that calls itself this machine is not exempt',
      settings: proxied,
      forwarded: times(4, '127.0.0.1'),
      expected: [200, 200, 200, 429],
    },
    {
      name: 'behind a proxy a request without the header counts for the proxy',
      settings: proxied,
      forwarded: times(4, null),
      expected: [200, 200, 200, 429],
    },
  ];
  it.each(rows)('$name', async ({ settings, path = '/', forwarded, expected }) => {
    expect(await statuses(await start(settings), path, forwarded)).toEqual(expected);
  });

  it.each(['/healthz', '/readyz', '/metrics'])('%s is never turned away: who watches asks often', async (path) => {
    const server = await start({ rateLimit: 3 });
    expect(await statuses(server, path, times(10, null))).toEqual(times(10, 200));
    // Nor does watching use up what the others may ask.
    expect(await statuses(server, '/', times(4, null))).toEqual([200, 200, 200, 429]);
  });

  it('a guess at a secret counts too', async () => {
    const server = await start({ rateLimit: 3 });
    const guess = (i: number): Promise<Answer> =>
      server.send(tokenPath, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: { grant_type: 'client_credentials', client_id: '23412-x', client_secret: `guess ${i}` },
      });
    const found: number[] = [];
    for (let i = 0; i < 3; i++) found.push((await guess(i)).status);
    expect(found).toEqual([401, 401, 401]);
    const turnedAway = await guess(3);
    expect(turnedAway.status).toBe(429);
    expect(turnedAway.headers['retry-after']).toMatch(/^\d+$/);
    // Its clients look for OAuth's names.
    expect(turnedAway.json()).toMatchObject({ code: 429, error: 'temporarily_unavailable', data: [] });
  });
});

describe('by application', () => {
  it('from wherever it asks; another one is not touched', async () => {
    const server = await start({ rateLimit: 4, behindProxy: true });
    const [first, second] = [await server.application(), await server.application()];
    let hosts = 0;
    const ask = async (token: string): Promise<Answer> =>
      server.get(token, listPath, { 'X-Forwarded-For': `10.0.${Math.floor(hosts / 200)}.${1 + (hosts++ % 200)}` });
    // Two tokens of one application share its count.
    const tokens = [await server.token(first), await server.token(first)];
    const other = await server.token(second);
    const found: number[] = [];
    for (let i = 0; i < 6; i++) {
      const answer = await ask(tokens[i % 2] ?? '');
      if (answer.status === 429) expectTooMany(answer);
      found.push(answer.status);
    }
    expect(found).toEqual([200, 200, 200, 200, 429, 429]);
    expect((await ask(other)).status).toBe(200);
  });
});

describe('without --rate-limit: 600 a minute', () => {
  const portions = async (server: TestServer, count: number): Promise<number[]> => {
    const found: number[] = [];
    while (found.length < count) {
      const portion = Math.min(50, count - found.length);
      const answers = await Promise.all(times(portion, null).map(() => server.send('/')));
      found.push(...answers.map((answer) => answer.status));
    }
    return found;
  };

  it('none for this machine', async () => {
    const found = await portions(await start({}), 610);
    expect(found.filter((status) => status !== 200)).toEqual([]);
  });

  it('but for this machine too behind a proxy, where nothing counts as loopback', async () => {
    const found = await portions(await start({ behindProxy: true }), 610);
    expect(found.filter((status) => status === 200).length).toBe(600);
    expect(found.filter((status) => status === 429).length).toBe(10);
  });

  it('--rate-limit 0: none, behind a proxy too', async () => {
    const found = await portions(await start({ behindProxy: true, rateLimit: 0 }), 610);
    expect(found.filter((status) => status !== 200)).toEqual([]);
  });
});
