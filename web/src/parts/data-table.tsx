import type { MouseEvent, ReactNode } from 'react';
import { useMedia } from './media.ts';
import { goTo, type Place } from './place.ts';
import './data-table.css';

export interface Column<R> {
  readonly key: string;
  readonly title: string;
  /** `null`: there is nothing to say; a card then leaves it out. */
  readonly cell: (row: R) => ReactNode;
  /** Whether the rows can be sorted by it. */
  readonly sorts?: boolean;
  /** Of a column of numbers. */
  readonly isNumber?: boolean;
}

export interface Sorting {
  readonly by: string;
  readonly descending: boolean;
  readonly onSort: (by: string) => void;
}

interface DataTableProps<R> {
  readonly label: string;
  /** The first one names the row. */
  readonly columns: readonly Column<R>[];
  readonly rows: readonly R[];
  readonly keyOf: (row: R) => string | number;
  /** Where a row leads; the first cell has the link itself. */
  readonly placeOf?: (row: R) => Place | null;
  readonly sorting?: Sorting;
  readonly isBusy?: boolean;
}

/** Rows of facts: a table, or on a phone a card for each. */
export function DataTable<R>(props: DataTableProps<R>) {
  const narrow = useMedia('(max-width: 860px)');
  return narrow ? <Cards {...props} /> : <Table {...props} />;
}

/** What is clicked leads somewhere itself, or a text is being selected. */
function hasOwnUse(event: MouseEvent): boolean {
  const { target } = event;
  if (!(target instanceof Element) || target.closest('a, button, input, [role=dialog]') !== null) return true;
  return !event.currentTarget.contains(target) || window.getSelection()?.isCollapsed === false;
}

const follow =
  (place: Place | null) =>
  (event: MouseEvent): void => {
    if (place === null || hasOwnUse(event)) return;
    goTo(place);
    window.scrollTo({ top: 0 });
  };

function Table<R>({ label, columns, rows, keyOf, placeOf, sorting, isBusy = false }: DataTableProps<R>) {
  return (
    <div className="data-table" aria-busy={isBusy}>
      <table aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.key} column={column} sorting={sorting} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => {
            const place = placeOf?.(row) ?? null;
            return (
              <tr key={keyOf(row)} className={place === null ? undefined : 'leads'} onClick={follow(place)}>
                {columns.map(({ key, cell, isNumber }, i) =>
                  i === 0 ? (
                    <th key={key} scope="row">
                      {cell(row)}
                    </th>
                  ) : (
                    <td key={key} className={isNumber ? 'number' : undefined}>
                      {cell(row)}
                    </td>
                  ),
                )}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head<R>({ column, sorting }: { column: Column<R>; sorting: Sorting | undefined }) {
  const { key, title, sorts, isNumber } = column;
  const className = isNumber ? 'number' : undefined;
  if (!sorts || sorting === undefined) {
    return (
      <th scope="col" className={className}>
        {title}
      </th>
    );
  }
  const own = sorting.by === key;
  const order = own ? (sorting.descending ? 'descending' : 'ascending') : 'none';
  return (
    <th scope="col" className={className} aria-sort={order}>
      <button type="button" className="sort" onClick={() => sorting.onSort(key)}>
        {title}
        <span className="sort-mark" aria-hidden="true">
          {own ? (sorting.descending ? '↓' : '↑') : '↕'}
        </span>
      </button>
    </th>
  );
}

function Cards<R>({ label, columns, rows, keyOf, placeOf, isBusy = false }: DataTableProps<R>) {
  const [first, ...others] = columns;
  return (
    <ul className="cards" aria-label={label} aria-busy={isBusy}>
      {rows.map((row) => {
        const place = placeOf?.(row) ?? null;
        return (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the link in the title is for the keyboard
          <li key={keyOf(row)} onClick={follow(place)}>
            <div className="card-title">{first?.cell(row)}</div>
            <dl>
              {others.map(({ key, title, cell }) => {
                const value = cell(row);
                return value === null ? null : (
                  <div key={key}>
                    <dt>{title}</dt>
                    <dd>{value}</dd>
                  </div>
                );
              })}
            </dl>
          </li>
        );
      })}
    </ul>
  );
}
