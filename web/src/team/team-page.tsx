import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { DatePicker, Select, Skeleton } from 'antd';
import dayjs from 'dayjs';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { ExportLinks } from '../parts/export-links.tsx';
import { Failure } from '../parts/failure.tsx';
import { useFresh } from '../parts/fresh.ts';
import { goTo, type Place, usePlace, withParams } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Countries, Types } from './breakdowns.tsx';
import { Change } from './change.tsx';
import { HeatMap } from './heat-map.tsx';
import { type Period, type Preset, periodOf, presetOf, presets, unitOf } from './period.ts';
import { Trend } from './trend.tsx';
import '../parts/data-table.css';
import '../parts/lists.css';
import './team.css';

/** What a team recorded in a period: by person and day, by type, by country, and against the period before. */
export default function TeamPage() {
  const { t } = useTranslation();
  const place = usePlace();
  const { client } = useSession();
  const { from, to } = periodOf(place);
  const period = useMemo(() => periodOf({ view: 'team', params: { from, to } }), [from, to]);
  const unit = unitOf(period);
  const query = { start_time: from, end_time: to };
  const title = t('view.team');
  useFresh();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  const people = useQuery({
    queryKey: ['stats', 'people', period],
    queryFn: ({ signal }) => client.stats.people({ ...query, unit }, { signal }),
  });
  const types = useQuery({
    queryKey: ['stats', 'types', period],
    queryFn: ({ signal }) => client.stats.types(query, { signal }),
    placeholderData: keepPreviousData,
  });
  const countries = useQuery({
    queryKey: ['stats', 'countries', period],
    queryFn: ({ signal }) => client.stats.countries(query, { signal }),
    placeholderData: keepPreviousData,
  });
  const failed = [people, types, countries].find(({ error }) => error !== null);
  return (
    <div className="lists">
      <div className="lists-head">
        <h1>{title}</h1>
        <PeriodChoice place={place} period={period} />
      </div>
      {failed !== undefined && (
        <div className="failure" role="alert">
          <Failure error={failed.error} onAgain={() => failed.refetch()} />
        </div>
      )}
      <dl className="figures">
        <Figure label={t('team.followUps')}>{types.data && <Sums rows={types.data.list} />}</Figure>
        <Figure label={t('team.active')}>
          {people.data &&
            t('team.activeOf', { count: people.data.list.filter(({ total }) => total > 0).length, all: people.data.list.length })}
        </Figure>
        <Figure label={t('team.companies')}>{countries.data?.list.reduce((sum, { companies }) => sum + companies, 0)}</Figure>
      </dl>
      <section>
        <div className="section-head">
          <h2>{t('team.trend')}</h2>
        </div>
        <div className="panel">
          <Trend period={period} />
        </div>
      </section>
      <section>
        <div className="section-head">
          <h2>{t('team.heatMap')}</h2>
          <span className="faint">{t('team.heatMapHow')}</span>
          <ExportLinks path="v1/dynamic/trail/stats/people" query={{ ...query, unit }} label={t('team.heatMap')} />
        </div>
        <div className="panel">
          {people.data === undefined ? (
            people.error === null && <Waiting rows={8} />
          ) : (
            <HeatMap people={people.data.list} period={period} unit={unit} />
          )}
        </div>
      </section>
      <Types rows={types.data?.list} query={query} />
      <Countries rows={countries.data?.list} query={query} />
    </div>
  );
}

function Sums({ rows }: { rows: readonly { readonly count: number; readonly before: number }[] }) {
  const now = rows.reduce((sum, { count }) => sum + count, 0);
  const before = rows.reduce((sum, row) => sum + row.before, 0);
  return (
    <>
      {now} <Change now={now} before={before} />
    </>
  );
}

function Figure({ label, children }: { label: string; children: React.ReactNode }) {
  return (
    <div className="figure">
      <dt>{label}</dt>
      <dd>{children ?? <Skeleton.Button active size="small" />}</dd>
    </div>
  );
}

function PeriodChoice({ place, period }: { place: Place; period: Period }) {
  const { t } = useTranslation();
  const own = presets.find((preset) => {
    const { from, to } = presetOf(preset);
    return from === period.from && to === period.to;
  });
  const choose = (more: { from?: string; to?: string }): void =>
    goTo(withParams(place, { from: period.from, to: period.to, ...more }));
  const day = (name: 'from' | 'to') => (
    <DatePicker
      value={dayjs(period[name])}
      onChange={(chosen) => chosen !== null && choose({ [name]: chosen.format('YYYY-MM-DD') })}
      aria-label={t(`filter.${name}`)}
      allowClear={false}
    />
  );
  return (
    <div className="period-choice">
      <Select
        value={own ?? null}
        onChange={(preset: Preset) => choose(presetOf(preset))}
        options={presets.map((preset) => ({ value: preset, label: t(`team.period.${preset}`) }))}
        placeholder={t('team.period.other')}
        aria-label={t('team.period.label')}
      />
      <span className="period-days">
        {day('from')}
        <span aria-hidden="true">–</span>
        {day('to')}
      </span>
    </div>
  );
}
