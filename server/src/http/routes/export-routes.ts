import type { TrailFilter } from '../../domain/stores.ts';
import type { Trails } from '../../domain/trail.ts';
import { AppError } from '../../errors.ts';
import { formats } from '../../export/formats.ts';
import {
  type ExportFormat,
  type ExportLanguage,
  exportFormats,
  readTrailExport,
  trailExportData,
  trailExportQuery,
} from '../../wire/trail-export-wire.ts';
import type { Portions, Route } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';

/** The bytes of an export of the state at a revision; gives up when it is given up. */
export type WriteExport = (
  tenantId: number,
  filter: TrailFilter,
  revision: number,
  format: ExportFormat,
  language: ExportLanguage,
) => AsyncGenerator<Buffer>;

/** The timeline as a file. */
export const exportRoutes = (trails: Trails, write: WriteExport): Route[] => [
  {
    method: 'GET',
    path: '/v1/dynamic/trail/export',
    module: 'company',
    summary: '导出跟进动态 · Export follow-ups',
    description:
      'Everything that the list gives over all pages, in its order and from one state, as a file that is sent while it is made. An answer that breaks ' +
      'off is not whole: an error in its midst ends the connection.',
    query: trailExportQuery,
    headers: {
      ...revisionHeader,
      'Content-Disposition': 'A name for the file.',
    },
    streams: exportFormats.map((name) => formats[name].contentType),
    data: trailExportData,
    errors: ['400'],
    handle: async (caller, query): Promise<Portions> => {
      const { format, language, filter, asOf } = readTrailExport(query);
      const { revision } = await trails.stream(caller, filter, asOf);
      const bytes = write(caller.tenantId, filter, revision, format, language);
      // What goes wrong up to here is answered in the envelope.
      const first = await bytes.next();
      return {
        headers: {
          ...revisionOf(revision),
          'Content-Type': formats[format].contentType,
          'Content-Disposition': `attachment; filename="follow-ups-${caller.tenantId}-r${revision}.${format}"`,
          'Cache-Control': 'private, no-store',
        },
        body(ended) {
          // Begun above, and so it must be ended even if nobody reads on.
          if (ended.aborted) void bytes.return(undefined);
          else ended.addEventListener('abort', () => void bytes.return(undefined), { once: true });
          return whole(first, bytes, ended);
        },
      };
    },
  },
];

/** Breaks off when it is ended: what is not whole must not look as if it were. */
async function* whole(first: IteratorResult<Buffer>, rest: AsyncGenerator<Buffer>, ended: AbortSignal): AsyncGenerator<Buffer> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
  if (ended.aborted) throw new AppError('store_unavailable');
}
