import { describe, expect, test } from 'vitest';
import type { ImportedEntry } from '../../src/domain/import.ts';
import { readItem } from '../../src/import/reading.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { exported, openStore } from './fixture.ts';

/** What an import makes of one line: the entry, or the reason why it is none. */
function readBytes(bytes: Buffer): ImportedEntry | string {
  const entry = readItem({ line: 1, bytes });
  return 'reason' in entry ? entry.reason : entry;
}
const read = (raw: unknown): ImportedEntry | string => readBytes(Buffer.from(JSON.stringify(raw)));

test('strings for numbers, and everything that may be missing', async () => {
  const store = await openStore();
  const full = entry({ trail_id: 100, company_id: 1, lead_id: 2, opportunity_id: 3, customer_id: [4], comment_count: 6 });
  const texts = Object.fromEntries(
    Object.entries(full).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]),
  );
  expect(read({ ...texts, customer_id: ['4'] })).toEqual(read(full));

  const least = { trail_id: 102, client_id: testTenant, type: 101, create_time: '2024-05-01 12:00:00' };
  await store.take(full, least);
  const none = { follow_up_id: 0, refer_id: 0, content: '' };
  expect((await exported(store)).get(102)).toEqual(entry({ ...least, ...none }));
  const absent: [string, unknown][] = [
    ['null', null],
    ['an empty text', ''],
  ];
  for (const [name, value] of absent) {
    const other = Object.fromEntries(Object.keys(entry()).map((field) => [field, field === 'content' ? '' : value]));
    expect(read({ ...other, ...least }), name).toEqual(read(least));
  }
  // [0] in a list of ids, and [] for an object, mean none.
  const zeros = { customer_id: [0], lead_customer_id: ['0', 0, ''], file_ids: [0], company_info: [], create_user_info: [] };
  expect(read({ ...least, ...zeros, customer_info: [], lead_customer_info: null, file_info: [] })).toEqual(read(least));
});

describe('a field that cannot be kept as it is is refused by name', () => {
  const ids = [-1, 1.5, 2 ** 53, '1e3', '0x10', ' 7', '-7', 'abc', true, {}, [], '99999999999999999999'];
  const optionalIds = [
    'follow_up_id',
    'create_user',
    'refer_id',
    'company_id',
    'lead_id',
    'opportunity_id',
    'inquiry_id',
    'track_session_no',
    'comment_count',
  ];
  const times = [
    '2024-02-30 10:00:00',
    '2024-05-01 24:00:00',
    '2024-05-01 10:60:00',
    '2024-5-1',
    '2024-05-01T10:00:00',
    'now',
    5,
    0,
  ];
  const lists = ['7', 7, {}, [1.5], ['x'], [null], [-1], [[1]]];
  const flags = [2, -1, 'yes', {}, []];
  const texts = [5, true, {}, [], '\ud83d', 'a\udc00b'];
  const table: [string, readonly unknown[]][] = [
    ...optionalIds.map((field): [string, unknown[]] => [field, ids]),
    ...['trail_id', 'client_id', 'type'].map((field): [string, unknown[]] => [field, [...ids, 0, '', null, undefined]]),
    ['create_time', [...times, '', null, undefined]],
    ['created_at', times],
    ['update_time', times],
    ['content', texts],
    ['enable_flag', flags],
    ['delete_flag', flags],
    ['file_ids', lists],
    ['customer_id', lists],
    ['lead_customer_id', lists],
    ...['company_info', 'lead_info', 'opportunity_info', 'create_user_info'].map((field): [string, unknown[]] => [
      field,
      [5, 'x', [1], true],
    ]),
    ...['customer_info', 'lead_customer_info', 'file_info'].map((field): [string, unknown[]] => [
      field,
      [5, 'x', {}, [1], [null], [[]]],
    ]),
  ];
  for (const [field, values] of table) {
    test(field, () => {
      for (const value of values) {
        const result = read({ ...entry({ trail_id: 100 }), [field]: value });
        expect(result, `${field} = ${JSON.stringify(value)}`).toBeTypeOf('string');
        expect(result).toMatch(new RegExp(`^${field}(: .* is not accepted| is missing); accepted: `));
      }
    });
  }

  const within: [string, WireEntry][] = [
    ['company_info.company_id', { company_info: { name: 'x' } }],
    ['company_info.name', { company_info: { company_id: 1, name: 5 } }],
    ['company_info.is_archive', { company_info: { company_id: 1, name: '', is_archive: 'x' } }],
    ['lead_info.lead_id', { lead_info: { lead_id: 0 } }],
    ['opportunity_info.name', { opportunity_info: { opportunity_id: 1, name: [] } }],
    ['create_user_info.user_id', { create_user_info: { user_id: 'x' } }],
    ['customer_info.customer_id', { customer_info: [{ name: 'x' }] }],
    ['customer_info.tel_list', { customer_info: [{ customer_id: 1, tel_list: [['86']] }] }],
    ['customer_info.tel_list', { customer_info: [{ customer_id: 1, tel_list: [['86', '1', '2']] }] }],
    ['customer_info.contact', { customer_info: [{ customer_id: 1, contact: ['x'] }] }],
    ['customer_info.email', { customer_info: [{ customer_id: 1, email: {} }] }],
    ['lead_customer_info.customer_id', { lead_customer_info: [{ customer_id: -1 }] }],
    ['file_info.file_id', { file_info: [{ file_name: 'x' }] }],
    ['file_info.file_size', { file_info: [{ file_id: 1, file_size: -1 }] }],
  ];
  for (const [i, [field, fields]] of within.entries()) {
    test(`${field} (${i})`, () => {
      expect(read(entry(fields))).toMatch(
        new RegExp(`^${field.replace('.', '\\.')}(:.* is not accepted| is missing); accepted: `),
      );
    });
  }

  const notEntries: [string, string, RegExp][] = [
    ['a number', '5', /^entry: 5 is not accepted/],
    ['null', 'null', /^entry: null is not accepted/],
    ['a list', '[1]', /^entry: \[1\] is not accepted/],
    ['no JSON', '{"a":', /^not JSON: /],
  ];
  for (const [name, text, reason] of notEntries) {
    test(name, () => expect(readBytes(Buffer.from(text))).toMatch(reason));
  }
  test('no UTF-8', () => expect(readBytes(Buffer.from([0x22, 0xff, 0x22]))).toBe('not UTF-8'));
});
