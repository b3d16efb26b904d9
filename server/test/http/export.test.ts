import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columns } from '../../src/export/columns.ts';
import { recordsOf } from '../support/csv.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { listPath, startServer, type TestServer } from '../support/server.ts';
import { sheetsOf } from '../support/xlsx.ts';

const path = '/v1/dynamic/trail/export';

let server: TestServer;
let token: string;

const day = (i: number): string => `2024-05-${String(1 + (i % 28)).padStart(2, '0')} 12:00:${String(i % 60).padStart(2, '0')}`;
/** More than a portion, in all kinds of states. */
const many: readonly WireEntry[] = Array.from({ length: 1300 }, (_, i) =>
  entry({
    trail_id: 100 + i,
    type: 101 + (i % 5),
    company_id: i % 7,
    lead_id: i % 3,
    opportunity_id: i % 4 === 0 ? 5 : 0,
    create_user: 1 + (i % 4),
    customer_id: i % 2 === 0 ? [3, 4] : [],
    content: `客户说 ${i % 10} 号发货，order ${i}`,
    create_time: day(i),
    created_at: day(i * 3),
    update_time: day(i * 5),
    delete_flag: i % 11 === 0 ? 1 : 0,
    enable_flag: i % 13 === 0 ? 0 : 1,
  }),
);

beforeAll(async () => {
  server = await startServer();
  await server.import(many);
  token = await server.tokenOf();
});
afterAll(() => server.close());

/** The list's own entries over all of its pages, as text. */
async function listed(query: string): Promise<string[]> {
  const entries: string[] = [];
  for (let page = 1; ; page++) {
    const answer = await server.get(token, `${listPath}?${encodeURI(query)}&count=500&start_index=${page}`);
    const { data } = answer.json<{ data: { list: unknown[]; totalItem: number } }>();
    entries.push(...data.list.map((one) => JSON.stringify(one)));
    if (page * 500 >= data.totalItem) return entries;
  }
}

const place = (header: string): number => columns.findIndex((column) => column.header.en === header);

describe('any filter: what the list gives over all its pages, in its order', () => {
  const queries = [
    '',
    'company_id=3',
    'lead_id=1',
    'opportunity_id=5',
    'company_id=4&opportunity_id=5',
    'start_time=2024-05-03&end_time=2024-05-09 12:00:30',
    'type=101,103',
    'create_user=2,3',
    'customer_id=4',
    'keyword=发货',
    'keyword=order 12',
    'time_type=1',
    'time_type=3&sort=asc&start_time=2024-05-10',
    'removed=1',
    'sort=asc',
    'company_id=3&type=102&create_user=2&keyword=客户&sort=asc',
    'company_id=999',
  ];
  test.each(queries)('%s', async (query) => {
    const expected = await listed(query);
    const answer = await server.get(token, `${path}?${encodeURI(query)}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toBe(expected.map((line) => `${line}\n`).join(''));

    const ids = expected.map((line) => String((JSON.parse(line) as { trail_id: number }).trail_id));
    const csv = recordsOf((await server.get(token, `${path}?format=csv&${encodeURI(query)}`)).text.slice(1));
    expect(csv.slice(1).map((record) => record[place('Entry ID')])).toEqual(ids);
    const sheets = sheetsOf((await server.get(token, `${path}?format=xlsx&language=en&${encodeURI(query)}`)).body);
    expect(sheets[0]?.rows.slice(1).map((row) => row[place('Entry ID')])).toEqual(ids);
  });
});

describe('what the file is', () => {
  const cases: [format: string, contentType: string][] = [
    ['ndjson', 'application/x-ndjson; charset=utf-8'],
    ['csv', 'text/csv; charset=utf-8'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'],
  ];
  test.each(cases)('%s', async (format, contentType) => {
    const { headers } = await server.get(token, `${path}?format=${format}`);
    const revision = (await server.get(token, listPath)).headers['x-genjin-revision'] as string;
    expect(headers['content-type']).toBe(contentType);
    expect(headers['content-disposition']).toBe(`attachment; filename="follow-ups-${testTenant}-r${revision}.${format}"`);
    expect(headers['cache-control']).toBe('private, no-store');
    expect(headers['x-genjin-revision']).toBe(revision);
    expect(headers['etag']).toBeUndefined();
  });

  test('headers in Chinese, unless asked otherwise', async () => {
    expect((await server.get(token, `${path}?format=csv`)).text).toMatch(/^\ufeff跟进时间,/);
    expect((await server.get(token, `${path}?format=csv&language=en`)).text).toMatch(/^\ufeffFollow-up time,/);
  });

  test('compressed when asked so', async () => {
    const answer = await server.get(token, `${path}?format=csv`, { 'Accept-Encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe('gzip');
  });
});

describe('what goes wrong before the first byte is answered in the envelope', () => {
  const cases: [query: string, code: number, message: RegExp][] = [
    ['format=pdf', 400, /^format: "pdf" is not accepted; accepted: .*ndjson, csv, xlsx/],
    ['format=csv&format=xlsx', 400, /^format: .*given 2 times/],
    ['language=fr', 400, /^language: "fr" is not accepted/],
    ['company_id=x', 400, /^company_id: "x" is not accepted/],
    ['start_time=2024-05-02&end_time=2024-05-01', 400, /^start_time: /],
    ['keyword=!', 400, /^keyword: /],
    ['as_of=99999999', 400, /^as_of: 99999999 is not accepted/],
    ['as_of=2099-01-01', 400, /^as_of: /],
  ];
  test.each(cases)('%s', async (query, code, message) => {
    const answer = await server.get(token, `${path}?${encodeURI(query)}`);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    const body = answer.json();
    expect({ code: body.code, data: body.data }).toEqual({ code, data: [] });
    expect(body.message).toMatch(message);
  });

  test('no token, a token without the scope', async () => {
    expect((await server.send(path)).status).toBe(401);
    const other = await server.tokenOf(testTenant, 'user');
    expect((await server.get(other, path)).json()).toMatchObject({ code: 401, message: 'no permission company scopes' });
  });

  test('another tenant has its own entries only', async () => {
    const other = await server.tokenOf(777);
    expect((await server.get(other, path)).text).toBe('');
  });
});

/** Asks and answers with the response before its body is read. */
async function begin(at: TestServer, mine: string, format = 'ndjson'): Promise<IncomingMessage> {
  const asked = request({ port: at.port, path: `${path}?format=${format}`, headers: { Authorization: mine }, agent: false });
  asked.end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  return answer;
}

/** Far more than can be under way between the two ends. */
const long = (tenantId = testTenant): WireEntry[] =>
  Array.from({ length: 300 }, (_, i) =>
    entry({ client_id: tenantId, trail_id: 10 + i, company_id: 1, content: '长'.repeat(20_000) }),
  );

test('one state throughout: a slow reader gets what stood there when it asked, whatever is written meanwhile', async () => {
  await server.import(long(555));
  const mine = await server.tokenOf(555);
  const answer = await begin(server, mine);
  const revision = answer.headers['x-genjin-revision'] as string;
  // Most of it is read later than this.
  await server.import(long(555).map((one) => ({ ...one, content: 'changed', update_time: '2024-06-01 00:00:00' })));
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  const found = text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { content: string }).content.length);
  expect(found).toEqual(found.map(() => 20_000));
  expect(found).toHaveLength(300);
  // And it can be asked for again.
  expect((await server.get(mine, `${path}?as_of=${revision}`)).text).toBe(text);
  expect((await server.get(mine, path)).text).toContain('"content":"changed"');
});

test('a reader that goes away ends the reading: the server closes without waiting for it', async () => {
  const own = await startServer();
  await own.import(long());
  const mine = await own.tokenOf();
  for (const format of ['ndjson', 'csv', 'xlsx']) {
    const answer = await begin(own, mine, format);
    await once(answer, 'data');
    answer.destroy();
  }
  // Closing the store waits for whoever reads it.
  await own.close();
});

test('an error in the midst breaks the connection', async () => {
  const bad = Array.from({ length: 1200 }, (_, i) =>
    entry({ client_id: 888, trail_id: 10 + i, create_time: day(0), content: i === 0 ? 'a\0b' : `n ${i} ${'x'.repeat(2000)}` }),
  );
  await server.import(bad);
  const mine = await server.tokenOf(888);
  for (const accept of ['identity', 'gzip']) {
    // Newest first, so the entry with the smallest id is the last one.
    const answer = server.send(`${path}?format=csv`, { headers: { Authorization: mine, 'Accept-Encoding': accept } });
    await expect(answer, accept).rejects.toThrow(/aborted|ECONNRESET|socket hang up/);
  }
  // In the first portion it is still an answer.
  const early = await server.get(mine, `${path}?format=csv&sort=asc`);
  expect(early.json()).toMatchObject({
    code: 400,
    message: 'CSV cannot hold it: entry 10 has a NUL character in Content; NDJSON can',
  });
});

test('a server that stops breaks off what is not whole', async () => {
  const own = await startServer();
  await own.import(long());
  const answer = await begin(own, await own.tokenOf());
  // Whether it is told of now or when it is read.
  answer.on('error', () => undefined);
  // Nobody reads, so it cannot have ended before.
  await own.close();
  const read = (async () => {
    for await (const _ of answer);
  })();
  await expect(read).rejects.toThrow(/aborted|ECONNRESET/);
});
