/** What one recorded about last: it is offered first, and all that can be chosen without a network. */
import type { Subject } from './item.ts';

const most = 12;
const nameOf = (owner: string): string => `genjin.recent ${owner}`;

export function recentOf(owner: string): readonly Subject[] {
  try {
    return JSON.parse(localStorage.getItem(nameOf(owner)) ?? '[]') as Subject[];
  } catch {
    return [];
  }
}

export function noteRecent(owner: string, subject: Subject): void {
  const others = recentOf(owner).filter(({ kind, id }) => kind !== subject.kind || id !== subject.id);
  try {
    localStorage.setItem(nameOf(owner), JSON.stringify([subject, ...others].slice(0, most)));
  } catch {
    // No room: then nothing is offered.
  }
}
