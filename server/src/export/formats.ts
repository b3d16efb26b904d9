/** The formats of an export, and how each is written: a portion at a time, so that memory does not grow with what is exported. */
import type { Trail } from '../domain/objects.ts';
import type { Shown } from '../domain/stores.ts';
import type { TableFormat } from '../wire/table-wire.ts';
import type { ExportFormat, ExportLanguage as Language } from '../wire/trail-export-wire.ts';
import { presentTrail } from '../wire/trail-wire.ts';
import { type Exported, trailTable } from './columns.ts';
import { csvHeader, csvRecord } from './csv.ts';
import type { Table } from './table.ts';
import { workbook } from './xlsx.ts';
import { zipped } from './zip.ts';

/** Some entries of one tenant with everything that they refer to. */
export interface Portion {
  readonly tenantId: number;
  readonly trails: readonly Trail[];
  readonly joined: Shown;
}

interface Format {
  readonly contentType: string;
  /** The bytes of the file; gives up `portions` when it is given up. Throws `not_exportable` for what the format cannot hold. */
  write(portions: AsyncIterable<Portion>, language: Language): AsyncGenerator<Buffer>;
}

interface TableWriter {
  readonly contentType: string;
  /** As a format's, of any table. */
  write<T>(table: Table<T>, portions: AsyncIterable<readonly T[]>, language: Language): AsyncGenerator<Buffer>;
}

/** By name, which is also the ending of its files. */
export const tableFormats: Readonly<Record<TableFormat, TableWriter>> = {
  csv: { contentType: 'text/csv; charset=utf-8', write: csv },
  xlsx: {
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    write: (table, portions, language) => zipped(workbook(table, portions, language)),
  },
};

/** Likewise. */
export const formats: Readonly<Record<ExportFormat, Format>> = {
  /** One entry a line, as the list answers it; the import takes it back. */
  ndjson: { contentType: 'application/x-ndjson; charset=utf-8', write: ndjson },
  csv: tableFormat('csv'),
  xlsx: tableFormat('xlsx'),
};

function tableFormat(name: TableFormat): Format {
  const { contentType, write } = tableFormats[name];
  return { contentType, write: (portions, language) => write(trailTable, entriesOf(portions), language) };
}

async function* ndjson(portions: AsyncIterable<Portion>): AsyncGenerator<Buffer> {
  for await (const { tenantId, trails, joined } of portions) {
    let text = '';
    for (const trail of trails) text += `${presentTrail(tenantId, trail, joined)}\n`;
    yield Buffer.from(text);
  }
}

async function* csv<T>(table: Table<T>, portions: AsyncIterable<readonly T[]>, language: Language): AsyncGenerator<Buffer> {
  let text = csvHeader(table, language);
  for await (const rows of portions) {
    for (const row of rows) text += csvRecord(table, row, language);
    yield Buffer.from(text);
    text = '';
  }
  if (text !== '') yield Buffer.from(text);
}

async function* entriesOf(portions: AsyncIterable<Portion>): AsyncGenerator<readonly Exported[]> {
  for await (const { tenantId, trails, joined } of portions) yield trails.map((trail) => ({ tenantId, trail, joined }));
}
