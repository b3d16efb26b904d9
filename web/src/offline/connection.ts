/** Whether the server can be reached, of when what is shown is, and what time it is there. */
import { useSyncExternalStore } from 'react';

type Heard = () => void;

export interface Connection {
  readonly offline: boolean;
  /** When the oldest answer that is shown was read (ms); `null`: none of before is shown. */
  readonly asOf: number | null;
}

const online: Connection = { offline: false, asOf: null };
let current: Connection = online;
let ahead = 0;
/** How often what was shown of before has become out of date. */
let renewals = 0;
const hearers = new Set<Heard>();

function set(next: Connection): void {
  if (next.offline === current.offline && next.asOf === current.asOf) return;
  current = next;
  for (const heard of hearers) heard();
}

/** The server did not answer. `readAt` (ms): an answer of before is shown. */
export function unreachable(readAt: number | null = null): void {
  const { asOf } = current;
  set({ offline: true, asOf: readAt === null ? asOf : Math.min(asOf ?? readAt, readAt) });
}

/** The server answered; `date` is its clock, in its words. */
export function reached(date: string | null): void {
  const at = date === null ? Number.NaN : Date.parse(date);
  if (!Number.isNaN(at)) ahead = at - Date.now();
  if (current.asOf !== null) renewals++;
  set(online);
}

/** Another view is shown: what it shows decides. */
export const elsewhere = (): void => set({ ...current, asOf: null });

/**
 * The server's time (ms) as far as it was heard: it refuses what took place in its future, and clocks of phones and desks are often some
 * seconds fast.
 */
export const serverNow = (): number => Date.now() + Math.min(0, ahead);

function subscribe(heard: Heard): () => void {
  hearers.add(heard);
  return () => hearers.delete(heard);
}

export const useConnection = (): Connection => useSyncExternalStore(subscribe, () => current);

/** Counts up when what is shown is to be read anew. */
export const useRenewals = (): number => useSyncExternalStore(subscribe, () => renewals);

/** Tells that the server can be reached again, or may be. */
export function onReached(heard: Heard): () => void {
  let before = current.offline;
  const end = subscribe(() => {
    const again = before && !current.offline;
    before = current.offline;
    if (again) heard();
  });
  window.addEventListener('online', heard);
  return () => {
    window.removeEventListener('online', heard);
    end();
  };
}
