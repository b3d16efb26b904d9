/**
 * A table as an Excel workbook: rows are written as they come, so that memory does not grow with them. Texts stand in their cells and
 * in no common table, for which all of them would have to be known.
 */
import { beijing, dayLength } from '../domain/days.ts';
import { formatTime } from '../wire/time.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { type Column, type Table, textOf } from './table.ts';
import type { ZipPart } from './zip.ts';

/** What Excel's sheets and cells hold. */
export const maxRows = 1_048_576;
export const maxCellLength = 32_767;
/** Of a sheet's XML, so that the zip file can tell its length. */
const maxSheetBytes = 2 ** 31;

/** Instead of what does not fit; the other formats have the whole text. */
const cutMarks: Readonly<Record<Language, string>> = {
  zh: '…（超过单元格上限 32767 字符，已截断；完整内容见 CSV 或 NDJSON）',
  en: '… (cut: a cell holds 32,767 characters; CSV and NDJSON have the whole text)',
};

/** The cell formats of `styles`, by their place there. */
const timeStyle = 1;
const headerStyle = 2;

/** The parts of the workbook, a further sheet wherever one is full. `sheetRows`: how many rows a sheet has, its header included. */
export async function* workbook<T>(
  table: Table<T>,
  portions: AsyncIterable<readonly T[]>,
  language: Language,
  sheetRows = maxRows,
): AsyncGenerator<ZipPart> {
  const source = portions[Symbol.asyncIterator]();
  try {
    const rest: Rest<T> = { rows: [], place: 0, ended: false };
    let sheets = 0;
    do {
      sheets += 1;
      yield { name: `xl/worksheets/sheet${sheets}.xml`, content: sheet(table, source, rest, language, sheetRows) };
    } while (!rest.ended);
    yield* frame(sheets, table.name[language]);
  } finally {
    await source.return?.();
  }
}

/** What of the last portion is not written yet. */
interface Rest<T> {
  rows: readonly T[];
  place: number;
  ended: boolean;
}

async function* sheet<T>(
  table: Table<T>,
  source: AsyncIterator<readonly T[]>,
  rest: Rest<T>,
  language: Language,
  sheetRows: number,
): AsyncGenerator<Buffer> {
  yield Buffer.from(sheetStart(table) + headerRow(table, language));
  const letters = table.columns.map((_, i) => lettersOf(i));
  for (let [row, last, bytes] = [2, sheetRows, 0]; ; ) {
    let text = '';
    for (; rest.place < rest.rows.length && row <= last; row++) {
      text += rowOf(table, letters, rest.rows[rest.place] as T, language, row);
      rest.place += 1;
    }
    if (text !== '') {
      const chunk = Buffer.from(text);
      bytes += chunk.length;
      if (bytes > maxSheetBytes) last = row - 1;
      yield chunk;
    }
    if (rest.place < rest.rows.length) break;
    const next = await source.next();
    rest.ended = next.done === true;
    if (next.done === true) break;
    rest.rows = next.value;
    rest.place = 0;
    // Whether a full sheet is the last one shows only when something follows.
    if (row > last && rest.rows.length > 0) break;
  }
  yield Buffer.from(sheetEnd(table));
}

/** A, B, … Z, AA, …, ZZ, AAA, … of the columns from 0. */
const lettersOf = (column: number): string =>
  (column < 26 ? '' : lettersOf(Math.floor(column / 26) - 1)) + String.fromCharCode(65 + (column % 26));

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const documents = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The first row stays in sight. */
const sheetStart = <T>({ columns }: Table<T>): string =>
  `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">` +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
  `<cols>${columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('')}</cols><sheetData>`;

/** Ids are digits that are no numbers, and Excel should not mark each of them as a mistake. */
function sheetEnd<T>({ columns }: Table<T>): string {
  const ids = columns.flatMap(({ kind }, i) => (kind === 'id' ? [`${lettersOf(i)}2:${lettersOf(i)}${maxRows}`] : []));
  const ignored = `<ignoredErrors><ignoredError sqref="${ids.join(' ')}" numberStoredAsText="1"/></ignoredErrors>`;
  return `</sheetData>${ids.length === 0 ? '' : ignored}</worksheet>`;
}

const textCell = (place: string, style: string, text: string): string =>
  `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;

const headerRow = <T>({ columns }: Table<T>, language: Language): string =>
  `<row r="1">${columns.map(({ header }, i) => textCell(`${lettersOf(i)}1`, ` s="${headerStyle}"`, header[language])).join('')}</row>`;

function rowOf<T>(table: Table<T>, letters: readonly string[], row: T, language: Language, number: number): string {
  const { columns } = table;
  let cells = '';
  for (let i = 0; i < columns.length; i++)
    cells += cellOf(table, columns[i] as Column<T>, row, language, `${letters[i]}${number}`);
  return `<row r="${number}">${cells}</row>`;
}

function cellOf<T>(table: Table<T>, column: Column<T>, row: T, language: Language, place: string): string {
  switch (column.kind) {
    case 'time': {
      const at = column.value(row);
      return at === null ? '' : timeCell(place, at);
    }
    case 'number': {
      const number = column.value(row);
      return number === null ? '' : `<c r="${place}"><v>${number}</v></c>`;
    }
    case 'id': {
      const text = column.value(row);
      return text === '' ? '' : textCell(place, '', fitting(text, language));
    }
    case 'text': {
      const text = textOf(table, column, row, language, 'XLSX');
      return text === '' ? '' : textCell(place, '', fitting(text, language));
    }
  }
}

/** Excel counts days from 1899-12-30, which holds from 1900-03-01 on: it has a 1900-02-29. */
const dayOf1970 = 25_569;
const firstDay = 61;

/** A number of days in Beijing time; what lies before Excel's days is a text. */
function timeCell(place: string, at: number): string {
  const days = (at + beijing) / dayLength + dayOf1970;
  return days < firstDay ? textCell(place, '', formatTime(at)) : `<c r="${place}" s="${timeStyle}"><v>${days}</v></c>`;
}

/** The text, or as much of it as a cell holds with a mark that something is missing; no character is cut in two. */
function fitting(text: string, language: Language): string {
  if (text.length <= maxCellLength) return text;
  const mark = cutMarks[language];
  const kept = text.slice(0, maxCellLength - mark.length);
  return (kept.isWellFormed() ? kept : kept.slice(0, -1)) + mark;
}

/** What XML does not allow or would change; and what reads like the way in which Excel writes that. */
const unsafe = /[&<>\ufffe\uffff]|(?![\t\n])[\p{Cc}\p{Cs}]|_(?=x[0-9A-Fa-f]{4}_)/u;
const everyUnsafe = new RegExp(unsafe, 'gu');
const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function escaped(text: string): string {
  if (!unsafe.test(text)) return text;
  return text.replaceAll(
    everyUnsafe,
    (character) => entities[character] ?? `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
  );
}

/** What makes a workbook of the sheets. */
function frame(sheets: number, sheetName: string): ZipPart[] {
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1);
  const part = (name: string, text: string): ZipPart => ({ name, content: [Buffer.from(head + text)] });
  return [
    part(
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${documents}"><sheets>${numbers
        .map((n) => `<sheet name="${sheetName}${n === 1 ? '' : ` ${n}`}" sheetId="${n}" r:id="rId${n}"/>`)
        .join('')}</sheets></workbook>`,
    ),
    part(
      'xl/_rels/workbook.xml.rels',
      `<Relationships xmlns="${packages}/relationships">${numbers
        .map((n) => `<Relationship Id="rId${n}" Type="${documents}/worksheet" Target="worksheets/sheet${n}.xml"/>`)
        .join('')}<Relationship Id="rId${sheets + 1}" Type="${documents}/styles" Target="styles.xml"/></Relationships>`,
    ),
    part('xl/styles.xml', styles),
    part(
      '_rels/.rels',
      `<Relationships xmlns="${packages}/relationships"><Relationship Id="rId1" Type="${documents}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ),
    part(
      '[Content_Types].xml',
      `<Types xmlns="${packages}/content-types">` +
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>' +
        '<Default Extension="xml" ContentType="application/xml"/>' +
        `<Override PartName="/xl/workbook.xml" ContentType="${types}.sheet.main+xml"/>` +
        `<Override PartName="/xl/styles.xml" ContentType="${types}.styles+xml"/>` +
        `${numbers.map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${types}.worksheet+xml"/>`).join('')}</Types>`,
    ),
  ];
}

const styles =
  `<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>` +
  '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>' +
  '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills>' +
  '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>' +
  '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>' +
  '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>' +
  '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>' +
  '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>' +
  '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>';
