import { useTranslation } from 'react-i18next';

/** How much more or less it is than before, in hundredths. */
export function Change({ now, before }: { now: number; before: number }) {
  const { t, i18n } = useTranslation();
  if (before === 0) return <span className="faint">{now === 0 ? '–' : t('team.new')}</span>;
  const share = new Intl.NumberFormat(i18n.language, { style: 'percent', maximumFractionDigits: 0, signDisplay: 'exceptZero' });
  return <span className="change">{share.format((now - before) / before)}</span>;
}

/** How much of the largest it is. */
export function Bar({ count, most }: { count: number; most: number }) {
  return (
    <span className="bar" aria-hidden="true">
      <span style={{ width: `${(100 * count) / Math.max(1, most)}%` }} />
    </span>
  );
}
