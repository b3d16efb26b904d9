/** Lists and figures that follow what is changed, here and by colleagues. */
import { type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { useLive } from './live.ts';
import { useSession } from './session.tsx';

/** What the keys of such queries begin with. */
export type Following = 'subjects' | 'subject' | 'next' | 'silence' | 'stats';
const following: ReadonlySet<unknown> = new Set<Following>(['subjects', 'subject', 'next', 'silence', 'stats']);

/** Asks again for what is shown. */
export const refresh = (queries: QueryClient): Promise<void> =>
  queries.invalidateQueries({ predicate: ({ queryKey }) => following.has(queryKey[0]) });

/** Figures over all customers are not asked for more often than this while colleagues record. */
const pause = 3000;

/** Keeps the queries of a view as fresh as the server is. */
export function useFresh(): void {
  const queries = useQueryClient();
  const { tenantId } = useSession();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive(tenantId, () => {
    clearTimeout(timer.current);
    timer.current = setTimeout(
      () => {
        last.current = Date.now();
        refresh(queries);
      },
      Math.max(0, last.current + pause - Date.now()),
    );
  });
}
