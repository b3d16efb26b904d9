/** Dark or light: as the system has it, until one is chosen here. */
import { useSyncExternalStore } from 'react';
import { useMedia } from './media.ts';

export type Look = 'light' | 'dark' | 'system';

const key = 'genjin.look';
const changed = 'genjin-look';

export function chosenLook(): Look {
  const look = localStorage.getItem(key);
  return look === 'light' || look === 'dark' ? look : 'system';
}

/** Also tells the style sheet, which cannot ask. */
export function chooseLook(look: Look): void {
  localStorage.setItem(key, look);
  applyLook();
  window.dispatchEvent(new Event(changed));
}

/** To be called once, before anything is shown. */
export function applyLook(): void {
  const look = chosenLook();
  if (look === 'system') delete document.documentElement.dataset['look'];
  else document.documentElement.dataset['look'] = look;
}

const subscribe = (heard: () => void): (() => void) => {
  window.addEventListener(changed, heard);
  return () => window.removeEventListener(changed, heard);
};

export const useLook = (): Look => useSyncExternalStore(subscribe, chosenLook);

export function useDark(): boolean {
  const look = useLook();
  const system = useMedia('(prefers-color-scheme: dark)');
  return look === 'system' ? system : look === 'dark';
}
