import { useState } from 'react';
import { useTranslation } from 'react-i18next';

const longLines = 12;
const longText = 700;

/** The text as it was written, lines and all; a long one is folded at first. */
export function EntryText({ content }: { content: string }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  if (content.trim() === '') return <p className="entry-text faint">{t('entry.noContent')}</p>;
  const long = content.length > longText || content.split('\n', longLines + 1).length > longLines;
  return (
    <>
      <p className={long && !open ? 'entry-text folded' : 'entry-text'}>{content}</p>
      {long && (
        <button type="button" className="fold link" onClick={() => setOpen(!open)}>
          {t(open ? 'entry.less' : 'entry.more')}
        </button>
      )}
    </>
  );
}
