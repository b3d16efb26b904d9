import CommentOutlined from '@ant-design/icons/CommentOutlined';
import DeleteOutlined from '@ant-design/icons/DeleteOutlined';
import EditOutlined from '@ant-design/icons/EditOutlined';
import HistoryOutlined from '@ant-design/icons/HistoryOutlined';
import LinkOutlined from '@ant-design/icons/LinkOutlined';
import MoreOutlined from '@ant-design/icons/MoreOutlined';
import type { TrailEntry } from '@genjin/client';
import { Dropdown, type MenuProps } from 'antd';
import type { TFunction } from 'i18next';
import { type ReactNode, useEffect } from 'react';
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

/** What can be done with an entry: by a menu, and by buttons for who is near it, whose keys, as in `parts/keys.ts`, are found by `aria-keyshortcuts`. */
export function EntryActions({ near, ...props }: EntryActionsProps & { readonly near: boolean }) {
  const { t, entry, onComment } = props;
  const edit = useEditing(entry);
  const { open, close, button } = useAnchored();
  return (
    <span className="entry-actions">
      {near && (
        <Action label={t('entry.comment')} shortcut="c" onClick={onComment}>
          <CommentOutlined />
        </Action>
      )}
      {near && edit !== null && (
        <Action label={t('entry.edit')} shortcut="e" onClick={edit}>
          <EditOutlined />
        </Action>
      )}
      <span className="anchored">
        <button type="button" className="entry-action" aria-label={t('entry.actions')} aria-haspopup="menu" {...button}>
          <MoreOutlined />
        </button>
        {open && <EntryMenu {...props} edit={edit} onClose={close} />}
      </span>
    </span>
  );
}

interface ActionProps {
  readonly label: string;
  readonly shortcut: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
}

function Action({ label, shortcut, onClick, children }: ActionProps) {
  return (
    <button
      type="button"
      className="entry-action quick"
      aria-label={label}
      title={label}
      aria-keyshortcuts={shortcut}
      onClick={onClick}
    >
      {children}
    </button>
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
  // Ant Design's own focus comes before the menu has its place, and so scrolls the page there.
  useEffect(() => {
    const frame = requestAnimationFrame(() =>
      document.querySelector<HTMLElement>('.entry-menu [role=menuitem]')?.focus({ preventScroll: true }),
    );
    return () => cancelAnimationFrame(frame);
  }, []);
  const items: MenuProps['items'] = [
    { key: 'comment', icon: <CommentOutlined />, label: t('entry.comment'), onClick: onComment },
    ...(edit === null ? [] : [{ key: 'edit', icon: <EditOutlined />, label: t('entry.edit'), onClick: edit }]),
    { key: 'history', icon: <HistoryOutlined />, label: t('entry.history'), onClick: onHistory },
    { key: 'copy', icon: <LinkOutlined />, label: t('entry.copy'), onClick: copy },
    ...(mayChange
      ? [
          { type: 'divider' as const },
          { key: 'remove', icon: <DeleteOutlined />, label: t('entry.remove'), onClick: () => remove(entry.trail_id) },
        ]
      : []),
  ];
  return (
    <Dropdown
      open
      classNames={{ root: 'entry-menu' }}
      trigger={['click']}
      placement="bottomRight"
      onOpenChange={onClose}
      menu={{ items, onClick: onClose }}
    >
      <span className="anchor" />
    </Dropdown>
  );
}
