import type { CommentListDataList } from '@genjin/client';
import { memo, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tellChange } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { SubjectLink } from '../parts/to.tsx';
import { showToast } from '../parts/toast.tsx';
import { Avatar } from './avatar.tsx';
import { CommentForm } from './comment-form.tsx';
import { useMayChange } from './editing.ts';
import { useFailureText } from './failure-text.ts';
import { type Named, WithMentions } from './mentions.tsx';
import { joined } from './subjects.tsx';

interface CommentProps {
  readonly comment: CommentListDataList;
  readonly people: readonly Named[];
}

export const Comment = memo(function Comment({ comment, people }: CommentProps) {
  const { t } = useTranslation();
  const { me } = useSession();
  const [editing, setEditing] = useState(false);
  const author = joined(comment.create_user_info);
  const name = author?.nickname || t('entry.authorId', { id: comment.create_user });
  const own = Number(me.user_id) === comment.create_user;
  const mentioned = people.filter(({ id }) => comment.mentions.includes(id));
  return (
    <li
      className={comment.mentions.includes(Number(me.user_id)) ? 'comment of-me' : 'comment'}
      data-comment-id={comment.comment_id}
    >
      <div className="comment-head">
        <Avatar id={comment.create_user} name={name} {...(author === null ? {} : { picture: author.avatar })} />
        <span className="entry-author">
          <SubjectLink view="colleague" id={comment.create_user}>
            {name}
          </SubjectLink>
        </span>
        <time className="faint" dateTime={`${comment.create_time.replace(' ', 'T')}+08:00`}>
          {comment.create_time.slice(0, 16)}
        </time>
        {comment.update_time > comment.create_time && (
          <span className="faint" title={t('entry.editedAt', { time: comment.update_time })}>
            {t('entry.edited')}
          </span>
        )}
        <span className="comment-actions">
          {own && !editing && (
            <button type="button" className="foot-button" onClick={() => setEditing(true)}>
              {t('comments.edit')}
            </button>
          )}
          <Remove comment={comment} />
        </span>
      </div>
      {editing ? (
        <CommentForm
          trailId={comment.trail_id}
          comment={comment}
          wanted={1}
          onCancel={() => setEditing(false)}
          onDone={() => setEditing(false)}
        />
      ) : (
        <p className="comment-text">
          <WithMentions text={comment.content} people={mentioned} />
        </p>
      )}
    </li>
  );
});

/** How long the second press is waited for, in ms. */
const patience = 5000;

/** A removed comment cannot be put back, so it takes two presses. */
function Remove({ comment }: { comment: CommentListDataList }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const failureText = useFailureText();
  const mayChange = useMayChange(comment);
  const [sure, setSure] = useState(false);
  useEffect(() => {
    if (!sure) return;
    const timer = setTimeout(() => setSure(false), patience);
    return () => clearTimeout(timer);
  }, [sure]);
  if (!mayChange) return null;
  const remove = async (): Promise<void> => {
    if (!sure) return setSure(true);
    const { comment_id: id, trail_id: trailId } = comment;
    try {
      await client.comments.remove({ comment_id: id });
      tellChange({ kind: 'comment', id, action: 'removed', trailId });
      tellChange({ kind: 'trail', id: trailId, action: 'edited', trailId });
    } catch (error) {
      showToast({ text: t('comments.notRemoved', { why: failureText(error) }), bad: true });
    }
  };
  return (
    <button type="button" className={sure ? 'foot-button danger' : 'foot-button'} onClick={remove}>
      {t(sure ? 'comments.sure' : 'comments.remove')}
    </button>
  );
}
