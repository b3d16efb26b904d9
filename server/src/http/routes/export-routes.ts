import { setImmediate } from 'node:timers/promises';
import type { TrailPortion } from '../../domain/stores.ts';
import type { Trails } from '../../domain/trail.ts';
import { AppError } from '../../errors.ts';
import { formats, type Portion } from '../../export/formats.ts';
import { exportFormats, readTrailExport, trailExportData, trailExportQuery } from '../../wire/trail-export-wire.ts';
import type { Portions, Route } from '../route.ts';
import { revisionHeader, revisionOf } from './listing.ts';

/** The timeline as a file. */
export const exportRoutes = (trails: Trails): Route[] => [
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
      const { revision, portions } = await trails.stream(caller, filter, asOf);
      const bytes = formats[format].write(paced(caller.tenantId, portions), language);
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

/** Reading is done without waiting: between portions other requests have their turn. */
async function* paced(tenantId: number, portions: AsyncIterable<TrailPortion>): AsyncGenerator<Portion> {
  for await (const portion of portions) {
    yield { tenantId, ...portion };
    await setImmediate();
  }
}
