import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { baseUrl, useSession } from '../parts/session.tsx';
import { Section } from './parts.tsx';

export function AboutTab() {
  const { t, i18n } = useTranslation();
  const { client, tenantId, tenantName, version } = useSession();
  // Not the page's own, which is asked for once: this moves on.
  const { data } = useQuery({ queryKey: ['about'], queryFn: ({ signal }) => client.session.get({ signal }) });
  const facts = [
    [t('settings.health.version'), version],
    [t('settings.health.revision'), data?.revision?.toLocaleString(i18n.language) ?? '–'],
    [t('settings.about.tenant'), `${tenantName} (${tenantId})`],
    [t('settings.about.licence'), 'MIT'],
  ] as const;
  return (
    <Section title={t('settings.tab.about')} why={t('settings.about.what')}>
      <div className="settings-card">
        <dl className="settings-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
        <p>{t('settings.about.affiliation')}</p>
        <p>
          <a className="link" href={`${baseUrl}docs`} target="_blank" rel="noopener noreferrer">
            {t('settings.about.api')}
          </a>
        </p>
      </div>
    </Section>
  );
}
