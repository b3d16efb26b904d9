import type { TrailEntry } from '@genjin/client';
import { useComposer } from '../composer/composer.tsx';
import { useSession } from '../parts/session.tsx';

/** How somebody edits an entry; `null` for who may not, by the server's rule. */
export function useEditing(entry: TrailEntry): (() => void) | null {
  const { edit } = useComposer();
  return useMayChange(entry) ? () => edit(entry) : null;
}

/** Whether an entry is one's own, or everybody's is. */
export function useMayChange({ create_user }: { readonly create_user: number }): boolean {
  const { me, role, mayWrite } = useSession();
  return mayWrite && (role === 'admin' || Number(me.user_id) === create_user);
}
