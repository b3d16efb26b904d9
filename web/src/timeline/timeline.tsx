import type { TrailQuery } from '@genjin/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { memo, type ReactNode, type RefObject, useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { EntryCard } from '../entry/entry-card.tsx';
import { Failure } from '../parts/failure.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { addressOf, type Place, withParams } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { beijingDay, byDay, dayInWords } from '../parts/times.ts';
import { Waiting } from '../parts/waiting.tsx';
import { useEntryKeys } from './entry-keys.ts';
import { FilterBar } from './filter-bar.tsx';
import { removedOf, useFollowing } from './following.ts';
import { isFiltered, queryOf, wordsOf } from './query.ts';
import { monthsOf, Scrubber } from './scrubber.tsx';
import { atTop, edge, Still, topmost } from './still.tsx';
import { useWanted, WantedNotice } from './wanted.tsx';
import { pageSize, useWindow, type Window } from './window.ts';
import './timeline.css';

/** Pixels beyond what is visible within which there are entries already. */
const ahead = 1600;

interface TimelineProps {
  readonly place: Place;
  readonly title: ReactNode;
  /** Stands between the title and the entries. */
  readonly children?: ReactNode;
}

/** The follow-ups of a subject, or of everybody: newest first, by day, as far back as they go. */
export function Timeline({ place, title, children }: TimelineProps) {
  const { t } = useTranslation();
  const { client } = useSession();
  const key = JSON.stringify(queryOf(place));
  const query = useMemo(() => JSON.parse(key) as TrailQuery, [key]);
  const window_ = useWindow(key);
  const { shown, fresh, error, target, atStart, atEnd, open, extend } = window_;
  const total = shown === null ? 0 : shown.total - removedOf(fresh);
  const wanted = useWanted(place);
  const list = useRef<HTMLDivElement>(null);
  const top = useRef(0);
  const [index, setIndex] = useState(0);
  const [waiting, setWaiting] = useState(0);

  // The place in the address is read when one comes here, and again only for another list.
  const began = useRef<{ readonly came: string; readonly gone: boolean } | null>(null);
  useEffect(() => {
    if (wanted.pending) return;
    const now = { came: `${key} ${wanted.id}`, gone: wanted.gone };
    const before = began.current;
    // One that was put back is to be seen.
    const back = before?.came === now.came && before.gone && !now.gone;
    if (before?.came === now.came && !back) return;
    began.current = now;
    setWaiting(0);
    const at = place.params['at'] ?? '';
    open(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/.test(at) && !back ? at : wanted.where);
  }, [key, open, place, wanted]);

  const { data: periods } = useQuery({
    queryKey: ['periods', key, shown?.total ?? -1],
    queryFn: ({ signal }) => client.stats.periods({ ...query, unit: 'month' }, { signal }),
    enabled: shown !== null && shown.total > 0,
    placeholderData: keepPreviousData,
  });
  const months = useMemo(() => monthsOf(periods?.list ?? []), [periods]);

  // What is new is only told while one reads further down; at the top it comes by itself.
  const isAtTop = useCallback(() => window.scrollY <= atTop && top.current === 0, []);
  useFollowing({ query, window: window_, total, isAtTop, onWaiting: setWaiting, topIndex: top });

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

  const jumped = useRef(0);
  useLayoutEffect(() => {
    if (target === null || target.count === jumped.current) return;
    jumped.current = target.count;
    const entry = list.current?.querySelector<HTMLElement>(`[data-index="${target.index}"]`);
    if (target.index === 0 || entry == null) window.scrollTo({ top: 0, behavior: 'instant' });
    else window.scrollTo({ top: entry.getBoundingClientRect().top + window.scrollY - edge, behavior: 'instant' });
    settle();
    if (entry?.dataset['trailId'] === String(wanted.id)) entry.focus({ preventScroll: true });
  }, [target, settle, wanted.id]);

  useEntryKeys(list);

  const goToNew = (): void => {
    setWaiting(0);
    open(0);
  };
  return (
    <div className="timeline">
      <div className="timeline-main">
        <div className="timeline-head">
          <h1>{title}</h1>
          {shown !== null && <span className="total">{t('timeline.total', { count: total })}</span>}
        </div>
        {children}
        <FilterBar place={place} onMonth={open} />
        {waiting > 0 && (
          <div className="timeline-new">
            <Button type="primary" shape="round" onClick={goToNew}>
              {t('timeline.new', { count: waiting })}
            </Button>
          </div>
        )}
        <WantedNotice wanted={wanted} />
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
            <Days list={list} shown={shown} fresh={fresh} words={place.params['q']} wanted={wanted.id} />
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

interface DaysProps {
  readonly list: RefObject<HTMLElement | null>;
  readonly shown: NonNullable<Window['shown']>;
  readonly fresh: Window['fresh'];
  readonly words: string | undefined;
  readonly wanted: number;
}

const Days = memo(function Days({ list, shown, fresh, words, wanted }: DaysProps) {
  const { t, i18n } = useTranslation();
  const { first, pages } = shown;
  const days = useMemo(() => {
    const start = first * pageSize;
    // By the old time: what has changed stays where it is.
    return byDay(pages.flat().map((entry, i) => ({ entry, index: start + i, create_time: entry.create_time })));
  }, [first, pages]);
  const marked = useMemo(() => wordsOf(words), [words]);
  const near: Record<string, string> = { [beijingDay()]: t('timeline.today'), [beijingDay(1)]: t('timeline.yesterday') };
  const shownDays = days.map(({ day, items }) => (
    <section className="day" key={day}>
      <h2>
        {dayInWords(day, i18n.language)}
        {near[day] !== undefined && <span className="near">{near[day]}</span>}
      </h2>
      <div className="entries">
        {items.map(({ entry, index }) => (
          <EntryCard
            key={entry.trail_id}
            entry={fresh.get(entry.trail_id) ?? entry}
            index={index}
            marked={marked}
            wanted={entry.trail_id === wanted}
          />
        ))}
      </div>
    </section>
  ));
  return <Still list={list}>{shownDays}</Still>;
});

function Loading() {
  const { t } = useTranslation();
  return (
    <div className="loading" role="status" aria-label={t('timeline.loading')}>
      {[2, 3, 1].map((rows) => (
        <div className="entries" key={rows}>
          <Waiting avatar rows={rows} />
        </div>
      ))}
    </div>
  );
}
