import ApartmentOutlined from '@ant-design/icons/ApartmentOutlined';
import BellOutlined from '@ant-design/icons/BellOutlined';
import CalendarOutlined from '@ant-design/icons/CalendarOutlined';
import FundOutlined from '@ant-design/icons/FundOutlined';
import HistoryOutlined from '@ant-design/icons/HistoryOutlined';
import LogoutOutlined from '@ant-design/icons/LogoutOutlined';
import MoreOutlined from '@ant-design/icons/MoreOutlined';
import SettingOutlined from '@ant-design/icons/SettingOutlined';
import ShopOutlined from '@ant-design/icons/ShopOutlined';
import TagOutlined from '@ant-design/icons/TagOutlined';
import UserOutlined from '@ant-design/icons/UserOutlined';
import { Button, Dropdown } from 'antd';
import { type ComponentType, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage } from '../texts.ts';
import { chooseLook, type Look, useLook } from './look.ts';
import { MirrorNote } from './mirror-note.tsx';
import { goTo, placeOf, usePlace, type View } from './place.ts';
import { useSession } from './session.tsx';
import { Shortcuts } from './shortcuts.tsx';
import { To } from './to.tsx';
import { Toasts } from './toast.tsx';

/** Where one can go; `of`: views that belong to another one. */
const ways: readonly { view: View; icon: ComponentType; of?: readonly View[]; admin?: true }[] = [
  { view: 'timeline', icon: HistoryOutlined, of: ['contact', 'colleague'] },
  { view: 'today', icon: CalendarOutlined },
  { view: 'companies', icon: ShopOutlined, of: ['company'] },
  { view: 'leads', icon: TagOutlined, of: ['lead'] },
  { view: 'opportunities', icon: FundOutlined, of: ['opportunity'] },
  { view: 'team', icon: ApartmentOutlined },
  { view: 'silence', icon: BellOutlined },
  { view: 'settings', icon: SettingOutlined, admin: true },
];

/** Where lists and menus open: a part of the page with a name, as everything in it is. */
export const popups = 'popups';

/** What stands around every view: on a desk beside it, on a phone below. `action`: the one thing that is done from anywhere. */
export function Frame({ action, children }: { action?: ReactNode; children: ReactNode }) {
  const { t } = useTranslation();
  const { view } = usePlace();
  const { role, tenantName, mirrorOf } = useSession();
  const [help, setHelp] = useState(false);
  return (
    <div className="frame">
      <a className="skip" href="#main">
        {t('frame.skip')}
      </a>
      <header className="side">
        <To place={placeOf('timeline')} className="brand">
          <img src="./icon.svg" alt="" width={26} height={26} />
          <span>{t('product')}</span>
        </To>
        <div className="side-tenant faint">{tenantName}</div>
        {mirrorOf !== '' && <MirrorNote />}
        {action}
        <nav className="ways" aria-label={t('frame.ways')}>
          {ways
            .filter(({ admin }) => admin !== true || role === 'admin')
            .map(({ view: one, icon: Icon, of = [] }) => (
              <To key={one} place={placeOf(one)} className="way" current={view === one || of.includes(view)}>
                <Icon />
                <span>{t(`view.${one as 'timeline'}`)}</span>
              </To>
            ))}
        </nav>
        <Me onHelp={() => setHelp(true)} />
      </header>
      <main id="main" tabIndex={-1}>
        {children}
      </main>
      <Shortcuts help={help} onHelp={setHelp} />
      <Toasts />
      <section id={popups} aria-label={t('frame.popups')} />
    </div>
  );
}

/** Who is signed in, and what is theirs alone: language, look, signing out. */
function Me({ onHelp }: { onHelp: () => void }) {
  const { t, i18n } = useTranslation();
  const { me, role, signOut } = useSession();
  const look = useLook();
  const looks: readonly Look[] = ['system', 'light', 'dark'];
  return (
    <div className="me">
      <span className="me-name" title={me.email}>
        {me.nickname || me.email}
        <span className="faint"> · {t(`role.${role}`)}</span>
      </span>
      <Dropdown
        trigger={['click']}
        placement="topRight"
        menu={{
          selectedKeys: [look, i18n.language],
          items: [
            { key: 'zh-CN', label: '中文', onClick: () => chooseLanguage('zh-CN') },
            { key: 'en', label: 'English', onClick: () => chooseLanguage('en') },
            { type: 'divider' },
            ...looks.map((one) => ({ key: one, label: t(`look.${one}`), onClick: () => chooseLook(one) })),
            { type: 'divider' },
            {
              key: 'account',
              icon: <UserOutlined />,
              label: t('settings.tab.account'),
              onClick: () => goTo(placeOf('settings', { tab: 'account' })),
            },
            { key: 'keys', label: t('keys.open'), extra: '?', onClick: onHelp },
            { key: 'out', icon: <LogoutOutlined />, label: t('signOut'), onClick: signOut },
          ],
        }}
      >
        <Button type="text" icon={<MoreOutlined />} aria-label={t('frame.me')} />
      </Dropdown>
    </div>
  );
}
