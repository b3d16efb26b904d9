import { GenjinClient } from '@genjin/client';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ConfigProvider, theme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import { lazy, Suspense, useCallback, useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import 'dayjs/locale/zh-cn';
import { ComposerAction, ComposerProvider } from './composer/composer.tsx';
import { useConnection, useRenewals } from './offline/connection.ts';
import { forgetAnswers, keptFetch } from './offline/kept-answers.ts';
import { OfflineBand } from './offline/offline-band.tsx';
import { SignInPage } from './pages/sign-in-page.tsx';
import { TimelinePage } from './pages/timeline-page.tsx';
import { Failure } from './parts/failure.tsx';
import { Frame, popups } from './parts/frame.tsx';
import { useDark } from './parts/look.ts';
import { useMedia } from './parts/media.ts';
import { usePlace, type View } from './parts/place.ts';
import { baseUrl, type Session, SessionContext } from './parts/session.tsx';
import { showToast } from './parts/toast.tsx';
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

/** What is pointed at, or open, is lighter there, not darker. */
const pointedAt = '#78a9ff';
const darkButton = {
  defaultHoverColor: pointedAt,
  defaultHoverBorderColor: pointedAt,
  defaultActiveColor: pointedAt,
  defaultActiveBorderColor: pointedAt,
};

/** Views that are fetched when one goes there first; all others are timelines. */
const SubjectsPage = lazy(() => import('./lists/subjects-page.tsx'));
const pages: Readonly<Partial<Record<View, ReturnType<typeof lazy>>>> = {
  companies: SubjectsPage,
  leads: SubjectsPage,
  opportunities: SubjectsPage,
  settings: lazy(() => import('./settings/settings-page.tsx')),
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
  const motion = !useMedia('(prefers-reduced-motion: reduce)');
  const chinese = i18n.language !== 'en';
  dayjs.locale(chinese ? 'zh-cn' : 'en');
  return (
    <ConfigProvider
      locale={chinese ? zhCN : enUS}
      getPopupContainer={() => document.getElementById(popups) ?? document.body}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: dark ? theme.darkAlgorithm : theme.defaultAlgorithm,
        token: { ...tokens, ...(dark ? darkTokens : lightTokens), motion },
        components: dark ? { Button: darkButton } : {},
      }}
    >
      <SignedIn />
    </ConfigProvider>
  );
}

/** The page for who is signed in, and the way in for everybody else. */
function SignedIn() {
  const queries = useQueryClient();
  const client = useMemo(() => new GenjinClient({ baseUrl, session: true, fetch: keptFetch }), []);
  const { data, error, refetch } = useQuery({
    queryKey: ['session'],
    queryFn: ({ signal }) => client.session.get({ signal }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  useWayBack(refetch);
  const { t } = useTranslation();
  const signOut = useCallback(async () => {
    try {
      await client.session.end();
    } catch {
      // Only the server can take the cookie back.
      return showToast({ text: t('offline.stillSignedIn'), bad: true });
    }
    await forgetAnswers();
    queries.clear();
    refetch();
  }, [client, queries, refetch, t]);
  const session = useMemo<Session | null>(() => {
    if (data?.user == null || !data.signed_in) return null;
    const role = data.role as Session['role'];
    const mirrorOf = data.mirror_of ?? '';
    return {
      client,
      me: data.user,
      role,
      tenantId: data.tenant_id as number,
      tenantName: data.tenant_name ?? '',
      version: data.version,
      mirrorOf,
      mayWrite: role !== 'viewer' && mirrorOf === '',
      signOut,
    };
  }, [client, data, signOut]);
  if (data === undefined) return error === null ? null : <Failure error={error} onAgain={() => refetch()} />;
  if (session === null) return <SignInPage client={client} session={data} onEnter={() => refetch()} />;
  return (
    <SessionContext value={session}>
      <ComposerProvider>
        <Frame action={<ComposerAction />}>
          <OfflineBand />
          <CurrentView />
        </Frame>
      </ComposerProvider>
    </SessionContext>
  );
}

/** How often a server that cannot be reached is looked for (ms). */
const look = 10_000;

/** Notices that the server can be reached again. */
function useWayBack(ask: () => unknown): void {
  const { offline } = useConnection();
  useEffect(() => {
    if (!offline) return;
    const timer = setInterval(ask, look);
    window.addEventListener('online', ask);
    return () => {
      clearInterval(timer);
      window.removeEventListener('online', ask);
    };
  }, [offline, ask]);
}

function CurrentView() {
  const { view, params } = usePlace();
  const queries = useQueryClient();
  const renewals = useRenewals();
  useEffect(() => {
    if (renewals > 0) queries.invalidateQueries();
  }, [queries, renewals]);
  const Page = pages[view];
  if (Page === undefined) return <TimelinePage key={`${view} ${params['id'] ?? ''} ${renewals}`} />;
  return (
    <Suspense fallback={<Waiting />}>
      <Page key={`${view} ${params['id'] ?? ''} ${renewals}`} />
    </Suspense>
  );
}
