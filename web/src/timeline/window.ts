/**
 * The part of a timeline that is in the page: some neighbouring pages of one state of it, at any depth. More are put to either end while one
 * scrolls, and as many taken off the other, so it costs the same wherever one is.
 */
import type { TrailEntry, TrailQuery } from '@genjin/client';
import { useQueryClient } from '@tanstack/react-query';
import { startTransition, useCallback, useEffect, useMemo, useReducer, useRef } from 'react';
import { useSession } from '../parts/session.tsx';

export const pageSize = 20;
/** Pages that are in the document at a time. */
const most = 14;

export interface Shown {
  readonly revision: number;
  readonly total: number;
  /** The number of the first page, from 0. */
  readonly first: number;
  readonly pages: readonly (readonly TrailEntry[])[];
}

export interface Target {
  /** The place of the entry in the list, from 0. */
  readonly index: number;
}

/** One entry, and when it took place. */
export interface Sought {
  readonly time: string;
  readonly trailId: number;
}

interface State {
  readonly shown: Shown | null;
  /** Entries that have changed since the state that is shown, as they are now. */
  readonly fresh: ReadonlyMap<number, TrailEntry>;
  readonly error: unknown;
  /** Where the reader is to be once it is shown; counts up, so that the same place can be gone to twice. */
  readonly target: (Target & { readonly count: number }) | null;
}

type Step =
  | { readonly do: 'open'; readonly shown: Shown; readonly index: number }
  | { readonly do: 'extend'; readonly revision: number; readonly number: number; readonly page: readonly TrailEntry[] }
  | { readonly do: 'refresh'; readonly entries: readonly TrailEntry[] }
  | { readonly do: 'fail'; readonly error: unknown };

function step(state: State, action: Step): State {
  switch (action.do) {
    case 'fail':
      return { ...state, error: action.error };
    case 'open':
      return {
        shown: action.shown,
        fresh: new Map(),
        error: null,
        target: { index: action.index, count: (state.target?.count ?? 0) + 1 },
      };
    case 'refresh':
      return { ...state, fresh: new Map([...state.fresh, ...action.entries.map((entry) => [entry.trail_id, entry] as const)]) };
    case 'extend': {
      const { shown } = state;
      if (shown === null || shown.revision !== action.revision) return state;
      const front = action.number === shown.first - 1;
      // Somebody has gone elsewhere meanwhile.
      if (!front && action.number !== shown.first + shown.pages.length) return state;
      const pages = front ? [action.page, ...shown.pages] : [...shown.pages, action.page];
      const excess = Math.max(0, pages.length - most);
      const kept = front ? pages.slice(0, pages.length - excess) : pages.slice(excess);
      return { ...state, error: null, shown: { ...shown, first: front ? shown.first - 1 : shown.first + excess, pages: kept } };
    }
  }
}

export interface Window extends State {
  readonly atStart: boolean;
  readonly atEnd: boolean;
  /** Opens at an index of the present state, at the newest entry that is not after a time (`YYYY-MM-DD HH:mm:ss`), or at one entry. */
  readonly open: (where: number | string | Sought) => Promise<void>;
  /** Shows entries as they are now in their old place, so that nothing moves. */
  readonly refresh: (entries: readonly TrailEntry[]) => void;
  readonly extend: (at: 'front' | 'back') => void;
}

/** `key`: the query, as JSON. */
export function useWindow(key: string): Window {
  const { client } = useSession();
  const queries = useQueryClient();
  const [state, act] = useReducer(step, { shown: null, fresh: new Map(), error: null, target: null });
  const query = useMemo(() => JSON.parse(key) as TrailQuery, [key]);
  const opening = useRef<AbortController | null>(null);
  const extending = useRef(new Set<string>());
  const latest = useRef<Shown | null>(null);
  latest.current = state.shown;

  const read = useCallback(
    (page: number, revision: number | null, signal?: AbortSignal) => {
      const ask = () =>
        client.trails.page(
          { ...query, count: pageSize, start_index: page + 1, ...(revision === null ? {} : { as_of: String(revision) }) },
          { signal },
        );
      return revision === null
        ? ask()
        : queries.fetchQuery({ queryKey: ['trails', key, revision, page], queryFn: ask, staleTime: Number.POSITIVE_INFINITY });
    },
    [client, queries, query, key],
  );

  const open = useCallback(
    async (where: number | string | Sought) => {
      opening.current?.abort();
      const own = new AbortController();
      opening.current = own;
      try {
        const index = await indexOf(where, own.signal);
        const page = Math.floor(index / pageSize);
        const found = await read(page, null, own.signal);
        if (own.signal.aborted) return;
        const { revision, totalItem: total } = found;
        queries.setQueryData(['trails', key, revision, page], found);
        const last = Math.max(0, Math.ceil(total / pageSize) - 1);
        const shown =
          page <= last
            ? { revision, total, first: page, pages: [found.list] }
            : { revision, total, first: last, pages: [(await read(last, revision)).list] };
        if (!own.signal.aborted) act({ do: 'open', shown, index: Math.min(index, Math.max(0, total - 1)) });
      } catch (error) {
        if (!own.signal.aborted) act({ do: 'fail', error });
      }
      async function indexOf(sought: number | string | Sought, signal: AbortSignal): Promise<number> {
        if (typeof sought === 'number') return sought;
        if (typeof sought === 'string') return newerThan(sought, signal);
        const { time, trailId } = sought;
        const newer = await newerThan(time, signal);
        return newer + (await amongSameTime(time, trailId, signal));
      }
      /** An import may have given many entries the same second. */
      async function amongSameTime(time: string, trailId: number, signal: AbortSignal): Promise<number> {
        for (let page = 1, seen = 0; ; page++) {
          const same = { ...query, start_time: time, end_time: time, count: 100, start_index: page };
          const { list, totalItem } = await client.trails.list(same, { signal });
          const at = list.findIndex((entry) => entry.trail_id === trailId);
          if (at !== -1) return seen + at;
          seen += list.length;
          // It is not one of this list.
          if (list.length === 0 || seen >= totalItem) return 0;
        }
      }
      async function newerThan(time: string, signal: AbortSignal): Promise<number> {
        const after = secondAfter(time);
        const end = query['end_time' as keyof TrailQuery] as string | undefined;
        if (end !== undefined && `${end} 23:59:59` < after) return 0;
        const { totalItem } = await client.trails.list({ ...query, start_time: after, count: 1 }, { signal });
        return totalItem;
      }
    },
    [client, queries, read, query, key],
  );

  const extend = useCallback(
    (at: 'front' | 'back') => {
      const shown = latest.current;
      if (shown === null) return;
      const page = at === 'front' ? shown.first - 1 : shown.first + shown.pages.length;
      const name = `${key} ${shown.revision} ${page}`;
      if (page < 0 || page * pageSize >= shown.total || extending.current.has(name)) return;
      extending.current.add(name);
      read(page, shown.revision)
        .then(
          ({ list }) => startTransition(() => act({ do: 'extend', revision: shown.revision, number: page, page: list })),
          (error: unknown) => act({ do: 'fail', error }),
        )
        .finally(() => extending.current.delete(name));
    },
    [read, key],
  );

  const refresh = useCallback((entries: readonly TrailEntry[]) => act({ do: 'refresh', entries }), []);

  useEffect(() => () => opening.current?.abort(), []);
  const { shown } = state;
  return useMemo(
    () => ({
      ...state,
      atStart: shown === null || shown.first === 0,
      atEnd: shown === null || (shown.first + shown.pages.length) * pageSize >= shown.total,
      open,
      extend,
      refresh,
    }),
    [state, shown, open, extend, refresh],
  );
}

/** Of a wall clock without a zone. */
function secondAfter(time: string): string {
  return new Date(Date.parse(`${time.replace(' ', 'T')}Z`) + 1000).toISOString().slice(0, 19).replace('T', ' ');
}
