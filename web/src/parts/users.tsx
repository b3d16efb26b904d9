import { Select } from 'antd';
import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { useColleagues } from '../entry/colleagues.ts';
import { SubjectLink } from './to.tsx';

interface User {
  readonly user_id: number;
  readonly nickname: string;
}

/** One colleague, or all; `userId`: as it stands in the address. */
export function UserSelect({ userId, label, onSelect }: { userId: string; label: string; onSelect: (userId: string) => void }) {
  const { all } = useColleagues();
  return (
    <Select
      className="user-select"
      value={userId || null}
      onChange={(chosen: string | null) => onSelect(chosen ?? '')}
      options={all.map((user) => ({ value: String(user.id), label: user.name }))}
      placeholder={label}
      aria-label={label}
      showSearch={{ optionFilterProp: 'label' }}
      allowClear
    />
  );
}

/** Who looks after something, each leading to what they recorded. */
export function Owners({ owners }: { owners: readonly User[] }) {
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
