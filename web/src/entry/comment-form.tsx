import type { CommentListDataList } from '@genjin/client';
import { useMutation } from '@tanstack/react-query';
import { Button, type GetRef, Mentions } from 'antd';
import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { popups } from '../parts/frame.tsx';
import { tellChange } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { useColleagues } from './colleagues.ts';
import { mentionedIn } from './mentions.tsx';

/** What was begun, by entry: an entry that is scrolled away takes its form with it. */
const drafts = new Map<number, string>();
/** As the server takes them. */
const longest = 2000;

interface CommentFormProps {
  readonly trailId: number;
  /** The one that is edited; none: a new one. */
  readonly comment?: CommentListDataList;
  /** Whenever it rises somebody wants to write. */
  readonly wanted: number;
  readonly onCancel: () => void;
  readonly onDone?: () => void;
}

export function CommentForm({ trailId, comment, wanted, onCancel, onDone }: CommentFormProps) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { here, all } = useColleagues();
  const [text, setText] = useState(comment?.content ?? drafts.get(trailId) ?? '');
  const chosen = useRef(new Map<string, number>());
  // Sent twice under one key it is one comment.
  const key = useRef(newKey());
  const field = useRef<GetRef<typeof Mentions>>(null);
  useEffect(() => {
    if (wanted > 0) field.current?.focus();
  }, [wanted]);
  const type = (typed: string): void => {
    setText(typed);
    if (comment === undefined) drafts.set(trailId, typed);
  };
  const sending = useMutation({
    networkMode: 'always',
    mutationFn: (content: string) =>
      client.comments.push(
        {
          ...(comment === undefined ? { trail_id: trailId } : { comment_id: comment.comment_id }),
          content,
          mentions: mentionedIn(content, all, chosen.current),
        },
        { idempotencyKey: key.current },
      ),
    onSuccess: ({ comment_id: id }) => {
      tellChange({ kind: 'comment', id, action: comment === undefined ? 'recorded' : 'edited', trailId });
      tellChange({ kind: 'trail', id: trailId, action: 'edited', trailId });
      key.current = newKey();
      if (comment === undefined) type('');
      onDone?.();
    },
  });
  const blank = text.trim() === '';
  const send = (): void => {
    if (!blank && !sending.isPending) sending.mutate(text.trim());
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
      event.preventDefault();
      send();
    }
    // Escape first shuts the list of colleagues.
    if (
      event.key === 'Escape' &&
      (blank || comment !== undefined) &&
      document.querySelector('.comment-mentions:not(.ant-mentions-dropdown-hidden)') === null
    ) {
      event.stopPropagation();
      (event.currentTarget.closest('article') as HTMLElement | null)?.focus({ preventScroll: true });
      onCancel();
    }
  };
  return (
    <form
      className="comment-form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <Mentions
        ref={field}
        value={text}
        onChange={type}
        // The key comes back with something after it.
        onSelect={({ key: id, value }) => chosen.current.set(String(value), Number.parseInt(String(id), 10))}
        onKeyDown={pressed}
        options={here.map(({ id, name }) => ({ key: String(id), value: name, label: name }))}
        filterOption={(typed, { value = '' }) => value.toLowerCase().includes(typed.toLowerCase())}
        notFoundContent={null}
        popupClassName="comment-mentions"
        getPopupContainer={() => document.getElementById(popups) ?? document.body}
        autoSize={{ minRows: 1, maxRows: 8 }}
        maxLength={longest}
        placeholder={t('comments.placeholder')}
        aria-label={t('comments.placeholder')}
      />
      {sending.isError && (
        <div className="comment-failure">
          <Failure error={sending.error} />
        </div>
      )}
      <div className="comment-send">
        <span className="faint">{t('comments.hint')}</span>
        {comment !== undefined && (
          <Button size="small" onClick={onCancel}>
            {t('comments.cancel')}
          </Button>
        )}
        <Button size="small" type="primary" htmlType="submit" disabled={blank} loading={sending.isPending}>
          {t(comment === undefined ? 'comments.send' : 'comments.save')}
        </Button>
      </div>
    </form>
  );
}

/** `crypto.randomUUID` is only there over https. */
function newKey(): string {
  return `comment-${Array.from(crypto.getRandomValues(new Uint32Array(4)), (one) => one.toString(36)).join('-')}`;
}
