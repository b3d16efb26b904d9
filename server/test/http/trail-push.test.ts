/** Recording a follow-up: OKKI's five fields, its checks in their order, and what becomes of what was given. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { expectRefusal, newestOf, type Refused, recorded } from '../support/push.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
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

const newest = () => newestOf(server, token);
const refuse = (row: Refused): Promise<void> => expectRefusal(server, token, row);

const typeUnknown = { code: -1, message: '不支持的类型' };
const contentEmpty = { code: -1, message: '备注内容不能为空' };
const subjectMissing = { code: -1, message: 'lead_id and company_id and opportunity_id is empty' };
const notFound = { code: 404, message: 'Not Found Resource' };

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
  ])('$name', (row) => refuse(row));
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
  )('refused: $name', ({ name, body }) => refuse({ name, body, ...typeUnknown }));
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
  ])('refused: $name', (row) => refuse(row));
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
  ])('refused: $name', ({ body, ...row }) => refuse({ ...row, body: { content: 'x', ...(body as WireEntry) } }));

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
      refuse({
        name,
        body: { company_id: 100, content: 'x', [field]: value },
        code: 400,
        words: [`${field}: ${JSON.stringify(value)}`, 'one whole number from 1 to 9007199254740991'],
      }),
    );
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
