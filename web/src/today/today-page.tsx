import { useQuery } from '@tanstack/react-query';
import { Button, Segmented } from 'antd';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useColleagues } from '../entry/colleagues.ts';
import { LastContact, NextDay } from '../parts/day-text.tsx';
import { dayFrom } from '../parts/days.ts';
import { Failure } from '../parts/failure.tsx';
import { useFresh } from '../parts/fresh.ts';
import { NextFollowUp } from '../parts/next-follow-up.tsx';
import { goTo, usePlace, withParams } from '../parts/place.ts';
import { RecordButton } from '../parts/record-button.tsx';
import { useSession } from '../parts/session.tsx';
import { beijingDay, dayInWords } from '../parts/times.ts';
import { SubjectLink } from '../parts/to.tsx';
import { Owners } from '../parts/users.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { CalendarLink } from './calendar-link.tsx';
import type { NextRow } from './next-row.ts';
import '../parts/lists.css';
import './today.css';

/** What is due: late, today, and in the days to come; one's own, or everybody's. */
export default function TodayPage() {
  const { t, i18n } = useTranslation();
  const place = usePlace();
  const { me } = useSession();
  const everybody = place.params['who'] === 'all';
  const userId = everybody ? null : me.user_id;
  const title = t('view.today');
  useFresh();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  return (
    <div className="lists today">
      <div className="lists-head">
        <h1>{title}</h1>
        <span className="total">{dayInWords(beijingDay(), i18n.language)}</span>
        <Segmented
          className="today-who"
          aria-label={t('today.who')}
          options={[
            { value: 'mine', label: t('today.mine') },
            { value: 'all', label: t('today.all') },
          ]}
          value={everybody ? 'all' : 'mine'}
          onChange={(who) => goTo(withParams(place, { who: who === 'all' ? 'all' : '' }))}
        />
      </div>
      <Due name="overdue" from={null} to={dayFrom(-1)} userId={userId} />
      <Due name="today" from={dayFrom(0)} to={dayFrom(0)} userId={userId} />
      <Due name="soon" from={dayFrom(1)} to={dayFrom(7)} userId={userId} />
      <CalendarLink />
    </div>
  );
}

/** So many more at a time. */
const portion = 50;

interface DueProps {
  readonly name: 'overdue' | 'today' | 'soon';
  readonly from: string | null;
  readonly to: string;
  /** `null`: everybody's. */
  readonly userId: number | null;
}

/** The next follow-ups of some days, earliest first. */
function Due({ name, from, to, userId }: DueProps) {
  const { t } = useTranslation();
  const { client } = useSession();
  const [count, setCount] = useState(portion);
  const { data, error, refetch } = useQuery({
    queryKey: ['next', name, from, to, userId, count],
    queryFn: ({ signal }) =>
      client.next.list(
        {
          ...(userId === null ? {} : { user_id: userId }),
          ...(from === null ? {} : { start_time: from }),
          end_time: to,
          sort: 'asc',
          count,
        },
        { signal },
      ),
    placeholderData: (before, query) => (query?.queryKey[4] === userId ? before : undefined),
  });
  return (
    <section className={`due due-${name}`} aria-labelledby={`due-${name}`}>
      <div className="section-head">
        <h2 id={`due-${name}`}>{t(`today.${name}`)}</h2>
        {data !== undefined && <span className="due-count">{data.totalItem}</span>}
      </div>
      {error !== null && (
        <div className="failure" role="alert">
          <Failure error={error} onAgain={() => refetch()} />
        </div>
      )}
      {data === undefined ? (
        error === null && <Waiting rows={3} />
      ) : data.list.length === 0 ? (
        <p className="due-none faint">{t(`today.${name}None`)}</p>
      ) : (
        <ul className="due-list">
          {data.list.map((row) => (
            <DueRow key={`${row.subject} ${row.id}`} row={row} />
          ))}
        </ul>
      )}
      {data !== undefined && data.list.length < data.totalItem && (
        <Button type="link" onClick={() => setCount(count + portion)}>
          {t('today.more', { count: data.totalItem - data.list.length })}
        </Button>
      )}
    </section>
  );
}

function DueRow({ row }: { row: NextRow }) {
  const { t } = useTranslation();
  const { all } = useColleagues();
  const { subject, id, next_follow_up_time: time } = row;
  const name = row.name || t(`entry.${subject}Id`, { id });
  const owners = row.owner_ids.map((user) => ({
    user_id: user,
    nickname: all.find((one) => one.id === user)?.name ?? '',
  }));
  return (
    <li data-subject={`${subject} ${id}`}>
      <div className="due-what">
        <span className="due-name">
          <SubjectLink view={subject} id={id}>
            {name}
          </SubjectLink>
          {subject !== 'company' && <span className="faint">{t(`entry.${subject}`)}</span>}
        </span>
        <span className="due-more">
          <NextDay time={time} />
          <span>
            <span className="faint">{t('lists.lastContact')}</span> <LastContact time={row.last_contact_time} />
          </span>
          <span>
            <Owners owners={owners} />
          </span>
        </span>
      </div>
      <span className="row-actions">
        <RecordButton subject={subject} id={id} name={name} />
        <NextFollowUp subject={subject} id={id} name={name} time={time} />
      </span>
    </li>
  );
}
