import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Progress } from 'antd';
import { useTranslation } from 'react-i18next';
import { useSession } from '../parts/session.tsx';
import { useDoing } from './doing.tsx';
import { MirrorCard } from './mirror-card.tsx';
import { Loaded, Section } from './parts.tsx';

const engines: Readonly<Record<string, string>> = { sqlite: 'SQLite', postgres: 'PostgreSQL' };

/** Whether the data is as it should be. */
export function HealthTab() {
  const { t, i18n } = useTranslation();
  const { client } = useSession();
  const { doing, busy, failure } = useDoing();
  const queries = useQueryClient();
  const key = ['admin', 'health'];
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => client.admin.health({ signal }),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.running === true ? 1000 : false),
  });
  const check = () =>
    doing(null, async () => {
      await client.admin.check();
      await queries.invalidateQueries({ queryKey: key });
    });
  return (
    <Section
      title={t('settings.tab.health')}
      why={t('settings.health.why')}
      action={
        <Button type="primary" onClick={check} loading={busy} disabled={data?.running === true}>
          {t('settings.health.run')}
        </Button>
      }
    >
      {failure}
      <MirrorCard />
      <Loaded data={data} error={error} onAgain={() => refetch()}>
        {({ version, revision, engine, entries, last_check: last, running }) => (
          <>
            {running && (
              <div className="settings-import-busy" role="status">
                <p>
                  {t('settings.health.running')} <span className="faint">{t('settings.health.runningMore')}</span>
                </p>
                <Progress percent={100} status="active" showInfo={false} aria-hidden="true" />
              </div>
            )}
            {last !== null && (
              <Alert
                type={last.count === 0 ? 'success' : 'error'}
                showIcon
                role="status"
                title={last.count === 0 ? t('settings.health.right') : t('settings.health.wrong', { count: last.count })}
                description={
                  last.count > 0 && (
                    <>
                      <p>{t('settings.health.wrongHow')}</p>
                      <ul className="settings-findings">
                        {last.findings.map((finding) => (
                          <li key={`${finding.revision} ${finding.what}`}>{finding.what}</li>
                        ))}
                      </ul>
                    </>
                  )
                }
              />
            )}
            <div className="settings-card">
              <dl className="settings-facts">
                <Fact name={t('settings.health.last')} value={last?.time ?? t('settings.health.notYet')} />
                <Fact name={t('settings.health.entries')} value={entries.toLocaleString(i18n.language)} />
                <Fact name={t('settings.health.revision')} value={revision.toLocaleString(i18n.language)} />
                <Fact name={t('settings.health.engine')} value={engines[engine] ?? engine} />
                <Fact name={t('settings.health.version')} value={version} />
              </dl>
            </div>
          </>
        )}
      </Loaded>
    </Section>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}
