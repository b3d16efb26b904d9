/** The one entry that somebody came for, by a link to it. */
import { GenjinError, type TrailEntry } from '@genjin/client';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RemovedEntry } from '../entry/removed-entry.tsx';
import { Failure } from '../parts/failure.tsx';
import { useLive } from '../parts/live.ts';
import type { Place } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import type { Sought } from './window.ts';

interface Wanted {
  /** 0: nobody wants one. */
  readonly id: number;
  /** It is not known yet where it is. */
  readonly pending: boolean;
  readonly where: number | string | Sought;
  /** It was removed. */
  readonly gone: boolean;
  readonly entry: TrailEntry | null;
  readonly error: unknown;
}

export function useWanted({ params }: Place): Wanted {
  const { client, tenantId } = useSession();
  const given = Number(params['entry'] ?? 0);
  const id = Number.isSafeInteger(given) && given > 0 ? given : 0;
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['entry', id],
    queryFn: async ({ signal }) => (await client.trails.info(id, { signal })).entry,
    enabled: id !== 0,
  });
  useLive(tenantId, (changes) => {
    if (changes?.some((change) => change.trailId === id && change.kind === 'trail')) refetch();
  });
  const entry = data ?? null;
  const place = entry === null ? '' : `${entry.create_time} ${entry.delete_flag}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: of the entry only its place counts
  return useMemo(() => {
    const gone = entry !== null && entry.delete_flag !== 0;
    const where = entry === null ? 0 : gone ? entry.create_time : { time: entry.create_time, trailId: entry.trail_id };
    return { id, pending: id !== 0 && isPending, where, gone, entry, error };
  }, [id, isPending, place, error]);
}

/** Says so when it is not there to be seen. */
export function WantedNotice({ wanted: { entry, error } }: { wanted: Wanted }) {
  const { t } = useTranslation();
  if (error instanceof GenjinError && error.code === 404) {
    return (
      <div className="wanted-notice" role="status">
        <strong>{t('entry.wantedNotFound')}</strong> <span className="faint">{t('entry.wantedNotFoundHow')}</span>
      </div>
    );
  }
  if (error !== null) {
    return (
      <div className="failure" role="alert">
        <Failure error={error} />
      </div>
    );
  }
  if (entry === null || entry.delete_flag === 0) return null;
  return (
    <div className="wanted-notice" role="status">
      <RemovedEntry entry={entry} />
    </div>
  );
}
