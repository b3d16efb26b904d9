import type { MouseEvent, ReactNode } from 'react';
import { addressOf, goTo, type Place, placeOf, type View } from './place.ts';

interface ToProps {
  readonly place: Place;
  readonly className?: string;
  readonly current?: boolean;
  readonly title?: string;
  readonly children: ReactNode;
}

/** Leads to a place of the page; a real link, so that it also opens in another tab. */
export function To({ place, className = 'link', current = false, title, children }: ToProps) {
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(place);
    window.scrollTo({ top: 0 });
  };
  return (
    <a
      className={className}
      href={addressOf(place)}
      onClick={follow}
      title={title}
      {...(current ? { 'aria-current': 'page' as const } : {})}
    >
      {children}
    </a>
  );
}

/** Leads to the page of one company, lead, opportunity, contact or colleague. */
export function SubjectLink({ view, id, children }: { view: View; id: number; children: ReactNode }) {
  return (
    <To place={placeOf(view, { id })} className="subject-link link">
      {children}
    </To>
  );
}
