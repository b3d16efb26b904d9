/** The benchmark of every release: import, export, the follow-up query and recording, with the bounds that they must keep. */
import { dataset } from './data.ts';
import { benchExport, benchImport } from './files.ts';
import { benchHttp } from './http.ts';
import { benchPush } from './push.ts';
import type { Report } from './report.ts';

export const parts = ['import', 'export', 'http', 'push'] as const;
export type Part = (typeof parts)[number];

export interface BasicOptions {
  readonly entries: number;
  readonly companies: number;
  /** `null`: all of them. */
  readonly only: readonly Part[] | null;
  readonly quick: boolean;
  readonly fresh: boolean;
  /** A folder for CPU profiles of the program's processes. */
  readonly profile: string | null;
}

export async function basic(options: BasicOptions): Promise<Report> {
  const data = await dataset(options);
  const reports: Report[] = [];
  const wanted = (part: Part): boolean => options.only === null || options.only.includes(part);
  if (wanted('import')) reports.push(await benchImport(data, options));
  if (wanted('export')) reports.push(await benchExport(data, options));
  if (wanted('http')) reports.push(await benchHttp(data, options));
  if (wanted('push')) reports.push(await benchPush(data, options));
  return { tables: reports.flatMap((report) => report.tables), bounds: reports.flatMap((report) => report.bounds) };
}
