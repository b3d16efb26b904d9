/** A button that shows something beside itself. That is made when it is wanted first, so that hundreds of such buttons cost nothing. */
import { type RefObject, useCallback, useRef, useState } from 'react';

interface Anchored {
  readonly open: boolean;
  /** Gives the focus back to the button. */
  readonly close: () => void;
  readonly button: {
    readonly ref: RefObject<HTMLButtonElement | null>;
    readonly onPointerDown: () => void;
    readonly onClick: () => void;
    readonly 'aria-expanded': boolean;
  };
}

export function useAnchored(): Anchored {
  const ref = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  // A press outside closes it, and the button is outside.
  const wasOpen = useRef(false);
  const close = useCallback(() => {
    setOpen(false);
    // Whoever pressed somewhere else wants to be there.
    if (document.activeElement === document.body || document.activeElement?.closest('.ant-popover, .ant-dropdown') != null)
      ref.current?.focus({ preventScroll: true });
  }, []);
  return {
    open,
    close,
    button: {
      ref,
      onPointerDown: () => {
        wasOpen.current = open;
      },
      onClick: () => {
        setOpen(!wasOpen.current);
        wasOpen.current = false;
      },
      'aria-expanded': open,
    },
  };
}
