import type { RefObject } from 'react';
import { useKey } from '../parts/keys.ts';

/** Above this an entry lies below what sticks to the top of the window. */
const below = 96;

/** `j` and `k` go from one entry to the next; other keys press the button of the entry that one is in or points at. */
export function useEntryKeys(list: RefObject<HTMLElement | null>): void {
  const move = (by: 1 | -1): void => {
    const entries = [...(list.current?.querySelectorAll<HTMLElement>('article[data-index]') ?? [])];
    const at = entries.findIndex((entry) => entry.contains(document.activeElement));
    const next = at === -1 ? entries.findIndex((entry) => entry.getBoundingClientRect().bottom > below) : at + by;
    entries[next]?.focus({ preventScroll: true });
    entries[next]?.scrollIntoView({ block: 'nearest' });
  };
  const press = (key: string): void => {
    const own =
      document.activeElement?.closest('article[data-index]') ?? list.current?.querySelector('article[data-index]:hover');
    own?.querySelector<HTMLElement>(`[aria-keyshortcuts="${key}"]`)?.click();
  };
  useKey('j', () => move(1));
  useKey('k', () => move(-1));
  useKey('c', () => press('c'));
  useKey('e', () => press('e'));
}
