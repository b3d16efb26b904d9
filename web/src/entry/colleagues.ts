import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useSession } from '../parts/session.tsx';
import type { Named } from './mentions.tsx';

const normal = '1';

/** Everybody of the enterprise, by name; `here`: who works there now. */
export function useColleagues(): { readonly all: readonly Named[]; readonly here: readonly Named[] } {
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => client.users.list({}, { signal }),
    staleTime: 300_000,
  });
  return useMemo(() => {
    const named = (data ?? []).map((user) => ({
      id: Number(user.user_id),
      name: user.nickname,
      here: String(user.enable_flag) === normal,
    }));
    return { all: named, here: named.filter((user) => user.here && user.name !== '') };
  }, [data]);
}
