import { lazy, Suspense } from 'react';
import { useKey } from './keys.ts';
import { goTo, placeOf, type View } from './place.ts';

const Help = lazy(() => import('./help.tsx'));

const go = (view: View) => (): void => {
  goTo(placeOf(view));
  window.scrollTo({ top: 0 });
};

/** The keys that work wherever one is, and the help that shows all of them. */
export function Shortcuts({ help, onHelp }: { help: boolean; onHelp: (open: boolean) => void }) {
  useKey('?', () => onHelp(true));
  useKey('/', () => document.querySelector<HTMLInputElement>('main input[aria-keyshortcuts="/"], main search input')?.focus());
  useKey('g t', go('timeline'));
  useKey('g c', go('companies'));
  useKey('g l', go('leads'));
  useKey('g o', go('opportunities'));
  useKey('g s', go('silence'));
  if (!help) return null;
  return (
    <Suspense>
      <Help onClose={() => onHelp(false)} />
    </Suspense>
  );
}
