/** The example answer of OKKI's page, reproduced; and how an entry's fields and joined objects look in every odd case. */
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { exampleEntries } from '../../src/demo/example.ts';
import { formatTime } from '../../src/wire/time.ts';
import { entry, type WireEntry } from '../support/entries.ts';
import { listPath, startServer, type TestServer } from '../support/server.ts';

const now = '2024-11-04 10:49:07';
const exampleQuery = `${listPath}?company_id=16696797769`;

/** The order of OKKI's page. */
const fields = [
  'follow_up_id',
  'trail_id',
  'type',
  'client_id',
  'create_user',
  'refer_id',
  'content',
  'file_ids',
  'enable_flag',
  'created_at',
  'create_time',
  'update_time',
  'company_id',
  'customer_id',
  'lead_id',
  'lead_customer_id',
  'opportunity_id',
  'delete_flag',
  'inquiry_id',
  'track_session_no',
  'comment_count',
  'company_info',
  'lead_info',
  'opportunity_info',
  'create_user_info',
  'customer_info',
  'lead_customer_info',
  'file_info',
];

/** The page contradicts itself in one value: a contact's e-mail in the fifth entry; the later one is shown in both. */
function expectedExample(): WireEntry[] {
  const entries = structuredClone(exampleEntries) as { customer_info: { customer_id: number; email: string }[] | null }[];
  const contact = entries[4]?.customer_info?.find((one) => one.customer_id === 4415640999551);
  expect(contact?.email).toBe('man@mantest.com');
  if (contact !== undefined) contact.email = 'xiaoman@mantest.com';
  return entries as unknown as WireEntry[];
}

interface ListData {
  readonly list: readonly WireEntry[];
  readonly totalItem: number;
}

async function list(server: TestServer, token: string, query = ''): Promise<ListData> {
  const answer = await server.get(token, `${listPath}?${query}`);
  expect(answer.status).toBe(200);
  return answer.json<{ data: ListData }>().data;
}

describe('the six entries of the page', () => {
  const orders: { name: string; portions: (readonly unknown[])[] }[] = [
    { name: 'imported as they come', portions: [exampleEntries] },
    { name: 'imported oldest first', portions: [exampleEntries.toReversed()] },
    { name: 'imported one by one, oldest first', portions: exampleEntries.toReversed().map((one) => [one]) },
    { name: 'imported twice', portions: [exampleEntries, exampleEntries] },
  ];

  it.each(orders)('$name: the answer is the same text', async ({ portions }) => {
    const server = await startServer({ now });
    onTestFinished(server.close);
    for (const portion of portions) await server.import(portion);
    const answer = await server.get(await server.tokenOf(), exampleQuery);
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    // As text: values, types and the order of keys, all at once.
    expect(answer.text).toBe(
      `{"code":200,"message":"success","now":"${now}","data":{"list":${JSON.stringify(expectedExample())},"totalItem":6}}`,
    );
  });

  it('has the 28 fields in the order of the page, ids as numbers and times as texts', async () => {
    const server = await startServer({ now });
    onTestFinished(server.close);
    await server.import(exampleEntries);
    const answer = await server.get(await server.tokenOf(), exampleQuery);
    const body = answer.json<{ data: ListData }>();
    expect(Object.keys(body)).toEqual(['code', 'message', 'now', 'data']);
    expect(Object.keys(body.data)).toEqual(['list', 'totalItem']);
    expect(body.data.totalItem).toBe(6);
    expect(body.data.list.map((one) => one['trail_id'])).toEqual([
      25646265871658, 25197419337290, 10452468112775, 8390479839358, 5379694081528, 1632775077227,
    ]);
    for (const one of body.data.list) {
      expect(Object.keys(one)).toEqual(fields);
      expect(Object.values(one).slice(0, 6).every(Number.isSafeInteger)).toBe(true);
      for (const time of ['created_at', 'create_time', 'update_time']) {
        expect(one[time]).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
      }
      expect((one['create_user_info'] as WireEntry)['user_id']).toBe(String(one['create_user']));
    }
  });
});

describe('one entry, with everything', () => {
  it('comes back as it went in, key order too', async () => {
    const server = await startServer({ now });
    onTestFinished(server.close);
    const whole = {
      follow_up_id: 9002,
      trail_id: 9001,
      type: 1203,
      client_id: 23412,
      create_user: 55,
      refer_id: 8000,
      content: '一\n二',
      file_ids: [71, 72],
      enable_flag: 1,
      created_at: '2024-01-02 03:04:05',
      create_time: '2023-12-31 23:59:59',
      update_time: '2024-02-29 00:00:00',
      company_id: 10,
      customer_id: [21, 20],
      lead_id: 30,
      lead_customer_id: [40],
      opportunity_id: 50,
      delete_flag: 0,
      inquiry_id: 60,
      track_session_no: 61,
      comment_count: 3,
      company_info: { company_id: 10, name: 'Müller & Söhne "GmbH"', is_archive: 1 },
      lead_info: { lead_id: 30, name: '线索' },
      opportunity_info: { opportunity_id: 50, name: '商机' },
      create_user_info: { user_id: '55', nickname: '张三', avatar: 'https://cdn.example/a.png' },
      customer_info: [
        {
          customer_id: 21,
          name: 'B',
          email: 'b@example.com',
          tel_list: [
            ['86', '138'],
            ['', '1'],
          ],
          contact: [],
        },
        { customer_id: 20, name: 'A', email: '', tel_list: [], contact: [{ type: 'whatsapp', value: '86 1' }] },
      ],
      lead_customer_info: [{ customer_id: 40, name: 'L', email: 'l@example.com', tel_list: [], contact: [] }],
      file_info: [
        { file_id: 71, file_name: '报价.pdf', file_size: 1234, file_path: '/f/71', file_preview_url: 'https://cdn.example/71' },
        { file_id: 72, file_name: 'b.png', file_size: 0, file_path: '', file_preview_url: '' },
      ],
    };
    expect(Object.keys(whole)).toEqual(fields);
    await server.import([whole]);
    const answer = await server.get(await server.tokenOf(), listPath);
    expect(answer.text).toContain(`"data":{"list":[${JSON.stringify(whole)}],"totalItem":1}`);
  });
});

describe('odd values', async () => {
  const server = await startServer({ now });
  afterAll(() => server.close());
  const token = await server.tokenOf();
  const contact = (customer_id: number, name: string) => ({ customer_id, name, email: '', tel_list: [], contact: [] });

  const rows: { name: string; given: WireEntry; shown: WireEntry }[] = [
    {
      name: 'nothing joined: [] for objects, null for lists',
      given: {},
      shown: {
        company_id: 0,
        lead_id: 0,
        opportunity_id: 0,
        create_user: 0,
        customer_id: [],
        lead_customer_id: [],
        file_ids: [],
        company_info: [],
        lead_info: [],
        opportunity_info: [],
        create_user_info: [],
        customer_info: null,
        lead_customer_info: null,
        file_info: null,
      },
    },
    {
      name: 'ids of objects that nobody has told of: the id stays, the joined object is none',
      given: {
        company_id: 900001,
        company_info: [],
        lead_id: 900002,
        lead_info: [],
        opportunity_id: 900003,
        opportunity_info: [],
        create_user: 900004,
        create_user_info: [],
        customer_id: [900005],
        customer_info: null,
        lead_customer_id: [900006],
        lead_customer_info: null,
        file_ids: [900007],
        file_info: null,
      },
      shown: {
        company_id: 900001,
        lead_id: 900002,
        opportunity_id: 900003,
        create_user: 900004,
        customer_id: [900005],
        lead_customer_id: [900006],
        file_ids: [900007],
        company_info: [],
        lead_info: [],
        opportunity_info: [],
        create_user_info: [],
        customer_info: null,
        lead_customer_info: null,
        file_info: null,
      },
    },
    {
      name: '[0] as a list of ids means none',
      given: { customer_id: [0], customer_info: null, lead_customer_id: [0], lead_customer_info: null, file_ids: [0] },
      shown: {
        customer_id: [],
        customer_info: null,
        lead_customer_id: [],
        lead_customer_info: null,
        file_ids: [],
        file_info: null,
      },
    },
    {
      name: 'ids in lists are numbers, also when they came as texts',
      given: { customer_id: ['910001'], customer_info: null, file_ids: ['910002'], file_info: null },
      shown: { customer_id: [910001], file_ids: [910002] },
    },
    {
      name: 'a contact that is not known is missing in customer_info, not in customer_id',
      given: { customer_id: [920003, 920002, 920001], customer_info: [contact(920001, 'one'), contact(920003, 'three')] },
      shown: {
        customer_id: [920003, 920002, 920001],
        customer_info: [contact(920003, 'three'), contact(920001, 'one')],
      },
    },
    {
      name: 'a contact at a firm and one at a lead may share an id',
      given: {
        customer_id: [930001],
        customer_info: [contact(930001, 'at the firm')],
        lead_customer_id: [930001],
        lead_customer_info: [contact(930001, 'at the lead')],
      },
      shown: { customer_info: [contact(930001, 'at the firm')], lead_customer_info: [contact(930001, 'at the lead')] },
    },
    {
      name: 'a system entry without a follow-up record',
      given: { type: 801, follow_up_id: 0, refer_id: 0 },
      shown: { type: 801, follow_up_id: 0, refer_id: 0 },
    },
    {
      name: 'a system entry that refers to another object',
      given: { type: 1203, follow_up_id: undefined, refer_id: 23273099298949 },
      shown: { type: 1203, follow_up_id: 0, refer_id: 23273099298949 },
    },
    {
      name: 'a company that was deleted',
      given: { company_id: 940001, company_info: { company_id: 940001, name: 'gone', is_archive: 0 } },
      shown: { company_id: 940001, company_info: { company_id: 940001, name: 'gone', is_archive: 0 } },
    },
    {
      name: 'a user id that came as a number is shown as a text',
      given: { create_user: 950001, create_user_info: { user_id: 950001, nickname: 'n', avatar: '' } },
      shown: { create_user: 950001, create_user_info: { user_id: '950001', nickname: 'n', avatar: '' } },
    },
    {
      name: 'times in any order',
      given: { created_at: '2024-01-01 00:00:00', create_time: '2024-05-05 05:05:05', update_time: '2023-01-01 00:00:00' },
      shown: { created_at: '2024-01-01 00:00:00', create_time: '2024-05-05 05:05:05', update_time: '2023-01-01 00:00:00' },
    },
    { name: 'content may be empty', given: { content: '' }, shown: { content: '' } },
    { name: 'content keeps its blanks', given: { content: ' \t a \n\r\n ' }, shown: { content: ' \t a \n\r\n ' } },
    { name: 'content is not normalised', given: { content: 'e\u0301 \u00e9 ﬁ' }, shown: { content: 'e\u0301 \u00e9 ﬁ' } },
    {
      name: 'content of odd characters',
      given: { content: '\u0000 \u2028 \u2029 \ufeff \ufffd 😀 </script> \\" \u007f' },
      shown: { content: '\u0000 \u2028 \u2029 \ufeff \ufffd 😀 </script> \\" \u007f' },
    },
    { name: 'the largest ids', given: { inquiry_id: 9007199254740991 }, shown: { inquiry_id: 9007199254740991 } },
  ];

  it.each(rows)('$name', async ({ given, shown }) => {
    // Each is the only one of its second, so that the list of that second is it.
    server.clock.advance(1000);
    const one = entry({ create_time: formatTime(server.clock.at), ...given });
    await server.import([one]);
    const time = String(one['create_time']);
    const { list: found, totalItem } = await list(server, token, `start_time=${time}&end_time=${time}`.replaceAll(' ', '%20'));
    expect(totalItem).toBe(1);
    expect(found[0]).toMatchObject(shown);
    expect(Object.keys(found[0] ?? {})).toEqual(fields);
  });
});

describe('joined objects are live', () => {
  const company = (name: string, update_time: string, more: WireEntry = {}): WireEntry =>
    entry({ company_id: 10, company_info: { company_id: 10, name, is_archive: 1 }, create_time: update_time, ...more });

  const rows: { name: string; portions: WireEntry[][]; names: string[] }[] = [
    {
      name: 'a later import renames the company in all its entries',
      portions: [
        [company('old', '2024-01-01 00:00:00'), company('old', '2024-01-02 00:00:00')],
        [company('new', '2024-01-03 00:00:00')],
      ],
      names: ['new', 'new', 'new'],
    },
    {
      name: 'an import of something older does not',
      portions: [[company('new', '2024-01-03 00:00:00')], [company('old', '2024-01-02 00:00:00')]],
      names: ['new', 'new'],
    },
    {
      name: 'the later update_time decides, not the later create_time',
      portions: [
        [company('new', '2024-01-01 00:00:00', { update_time: '2024-06-01 00:00:00' })],
        [company('old', '2024-05-01 00:00:00', { update_time: '2024-05-01 00:00:00' })],
      ],
      names: ['new', 'new'],
    },
    {
      name: 'on a tie the one that was here stays',
      portions: [[company('first', '2024-01-01 00:00:00')], [company('second', '2024-01-01 00:00:00')]],
      names: ['first', 'first'],
    },
    {
      name: 'on a tie within one portion the first stays',
      portions: [[company('first', '2024-01-01 00:00:00'), company('second', '2024-01-01 00:00:00')]],
      names: ['first', 'first'],
    },
    {
      name: 'an entry that was deleted may still tell of its company',
      portions: [[company('old', '2024-01-01 00:00:00')], [company('new', '2024-01-02 00:00:00', { delete_flag: 1 })]],
      names: ['new'],
    },
  ];

  it.each(rows)('$name', async ({ portions, names }) => {
    const server = await startServer({ now });
    onTestFinished(server.close);
    for (const portion of portions) await server.import(portion);
    const { list: found } = await list(server, await server.tokenOf(), 'company_id=10');
    expect(found.map((one) => (one['company_info'] as WireEntry)['name'])).toEqual(names);
  });

  it('every kind of joined object is', async () => {
    const server = await startServer({ now });
    onTestFinished(server.close);
    const ids = {
      company_id: 1,
      lead_id: 2,
      opportunity_id: 3,
      create_user: 4,
      customer_id: [5],
      lead_customer_id: [6],
      file_ids: [7],
    };
    const joined = (word: string): WireEntry => ({
      company_info: { company_id: 1, name: word, is_archive: 1 },
      lead_info: { lead_id: 2, name: word },
      opportunity_info: { opportunity_id: 3, name: word },
      create_user_info: { user_id: '4', nickname: word, avatar: word },
      customer_info: [{ customer_id: 5, name: word, email: word, tel_list: [[word, word]], contact: [] }],
      lead_customer_info: [{ customer_id: 6, name: word, email: word, tel_list: [], contact: [{ type: word, value: word }] }],
      file_info: [{ file_id: 7, file_name: word, file_size: word.length, file_path: word, file_preview_url: word }],
    });
    await server.import([entry({ ...ids, ...joined('old'), create_time: '2024-01-01 00:00:00' })]);
    await server.import([entry({ ...ids, ...joined('newer'), create_time: '2024-01-02 00:00:00' })]);
    const { list: found } = await list(server, await server.tokenOf());
    expect(found).toHaveLength(2);
    for (const one of found) expect(one).toMatchObject(joined('newer'));
  });
});
