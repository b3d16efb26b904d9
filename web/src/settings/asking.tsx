import { Modal } from 'antd';
import { createContext, type ReactNode, useContext, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { showToast } from '../parts/toast.tsx';

interface Question {
  readonly title: string;
  /** What follows from a yes. */
  readonly more: string;
  readonly yes: string;
  /** It cannot be undone, or shuts somebody out. */
  readonly danger?: boolean;
}

interface Asked {
  /** Resolves to whether the person wants it. */
  sure(question: Question): Promise<boolean>;
  /** Says what has happened, to readers of the screen as well. */
  said(text: string): void;
}

const AskedContext = createContext<Asked | null>(null);

/** Only below `Asking`. */
export function useAsked(): Asked {
  const asked = useContext(AskedContext);
  if (asked === null) throw new Error('nobody asks here');
  return asked;
}

/** Asks before what cannot be undone, and tells what was done. */
export function Asking({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [modal, questions] = Modal.useModal();
  const asked = useMemo<Asked>(
    () => ({
      sure: async ({ title, more, yes, danger = false }) =>
        modal.confirm({
          title,
          content: more,
          okText: yes,
          okButtonProps: { danger },
          cancelText: t('settings.cancel'),
          autoFocusButton: danger ? 'cancel' : 'ok',
        }),
      said: (text) => showToast({ text }),
    }),
    [modal, t],
  );
  return (
    <AskedContext value={asked}>
      {questions}
      {children}
    </AskedContext>
  );
}
