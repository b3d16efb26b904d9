import InboxOutlined from '@ant-design/icons/InboxOutlined';
import type { ImportPreviewData, ImportRunData } from '@genjin/client';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Progress } from 'antd';
import { type DragEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { placeOf } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { To } from '../parts/to.tsx';
import { Section } from './parts.tsx';
import { PreviewEntry } from './preview-entry.tsx';
import { RejectedRows } from './rejected-rows.tsx';

/** As the server has them. */
const largest = 100_000_000;
const mostPreviewed = 100_000;

/** How far the import of a file has come. */
type Step =
  | { readonly at: 'choose'; readonly tooLarge?: File }
  | { readonly at: 'reading' | 'running'; readonly file: File }
  | { readonly at: 'preview'; readonly file: File; readonly found: ImportPreviewData }
  | { readonly at: 'done'; readonly file: File; readonly done: ImportRunData }
  | { readonly at: 'failed'; readonly file: File; readonly found: ImportPreviewData | null; readonly error: unknown };

const sizeInWords = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(bytes < 10_000_000 ? 1 : 0)} MB`;

export function ImportTab() {
  const { t } = useTranslation();
  const { client } = useSession();
  const queries = useQueryClient();
  const [step, setStep] = useState<Step>({ at: 'choose' });
  const going = useRef<AbortController | null>(null);
  useEffect(() => () => going.current?.abort(), []);

  /** Does a step with a file, until it is stopped. */
  async function go(file: File, found: ImportPreviewData | null): Promise<void> {
    const own = new AbortController();
    going.current = own;
    const running = found !== null;
    setStep({ at: running ? 'running' : 'reading', file });
    try {
      const { imports } = client.admin;
      const next: Step = running
        ? { at: 'done', file, done: await imports.run([file], { signal: own.signal }) }
        : { at: 'preview', file, found: await imports.preview([file], { signal: own.signal }) };
      if (!own.signal.aborted) setStep(next);
      if (running) await queries.invalidateQueries();
    } catch (error) {
      if (!own.signal.aborted) setStep({ at: 'failed', file, found, error });
    }
  }
  const choose = (file: File): void => {
    if (file.size > largest) setStep({ at: 'choose', tooLarge: file });
    else void go(file, null);
  };
  const another = (): void => {
    going.current?.abort();
    setStep({ at: 'choose' });
  };
  return (
    <Section
      title={t('settings.tab.import')}
      why={t('settings.imports.why')}
      action={
        step.at !== 'choose' && (
          <Button onClick={another}>
            {t(step.at === 'reading' || step.at === 'running' ? 'settings.imports.stop' : 'settings.imports.another')}
          </Button>
        )
      }
    >
      {step.at === 'choose' && <Choose tooLarge={step.tooLarge} onChoose={choose} />}
      {(step.at === 'reading' || step.at === 'running') && (
        <div className="settings-import-busy" role="status">
          <p>{t(`settings.imports.${step.at}`, { name: step.file.name })}</p>
          <Progress percent={100} status="active" showInfo={false} aria-hidden="true" />
        </div>
      )}
      {step.at === 'failed' && (
        <div role="alert">
          <Failure error={step.error} onAgain={() => go(step.file, step.found)} />
          {step.found !== null && <p className="faint">{t('settings.imports.again')}</p>}
        </div>
      )}
      {step.at === 'preview' && <Preview file={step.file} found={step.found} onRun={() => go(step.file, step.found)} />}
      {step.at === 'done' && <Done done={step.done} />}
    </Section>
  );
}

function Choose({ tooLarge, onChoose }: { tooLarge: File | undefined; onChoose: (file: File) => void }) {
  const { t } = useTranslation();
  const [over, setOver] = useState(false);
  const dropped = (event: DragEvent): void => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    if (file !== undefined) onChoose(file);
  };
  return (
    <>
      {tooLarge !== undefined && (
        <Alert
          type="error"
          showIcon
          role="alert"
          title={t('settings.imports.tooLarge', { size: sizeInWords(tooLarge.size), limit: sizeInWords(largest) })}
          description={t('settings.imports.command')}
        />
      )}
      <label
        className={over ? 'settings-drop settings-drop-over' : 'settings-drop'}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={dropped}
      >
        <InboxOutlined aria-hidden className="settings-drop-icon" />
        <span className="settings-drop-title">{t('settings.imports.drop')}</span>
        <span className="faint">{t('settings.imports.dropMore', { size: sizeInWords(largest), count: mostPreviewed })}</span>
        <span className="faint">{t('settings.imports.command')}</span>
        <input
          type="file"
          accept=".json,.ndjson,.jsonl,.txt,application/json,application/x-ndjson"
          onChange={(event) => {
            const [file] = event.target.files ?? [];
            if (file !== undefined) onChoose(file);
            event.target.value = '';
          }}
        />
      </label>
    </>
  );
}

type Counts = Omit<ImportRunData, 'rejected_list'>;

function CountsOf({ counts }: { counts: Counts }) {
  const { t, i18n } = useTranslation();
  const all = [
    ['new', counts.new_count],
    ['changed', counts.changed_count],
    ['unchanged', counts.unchanged_count],
    ['kept', counts.kept_count],
    ['rejected', counts.rejected_count],
  ] as const;
  return (
    <dl className="settings-counts">
      {all
        .filter(([name, count]) => count > 0 || name !== 'kept')
        .map(([name, count]) => (
          <div
            key={name}
            className={name === 'rejected' && count > 0 ? 'settings-count settings-count-bad' : 'settings-count'}
            {...(name === 'kept' ? { title: t('settings.imports.keptMore') } : {})}
          >
            <dt>{t(`settings.imports.${name}`)}</dt>
            <dd>{count.toLocaleString(i18n.language)}</dd>
          </div>
        ))}
    </dl>
  );
}

function Preview({ file, found, onRun }: { file: File; found: ImportPreviewData; onRun: () => void }) {
  const { t } = useTranslation();
  if (found.totalItem === 0) return <Nothing title={t('settings.imports.empty')} more={file.name} />;
  const count = found.new_count + found.changed_count;
  return (
    <>
      <p className="settings-import-file">
        <strong>{file.name}</strong> · {sizeInWords(file.size)} · {t('settings.imports.total', { count: found.totalItem })}
      </p>
      <CountsOf counts={found} />
      <div className="settings-import-run">
        <Button type="primary" size="large" disabled={count === 0} onClick={onRun}>
          {count === 0 ? t('settings.imports.nothingToDo') : t('settings.imports.run', { count })}
        </Button>
        <span className="faint">
          {t('settings.imports.nothingWritten')} {found.rejected_count > 0 && count > 0 && t('settings.imports.runSome')}
        </span>
      </div>
      <RejectedRows count={found.rejected_count} rows={found.rejected_list} />
      {found.list.length > 0 && (
        <>
          <h3>{t('settings.imports.first', { count: found.list.length })}</h3>
          <div className="entries settings-import-entries">
            {found.list.map((entry) => (
              <PreviewEntry key={entry.trail_id} entry={entry} />
            ))}
          </div>
        </>
      )}
    </>
  );
}

function Done({ done }: { done: ImportRunData }) {
  const { t } = useTranslation();
  return (
    <>
      <Alert
        type={done.rejected_count > 0 ? 'warning' : 'success'}
        showIcon
        role="status"
        title={t('settings.imports.done')}
        description={
          <>
            {t('settings.imports.doneMore', {
              added: done.new_count,
              changed: done.changed_count,
              rejected: done.rejected_count,
            })}{' '}
            <To place={placeOf('timeline')}>{t('settings.imports.look')}</To>
          </>
        }
      />
      <CountsOf counts={done} />
      <RejectedRows count={done.rejected_count} rows={done.rejected_list} />
    </>
  );
}
