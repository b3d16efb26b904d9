import LogoutOutlined from '@ant-design/icons/LogoutOutlined';
import { Button, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { chooseLanguage, type Language } from '../texts.ts';

const languages: { value: Language; label: string }[] = [
  { value: 'zh-CN', label: '中文' },
  { value: 'en', label: 'English' },
];

/** The bar above every page. */
export function Frame({ children, onSignOut }: { children: ReactNode; onSignOut?: () => void }) {
  const { t, i18n } = useTranslation();
  return (
    <>
      <header className="bar">
        <div className="bar-inner">
          <a className="brand" href={window.location.pathname}>
            <img src="./icon.svg" alt="" width={26} height={26} />
            <span>{t('product')}</span>
          </a>
          <div className="bar-end">
            <Segmented
              size="small"
              aria-label={t('language')}
              options={languages}
              value={i18n.language === 'en' ? 'en' : 'zh-CN'}
              onChange={chooseLanguage}
            />
            {onSignOut !== undefined && (
              <Button type="text" size="small" icon={<LogoutOutlined />} aria-label={t('signOut')} onClick={onSignOut}>
                <span className="wide-only">{t('signOut')}</span>
              </Button>
            )}
          </div>
        </div>
      </header>
      <main>{children}</main>
    </>
  );
}
