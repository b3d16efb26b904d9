import CloudSyncOutlined from '@ant-design/icons/CloudSyncOutlined';
import WarningOutlined from '@ant-design/icons/WarningOutlined';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { beijingTime } from '../parts/times.ts';
import { typeName } from '../parts/trail-types.tsx';
import { useComposer } from './composer.tsx';
import type { Item } from './item.ts';
import { discard } from './outbox.ts';
import { type Sending, useOutbox } from './use-outbox.ts';

/** What is sent within this time is not worth telling (ms). */
const unnoticed = 1200;

/** Sends what waits, and says so as long as something does. */
export default function Queue() {
  const { t } = useTranslation();
  const { items, sending, retry } = useOutbox();
  const [open, setOpen] = useState(false);
  const shown = useLasting(items);
  const refused = shown.filter((item) => item.refused).length;
  if (shown.length === 0) return null;
  return (
    <div className="queue">
      <button
        type="button"
        className={refused > 0 ? 'queue-chip refused' : 'queue-chip'}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {refused > 0 ? <WarningOutlined /> : <CloudSyncOutlined />}
        <span>{chipText()}</span>
      </button>
      {open && (
        <section
          className="queue-list"
          aria-label={t('queue.title')}
          onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
        >
          <div className="queue-head">
            <h2>{t('queue.title')}</h2>
            <Button size="small" loading={sending !== null} onClick={retry}>
              {t('queue.retry')}
            </Button>
          </div>
          <p className="faint">{t('queue.how')}</p>
          <ul>
            {shown.map((item) => (
              <Waiting key={item.id} item={item} sending={sending?.id === item.id ? sending : null} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );

  function chipText(): string {
    if (refused > 0) return t('queue.refused', { count: refused });
    const share = sending?.share ?? null;
    // That it is tried once more is not worth telling each time.
    const first = shown.some((item) => item.id === sending?.id && item.tries === 0);
    if (sending === null || (!first && share === null)) return t('queue.waiting', { count: shown.length });
    return share === null ? t('queue.sending') : t('queue.uploading', { percent: Math.round(100 * share) });
  }
}

/** Those that wait for longer than one notices. */
function useLasting(items: readonly Item[]): readonly Item[] {
  const [, setNow] = useState(0);
  const lasting = (item: Item): boolean => item.tries > 0 || item.refused || Date.now() - item.writtenAt > unnoticed;
  // Of each of them the time comes.
  const next = Math.min(...items.filter((item) => !lasting(item)).map((item) => item.writtenAt));
  useEffect(() => {
    if (next === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, next + unnoticed - Date.now()) + 50);
    return () => clearTimeout(timer);
  }, [next]);
  return items.filter(lasting);
}

function Waiting({ item, sending }: { item: Item; sending: Sending | null }) {
  const { t } = useTranslation();
  const { resume } = useComposer();
  const [sure, setSure] = useState(false);
  const no = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (sure) no.current?.focus();
  }, [sure]);
  const { subject, type, content } = item.written;
  const name = typeName(type);
  const since = beijingTime(item.writtenAt).slice(0, 16);
  return (
    <li>
      <div className="queue-subject">{subject.name || t(`entry.${subject.kind}Id`, { id: subject.id })}</div>
      <div className="queue-text">
        {name !== null && `${t(`type.${name}`)} · `}
        {content}
      </div>
      <div className="faint">{t('queue.since', { time: since })}</div>
      {item.failure !== null && (
        <div className={item.refused ? 'queue-reason bad' : 'queue-reason'}>
          {t(`queue.cause.${item.failure.cause}`)}
          {item.refused && item.failure.said !== '' && <div>{t('failure.details', { message: item.failure.said })}</div>}
        </div>
      )}
      {sure ? (
        <div className="queue-sure" role="alert">
          <span>{t(item.sent === null ? 'queue.sure' : 'queue.sureUnknown')}</span>
          <Button size="small" danger onClick={() => discard(item)}>
            {t('queue.discard')}
          </Button>
          <Button size="small" ref={no} onClick={() => setSure(false)}>
            {t('queue.keep')}
          </Button>
        </div>
      ) : (
        <div className="queue-buttons">
          <Button size="small" disabled={sending !== null} onClick={() => resume(item)}>
            {t('queue.edit')}
          </Button>
          <Button size="small" type="text" danger disabled={sending !== null} onClick={() => setSure(true)}>
            {t('queue.discard')}
          </Button>
        </div>
      )}
    </li>
  );
}
