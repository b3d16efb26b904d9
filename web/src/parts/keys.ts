/** Keys that do something anywhere on the page, unless one is typing. All stand in one table, which is also what the help shows. */
import { useEffect, useRef, useSyncExternalStore } from 'react';

/** As the help groups them. Two keys with a blank between them are pressed one after the other. */
export const keyGroups = {
  anywhere: ['n', '/', 'g t', 'g c', 'g l', 'g o', 'g s', '?'],
  timeline: ['j', 'k', 'c', 'e', 'z'],
} as const;

export type Key = (typeof keyGroups)[keyof typeof keyGroups][number];

/** These may be held. */
const held: ReadonlySet<string> = new Set<Key>(['j', 'k']);

/** How long the second key of two is waited for, in ms. */
const patience = 1500;

const chosen = 'genjin.keys';
const changed = 'genjin-keys';

/** Who dictates, or presses keys by mistake, can do without them. */
export const keysAreOn = (): boolean => localStorage.getItem(chosen) !== 'off';

export function chooseKeys(on: boolean): void {
  localStorage.setItem(chosen, on ? 'on' : 'off');
  window.dispatchEvent(new Event(changed));
}

const subscribe = (heard: () => void): (() => void) => {
  window.addEventListener(changed, heard);
  return () => window.removeEventListener(changed, heard);
};

export const useKeysAreOn = (): boolean => useSyncExternalStore(subscribe, keysAreOn);

/** What is to be done, by key; of several the one that came last. */
const actions = new Map<string, (() => void)[]>();
let first = '';
let firstAt = 0;

const takesLetters = '[contenteditable], [role=menu], [role=listbox], [role=combobox], [role=dialog], dialog';
const openDialog = 'dialog[open], [role=dialog]:not([hidden])';
/** Where one writes: what is typed there, be it on a button, is for the text. Its part of the page is marked so. */
export const holdsKeys = 'data-holds-keys';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  (/^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
    target.closest(`${takesLetters}, [${holdsKeys}]`) !== null ||
    // Nothing has the focus, as after a tap: whoever is writing means that.
    (target === document.body && document.querySelector(`[${holdsKeys}]`) !== null));

function pressed(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.repeat && !held.has(event.key)) return;
  if (isTyping(event.target) || document.querySelector(openDialog) !== null) return;
  const both = `${first} ${event.key}`;
  const second = first !== '' && event.timeStamp - firstAt < patience;
  first = '';
  const key = second && actions.has(both) ? both : event.key;
  const action = actions.get(key)?.at(-1);
  if (action === undefined) {
    if (!keysAreOn() || ![...actions.keys()].some((one) => one.startsWith(`${key} `))) return;
    first = key;
    firstAt = event.timeStamp;
    return;
  }
  // The help itself says how to have the keys back.
  if (key !== '?' && !keysAreOn()) return;
  event.preventDefault();
  action();
}

/** `key` as `KeyboardEvent.key` has it. Nothing happens while a dialog is open or a modifier is held. */
export function useKey(key: Key, action: (() => void) | null): void {
  const latest = useRef(action);
  latest.current = action;
  const none = action === null;
  useEffect(() => {
    if (none) return;
    const own = (): void => latest.current?.();
    if (actions.size === 0) window.addEventListener('keydown', pressed);
    actions.set(key, [...(actions.get(key) ?? []), own]);
    return () => {
      const others = (actions.get(key) ?? []).filter((one) => one !== own);
      if (others.length > 0) actions.set(key, others);
      else actions.delete(key);
      if (actions.size === 0) window.removeEventListener('keydown', pressed);
    };
  }, [key, none]);
}
