import type { StatsSilenceDataList } from '@genjin/client';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Pagination } from 'antd';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { LastContact, NextDay } from '../parts/day-text.tsx';
import { ExportLinks } from '../parts/export-links.tsx';
import { Failure } from '../parts/failure.tsx';
import { useFresh } from '../parts/fresh.ts';
import { NextFollowUp } from '../parts/next-follow-up.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { goTo, placeOf, usePlace, withParams } from '../parts/place.ts';
import { RecordButton } from '../parts/record-button.tsx';
import { useSession } from '../parts/session.tsx';
import { SilenceBadge } from '../parts/silence-badge.tsx';
import { SubjectLink } from '../parts/to.tsx';
import { Owners, UserSelect } from '../parts/users.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Bands } from './bands.tsx';
import { ByOwner } from './by-owner.tsx';
import { useRules } from './rules.ts';
import { RulesChoice } from './rules-choice.tsx';
import '../parts/lists.css';
import './silence.css';

type Silent = StatsSilenceDataList;

const pageSize = 50;
/** So many stand out at the top. */
const topCount = 3;

/** The silence radar: customers nobody was in touch with for long, the most silent first. */
export default function SilencePage() {
  const { t } = useTranslation();
  const place = usePlace();
  const { client } = useSession();
  const [rules, chooseRules] = useRules();
  const { owner = '', days: chosen = '', page: number = '' } = place.params;
  const days = /^\d{1,5}$/.test(chosen) ? Number(chosen) : (rules[0] as number);
  const page = /^[1-9]\d{0,6}$/.test(number) ? Number(number) : 1;
  const question = { days, rules: rules.join(','), ...(owner === '' ? {} : { user_id: owner }) };
  const title = t('view.silence');
  useFresh();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: ['silence', question, page],
    queryFn: ({ signal }) => client.stats.silence({ ...question, start_index: page, count: pageSize }, { signal }),
    placeholderData: keepPreviousData,
  });
  const set = (more: Record<string, string>): void => goTo(withParams(place, { ...more, page: '' }));
  const top = page === 1 ? (data?.list.slice(0, topCount) ?? []) : [];
  const others = data?.list.slice(top.length) ?? [];
  return (
    <div className="lists">
      <div className="lists-head">
        <h1>{title}</h1>
        {data !== undefined && (
          <span className="total" role="status">
            {t('silence.total', { count: data.totalItem, days })}
          </span>
        )}
        <ExportLinks path="v1/dynamic/trail/stats/silence" query={question} label={title} />
      </div>
      <p className="lists-why">{t('silence.why')}</p>
      {error !== null && (
        <div className="failure" role="alert">
          <Failure error={error} onAgain={() => refetch()} />
        </div>
      )}
      {data === undefined && error === null && <Waiting rows={12} />}
      {data !== undefined && (
        <>
          {top.length > 0 && <Top silent={top} rules={rules} />}
          <div className="silence-filter">
            <Bands bands={data.bands} days={days} onChoose={(from) => set({ days: String(from) })} />
            <UserSelect userId={owner} label={t('lists.owner')} onSelect={(user) => set({ owner: user })} />
            <RulesChoice
              rules={rules}
              onChoose={(next) => {
                chooseRules(next);
                set({ days: '' });
              }}
            />
          </div>
          {data.list.length === 0 && <Nothing title={t('silence.empty', { days })} more={t('silence.emptyHow')} />}
          {others.length > 0 && <Others silent={others} rules={rules} isBusy={isPlaceholderData} />}
          <Pagination
            className="lists-pages"
            current={page}
            pageSize={pageSize}
            total={data.totalItem}
            onChange={(next) => {
              goTo(withParams(place, { page: next === 1 ? '' : String(next) }));
              window.scrollTo({ top: 0 });
            }}
            showSizeChanger={false}
            hideOnSinglePage
            responsive
          />
          {owner === '' && <ByOwner owners={data.by_owner} bands={data.bands} />}
        </>
      )}
    </div>
  );
}

const nameOf = ({ name, company_id }: Silent): string => name || String(company_id);

/** The most silent ones, in numbers and names that one sees before anything else. */
function Top({ silent, rules }: { silent: readonly Silent[]; rules: readonly number[] }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="silence-top">
      <h2 id="silence-top" className="silence-top-head">
        {t('silence.top', { count: silent.length })}
      </h2>
      <ol className="silence-top">
        {silent.map((row, i) => (
          <li key={row.company_id} data-company-id={row.company_id}>
            <span className="silence-rank" aria-hidden="true">
              {i + 1}
            </span>
            <div className="silence-name">
              <SubjectLink view="company" id={row.company_id}>
                {nameOf(row)}
              </SubjectLink>
            </div>
            <SilenceBadge days={row.days} rules={rules} full />
            <dl>
              <div>
                <dt>{t('lists.lastContact')}</dt>
                <dd>
                  <LastContact time={row.last_contact_time} />
                </dd>
              </div>
              <div>
                <dt>{t('lists.owner')}</dt>
                <dd>
                  <Owners owners={row.owners} />
                </dd>
              </div>
              <div>
                <dt>{t('lists.next')}</dt>
                <dd>
                  <NextDay time={row.next_follow_up_time} />
                </dd>
              </div>
            </dl>
            <Actions row={row} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Actions({ row }: { row: Silent }) {
  return (
    <span className="row-actions">
      <RecordButton subject="company" id={row.company_id} name={nameOf(row)} />
      <NextFollowUp subject="company" id={row.company_id} name={nameOf(row)} time={row.next_follow_up_time} />
    </span>
  );
}

function Others({ silent, rules, isBusy }: { silent: readonly Silent[]; rules: readonly number[]; isBusy: boolean }) {
  const { t } = useTranslation();
  const { mayWrite } = useSession();
  const columns = useMemo((): readonly Column<Silent>[] => {
    const action: Column<Silent> = { key: 'action', title: t('lists.action'), cell: (row) => <Actions row={row} /> };
    return [
      {
        key: 'name',
        title: t('lists.companyName'),
        cell: (row) => (
          <SubjectLink view="company" id={row.company_id}>
            {nameOf(row)}
          </SubjectLink>
        ),
      },
      { key: 'days', title: t('lists.silence'), cell: (row) => <SilenceBadge days={row.days} rules={rules} /> },
      { key: 'last', title: t('lists.lastContact'), cell: (row) => <LastContact time={row.last_contact_time} /> },
      { key: 'owner', title: t('lists.owner'), cell: (row) => <Owners owners={row.owners} /> },
      { key: 'next', title: t('lists.next'), cell: (row) => <NextDay time={row.next_follow_up_time} /> },
      ...(mayWrite ? [action] : []),
    ];
  }, [t, rules, mayWrite]);
  return (
    <DataTable
      label={t('view.silence')}
      columns={columns}
      rows={silent}
      keyOf={({ company_id }) => company_id}
      placeOf={({ company_id }) => placeOf('company', { id: company_id })}
      isBusy={isBusy}
    />
  );
}
