import { afterAll, beforeAll, expect, test } from 'vitest';
import { type DemoServer, startDemo, startOtherwise } from '../compat/demo-server.ts';
import { type Finished, type Workplace, workplace } from '../support/cli.ts';

let demo: DemoServer;
let at: Workplace;
const ends: (() => Promise<void>)[] = [];

beforeAll(async () => {
  demo = await startDemo();
  ends.push(() => demo.server.close());
  at = workplace((clean) => ends.push(clean));
  at.write('secret', `${demo.credentials.clientSecret}\n`);
  at.write('wrong', 'a-wrong-secret');
  at.write('empty', '\n');
}, 120_000);
afterAll(async () => {
  for (const end of ends) await end();
});

const check = (url: string, ...args: string[]): Promise<Finished> =>
  at.genjin(['okki-check', url, '--client-id', demo.credentials.clientId, ...args]);

const hasNoSecret = ({ stdout, stderr }: Finished): void => {
  expect(stdout + stderr).not.toContain(demo.credentials.clientSecret);
  expect(stdout + stderr).not.toMatch(/23412\.[\w-]{20}/);
};

test('against Genjin itself: a table of what agrees, exit 0', async () => {
  const done = await check(`${demo.base}/v1/`, '--client-secret-file', 'secret');
  expect({ code: done.code, stderr: done.stderr }).toEqual({ code: 0, stderr: '' });
  expect(done.stdout).toMatch(/^\[page\] +agrees +GET \/v1\/dynamic\/trail\/list: every entry has the 28 fields of the page/m);
  expect(done.stdout).toMatch(/^\[doc\] +agrees +POST \/v1\/report\/info: every field is there/m);
  expect(done.stdout).toMatch(/\n\n\d+ agree, 0 differ, 0 are not applicable; \d+ requests\n$/);
  hasNoSecret(done);
});

test('against a server that differs: what was seen, exit 1, and no secret though it is sent back', async () => {
  const otherwise = await startOtherwise(demo, (answer, url) => {
    if (url.pathname !== '/v1/lead/info') return undefined;
    answer['code'] = 500;
    answer['message'] = `you are \u001b[31m${demo.credentials.clientSecret}`;
    return undefined;
  });
  ends.push(() => otherwise.close());
  const done = await check(otherwise.base, '--client-secret-file', 'secret');
  expect(done.code).toBe(1);
  expect(done.stdout).toMatch(
    /^\[doc\] +DIFFERS +GET \/v1\/lead\/info: every field of the info is there, in order and of its type\n +code 500, "you are /m,
  );
  expect(done.stdout).not.toContain('\u001b');
  hasNoSecret(done);

  const json = await check(otherwise.base, '--client-secret-file', 'secret', '--json', '--scope', 'lead');
  expect(json.code).toBe(1);
  const { base_url, requests, scenarios } = JSON.parse(json.stdout) as {
    base_url: string;
    requests: number;
    scenarios: Record<string, unknown>[];
  };
  expect(base_url).toBe(otherwise.base);
  expect(requests).toBeGreaterThan(5);
  expect(scenarios.filter(({ verdict }) => verdict === 'differs').length).toBeGreaterThan(2);
  expect(scenarios).toContainEqual({
    name: 'every entry has the 28 fields of the page, in order and of their types',
    routes: ['GET /v1/dynamic/trail/list'],
    mark: 'page',
    verdict: 'not applicable',
    seen: 'no scope company',
  });
  hasNoSecret(json);
});

test('a server that only differs in what is ours: exit 0', async () => {
  const otherwise = await startOtherwise(demo, (answer) => {
    if (answer['code'] === 400) answer['code'] = 404;
    return undefined;
  });
  ends.push(() => otherwise.close());
  const done = await check(otherwise.base, '--client-secret-file', 'secret', '--pause', '1');
  expect(done.stdout).toMatch(/^\[ours\] +DIFFERS +GET \/v1\/dynamic\/trail\/list: a count that is not accepted/m);
  expect(done.code).toBe(0);
});

test.each<[name: string, url: () => string | Promise<string>, secret: string, says: RegExp]>([
  [
    'no server',
    async () => {
      const gone = await startOtherwise(demo, () => undefined);
      await gone.close();
      return gone.base;
    },
    'secret',
    /^genjin: no token: no answer: ECONNREFUSED\n$/,
  ],
  [
    'a wrong secret',
    () => demo.base,
    'wrong',
    /^genjin: no token: HTTP 401, error "invalid_client", code 401, "Client authentication failed"\n$/,
  ],
  [
    'a page instead of the API',
    async () => {
      const page = await startOtherwise(demo, () => ({ text: '<!doctype html>', headers: { 'Content-Type': 'text/html' } }));
      ends.push(() => page.close());
      return page.base;
    },
    'secret',
    /^genjin: no token: HTTP 200 with HTML\n$/,
  ],
  [
    'a redirect, which would carry the secret elsewhere',
    async () => {
      const elsewhere = await startOtherwise(demo, () => ({ status: 301, text: '', headers: { Location: demo.base } }));
      ends.push(() => elsewhere.close());
      return elsewhere.base;
    },
    'secret',
    /^genjin: no token: HTTP 301: redirected to http:\/\/127\.0\.0\.1:\d+, which is not followed\n$/,
  ],
])('%s: exit 2', async (_, url, secret, says) => {
  const done = await check(await url(), '--client-secret-file', secret);
  expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 2, stdout: '' });
  expect(done.stderr).toMatch(says);
  hasNoSecret(done);
  expect(done.stderr).not.toContain('a-wrong-secret');
});

test.each<[args: string[], says: RegExp]>([
  [['ftp://x'], /the URL is not accepted; accepted: http or https/],
  [['https://user:pass@x.example'], /the URL is not accepted/],
  [['http://127.0.0.1:1?x=1'], /the URL is not accepted/],
  [['http://127.0.0.1:1', '--pause', '-1'], /--pause: "-1" is not accepted; accepted: a whole number of milliseconds/],
  [
    ['http://127.0.0.1:1', '--scope', 'company nothing'],
    /--scope: "company nothing" is not accepted; accepted: words of company lead/,
  ],
])('%j is refused', async (args, says) => {
  const done = await check(args[0] as string, '--client-secret-file', 'secret', ...args.slice(1));
  expect(done.code).toBe(1);
  expect(done.stderr).toMatch(says);
  expect(done.stderr).not.toContain('pass@');
});

test.each(['missing', 'empty'])('a secret file that is %s is refused', async (file) => {
  const done = await check('http://127.0.0.1:1', '--client-secret-file', file);
  expect({ code: done.code, stderr: done.stderr }).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('--client-secret-file:'),
  });
});
