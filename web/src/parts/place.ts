/** What the page shows, kept in its address so that it can be reloaded, sent to somebody, and gone back to. */
import { useSyncExternalStore } from 'react';

export const views = [
  'timeline',
  'today',
  'companies',
  'company',
  'leads',
  'lead',
  'opportunities',
  'opportunity',
  'contact',
  'colleague',
  'team',
  'silence',
  'settings',
] as const;
export type View = (typeof views)[number];

/** `params`: what else stands in the address, such as `id` and filters; empty ones are left out. */
export interface Place {
  readonly view: View;
  readonly params: Readonly<Record<string, string>>;
}

export const placeOf = (view: View, params: Readonly<Record<string, string | number>> = {}): Place => ({
  view,
  params: Object.fromEntries(Object.entries(params).map(([name, value]) => [name, String(value)])),
});

export const everything = placeOf('timeline');

export function readPlace(search: string): Place {
  const { view = 'timeline', ...params } = Object.fromEntries(new URLSearchParams(search));
  return { view: views.find((one) => one === view) ?? 'timeline', params };
}

export function addressOf({ view, params }: Place): string {
  const words = new URLSearchParams(view === 'timeline' ? {} : { view });
  for (const [name, value] of Object.entries(params)) if (value !== '') words.set(name, value);
  const text = words.toString();
  return text === '' ? window.location.pathname : `?${text}`;
}

const moved = 'genjin-moved';

/** Goes to a place; the browser's Back leads to where one was. `replace`: it does not, as while typing a filter. */
export function goTo(place: Place, how: 'push' | 'replace' = 'push'): void {
  const address = addressOf(place);
  if (address === (window.location.search || window.location.pathname)) return;
  if (how === 'push') window.history.pushState(null, '', address);
  else window.history.replaceState(window.history.state, '', address);
  window.dispatchEvent(new Event(moved));
}

function subscribe(changed: () => void): () => void {
  window.addEventListener('popstate', changed);
  window.addEventListener(moved, changed);
  return () => {
    window.removeEventListener('popstate', changed);
    window.removeEventListener(moved, changed);
  };
}

let last: { readonly search: string; readonly place: Place } | null = null;

/** The same object as long as the address stays. */
function current(): Place {
  const { search } = window.location;
  if (last === null || last.search !== search) last = { search, place: readPlace(search) };
  return last.place;
}

export const usePlace = (): Place => useSyncExternalStore(subscribe, current);

/** The same place with other parameters; an empty one is taken out. */
export const withParams = ({ view, params }: Place, more: Readonly<Record<string, string>>): Place => ({
  view,
  params: { ...params, ...more },
});
