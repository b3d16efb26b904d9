import { GenjinClient } from '@genjin/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import { StrictMode, useMemo, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { useTranslation } from 'react-i18next';
import 'dayjs/locale/zh-cn';
import { CredentialsPage } from './pages/credentials-page.tsx';
import { TimelinePage } from './pages/timeline-page.tsx';
import { useMedia } from './parts/media.ts';
import { baseUrl, forgetCredentials, keepCredentials, readCredentials } from './parts/session.ts';
import { initTexts } from './texts.ts';
import './style.css';

// The client tries again by itself, and a server in the same building answers also when the internet is gone.
const queries = new QueryClient({ defaultOptions: { queries: { retry: false, staleTime: 15_000, networkMode: 'always' } } });

/** As in style.css. */
const tokens = { colorPrimary: '#1d6ae5', colorLink: '#1d5fd0', borderRadius: 8, fontFamily: 'var(--font)' };
const darkTokens = { colorBgContainer: '#1b2028', colorBgElevated: '#242b35', colorBgLayout: '#0d1015', colorLink: '#78a9ff' };

function App() {
  const [credentials, setCredentials] = useState(readCredentials);
  const client = useMemo(() => (credentials === null ? null : new GenjinClient({ baseUrl, ...credentials })), [credentials]);
  const { i18n } = useTranslation();
  const dark = useMedia('(prefers-color-scheme: dark)');
  const chinese = i18n.language !== 'en';
  dayjs.locale(chinese ? 'zh-cn' : 'en');
  const signOut = (): void => {
    forgetCredentials();
    queries.clear();
    setCredentials(null);
  };
  return (
    <ConfigProvider
      locale={chinese ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: dark ? { ...tokens, ...darkTokens } : tokens,
      }}
    >
      {client === null ? (
        <CredentialsPage
          onEnter={(entered) => {
            keepCredentials(entered);
            setCredentials(entered);
          }}
        />
      ) : (
        <TimelinePage client={client} onSignOut={signOut} />
      )}
    </ConfigProvider>
  );
}

initTexts();
const root = document.getElementById('root');
if (root === null) throw new Error('the page has no root');
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <App />
    </QueryClientProvider>
  </StrictMode>,
);
