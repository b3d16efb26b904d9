/**
 * What a keyword finds: the one truth of the search in entries. The index in store/ is built from `tokensOf`, asked by
 * `queryOf`, and must agree with `matches` on every text.
 *
 * A text is folded: NFKC (full-width and half-width forms become ordinary ones), lower case, characters that only format left out.
 * Then every character is one of
 *
 * - dense: of a script that is written without spaces (Han, kana, hangul, bopomofo, Yi, Thai, Lao, Khmer, Burmese), or a pictograph
 *   such as an emoji;
 * - a letter or a digit of any other script; a run of letters is a word, a run of digits a number, so `A4` is a word and a number;
 * - a mark that belongs to the character before it;
 * - a border: white space, punctuation and every other sign; any number of them in a row count as one.
 *
 * White space splits a keyword into its words, and all of them must be found, in any order. A word is found where its folded text stands in
 * the folded content; when it begins with a letter or a digit, only at the beginning of a word or a number there. So dense
 * text is found by any part of it, `ipho` finds `iPhone`, and `phone` does not; `a4纸` finds `A4纸`, and so does `4纸`; in `3.5`, `a@b.cn`
 * and `2024-05` the parts must follow each other, whatever borders are between them. A word of nothing but borders is passed over.
 */
import { badParameter } from '../errors.ts';

/** A keyword that was read: its folded words, each once, at least one. */
export interface Keyword {
  readonly words: readonly string[];
}

/** In characters (code points), and in words. */
export const keywordLimits = { characters: 100, words: 10 } as const;

/**
 * Reads a keyword. Throws `bad_parameter`, naming `field`, when it has more than 100 characters or 10 words, or holds nothing that can be
 * searched for: no letter, digit or pictograph.
 */
export function readKeyword(text: string, field = 'keyword'): Keyword {
  const accepted = `accepted: 1 to ${keywordLimits.characters} characters, at most ${keywordLimits.words} words, with a letter, a digit or a pictograph`;
  // Before it is folded, which makes up to eighteen characters of one.
  if (text.length > 2 * keywordLimits.characters || [...text].length > keywordLimits.characters)
    throw badParameter(field, text, accepted);
  const words = new Set<string>();
  for (const part of text.split(/\s+/u)) {
    const word = fold(part).trim();
    if (word !== '') words.add(word);
  }
  if (words.size === 0 || words.size > keywordLimits.words) throw badParameter(field, text, accepted);
  return { words: [...words] };
}

/** Whether a content has every word of the keyword. */
export function matches(content: string, keyword: Keyword): boolean {
  const text = fold(content);
  return keyword.words.every((word) => stands(text, word));
}

function stands(text: string, word: string): boolean {
  const first = classOf(word.codePointAt(0) as number);
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (first === dense || classBefore(text, at) !== first) return true;
  }
  return false;
}

/** The class of what stands before a place: marks belong to what they follow. */
function classBefore(text: string, at: number): number {
  for (let i = at; i > 0; ) {
    const low = text.charCodeAt(i - 1);
    i -= low >= 0xdc00 && low <= 0xdfff ? 2 : 1;
    const found = classOf(text.codePointAt(i) as number);
    if (found !== mark) return found;
  }
  return border;
}

/** Longer words and numbers are indexed by so many of their first characters. */
const longestToken = 24;

/**
 * Under which tokens the index keeps a content, each once: every dense character, every two that stand side by side; of a word or a number
 * its first character, its first two, and itself up to 24 characters.
 */
export function tokensOf(content: string): Set<string> {
  const tokens = new Set<string>();
  eachToken(content, (text, start, end) => tokens.add(text.slice(start, end)));
  return tokens;
}

/** The same, some of them several times: each is `text` from `start` to `end`. */
export function eachToken(content: string, take: (text: string, start: number, end: number) => void): void {
  const folded = fold(content);
  eachRun(folded, (start, end, kind) => {
    if (kind === dense) {
      for (let i = start, before = -1; i < end; ) {
        const next = i + lengthAt(folded, i);
        take(folded, i, next);
        if (before >= 0) take(folded, before, next);
        before = i;
        i = next;
      }
    } else {
      for (let i = start, n = 1; i < end && n <= longestToken; n++) {
        i += lengthAt(folded, i);
        if (n <= 2 || n === longestToken || i === end) take(folded, start, i);
      }
    }
  });
}

/** What a content must be kept under: one token, or any of those that begin so. */
export interface TokenQuery {
  readonly token: string;
  readonly prefix: boolean;
}

/** `exact`: what is kept under all of `tokens` matches; otherwise only that matches, but not all of it: `matches` has to decide. */
export interface Query {
  readonly tokens: readonly TokenQuery[];
  readonly exact: boolean;
}

/** How the index is asked for a keyword. */
export function queryOf(keyword: Keyword): Query {
  const tokens = new Map<string, TokenQuery>();
  let exact = true;
  const add = (token: string, prefix = false): void => {
    tokens.set(`${prefix ? '*' : '='}${token}`, { token, prefix });
  };
  for (const word of keyword.words) {
    eachRun(word, (start, end, kind) => {
      const characters = [...word.slice(start, end)];
      // Several runs have to stand side by side.
      if (end - start < word.length) exact = false;
      if (kind === dense) {
        if (characters.length === 1) add(characters[0] as string);
        for (let at = 1; at < characters.length; at++) add(`${characters[at - 1]}${characters[at]}`);
        if (characters.length > 2) exact = false;
      } else {
        // What something follows within the word stands there whole. The last one is a prefix, and the first two have a token of their own.
        if (characters.length > longestToken) exact = false;
        const whole = end < word.length || characters.length <= 2 || characters.length > longestToken;
        add(characters.slice(0, longestToken).join(''), !whole);
      }
    });
  }
  return { tokens: [...tokens.values()], exact };
}

const border = 1;
const dense = 2;
const letter = 3;
const digit = 4;
const mark = 5;

/** The runs of a folded text between its borders: of dense characters, of letters, and of digits, each with its marks. */
function eachRun(folded: string, take: (start: number, end: number, kind: number) => void): void {
  let kind = border;
  let start = 0;
  for (let i = 0; i < folded.length; ) {
    const length = lengthAt(folded, i);
    const found = classOf(length === 1 ? folded.charCodeAt(i) : (folded.codePointAt(i) as number));
    if (found !== kind && found !== mark) {
      if (kind !== border) take(start, i, kind);
      kind = found;
      start = i;
    }
    i += length;
  }
  if (kind !== border) take(start, folded.length, kind);
}

/** How many UTF-16 units the character has. */
function lengthAt(text: string, at: number): number {
  if ((text.charCodeAt(at) & 0xfc00) !== 0xd800) return 1;
  return at + 1 < text.length && (text.charCodeAt(at + 1) & 0xfc00) === 0xdc00 ? 2 : 1;
}

/** See above; runs of borders become one space, which stands at the beginning and at the end too when borders do. */
function fold(text: string): string {
  // Lower case can undo the composition, and it writes the sigma at the end of a word in its own way: a prefix would not be found.
  const plain = text.replace(formatting, '').normalize('NFKC').toLowerCase().replaceAll('ς', 'σ').normalize('NFKC');
  let folded = '';
  let start = 0;
  let wasBorder = false;
  for (let i = 0; i < plain.length; ) {
    const length = lengthAt(plain, i);
    const found = classOf(length === 1 ? plain.charCodeAt(i) : (plain.codePointAt(i) as number));
    // A mark after a border, as NFKC makes of an accent that stands alone, is as good as none.
    const isBorder: boolean = found === border || (found === mark && (wasBorder || i === 0));
    if (isBorder) {
      if (!wasBorder) folded += `${plain.slice(start, i)} `;
      start = i + length;
    }
    wasBorder = isBorder;
    i += length;
  }
  return folded + plain.slice(start);
}

/** Zero-width characters, marks of direction, and selectors of how a character is drawn. */
const formatting = /[\p{Cf}\p{Variation_Selector}]/gu;
const densePattern =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Bopomofo}\p{Script=Yi}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{So}\p{Emoji_Modifier}ー]/u;

/** By code point; 0: not yet looked at. */
const classes = new Uint8Array(0x110000);

function classOf(code: number): number {
  const known = classes[code] as number;
  if (known !== 0) return known;
  const character = String.fromCodePoint(code);
  const found = densePattern.test(character)
    ? dense
    : /\p{M}/u.test(character)
      ? mark
      : /\p{L}/u.test(character)
        ? letter
        : /\p{N}/u.test(character)
          ? digit
          : border;
  classes[code] = found;
  return found;
}
