/** Many records in one request: all of them or none, the errors by their place. */
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { newestOf } from '../support/push.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const path = `${pushPath}/batch`;
const limit = 8 * 1024 * 1024;
const server = await startServer();
afterAll(() => server.close());
await server.import([
  entry({ company_id: 100, create_time: '2024-01-01 00:00:00' }),
  entry({ company_id: 100, opportunity_id: 300, create_time: '2024-01-01 00:00:00' }),
]);
const token = await server.tokenOf();
const good = { company_id: 100, content: 'x' };

const send = (body: unknown, headers = {}): Promise<Answer> => server.post(token, path, body, headers);
const totalOf = async (): Promise<number> => (await newestOf(server, token)).total;

function idsOf(answer: Answer): number[] {
  const body = answer.json<{ code: number; message: string; data: { list: { trail_id: number }[] } }>();
  expect({ code: body.code, message: body.message }).toEqual({ code: 200, message: 'success' });
  expect(Object.keys(body.data)).toEqual(['list']);
  for (const item of body.data.list) expect(Object.keys(item)).toEqual(['trail_id']);
  return body.data.list.map((item) => item.trail_id);
}

/** What has been changed so far, and by how many commits nobody can tell from outside: so the log is asked. */
const head = async (): Promise<number> =>
  server.core.db.read(
    testTenant,
    async (tx) => (await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [testTenant]))?.[0] as number,
  );

describe('recorded', () => {
  it('one by one in the order of the list, each with its fields', async () => {
    const list = [
      { ...good, content: 'first' },
      { opportunity_id: '300', content: 'second', remark_type: '104', create_time: '2024-02-01' },
      { ...good, content: 'third', lead_id: '' },
    ];
    const before = await totalOf();
    const ids = idsOf(await send({ list }));
    expect(ids).toHaveLength(3);
    // Each entry takes two ids, of itself and of the follow-up behind it.
    expect(ids.map((id) => id - (ids[0] as number))).toEqual([0, 2, 4]);
    expect(await totalOf()).toBe(before + 3);
    const answer = await server.get(token, `${listPath}?count=1000`);
    const entries = answer.json<{ data: { list: WireEntry[] } }>().data.list;
    const found = ids.map((id) => entries.find((one) => one['trail_id'] === id));
    expect(found).toMatchObject([
      { content: 'first', type: 101, company_id: 100, create_time: '2024-11-04 10:49:07' },
      { content: 'second', type: 104, company_id: 100, opportunity_id: 300, create_time: '2024-02-01 00:00:00' },
      { content: 'third', type: 101, company_id: 100, lead_id: 0 },
    ]);
    for (const one of found) expect(one?.['refer_id']).toBe((one?.['trail_id'] as number) + 1);
  });

  it('one alone', async () => expect(idsOf(await send({ list: [good] }))).toHaveLength(1));

  it('a thousand', async () => {
    const [total, revision] = [await totalOf(), await head()];
    const ids = idsOf(await send({ list: Array.from({ length: 1000 }, (_, i) => ({ ...good, content: `entry ${i}` })) }));
    expect(ids).toEqual(Array.from({ length: 1000 }, (_, i) => (ids[0] as number) + 2 * i));
    expect([await totalOf(), await head()]).toEqual([total + 1000, revision + 1000]);
    // In the same second the last one is the newest.
    expect((await newestOf(server, token)).entry).toMatchObject({ trail_id: ids[999], content: 'entry 999' });
  });
});

describe('refused as a whole', () => {
  const typeUnknown = { code: -1, message: '不支持的类型' };
  const contentEmpty = { code: -1, message: '备注内容不能为空' };
  const subjectMissing = { code: -1, message: 'lead_id and company_id and opportunity_id is empty' };
  const notFound = { code: 404, message: 'Not Found Resource' };
  const record = (words: string) => ({ code: 400, message: expect.stringContaining(words) });

  const rows: { name: string; list: unknown[]; errors: { index: number; code: number; message: unknown }[] }[] = [
    { name: 'the last one', list: [good, good, { content: 'x' }], errors: [{ index: 2, ...subjectMissing }] },
    {
      name: 'several, each with its reason',
      list: [{ ...good, remark_type: 7 }, good, { company_id: 100 }, { content: 'x' }, { ...good, customer_id: [0, 'x'] }],
      errors: [
        { index: 0, ...typeUnknown },
        { index: 2, ...contentEmpty },
        { index: 3, ...subjectMissing },
        { index: 4, ...record('customer_id[1]: "x"') },
      ],
    },
    {
      name: 'what is no record',
      list: [null, 5, 'x', [good], {}, good],
      errors: [
        { index: 0, ...record('list[0]: null') },
        { index: 1, ...record('list[1]: 5') },
        { index: 2, ...record('list[2]: "x"') },
        { index: 3, ...record('list[3]: [{') },
        { index: 4, ...contentEmpty },
      ],
    },
    {
      name: 'what is not in the store',
      list: [
        { ...good, company_id: 999 },
        good,
        { ...good, file_ids: [9] },
        { ...good, create_user: 9 },
        { ...good, create_time: '2999-01-01' },
      ],
      errors: [
        { index: 0, ...notFound },
        { index: 2, ...notFound },
        { index: 3, ...notFound },
        { index: 4, ...record('create_time') },
      ],
    },
    {
      name: 'what can be seen without the store first',
      list: [{ ...good, company_id: 999 }, { content: 'x' }],
      errors: [{ index: 1, ...subjectMissing }],
    },
    {
      name: 'all of a thousand',
      list: Array(1000).fill({ ...good, company_id: 999 }),
      errors: Array.from({ length: 1000 }, (_, index) => ({ index, ...notFound })),
    },
  ];
  it.each(rows)('$name', async ({ list, errors }) => {
    const [total, revision] = [await totalOf(), await head()];
    const answer = await send({ list });
    const { now, ...body } = answer.json();
    expect(now).toBe('2024-11-04 10:49:07');
    const message = `${errors.length} of ${list.length} records are not accepted; nothing was recorded`;
    expect({ status: answer.status, ...body }).toEqual({ status: 200, code: 400, message, data: { errors } });
    expect([await totalOf(), await head()]).toEqual([total, revision]);
  });

  it('takes no ids', async () => {
    const [before] = idsOf(await send({ list: [good] }));
    await send({ list: [good, { ...good, company_id: 999 }] });
    expect(idsOf(await send({ list: [good] }))).toEqual([(before as number) + 2]);
  });

  it.each([
    { name: 'no list', body: { company_id: 100 }, words: ['list is missing', 'a list of 1 to 1000'] },
    { name: 'null', body: { list: null }, words: ['list: null'] },
    { name: 'an empty list', body: { list: [] }, words: ['list: "0 items"', 'a list of 1 to 1000'] },
    { name: 'one too many', body: { list: Array(1001).fill(good) }, words: ['list: "1001 items"'] },
    { name: 'a record where the list should be', body: { list: good }, words: ['list: {'] },
    { name: 'a text', body: { list: JSON.stringify([good]) }, words: ['list: "['] },
  ])('$name', async ({ body, words }) => {
    const before = await totalOf();
    const answer = await send(body);
    expect({ status: answer.status, ...answer.json() }).toMatchObject({ status: 200, code: 400, data: [] });
    for (const word of words) expect(answer.json().message).toContain(word);
    expect(await totalOf()).toBe(before);
  });

  it.each([
    { name: 'the list itself', body: [good], message: 'Invalid data json' },
    { name: 'nothing', body: '', message: 'Empty POST request body data' },
  ])('$name: $message', async ({ body, message }) => {
    expect((await send(body)).json()).toMatchObject({ code: 400, message, data: [] });
  });
});

describe('its size', () => {
  const json = (length: number): string => {
    const text = JSON.stringify({ list: [good] });
    return text + ' '.repeat(length - text.length);
  };

  // Parts that are compressed each are one body.
  const bomb = Buffer.concat(Array(100).fill(gzipSync(Buffer.alloc(64 * 1024 * 1024, ' '))));

  it('as large as may be', async () => expect(idsOf(await send(json(limit)))).toHaveLength(1));

  it('a thousand long ones', async () => {
    const list = Array.from({ length: 1000 }, () => ({ ...good, content: 'x'.repeat(8000) }));
    expect(idsOf(await send({ list }))).toHaveLength(1000);
  });

  it('compressed', async () => expect(idsOf(await send(gzipSync(json(limit)), { 'Content-Encoding': 'gzip' }))).toHaveLength(1));

  it.each([
    { name: 'one byte too many', body: json(limit + 1), headers: {} },
    { name: 'small, but too large when unpacked', body: gzipSync(json(limit + 1)), headers: { 'Content-Encoding': 'gzip' } },
    { name: 'six gigabytes when unpacked', body: bomb, headers: { 'Content-Encoding': 'gzip' } },
  ])('413: $name', async ({ body, headers }) => {
    const before = await totalOf();
    const answer = await send(body, headers);
    expect(answer.status).toBe(413);
    expect(answer.json()).toMatchObject({ code: 413, message: 'the body is larger than 8388608 bytes', data: [] });
    expect(await totalOf()).toBe(before);
  });
});

describe('fields that nobody reads', async () => {
  const strict = await startServer({ strict: true });
  afterAll(() => strict.close());
  await strict.import([entry({ company_id: 100 })]);
  const strictToken = await strict.tokenOf();

  const rows: { name: string; body: WireEntry; header: string | undefined }[] = [
    { name: 'none', body: { list: [good], idempotency_key: 'none' }, header: undefined },
    {
      name: 'within a record',
      body: { list: [good, { ...good, trail_type: 103 }] },
      header: 'list[].trail_type (did you mean remark_type?)',
    },
    {
      name: 'in many records, once each',
      body: { list: Array(50).fill({ ...good, trail_type: 103, extra: 1 }) },
      header: 'list[].trail_type (did you mean remark_type?), list[].extra',
    },
    { name: 'beside the list', body: { lists: [], list: [good] }, header: 'lists (did you mean list?)' },
    { name: 'a key within a record', body: { list: [{ ...good, idempotency_key: 'k' }] }, header: 'list[].idempotency_key' },
    { name: 'the fields of a record beside the list', body: { list: [good], content: 'x' }, header: 'content' },
    { name: 'with a line break', body: { list: [{ ...good, 'a\r\nb': 1 }] }, header: 'list[].a%0D%0Ab' },
    {
      name: 'ten thousand of them',
      body: { list: [{ ...good, ...Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`u${i}`, 1])) }] },
      header: `${Array.from({ length: 10 }, (_, i) => `list[].u${i}`).join(', ')}, and 9990 more`,
    },
  ];
  it.each(rows)('$name', async ({ body, header }) => {
    const answer = await send(body);
    expect({ code: answer.json().code, header: answer.headers['x-genjin-ignored'] }).toEqual({ code: 200, header });
    const refused = (await strict.post(strictToken, path, body)).json();
    expect(refused).toMatchObject(
      header === undefined ? { code: 200 } : { code: 400, message: `unknown parameter: ${header}`, data: [] },
    );
  });
});
