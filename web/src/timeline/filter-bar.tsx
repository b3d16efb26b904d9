import { useQuery } from '@tanstack/react-query';
import { Button, DatePicker, Input, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { goTo, type Place, withParams } from '../parts/place.ts';
import { useSession } from '../parts/session.tsx';
import { namedTypes } from '../parts/trail-types.tsx';
import { filterNames, isFiltered } from './query.ts';

const pause = 300;

/** Which entries of a timeline: words, types, author, days; each applies at once and stands in the address. */
export function FilterBar({ place, onMonth }: { place: Place; onMonth: (end: string) => void }) {
  const { t } = useTranslation();
  const { client } = useSession();
  const { params } = place;
  const [words, setWords] = useState(params['q'] ?? '');
  const [open, setOpen] = useState(false);
  useEffect(() => setWords(params['q'] ?? ''), [params['q']]);
  const set = (more: Record<string, string>, how: 'push' | 'replace' = 'push'): void =>
    goTo(withParams(place, { ...more, at: '' }), how);
  useEffect(() => {
    if (words === (params['q'] ?? '')) return;
    const timer = setTimeout(() => set({ q: words }, 'replace'), pause);
    return () => clearTimeout(timer);
  });
  const { data: users } = useQuery({
    queryKey: ['users'],
    queryFn: ({ signal }) => client.users.list({}, { signal }),
    staleTime: 300_000,
  });
  const date = (name: 'from' | 'to') => (
    <DatePicker
      value={params[name] ? dayjs(params[name]) : null}
      onChange={(day) => set({ [name]: day?.format('YYYY-MM-DD') ?? '' })}
      placeholder={t(`filter.${name}`)}
      aria-label={t(`filter.${name}`)}
    />
  );
  return (
    <search className={open ? 'filter-bar open' : 'filter-bar'} aria-label={t('filter.label')}>
      <Input.Search
        className="filter-words"
        value={words}
        onChange={(event) => setWords(event.target.value)}
        onSearch={(text) => set({ q: text })}
        placeholder={t('filter.words')}
        aria-label={t('filter.words')}
        allowClear
      />
      <Button className="filter-more" aria-expanded={open} onClick={() => setOpen(!open)}>
        {t('filter.label')}
      </Button>
      <Select
        className="filter-select"
        mode="multiple"
        maxTagCount={1}
        value={(params['type'] ?? '').split(',').filter((type) => type !== '')}
        onChange={(types: string[]) => set({ type: types.join(',') })}
        options={namedTypes.map(({ name, type }) => ({ value: String(type), label: t(`type.${name}`) }))}
        placeholder={t('filter.type')}
        aria-label={t('filter.type')}
        allowClear
      />
      {place.view !== 'colleague' && (
        <Select
          className="filter-select"
          value={params['by'] || null}
          onChange={(by: string | null) => set({ by: by ?? '' })}
          options={(users ?? []).map((user) => ({ value: user.user_id, label: user.nickname }))}
          placeholder={t('filter.by')}
          aria-label={t('filter.by')}
          showSearch={{ optionFilterProp: 'label' }}
          allowClear
        />
      )}
      <span className="filter-period">
        {date('from')}
        <span aria-hidden="true">–</span>
        {date('to')}
      </span>
      <DatePicker
        className="filter-month"
        picker="month"
        value={null as Dayjs | null}
        onChange={(month) => month !== null && onMonth(month.endOf('month').format('YYYY-MM-DD HH:mm:ss'))}
        placeholder={t('filter.month')}
        aria-label={t('filter.month')}
      />
      {isFiltered(place) && (
        <Button type="link" size="small" onClick={() => set(Object.fromEntries(filterNames.map((name) => [name, ''])))}>
          {t('filter.clear')}
        </Button>
      )}
    </search>
  );
}
