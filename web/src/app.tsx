import { GenjinClient } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import { type lazy, Suspense, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import 'dayjs/locale/zh-cn';
import { SignInPage } from './pages/sign-in-page.tsx';
import { TimelinePage } from './pages/timeline-page.tsx';
import { Failure } from './parts/failure.tsx';
import { Frame, popups } from './parts/frame.tsx';
import { useDark } from './parts/look.ts';
import { usePlace, type View } from './parts/place.ts';
import { baseUrl, type Session, SessionContext } from './parts/session.tsx';
import { Waiting } from './parts/waiting.tsx';

/** As in style.css. */
const tokens = {
  colorPrimary: '#1a5fd0',
  colorLink: '#1a5fd0',
  colorPrimaryHover: '#164fae',
  colorTextPlaceholder: '#5b6777',
  colorTextDescription: '#5b6777',
  borderRadius: 8,
  fontFamily: 'var(--font)',
};
const lightTokens = { colorError: '#b83227' };
const darkTokens = {
  colorBgContainer: '#1b2028',
  colorBgElevated: '#242b35',
  colorBgLayout: '#0d1015',
  colorLink: '#78a9ff',
  colorTextPlaceholder: '#97a2b1',
  colorTextDescription: '#97a2b1',
};

/** Views that are fetched when one goes there first; all others are timelines. */
const pages: Readonly<Partial<Record<View, ReturnType<typeof lazy>>>> = {};

export function App() {
  const { i18n } = useTranslation();
  const dark = useDark();
  const chinese = i18n.language !== 'en';
  dayjs.locale(chinese ? 'zh-cn' : 'en');
  return (
    <ConfigProvider
      locale={chinese ? zhCN : enUS}
      getPopupContainer={() => document.getElementById(popups) ?? document.body}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...tokens, ...(dark ? darkTokens : lightTokens) },
      }}
    >
      <SignedIn />
    </ConfigProvider>
  );
}

/** The page for who is signed in, and the way in for everybody else. */
function SignedIn() {
  const queries = useQueryClient();
  const client = useMemo(() => new GenjinClient({ baseUrl, session: true }), []);
  const { data, error, refetch } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => client.session.get({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const signOut = useCallback(async () => {
    await client.session.end();
    queries.clear();
    refetch();
  }, [client, queries, refetch]);
  const session = useMemo<Session | null>(() => {
    if (data?.user == null || !data.signed_in) return null;
    const role = data.role as Session['role'];
    return {
      client,
      me: data.user,
      role,
      tenantId: data.tenant_id as number,
      tenantName: data.tenant_name ?? '',
      version: data.version,
      mayWrite: role !== 'viewer',
      signOut,
    };
  }, [client, data, signOut]);
  if (data === undefined) return error === null ? null : <Failure error={error} onAgain={() => refetch()} />;
  if (session === null) return <SignInPage client={client} session={data} onEnter={() => refetch()} />;
  return (
    <SessionContext value={session}>
      <Frame>
        <CurrentView />
      </Frame>
    </SessionContext>
  );
}

function CurrentView() {
  const { view, params } = usePlace();
  const Page = pages[view];
  if (Page === undefined) return <TimelinePage key={`${view} ${params['id'] ?? ''}`} />;
  return (
    <Suspense fallback={<Waiting />}>
      <Page key={view} />
    </Suspense>
  );
}
