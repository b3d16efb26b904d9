/** Every parameter of the list, good and bad. */
import { afterAll, describe, expect, it } from 'vitest';
import { entry, testTenant } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { listPath, startServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const otherTenant = 777;

const server = await startServer({ now });
afterAll(() => server.close());

await server.import([
  entry({ trail_id: 1001, company_id: 100, create_time: '2024-03-01 09:00:00' }),
  entry({ trail_id: 1002, company_id: 100, create_time: '2024-03-01 09:00:01' }),
  entry({ trail_id: 1003, company_id: 100, lead_id: 200, create_time: '2024-03-02 00:00:00' }),
  entry({ trail_id: 1004, company_id: 100, opportunity_id: 300, create_time: '2024-03-02 23:59:59' }),
  entry({ trail_id: 1005, company_id: 100, lead_id: 200, opportunity_id: 300, create_time: '2024-03-03 12:00:00' }),
  // The same second as the one before, and recorded earlier.
  entry({ trail_id: 1006, company_id: 100, create_time: '2024-03-03 12:00:00', created_at: '2020-01-01 00:00:00' }),
  entry({ trail_id: 1007, company_id: 101, opportunity_id: 301, create_time: '2024-03-04 00:00:00' }),
  entry({ trail_id: 1008, lead_id: 200, create_time: '2024-03-04 00:00:01' }),
  entry({ trail_id: 1009, lead_id: 200, opportunity_id: 300, create_time: '2024-03-04 00:00:02' }),
  entry({ trail_id: 1010, create_time: '2024-03-04 00:00:03', customer_id: [950], customer_info: null }),
  entry({
    trail_id: 1011,
    company_id: 100,
    lead_id: 200,
    opportunity_id: 300,
    delete_flag: 1,
    create_time: '2024-03-03 12:00:00',
  }),
  entry({
    trail_id: 1012,
    company_id: 100,
    lead_id: 200,
    opportunity_id: 300,
    enable_flag: 0,
    create_time: '2024-03-03 12:00:00',
  }),
  entry({ trail_id: 1013, company_id: 102, delete_flag: 1, enable_flag: 0, create_time: '2024-03-03 12:00:00' }),
  // Another enterprise has a company of the same id, and knows the contact of entry 1010.
  entry({
    client_id: otherTenant,
    trail_id: 2001,
    company_id: 100,
    content: 'foreign words',
    create_time: '2024-03-02 08:00:00',
  }),
  entry({ client_id: otherTenant, trail_id: 2002, company_id: 900, customer_id: [950], content: 'foreign words' }),
]);
// A company with more than one page, and one with more than a page can hold.
const twentyFive = Array.from({ length: 25 }, (_, i) => 3001 + i);
await server.import(twentyFive.map((trail_id) => entry({ trail_id, company_id: 400, create_time: '2023-01-01 00:00:00' })));
const thousandAndOne = Array.from({ length: 1001 }, (_, i) => 4001 + i);
await server.import(thousandAndOne.map((trail_id) => entry({ trail_id, company_id: 500, create_time: '2022-01-01 00:00:00' })));

const token = await server.tokenOf(testTenant);
const otherToken = await server.tokenOf(otherTenant);

interface ListBody {
  readonly code: number;
  readonly message: string;
  readonly now: string;
  readonly data: { readonly list: readonly { readonly trail_id: number }[]; readonly totalItem: number };
}

/** Blanks in a query stand for `%20`; everything else is written as it travels. */
const ask = (query: string, as = token): Promise<Answer> => server.get(as, `${listPath}?${query.replaceAll(' ', '%20')}`);

interface Good {
  readonly name: string;
  readonly query: string;
  /** In the order of the answer. */
  readonly ids: readonly number[];
  /** As many as `ids` unless said. */
  readonly total?: number;
}

async function expectIds({ query, ids, total = ids.length }: Good, as = token): Promise<void> {
  const answer = await ask(query, as);
  const body = answer.json<ListBody>();
  expect({ status: answer.status, code: body.code, message: body.message }).toEqual({
    status: 200,
    code: 200,
    message: 'success',
  });
  expect({ ids: body.data.list.map((item) => item.trail_id), total: body.data.totalItem }).toEqual({ ids, total });
  expect(answer.text).not.toContain('foreign words');
  expect(answer.headers['x-genjin-ignored']).toBeUndefined();
}

interface Bad {
  readonly name: string;
  readonly query: string;
  /** In the message. */
  readonly words: readonly string[];
}

async function expectRefusal({ query, words }: Bad): Promise<void> {
  const answer = await ask(query);
  const body = answer.json();
  expect({ ...body, status: answer.status, keys: Object.keys(body) }).toEqual({
    status: 200,
    code: 400,
    message: body.message,
    now,
    data: [],
    keys: ['code', 'message', 'now', 'data'],
  });
  for (const word of [...words, 'accepted: ']) expect(body.message).toContain(word);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
}

const about100 = [1006, 1005, 1004, 1003, 1002, 1001];
const about200 = [1009, 1008, 1005, 1003];
const about300 = [1009, 1005, 1004];
/** The newest ten of the enterprise. */
const newestTen = [1010, 1009, 1008, 1007, ...about100];
const everything = 10 + 25 + 1001;

describe('company_id, lead_id and opportunity_id', () => {
  it.each<Good>([
    { name: 'digits', query: 'company_id=100', ids: about100 },
    { name: 'leading zeros are digits', query: 'company_id=00100', ids: about100 },
    { name: 'blanks around are trimmed', query: 'company_id= 100 ', ids: about100 },
    { name: 'a plus sign in a query is a blank', query: 'company_id=+100', ids: about100 },
    { name: 'a tab is a blank', query: 'company_id=%09100', ids: about100 },
    { name: 'an id that nothing has', query: 'company_id=99999999999999', ids: [] },
    { name: 'the largest id', query: 'company_id=9007199254740991', ids: [] },
    { name: 'a company with only removed and disabled entries', query: 'company_id=102', ids: [] },
    { name: 'of a lead', query: 'lead_id=200', ids: about200 },
    { name: 'of an opportunity', query: 'opportunity_id=300', ids: about300 },
    { name: 'a company id is no lead id', query: 'lead_id=100', ids: [] },
    { name: 'none: the whole enterprise', query: '', ids: newestTen, total: everything },
    { name: 'lonely ampersands are nothing', query: '&&', ids: newestTen, total: everything },
  ])('$name', (row) => expectIds(row));

  describe.each(['company_id', 'lead_id', 'opportunity_id'])('%s', (field) => {
    it.each([
      { name: 'empty', value: '' },
      { name: 'only blanks', value: '  ' },
      { name: 'zero', value: '0' },
      { name: 'zeros', value: '000' },
    ])('not given when $name', ({ value, name }) =>
      expectIds({ name, query: `${field}=${value}`, ids: newestTen, total: everything }),
    );

    it.each([
      { name: 'negative', value: '-1', shown: '"-1"' },
      { name: 'negative zero', value: '-0', shown: '"-0"' },
      { name: 'with a plus sign', value: '%2B100', shown: '"+100"' },
      { name: 'fractional', value: '100.5', shown: '"100.5"' },
      { name: 'with a fraction of nothing', value: '100.0', shown: '"100.0"' },
      { name: 'with an exponent', value: '1e3', shown: '"1e3"' },
      { name: 'hexadecimal', value: '0x10', shown: '"0x10"' },
      { name: '2^53', value: '9007199254740992', shown: '"9007199254740992"' },
      { name: 'twenty digits', value: '99999999999999999999', shown: '"99999999999999999999"' },
      { name: 'a thousand digits', value: '1'.repeat(1000), shown: `"${'1'.repeat(99)}…` },
      { name: 'letters', value: 'abc', shown: '"abc"' },
      { name: 'the word null', value: 'null', shown: '"null"' },
      { name: 'the word NaN', value: 'NaN', shown: '"NaN"' },
      { name: 'grouped digits', value: '1_000', shown: '"1_000"' },
      { name: 'digits apart', value: '10 0', shown: '"10 0"' },
      { name: 'digits of another script', value: '%D9%A1%D9%A0%D9%A0', shown: '"١٠٠"' },
      { name: 'full-width digits', value: '%EF%BC%91', shown: '"１"' },
      { name: 'a list with commas', value: '1,2', shown: '"1,2"' },
      { name: 'a quote', value: "100'--", shown: `"100'--"` },
      { name: 'bytes that are no UTF-8', value: '%FF', shown: '"' },
      { name: 'broken percent coding', value: '%zz', shown: '"%zz"' },
      { name: 'given twice', value: `100&${field}=101`, shown: '["100","101"]' },
      { name: 'given twice with the same value', value: `100&${field}=100`, shown: '["100","100"]' },
      { name: 'given twice, once empty', value: `100&${field}=`, shown: '["100",""]' },
      { name: 'given twice, both empty', value: `&${field}=`, shown: '["",""]' },
    ])('refused: $name', ({ name, value, shown }) =>
      expectRefusal({ name, query: `${field}=${value}`, words: [`${field}: `, shown, 'one whole number', '9007199254740991'] }),
    );
  });
});

describe('two and three subjects together: all must match', () => {
  it.each<Good>([
    { name: 'company and lead', query: 'company_id=100&lead_id=200', ids: [1005, 1003] },
    { name: 'company and opportunity', query: 'company_id=100&opportunity_id=300', ids: [1005, 1004] },
    { name: 'lead and opportunity', query: 'lead_id=200&opportunity_id=300', ids: [1009, 1005] },
    { name: 'all three', query: 'company_id=100&lead_id=200&opportunity_id=300', ids: [1005] },
    { name: 'subjects that never meet', query: 'company_id=101&lead_id=200', ids: [] },
    { name: 'one of them unknown', query: 'company_id=100&lead_id=201', ids: [] },
    { name: 'one of them not given', query: 'company_id=100&lead_id=0&opportunity_id=', ids: about100 },
    { name: 'second page', query: 'company_id=100&lead_id=200&count=1&start_index=2', ids: [1003], total: 2 },
    { name: 'past the end', query: 'company_id=100&lead_id=200&count=1&start_index=3', ids: [], total: 2 },
    { name: 'as far as it goes', query: 'company_id=100&lead_id=200&start_index=9007199254740991', ids: [], total: 2 },
    {
      name: 'bounds exactly at the seconds of entries',
      query: 'company_id=100&lead_id=200&start_time=2024-03-02 00:00:00&end_time=2024-03-03 12:00:00',
      ids: [1005, 1003],
    },
    {
      name: 'bounds one second narrower',
      query: 'company_id=100&lead_id=200&start_time=2024-03-02 00:00:01&end_time=2024-03-03 11:59:59',
      ids: [],
    },
    {
      name: 'within a time',
      query: 'company_id=100&lead_id=200&start_time=2024-03-02&end_time=2024-03-02',
      ids: [1003],
    },
  ])('$name', (row) => expectIds(row));
});

describe('start_time and end_time: inclusive bounds on create_time', () => {
  it.each<Good>([
    { name: 'start exactly at a second of an entry', query: 'start_time=2024-03-02 23:59:59', ids: [1006, 1005, 1004] },
    { name: 'start one second later', query: 'start_time=2024-03-03 00:00:00', ids: [1006, 1005] },
    { name: 'end exactly at a second of an entry', query: 'end_time=2024-03-01 09:00:01', ids: [1002, 1001] },
    { name: 'end one second earlier', query: 'end_time=2024-03-01 09:00:00', ids: [1001] },
    { name: 'end before everything', query: 'end_time=2024-03-01 08:59:59', ids: [] },
    { name: 'start after everything', query: 'start_time=2024-03-03 12:00:01', ids: [] },
    {
      name: 'one second wide',
      query: 'start_time=2024-03-01 09:00:00&end_time=2024-03-01 09:00:01',
      ids: [1002, 1001],
    },
    { name: 'equal bounds', query: 'start_time=2024-03-01 09:00:01&end_time=2024-03-01 09:00:01', ids: [1002] },
    {
      name: 'equal bounds where two entries share the second',
      query: 'start_time=2024-03-03 12:00:00&end_time=2024-03-03 12:00:00',
      ids: [1006, 1005],
    },
    {
      name: 'between two entries',
      query: 'start_time=2024-03-01 09:00:02&end_time=2024-03-01 23:59:59',
      ids: [],
    },
    { name: 'a date alone as start is its first second', query: 'start_time=2024-03-02', ids: [1006, 1005, 1004, 1003] },
    { name: 'a date alone as end is its last second', query: 'end_time=2024-03-02', ids: [1004, 1003, 1002, 1001] },
    { name: 'one day', query: 'start_time=2024-03-02&end_time=2024-03-02', ids: [1004, 1003] },
    { name: 'a clock and a date', query: 'start_time=2024-03-02 12:00:00&end_time=2024-03-02', ids: [1004] },
    { name: 'blanks around', query: 'start_time= 2024-03-03 ', ids: [1006, 1005] },
    { name: 'a plus sign between date and clock', query: 'start_time=2024-03-03+12:00:00', ids: [1006, 1005] },
    { name: 'empty bounds are none', query: 'start_time=&end_time=', ids: about100 },
    { name: 'a leap day', query: 'start_time=2024-02-29&end_time=2024-03-01', ids: [1002, 1001] },
    { name: 'as wide as a client may think', query: 'start_time=1970-01-01&end_time=9999-12-31 23:59:59', ids: about100 },
    {
      name: 'pages within bounds',
      query: 'start_time=2024-03-01&end_time=2024-03-03&count=2&start_index=2',
      ids: [1004, 1003],
      total: 6,
    },
    {
      name: 'past the end within bounds',
      query: 'start_time=2024-03-02&end_time=2024-03-02&count=2&start_index=2',
      ids: [],
      total: 2,
    },
  ])('$name', ({ query, ...row }) => expectIds({ ...row, query: `company_id=100&${query}` }));

  it('bounds the whole enterprise alike', () =>
    expectIds({ name: '', query: 'start_time=2024-03-04&end_time=2024-03-04 00:00:02', ids: [1009, 1008, 1007] }));

  describe.each(['start_time', 'end_time'])('%s', (field) => {
    it.each([
      { name: 'no such day', value: '2024-02-30' },
      { name: 'no such day, with a clock', value: '2024-02-30 10:00:00' },
      { name: 'no leap year', value: '2023-02-29' },
      { name: 'no such month', value: '2024-13-01' },
      { name: 'month zero', value: '2024-00-10' },
      { name: 'zeros', value: '0000-00-00 00:00:00' },
      { name: 'hour 24', value: '2024-03-01 24:00:00' },
      { name: 'minute 60', value: '2024-03-01 23:60:00' },
      { name: 'second 60', value: '2024-03-01 23:59:60' },
      { name: 'a T between date and clock', value: '2024-03-01T09:00:00' },
      { name: 'a zone Z', value: '2024-03-01T09:00:00Z' },
      { name: 'a zone in hours', value: '2024-03-01 09:00:00%2B08:00', shown: '2024-03-01 09:00:00+08:00' },
      { name: 'a fraction of a second', value: '2024-03-01 09:00:00.000' },
      { name: 'no seconds', value: '2024-03-01 09:00' },
      { name: 'one-digit month and day', value: '2024-3-1' },
      { name: 'one-digit hour', value: '2024-03-01 9:00:00' },
      { name: 'two blanks between', value: '2024-03-01  09:00:00' },
      { name: 'slashes', value: '2024/03/01' },
      { name: 'no separators', value: '20240301' },
      { name: 'seconds since 1970', value: '1709254800' },
      { name: 'a five-digit year', value: '12024-03-01' },
      { name: 'a word', value: 'yesterday' },
      { name: 'zero', value: '0' },
    ])('refused: $name', ({ name, value, shown = value }) =>
      expectRefusal({
        name,
        query: `company_id=100&${field}=${value}`,
        words: [`${field}: `, `"${shown}"`, 'YYYY-MM-DD HH:mm:ss', 'YYYY-MM-DD that exists'],
      }),
    );

    it('refused: given twice', () =>
      expectRefusal({
        name: '',
        query: `${field}=2024-03-01&${field}=2024-03-01`,
        words: [`${field}: `, '["2024-03-01","2024-03-01"]'],
      }));
  });

  it.each<Bad>([
    {
      name: 'start a day after the end',
      query: 'start_time=2024-03-03&end_time=2024-03-02',
      words: ['start_time: "2024-03-03"', '2024-03-02 23:59:59'],
    },
    {
      name: 'start a second after the end',
      query: 'start_time=2024-03-03 12:00:01&end_time=2024-03-03 12:00:00',
      words: ['start_time: "2024-03-03 12:00:01"', '2024-03-03 12:00:00'],
    },
    {
      name: 'start and end changed places',
      query: 'company_id=100&start_time=2024-12-31&end_time=2024-01-01',
      words: ['start_time: "2024-12-31"', 'end_time'],
    },
  ])('refused: $name', (row) => expectRefusal(row));
});

describe('count and start_index: page size and page number', () => {
  const newestOf400 = twentyFive.toReversed();
  it.each<Good>([
    { name: 'ten when not given', query: 'company_id=400', ids: newestOf400.slice(0, 10), total: 25 },
    { name: 'empty is not given', query: 'company_id=400&count=&start_index=', ids: newestOf400.slice(0, 10), total: 25 },
    { name: 'one', query: 'company_id=400&count=1', ids: [3025], total: 25 },
    { name: 'exactly all', query: 'company_id=400&count=25', ids: newestOf400 },
    { name: 'more than there are', query: 'company_id=400&count=1000', ids: newestOf400 },
    { name: 'blanks around', query: 'company_id=400&count= 2 &start_index= 2 ', ids: [3023, 3022], total: 25 },
    { name: 'a plus sign in a query is a blank', query: 'company_id=400&count=+2', ids: [3025, 3024], total: 25 },
    { name: 'leading zeros are digits', query: 'company_id=400&count=002', ids: [3025, 3024], total: 25 },
    {
      name: 'the largest page',
      query: 'company_id=500&count=1000',
      ids: thousandAndOne.toReversed().slice(0, 1000),
      total: 1001,
    },
    { name: 'what is left after it', query: 'company_id=500&count=1000&start_index=2', ids: [4001], total: 1001 },
    { name: 'first page', query: 'company_id=400&start_index=1', ids: newestOf400.slice(0, 10), total: 25 },
    { name: 'middle page', query: 'company_id=400&start_index=2', ids: newestOf400.slice(10, 20), total: 25 },
    { name: 'last page, a short one', query: 'company_id=400&start_index=3', ids: newestOf400.slice(20), total: 25 },
    { name: 'last page, a full one', query: 'company_id=400&count=5&start_index=5', ids: newestOf400.slice(20), total: 25 },
    { name: 'past the end', query: 'company_id=400&start_index=4', ids: [], total: 25 },
    { name: 'past the end of a full last page', query: 'company_id=400&count=5&start_index=6', ids: [], total: 25 },
    { name: 'past the end of nothing', query: 'company_id=102&start_index=2', ids: [] },
    { name: 'far past the end', query: 'company_id=400&start_index=1000000', ids: [], total: 25 },
    {
      name: 'the largest page number and size',
      query: 'company_id=400&start_index=9007199254740991&count=1000',
      ids: [],
      total: 25,
    },
    { name: 'deep in the enterprise', query: `count=1&start_index=${everything}`, ids: [4001], total: everything },
    { name: 'past the end of the enterprise', query: `count=1&start_index=${everything + 1}`, ids: [], total: everything },
  ])('$name', (row) => expectIds(row));

  it.each<Bad>([
    { name: 'count 0', query: 'count=0', words: ['count: "0"', 'from 1 to 1000'] },
    { name: 'count 1001', query: 'count=1001', words: ['count: "1001"', 'from 1 to 1000'] },
    { name: 'count -1', query: 'count=-1', words: ['count: "-1"', 'from 1 to 1000'] },
    { name: 'count 1.5', query: 'count=1.5', words: ['count: "1.5"', 'from 1 to 1000'] },
    { name: 'count 10.0', query: 'count=10.0', words: ['count: "10.0"', 'from 1 to 1000'] },
    { name: 'count abc', query: 'count=abc', words: ['count: "abc"', 'from 1 to 1000'] },
    { name: 'count with a plus sign', query: 'count=%2B5', words: ['count: "+5"', 'from 1 to 1000'] },
    { name: 'count 1e2', query: 'count=1e2', words: ['count: "1e2"', 'from 1 to 1000'] },
    { name: 'count of twenty digits', query: `count=${'9'.repeat(20)}`, words: ['count: "99999999999999999999"'] },
    { name: 'count twice', query: 'count=5&count=5', words: ['count: ["5","5"]', 'from 1 to 1000'] },
    { name: 'start_index 0', query: 'start_index=0', words: ['start_index: "0"', 'from 1 to 9007199254740991'] },
    { name: 'start_index -1', query: 'start_index=-1', words: ['start_index: "-1"', 'from 1 to 9007199254740991'] },
    { name: 'start_index 1.5', query: 'start_index=1.5', words: ['start_index: "1.5"'] },
    { name: 'start_index abc', query: 'start_index=abc', words: ['start_index: "abc"'] },
    { name: 'start_index 2^53', query: 'start_index=9007199254740992', words: ['start_index: "9007199254740992"'] },
    { name: 'start_index twice', query: 'start_index=1&start_index=2', words: ['start_index: ["1","2"]'] },
  ])('refused: $name', (row) => expectRefusal(row));

  it('names the first parameter that is wrong, and only says what a caller may know', async () => {
    const answer = await ask('company_id=100&count=0');
    expect(answer.text).toBe(
      `{"code":400,"message":"count: \\"0\\" is not accepted; accepted: a whole number from 1 to 1000","now":"${now}","data":[]}`,
    );
  });
});

describe('every page together is the whole list, once each', () => {
  it.each([
    { name: 'a company', query: 'company_id=400', count: 7, ids: twentyFive.toReversed() },
    { name: 'a company in pages of one', query: 'company_id=100', count: 1, ids: about100 },
    { name: 'a lead', query: 'lead_id=200', count: 3, ids: about200 },
    { name: 'an opportunity', query: 'opportunity_id=300', count: 2, ids: about300 },
    {
      name: 'the enterprise',
      query: '',
      count: 100,
      ids: [...newestTen, ...twentyFive.toReversed(), ...thousandAndOne.toReversed()],
    },
  ])('$name', async ({ query, count, ids }) => {
    const seen: number[] = [];
    for (let page = 1; ; page++) {
      const { data } = (await ask(`${query}&count=${count}&start_index=${page}`)).json<ListBody>();
      expect(data.totalItem).toBe(ids.length);
      if (data.list.length === 0) break;
      seen.push(...data.list.map((item) => item.trail_id));
    }
    expect(seen).toEqual(ids);
  });
});

describe('enterprises never see each other', () => {
  it.each([
    { name: "another's company", as: token, query: 'company_id=900', ids: [], total: 0 },
    { name: 'a company id that both have: ours', as: token, query: 'company_id=100', ids: about100, total: 6 },
    { name: 'a company id that both have: theirs', as: otherToken, query: 'company_id=100', ids: [2001], total: 1 },
    { name: 'the whole enterprise of the other', as: otherToken, query: '', ids: [2002, 2001], total: 2 },
    { name: 'our lead, asked by the other', as: otherToken, query: 'lead_id=200', ids: [], total: 0 },
    { name: 'two subjects of ours, asked by the other', as: otherToken, query: 'company_id=100&lead_id=200', ids: [], total: 0 },
  ])('$name', async ({ as, query, ids, total }) => {
    const { data } = (await ask(query, as)).json<ListBody>();
    expect({ ids: data.list.map((item) => item.trail_id), total: data.totalItem }).toEqual({ ids, total });
  });

  it('a client_id in the query changes nothing but the header', async () => {
    const answer = await ask(`client_id=${otherTenant}&company_id=100`);
    expect(answer.json<ListBody>().data.list.map((item) => item.trail_id)).toEqual(about100);
    expect(answer.text).not.toContain('foreign words');
    expect(answer.headers['x-genjin-ignored']).toBe('client_id');
  });

  it('a joined object that only another enterprise knows is unknown', async () => {
    const { data } = (await ask('count=1')).json<{ data: { list: Record<string, unknown>[] } }>();
    expect(data.list[0]).toMatchObject({ trail_id: 1010, customer_id: [950], customer_info: null });
  });
});
