/**
 * Entries as an Excel workbook: rows are written as they come, so that memory does not grow with them. Texts stand in their cells and
 * in no common table, for which all of them would have to be known.
 */
import { formatTime } from '../wire/time.ts';
import type { ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { type Column, columns, type Exported, textOf } from './columns.ts';
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

const sheetNames: Readonly<Record<Language, string>> = { zh: '跟进', en: 'Follow-ups' };

/** The cell formats of `styles`, by their place there. */
const timeStyle = 1;
const headerStyle = 2;

/** The parts of the workbook, a further sheet wherever one is full. `sheetRows`: how many rows a sheet has, its header included. */
export async function* workbook(
  portions: AsyncIterable<readonly Exported[]>,
  language: Language,
  sheetRows = maxRows,
): AsyncGenerator<ZipPart> {
  const source = portions[Symbol.asyncIterator]();
  try {
    const rest: Rest = { entries: [], place: 0, ended: false };
    let sheets = 0;
    do {
      sheets += 1;
      yield { name: `xl/worksheets/sheet${sheets}.xml`, content: sheet(source, rest, language, sheetRows) };
    } while (!rest.ended);
    yield* frame(sheets, language);
  } finally {
    await source.return?.();
  }
}

/** What of the last portion is not written yet. */
interface Rest {
  entries: readonly Exported[];
  place: number;
  ended: boolean;
}

async function* sheet(
  source: AsyncIterator<readonly Exported[]>,
  rest: Rest,
  language: Language,
  sheetRows: number,
): AsyncGenerator<Buffer> {
  yield Buffer.from(sheetStart + headerRow(language));
  for (let [row, last, bytes] = [2, sheetRows, 0]; ; ) {
    let text = '';
    for (; rest.place < rest.entries.length && row <= last; row++) {
      text += entryRow(rest.entries[rest.place] as Exported, language, row);
      rest.place += 1;
    }
    if (text !== '') {
      const chunk = Buffer.from(text);
      bytes += chunk.length;
      if (bytes > maxSheetBytes) last = row - 1;
      yield chunk;
    }
    if (rest.place < rest.entries.length) break;
    const next = await source.next();
    rest.ended = next.done === true;
    if (next.done === true) break;
    rest.entries = next.value;
    rest.place = 0;
    // Whether a full sheet is the last one shows only when something follows.
    if (row > last && rest.entries.length > 0) break;
  }
  yield Buffer.from(sheetEnd);
}

/** A, B, … Z, AA, … of each column. */
const letters = columns.map(
  (_, i) => (i < 26 ? '' : String.fromCharCode(64 + Math.floor(i / 26))) + String.fromCharCode(65 + (i % 26)),
);
const columnsOf = (kind: Column['kind']): string[] => letters.filter((_, i) => columns[i]?.kind === kind);

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const documents = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packages = 'http://schemas.openxmlformats.org/package/2006';
const types = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

/** The first row stays in sight. */
const sheetStart =
  `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0">` +
  '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>' +
  `<cols>${columns.map(({ width }, i) => `<col min="${i + 1}" max="${i + 1}" width="${width}" customWidth="1"/>`).join('')}</cols><sheetData>`;
/** Ids are digits that are no numbers, and Excel should not mark each of them as a mistake. */
const sheetEnd = `</sheetData><ignoredErrors><ignoredError sqref="${columnsOf('id')
  .map((letter) => `${letter}2:${letter}${maxRows}`)
  .join(' ')}" numberStoredAsText="1"/></ignoredErrors></worksheet>`;

const textCell = (place: string, style: string, text: string): string =>
  `<c r="${place}"${style} t="inlineStr"><is><t xml:space="preserve">${escaped(text)}</t></is></c>`;

const headerRow = (language: Language): string =>
  `<row r="1">${columns.map(({ header }, i) => textCell(`${letters[i]}1`, ` s="${headerStyle}"`, header[language])).join('')}</row>`;

function entryRow(entry: Exported, language: Language, row: number): string {
  let cells = '';
  for (let i = 0; i < columns.length; i++) cells += cellOf(columns[i] as Column, entry, language, `${letters[i]}${row}`);
  return `<row r="${row}">${cells}</row>`;
}

function cellOf(column: Column, entry: Exported, language: Language, place: string): string {
  switch (column.kind) {
    case 'time':
      return timeCell(place, column.value(entry));
    case 'number':
      return `<c r="${place}"><v>${column.value(entry)}</v></c>`;
    case 'id': {
      const text = column.value(entry);
      return text === '' ? '' : textCell(place, '', fitting(text, language));
    }
    case 'text': {
      const text = textOf(column, entry, language, 'XLSX');
      return text === '' ? '' : textCell(place, '', fitting(text, language));
    }
  }
}

const beijing = 8 * 3600 * 1000;
const dayLength = 24 * 3600 * 1000;
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
function frame(sheets: number, language: Language): ZipPart[] {
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1);
  const part = (name: string, text: string): ZipPart => ({ name, content: [Buffer.from(head + text)] });
  return [
    part(
      'xl/workbook.xml',
      `<workbook xmlns="${main}" xmlns:r="${documents}"><sheets>${numbers
        .map((n) => `<sheet name="${sheetNames[language]}${n === 1 ? '' : ` ${n}`}" sheetId="${n}" r:id="rId${n}"/>`)
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
