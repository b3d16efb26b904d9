/** Tables as CSV (RFC 4180), for Excel and for programs: UTF-8 with a byte order mark, lines end in CR LF. */
import { formatTime } from '../wire/time.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { type Column, type Table, textOf } from './table.ts';

/** The first line. Without the mark Excel takes the bytes for the machine's old code page. */
export const csvHeader = <T>({ columns }: Table<T>, language: Language): string =>
  `\uFEFF${columns.map(({ header }) => cell(header[language])).join(',')}\r\n`;

/** One row as one record, its line's end included. Throws `not_exportable` for a NUL. */
export function csvRecord<T>(table: Table<T>, row: T, language: Language): string {
  let record = '';
  let separator = '';
  for (const column of table.columns) {
    record += separator + fieldOf(table, column, row, language);
    separator = ',';
  }
  return `${record}\r\n`;
}

function fieldOf<T>(table: Table<T>, column: Column<T>, row: T, language: Language): string {
  switch (column.kind) {
    case 'text':
      return cell(textOf(table, column, row, language, 'CSV'));
    case 'time': {
      const at = column.value(row);
      return at === null ? '' : formatTime(at);
    }
    case 'number':
      return String(column.value(row) ?? '');
    case 'id':
      return column.value(row);
  }
}

/** What a spreadsheet would take for a formula, wide forms of the signs too. */
const formula = /^[=+\-@\t\r＝＋－＠]/;
const needsQuotes = /[",\r\n]/;

/** A text that a spreadsheet shows and does not run: an apostrophe stands before what would be a formula. */
function cell(text: string): string {
  const shown = formula.test(text) ? `'${text}` : text;
  return needsQuotes.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
