/** Keys that do something anywhere on the page, unless one is typing. */
import { useEffect } from 'react';

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName));

/** `key` as `KeyboardEvent.key` has it. Nothing happens while a dialog is open or a modifier is held. */
export function useKey(key: string, action: (() => void) | null): void {
  useEffect(() => {
    if (action === null) return;
    const pressed = (event: KeyboardEvent): void => {
      if (event.key !== key || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector('[role=dialog]:not([hidden])') !== null) return;
      event.preventDefault();
      action();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [key, action]);
}
