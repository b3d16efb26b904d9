/** What was changed in a text, so that a person can read it: by words, and where words stand without blanks by characters. */
import { diffArrays } from 'diff';

export interface Piece {
  readonly text: string;
  readonly how: 'same' | 'added' | 'removed';
}

const words = new Intl.Segmenter('zh', { granularity: 'word' });
const characters = new Intl.Segmenter('zh', { granularity: 'grapheme' });
const withoutBlanks = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

const tokens = (text: string): string[] =>
  Array.from(words.segment(text)).flatMap(({ segment }) =>
    withoutBlanks.test(segment) ? Array.from(characters.segment(segment), (one) => one.segment) : [segment],
  );

/** Texts that differ in more than this are simply another text. */
const mostEdits = 1500;
/** What stayed between two changes but is shorter than this would only tear them apart. */
const shortest = 2;

export function piecesOf(before: string, after: string): Piece[] {
  const found = diffArrays(tokens(before), tokens(after), { maxEditLength: mostEdits, timeout: 300 });
  if (found === undefined) return together([], before, after);
  let [removed, added] = ['', ''];
  const pieces: Piece[] = [];
  const end = (): void => {
    together(pieces, removed, added);
    [removed, added] = ['', ''];
  };
  found.forEach((part, place) => {
    const text = part.value.join('');
    if (part.removed) removed += text;
    else if (part.added) added += text;
    else if (isIsland(text) && removed + added !== '' && place < found.length - 1) {
      removed += text;
      added += text;
    } else {
      end();
      pieces.push({ text, how: 'same' });
    }
  });
  end();
  return pieces;
}

const isIsland = (text: string): boolean => text.trim().length < shortest && !text.includes('\n');

function together(pieces: Piece[], removed: string, added: string): Piece[] {
  if (removed !== '') pieces.push({ text: removed, how: 'removed' });
  if (added !== '') pieces.push({ text: added, how: 'added' });
  return pieces;
}
