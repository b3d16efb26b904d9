import CloseOutlined from '@ant-design/icons/CloseOutlined';
import { Button } from 'antd';
import { type ClipboardEvent, type DragEvent, type KeyboardEvent, type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { holdsKeys } from '../parts/keys.ts';

interface ShellProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly onSend: () => void;
  readonly onFiles: (files: readonly File[]) => void;
  readonly children: ReactNode;
}

/** Escape of a list that is open in it closes that list, and of an input method what is being composed. */
const isOwn = (event: KeyboardEvent): boolean =>
  event.defaultPrevented || event.nativeEvent.isComposing || (event.target as HTMLElement).closest('.ant-select-open') !== null;

/** What is typed on one of its buttons, such as the type that was just chosen, is for the text. A blank presses the button. */
function passToText(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey, defaultPrevented, currentTarget } = event;
  if (key.length !== 1 || key === ' ' || ctrlKey || metaKey || altKey || defaultPrevented || isOwn(event)) return;
  if ((event.target as HTMLElement).closest('input, textarea, select, [contenteditable]') !== null) return;
  currentTarget.querySelector<HTMLTextAreaElement>('.composer-text')?.focus();
}

/** How long after it has come a click is none of its own: whoever clicked twice clicked on what was there before (ms). */
const settling = 350;

/** What stands beside what one reads, with its keys: Ctrl+Enter sends, Escape closes; files may be dropped or pasted anywhere. */
export function Shell({ title, onClose, onSend, onFiles, children }: ShellProps) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const [settled, setSettled] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(true), settling);
    return () => clearTimeout(timer);
  }, []);
  const pressed = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.nativeEvent.isComposing) {
      event.preventDefault();
      onSend();
    } else if (event.key === 'Escape' && !isOwn(event)) {
      event.preventDefault();
      onClose();
    } else passToText(event);
  };
  const pasted = ({ clipboardData }: ClipboardEvent): void => {
    // Out of a table or a document comes a picture of the words beside the words.
    if (clipboardData.files.length > 0 && !clipboardData.types.includes('text/plain')) onFiles([...clipboardData.files]);
  };
  const dragged = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(true);
  };
  const left = (event: DragEvent): void => {
    if (!event.currentTarget.contains(event.relatedTarget as Node | null)) setOver(false);
  };
  const dropped = (event: DragEvent): void => {
    if (!event.dataTransfer.types.includes('Files')) return;
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  return (
    <aside
      {...{ [holdsKeys]: '' }}
      className={`composer${over ? ' over' : ''}${settled ? '' : ' settling'}`}
      aria-label={title}
      onKeyDown={pressed}
      onPaste={pasted}
      onDragOver={dragged}
      onDragLeave={left}
      onDrop={dropped}
    >
      <div className="composer-head">
        <h2>{title}</h2>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t('composer.close')} onClick={onClose} />
      </div>
      {children}
      {over && <div className="composer-drop">{t('composer.files.drop')}</div>}
    </aside>
  );
}
