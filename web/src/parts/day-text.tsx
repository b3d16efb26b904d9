import { useTranslation } from 'react-i18next';
import { dayInShort, daysSince, isTime, nearInWords } from './days.ts';
import { minuteOf } from './times.ts';

/** When somebody was last in touch: the day, and how long ago. */
export function LastContact({ time }: { time: string }) {
  const { t, i18n } = useTranslation();
  if (!isTime(time)) return <span className="faint">{t('lists.never')}</span>;
  return (
    <time className="day-text" dateTime={`${time.replace(' ', 'T')}+08:00`} title={time}>
      {dayInShort(time, i18n.language)} <span className="faint">{nearInWords(time, i18n.language)}</span>
    </time>
  );
}

/** A time at midnight stands for its day. */
const isWholeDay = (time: string): boolean => minuteOf(time) === '00:00';

/** When to be in touch next; what is past says so. */
export function NextDay({ time }: { time: string }) {
  const { t, i18n } = useTranslation();
  if (!isTime(time)) return <span className="faint">{t('lists.none')}</span>;
  const late = daysSince(time);
  return (
    <time className="day-text" dateTime={`${time.replace(' ', 'T')}+08:00`} title={time}>
      {dayInShort(time, i18n.language)} {isWholeDay(time) ? '' : `${minuteOf(time)} `}
      {late > 0 ? (
        <span className="badge red">{t('lists.overdue', { count: late })}</span>
      ) : (
        <span className="faint">{nearInWords(time, i18n.language)}</span>
      )}
    </time>
  );
}
