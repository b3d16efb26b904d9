/** What others do to a timeline while one reads it. */
import type { TrailEntry, TrailQuery } from '@genjin/client';
import { type RefObject, useCallback, useRef } from 'react';
import { type Change, useLive } from '../parts/live.ts';
import { useSession } from '../parts/session.tsx';
import { pageSize, type Shown, type Window } from './window.ts';

/** As many of the changed entries are read again as one can see. */
const most = 20;

/** How many of the entries that are shown are no longer there. */
export const removedOf = (fresh: ReadonlyMap<number, TrailEntry>): number =>
  [...fresh.values()].filter((entry) => entry.delete_flag !== 0).length;

interface Following {
  readonly query: TrailQuery;
  readonly window: Window;
  /** How many entries there are, as far as the reader knows. */
  readonly total: number;
  /** Whether nobody has begun to read. */
  readonly isAtTop: () => boolean;
  /** Which entry is at the top. */
  readonly topIndex: RefObject<number>;
  readonly onWaiting: (count: number) => void;
}

/** Whether a change leaves every entry in its place. */
const leavesPlaces = ({ kind, action }: Change): boolean => kind === 'comment' || (kind === 'trail' && action === 'edited');

const firstOf = (shown: Shown | null): number => (shown?.first ?? 0) * pageSize;

/** At the top new entries come by themselves; further down they are only told, and what changes in those that are shown changes in place. */
export function useFollowing({ query, window: { shown, open, refresh }, total, isAtTop, topIndex, onWaiting }: Following): void {
  const { client, tenantId } = useSession();
  const looked = useRef<AbortController | null>(null);
  useLive(
    tenantId,
    useCallback(
      async (changes) => {
        const onlyPlaced = changes?.every(leavesPlaces) ?? false;
        if (isAtTop() && !onlyPlaced) return open(0);
        looked.current?.abort();
        const own = new AbortController();
        looked.current = own;
        const { signal } = own;
        const entries = shown?.pages.flat() ?? [];
        const seen = entries.slice(Math.max(0, topIndex.current - firstOf(shown)));
        // What was missed may be anything.
        const ids = new Set(changes === null ? seen.map((entry) => entry.trail_id) : changes.map((change) => change.trailId));
        const changed = [...seen, ...entries].filter((entry) => ids.delete(entry.trail_id)).slice(0, most);
        try {
          const found = await Promise.all(changed.map((entry) => client.trails.info(entry.trail_id, { signal })));
          if (signal.aborted) return;
          const moved = found.some(({ entry }, place) => entry.create_time !== changed[place]?.create_time);
          if (moved && isAtTop()) return open(0);
          if (found.length > 0) refresh(found.map(({ entry }) => entry));
          if (onlyPlaced) return;
          const { totalItem } = await client.trails.list({ ...query, count: 1 }, { signal });
          const removed = found.filter(({ entry }) => entry.delete_flag !== 0).length;
          if (!signal.aborted) onWaiting(Math.max(0, totalItem - total + removed));
        } catch {
          // It is told again with the next change, or when there is a connection again.
        }
      },
      [client, query, shown, open, refresh, total, isAtTop, topIndex, onWaiting],
    ),
  );
}
