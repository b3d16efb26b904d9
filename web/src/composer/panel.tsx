import { Button, Input } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { serverNow } from '../offline/connection.ts';
import { ownerOf } from '../offline/database.ts';
import { useSession } from '../parts/session.tsx';
import { showToast } from '../parts/toast.tsx';
import { draftKey, useDraft } from './drafts.ts';
import { ContactsField } from './fields/contacts-field.tsx';
import { FilesField } from './fields/files-field.tsx';
import { NextField } from './fields/next-field.tsx';
import { SubjectField } from './fields/subject-field.tsx';
import { TypeField } from './fields/type-field.tsx';
import { WhenField } from './fields/when-field.tsx';
import { useFiling } from './files.ts';
import { type Draft, emptyDraft, happenedAt, type Item, isWritten, type KeptFile, type Subject } from './item.ts';
import { changeItem, itemOf, onOutbox, putItem, sentOf } from './outbox.ts';
import { noteRecent } from './recent.ts';
import { Shell } from './shell.tsx';
import { useSubjectInfo } from './subject-info.ts';
import { askToSend } from './use-outbox.ts';

interface PanelProps {
  readonly subject: Subject | null;
  /** What waits and is to be written anew. */
  readonly item: Item | null;
  readonly count: number;
  readonly onClose: () => void;
}

/** Records a follow-up. */
export default function Panel({ subject: given, item, count, onClose }: PanelProps) {
  const { t } = useTranslation();
  const { me, tenantId } = useSession();
  const owner = ownerOf(tenantId, me.user_id);
  const { draft, change, about, end, full } = useDraft<Draft>(
    owner,
    ({ subject }) => (item === null ? draftKey(subject) : `item ${item.id}`),
    () => (item === null ? emptyDraft(given) : { ...item.written, id: item.id }),
  );
  const { subject, type, content, when, contacts, next, files } = draft;
  const info = useSubjectInfo(subject);
  const [missing, setMissing] = useState<'subject' | 'content' | 'room' | null>(null);
  const text = useRef<TextAreaRef>(null);
  const changeFiles = useCallback(
    (how: (files: readonly KeptFile[]) => readonly KeptFile[]) => change((before) => ({ files: how(before.files) })),
    [change],
  );
  const filing = useFiling(files, 0, changeFiles);

  // biome-ignore lint/correctness/useExhaustiveDependencies: each time that it is opened, and once it is known what it is about
  useEffect(() => {
    if (subject !== null) text.current?.focus({ cursor: 'end' });
  }, [count, subject?.kind, subject?.id]);
  useSameDraft(draft, item, change);

  // While it is written anew it must not be sent as it was.
  useEffect(() => {
    const held = { refused: true, failure: { cause: 'held', said: '' } } as const;
    if (item !== null) changeItem(item.id, (one) => ({ ...one, ...held })).catch(() => undefined);
  }, [item]);

  const sending = useRef(false);
  const send = async (): Promise<void> => {
    if (sending.current) return;
    if (subject === null) return setMissing('subject');
    if (content.trim() === '') {
      setMissing('content');
      text.current?.focus();
      return;
    }
    const { id, ...rest } = draft;
    const named = { ...subject, name: info?.name || subject.name };
    const written = { ...rest, subject: named };
    sending.current = true;
    try {
      const made = await itemFrom(id, owner, written, item);
      if (made !== null) await putItem(made);
    } catch {
      sending.current = false;
      return setMissing('room');
    }
    end();
    if (named.name !== '') noteRecent(owner, named);
    navigator.storage?.persist?.().catch(() => undefined);
    if (!navigator.onLine) showToast({ text: t('composer.said.kept') });
    askToSend();
    onClose();
  };
  const discard = (): void => {
    end();
    onClose();
  };
  /** What is written stays: as a draft, or as what waits. */
  const close = (): void => {
    if (item === null) onClose();
    else if (content.trim() !== '') send();
    else {
      changeItem(item.id, (one) => ({ ...one, refused: item.refused, failure: item.failure })).then(askToSend, () => undefined);
      discard();
    }
  };
  return (
    <Shell
      title={t(item === null ? 'composer.title' : 'composer.waitingTitle')}
      onClose={close}
      onSend={send}
      onFiles={filing.add}
    >
      <div className="composer-body">
        <SubjectField
          owner={owner}
          subject={subject}
          name={info?.name || (subject?.name ?? '')}
          onChoose={(chosen) => {
            setMissing(null);
            about(chosen);
          }}
        />
        {missing === 'subject' && (
          <p className="composer-bad" role="alert">
            {t('composer.missing.subject')}
          </p>
        )}
        <TypeField value={type} onChange={(chosen) => change({ type: chosen })} />
        <Input.TextArea
          ref={text}
          className="composer-text"
          aria-label={t('composer.content')}
          placeholder={t('composer.contentHint')}
          autoSize={{ minRows: 4, maxRows: 14 }}
          maxLength={100_000}
          value={content}
          status={missing === 'content' ? 'error' : ''}
          onChange={(event) => {
            setMissing(null);
            change({ content: event.target.value });
          }}
        />
        {missing === 'content' && (
          <p className="composer-bad" role="alert">
            {t('composer.missing.content')}
          </p>
        )}
        <ContactsField people={info?.contacts ?? []} value={contacts} onChange={(chosen) => change({ contacts: chosen })} />
        <WhenField now value={when} onChange={(chosen) => change({ when: chosen })} />
        <NextField value={next} planned={info?.next ?? ''} onChange={(chosen) => change({ next: chosen })} />
        <FilesField files={files} refused={filing.refused} onAdd={filing.add} onRemove={filing.remove} />
      </div>
      <div className="composer-foot">
        <Button type="primary" onClick={send}>
          {t(item === null ? 'composer.send' : 'composer.sendAgain')}
          <span className="key" aria-hidden="true">
            Ctrl ↵
          </span>
        </Button>
        {item === null && isWritten(draft) && (
          <Button type="text" onClick={discard}>
            {t('composer.discard')}
          </Button>
        )}
        <span className="faint" role="status">
          {full || missing === 'room' ? (
            <span className="composer-bad">{t('composer.noRoom')}</span>
          ) : (
            item === null && isWritten(draft) && t('composer.keptAsDraft')
          )}
        </span>
      </div>
    </Shell>
  );
}

/** What is to be sent; `null`: it is there already, word for word. */
async function itemFrom(id: string, owner: string, written: Item['written'], former: Item | null): Promise<Item | null> {
  const fresh: Item = {
    id,
    owner,
    writtenAt: Date.now(),
    written,
    happened: happenedAt(written.when, serverNow()),
    uploaded: {},
    sent: null,
    recorded: null,
    tries: 0,
    lastTryAt: null,
    failure: null,
    refused: false,
  };
  const sent = await sentOf(id);
  if (former === null) {
    if (sent === null) return fresh;
    // Another tab was faster with the same draft.
    return sent.content === written.content ? null : { ...fresh, id: crypto.randomUUID() };
  }
  const happened = written.when === former.written.when ? former.happened : fresh.happened;
  const anew = { ...fresh, happened, writtenAt: former.writtenAt };
  // It got there before it was written anew: then that is put to the entry.
  if (sent !== null) return { ...anew, recorded: { trailId: sent.trailId, record: { content: sent.content } } };
  if (former.failure?.cause === 'alreadySent') return { ...anew, id: crypto.randomUUID() };
  const now = (await itemOf(id)) ?? former;
  return { ...anew, uploaded: now.uploaded, sent: now.sent, recorded: now.recorded, tries: now.tries };
}

/** The same draft may be open in two tabs; once one has sent it, the other begins a new one, with what it has that is other. */
function useSameDraft(draft: Draft, item: Item | null, change: (more: Partial<Draft>) => void): void {
  const latest = useRef(draft);
  latest.current = draft;
  useEffect(() => {
    if (item !== null) return;
    const look = async (): Promise<void> => {
      const { id } = latest.current;
      const content = (await sentOf(id))?.content ?? (await itemOf(id))?.written.content;
      const now = latest.current;
      if (content === undefined || now.id !== id) return;
      if (content === now.content) change(emptyDraft(now.subject));
      else change({ id: crypto.randomUUID() });
    };
    const again = (): void => {
      look().catch(() => undefined);
    };
    again();
    return onOutbox(again);
  }, [item, change]);
}
