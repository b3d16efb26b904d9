import type { TrailQuery } from '@genjin/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Skeleton } from 'antd';
import { type ReactNode, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryCard } from '../entry/entry-card.tsx';
import { Failure } from '../parts/failure.tsx';
import { useLive } from '../parts/live.ts';
import { Nothing } from '../parts/nothing.tsx';
import { addressOf, type Place, withParams } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { beijingDay, byDay, dayInWords } from '../parts/times.ts';
import { FilterBar } from './filter-bar.tsx';
import { isFiltered, queryOf, wordsOf } from './query.ts';
import { monthsOf, Scrubber } from './scrubber.tsx';
import { pageSize, useWindow } from './window.ts';
import './timeline.css';

/** Pixels beyond what is visible within which there are entries already. */
const ahead = 1600;
/** Below this nobody has begun to read. */
const atTop = 40;

interface TimelineProps {
  readonly place: Place;
  readonly title: ReactNode;
  /** Stands between the title and the entries. */
  readonly children?: ReactNode;
}

/** The follow-ups of a subject, or of everybody: newest first, by day, as far back as they go. */
export function Timeline({ place, title, children }: TimelineProps) {
  const { t } = useTranslation();
  const { client, tenantId } = useSession();
  const key = JSON.stringify(queryOf(place));
  const query = useMemo(() => JSON.parse(key) as TrailQuery, [key]);
  const { shown, error, target, atStart, atEnd, open, extend } = useWindow(key);
  const list = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const [index, setIndex] = useState(0);
  const [waiting, setWaiting] = useState(0);

  // The place in the address is read when one comes here, and again only for another list.
  const began = useRef('');
  useEffect(() => {
    if (began.current === key) return;
    began.current = key;
    setWaiting(0);
    open(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(place.params['at'] ?? '') ? (place.params['at'] as string) : 0);
  }, [key, open, place]);

  const { data: periods } = useQuery({
    queryKey: ['periods', key, shown?.total ?? -1],
    queryFn: ({ signal }) => client.stats.periods({ ...query, unit: 'month' }, { signal }),
    enabled: shown !== null && shown.total > 0,
    placeholderData: keepPreviousData,
  });
  const months = useMemo(() => monthsOf(periods?.list ?? []), [periods]);

  // What is new is only told while one reads further down; at the top it comes by itself.
  const looked = useRef<AbortController | null>(null);
  useLive(
    tenantId,
    useCallback(async () => {
      looked.current?.abort();
      const own = new AbortController();
      looked.current = own;
      if (window.scrollY <= atTop && top.current === 0) return open(0);
      const { totalItem } = await client.trails.list({ ...query, count: 1 }, { signal: own.signal });
      if (!own.signal.aborted) setWaiting(Math.max(0, totalItem - (shown?.total ?? totalItem)));
    }, [client, query, open, shown?.total]),
  );

  /** Which entry is the topmost one, and in the address when it took place. */
  const settle = useCallback(() => {
    const first = topmost(list.current);
    if (first === null) return;
    const place_ = Number(first.dataset['index']);
    top.current = place_;
    setIndex(place_);
    const at = window.scrollY <= atTop && place_ === 0 ? '' : (first.dataset['time'] ?? '');
    const address = addressOf(withParams(place, { at }));
    if (address !== (window.location.search || window.location.pathname)) window.history.replaceState(null, '', address);
  }, [place]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was put to the list, there may still be too little of it
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | null = null;
    const scrolled = (): void => {
      const box = list.current?.getBoundingClientRect();
      if (box === undefined) return;
      if (!atStart && box.top > -ahead) extend('front');
      if (!atEnd && box.bottom < window.innerHeight + ahead) extend('back');
      timer ??= setTimeout(() => {
        timer = null;
        settle();
      }, 120);
    };
    scrolled();
    window.addEventListener('scroll', scrolled, { passive: true });
    window.addEventListener('resize', scrolled);
    return () => {
      window.removeEventListener('scroll', scrolled);
      window.removeEventListener('resize', scrolled);
      if (timer !== null) clearTimeout(timer);
    };
  }, [shown, atStart, atEnd, extend, settle]);

  // What is put before the entries, or taken off there, must not move what one reads.
  const held = useRef<{ readonly id: string; readonly top: number } | null>(null);
  const jumped = useRef(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever was put to the list may have moved what one reads
  useLayoutEffect(() => {
    if (target !== null && target.count !== jumped.current) {
      jumped.current = target.count;
      const entry = list.current?.querySelector<HTMLElement>(`[data-index="${target.index}"]`);
      if (target.index === 0 || entry == null) window.scrollTo({ top: 0, behavior: 'instant' });
      else window.scrollTo({ top: entry.getBoundingClientRect().top + window.scrollY - 120, behavior: 'instant' });
      settle();
    } else if (held.current !== null) {
      const entry = list.current?.querySelector(`[data-trail-id="${held.current.id}"]`);
      const moved = entry == null ? 0 : entry.getBoundingClientRect().top - held.current.top;
      if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
    }
    return () => {
      const first = topmost(list.current);
      held.current = first === null ? null : { id: first.dataset['trailId'] as string, top: first.getBoundingClientRect().top };
    };
  }, [shown, target, settle]);

  const goToNew = (): void => {
    setWaiting(0);
    open(0);
  };
  return (
    <div className="timeline">
      <div className="timeline-main">
        <div className="timeline-head">
          <h1>{title}</h1>
          {shown !== null && <span className="total">{t('timeline.total', { count: shown.total })}</span>}
        </div>
        {children}
        <FilterBar place={place} onMonth={open} />
        {waiting > 0 && (
          <Button className="timeline-new" type="primary" shape="round" onClick={goToNew}>
            {t('timeline.new', { count: waiting })}
          </Button>
        )}
        {error != null && (
          <div className="failure" role="alert">
            <Failure error={error} onAgain={() => open(top.current)} />
          </div>
        )}
        {shown === null ? (
          error == null && <Loading />
        ) : shown.total === 0 ? (
          <Nothing
            title={t(isFiltered(place) ? 'timeline.emptyFiltered' : 'timeline.empty')}
            more={t(isFiltered(place) ? 'timeline.emptyFilteredHow' : 'timeline.emptyHow')}
          />
        ) : (
          <div ref={list} className="timeline-list">
            <Days shown={shown} words={place.params['q']} />
            {atEnd ? <p className="zone faint">{t('timeline.zone')}</p> : <Loading />}
          </div>
        )}
      </div>
      {shown !== null && shown.total > pageSize && (
        <Scrubber months={months} total={shown.total} index={index} onJump={(where) => open(where)} />
      )}
    </div>
  );
}

/** The first entry that is seen below the bar. */
function topmost(list: HTMLElement | null): HTMLElement | null {
  if (list === null) return null;
  for (const entry of list.querySelectorAll<HTMLElement>('article[data-index]')) {
    if (entry.getBoundingClientRect().bottom > 96) return entry;
  }
  return null;
}

function Days({ shown, words }: { shown: NonNullable<ReturnType<typeof useWindow>['shown']>; words: string | undefined }) {
  const { t, i18n } = useTranslation();
  const { first, pages } = shown;
  const days = useMemo(() => {
    const start = first * pageSize;
    return byDay(pages.flat().map((entry, i) => ({ entry, index: start + i, create_time: entry.create_time })));
  }, [first, pages]);
  const marked = useMemo(() => wordsOf(words), [words]);
  const near: Record<string, string> = { [beijingDay()]: t('timeline.today'), [beijingDay(1)]: t('timeline.yesterday') };
  return days.map(({ day, items }) => (
    <section className="day" key={day}>
      <h2>
        {dayInWords(day, i18n.language)}
        {near[day] !== undefined && <span className="near">{near[day]}</span>}
      </h2>
      <div className="entries">
        {items.map(({ entry, index }) => (
          <EntryCard key={entry.trail_id} entry={entry} index={index} marked={marked} />
        ))}
      </div>
    </section>
  ));
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
