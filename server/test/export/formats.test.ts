import { describe, expect, test } from 'vitest';
import type { Trail } from '../../src/domain/objects.ts';
import type { Joined } from '../../src/domain/stores.ts';
import { columns, trailTable } from '../../src/export/columns.ts';
import { formats, type Portion } from '../../src/export/formats.ts';
import { maxCellLength, workbook } from '../../src/export/xlsx.ts';
import { zipped } from '../../src/export/zip.ts';
import { readEntry } from '../../src/wire/entry-wire.ts';
import type { ExportFormat, ExportLanguage } from '../../src/wire/trail-export-wire.ts';
import { recordsOf } from '../support/csv.ts';
import { entry, testTenant, type WireEntry } from '../support/entries.ts';
import { sheetsOf, unzipped } from '../support/xlsx.ts';

/** Entries with what they show of their joined objects. */
function portionOf(entries: readonly WireEntry[]): Portion {
  const joined: Record<string, Map<number, unknown>> = {};
  for (const kind of ['company', 'lead', 'opportunity', 'user', 'contact', 'leadContact', 'file']) joined[kind] = new Map();
  const trails: Trail[] = [];
  for (const { trail, learned } of entries.map(readEntry)) {
    trails.push({ ...trail, ownCommentCount: 1 });
    for (const { kind, id, fields } of learned) joined[kind]?.set(id, fields);
  }
  return { tenantId: testTenant, trails, joined: joined as unknown as Joined };
}

async function* portionsOf(...portions: readonly (readonly WireEntry[])[]): AsyncGenerator<Portion> {
  for (const entries of portions) yield portionOf(entries);
}

async function bytesOf(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

const written = (format: ExportFormat, language: ExportLanguage, ...entries: readonly WireEntry[]): Promise<Buffer> =>
  bytesOf(formats[format].write(portionsOf(entries), language));

const place = (header: string): number => columns.findIndex((column) => column.header.en === header);

/** The content of one entry as a program reads it back. */
async function csvContent(content: string): Promise<string | undefined> {
  const text = (await written('csv', 'en', entry({ content }))).toString();
  return recordsOf(text.slice(1))[1]?.[place('Content')];
}
async function xlsxContent(content: string): Promise<unknown> {
  return sheetsOf(await written('xlsx', 'en', entry({ content })))[0]?.rows[1]?.[place('Content')];
}

const person = (customer_id: number, name: string) => ({ customer_id, name, email: '', tel_list: [], contact: [] });
const whole = entry({
  trail_id: 1_000_000_000_000_002,
  type: 103,
  create_time: '2024-05-01 12:00:01',
  created_at: '2024-05-02 00:00:00',
  update_time: '2024-05-03 23:59:59',
  company_id: 11,
  company_info: { company_id: 11, name: 'Müller & Söhne', is_archive: 1 },
  lead_id: 12,
  opportunity_id: 13,
  create_user: 14,
  customer_id: [15, 16, 99],
  customer_info: [person(15, '张三'), person(16, 'Ann')],
  lead_customer_id: [17],
  lead_customer_info: [person(17, 'Bob')],
  file_ids: [18],
  file_info: [{ file_id: 18, file_name: '报价.pdf', file_size: 1, file_path: '', file_preview_url: '' }],
  content: '谈好了',
  comment_count: 2,
});

describe('every column', () => {
  const id = '1000000000000002';
  const ids = [id, '1000000000000003', '103', '11', '12', '13', '15; 16; 99', '17', '14', '18', String(testTenant)];
  const rest = ['2024-05-02 00:00:00', '2024-05-03 23:59:59', ...ids];
  const names = ['Müller & Söhne', 'lead 12', 'opportunity 13', '张三; Ann; Bob', 'user 14', '谈好了', '报价.pdf'];
  const cases: [ExportLanguage, string[], (string | number)[]][] = [
    ['zh', ['跟进时间', '跟进类型', '客户'], ['2024-05-01 12:00:01', '电话', ...names, 3, '有效', ...rest]],
    ['en', ['Follow-up time', 'Type', 'Company'], ['2024-05-01 12:00:01', 'Call', ...names, 3, 'live', ...rest]],
  ];
  test.each(cases)('%s', async (language, headers, values) => {
    const records = recordsOf((await written('csv', language, whole)).toString().slice(1));
    expect(records[0]?.slice(0, 3)).toEqual(headers);
    expect(records).toEqual([records[0], values.map(String)]);

    const sheets = sheetsOf(await written('xlsx', language, whole));
    expect(sheets.map(({ name }) => name)).toEqual([language === 'zh' ? '跟进' : 'Follow-ups']);
    expect(sheets[0]?.rows).toEqual([records[0], values]);
  });

  test('what an entry does not have is empty; what is removed or of an unknown type says so', async () => {
    const bare = entry({ trail_id: 1, follow_up_id: 0, type: 777, delete_flag: 1, content: '' });
    const empty = { text: undefined, csv: '' };
    for (const [format, blank] of [
      ['csv', empty.csv],
      ['xlsx', empty.text],
    ] as const) {
      const file = await written(format, 'zh', bare);
      const row = format === 'csv' ? recordsOf(file.toString().slice(1))[1] : sheetsOf(file)[0]?.rows[1];
      for (const header of [
        'Company',
        'Lead',
        'Opportunity',
        'Contacts',
        'Author',
        'Content',
        'Files',
        'Follow-up ID',
        'Company ID',
      ])
        expect(row?.[place(header)], `${format} ${header}`).toBe(blank);
      expect(row?.[place('Type')]).toBe('777');
      expect(row?.[place('State')]).toBe('已删除');
    }
  });
});

describe('csv: texts', () => {
  const cases: [string, string, string][] = [
    ['plain', 'called', 'called'],
    ['a comma', 'a,b', 'a,b'],
    ['quotes', 'he said "yes"', 'he said "yes"'],
    ['only quotes', '""', '""'],
    ['lines', 'a\nb\r\nc\rd', 'a\nb\r\nc\rd'],
    ['spaces at both ends', '  a  ', '  a  '],
    ['an emoji', '🙂👨‍👩‍👧', '🙂👨‍👩‍👧'],
    ['a byte order mark', '\ufeffa', '\ufeffa'],
    ['very long', '长'.repeat(100_000), '长'.repeat(100_000)],
    ['a formula', '=1+1', "'=1+1"],
    ['a formula with quotes', '=HYPERLINK("http://evil","click")', `'=HYPERLINK("http://evil","click")`],
    ['a plus', '+86 138', "'+86 138"],
    ['a minus', '-1', "'-1"],
    ['an at sign', '@SUM(A1)', "'@SUM(A1)"],
    ['a tab', '\t=1', "'\t=1"],
    ['a carriage return', '\r=1', "'\r=1"],
    ['a wide sign', '＝1+1', "'＝1+1"],
    ['a sign in the midst', 'a=1', 'a=1'],
    ['an apostrophe', "'=1", "'=1"],
  ];
  test.each(cases)('%s', async (_name, content, expected) => {
    expect(await csvContent(content)).toBe(expected);
  });

  test('bytes: a mark, commas, CR LF after every record', async () => {
    const text = (await written('csv', 'en', entry({ content: 'a' }), entry({ content: 'b,\n' }))).toString();
    expect(text).toMatch(
      /^\ufeffFollow-up time,Type,[^\r\n]*\r\n2024-05-01 12:00:00,Quick note,[^\r\n]*,a,[^\r\n]*\r\n[^\r\n]*,"b,\n",[^\r\n]*\r\n$/,
    );
  });

  test('names are defused like contents', async () => {
    const company = { company_id: 1, name: '=cmd', is_archive: 1 };
    const text = (await written('csv', 'en', entry({ company_id: 1, company_info: company }))).toString();
    expect(recordsOf(text.slice(1))[1]?.[place('Company')]).toBe("'=cmd");
  });
});

describe('xlsx: texts', () => {
  const cases: [string, string][] = [
    ['plain', 'called'],
    ['what looks like a formula', '=1+1'],
    ['what looks like a number', '0012'],
    ['marks of XML', `<a href="x">&amp; 'b' ]]></a>`],
    ['lines and tabs', 'a\nb\r\nc\rd\te'],
    ['spaces at both ends', '  a  '],
    ['controls', '\u0001\u001f\u007f\u0085'],
    ['what looks like an escape', '_x000D_ _x0041_x0042_ __x0041__'],
    ['no character of XML', '\ufffe\uffff'],
    ['an emoji', '🙂👨‍👩‍👧'],
    ['as long as a cell', '长'.repeat(maxCellLength)],
  ];
  test.each(cases)('%s', async (_name, content) => {
    expect(await xlsxContent(content)).toBe(content);
  });

  test('longer than a cell: cut, with a mark, between characters', async () => {
    for (const start of ['', 'a']) {
      const cut = (await xlsxContent(start + '🙂'.repeat(20_000))) as string;
      const [, kept, mark] = /^(a?(?:🙂)+)(… \(cut: .*)$/u.exec(cut) ?? [];
      expect(mark).toContain('32,767');
      expect(cut.length).toBeLessThanOrEqual(maxCellLength);
      expect(cut.length).toBeGreaterThan(maxCellLength - 2);
      expect(kept?.isWellFormed()).toBe(true);
    }
  });
});

describe('xlsx: times', () => {
  const cases: [string, string][] = [
    ['now', '2024-05-01 12:34:56'],
    ['the last second', '9999-12-31 23:59:59'],
    ['the first second that Excel has right', '1900-03-01 00:00:00'],
    ['before it: a text', '1900-02-28 23:59:59'],
    ['long before it', '1000-01-01 00:00:00'],
  ];
  test.each(cases)('%s', async (_name, time) => {
    const file = await written('xlsx', 'en', entry({ create_time: time }));
    expect(sheetsOf(file)[0]?.rows[1]?.[0]).toBe(time);
    expect(unzipped(file).get('xl/worksheets/sheet1.xml')?.includes(time)).toBe(time < '1900-03-01');
  });
});

test('NUL is refused in csv and xlsx, with the entry and the column; ndjson keeps it', async () => {
  const bad = entry({ trail_id: 77, content: 'a\0b' });
  for (const format of ['csv', 'xlsx'] as const) {
    await expect(written(format, 'zh', entry(), bad)).rejects.toThrow(
      `${format.toUpperCase()} cannot hold it: entry 77 has a NUL character in Content; NDJSON can`,
    );
  }
  expect((await written('ndjson', 'zh', bad)).toString()).toContain('"content":"a\\u0000b"');
});

describe('no entries', () => {
  test('a csv has its header', async () => {
    expect(recordsOf((await written('csv', 'zh')).toString().slice(1))).toHaveLength(1);
  });
  test('a workbook has one sheet with its header', async () => {
    expect(sheetsOf(await written('xlsx', 'zh')).map(({ rows }) => rows.length)).toEqual([1]);
  });
  test('an ndjson has nothing', async () => {
    expect(await written('ndjson', 'zh')).toHaveLength(0);
  });
});

describe('more rows than a sheet holds go to further sheets', () => {
  const cases: [name: string, entries: number, sheets: number[]][] = [
    ['one less than full', 4, [5]],
    ['full', 5, [6]],
    ['one more', 6, [6, 2]],
    ['twice full', 10, [6, 6]],
    ['much more', 21, [6, 6, 6, 6, 2]],
  ];
  test.each(cases)('%s', async (_name, count, sizes) => {
    const entries = Array.from({ length: count }, (_, i) => entry({ content: `n ${i}` }));
    for (const size of [1, 3, 50]) {
      const portions = (async function* () {
        for (let from = 0; from < count; from += size) {
          const { trails, joined } = portionOf(entries.slice(from, from + size));
          yield trails.map((trail) => ({ tenantId: testTenant, trail, joined }));
        }
      })();
      const sheets = sheetsOf(await bytesOf(zipped(workbook(trailTable, portions, 'en', 6))));
      expect(sheets.map(({ rows }) => rows.length)).toEqual(sizes);
      expect(sheets.map(({ name }) => name)).toEqual(sizes.map((_, i) => (i === 0 ? 'Follow-ups' : `Follow-ups ${i + 1}`)));
      const contents = sheets.flatMap(({ rows }) => rows.slice(1).map((row) => row[place('Content')]));
      expect(contents).toEqual(entries.map((one) => one['content']));
    }
  });
});

describe('given up early, a file gives up what it is made of', () => {
  test.each(['ndjson', 'csv', 'xlsx'] as const)('%s', async (format) => {
    let ended = false;
    let read = 0;
    const portions = (async function* () {
      try {
        // Content that cannot be packed to nothing, so that there is soon something to read.
        for (; ; read++) yield portionOf([entry({ content: crypto.getRandomValues(Buffer.alloc(30_000)).toString('base64') })]);
      } finally {
        ended = true;
      }
    })();
    for await (const chunk of formats[format].write(portions, 'zh')) if (chunk.length > 0 && read > 3) break;
    expect(ended).toBe(true);
    expect(read).toBeLessThan(2000);
  });
});
