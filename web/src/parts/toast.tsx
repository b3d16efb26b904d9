/** Short messages about what was just done, with a way to take it back. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { useKey } from './keys.ts';
import type { Place } from './place.ts';
import { To } from './to.tsx';
import './toast.css';

export interface Toast {
  readonly text: string;
  /** Something that did not work stays until it is closed. */
  readonly bad?: true;
  readonly undo?: () => void;
  /** Leads to what it is about. */
  readonly look?: Place;
}

/** How long it stays, in ms; never while somebody points at it or has the focus in it. */
const stay = 8000;

let shown: (Toast & { readonly number: number }) | null = null;
let count = 0;
const listeners = new Set<() => void>();

/** Takes the place of the one before. */
export function showToast(toast: Toast | null): void {
  shown = toast === null ? null : { ...toast, number: ++count };
  for (const heard of listeners) heard();
}

const subscribe = (heard: () => void): (() => void) => {
  listeners.add(heard);
  return () => listeners.delete(heard);
};

export function Toasts() {
  const { t } = useTranslation();
  const toast = useSyncExternalStore(subscribe, () => shown);
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (toast === null || held || toast.bad === true) return;
    const timer = setTimeout(() => showToast(null), stay);
    return () => clearTimeout(timer);
  }, [toast, held]);
  const undo = (): void => {
    toast?.undo?.();
    showToast(null);
    setHeld(false);
  };
  useKey('z', toast?.undo === undefined ? null : undo);
  return (
    <div
      className="toasts"
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      {toast !== null && (
        <div className={toast.bad === true ? 'toast bad' : 'toast'} key={toast.number}>
          <span>{toast.text}</span>
          {toast.look !== undefined && (
            <To place={toast.look} className="toast-look">
              {t('toast.look')}
            </To>
          )}
          {toast.undo !== undefined && (
            <button type="button" className="toast-undo" aria-keyshortcuts="z" onClick={undo}>
              {t('toast.undo')}
            </button>
          )}
          <button type="button" className="toast-close" aria-label={t('toast.close')} onClick={() => showToast(null)}>
            ×
          </button>
        </div>
      )}
    </div>
  );
}
