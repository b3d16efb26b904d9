import { addressOf, placeOf } from '../parts/place.ts';

/** Where one entry is, to be sent to somebody. */
export const entryAddress = (trailId: number): string =>
  new URL(addressOf(placeOf('timeline', { entry: trailId })), window.location.href).href;

/** Also where the page has no clipboard, as over plain http from another machine. */
export async function copyText(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'unseen';
  document.body.append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  if (before instanceof HTMLElement) before.focus({ preventScroll: true });
  if (!done) throw new Error('the browser does not let a page copy');
}
