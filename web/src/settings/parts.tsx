/** What the parts of the settings are made of. */
import CopyOutlined from '@ant-design/icons/CopyOutlined';
import { useMutation } from '@tanstack/react-query';
import { Button, Form, Input, Modal, Skeleton } from 'antd';
import { type ReactNode, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from '../parts/failure.tsx';

interface SectionProps {
  readonly title: string;
  readonly why: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

export function Section({ title, why, action, children }: SectionProps) {
  return (
    <section className="settings-section">
      <div className="settings-section-head">
        <div>
          <h2>{title}</h2>
          <p className="faint">{why}</p>
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

interface LoadedProps<T> {
  readonly data: T | undefined;
  readonly error: unknown;
  readonly onAgain: () => void;
  readonly children: (data: T) => ReactNode;
}

/** What was asked for; before it comes, its outline, and if it does not, why. */
export function Loaded<T>({ data, error, onAgain, children }: LoadedProps<T>) {
  const { t } = useTranslation();
  if (data !== undefined) return children(data);
  if (error !== null) {
    return (
      <div role="alert">
        <Failure error={error} onAgain={onAgain} />
      </div>
    );
  }
  return (
    <div className="settings-rows settings-rows-loading" role="status" aria-label={t('timeline.loading')}>
      {[1, 2, 3].map((row) => (
        <Skeleton key={row} active title={{ width: '30%' }} paragraph={{ rows: 1 }} />
      ))}
    </div>
  );
}

/** The rule of a list of which at least one is chosen. The `required` of a rule would go to the list, which cannot have it. */
export const someChosen = (message: string) => ({
  validator: async (_rule: unknown, chosen: readonly unknown[] | undefined): Promise<void> => {
    if (chosen === undefined || chosen.length === 0) throw new Error(message);
  },
});

interface FormDialogProps<T> {
  readonly title: string;
  readonly why?: string | undefined;
  readonly initial: Partial<T>;
  readonly submit: string;
  /** What it throws is shown, and nothing that was typed is lost. */
  readonly work: (typed: T) => Promise<void>;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

/** A form over the page; it closes when its work is done. */
export function FormDialog<T extends object>({ title, why, initial, submit, work, onClose, children }: FormDialogProps<T>) {
  const { t } = useTranslation();
  const doing = useMutation({ networkMode: 'always', mutationFn: work, onSuccess: onClose });
  return (
    <Modal open title={title} onCancel={onClose} footer={null} mask={{ closable: false }}>
      {why !== undefined && <p className="settings-dialog-why faint">{why}</p>}
      <Form<T>
        layout="vertical"
        requiredMark={false}
        initialValues={initial}
        onFinish={(typed) => doing.mutate(typed)}
        className="settings-dialog-form"
      >
        {children}
        {doing.isError && (
          <div className="settings-dialog-failure" role="alert">
            <Failure error={doing.error} />
          </div>
        )}
        <div className="settings-dialog-buttons">
          <Button onClick={onClose}>{t('settings.cancel')}</Button>
          <Button type="primary" htmlType="submit" loading={doing.isPending}>
            {submit}
          </Button>
        </div>
      </Form>
    </Modal>
  );
}

/** What is shown once. */
export interface Secret {
  readonly title: string;
  readonly values: readonly { readonly label: string; readonly value: string }[];
}

export function SecretDialog({ secret, onClose }: { secret: Secret; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Modal
      open
      title={secret.title}
      closable={false}
      keyboard={false}
      mask={{ closable: false }}
      footer={
        <Button type="primary" onClick={onClose}>
          {t('settings.saved')}
        </Button>
      }
    >
      <p className="settings-dialog-why">{t('settings.once')}</p>
      {secret.values.map(({ label, value }) => (
        <Copyable key={label} label={label} value={value} />
      ))}
    </Modal>
  );
}

/** A text to be taken elsewhere. */
function Copyable({ label, value }: { label: string; value: string }) {
  const { t } = useTranslation();
  const id = useId();
  const [copied, setCopied] = useState(false);
  const copy = (): void => {
    // Not there over plain http; then it is marked, for the keys that copy.
    navigator.clipboard?.writeText(value).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <div className="settings-copyable">
      <label htmlFor={id}>{label}</label>
      <span className="settings-copyable-value">
        <Input id={id} readOnly value={value} onFocus={(event) => event.target.select()} />
        <Button icon={<CopyOutlined aria-hidden />} onClick={copy} aria-label={`${t('settings.copy')}: ${label}`}>
          {t(copied ? 'settings.copied' : 'settings.copy')}
        </Button>
      </span>
    </div>
  );
}
