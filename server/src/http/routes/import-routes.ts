import type { Caller } from '../../domain/application.ts';
import type { IncomingFile } from '../../domain/file.ts';
import type { ImportedEntry, Importer } from '../../domain/import.ts';
import { addTo } from '../../domain/merge.ts';
import { AppError, badParameter } from '../../errors.ts';
import { noneTaken, type Taken, type Taking, takeAll } from '../../import/reading.ts';
import {
  importForm,
  importPreviewData,
  importRunData,
  presentImport,
  presentImportPreview,
  type RejectedRow,
  shownEntries,
  shownRejected,
} from '../../wire/import-wire.ts';
import type { Route } from '../route.ts';

export interface ImportLimits {
  /** Bytes that each file may have. */
  readonly bytes: number;
  /** Entries of a preview: it has in memory what the import would write. */
  readonly previewed: number;
}

export const importLimits: ImportLimits = { bytes: 100_000_000, previewed: 100_000 };

/** A commit: few enough entries that nobody who asks meanwhile waits for long. */
const load = { entries: 1000, bytes: 8 << 20 };

const tooLarge = 'HTTP 413: a file is too large';
const forms =
  'Files of any form that the command genjin import takes, as multipart/form-data. Entries of another enterprise are rejected. Only one import of ' +
  'an enterprise is looked at at a time.';

/** Follow-ups out of files that somebody brings to the page. */
export function importRoutes(importer: Importer, limits: ImportLimits = importLimits): Route[] {
  const busy = new Set<number>();

  /** Throws `import_under_way`: what two of them would hold in memory is too much. */
  async function alone<T>({ tenantId }: Caller, work: () => Promise<T>): Promise<T> {
    if (busy.has(tenantId)) throw new AppError('import_under_way');
    busy.add(tenantId);
    try {
      return await work();
    } finally {
      busy.delete(tenantId);
    }
  }

  return [
    {
      method: 'POST',
      path: '/v1/admin/import/preview',
      operation: 'importPreview',
      module: 'company',
      for: 'admin',
      summary: '预览导入 · Look at an import before it is made',
      description:
        `What an import of these files would do, and nothing is written: how many entries are new, changed and rejected, the first ${shownEntries} ` +
        `as they would look, and which rows are rejected, and why. At most ${limits.previewed} entries. ${forms}`,
      uploads: { mostBytes: limits.bytes, form: importForm },
      data: importPreviewData,
      errors: ['400', '400: more entries than can be previewed', '409: another import is under way', tooLarge],
      handle: (caller, _given, { files }) =>
        alone(caller, async () => {
          const trial = importer.trial(caller.tenantId);
          const first = new Set<number>();
          let rows = 0;
          const rejected: RejectedRow[] = [];
          const taken = await takeFiles(caller, files, limits.bytes, rejected, async (portions) => {
            const count = await trial.take(noting(portions, first));
            rows += count.added + count.changed + count.unchanged + count.kept;
            if (rows > limits.previewed) throw new AppError('import_too_long', { limit: limits.previewed });
            return count;
          });
          return presentImportPreview(taken, rejected, caller.tenantId, await trial.look([...first]));
        }),
    },
    {
      method: 'POST',
      path: '/v1/admin/import/run',
      operation: 'importRun',
      module: 'company',
      for: 'admin',
      summary: '导入跟进 · Import follow-ups',
      description: `Takes every entry of the files that is not rejected; those that are here already stay as they are, so it may be sent again. ${forms}`,
      uploads: { mostBytes: limits.bytes, form: importForm },
      data: importRunData,
      errors: ['400', '409: another import is under way', tooLarge],
      handle: (caller, _given, { files }) =>
        alone(caller, async () => {
          const rejected: RejectedRow[] = [];
          const taken = await takeFiles(caller, files, limits.bytes, rejected, (portions) =>
            importer.take(portions, caller.actor),
          );
          return presentImport(taken, rejected);
        }),
    },
  ];
}

/** One file after the other, as they come. Throws `missing_parameter` without any, `file_too_large`. */
async function takeFiles(
  { tenantId }: Caller,
  files: AsyncIterable<IncomingFile>,
  mostBytes: number,
  rejected: RejectedRow[],
  take: Taking['take'],
): Promise<Taken> {
  const sum = noneTaken();
  let count = 0;
  for await (const { name, bytes } of files) {
    count += 1;
    addTo(
      sum,
      await takeAll(limited(name, bytes, mostBytes), {
        load,
        tenantId,
        take,
        reject({ item, refusal }) {
          if (rejected.length < shownRejected) rejected.push({ file: name, line: item.line, ...refusal });
        },
      }),
    );
  }
  if (count === 0) throw badParameter('file', undefined, 'accepted: files with their names, each in a field "file"');
  return sum;
}

async function* limited(name: string, chunks: AsyncIterable<Uint8Array>, mostBytes: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new AppError('file_too_large', { value: name, limit: mostBytes });
    yield Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  }
}

/** Keeps the ids of the first entries. */
function* noting(portions: Iterable<readonly ImportedEntry[]>, first: Set<number>): Generator<readonly ImportedEntry[]> {
  for (const portion of portions) {
    for (const { trail } of portion) {
      if (first.size >= shownEntries) break;
      first.add(trail.trailId);
    }
    yield portion;
  }
}
