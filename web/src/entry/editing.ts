/** The one thing that an entry's card needs of what records entries: a way to edit one. */
import type { TrailEntry } from '@genjin/client';
import { createContext, useContext } from 'react';
import { useSession } from '../parts/session.tsx';

/** `null`: entries cannot be edited here. */
export const EditingContext = createContext<((entry: TrailEntry) => void) | null>(null);

/** How somebody edits an entry; `null` for who may not, by the server's rule. */
export function useEditing(entry: TrailEntry): (() => void) | null {
  const edit = useContext(EditingContext);
  return useMayChange(entry) && edit !== null ? () => edit(entry) : null;
}

/** Whether an entry is one's own, or everybody's is. */
export function useMayChange({ create_user }: { readonly create_user: number }): boolean {
  const { me, role, mayWrite } = useSession();
  return mayWrite && (role === 'admin' || Number(me.user_id) === create_user);
}
