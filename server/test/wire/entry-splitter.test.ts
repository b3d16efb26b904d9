import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EntrySplitter } from '../../src/wire/entry-splitter.ts';

type Seen = { line: number; text: string; reason?: string };
type Options = { maxEntryBytes?: number };

function splitChunks(chunks: Buffer[], options?: Options): Seen[] {
  const splitter = new EntrySplitter(options);
  const items = [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  // latin1 keeps every byte apart, also where a piece is cut within a character.
  return items.map((item) => ({ ...item, text: item.bytes.toString('latin1') })).map(({ bytes: _, ...seen }) => seen);
}

function cut(file: Buffer, sizes: number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < file.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(file.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** Splits the file in one chunk, after making sure that other ways of cutting it give the same. */
function split(file: string | Buffer, options?: Options): Seen[] {
  const bytes = Buffer.from(file);
  const whole = splitChunks([bytes], options);
  expect(splitChunks(cut(bytes, [1]), options)).toEqual(whole);
  if (bytes.length < 3000) {
    for (let at = 0; at <= bytes.length; at++) {
      const halves = splitChunks([bytes.subarray(0, at), bytes.subarray(at)], options);
      if (JSON.stringify(halves) !== JSON.stringify(whole)) expect({ at, halves }).toEqual({ at, halves: whole });
    }
  } else expect(splitChunks(cut(bytes, [1000, 7, 4096]), options)).toEqual(whole);
  return whole;
}

function utf8(text: string): string {
  return Buffer.from(text, 'latin1').toString();
}

/** The ids of the entries with their lines, and for the rest the reasons. */
function brief(file: string | Buffer, options?: Options): string[] {
  return split(file, options).map(({ line, text, reason }) => {
    if (reason !== undefined) return `${line}: ${reason}`;
    try {
      return `${line}: #${(JSON.parse(utf8(text)) as { trail_id: unknown }).trail_id}`;
    } catch {
      return `${line}: broken ${text}`;
    }
  });
}

const AWKWARD = 'a{b}[c]"d\\e\\"\u2028跟进😀\n\t/,:]}';
const first = {
  follow_up_id: 25646265871661,
  trail_id: 1,
  content: '跟进',
  file_ids: [],
  create_time: '2024-08-20 10:48:42',
  customer_id: [4415640999551],
  company_info: { company_id: 16696797769, name: '小满的客户021', is_archive: 1 },
  customer_info: [{ customer_id: 4415640999551, name: '满021', tel_list: [], contact: [] }],
  file_info: null,
};
const second = { follow_up_id: 2, trail_id: 2, content: AWKWARD, customer_info: null };
const third = { trail_id: 3, data: { list: [{ trail_id: 99 }] }, list: [[{}], -1.5e3, true, ''] };
const entries = [first, second, third];

function page(list: unknown, envelope: object = {}): object {
  return { code: 200, message: 'success', now: '2024-11-04 10:49:07', data: { list, totalItem: 3 }, ...envelope };
}
const compact = (value: unknown) => JSON.stringify(value);
const pretty = (value: unknown) => JSON.stringify(value, null, 2);
const lines = (value: unknown) => pretty(value).split('\n').length;

describe('forms', () => {
  const table: [string, string, number[]][] = [
    ['lines', entries.map(compact).join('\n'), [1, 2, 3]],
    ['lines that end in a newline', `${entries.map(compact).join('\n')}\n`, [1, 2, 3]],
    ['CRLF, blanks and blank lines', `\r\n${entries.map((e) => `${compact(e)} \t\r\n`).join(' \r\n\n')}\n \n`, [2, 5, 8]],
    ['an array on one line', compact(entries), [1, 1, 1]],
    ['an array of a line each', `[\n${entries.map(compact).join(',\n')}\n]\n`, [2, 3, 4]],
    ['a pretty array', pretty(entries), [2, 2 + lines(first), 2 + lines(first) + lines(second)]],
    ['arrays after one another', `[${compact(first)}]\n[] [ ${compact(second)} ,\n${compact(third)}]`, [1, 2, 3]],
    ['a page on one line', compact(page(entries)), [1, 1, 1]],
    ['a pretty page', pretty(page(entries)), [7, 7 + lines(first), 7 + lines(first) + lines(second)]],
    ['pages by line', `${compact(page([first, second]))}\n\n${compact(page([third]))}\n`, [1, 1, 3]],
    ['pages without anything between', compact(page([first])) + pretty(page([second, third])), [1, 7, 7 + lines(second)]],
    ['a page with a pretty start', `{\n"data":{"list":[${entries.map(compact).join()}]},"code":200}`, [2, 2, 2]],
    ['bare lists', `${compact({ list: [first], totalItem: 1 })}${compact({ totalItem: 2, list: [second, third] })}`, [1, 1, 1]],
    ['pretty entries', entries.map(pretty).join('\n'), [1, 1 + lines(first), 1 + lines(first) + lines(second)]],
    [
      'pretty entries, then others',
      `${pretty(first)}${compact(second)}\n${compact(page([third]))}`,
      [1, lines(first), lines(first) + 1],
    ],
    ['a page among lines', `${compact(first)}\n ${compact(page([second, third]))}\r\n`, [1, 2, 2]],
  ];
  it.each(table)('%s', (_, file, expected) => {
    for (const text of [file, `\ufeff${file}`, file.replaceAll('\n', '\r\n')]) {
      const seen = split(text);
      expect(seen.map(({ line }) => line)).toEqual(expected);
      expect(seen.map((item) => JSON.parse(utf8(item.text)))).toEqual(entries);
      expect(seen.some((item) => item.reason !== undefined)).toBe(false);
    }
  });

  it.each([
    '',
    '\ufeff',
    ' \r\n\n',
    '[]',
    '[ ]\n',
    pretty(page([])),
    compact(page([])),
    '{"list":[]}',
    '\n\n[\n]\n{"list":[]}\n',
  ])('nothing in %j', (file) => expect(split(file)).toEqual([]));

  it('gives an entry without the blanks around it', () => {
    expect(split('{"trail_id":1} \r\n').map(({ text }) => text)).toEqual(['{"trail_id":1}']);
    expect(split(' [ {"trail_id": 1 } , {} ] ').map(({ text }) => text)).toEqual(['{"trail_id": 1 }', '{}']);
  });

  it('gives views into the chunk', () => {
    for (const text of ['{"trail_id":1}\n', '[{"trail_id":1}]']) {
      const chunk = Buffer.from(text);
      expect(new EntrySplitter().push(chunk)[0]?.bytes.buffer).toBe(chunk.buffer);
    }
  });

  it('takes only data.list of an envelope', () => {
    const data = { data: { list: [{ trail_id: 9 }] }, lists: [{}], totalItem: 1, list: [first] };
    const file = compact({ code: 200, list: [{ trail_id: 8 }], message: { list: [{}], data }, now: ['"list":[{'], data });
    expect(brief(file)).toEqual(['1: #1']);
  });
});

describe('what cannot be an entry', () => {
  it('rejects elements that are no objects', () => {
    const file = '[1,"a]\\"",null , [ {},\n[2]],\n{"trail_id":7},true\n,-1.5e3]';
    const scalars = ['1', '"a]\\""', 'null', '[ {},\n[2]]', '{"trail_id":7}', 'true', '-1.5e3'];
    expect(split(file).map(({ text }) => text)).toEqual(scalars);
    const no = 'not an object';
    expect(brief(file)).toEqual([`1: ${no}`, `1: ${no}`, `1: ${no}`, `1: ${no}`, '3: #7', `3: ${no}`, `4: ${no}`]);
    expect(brief(compact(page([null, first])))).toEqual([`1: ${no}`, '1: #1']);
  });

  it.each([
    [compact({ code: 401, message: 'no', data: null }), '1: page without data.list (code 401)'],
    [`\n${pretty({ message: 'no', code: -3, data: { code: 4 } })}`, '2: page without data.list (code -3)'],
    ['{"data":[{"list":[{}]}],"code":"17"}', '1: page without data.list (code 17)'],
    ['{"code":200,"data":{"list":null}}', '1: page without data.list (code 200)'],
    ['{"message":"no"}', '1: page without data.list'],
  ])('an error envelope: %s', (file, expected) => {
    expect(brief(file)).toEqual([expected]);
    expect(brief(`${file}\n${compact(page([first]))}`)).toEqual([expected, expect.stringMatching(/: #1$/)]);
    expect(split(file)[0]?.text).toBe(file.trim());
  });
});

describe('broken files', () => {
  const one = '{"trail_id":1}';
  const two = '{"trail_id":2}';
  const table: [string, string, string[]][] = [
    ['a bad line', `${one}\n{"trail_id":\n${two}\n`, ['1: #1', '2: broken {"trail_id":', '3: #2']],
    ['a bad first line', `oops\n${one}\n`, ['1: broken oops', '2: #1']],
    ['a cut-off last line', `${one}\n{"trail_id":2`, ['1: #1', '2: broken {"trail_id":2']],
    ['a lone brace', '{', ['1: broken {']],
    ['half of a byte order mark', '\xef\xbb', ['1: broken \xc3\xaf\xc2\xbb']],
    [
      'a broken page among lines',
      `${one}\n{"code":200,"data":{"list":[${two},{]\n${one}\n{"code":200,"data":{"list":[${two}\n${one}`,
      [
        '1: #1',
        '2: #2',
        '2: unexpected ] on line 2; skipped to the end of the line',
        '3: #1',
        '4: #2',
        '4: page begun on line 4 is not closed at the end of the line',
        '5: #1',
      ],
    ],
    [
      'an array cut off',
      `\n[${one},\n${two}`,
      ['2: #1', '3: #2', '2: array begun on line 2 is not closed at the end of the file'],
    ],
    [
      'an array cut off in an entry',
      `[${one},\n{"a":"\\`,
      ['1: #1', '2: entry begun on line 2 is not closed at the end of the file'],
    ],
    ['an array cut off in a string', `[${one},\n"a`, ['1: #1', '2: entry begun on line 2 is not closed at the end of the file']],
    ['a page cut off', '\n{"code":200,\n"data":{', ['2: page begun on line 2 is not closed at the end of the file']],
    ['a page cut off in a key', '{"code":200,"da', ['1: page begun on line 1 is not closed at the end of the file']],
    [
      'a page cut off behind the list',
      `{"code":1,"data":{"list":[${one}]}`,
      ['1: #1', '1: page begun on line 1 is not closed at the end of the file'],
    ],
    ['a pretty entry cut off', '{\n "trail_id":1\n', ['1: entry begun on line 1 is not closed at the end of the file']],
    ['a pretty entry cut off in its key', '\n{\n "tra', ['2: entry begun on line 2 is not closed at the end of the file']],
    ['a wrong bracket', `[\n${one},\n{"a":[1},\n${two}\n]\n`, ['2: #1', '3: unexpected } on line 3; skipped to line 4', '4: #2']],
    [
      'a wrong bracket, all on one line',
      `[${one},{"a":1],${two}]\n\n`,
      ['1: #1', '1: unexpected ] on line 1; skipped to the end of the file'],
    ],
    ['a line break in a string', `[\n{"a":"\n"},\n${two}]`, ['2: line break in a string on line 2; skipped to line 4', '4: #2']],
    ['an escaped line break', `[\n{"a":"\\\n"},\n${two}]`, ['2: line break in a string on line 2; skipped to line 4', '4: #2']],
    [
      'a line break in a key',
      `{"code":1,"da\nta":2}\n[${two}]`,
      ['1: line break in a string on line 1; skipped to line 3', '3: #2'],
    ],
    [
      'text between entries',
      `[${one}\nx y {\n z\n ${two},${one}]`,
      ['1: #1', '2: unexpected x on line 2; skipped to line 4', '4: #2', '4: #1'],
    ],
    ['characters between entries', `[${one}跟进\n${two}]`, ['1: #1', '1: unexpected text on line 1; skipped to line 2', '2: #2']],
    [
      'text between pretty entries',
      `{\n"trail_id":1}\nx\ny\n${two}`,
      ['1: #1', '3: unexpected x on line 3; skipped to line 5', '5: #2'],
    ],
    ['text behind an array', `[${one}]\nx`, ['1: #1', '2: unexpected x on line 2; skipped to the end of the file']],
    ['text in an envelope', `{"code":200 x}\n[${one}]`, ['1: unexpected x on line 1; skipped to line 2', '2: #1']],
    ['text for the first key', `{\nx}\n${one}`, ['1: broken {\nx}', '3: #1']],
    ['a missing comma', `[${one}\n${two}]`, ['1: #1', '2: unexpected { on line 2; skipped to line 2', '2: #2']],
    ['too many commas', `[,\n${two}]`, ['1: unexpected , on line 1; skipped to line 2', '2: #2']],
    ['a list closed with a brace', `[${one}}\n${two}`, ['1: #1', '1: unexpected } on line 1; skipped to line 2', '2: #2']],
    [
      'two errors',
      `[\n{]\n${one},\n{]\n${two}]`,
      ['2: unexpected ] on line 2; skipped to line 3', '3: #1', '4: unexpected ] on line 4; skipped to line 5', '5: #2'],
    ],
    [
      'a page cut off behind a comma',
      `{"code":200,"data":{"list":[{"a":1,\n{"code":200,"data":{"list":[\n${one}]}}`,
      ['1: unexpected { on line 2; skipped to line 2', '3: #1'],
    ],
    [
      'a page cut off in its envelope',
      `{"code":200,\n{"code":200,"data":{"list":[\n${one}]}}`,
      ['1: unexpected { on line 2; skipped to line 2', '3: #1'],
    ],
    [
      'too deep',
      `[\n{"a":${'['.repeat(2000)}\n,${one}\n,\n${two}]`,
      ['2: nested too deeply on line 2; skipped to line 5', '5: #2'],
    ],
  ];
  it.each(table)('%s', (_, file, expected) => {
    expect(brief(file)).toEqual(expected);
  });

  it('loses only the broken entry of a pretty page', () => {
    const rows = pretty(page([first, { ...first, trail_id: 4 }, { ...first, trail_id: 5 }])).split('\n');
    const [a = 0, b = 0, c = 0] = rows.flatMap((row, i) => (row === '      {' ? [i + 1] : []));
    expect(brief([...rows.with(b + 1, ']'), pretty(page([second]))].join('\n'))).toEqual([
      `${a}: #1`,
      `${b}: unexpected ] on line ${b + 2}; skipped to line ${c}`,
      `${c}: #5`,
      `${rows.length + 7}: #2`,
    ]);
    expect(brief(rows.with(b - 2, '').join('\n'))).toEqual([
      `${a}: unexpected { on line ${b}; skipped to line ${b}`,
      `${b}: #4`,
      `${c}: #5`,
    ]);
  });

  it('cuts a rejected piece to its first 4 KiB', () => {
    const long = `{"a":"${'跟'.repeat(5000)}"`;
    for (const file of [`[${long}`, `[${long}]`, `[${long}]\n{}`, `[["${long}"]]`, `{"code":1,"message":${long}}}`]) {
      const [item] = split(file);
      const from = file.startsWith('[') ? 1 : 0;
      expect(item?.text).toBe(
        Buffer.from(file)
          .subarray(from, from + 4096)
          .toString('latin1'),
      );
      expect(item?.reason).toBeDefined();
    }
  });
});

describe('too long entries', () => {
  const long = { trail_id: 5, content: '跟'.repeat(3000), list: [{}, '}'] };
  const list = [first, long, second];
  const reason = (line: number) => `${line}: entry longer than 2000 bytes`;
  it.each([
    ['lines', list.map(compact).join('\n'), ['1: #1', reason(2), '3: #2']],
    ['an array on one line', compact(list), ['1: #1', reason(1), '1: #2']],
    ['a page among lines', `{}\n${compact(page([second]))}\n${compact(first)}`, ['1: #undefined', '2: #2', '3: #1']],
    ['pretty entries', list.map(pretty).join('\n'), ['1: #1', reason(1 + lines(first)), `${1 + lines(first) + lines(long)}: #2`]],
    [
      'a line of which only the beginning is blank',
      `{}\n${' '.repeat(5000)}{}\n{}`,
      ['1: #undefined', reason(2), '3: #undefined'],
    ],
  ])('%s', (_, file, expected) => {
    expect(brief(file, { maxEntryBytes: 2000 })).toEqual(expected);
    for (const item of split(file, { maxEntryBytes: 2000 })) expect(item.text.length).toBeLessThanOrEqual(4096);
  });

  it('takes an entry of exactly the limit', () => {
    const text = compact(first);
    const size = Buffer.byteLength(text);
    for (const file of [text, `[${text}]`, pretty(page([first])).replace(pretty(first), text)]) {
      const limit = file.includes('\n') ? Buffer.byteLength(pretty(first)) + 1000 : size;
      expect(brief(file, { maxEntryBytes: limit })).toEqual([expect.stringContaining('#1')]);
    }
    for (const file of [text, `[${text}]`]) {
      expect(brief(file, { maxEntryBytes: size - 1 })).toEqual([`1: entry longer than ${size - 1} bytes`]);
    }
  });

  it('does not hold what it skips', () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const held = () => {
      // The first collection may leave buffers for a concurrent sweep, which the second one completes.
      gc();
      gc();
      return process.memoryUsage().arrayBuffers;
    };
    for (const start of [
      '{"trail_id":1,"content":"',
      '[{"trail_id":1,"content":"',
      '[[1,"',
      '[{"a":1]',
      '{"code":1,"message":"',
    ]) {
      const splitter = new EntrySplitter({ maxEntryBytes: 1000 });
      splitter.push(Buffer.from(start));
      const before = held();
      for (let i = 0; i < 60; i++) expect(splitter.push(Buffer.alloc(1 << 20, 'x'))).toEqual([]);
      expect(held() - before).toBeLessThan(8 << 20);
      expect(splitter.end()).toEqual([expect.objectContaining({ line: 1, reason: expect.any(String) })]);
    }
  });
});

describe('any entries, any chunks', () => {
  type Print = (value: unknown) => string;
  const awkward = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(AWKWARD, '\\', '"', '{', '[{"', ']}', '\u2028'));
  // Keys like numbers would come before the mark.
  const key = awkward.filter((name) => !/^\d+$/.test(name));
  const extra = fc.tuple(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 }), awkward);
  const forms: [string, number[], (list: object[], print: Print) => string][] = [
    ['lines', [0], (list) => list.map(compact).join('\n')],
    ['lines and blank lines', [0], (list) => list.map((e) => `\r\n${compact(e)} \r\n`).join('')],
    ['array', [0, 1, 2], (list, print) => print(list)],
    ['page', [0, 1, 2], (list, print) => print(page(list))],
    ['page per entry', [0, 1, 2], (list, print) => list.map((e) => print(page([e]))).join('\n')],
    ['page per entry, joined', [0, 1, 2], (list, print) => list.map((e) => print(page([e]))).join('')],
    ['page lines', [0], (list) => `{}\n${list.map((e) => compact(page([e]))).join('\n')}`],
    ['pretty entries', [1, 2], (list, print) => list.map((e) => print(e)).join('\n')],
  ];
  // Raw line breaks are only between tokens, so this makes entries comparable without JSON.parse, of which the V8 in
  // Node 24 gets some escaped keys wrong (nodejs/node#63785).
  const unindent = (text: string) => text.replace(/\n */g, '\n');

  it.each(forms)('%s', (_, spaces, form) => {
    fc.assert(
      fc.property(
        fc.array(extra, { maxLength: 6 }),
        fc.constantFrom(...spaces),
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 20 }),
        (extras, space, sizes) => {
          const print: Print = (value) => JSON.stringify(value, null, space);
          const list = extras.map(([more, content], i) => Object.assign({ mark: '' }, more, { content, mark: `<<${i}>>` }));
          const file = form(list, print);
          const seen = splitChunks(cut(Buffer.from(file), sizes)).filter(({ text }) => text !== '{}');
          expect(seen.map(({ text }) => unindent(utf8(text)))).toEqual(list.map((e) => unindent(print(e))));
          const marks = list.map(({ mark }) => file.lastIndexOf('{', file.search(new RegExp(`"mark": ?"${mark}"`))));
          expect(seen.map(({ line }) => line)).toEqual(marks.map((at) => file.slice(0, at).split('\n').length));
        },
      ),
      { numRuns: 300 },
    );
  });

  it('gives the same for a damaged file however it is cut, and ends', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...forms),
        fc.nat({ max: 2 }),
        fc.array(fc.tuple(fc.nat(), fc.constantFrom('', '{', '}', '[', ']', '"', '\\', '\n', ',', ':', 'x')), { maxLength: 4 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 20 }),
        ([, , form], space, damages, sizes) => {
          let file = form(entries, (value) => JSON.stringify(value, null, space));
          for (const [at, put] of damages) {
            const place = at % file.length;
            file = file.slice(0, place) + put + file.slice(put === '' ? place + 20 : place + 1);
          }
          const bytes = Buffer.from(file);
          const options = { maxEntryBytes: 300 };
          const whole = splitChunks([bytes], options);
          expect(splitChunks(cut(bytes, sizes), options)).toEqual(whole);
          const total = file.split('\n').length;
          let last = 1;
          for (const { line, reason } of whole) {
            if (!reason?.includes('is not closed')) expect(line).toBeGreaterThanOrEqual(last);
            expect(line).toBeLessThanOrEqual(total);
            last = Math.max(last, line);
          }
        },
      ),
      { numRuns: 2000 },
    );
  });
});
