/** Answers of lists that may be had as a table too: in the envelope, or as a file. */
import { setImmediate } from 'node:timers/promises';
import { tableFormats } from '../../export/formats.ts';
import type { Table } from '../../export/table.ts';
import type { TableFormat } from '../../wire/table-wire.ts';
import type { ExportLanguage } from '../../wire/trail-export-wire.ts';
import type { Portions } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';

export const tableTypes = Object.values(tableFormats).map(({ contentType }) => contentType);

export const tableHeaders = {
  ...revisionHeader,
  'Content-Disposition': 'Of a table, a name for the file.',
};

/** Rows that are written between two turns of others. */
const portion = 500;

/** `name`: of the file, without its ending. */
export function tableFile<T>(
  { table, rows, revision, name }: { table: Table<T>; rows: readonly T[]; revision: number; name: string },
  format: TableFormat,
  language: ExportLanguage,
): Portions {
  const { contentType, write } = tableFormats[format];
  return {
    headers: {
      ...revisionOf(revision),
      'Content-Type': contentType,
      'Content-Disposition': `attachment; filename="${name}-r${revision}.${format}"`,
      'Cache-Control': 'private, no-store',
    },
    body: (ended) => write(table, portionsOf(rows, ended), language),
  };
}

async function* portionsOf<T>(rows: readonly T[], ended: AbortSignal): AsyncGenerator<readonly T[]> {
  for (let start = 0; start < rows.length; start += portion) {
    ended.throwIfAborted();
    yield rows.slice(start, start + portion);
    await setImmediate();
  }
}
