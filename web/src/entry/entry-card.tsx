import CommentOutlined from '@ant-design/icons/CommentOutlined';
import type { TrailEntry } from '@genjin/client';
import type { TFunction } from 'i18next';
import { lazy, memo, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { minuteOf, recordedIfOther } from '../parts/times.ts';
import { SubjectLink } from '../parts/to.tsx';
import { TypeMark, typeName } from '../parts/trail-types.tsx';
import { Avatar } from './avatar.tsx';
import { EntryActions } from './entry-menu.tsx';
import { EntryText } from './entry-text.tsx';
import { Files } from './files.tsx';
import { RemovedEntry } from './removed-entry.tsx';
import { joined, Subjects } from './subjects.tsx';
import './entry.css';

const Comments = lazy(() => import('./comments.tsx'));
const History = lazy(() => import('./history.tsx'));

interface EntryCardProps {
  readonly entry: TrailEntry;
  /** Its place in the list. */
  readonly index: number;
  /** Words that were looked for. */
  readonly marked: readonly string[];
  /** Somebody came here for this entry. */
  readonly wanted?: boolean;
}

/** One follow-up. Hundreds are made while one scrolls, so what is shut is not in the page. */
export const EntryCard = memo(function EntryCard({ entry, index, marked, wanted = false }: EntryCardProps) {
  const { t } = useTranslation();
  const [commenting, setCommenting] = useState(false);
  // Counts how often somebody wanted to write.
  const [writing, setWriting] = useState(0);
  const [history, setHistory] = useState(false);
  // Somebody points at it, or was in it.
  const [near, setNear] = useState(false);
  const write = (): void => {
    setCommenting(true);
    setWriting((before) => before + 1);
  };
  const name = typeName(entry.type);
  const place = { 'data-trail-id': entry.trail_id, 'data-index': index, 'data-time': entry.create_time, tabIndex: -1 };
  if (entry.delete_flag !== 0) {
    return (
      <article className="entry entry-gone" {...place}>
        <RemovedEntry entry={entry} />
      </article>
    );
  }
  return (
    <article
      className={wanted ? 'entry wanted' : 'entry'}
      {...place}
      onPointerEnter={() => setNear(true)}
      onFocus={() => setNear(true)}
    >
      <TypeMark type={entry.type} />
      <div className="entry-body">
        <div className="entry-head">
          <span className="entry-type">{name === null ? t('entry.unknownType', { type: entry.type }) : t(`type.${name}`)}</span>
          <Author t={t} entry={entry} />
          <EntryActions t={t} entry={entry} near={near} onComment={write} onHistory={() => setHistory(true)} />
          <time
            className="entry-time"
            dateTime={`${entry.create_time.replace(' ', 'T')}+08:00`}
            title={t('entry.exactly', { tookPlace: entry.create_time, recorded: entry.created_at })}
          >
            {minuteOf(entry.create_time)}
          </time>
        </div>
        <EntryText t={t} content={entry.content} marked={marked} />
        <Subjects t={t} entry={entry} />
        {entry.file_info !== null && entry.file_info.length > 0 && <Files files={entry.file_info} />}
        <Foot
          t={t}
          entry={entry}
          commenting={commenting}
          onComments={() => setCommenting(!commenting)}
          onHistory={() => setHistory(true)}
        />
        {commenting && (
          <Suspense>
            <Comments entry={entry} writing={writing} onClose={() => setCommenting(false)} />
          </Suspense>
        )}
        {history && (
          <Suspense>
            <History entry={entry} onClose={() => setHistory(false)} />
          </Suspense>
        )}
      </div>
    </article>
  );
});

function Author({ t, entry }: { t: TFunction; entry: TrailEntry }) {
  const author = joined(entry.create_user_info);
  if (author === null && entry.create_user === 0) return null;
  const name = author?.nickname || t('entry.authorId', { id: entry.create_user });
  return (
    <span className="entry-author" title={t('entry.author')}>
      <Avatar id={entry.create_user} name={name} {...(author === null ? {} : { picture: author.avatar })} />
      <SubjectLink view="colleague" id={entry.create_user}>
        {name}
      </SubjectLink>
    </span>
  );
}

interface FootProps {
  readonly t: TFunction;
  readonly entry: TrailEntry;
  readonly commenting: boolean;
  readonly onComments: () => void;
  readonly onHistory: () => void;
}

/** What has become of the entry since; most have nothing of it. */
function Foot({ t, entry, commenting, onComments, onHistory }: FootProps) {
  const recorded = recordedIfOther(entry.create_time, entry.created_at);
  const edited = entry.update_time > entry.created_at;
  if (recorded === null && !edited && entry.comment_count === 0) return null;
  return (
    <div className="entry-foot">
      {entry.comment_count > 0 && (
        <button type="button" className="foot-button comment-count" aria-expanded={commenting} onClick={onComments}>
          <CommentOutlined />
          {t('entry.comments', { count: entry.comment_count })}
        </button>
      )}
      {recorded !== null && <span className="entry-recorded">{t('entry.recorded', { time: recorded })}</span>}
      {edited && (
        <button
          type="button"
          className="foot-button"
          title={t('entry.editedAt', { time: entry.update_time })}
          onClick={onHistory}
        >
          {t('entry.edited')}
        </button>
      )}
    </div>
  );
}
