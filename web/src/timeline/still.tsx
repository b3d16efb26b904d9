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

/** As it was when one last scrolled. */
interface Anchor extends Held {
  readonly scrollY: number;
}

/**
 * What is put before the entries, or taken off there, does not move what one reads. Only a class is asked before the document is changed: the
 * end of a layout effect comes after what lies below has changed already.
 */
export class Still extends Component<StillProps> {
  #anchor: Anchor | null = null;
  #observer: ResizeObserver | null = null;

  readonly #note = (): void => {
    const held = this.#held();
    this.#anchor = held === null ? null : { ...held, scrollY: window.scrollY };
  };

  /** What has become higher or lower by itself, such as a film of which it is known now how large it is, may lie above what one reads. */
  readonly #resized = (): void => {
    const anchor = this.#anchor;
    if (anchor !== null && anchor.scrollY === window.scrollY) this.#hold(anchor);
    this.#note();
  };

  override componentDidMount(): void {
    this.#observer = new ResizeObserver(this.#resized);
    window.addEventListener('scroll', this.#note, { passive: true });
    // What stands around this is in the document a little later.
    queueMicrotask(() => {
      const list = this.props.list.current;
      if (list !== null) this.#observer?.observe(list);
    });
  }

  override componentWillUnmount(): void {
    this.#observer?.disconnect();
    this.#observer = null;
    window.removeEventListener('scroll', this.#note);
  }

  override getSnapshotBeforeUpdate(): Held | null {
    return this.#held();
  }

  override componentDidUpdate(_props: StillProps, _state: object, held: Held | null): void {
    if (held !== null) this.#hold(held);
    this.#note();
  }

  #held(): Held | null {
    const first = topmost(this.props.list.current);
    // Who is at the very top reads what comes to stand there.
    if (first?.dataset['index'] === '0' && window.scrollY <= atTop) return null;
    return first === null ? null : { id: first.dataset['trailId'] as string, top: first.getBoundingClientRect().top };
  }

  #hold(held: Held): void {
    const entry = this.props.list.current?.querySelector(`[data-trail-id="${held.id}"]`);
    const moved = entry == null ? 0 : entry.getBoundingClientRect().top - held.top;
    if (Math.abs(moved) >= 1) window.scrollBy({ top: moved, behavior: 'instant' });
  }

  override render(): ReactNode {
    return this.props.children;
  }
}
