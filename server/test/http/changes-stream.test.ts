/** The change feed as server-sent events: nothing lost and nothing doubled, whoever writes and however often the connection is cut. */
import type { Socket } from 'node:net';
import { afterAll, describe, expect, it } from 'vitest';
import { openCore } from '../../src/app.ts';
import type { Caller } from '../../src/domain/application.ts';
import { noCall, type Portions } from '../../src/http/route.ts';
import { changeRoutes } from '../../src/http/routes/change-routes.ts';
import { entry, testTenant } from '../support/entries.ts';
import { type EventStream, openStream } from '../support/event-stream.ts';
import { recorded } from '../support/push.ts';
import { pushPath, startServer, type TestServer } from '../support/server.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';

const changesPath = '/v1/dynamic/trail/changes';
const streamPath = '/v1/dynamic/trail/changes/stream';

const server = await startServer();
afterAll(() => server.close());
await server.import([entry({ trail_id: 11, company_id: 1, lead_id: 3, create_user: 6 })]);
const application = await server.application(testTenant, 'company lead opportunity user');
const token = await server.token(application);

const open = (query = '', headers: Record<string, string> = {}, cutAfter?: number): Promise<EventStream> =>
  openStream(server.port, `${streamPath}?${query}`, { Authorization: token, ...headers }, cutAfter);

const record = async (content: string, on: TestServer = server, as = token): Promise<number> =>
  recorded(await on.post(as, pushPath, { company_id: 1, content }));

const headOf = async (): Promise<number> => (await server.core.trailStore.head(testTenant)).revision;

const idsOf = ({ events }: EventStream): number[] => events.map(({ id }) => Number(id));
const upTo = (revision: number) => (stream: EventStream) =>
  stream.until(() => (Number(stream.lastId()) >= revision ? idsOf(stream) : undefined));
const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

describe('a stream', () => {
  it('gives what is there already, then each change as it is made, as the feed has it', async () => {
    const stream = await open('after=0');
    expect({ status: stream.status, type: stream.headers['content-type'], cache: stream.headers['cache-control'] }).toEqual({
      status: 200,
      type: 'text/event-stream; charset=utf-8',
      cache: 'no-cache, no-transform',
    });
    const before = await headOf();
    expect(stream.headers['x-genjin-revision']).toBe(String(before));
    expect(await upTo(before)(stream)).toEqual(from(1, before));
    await record('第一行\n第二行\r\n\u2028 "quoted"');
    await server.post(token, '/v1/company/pushCompanyAndCustomers', { company_id: 1, name: 'renamed' });
    const head = await headOf();
    expect(await upTo(head)(stream)).toEqual(from(1, head));
    const answer = await server.get(token, `${changesPath}?count=1000`);
    const { list } = answer.json<{ data: { list: { kind: string; action: string }[] } }>().data;
    expect(stream.events.map(({ data }) => JSON.parse(data))).toEqual(list);
    expect(stream.events.map(({ event }) => event)).toEqual(list.map(({ kind, action }) => `${kind}.${action}`));
    expect(stream.text()).toMatch(/^retry: \d+\n\n/);
    stream.cut();
  });

  it('begins with what comes from now on, unless it is told otherwise', async () => {
    const stream = await open();
    const id = await record('new');
    const [first] = await stream.until(() => (stream.events.length > 0 ? stream.events : undefined));
    expect(JSON.parse(first?.data ?? '')).toMatchObject({ kind: 'trail', object_id: id });
    stream.cut();
    const again = await open('after=0', { 'Last-Event-ID': String((await headOf()) - 1) });
    expect(await upTo(await headOf())(again)).toEqual([await headOf()]);
    again.cut();
  });

  it('hears of what another program writes', async () => {
    const another = await openCore(server.place, { make: false, clock: server.clock.now });
    try {
      const stream = await open('kind=lead');
      await another.importer.learn(testTenant, [{ kind: 'lead', id: 3, fields: { leadId: 3, name: 'of another' } }], Date.now());
      const [heard] = await stream.until(() => (stream.events.length > 0 ? stream.events : undefined));
      expect(heard).toMatchObject({ event: 'lead.edited', id: String(await headOf()) });
      expect(JSON.parse(heard?.data ?? '')).toMatchObject({ object: { name: 'of another' }, actor: 'command:import' });
      stream.cut();
    } finally {
      await another.close();
    }
  });

  it.each([
    ['after=x', {}, 'after: "x" is not accepted'],
    ['after=999999', {}, 'after: 999999 is not accepted; accepted: a revision up to the last one'],
    ['', { 'Last-Event-ID': 'x' }, 'Last-Event-ID: "x" is not accepted'],
    ['kind=deal', {}, 'kind: "deal" is not accepted'],
  ])('%s %j is refused before it begins', async (query, headers, message) => {
    const stream = await open(query, headers);
    await stream.ended;
    expect({ status: stream.status, type: stream.headers['content-type'] }).toEqual({
      status: 200,
      type: 'application/json; charset=utf-8',
    });
    expect(stream.text()).toContain(JSON.stringify(message).slice(1, -1));
  });

  it('is not opened by HEAD, which would read it to no end', async () => {
    const answer = await server.send(streamPath, { method: 'HEAD', headers: { Authorization: token } });
    expect({ status: answer.status, allow: answer.headers.allow }).toEqual({ status: 405, allow: 'GET' });
  });

  it('is one of ten at most, and makes room when it ends', async () => {
    const streams = [];
    for (let i = 0; i < 10; i++) streams.push(await open());
    expect(streams.map(({ status }) => status)).toEqual(new Array(10).fill(200));
    const refused = await open();
    await refused.ended;
    expect(refused.status).toBe(429);
    expect(refused.text()).toContain('10 event streams open');
    // Another application has its own.
    const other = await openStream(server.port, streamPath, { Authorization: await server.tokenOf() });
    expect(other.status).toBe(200);
    for (const stream of [other, ...streams]) stream.cut();
    for (let status = 429; status === 429; ) {
      const next = await open();
      status = next.status;
      next.cut();
    }
  });
});

it('loses nothing and doubles nothing over 50 cut connections under writes', { timeout: 120_000 }, async () => {
  const random = randomFrom(announceSeed('changes stream'));
  const start = await headOf();
  let writing = true;
  const written = (async () => {
    for (let i = 0; writing; i++) {
      await record(`打电话 ${i} ${'长'.repeat(Math.floor(random() * 300))}`);
      if (random() < 0.2) {
        const list = Array.from({ length: 1 + Math.floor(random() * 200) }, (_, n) => ({ company_id: 1, content: `${i} ${n}` }));
        await server.post(token, `${pushPath}/batch`, { list });
      }
    }
  })();
  const seen: number[] = [];
  let last = String(start);
  for (let cuts = 0; cuts < 50; cuts++) {
    // Some in the middle of an event, some before the first.
    const stream = await open('', { 'Last-Event-ID': last }, Math.floor(random() ** 2 * 60_000));
    await stream.ended;
    seen.push(...idsOf(stream));
    last = stream.lastId() === '' ? last : stream.lastId();
  }
  writing = false;
  await written;
  const head = await headOf();
  const rest = await open('', { 'Last-Event-ID': last });
  seen.push(...(await upTo(head)(rest)));
  rest.cut();
  expect(seen).toEqual(from(start + 1, head));
  expect(seen.length).toBeGreaterThan(100);
});

it('is held up by a client that does not read, and does not pile up', { timeout: 60_000 }, async () => {
  const own = await startServer();
  try {
    const long = '长'.repeat(20_000);
    await own.import(Array.from({ length: 2000 }, (_, i) => entry({ company_id: 1, content: `${i} ${long}` })));
    const sockets: Socket[] = [];
    own.app.server.on('connection', (socket) => sockets.push(socket));
    const stream = await openStream(own.port, `${streamPath}?after=0&kind=trail`, { Authorization: await own.tokenOf() });
    await stream.until(() => (stream.events.length > 0 ? true : undefined));
    stream.pause();
    const socket = sockets.at(-1) as Socket;
    // Until nothing more goes out.
    for (let sent = -1; socket.bytesWritten !== sent; ) {
      sent = socket.bytesWritten;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(socket.bytesWritten).toBeLessThan(60_000_000);
    stream.cut();
    await stream.ended;
  } finally {
    await own.close();
  }
});

it('ends when the server stops', async () => {
  const own = await startServer();
  const stream = await openStream(own.port, streamPath, { Authorization: await own.tokenOf() });
  expect(stream.status).toBe(200);
  await own.close();
  await stream.ended;
});

it('ends when its application is revoked', { timeout: 60_000 }, async () => {
  const own = await startServer();
  try {
    const credentials = await own.application();
    const stream = await openStream(own.port, streamPath, { Authorization: await own.token(credentials) });
    await own.core.applications.revoke(credentials.clientId);
    await stream.ended;
    expect(stream.status).toBe(200);
  } finally {
    await own.close();
  }
});

describe('in silence', () => {
  const caller: Caller = {
    tenantId: testTenant,
    clientId: 'test',
    userId: 1,
    member: false,
    scopes: new Set(['company', 'lead']),
    actor: 'app:test',
  };
  const opened = async (query: Record<string, unknown>): Promise<Portions> => {
    const routes = changeRoutes(server.core.changes, { perApplication: 1, heartbeat: 30 });
    const route = routes.find(({ path }) => path === streamPath);
    return (await route?.handle(caller, query, noCall)) as Portions;
  };

  it('it says that it is there, and moves the id on over what was not asked for', async () => {
    const ended = new AbortController();
    const head = await headOf();
    const texts: string[] = [];
    for await (const text of (await opened({ kind: 'lead', after: head })).body(ended.signal, async () => true)) {
      texts.push(String(text));
      if (texts.length === 2) await record('of another kind');
      if (String(text).includes(`id: ${head + 1}`)) break;
    }
    expect(texts[0]).toBe('retry: 1000\n\n');
    expect(texts[1]).toBe(`: still here\nid: ${head}\n\n`);
    expect(texts.at(-1)).toBe(`: still here\nid: ${head + 1}\n\n`);
  });

  it('and in noise, it ends when the token opens the route no more', async () => {
    const ended = new AbortController();
    let asked = 0;
    const texts: string[] = [];
    for await (const text of (await opened({ after: 0 })).body(ended.signal, async () => ++asked < 3)) texts.push(String(text));
    expect(asked).toBe(3);
    expect(texts.join('')).toContain('event: trail.recorded');
  });

  it('it ends at once when it is told to', async () => {
    const ended = new AbortController();
    const body = (await opened({})).body(ended.signal, async () => true)[Symbol.asyncIterator]();
    await body.next();
    ended.abort();
    expect((await body.next()).done).toBe(true);
  });
});
