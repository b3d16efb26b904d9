import SearchOutlined from '@ant-design/icons/SearchOutlined';
import { useQueryClient } from '@tanstack/react-query';
import { Button, DatePicker, Input } from 'antd';
import dayjs from 'dayjs';
import { type FormEvent, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { addressOf, goTo, type Place } from './place.ts';

const asDate = (day: string) => (day === '' ? null : dayjs(day));

/** Which entries: a company and a period. Days apply at once, the company when it is entered. */
export function Filters({ place }: { place: Place }) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const [companyId, setCompanyId] = useState(place.companyId);
  const bad = !/^\d*$/.test(companyId.trim());
  const search = (event: FormEvent): void => {
    event.preventDefault();
    if (bad) return;
    const wanted = { ...place, companyId: companyId.trim(), page: 1 };
    // Asked for once more: what is new since?
    if (addressOf(wanted) === addressOf(place)) queries.invalidateQueries();
    else goTo(wanted);
  };
  return (
    <form className="filters" onSubmit={search}>
      <div className="filters-company">
        <Input
          value={companyId}
          onChange={(event) => setCompanyId(event.target.value)}
          placeholder={t('filter.company')}
          aria-label={t('filter.company')}
          inputMode="numeric"
          allowClear
          {...(bad ? { status: 'error' } : {})}
        />
        <Button type="primary" htmlType="submit" icon={<SearchOutlined />} disabled={bad}>
          {t('filter.search')}
        </Button>
      </div>
      <div className="filters-period">
        <DatePicker
          value={asDate(place.from)}
          onChange={(date) => goTo({ ...place, from: date?.format('YYYY-MM-DD') ?? '', page: 1 })}
          disabledDate={(date) => place.to !== '' && date.format('YYYY-MM-DD') > place.to}
          placeholder={t('filter.from')}
          aria-label={t('filter.from')}
        />
        <span aria-hidden="true">–</span>
        <DatePicker
          value={asDate(place.to)}
          onChange={(date) => goTo({ ...place, to: date?.format('YYYY-MM-DD') ?? '', page: 1 })}
          disabledDate={(date) => place.from !== '' && date.format('YYYY-MM-DD') < place.from}
          placeholder={t('filter.to')}
          aria-label={t('filter.to')}
        />
      </div>
      {bad && <div className="filters-bad">{t('filter.companyBad')}</div>}
    </form>
  );
}
