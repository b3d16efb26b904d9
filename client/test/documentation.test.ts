import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import * as api from '@genjin/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { demoMailbox } from '../../server/src/demo/demo-person.ts';
import { modules } from '../../server/src/domain/application.ts';
import { okkiHeaders, sealedData } from './other-side.ts';
import { type Receiver, startReceiver } from './receiver.ts';
import { type RunningServer, startServer, tenantId } from './running-server.ts';

const sources = new URL('../src/', import.meta.url);

/** The examples in the order of the sources, by what they are examples of, such as `Trails.list`. */
const examples = new Map(
  readdirSync(sources).flatMap((file) => {
    const source = readFileSync(new URL(file, sources), 'utf8');
    const owner = /class (\w+) extends Resource/.exec(source)?.[1];
    const blocks = source.matchAll(/@example\n((?: *\*(?!\/).*\n)+) *\*\/\n( *)(?:export |async |\*|class |function )*(\w+)/g);
    return [...blocks].map(([, text = '', indent = '', name = '']) => {
      const example = text.replaceAll(/^ *\* ?/gm, '');
      return [indent === '' ? name : `${owner}.${name}`, example] as const;
    });
  }),
);

/** Everything that can be called. */
function callable(): string[] {
  const client = new api.GenjinClient({ baseUrl: 'http://127.0.0.1', accessToken: 'T' });
  const methods = (resource: object): string[] => {
    const { name, prototype } = resource.constructor;
    const own = Object.getOwnPropertyNames(prototype).filter((method) => method !== 'constructor');
    const parts = Object.entries(resource).filter(([part]) => part !== 'transport');
    return [...own.map((method) => `${name}.${method}`), ...parts.flatMap(([, part]) => methods(part as object))];
  };
  const resources = Object.values(client).flatMap(methods);
  return [...Object.keys(api), ...resources];
}

let server: RunningServer;
let receiver: Receiver;
let credentials: { clientId: string; clientSecret: string };
let client: api.GenjinClient;
/** Of the page, with an admin signed in. */
let page: api.GenjinClient;

/** So that the receiver knows the secret that an example is given. */
const listening: typeof fetch = async (input, init) => {
  const response = await fetch(input, init);
  const { data } = (await response.clone().json()) as { data?: { security_config?: string; webhook_secret?: string } };
  receiver.secret = data?.security_config ?? data?.webhook_secret ?? receiver.secret;
  return response;
};

beforeAll(async () => {
  [server, receiver] = await Promise.all([startServer(), startReceiver()]);
  credentials = await server.application([...modules]);
  client = new api.GenjinClient({ baseUrl: server.baseUrl, ...credentials, fetch: listening });
  await client.leads.push({ name: 'Polar Goods' });
  page = new api.GenjinClient({ baseUrl: server.baseUrl, session: true, fetch: browser(listening) });
  const staff = { userId: null, name: 'n', password: 'correct horse', replace: false } as const;
  for (const email of ['li@example.com', demoMailbox.email])
    await server.core.signIns.create(tenantId, { ...staff, email, role: 'admin' });
  await page.session.create({ email: 'li@example.com', password: staff.password });
});

/** A fetch that keeps the cookie, as a browser does. */
function browser(through: typeof fetch): typeof fetch {
  let cookie = '';
  return async (input, init) => {
    const response = await through(input, { ...init, headers: { ...(init?.headers as Record<string, string>), Cookie: cookie } });
    cookie = response.headers.getSetCookie()[0]?.split(';')[0] ?? cookie;
    return response;
  };
}

afterAll(() => Promise.all([server.stop(), receiver.stop()]));

/** What the first admin of an enterprise shows, and the enterprise. */
async function setupCode(): Promise<string | null> {
  await server.core.tenants.create({ tenantId: 7, name: 'seven', createdAt: 0 });
  return server.core.sessions.setupCode(7);
}

/** What an example about a message finds. */
function message() {
  const secret = randomBytes(32).toString('base64');
  const event = { biz_type: 'xiaoman.crm.dynamic_trail.create', biz_data: { trail_id: 25646265871658 } };
  const rawBody = JSON.stringify({ message_id: 'msg_1', data: sealedData(JSON.stringify({ biz: [event] }), secret) });
  const headers = okkiHeaders(rawBody, secret, String(Math.floor(Date.now() / 1000)));
  return { rawBody, headers, secret };
}

test('everything that can be called has an example', () => {
  const resources = [
    ...[
      'Admin',
      'AdminApplications',
      'AdminImports',
      'AdminUsers',
      'AdminWebhooks',
      'Comments',
      'Companies',
      'Files',
      'Leads',
      'Mirrors',
      'NextFollowUps',
    ],
    ...['Opportunities', 'Reports', 'Session', 'Stats', 'Subjects', 'Trails', 'Users', 'Webhooks'],
  ];
  expect([...new Set(callable().flatMap((name) => (name.includes('.') ? [name.replace(/\..*/, '')] : [])))].sort()).toEqual(
    resources,
  );
  expect([...examples.keys()].sort()).toEqual(callable().sort());
});

// One after the other, at one server: what an example makes is there for the next.
describe('the example of', () => {
  test.each([...examples])('%s runs', async (name, example) => {
    const own = example
      .replaceAll('http://127.0.0.1:8787', server.baseUrl)
      .replaceAll('23412-example', credentials.clientId)
      .replaceAll('shown once by: genjin app create', credentials.clientSecret)
      .replaceAll('https://crm.example.com/', receiver.url.replace(/okki$/, ''));
    const lines: unknown[][] = [];
    // An enterprise more is one that must be named where somebody signs in.
    const code = name === 'Session.setup' ? await setupCode() : null;
    const scope = { ...api, ...message(), code, console: { log: (...words: unknown[]) => lines.push(words) } };
    const known: Record<string, unknown> = own.includes('const client')
      ? scope
      : { ...scope, client: /^(Admin|Session)/.test(name) ? page : client };
    const run = new Function(...Object.keys(known), `return (async () => {\n${own}\n})()`);
    await run(...Object.values(known));
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.flat()).not.toContain(undefined);
  });

  test('webhooks reached the receiver', () => {
    expect(receiver.refused).toEqual([]);
    expect(receiver.received.flatMap(({ events }) => events)).toContainEqual({
      biz_type: 'xiaoman.open.callback.test',
      biz_data: 'success',
    });
  });
});

test('what the README shows runs', async () => {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const [first = '', second = ''] = [...readme.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code]) => code);
  const own = first
    .replace(/^import.*\n/, '')
    .replace('http://127.0.0.1:8787', server.baseUrl)
    .replace(
      "clientId: '…', clientSecret: '…'",
      `clientId: '${credentials.clientId}', clientSecret: '${credentials.clientSecret}'`,
    );
  const lines: unknown[][] = [];
  await new Function('GenjinClient', 'console', `return (async () => {\n${own}\n})()`)(api.GenjinClient, {
    log: (...words: unknown[]) => lines.push(words),
  });
  expect(lines.length).toBeGreaterThanOrEqual(6);
  const { rawBody, headers, secret } = message();
  const answers: string[] = [];
  const scope = { ...api, rawBody, request: { headers }, secret, response: { end: (text: string) => answers.push(text) } };
  await new Function(...Object.keys(scope), `return (async () => {\n${second}\n})()`)(...Object.values(scope));
  expect(answers).toEqual(['{"code":200,"data":{"message_id":"msg_1"}}']);
});
