import type { CommentListDataList, TrailEntry } from '@genjin/client';
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { useLive } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { useColleagues } from './colleagues.ts';
import { Comment } from './comment.tsx';
import { CommentForm } from './comment-form.tsx';
import './comments.css';

const pageSize = 100;

interface CommentsProps {
  readonly entry: TrailEntry;
  /** How often somebody wanted to write one; 0: they are only read. */
  readonly writing: number;
  readonly onClose: () => void;
}

/** What is said about an entry, as it is said. */
export default function Comments({ entry, writing, onClose }: CommentsProps) {
  const { t } = useTranslation();
  const { client, tenantId, mayWrite } = useSession();
  const queries = useQueryClient();
  const { all } = useColleagues();
  const trailId = entry.trail_id;
  const { data, error, refetch, hasNextPage, fetchNextPage } = useInfiniteQuery({
    queryKey: ['comments', trailId],
    queryFn: ({ pageParam, signal }) =>
      client.comments.list({ trail_id: trailId, start_index: pageParam, count: pageSize }, { signal }),
    initialPageParam: 1,
    getNextPageParam: (last, pages) => (pages.length * pageSize < last.totalItem ? pages.length + 1 : undefined),
  });
  useLive(tenantId, (changes) => {
    if (changes === null || changes.some((change) => change.trailId === trailId)) {
      queries.invalidateQueries({ queryKey: ['comments', trailId] });
    }
  });
  const elsewhere = useElsewhere(entry.comment_count, data?.pages.at(-1)?.totalItem);
  const comments = data?.pages.flatMap(({ list }) => list) ?? [];
  return (
    <section className="comments" aria-label={t('comments.title')}>
      {elsewhere > 0 && <p className="faint">{t('comments.elsewhere', { count: elsewhere })}</p>}
      {data === undefined && error === null && <Waiting rows={2} />}
      {error !== null && <Failure error={error} onAgain={() => refetch()} />}
      {data !== undefined && comments.length + elsewhere === 0 && !mayWrite && <p className="faint">{t('comments.none')}</p>}
      {comments.length > 0 && (
        <ol>
          {comments.map((comment: CommentListDataList) => (
            <Comment key={comment.comment_id} comment={comment} people={all} />
          ))}
        </ol>
      )}
      {hasNextPage && (
        <button type="button" className="foot-button" onClick={() => fetchNextPage()}>
          {t('comments.more')}
        </button>
      )}
      {mayWrite && <CommentForm trailId={trailId} wanted={writing} onCancel={onClose} />}
    </section>
  );
}

/** The number that was imported without the comments themselves, as it was when both numbers came first. */
function useElsewhere(count: number, here: number | undefined): number {
  const [elsewhere, setElsewhere] = useState<number | null>(null);
  useEffect(() => {
    if (here !== undefined) setElsewhere((before) => before ?? Math.max(0, count - here));
  }, [count, here]);
  return elsewhere ?? 0;
}
