import type { StatsSilenceDataBands, StatsSilenceDataByOwner } from '@genjin/client';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { placeOf } from '../parts/place.ts';
import { To } from '../parts/to.tsx';
import { atLeast } from './bands.tsx';

/** Whose customers are silent for as long as each rule says; each number leads to the list that it counts. */
export function ByOwner({
  owners,
  bands,
}: {
  owners: readonly StatsSilenceDataByOwner[];
  bands: readonly StatsSilenceDataBands[];
}) {
  const { t } = useTranslation();
  const columns = useMemo(
    (): readonly Column<StatsSilenceDataByOwner>[] => [
      {
        key: 'owner',
        title: t('lists.owner'),
        cell: ({ user_id, nickname }) =>
          user_id === 0 ? (
            <span className="faint">{t('silence.pool')}</span>
          ) : (
            <To place={placeOf('silence', { owner: user_id })}>{nickname || t('entry.authorId', { id: user_id })}</To>
          ),
      },
      ...bands.map(
        ({ from }, i): Column<StatsSilenceDataByOwner> => ({
          key: String(from),
          title: t('silence.orMore', { count: from }),
          isNumber: true,
          cell: ({ user_id, nickname, counts }) => {
            const count = atLeast(counts, i);
            if (user_id === 0 || count === 0) return count;
            return (
              <To
                place={placeOf('silence', { owner: user_id, days: from })}
                title={`${nickname}: ${t('silence.orMore', { count: from })}`}
              >
                {count}
              </To>
            );
          },
        }),
      ),
    ],
    [t, bands],
  );
  if (owners.length === 0) return null;
  const sorted = [...owners].sort((a, b) => atLeast(b.counts, 0) - atLeast(a.counts, 0) || a.user_id - b.user_id);
  return (
    <section>
      <div className="section-head">
        <h2>{t('silence.byOwner')}</h2>
      </div>
      <DataTable label={t('silence.byOwner')} columns={columns} rows={sorted} keyOf={({ user_id }) => user_id} />
    </section>
  );
}
