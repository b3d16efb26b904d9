import { Alert } from 'antd';
import { useTranslation } from 'react-i18next';
import { useMirror } from '../parts/mirror-note.tsx';

/** How a mirror stands, for who sees to it; nothing where there is none. */
export function MirrorCard() {
  const { t, i18n } = useTranslation();
  const { mirror } = useMirror();
  if (mirror === null) return null;
  const number = (count: number | null): string => count?.toLocaleString(i18n.language) ?? '–';
  const calls = mirror.calls_quota === null ? number(mirror.calls_used) : `${number(mirror.calls_used)} / ${number(mirror.calls_quota)}`;
  const facts = [
    [t('mirror.upstream'), mirror.upstream],
    [t('mirror.entries'), `${number(mirror.entries)} / ${number(mirror.upstream_entries)}`],
    [
      t('mirror.fill'),
      mirror.fill_done
        ? t('mirror.filled')
        : t('mirror.filling', { from: mirror.fill_from ?? '…', calls: number(mirror.fill_calls_left), days: mirror.fill_days_left ?? '–' }),
    ],
    [t('mirror.fresh'), mirror.polled_at ?? '–'],
    [t('mirror.equal'), t('mirror.equalOf', { equal: mirror.windows_equal, all: mirror.windows, since: mirror.windows_equal_since ?? '–' })],
    [t('mirror.reread'), mirror.reread_ended_at ?? '–'],
    [t('mirror.healed'), `+${number(mirror.healed_added)} ~${number(mirror.healed_changed)} −${number(mirror.healed_removed)}`],
    [t('mirror.calls'), calls],
  ] as const;
  return (
    <div className="settings-card">
      <h2>{t('mirror.title')}</h2>
      {mirror.offline_since !== null && (
        <Alert
          type="warning"
          showIcon
          role="status"
          title={t('mirror.offline', { time: mirror.offline_since })}
          description={mirror.offline_reason}
        />
      )}
      <dl className="settings-facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {mirror.differing.length > 0 && (
        <>
          <h3>{t('mirror.differing')}</h3>
          <ul className="settings-findings">
            {mirror.differing.map(({ from, to, own, upstream }) => (
              <li key={`${from} ${to}`}>
                {t('mirror.differs', { from: from ?? '…', to: to ?? '…', own: number(own), upstream: number(upstream) })}
              </li>
            ))}
          </ul>
        </>
      )}
      {mirror.refused.length > 0 && (
        <>
          <h3>{t('mirror.refused')}</h3>
          <ul className="settings-findings">
            {mirror.refused.map(({ entry, reason }) => (
              <li key={entry}>
                {entry}: {reason}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}
