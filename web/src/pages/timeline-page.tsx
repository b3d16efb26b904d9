import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { usePlace } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { Timeline } from '../timeline/timeline.tsx';

/** Everybody's follow-ups, or those of one colleague or contact. */
export function TimelinePage() {
  const { t } = useTranslation();
  const place = usePlace();
  const { client } = useSession();
  const { view, params } = place;
  const id = params['id'] ?? '';
  const { data: users } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => client.users.list({}, { signal }),
    staleTime: 300_000,
    enabled: view === 'colleague',
  });
  const colleague = users?.find((user) => user.user_id === id)?.nickname;
  const title =
    view === 'colleague'
      ? (colleague ?? t('timeline.colleague', { id }))
      : view === 'contact'
        ? t('timeline.contact', { id })
        : t('timeline.all');
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return <Timeline place={place} title={title} />;
}
