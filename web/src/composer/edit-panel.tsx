import { GenjinError, type TrailEdit, type TrailEntry } from '@genjin/client';
import { useQuery } from '@tanstack/react-query';
import { Button, Input, Skeleton } from 'antd';
import type { TextAreaRef } from 'antd/es/input/TextArea';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ownerOf } from '../offline/database.ts';
import { Failure } from '../parts/failure.tsx';
import { tellChange } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { showToast } from '../parts/toast.tsx';
import { useDraft } from './drafts.ts';
import { ContactsField } from './fields/contacts-field.tsx';
import { FilesField } from './fields/files-field.tsx';
import { SubjectField } from './fields/subject-field.tsx';
import { TypeField } from './fields/type-field.tsx';
import { WhenField } from './fields/when-field.tsx';
import { useFiling } from './files.ts';
import { type Draft, emptyDraft, happenedAt, type KeptFile, type Subject } from './item.ts';
import { blobOf } from './outbox.ts';
import { Shell } from './shell.tsx';
import { useSubjectInfo } from './subject-info.ts';

/** What of an entry can be changed here. */
interface Version {
  /** Names the version. */
  readonly etag: string;
  readonly type: number;
  readonly content: string;
  readonly time: string;
  readonly contacts: readonly number[];
  readonly files: readonly { readonly id: number; readonly name: string; readonly size: number }[];
}

/** `base`: the version that was opened, which may not be the last one when it is sent. */
interface EditDraft extends Draft {
  readonly base: Version;
  /** Of the files of `base`. */
  readonly keptFiles: readonly number[];
}

interface Read {
  readonly subject: Subject | null;
  readonly version: Version;
}

function readEntry({ entry, etag }: { entry: TrailEntry; etag: string }): Read {
  const { company_id, lead_id, opportunity_id, customer_id, lead_customer_id } = entry;
  const nameIn = (info: { name?: string } | readonly unknown[]): string =>
    Array.isArray(info) ? '' : ((info as { name?: string }).name ?? '');
  const subject: Subject | null =
    company_id !== 0
      ? { kind: 'company', id: company_id, name: nameIn(entry.company_info) }
      : lead_id !== 0
        ? { kind: 'lead', id: lead_id, name: nameIn(entry.lead_info) }
        : opportunity_id !== 0
          ? { kind: 'opportunity', id: opportunity_id, name: nameIn(entry.opportunity_info) }
          : null;
  const version: Version = {
    etag,
    type: entry.type,
    content: entry.content,
    time: entry.create_time,
    contacts: subject?.kind === 'lead' ? lead_customer_id : customer_id,
    files: (entry.file_info ?? []).map((file) => ({ id: file.file_id, name: file.file_name, size: file.file_size })),
  };
  return { subject, version };
}

const clockOf = (time: string): string => time.slice(0, 16).replace(' ', 'T');

const draftOf = ({ subject, version }: Read): EditDraft => ({
  ...emptyDraft(subject),
  type: version.type,
  content: version.content,
  when: clockOf(version.time),
  contacts: version.contacts,
  base: version,
  keptFiles: version.files.map(({ id }) => id),
});

/** In whatever order. */
const isSame = (a: readonly number[], b: readonly number[]): boolean => a.length === b.length && a.every((id) => b.includes(id));

/** Only what differs from the version that was opened; `uploaded`: ids of files that were put to it. */
function changesOf({ base, subject, ...draft }: EditDraft, uploaded: readonly number[]): TrailEdit {
  const fileIds = [...draft.keptFiles, ...uploaded];
  return {
    ...(draft.type === base.type ? {} : { remark_type: draft.type }),
    ...(draft.content === base.content ? {} : { content: draft.content }),
    ...(draft.when === clockOf(base.time) || draft.when === '' ? {} : { create_time: happenedAt(draft.when, 0) }),
    ...(isSame(draft.contacts, base.contacts)
      ? {}
      : { [subject?.kind === 'lead' ? 'lead_customer_id' : 'customer_id']: draft.contacts }),
    ...(isSame(
      fileIds,
      base.files.map(({ id }) => id),
    )
      ? {}
      : { file_ids: fileIds }),
  } as TrailEdit;
}

const isChanged = (draft: EditDraft): boolean => draft.files.length > 0 || Object.keys(changesOf(draft, [])).length > 0;

/** What one has changed oneself, on another version: what only others have changed stays as they have it. */
function onto(draft: EditDraft, theirs: Version): EditDraft {
  const { base } = draft;
  const taken = base.files.map(({ id }) => id).filter((id) => !draft.keptFiles.includes(id));
  return {
    ...draft,
    base: theirs,
    type: draft.type === base.type ? theirs.type : draft.type,
    content: draft.content === base.content ? theirs.content : draft.content,
    when: draft.when === clockOf(base.time) ? clockOf(theirs.time) : draft.when,
    contacts: isSame(draft.contacts, base.contacts) ? theirs.contacts : draft.contacts,
    keptFiles: theirs.files.map(({ id }) => id).filter((id) => !taken.includes(id)),
  };
}

/** Changes an entry of one's own. */
export default function EditPanel({ trailId, onClose }: { trailId: number; onClose: () => void }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { data, error, refetch } = useQuery({
    queryKey: ['edit', trailId],
    queryFn: async ({ signal }) => readEntry(await client.trails.info(trailId, { signal })),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  if (data !== undefined) return <Form trailId={trailId} read={data} onClose={onClose} />;
  return (
    <Shell title={t('composer.editTitle')} onClose={onClose} onSend={() => undefined} onFiles={() => undefined}>
      <div className="composer-body">
        {error === null ? <Skeleton active /> : <Failure error={error} onAgain={() => refetch()} />}
      </div>
    </Shell>
  );
}

function Form({ trailId, read, onClose }: { trailId: number; read: Read; onClose: () => void }) {
  const { t } = useTranslation();
  const { client, me, tenantId } = useSession();
  const owner = ownerOf(tenantId, me.user_id);
  const { draft, change, end } = useDraft<EditDraft>(
    owner,
    () => `entry ${trailId}`,
    () => draftOf(read),
  );
  const { subject, base } = draft;
  const info = useSubjectInfo(subject);
  const [failure, setFailure] = useState<unknown>(null);
  const [theirs, setTheirs] = useState<Version | null>(null);
  const [busy, setBusy] = useState(false);
  const [restored, setRestored] = useState(() => isChanged(draft));
  const text = useRef<TextAreaRef>(null);
  const changeFiles = useCallback(
    (how: (files: readonly KeptFile[]) => readonly KeptFile[]) => change((before) => ({ files: how(before.files) })),
    [change],
  );
  const filing = useFiling(draft.files, draft.keptFiles.length, changeFiles);
  useEffect(() => text.current?.focus({ cursor: 'end' }), []);

  const done = (): void => {
    end();
    onClose();
  };
  const send = async (edited: EditDraft = draft): Promise<void> => {
    if (busy || edited.content.trim() === '') return;
    setBusy(true);
    setFailure(null);
    try {
      const uploaded = await uploadAll(edited.files);
      const changes = changesOf(edited, uploaded);
      if (Object.keys(changes).length === 0) return done();
      await client.trails.edit(trailId, changes, { ifMatch: edited.base.etag });
      tellChange({ kind: 'trail', id: trailId, action: 'edited', trailId });
      showToast({ text: t('composer.said.edited') });
      done();
    } catch (error) {
      if (error instanceof GenjinError && error.code === 409) await compare();
      else setFailure(error);
    } finally {
      setBusy(false);
    }
  };
  async function uploadAll(files: readonly KeptFile[]): Promise<number[]> {
    const ids: number[] = [];
    for (const { key, name, type } of files) {
      const blob = await blobOf(key);
      if (blob === null) continue;
      const { list } = await client.files.upload([new File([blob], name, { type })], { idempotencyKey: key, timeout: 600_000 });
      ids.push(...list.map(({ file_id }) => file_id));
    }
    return ids;
  }
  async function compare(): Promise<void> {
    try {
      setTheirs(readEntry(await client.trails.info(trailId)).version);
    } catch (error) {
      setFailure(error);
    }
  }
  const keepMine = (): void => {
    if (theirs === null) return;
    const mine = onto(draft, theirs);
    change(mine);
    setTheirs(null);
    send(mine);
  };
  /** What was changed some other time, and not sent, is thrown away. */
  const startAnew = (): void => {
    change(draftOf(read));
    setRestored(false);
  };
  const changed = isChanged(draft);
  const kept = base.files.filter(({ id }) => draft.keptFiles.includes(id));
  return (
    <Shell title={t('composer.editTitle')} onClose={changed ? onClose : done} onSend={() => send()} onFiles={filing.add}>
      <div className="composer-body">
        {restored && changed && (
          <p className="composer-restored" role="status">
            {t('composer.restored')}
            <Button type="link" size="small" onClick={startAnew}>
              {t('composer.discard')}
            </Button>
          </p>
        )}
        {subject !== null && <SubjectField owner={owner} subject={subject} name={subject.name} onChoose={null} />}
        {theirs !== null && (
          <div className="composer-conflict" role="alert">
            <strong>{t('composer.conflict.title')}</strong>
            <p>{t('composer.conflict.how')}</p>
            <div className="composer-label">{t('composer.conflict.theirs')}</div>
            <blockquote>{theirs.content}</blockquote>
            <div className="composer-chips">
              <Button size="small" onClick={keepMine}>
                {t('composer.conflict.keepMine')}
              </Button>
              <Button size="small" onClick={done}>
                {t('composer.conflict.takeTheirs')}
              </Button>
            </div>
            <div className="composer-label">{t('composer.conflict.mine')}</div>
          </div>
        )}
        <TypeField value={draft.type} onChange={(type) => change({ type })} />
        <Input.TextArea
          ref={text}
          className="composer-text"
          aria-label={t('composer.content')}
          autoSize={{ minRows: 4, maxRows: 14 }}
          maxLength={100_000}
          value={draft.content}
          status={draft.content.trim() === '' ? 'error' : ''}
          onChange={(event) => change({ content: event.target.value })}
        />
        {draft.content.trim() === '' && (
          <p className="composer-bad" role="alert">
            {t('composer.missing.content')}
          </p>
        )}
        <ContactsField people={info?.contacts ?? []} value={draft.contacts} onChange={(contacts) => change({ contacts })} />
        <WhenField now={false} value={draft.when} onChange={(when) => change({ when })} />
        <FilesField
          files={[...kept.map(({ id, name, size }) => ({ key: String(id), name, size })), ...draft.files]}
          refused={filing.refused}
          onAdd={filing.add}
          onRemove={(key) => {
            if (base.files.some(({ id }) => String(id) === key))
              change((before) => ({ keptFiles: before.keptFiles.filter((id) => String(id) !== key) }));
            else filing.remove(key);
          }}
        />
        {failure !== null && (
          <div role="alert">
            <Failure error={failure} onAgain={() => send()} />
          </div>
        )}
      </div>
      <div className="composer-foot">
        <Button type="primary" loading={busy} disabled={theirs !== null} onClick={() => send()}>
          {t('composer.save')}
          <span className="key" aria-hidden="true">
            Ctrl ↵
          </span>
        </Button>
        <Button type="text" onClick={done}>
          {t('composer.cancel')}
        </Button>
        <span className="faint" role="status">
          {changed && t('composer.keptAsDraft')}
        </span>
      </div>
    </Shell>
  );
}
