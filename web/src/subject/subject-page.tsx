import { GenjinError } from '@genjin/client';
import { type UseQueryResult, useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { type ReactNode, useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { SubjectKind } from '../composer/item.ts';
import { joined } from '../entry/subjects.tsx';
import { LastContact, NextDay } from '../parts/day-text.tsx';
import { Failure } from '../parts/failure.tsx';
import { useFresh } from '../parts/fresh.ts';
import { NextFollowUp } from '../parts/next-follow-up.tsx';
import { nextOf } from '../parts/next-of.ts';
import { usePlace } from '../parts/place.ts';
import { RecordButton } from '../parts/record-button.tsx';
import { useSession } from '../parts/session.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Timeline } from '../timeline/timeline.tsx';
import { Fact } from './fact.tsx';
import '../parts/lists.css';
import './subject.css';

interface SubjectPageProps<T> {
  readonly kind: SubjectKind;
  readonly id: number;
  readonly found: UseQueryResult<T, Error>;
  readonly nameOf: (subject: T) => string;
  readonly lastContactOf: (subject: T) => string;
  readonly nextOf: (subject: T) => string;
  /** Facts of this kind alone. */
  readonly facts: (subject: T) => ReactNode;
  /** Stands below the facts. */
  readonly children: (subject: T) => ReactNode;
}

export function useNext(subject: 'lead' | 'opportunity', id: number): string {
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['next', 'of', subject, id],
    queryFn: ({ signal }) => nextOf(client, subject, id, { signal }),
  });
  return data ?? '';
}

/** The name that entries have for what was removed, or was never known but from entries; empty when none has. */
function useNameInEntries(kind: SubjectKind, id: number, enabled: boolean): string {
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['trails', 'name of', kind, id],
    queryFn: ({ signal }) => client.trails.list({ [`${kind}_id`]: String(id), count: 1 }, { signal }),
    enabled,
  });
  const entry = data?.list[0];
  const info = entry === undefined ? null : joined<{ name: string }>(entry[`${kind}_info`] as { name: string } | []);
  return info?.name ?? '';
}

/** The page of one company, lead or opportunity: its facts, and its timeline. */
export function SubjectPage<T>({ kind, id, found, nameOf, lastContactOf, nextOf, facts, children }: SubjectPageProps<T>) {
  const { t } = useTranslation();
  const place = usePlace();
  const { data, error, refetch } = found;
  const gone = error instanceof GenjinError && error.code === 404;
  const told = useNameInEntries(kind, id, gone);
  const name = (data === undefined ? told : nameOf(data)) || t(`entry.${kind}Id`, { id });
  useFresh();
  useEffect(() => {
    document.title = `${name} · ${t('product')}`;
  }, [name, t]);
  return (
    <Timeline place={place} title={<bdi>{name}</bdi>}>
      {gone && <Alert className="failure" type="info" showIcon title={t(`subject.gone.${kind}`)} />}
      {error !== null && !gone && (
        <div className="failure" role="alert">
          <Failure error={error} onAgain={() => refetch()} />
        </div>
      )}
      {data === undefined ? (
        error === null && <Waiting rows={3} />
      ) : (
        <div className="subject-top">
          <div className="subject-head">
            <dl className="facts">
              <Fact label={t('lists.lastContact')}>
                <LastContact time={lastContactOf(data)} />
              </Fact>
              <Fact label={t('lists.next')}>
                <span className="next-fact">
                  <NextDay time={nextOf(data)} />
                  <NextFollowUp subject={kind} id={id} name={name} time={nextOf(data)} />
                </span>
              </Fact>
              {facts(data)}
            </dl>
            <RecordButton subject={kind} id={id} name={name} primary />
          </div>
          {children(data)}
        </div>
      )}
    </Timeline>
  );
}
