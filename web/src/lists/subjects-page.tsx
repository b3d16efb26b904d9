import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Pagination, Select } from 'antd';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { countryInWords } from '../parts/country.ts';
import { DataTable } from '../parts/data-table.tsx';
import { ExportLinks } from '../parts/export-links.tsx';
import { Failure } from '../parts/failure.tsx';
import { useFresh } from '../parts/fresh.ts';
import { useMedia } from '../parts/media.ts';
import { Nothing } from '../parts/nothing.tsx';
import { goTo, type Place, placeOf, usePlace, withParams } from '../parts/place.ts';
import { SearchBox } from '../parts/search-box.tsx';
import { useSession } from '../parts/session.tsx';
import { UserSelect } from '../parts/users.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { isDescending, isFiltered, kinds, pageOf, pageSize, questionOf, type Sort, sortedBy, sortOf, sorts } from './question.ts';
import { useSubjectColumns } from './subject-columns.tsx';
import '../parts/lists.css';

/** All companies, leads or opportunities: searched, sorted and paged by the server, all of it in the address. */
export default function SubjectsPage() {
  const { t } = useTranslation();
  const place = usePlace();
  const { client } = useSession();
  const kind = kinds[place.view] ?? 'company';
  const title = t(`view.${place.view as 'companies'}`);
  const columns = useSubjectColumns(kind);
  const question = questionOf(place);
  const page = pageOf(place);
  useFresh();
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
  }, [title, t]);
  const { data, error, isPlaceholderData, refetch } = useQuery({
    queryKey: ['subjects', question, page],
    queryFn: ({ signal }) => client.subjects.list({ ...question, start_index: page, count: pageSize }, { signal }),
    placeholderData: keepPreviousData,
  });
  const filtered = isFiltered(place);
  return (
    <div className="lists">
      <div className="lists-head">
        <h1>{title}</h1>
        {data !== undefined && (
          <span className="total" role="status">
            {t(`lists.${kind}Total`, { count: data.totalItem })}
          </span>
        )}
        <ExportLinks path="v1/dynamic/subject/list" query={question} label={title} />
      </div>
      <Filters place={place} />
      {error !== null && (
        <div className="failure" role="alert">
          <Failure error={error} onAgain={() => refetch()} />
        </div>
      )}
      {data === undefined ? (
        error === null && <Waiting rows={12} />
      ) : data.list.length === 0 ? (
        <Nothing
          title={t(filtered ? 'lists.emptyFiltered' : `lists.${kind}Empty`)}
          more={t(filtered ? 'lists.emptyFilteredHow' : 'lists.emptyHow')}
        />
      ) : (
        <DataTable
          label={title}
          columns={columns}
          rows={data.list}
          keyOf={({ id }) => id}
          placeOf={({ id }) => placeOf(kind, { id })}
          sorting={{
            by: sortOf(place),
            descending: isDescending(place),
            onSort: (by) => goTo(withParams(place, sortedBy(place, by as Sort))),
          }}
          isBusy={isPlaceholderData}
        />
      )}
      <Pagination
        className="lists-pages"
        current={page}
        pageSize={pageSize}
        total={data?.totalItem ?? 0}
        onChange={(number) => {
          goTo(withParams(place, { page: number === 1 ? '' : String(number) }));
          window.scrollTo({ top: 0 });
        }}
        showSizeChanger={false}
        hideOnSinglePage
        responsive
      />
    </div>
  );
}

function Filters({ place }: { place: Place }) {
  const { t, i18n } = useTranslation();
  const narrow = useMedia('(max-width: 860px)');
  const { q = '', owner = '', country = '' } = place.params;
  const set = (more: Record<string, string>, how: 'push' | 'replace' = 'push'): void =>
    goTo(withParams(place, { ...more, page: '' }), how);
  return (
    <search className="lists-filter" aria-label={t('filter.label')}>
      <SearchBox words={q} label={t('lists.search')} onSearch={(words) => set({ q: words }, 'replace')} />
      <UserSelect userId={owner} label={t('lists.owner')} onSelect={(user) => set({ owner: user })} />
      {narrow && (
        <Select
          className="lists-sort"
          value={sortOf(place)}
          onChange={(sort: Sort) => set({ sort, order: '' })}
          options={sorts.map((sort) => ({ value: sort, label: t(`lists.by.${sort}`) }))}
          aria-label={t('lists.sort')}
        />
      )}
      {country !== '' && (
        <Button onClick={() => set({ country: '' })} aria-label={t('lists.anyCountry')}>
          {countryInWords(country, i18n.language)} ×
        </Button>
      )}
      {isFiltered(place) && (
        <Button type="link" onClick={() => set({ q: '', owner: '', country: '' })}>
          {t('filter.clear')}
        </Button>
      )}
    </search>
  );
}
