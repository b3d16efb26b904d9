/** Tables for people: their columns, which CSV and XLSX share. */
import { AppError } from '../errors.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';

/**
 * `text`: what people wrote. `time`: ms since 1970 (UTC), shown in Beijing time; `null`: empty. `number`: something to count with; the same.
 * `id`: digits that nobody counts with, several with "; " between; in a sheet a text, because Excel keeps 15 digits of a number and ours
 * have 16.
 */
export type Column<T> = {
  readonly header: Readonly<Record<Language, string>>;
  /** Characters that show most values. */
  readonly width: number;
} & (
  | { readonly kind: 'text'; value(row: T, language: Language): string }
  | { readonly kind: 'time' | 'number'; value(row: T): number | null }
  | { readonly kind: 'id'; value(row: T): string }
);

export interface Table<T> {
  /** Names its sheet. */
  readonly name: Readonly<Record<Language, string>>;
  readonly columns: readonly Column<T>[];
  /** Names a row where something is wrong with it. */
  nameOf(row: T): string;
}

export function text<T>(zh: string, en: string, width: number, value: (row: T, language: Language) => string): Column<T> {
  return { header: { zh, en }, width, kind: 'text', value };
}

export function time<T>(zh: string, en: string, value: (row: T) => number | null): Column<T> {
  return { header: { zh, en }, width: 20, kind: 'time', value };
}

export function number<T>(zh: string, en: string, value: (row: T) => number | null): Column<T> {
  return { header: { zh, en }, width: 10, kind: 'number', value };
}

export function id<T>(zh: string, en: string, value: (row: T) => readonly (number | null)[]): Column<T> {
  return {
    header: { zh, en },
    width: 18,
    kind: 'id',
    value: (row) =>
      value(row)
        .filter((one) => one !== null)
        .join('; '),
  };
}

/** A text column's value. Throws `not_exportable` when it has a NUL, which `format` cannot hold. */
export function textOf<T>(
  { nameOf }: Table<T>,
  column: Column<T> & { kind: 'text' },
  row: T,
  language: Language,
  format: string,
): string {
  const value = column.value(row, language);
  if (value.includes('\0')) {
    throw new AppError('not_exportable', { format, reason: `${nameOf(row)} has a NUL character in ${column.header.en}` });
  }
  return value;
}
