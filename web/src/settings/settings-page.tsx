import { type ComponentType, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf, usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { To } from '../parts/to.tsx';
import { AboutTab } from './about-tab.tsx';
import { AccountTab } from './account-tab.tsx';
import { ApplicationsTab } from './applications-tab.tsx';
import { Asking } from './asking.tsx';
import { ExportTab } from './export-tab.tsx';
import { HealthTab } from './health-tab.tsx';
import { ImportTab } from './import-tab.tsx';
import { UsersTab } from './users-tab.tsx';
import { WebhooksTab } from './webhooks-tab.tsx';
import './settings.css';

const tabs = {
  users: UsersTab,
  applications: ApplicationsTab,
  webhooks: WebhooksTab,
  import: ImportTab,
  export: ExportTab,
  health: HealthTab,
  account: AccountTab,
  about: AboutTab,
} as const satisfies Record<string, ComponentType>;
type Tab = keyof typeof tabs;

const forAdmins = Object.keys(tabs) as Tab[];
const forAll: readonly Tab[] = ['account', 'about'];

/** What an admin sees to, and what everybody has of their own; which part it shows stands in the address. */
export default function SettingsPage() {
  const { t } = useTranslation();
  const { params } = usePlace();
  const { role } = useSession();
  const mine = role === 'admin' ? forAdmins : forAll;
  const tab = mine.find((one) => one === params['tab']) ?? (mine[0] as Tab);
  const Part = tabs[tab];
  const name = t(`settings.tab.${tab}`);
  useEffect(() => {
    document.title = `${name} · ${t('product')}`;
  }, [name, t]);
  return (
    <div className="settings">
      <h1>{t('settings.title')}</h1>
      <nav className="settings-tabs" aria-label={t('settings.tabs')}>
        {mine.map((one) => (
          <To key={one} place={placeOf('settings', { tab: one })} className="settings-tab" current={one === tab}>
            {t(`settings.tab.${one}`)}
          </To>
        ))}
      </nav>
      <Asking>
        <Part />
      </Asking>
    </div>
  );
}
