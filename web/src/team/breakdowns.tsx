import type { StatsCountriesDataList, StatsTypesDataList } from '@genjin/client';
import { Button } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { countryInWords } from '../parts/country.ts';
import { type Column, DataTable } from '../parts/data-table.tsx';
import { ExportLinks } from '../parts/export-links.tsx';
import { Nothing } from '../parts/nothing.tsx';
import { placeOf } from '../parts/place.ts';
import { To } from '../parts/to.tsx';
import { TypeMark, typeName } from '../parts/trail-types.tsx';
import { Waiting } from '../parts/waiting.tsx';
import { Bar, Change } from './change.tsx';

interface Asked {
  readonly start_time: string;
  readonly end_time: string;
}

interface BreakdownProps<R> {
  readonly rows: readonly R[] | undefined;
  readonly query: Asked;
}

interface Counted {
  readonly count: number;
  readonly before: number;
}

/** Entries now and before, and how they changed: the same columns for whatever is counted. */
function useCounts<R extends Counted>(rows: readonly R[] | undefined): readonly Column<R>[] {
  const { t } = useTranslation();
  return useMemo(() => {
    const most = Math.max(0, ...(rows ?? []).map(({ count }) => count));
    return [
      { key: 'count', title: t('team.followUps'), isNumber: true, cell: ({ count }) => count },
      { key: 'bar', title: t('team.share'), cell: ({ count }) => <Bar count={count} most={most} /> },
      { key: 'before', title: t('team.before'), isNumber: true, cell: ({ before }) => before },
      {
        key: 'change',
        title: t('team.change'),
        isNumber: true,
        cell: ({ count, before }) => <Change now={count} before={before} />,
      },
    ];
  }, [t, rows]);
}

/** What kind of follow-ups they were; each leads to them. */
export function Types({ rows, query }: BreakdownProps<StatsTypesDataList>) {
  const { t } = useTranslation();
  const counts = useCounts(rows);
  const { start_time: from, end_time: to } = query;
  const columns = useMemo(
    (): readonly Column<StatsTypesDataList>[] => [
      {
        key: 'type',
        title: t('filter.type'),
        cell: ({ type }) => {
          const name = typeName(type);
          return (
            <span className="type-cell">
              <TypeMark type={type} />
              <To place={placeOf('timeline', { type, from, to })}>
                {name === null ? t('entry.unknownType', { type }) : t(`type.${name}`)}
              </To>
            </span>
          );
        },
      },
      ...counts,
    ],
    [t, counts, from, to],
  );
  return (
    <Breakdown name="types" title={t('team.types')} rows={rows} columns={columns} keyOf={({ type }) => type} query={query} />
  );
}

/** Where the customers are; each country leads to its companies. */
export function Countries({ rows, query }: BreakdownProps<StatsCountriesDataList>) {
  const { t, i18n } = useTranslation();
  const counts = useCounts(rows);
  const columns = useMemo(
    (): readonly Column<StatsCountriesDataList>[] => [
      {
        key: 'country',
        title: t('lists.country'),
        cell: ({ country }) =>
          country === '' ? (
            <span className="faint">{t('team.noCountry')}</span>
          ) : (
            <To place={placeOf('companies', { country })}>{countryInWords(country, i18n.language)}</To>
          ),
      },
      { key: 'companies', title: t('team.companies'), isNumber: true, cell: ({ companies }) => companies },
      ...counts,
    ],
    [t, counts, i18n.language],
  );
  return (
    <Breakdown
      name="countries"
      title={t('team.countries')}
      rows={rows}
      columns={columns}
      keyOf={({ country }) => country}
      query={query}
    />
  );
}

/** So many rows are there at once. */
const few = 12;

interface TableProps<R> extends BreakdownProps<R> {
  readonly name: 'types' | 'countries';
  readonly title: string;
  readonly columns: readonly Column<R>[];
  readonly keyOf: (row: R) => string | number;
}

function Breakdown<R>({ name, title, rows, columns, keyOf, query }: TableProps<R>): ReactNode {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  return (
    <section>
      <div className="section-head">
        <h2>{title}</h2>
        <ExportLinks path={`v1/dynamic/trail/stats/${name}`} query={{ ...query }} label={title} />
      </div>
      {rows === undefined ? (
        <Waiting rows={6} />
      ) : rows.length === 0 ? (
        <Nothing title={t('team.empty')} more={t('team.emptyHow')} />
      ) : (
        <DataTable label={title} columns={columns} rows={all ? rows : rows.slice(0, few)} keyOf={keyOf} />
      )}
      {rows !== undefined && rows.length > few && (
        <Button type="link" onClick={() => setAll(!all)} aria-expanded={all}>
          {all ? t('entry.less') : t('team.allRows', { count: rows.length })}
        </Button>
      )}
    </section>
  );
}
