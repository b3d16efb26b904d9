import { Component, type ReactNode, type RefObject } from 'react';

/** Below this an entry is not hidden by what sticks to the top of the window. */
export const edge = 96;
/** Pixels within which nobody has begun to scroll. */
export const atTop = 40;

/** The first entry that is seen below the bar. */
export function topmost(list: HTMLElement | null): HTMLElement | null {
  if (list === null) return null;
  for (const entry of list.querySelectorAll<HTMLElement>('article[data-index]')) {
    if (entry.getBoundingClientRect().bottom > edge) return entry;
  }
  return null;
}

interface StillProps {
  readonly list: RefObject<HTMLElement | null>;
  readonly children: ReactNode;
}

interface Held {
  readonly id: string;
  readonly top: number;
}

/**
 * What is put before the entries, or taken off there, does not move what one reads. Only a class is asked before the document is changed: the
 * end of a layout effect comes after what lies below has changed already.
 */
export class Still extends Component<StillProps> {
  override getSnapshotBeforeUpdate(): Held | null {
    const first = topmost(this.props.list.current);
    // Who is at the very top reads what comes to stand there.
    if (first?.dataset['index'] === '0' && window.scrollY <= atTop) return null;
    return first === null ? null : { id: first.dataset['trailId'] as string, top: first.getBoundingClientRect().top };
  }

  override componentDidUpdate(_props: StillProps, _state: object, held: Held | null): void {
    if (held === null) return;
    const entry = this.props.list.current?.querySelector(`[data-trail-id="${held.id}"]`);
    const moved = entry == null ? 0 : entry.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
