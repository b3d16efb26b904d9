/** What the timeline shows, kept in the page's address so that it can be reloaded, sent to somebody, and gone back to. */
import { useSyncExternalStore } from 'react';

export interface Place {
  /** Empty: everything in the enterprise. */
  readonly companyId: string;
  /** YYYY-MM-DD, or empty. */
  readonly from: string;
  readonly to: string;
  readonly page: number;
}

export const everything: Place = { companyId: '', from: '', to: '', page: 1 };

export function readPlace(search: string): Place {
  const words = new URLSearchParams(search);
  const text = (name: string): string => words.get(name)?.trim() ?? '';
  const day = (name: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text(name)) ? text(name) : '');
  const page = Number(text('page'));
  return {
    companyId: text('company_id'),
    from: day('start_time'),
    to: day('end_time'),
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

export function addressOf(place: Place): string {
  const words = new URLSearchParams();
  if (place.companyId !== '') words.set('company_id', place.companyId);
  if (place.from !== '') words.set('start_time', place.from);
  if (place.to !== '') words.set('end_time', place.to);
  if (place.page !== 1) words.set('page', String(place.page));
  const text = words.toString();
  return text === '' ? window.location.pathname : `?${text}`;
}

const moved = 'genjin-moved';

/** Goes to a place; the browser's Back leads to where one was. */
export function goTo(place: Place): void {
  const address = addressOf(place);
  if (address === (window.location.search || window.location.pathname)) return;
  window.history.pushState(null, '', address);
  window.dispatchEvent(new Event(moved));
  window.scrollTo({ top: 0 });
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  window.addEventListener(moved, changed);
  return () => {
    window.removeEventListener('popstate', changed);
    window.removeEventListener(moved, changed);
  };
}

export function usePlace(): Place {
  return readPlace(useSyncExternalStore(subscribe, () => window.location.search));
}
