import type { GenjinClient, TrailListData } from '@genjin/client';
import { useQuery } from '@tanstack/react-query';
import { Button, Empty, Pagination, Skeleton } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryCard, joined } from '../parts/entry-card.tsx';
import { Failure } from '../parts/failure.tsx';
import { Filters } from '../parts/filters.tsx';
import { Frame } from '../parts/frame.tsx';
import { useMedia } from '../parts/media.ts';
import { everything, goTo, type Place, usePlace } from '../parts/place.ts';
import { beijingDay, byDay, dayInWords } from '../parts/times.ts';

const pageSize = 20;

/** A company's follow-ups, or everybody's, newest first. */
export function TimelinePage({ client, onSignOut }: { client: GenjinClient; onSignOut: () => void }) {
  const { t } = useTranslation();
  const place = usePlace();
  const { companyId, from, to, page } = place;
  const { data, error, isFetching, isPlaceholderData, refetch } = useQuery({
    queryKey: ['trails', companyId, from, to, page],
    queryFn: ({ signal }) =>
      client.trails.list(
        {
          company_id: companyId || undefined,
          start_time: from || undefined,
          end_time: to || undefined,
          count: pageSize,
          start_index: page,
        },
        { signal },
      ),
    // While another page of the same timeline loads, this one stays; entries of another company would mislead.
    placeholderData: (before, query) =>
      query?.queryKey.slice(1, 4).join() === [companyId, from, to].join() ? before : undefined,
  });
  const name = data === undefined ? null : companyName(data, companyId);
  const title = companyId === '' ? t('timeline.all') : (name ?? t('timeline.company', { id: companyId }));
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);

  return (
    <Frame onSignOut={onSignOut}>
      <Filters key={`${companyId} ${from} ${to}`} place={place} />
      <div className="timeline-head">
        <h1>{title}</h1>
        {data !== undefined && <span className="total">{t('timeline.total', { count: data.totalItem })}</span>}
        {(companyId !== '' || from !== '' || to !== '') && (
          <Button type="link" size="small" className="clear" onClick={() => goTo(everything)}>
            {t('filter.clear')}
          </Button>
        )}
      </div>
      {error !== null && !isFetching && (
        <div className="failure" role="alert">
          <Failure error={error} onAgain={() => refetch()} onSignIn={onSignOut} />
        </div>
      )}
      {data !== undefined ? (
        <div className={isPlaceholderData ? 'coming' : undefined} aria-busy={isPlaceholderData}>
          <Entries data={data} place={place} />
        </div>
      ) : (
        (error === null || isFetching) && <Loading />
      )}
    </Frame>
  );
}

/** The name stands in the entries; a company without any is known by its id alone. */
function companyName(data: TrailListData, companyId: string): string | null {
  for (const entry of data.list) {
    const company = joined(entry.company_info);
    if (company !== null && String(company.company_id) === companyId && company.name !== '') return company.name;
  }
  return null;
}

function Entries({ data, place }: { data: TrailListData; place: Place }) {
  const { t, i18n } = useTranslation();
  const narrow = useMedia('(max-width: 600px)');
  if (data.totalItem === 0) {
    return (
      <Nothing title={t('timeline.empty')} more={t(place.companyId === '' ? 'timeline.emptyAll' : 'timeline.emptyCompany')} />
    );
  }
  if (data.list.length === 0) {
    return (
      <Nothing title={t('timeline.pastEnd', { page: place.page })}>
        <Button onClick={() => goTo({ ...place, page: 1 })}>{t('timeline.firstPage')}</Button>
      </Nothing>
    );
  }
  const near: Record<string, string> = { [beijingDay()]: t('timeline.today'), [beijingDay(1)]: t('timeline.yesterday') };
  return (
    <>
      {byDay(data.list).map(({ day, items }) => (
        <section className="day" key={day}>
          <h2>
            {dayInWords(day, i18n.language)}
            {near[day] !== undefined && <span className="near">{near[day]}</span>}
          </h2>
          <div className="entries">
            {items.map((entry) => (
              <EntryCard key={entry.trail_id} entry={entry} />
            ))}
          </div>
        </section>
      ))}
      <Pagination
        className="pages"
        align="center"
        current={place.page}
        total={data.totalItem}
        pageSize={pageSize}
        showSizeChanger={false}
        showLessItems={narrow}
        showQuickJumper={!narrow && data.totalItem > 10 * pageSize}
        {...(narrow ? { size: 'small' } : {})}
        hideOnSinglePage
        onChange={(page) => goTo({ ...place, page })}
      />
      <p className="zone faint">{t('timeline.zone')}</p>
    </>
  );
}

function Nothing({ title, more, children }: { title: string; more?: string; children?: ReactNode }) {
  return (
    <div className="nothing">
      <Empty
        image={Empty.PRESENTED_IMAGE_SIMPLE}
        description={
          <>
            <div className="nothing-title">{title}</div>
            {more}
          </>
        }
      >
        {children}
      </Empty>
    </div>
  );
}

function Loading() {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status" aria-label={t('timeline.loading')}>
      {[2, 3, 1].map((rows) => (
        <div className="entries" key={rows}>
          <Skeleton active avatar={{ size: 34 }} title={{ width: '30%' }} paragraph={{ rows }} />
        </div>
      ))}
    </div>
  );
}
