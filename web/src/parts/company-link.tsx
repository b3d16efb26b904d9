import type { MouseEvent, ReactNode } from 'react';
import { addressOf, everything, goTo } from './place.ts';

/** Leads to a company's timeline; a real link, so that it also opens in another tab. */
export function CompanyLink({ companyId, children }: { companyId: number; children: ReactNode }) {
  const place = { ...everything, companyId: String(companyId) };
  const follow = (event: MouseEvent): void => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(place);
  };
  return (
    <a className="company-link link" href={addressOf(place)} onClick={follow}>
      {children}
    </a>
  );
}
