/** What a keyword finds and what it does not; and that the index, asked for it, agrees with the truth on every text. */
import { describe, expect, test } from 'vitest';
import { matches, queryOf, readKeyword, tokensOf } from '../../src/domain/keyword.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';

const cases: readonly (readonly [content: string, found: readonly string[], notFound: readonly string[]])[] = [
  // Chinese: any part, within one piece of it.
  [
    '客户确认付款方式，定金已到账',
    ['客', '付款', '款方', '付款方式', '方式 定金', '定金 客户', '式，定金'],
    ['方式定金', '式定', '户付', '已到 未到'],
  ],
  ['报价单更新', ['报价单更新', '价单更', '新'], ['报价单更新了', '报单', '价格']],
  ['付\n款', ['付', '款', '付 款', '付，款'], ['付款']],
  ['联络𠮷野家', ['𠮷', '𠮷野', '络𠮷野家'], ['吉野', '𠮷家']],
  ['々〇ー', ['々', '々〇', '〇ー'], ['々ー']],
  ['ㄅㄆ ꀀꀁ', ['ㄆ', 'ꀁ'], ['ㄆㄅ']],
  // Words and numbers: by their beginning.
  [
    'Sent the quotation to Mr. Smith',
    ['sent', 'QUOT', 'smi', 'the mr', 'mr. smith', 'to mr'],
    ['uotation', 'mith', 'smithy', 'smith mrs', 'mr.smi to x'],
  ],
  ['order 20331, 150 units', ['2', '20', '203', '20331', '15', 'unit 2033'], ['0331', '331', '50', '203312']],
  ['total 12,000.50 USD', ['12', '12,000', '12 000', '000', '50', '12.000,5', 'usd 12'], ['12000', '2,000', '12 00 5x']],
  [
    'wang@abc.com.cn',
    ['wang', 'wang@abc', 'wang@abc.c', 'abc.com', 'cn', 'wang abc'],
    ['ang@abc', 'wang@com', 'wang@ab.com', 'bc.com'],
  ],
  ['tel 138-0013-8000', ['138', '138-0013', '0013-8', '8000'], ['13800138000', '138-8000', '38-0013']],
  // A word and a number side by side are two.
  ['型号 GX3500 与 A4', ['gx', 'gx3500', 'gx35', '3500', '350', 'a4', '4', 'a'], ['x3500', '500', 'gx500', 'a40']],
  [
    'iphone手机壳A4纸100张',
    ['iphone', 'iph', 'iphone手', 'iphone手机壳', '手机', '壳a4纸', 'A4纸', '4纸', '壳a', '纸1', '100张', '张'],
    ['phone手机', 'ipho手', 'iphone机', 'a纸', '00张', '纸00', '0张'],
  ],
  ['第13季度', ['13季', '第1', '季度'], ['3季', '第3']],
  // Forms.
  ['ＡＢＣ１２３ｶﾞｯﾄﾞ', ['abc', 'ABC123', 'ａｂ', 'ガ', 'ガッド', 'ｶﾞｯ', 'ｯﾄﾞ'], ['カ', 'bc', 'ト']],
  ['Café CRÈME, cafe\u0301', ['café', 'CAFE\u0301', 'crè', 'caf'], ['cafe', 'creme']],
  ['ΟΔΥΣΣΕΥΣ οδός', ['οδυσ', 'ΟΔΥΣΣΕΥΣ', 'οδός', 'ΟΔΌΣ'], ['δυσ']],
  ['İstanbul Straße', ['i', 'straß'], ['strasse']],
  ['ﬁne ㍿ Ⅳ ½ ℃', ['fine', '株式', 'iv', '1 2', '°c'], ['ine']],
  ['soft\u00adhyphen zero\u200bwidth', ['softhyphen', 'zerow', 'soft\u00adhy'], ['hyphen', 'width']],
  ['привет мир مرحبا', ['при', 'МИР', 'مرح'], ['ивет', 'حبا']],
  // Kana, hangul, and other scripts without spaces.
  ['カタカナ、ひらがな・テスト', ['タカ', 'らがな', 'な', 'スト'], ['カナひ', 'ナひ', 'なテ', 'かた']],
  ['한국어 검색', ['국', '국어', '검색', '한국어 색'], ['국어검', '어검']],
  ['한\u1100\u1161', ['한', '가'.normalize('NFD')], ['나']],
  ['ขอบคุณครับ ລາວ', ['คุณ', 'ครับ', 'ລາ'], ['คุณรับ']],
  ['セ\u309a', ['セ', 'セ\u309a'], ['ゼ']],
  // Pictographs are found too; other signs are borders.
  ['好的👍🏽谢谢👨‍👩‍👧', ['👍', '👍🏽', '的👍', '🏽谢谢', '👩', '👨‍👩‍👧'], ['👎', '👍谢']],
  ['❤️ 1️⃣ 🇨🇳', ['❤', '❤️', '1', '🇨🇳', '1️⃣'], ['💔', '2']],
  ['C++ & C# — R&D $5', ['c', 'c++', 'c#', 'r&d', 'r d', 'c & r', '$5', '¥5'], ['d&r', '+5 x']],
  ['（报价）【重要】', ['报价', '重要', '报价 重要', '（报价', '报价】【重要'], ['报价重要']],
  ['', [], ['a', '付', '1']],
  ['，。！ \ud800', [], ['a']],
  ['word\ud83dbroken', ['word', 'broken'], ['wordbroken', 'ord']],
  [
    'averyveryveryveryverylongword1',
    ['averyveryveryveryverylongword', 'averyveryveryveryverylon', 'averyveryveryveryverylongword1'],
    ['averyveryveryveryverylongwore', 'averyveryveryveryverylongwords'],
  ],
];

describe('a content and what finds it', () => {
  for (const [content, found, notFound] of cases) {
    test(content === '' ? 'empty' : content, () => {
      const tokens = tokensOf(content);
      for (const [keywords, expected] of [
        [found, true],
        [notFound, false],
      ] as const) {
        for (const text of keywords) {
          const keyword = readKeyword(text);
          expect(matches(content, keyword), text).toBe(expected);
          const query = queryOf(keyword);
          const kept = query.tokens.every(({ token, prefix }) =>
            prefix ? [...tokens].some((other) => other.startsWith(token)) : tokens.has(token),
          );
          if (query.exact) expect(kept, `the index for ${text}`).toBe(expected);
          else if (expected) expect(kept, `the index for ${text}`).toBe(true);
        }
      }
    });
  }
});

test('which keywords the index answers without looking at the entries', () => {
  for (const text of ['付', '付款', '付款 报价', 'quotation', 'a', '2024', '付款 quot 20'])
    expect(queryOf(readKeyword(text)).exact, text).toBe(true);
  for (const text of ['付款方', 'a4', 'a4纸', '3.5', 'a@b', 'averyveryveryveryverylongword'])
    expect(queryOf(readKeyword(text)).exact, text).toBe(false);
});

test('what is no keyword', () => {
  for (const text of ['', ' ', '，。', '++', '\u200b', '\ud800', 'x'.repeat(101), '付'.repeat(101), 'a b c d e f g h i j k'])
    expect(() => readKeyword(text, 'keyword'), JSON.stringify(text)).toThrow(/^keyword/);
  for (const text of ['a', '付', '👍', 'x'.repeat(100), '𠮷'.repeat(100), 'a b c d e f g h i j', 'a，a a'])
    expect(() => readKeyword(text), JSON.stringify(text)).not.toThrow();
});

test('a part of a text is found, and the index agrees, for texts drawn at random', () => {
  const random = randomFrom(announceSeed('keyword'));
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const pieces = [
    '付',
    '款',
    '方',
    '式',
    '付款',
    'a',
    'b',
    'ab',
    'A4',
    '1',
    '12',
    '３',
    'ｶﾞ',
    'カ',
    '\u3099',
    '\u0301',
    'é',
    '👍',
    '🏽',
    '\ufe0f',
    '한',
    '\u1161',
    '，',
    ' ',
    '\n',
    '.',
    '-',
    '𠮷',
    'Σ',
    'ß',
    '\u200d',
    '\ud83d',
    'ไ',
    'ท',
    '่',
  ];
  const draw = (count: number): string => Array.from({ length: Math.floor(random() * count) }, () => pick(pieces)).join('');
  for (let i = 0; i < soak(100_000); i++) {
    const content = draw(20);
    const text = draw(5);
    let keyword: ReturnType<typeof readKeyword>;
    try {
      keyword = readKeyword(text);
    } catch {
      continue;
    }
    const told = JSON.stringify({ content, text });
    const expected = naive(content, keyword.words);
    expect(matches(content, keyword), told).toBe(expected);
    const tokens = [...tokensOf(content)];
    const { exact, tokens: asked } = queryOf(keyword);
    const kept = asked.every(({ token, prefix }) => tokens.some((other) => (prefix ? other.startsWith(token) : other === token)));
    if (exact) expect(kept, told).toBe(expected);
    else if (expected) expect(kept, told).toBe(true);
  }
});

/** The rule said in another way: one pattern for each word over the content, borders made one space. */
function naive(content: string, words: readonly string[]): boolean {
  const dense =
    '[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Hangul}\\p{Script=Bopomofo}\\p{Script=Yi}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{So}\\p{Emoji_Modifier}ー]';
  const folded = content
    .replaceAll(/[\p{Cf}\p{Variation_Selector}]/gu, '')
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ς', 'σ')
    .normalize('NFKC')
    .replaceAll(new RegExp(`(^|(?!${dense})[^\\p{L}\\p{M}\\p{N}])((?!${dense})(\\p{M}|[^\\p{L}\\p{N}]))*`, 'gu'), (border) =>
      border === '' ? '' : ' ',
    );
  return words.every((word) => {
    const escaped = word.replaceAll(/[^\p{L}\p{M}\p{N} ]/gu, (sign) => `\\u{${(sign.codePointAt(0) as number).toString(16)}}`);
    const first = new RegExp(`^${dense}`, 'u').test(word)
      ? ''
      : /^\p{L}/u.test(word)
        ? `(?<!(?!${dense})\\p{L}((?!${dense})\\p{M})*)`
        : `(?<!(?!${dense})\\p{N}((?!${dense})\\p{M})*)`;
    return new RegExp(`${first}${escaped}`, 'u').test(folded);
  });
}
