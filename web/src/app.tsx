import { GenjinClient } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ConfigProvider, Skeleton, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import 'dayjs/locale/zh-cn';
import { SignInPage } from './pages/sign-in-page.tsx';
import { TimelinePage } from './pages/timeline-page.tsx';
import { Failure } from './parts/failure.tsx';
import { Frame } from './parts/frame.tsx';
import { useDark } from './parts/look.ts';
import { usePlace, type View } from './parts/place.ts';
import { baseUrl, type Session, SessionContext } from './parts/session.tsx';

/** As in style.css. */
const tokens = { colorPrimary: '#1d6ae5', colorLink: '#1d5fd0', borderRadius: 8, fontFamily: 'var(--font)' };
const darkTokens = { colorBgContainer: '#1b2028', colorBgElevated: '#242b35', colorBgLayout: '#0d1015', colorLink: '#78a9ff' };

/** Views that are fetched when one goes there first; all others are timelines. */
const SubjectsPage = lazy(() => import('./lists/subjects-page.tsx'));
const pages: Readonly<Partial<Record<View, ReturnType<typeof lazy>>>> = {
  companies: SubjectsPage,
  leads: SubjectsPage,
  opportunities: SubjectsPage,
  company: lazy(() => import('./subject/company-page.tsx')),
  lead: lazy(() => import('./subject/lead-page.tsx')),
  opportunity: lazy(() => import('./subject/opportunity-page.tsx')),
  team: lazy(() => import('./team/team-page.tsx')),
  silence: lazy(() => import('./silence/silence-page.tsx')),
  today: lazy(() => import('./today/today-page.tsx')),
};

export function App() {
  const { i18n } = useTranslation();
  const dark = useDark();
  const chinese = i18n.language !== 'en';
  dayjs.locale(chinese ? 'zh-cn' : 'en');
  return (
    <ConfigProvider
      locale={chinese ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: dark ? { ...tokens, ...darkTokens } : tokens,
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
    <Suspense fallback={<Skeleton className="view-loading" active title={{ width: 160 }} paragraph={{ rows: 8 }} />}>
      <Page key={`${view} ${params['id'] ?? ''}`} />
    </Suspense>
  );
}
