import CommentOutlined from '@ant-design/icons/CommentOutlined';
import DeleteOutlined from '@ant-design/icons/DeleteOutlined';
import EditOutlined from '@ant-design/icons/EditOutlined';
import HistoryOutlined from '@ant-design/icons/HistoryOutlined';
import LinkOutlined from '@ant-design/icons/LinkOutlined';
import MoreOutlined from '@ant-design/icons/MoreOutlined';
import type { TrailEntry } from '@genjin/client';
import { Dropdown, type MenuProps } from 'antd';
import type { TFunction } from 'i18next';
import { useAnchored } from '../parts/anchored.ts';
import { showToast } from '../parts/toast.tsx';
import { useEditing, useMayChange } from './editing.ts';
import { copyText, entryAddress } from './link.ts';
import { useRemoving } from './removing.ts';

interface EntryActionsProps {
  readonly t: TFunction;
  readonly entry: TrailEntry;
  readonly onComment: () => void;
  readonly onHistory: () => void;
}

/** What can be done with an entry; its key, as in `parts/keys.ts`, is found by `aria-keyshortcuts`. */
export function EntryActions({ t, entry, onComment, onHistory }: EntryActionsProps) {
  const edit = useEditing(entry);
  const { open, close, button } = useAnchored();
  return (
    <span className="entry-actions">
      <button
        type="button"
        className="entry-action quick"
        aria-label={t('entry.comment')}
        title={t('entry.comment')}
        aria-keyshortcuts="c"
        onClick={onComment}
      >
        <CommentOutlined />
      </button>
      {edit !== null && (
        <button
          type="button"
          className="entry-action quick"
          aria-label={t('entry.edit')}
          title={t('entry.edit')}
          aria-keyshortcuts="e"
          onClick={edit}
        >
          <EditOutlined />
        </button>
      )}
      <span className="anchored">
        <button type="button" className="entry-action" aria-label={t('entry.actions')} aria-haspopup="menu" {...button}>
          <MoreOutlined />
        </button>
        {open && <EntryMenu t={t} entry={entry} edit={edit} onComment={onComment} onHistory={onHistory} onClose={close} />}
      </span>
    </span>
  );
}

function EntryMenu({
  t,
  entry,
  edit,
  onComment,
  onHistory,
  onClose,
}: EntryActionsProps & { edit: (() => void) | null; onClose: () => void }) {
  const { remove } = useRemoving();
  const mayChange = useMayChange(entry);
  const copy = (): void => {
    copyText(entryAddress(entry.trail_id)).then(
      () => showToast({ text: t('entry.copied') }),
      () => showToast({ text: entryAddress(entry.trail_id), bad: true }),
    );
  };
  const items: MenuProps['items'] = [
    { key: 'comment', icon: <CommentOutlined />, label: t('entry.comment'), onClick: onComment },
    ...(edit === null ? [] : [{ key: 'edit', icon: <EditOutlined />, label: t('entry.edit'), onClick: edit }]),
    { key: 'history', icon: <HistoryOutlined />, label: t('entry.history'), onClick: onHistory },
    { key: 'copy', icon: <LinkOutlined />, label: t('entry.copy'), onClick: copy },
    ...(mayChange
      ? [
          { type: 'divider' as const },
          {
            key: 'remove',
            icon: <DeleteOutlined />,
            label: t('entry.remove'),
            danger: true,
            onClick: () => remove(entry.trail_id),
          },
        ]
      : []),
  ];
  return (
    <Dropdown
      open
      autoFocus
      trigger={['click']}
      placement="bottomRight"
      onOpenChange={onClose}
      menu={{ items, onClick: onClose }}
    >
      <span className="anchor" />
    </Dropdown>
  );
}
