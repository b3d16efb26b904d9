import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSession } from './session.tsx';

/** How the mirror stands, asked again each minute; `null` where there is none. */
export function useMirror() {
  const { client, mirrorOf } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['mirror'],
    queryFn: ({ signal }) => client.mirror.status({ signal }),
    enabled: mirrorOf !== '',
    staleTime: 60_000,
    refetchInterval: 60_000,
  });
  return { mirror: data?.mirror ?? null, error, again: () => void refetch() };
}

/** That what one reads is a copy, of what, and how old it is. */
export function MirrorNote() {
  const { t } = useTranslation();
  const { mirrorOf } = useSession();
  const { mirror } = useMirror();
  const host = URL.parse(mirrorOf)?.host ?? mirrorOf;
  const asOf = mirror?.polled_at ?? null;
  return (
    <p className="mirror-note faint" role="note">
      {t('mirror.note', { host })}
      {asOf !== null && <span> {t('mirror.asOf', { time: asOf.slice(5, 16) })}</span>}
      {mirror !== null && mirror.offline_since !== null && (
        <strong className="warning"> {t('mirror.offline', { time: mirror.offline_since.slice(5, 16) })}</strong>
      )}
    </p>
  );
}
