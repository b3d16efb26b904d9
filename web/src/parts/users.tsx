import { useQuery } from '@tanstack/react-query';
import { Select } from 'antd';
import { Fragment, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from './session.tsx';
import { SubjectLink } from './to.tsx';

interface Colleague {
  readonly user_id: number;
  readonly nickname: string;
}

const nobody: readonly Colleague[] = [];

/** All colleagues; asked for once for the whole page. */
export function useUsers(): readonly Colleague[] {
  const { client } = useSession();
  const { data } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => client.users.list({}, { signal }),
    staleTime: 300_000,
  });
  return useMemo(() => data?.map(({ user_id, nickname }) => ({ user_id: Number(user_id), nickname })) ?? nobody, [data]);
}

/** One colleague, or all; `userId`: as it stands in the address. */
export function UserSelect({ userId, label, onSelect }: { userId: string; label: string; onSelect: (userId: string) => void }) {
  const users = useUsers();
  return (
    <Select
      className="user-select"
      value={userId || null}
      onChange={(chosen: string | null) => onSelect(chosen ?? '')}
      options={users.map((user) => ({ value: String(user.user_id), label: user.nickname }))}
      placeholder={label}
      aria-label={label}
      showSearch={{ optionFilterProp: 'label' }}
      allowClear
    />
  );
}

/** Who looks after something, each leading to what they recorded. */
export function Owners({ owners }: { owners: readonly Colleague[] }) {
  const { t } = useTranslation();
  if (owners.length === 0) return <span className="faint">{t('lists.nobody')}</span>;
  return owners.map(({ user_id, nickname }, i) => (
    <Fragment key={user_id}>
      {i > 0 && <span aria-hidden="true">{t('lists.and')}</span>}
      <SubjectLink view="colleague" id={user_id}>
        {nickname || t('entry.authorId', { id: user_id })}
      </SubjectLink>
    </Fragment>
  ));
}
