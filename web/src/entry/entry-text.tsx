import type { TFunction } from 'i18next';
import { Fragment, useMemo, useState } from 'react';

const longLines = 12;
const longText = 700;

interface EntryTextProps {
  readonly t: TFunction;
  readonly content: string;
  readonly marked: readonly string[];
}

/** The text as it was written, lines and all; a long one is folded at first. */
export function EntryText({ t, content, marked }: EntryTextProps) {
  const [open, setOpen] = useState(false);
  if (content.trim() === '') return <p className="entry-text faint">{t('entry.noContent')}</p>;
  const long = content.length > longText || content.split('\n', longLines + 1).length > longLines;
  return (
    <>
      <p className={long && !open ? 'entry-text folded' : 'entry-text'}>
        <Marked text={content} words={marked} />
      </p>
      {long && (
        <button type="button" className="fold link" onClick={() => setOpen(!open)}>
          {t(open ? 'entry.less' : 'entry.more')}
        </button>
      )}
    </>
  );
}

/** A text with the words that were looked for in it marked, whatever the case of their letters. */
export function Marked({ text, words }: { text: string; words: readonly string[] }) {
  const parts = useMemo(() => partsOf(text, words), [text, words]);
  return parts.map(({ at, part, found }) => (found ? <mark key={at}>{part}</mark> : <Fragment key={at}>{part}</Fragment>));
}

function partsOf(text: string, words: readonly string[]): { at: number; part: string; found: boolean }[] {
  if (words.length === 0) return [{ at: 0, part: text, found: false }];
  const escaped = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  let at = 0;
  // Every second part is one of the words.
  const parts = text.split(new RegExp(`(${escaped.join('|')})`, 'iu')).map((part, i) => {
    at += part.length;
    return { at: at - part.length, part, found: i % 2 === 1 };
  });
  return parts.filter(({ part }) => part !== '');
}
