/** Entries as CSV (RFC 4180), for Excel and for programs: UTF-8 with a byte order mark, lines end in CR LF. */
import { formatTime } from '../wire/time.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { type Column, columns, type Exported, textOf } from './columns.ts';

/** The first line. Without the mark Excel takes the bytes for the machine's old code page. */
export const csvHeader = (language: Language): string =>
  `\uFEFF${columns.map(({ header }) => cell(header[language])).join(',')}\r\n`;

/** One entry as one record, its line's end included. Throws `not_exportable` for a NUL. */
export function csvRecord(entry: Exported, language: Language): string {
  let record = '';
  for (const column of columns) record += `${record === '' ? '' : ','}${fieldOf(column, entry, language)}`;
  return `${record}\r\n`;
}

function fieldOf(column: Column, entry: Exported, language: Language): string {
  switch (column.kind) {
    case 'text':
      return cell(textOf(column, entry, language, 'CSV'));
    case 'time':
      return formatTime(column.value(entry));
    case 'number':
      return String(column.value(entry));
    case 'id':
      return column.value(entry);
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
