/** Recording a follow-up: OKKI's five fields, its checks in their order, and what becomes of what was given. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { type Answer, type Ask, sendRaw } from '../support/http.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const mebibyte = 1024 * 1024;
const otherTenant = 777;

const server = await startServer({ now });
afterAll(() => server.close());
await server.import([
  entry({ company_id: 100, create_time: '2024-01-01 00:00:00' }),
  entry({ company_id: 101, create_time: '2024-01-01 00:00:00' }),
  entry({ lead_id: 200, create_time: '2024-01-01 00:00:00' }),
  entry({ company_id: 100, opportunity_id: 300, create_time: '2024-01-01 00:00:00' }),
  entry({ opportunity_id: 301, create_time: '2024-01-01 00:00:00' }),
  entry({
    company_id: 102,
    company_info: { company_id: 102, name: 'deleted', is_archive: 0 },
    create_time: '2024-01-01 00:00:00',
  }),
  entry({ client_id: otherTenant, company_id: 900, lead_id: 901, opportunity_id: 902, create_time: '2024-01-01 00:00:00' }),
]);
const token = await server.tokenOf();

// Every new entry is the newest.
beforeEach(() => server.clock.advance(1000));

async function newest(): Promise<{ entry: WireEntry; total: number }> {
  const answer = await server.get(token, `${listPath}?count=1`);
  const { data } = answer.json<{ data: { list: WireEntry[]; totalItem: number } }>();
  return { entry: data.list[0] ?? {}, total: data.totalItem };
}

/** The id of the entry that the answer says was recorded. */
function recorded(answer: Answer): number {
  const body = answer.json<{ code: number; message: string; now: string; data: { trail_id: number } }>();
  expect({ status: answer.status, code: body.code, message: body.message }).toEqual({
    status: 200,
    code: 200,
    message: 'success',
  });
  expect(Object.keys(body)).toEqual(['code', 'message', 'now', 'data']);
  expect(Object.keys(body.data)).toEqual(['trail_id']);
  return body.data.trail_id;
}

interface Refused {
  readonly name: string;
  readonly body: unknown;
  readonly code: number;
  /** The whole message. */
  readonly message?: string;
  /** In the message. */
  readonly words?: readonly string[];
}

/** The answer is an error in the body, and nothing was recorded. */
async function expectRefusal({ body, code, message, words = [] }: Refused, headers?: Ask['headers']): Promise<void> {
  const before = (await newest()).total;
  const answer = await server.post(token, pushPath, body, headers);
  const given = answer.json();
  expect({ status: answer.status, code: given.code, data: given.data, keys: Object.keys(given) }).toEqual({
    status: 200,
    code,
    data: [],
    keys: ['code', 'message', 'now', 'data'],
  });
  if (message !== undefined) expect(given.message).toBe(message);
  for (const word of words) expect(given.message).toContain(word);
  expect((await newest()).total).toBe(before);
}

const typeUnknown = { code: -1, message: '不支持的类型' };
const contentEmpty = { code: -1, message: '备注内容不能为空' };
const subjectMissing = { code: -1, message: 'lead_id and company_id and opportunity_id is empty' };
const notFound = { code: 404, message: 'Not Found Resource' };
const emptyBody = { code: 400, message: 'Empty POST request body data' };
const invalidJson = { code: 400, message: 'Invalid data json' };

describe('the checks, in their order: type, content, subject, existence', () => {
  it.each<Refused>([
    { name: 'all wrong: the type is named', body: { remark_type: 999, content: '' }, ...typeUnknown },
    { name: 'type and subject wrong', body: { remark_type: 999, content: 'x' }, ...typeUnknown },
    { name: 'type and content wrong', body: { remark_type: 999, content: ' ', company_id: 100 }, ...typeUnknown },
    { name: 'type wrong, company unknown', body: { remark_type: 999, content: 'x', company_id: 999 }, ...typeUnknown },
    { name: 'content and subject wrong', body: { remark_type: 101, content: '' }, ...contentEmpty },
    { name: 'content wrong, company unknown', body: { content: '', company_id: 999 }, ...contentEmpty },
    { name: 'no subject', body: { remark_type: 101, content: 'x' }, ...subjectMissing },
    {
      name: 'no subject, said in every way',
      body: { content: 'x', company_id: '', lead_id: 0, opportunity_id: null },
      ...subjectMissing,
    },
    { name: 'company unknown', body: { content: 'x', company_id: 999 }, ...notFound },
  ])('$name', (row) => expectRefusal(row));
});

describe('remark_type', () => {
  const types = Array.from({ length: 12 }, (_, i) => 101 + i);
  it.each([
    ...types.map((type) => ({ name: `${type}`, remark_type: type as unknown, type })),
    { name: 'a digit string', remark_type: '103', type: 103 },
    { name: 'a digit string with blanks around', remark_type: ' 104 ', type: 104 },
    { name: 'an empty text', remark_type: '', type: 101 },
    { name: 'null', remark_type: null, type: 101 },
    { name: 'absent', remark_type: undefined, type: 101 },
    { name: '0', remark_type: 0, type: 101 },
  ])('$name', async ({ remark_type, type }) => {
    const id = recorded(await server.post(token, pushPath, { company_id: 100, content: 'x', remark_type }));
    expect((await newest()).entry).toMatchObject({ trail_id: id, type });
  });

  it.each(
    [100, 113, 999, 801, -101, 101.5, 2 ** 53, 'abc', '1e2', '101.0', '0x65', true, {}].map((remark_type) => ({
      name: JSON.stringify(remark_type),
      body: { company_id: 100, content: 'x', remark_type },
    })),
  )('refused: $name', ({ name, body }) => expectRefusal({ name, body, ...typeUnknown }));
});

describe('content', () => {
  it.each([
    { name: 'plain', content: '电话沟通，客户要求报价' },
    { name: 'blanks and line breaks around', content: ' \n\t 跟进 \r\n ' },
    { name: 'line breaks within', content: '本次跟进原因:XXX\n主要沟通内容:XXX\r\n其他:XX' },
    { name: 'emoji and characters outside the first plane', content: '👍🏽 𠮷野家 👨‍👩‍👧' },
    { name: 'line separators of JavaScript', content: 'a\u2028b\u2029c' },
    { name: 'HTML', content: '<script>alert("1")</script>&amp;<b>' },
    { name: 'quotes and backslashes', content: `"'\`\\u0041\\` },
    { name: 'SQL', content: "'); DROP TABLE trail; --" },
    { name: 'NUL and other controls', content: 'a\u0000b\u0001\u001f\u007f' },
    { name: 'a byte order mark', content: '\ufeffa' },
    { name: 'decomposed letters', content: 'e\u0301' },
    { name: 'a zero', content: '0' },
    { name: 'a hundred thousand characters', content: '跟'.repeat(100_000) },
  ])('kept exactly: $name', async ({ content }) => {
    const id = recorded(await server.post(token, pushPath, { company_id: 100, content }));
    expect((await newest()).entry).toMatchObject({ trail_id: id, content });
  });

  it.each<Refused>([
    { name: 'absent', body: { company_id: 100 }, ...contentEmpty },
    { name: 'null', body: { company_id: 100, content: null }, ...contentEmpty },
    { name: 'empty', body: { company_id: 100, content: '' }, ...contentEmpty },
    { name: 'a blank', body: { company_id: 100, content: ' ' }, ...contentEmpty },
    { name: 'line breaks and tabs', body: { company_id: 100, content: '\r\n\t' }, ...contentEmpty },
    { name: 'full-width blanks', body: { company_id: 100, content: '\u3000\u00a0' }, ...contentEmpty },
    { name: 'a number', body: { company_id: 100, content: 5 }, code: 400, words: ['content: 5', 'accepted: '] },
    { name: 'a list', body: { company_id: 100, content: ['x'] }, code: 400, words: ['content: ["x"]', 'accepted: '] },
    { name: 'an object', body: { company_id: 100, content: {} }, code: 400, words: ['content: {}', 'accepted: '] },
    {
      name: 'half a character (a lone surrogate)',
      body: '{"company_id":100,"content":"a\\ud83d"}',
      code: 400,
      words: ['content: ', '\\ud83d', 'well-formed Unicode'],
    },
  ])('refused: $name', (row) => expectRefusal(row));
});

describe('the subjects', () => {
  const rows: { name: string; body: WireEntry; shown: WireEntry }[] = [
    {
      name: 'a company by number',
      body: { company_id: 100 },
      shown: {
        company_id: 100,
        lead_id: 0,
        opportunity_id: 0,
        company_info: { company_id: 100, name: 'company 100', is_archive: 1 },
      },
    },
    {
      name: 'a company by text, the others empty',
      body: { company_id: '100', lead_id: '', opportunity_id: '' },
      shown: { company_id: 100, lead_id: 0, opportunity_id: 0 },
    },
    {
      name: 'the others 0 and null',
      body: { company_id: ' 100 ', lead_id: 0, opportunity_id: null },
      shown: { company_id: 100, lead_id: 0, opportunity_id: 0 },
    },
    {
      name: 'the others "0"',
      body: { company_id: 100, lead_id: '0', opportunity_id: '0' },
      shown: { company_id: 100, lead_id: 0 },
    },
    {
      name: 'a lead',
      body: { lead_id: 200 },
      shown: { company_id: 0, lead_id: 200, lead_info: { lead_id: 200, name: 'lead 200' }, company_info: [] },
    },
    {
      name: 'an opportunity brings its company',
      body: { opportunity_id: 300 },
      shown: {
        company_id: 100,
        opportunity_id: 300,
        company_info: { company_id: 100, name: 'company 100', is_archive: 1 },
        opportunity_info: { opportunity_id: 300, name: 'opportunity 300' },
      },
    },
    {
      name: 'an opportunity and its own company',
      body: { opportunity_id: '300', company_id: '100' },
      shown: { company_id: 100, opportunity_id: 300 },
    },
    {
      name: 'an opportunity whose company is not known',
      body: { opportunity_id: 301 },
      shown: { company_id: 0, opportunity_id: 301 },
    },
    {
      name: 'all three',
      body: { company_id: 100, lead_id: 200, opportunity_id: 300 },
      shown: { company_id: 100, lead_id: 200, opportunity_id: 300 },
    },
  ];
  it.each(rows)('$name', async ({ body, shown }) => {
    const id = recorded(await server.post(token, pushPath, { content: 'x', ...body }));
    expect((await newest()).entry).toMatchObject({ trail_id: id, ...shown });
  });

  it.each<Refused>([
    { name: 'a company that is not there', body: { company_id: 999 }, ...notFound },
    { name: 'a lead that is not there', body: { lead_id: 999 }, ...notFound },
    { name: 'an opportunity that is not there', body: { opportunity_id: 999 }, ...notFound },
    { name: 'a company and a lead that is not there', body: { company_id: 100, lead_id: 999 }, ...notFound },
    { name: 'an opportunity and a company that is not there', body: { opportunity_id: 301, company_id: 999 }, ...notFound },
    { name: 'a lead id given as company id', body: { company_id: 200 }, ...notFound },
    { name: 'a company that was deleted', body: { company_id: 102 }, ...notFound },
    { name: "another enterprise's company", body: { company_id: 900 }, ...notFound },
    { name: "another enterprise's lead", body: { lead_id: 901 }, ...notFound },
    { name: "another enterprise's opportunity", body: { opportunity_id: 902 }, ...notFound },
    {
      name: "a company that is not the opportunity's",
      body: { opportunity_id: 300, company_id: 101 },
      code: 400,
      words: ['company_id: 101', 'opportunity 300 belongs to company 100'],
    },
  ])('refused: $name', ({ body, ...row }) => expectRefusal({ ...row, body: { content: 'x', ...(body as WireEntry) } }));

  describe.each(['company_id', 'lead_id', 'opportunity_id'])('%s', (field) => {
    it.each([
      { name: 'negative', value: -1 },
      { name: 'fractional', value: 1.5 },
      { name: '2^53', value: 2 ** 53 },
      { name: 'a negative text', value: '-1' },
      { name: 'a text with an exponent', value: '1e3' },
      { name: 'a hexadecimal text', value: '0x10' },
      { name: 'letters', value: 'abc' },
      { name: 'a list with commas', value: '100,101' },
      { name: 'true', value: true },
      { name: 'false', value: false },
      { name: 'a list', value: [100] },
      { name: 'an empty list', value: [] },
      { name: 'an object', value: { id: 100 } },
    ])('refused: $name', ({ name, value }) =>
      expectRefusal({
        name,
        body: { company_id: 100, content: 'x', [field]: value },
        code: 400,
        words: [`${field}: ${JSON.stringify(value)}`, 'one whole number from 1 to 9007199254740991'],
      }),
    );
  });
});

describe('the body', () => {
  const json = { 'Content-Type': 'application/json' };
  const typed = (type: string) => ({ 'Content-Type': type });
  const good = '{"company_id":100,"content":"x"}';

  it.each([
    { name: 'JSON', headers: json, body: good },
    { name: 'JSON in another case, with a charset', headers: typed('Application/JSON; charset=UTF-8'), body: good },
    { name: 'JSON with blanks around', headers: json, body: `\r\n ${good} \n` },
    { name: 'a form', headers: typed('application/x-www-form-urlencoded'), body: 'company_id=100&content=x&lead_id=' },
    { name: 'JSON, compressed', headers: { ...json, 'Content-Encoding': 'gzip' }, body: gzipSync(good) },
    { name: 'as large as may be', headers: json, body: `${good}${' '.repeat(mebibyte - good.length)}` },
  ])('taken: $name', async ({ headers, body }) => {
    const id = recorded(await server.post(token, pushPath, body, headers));
    expect((await newest()).entry).toMatchObject({ trail_id: id, company_id: 100, content: 'x' });
  });

  it.each<Refused & { headers?: Ask['headers'] }>([
    { name: 'none', body: undefined, ...emptyBody },
    { name: 'an empty one', body: '', ...emptyBody },
    { name: 'an object without fields', body: {}, ...emptyBody },
    { name: 'null', body: 'null', ...emptyBody },
    { name: 'an empty form', body: '', headers: typed('application/x-www-form-urlencoded'), ...emptyBody },
    { name: 'not JSON', body: 'company_id=100', ...invalidJson },
    { name: 'half of a JSON', body: '{"company_id":100,', ...invalidJson },
    { name: 'a JSON list', body: `[${good}]`, ...invalidJson },
    { name: 'a JSON text', body: '"text"', ...invalidJson },
    { name: 'a JSON number', body: '5', ...invalidJson },
    { name: 'true', body: 'true', ...invalidJson },
    { name: 'a name that would change every object', body: `{"__proto__":{"content":"x"},"company_id":100}`, ...invalidJson },
    {
      name: 'bytes that are no UTF-8: they could not be kept as they came',
      body: Buffer.concat([Buffer.from('{"company_id":100,"content":"a'), Buffer.from([0xff]), Buffer.from('"}')]),
      ...invalidJson,
    },
    {
      name: 'an id nested a hundred thousand lists deep',
      body: `{"content":"x","company_id":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
      code: 400,
      words: ['company_id: '],
    },
    {
      name: 'said to be compressed, and not so',
      headers: { ...json, 'Content-Encoding': 'gzip' },
      body: good,
      code: 400,
    },
  ])('refused: $name', ({ headers, ...row }) => expectRefusal(row, headers));

  const statuses: { name: string; headers: Ask['headers']; body: string | Buffer; status: number; words: string[] }[] = [
    { name: 'no content type', headers: {}, body: good, status: 415, words: ['JSON or a form'] },
    { name: 'plain text', headers: typed('text/plain'), body: good, status: 415, words: ['text/plain'] },
    { name: 'XML', headers: typed('application/xml'), body: '<a/>', status: 415, words: ['application/xml'] },
    {
      name: 'a file upload',
      headers: typed('multipart/form-data; boundary=x'),
      body: '--x--',
      status: 415,
      words: ['multipart'],
    },
    { name: 'one byte too many', headers: json, body: ' '.repeat(mebibyte + 1), status: 413, words: ['1048576 bytes'] },
    {
      name: 'a form that is too large',
      headers: typed('application/x-www-form-urlencoded'),
      body: `content=${'x'.repeat(mebibyte)}`,
      status: 413,
      words: ['1048576 bytes'],
    },
    {
      name: 'small, but too large when unpacked',
      headers: { ...json, 'Content-Encoding': 'gzip' },
      body: gzipSync(' '.repeat(20 * mebibyte)),
      status: 413,
      words: ['1048576 bytes'],
    },
    {
      name: 'compressed in a way that nobody knows',
      headers: { ...json, 'Content-Encoding': 'zip' },
      body: good,
      status: 415,
      words: [],
    },
  ];
  it.each(statuses)('answered with a status: $name', async ({ headers, body, status, words }) => {
    const before = (await newest()).total;
    const answer = await server.send(pushPath, { method: 'POST', headers: { Authorization: token, ...headers }, body });
    expect(answer.status).toBe(status);
    expect(answer.json()).toMatchObject({ code: status, data: [] });
    for (const word of words) expect(answer.json().message).toContain(word);
    expect((await newest()).total).toBe(before);
  });

  it('too large without a length said before: 413', async () => {
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    const head = `POST ${pushPath} HTTP/1.1\r\nHost: x\r\nAuthorization: ${token}\r\nContent-Type: application/json\r\n`;
    const answer = await sendRaw(server.port, [
      `${head}Transfer-Encoding: chunked\r\n\r\n`,
      ...Array(17).fill(chunk),
      '0\r\n\r\n',
    ]);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('"code":413');
  });

  it('compares fields that are not known here with those that are: trail_type is ignored, and said to be', async () => {
    const answer = await server.post(token, pushPath, { company_id: 100, content: 'x', trail_type: 103, extra: 1 });
    const id = recorded(answer);
    expect(answer.headers['x-genjin-ignored']).toBe('trail_type (did you mean remark_type?), extra');
    expect((await newest()).entry).toMatchObject({ trail_id: id, type: 101 });
  });

  it('a field of the body in the query is ignored, and said to be', async () => {
    const answer = await server.post(token, `${pushPath}?company_id=101&page=1`, { company_id: 100, content: 'x' });
    const id = recorded(answer);
    expect(answer.headers['x-genjin-ignored']).toBe('company_id, page');
    expect((await newest()).entry).toMatchObject({ trail_id: id, company_id: 100 });
  });

  it('a field of the list is none of the push', async () => {
    const answer = await server.post(token, pushPath, { company_id: 100, content: 'x', create_time: '2024-01-01 00:00:00' });
    recorded(answer);
    expect(answer.headers['x-genjin-ignored']).toBe('create_time');
  });

  it('strict: an unknown field is an error, and nothing is recorded', async () => {
    const strict = await startServer({ now, strict: true });
    onTestFinished(strict.close);
    await strict.import([entry({ company_id: 100 })]);
    const strictToken = await strict.tokenOf();
    const answer = await strict.post(strictToken, pushPath, { company_id: 100, content: 'x', trail_type: 103 });
    expect(answer.json()).toMatchObject({
      code: 400,
      message: 'unknown parameter: trail_type (did you mean remark_type?)',
      data: [],
    });
    const { data } = (await strict.get(strictToken, listPath)).json<{ data: { totalItem: number } }>();
    expect(data.totalItem).toBe(1);
  });
});

describe('what was recorded', () => {
  it('is the first of the list, with every field, by the application itself, now', async () => {
    server.clock.set('2024-11-04 12:00:00');
    // The wire knows no smaller unit than the second.
    server.clock.advance(999);
    const application = await server.application(testTenant, 'company');
    const own = await server.token(application);
    const before = (await newest()).total;
    const id = recorded(await server.post(own, pushPath, { opportunity_id: 300, content: 'x', remark_type: 111 }));
    const { entry: found, total } = await newest();
    expect(total).toBe(before + 1);
    const time = '2024-11-04 12:00:00';
    const author = found['create_user'] as number;
    expect(found).toEqual({
      follow_up_id: found['follow_up_id'],
      trail_id: id,
      type: 111,
      client_id: testTenant,
      create_user: author,
      refer_id: found['follow_up_id'],
      content: 'x',
      file_ids: [],
      enable_flag: 1,
      created_at: time,
      create_time: time,
      update_time: time,
      company_id: 100,
      customer_id: [],
      lead_id: 0,
      lead_customer_id: [],
      opportunity_id: 300,
      delete_flag: 0,
      inquiry_id: 0,
      track_session_no: 0,
      comment_count: 0,
      company_info: { company_id: 100, name: 'company 100', is_archive: 1 },
      lead_info: [],
      opportunity_info: { opportunity_id: 300, name: 'opportunity 300' },
      create_user_info: { user_id: String(author), nickname: `app of ${testTenant}`, avatar: '' },
      customer_info: null,
      lead_customer_info: null,
      file_info: null,
    });
    expect(found['follow_up_id']).toBeGreaterThan(id);
    // Ids made here never meet those of OKKI, and every client can hold them.
    for (const made of [id, found['follow_up_id'], author]) {
      expect(made).toBeGreaterThanOrEqual(1e15);
      expect(made).toBeLessThanOrEqual(Number.MAX_SAFE_INTEGER);
    }
  });

  it('is listed with its company, its lead and its opportunity, and not with others', async () => {
    const id = recorded(await server.post(token, pushPath, { opportunity_id: 300, lead_id: 200, content: 'x' }));
    const firstOf = async (query: string): Promise<unknown> => {
      const answer = await server.get(token, `${listPath}?count=1&${query}`);
      return answer.json<{ data: { list: WireEntry[] } }>().data.list[0]?.['trail_id'];
    };
    for (const query of ['company_id=100', 'lead_id=200', 'opportunity_id=300', 'company_id=100&lead_id=200']) {
      expect(await firstOf(query)).toBe(id);
    }
    expect(await firstOf('company_id=101')).not.toBe(id);
  });

  it('twice is two entries: like OKKI, a push is not idempotent', async () => {
    const body = { company_id: 100, content: 'x' };
    const before = (await newest()).total;
    const [first, second] = [await server.post(token, pushPath, body), await server.post(token, pushPath, body)].map(recorded);
    expect(second).toBeGreaterThan(first ?? Number.NaN);
    // In the same second, the one recorded later comes first.
    expect(await newest()).toMatchObject({ entry: { trail_id: second }, total: before + 2 });
  });
});

describe('what a stranger sends is not looked at', () => {
  const wrong = { Authorization: 'Bearer 23412.nonsense', 'Content-Type': 'application/json' };
  const rows: { name: string; headers: Ask['headers']; body: string }[] = [
    { name: 'a good body', headers: wrong, body: '{"company_id":100,"content":"x"}' },
    { name: 'no JSON', headers: wrong, body: '{' },
    { name: 'too large a body', headers: wrong, body: ' '.repeat(mebibyte + 1) },
    { name: 'another content type', headers: { ...wrong, 'Content-Type': 'text/plain' }, body: 'x' },
    { name: 'no token', headers: { 'Content-Type': 'application/json' }, body: '{' },
  ];
  it.each(rows)('401 first: $name', async ({ headers, body }) => {
    const answer = await server.send(pushPath, { method: 'POST', headers: headers ?? {}, body });
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 401, error: 'access_denied' });
  });

  it('401 before any of the body has come', async () => {
    const head = `POST ${pushPath} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n`;
    const answer = await sendRaw(server.port, `${head}Content-Length: 10000000\r\n\r\n`);
    expect(answer.status).toBe(401);
  });
});
