/** Import and export of a million entries, against only parsing and only stringifying them. */
import { dataset } from './data.ts';
import { benchExport, benchImport } from './files.ts';
import type { Report } from './report.ts';
import type { Scale } from './scale-session.ts';

const bulk = 1_000_000;

export async function imported(scale: Scale): Promise<Report> {
  const data = await bulkData(scale);
  const { tables, bounds } = await benchImport(data, { ...scale.options, only: null });
  return { tables, bounds };
}

export async function exported(scale: Scale): Promise<Report> {
  return benchExport(await bulkData(scale), { ...scale.options, only: null });
}

const bulkData = ({ options: { entries, fresh } }: Scale) => {
  const count = Math.min(bulk, entries);
  return dataset({ entries: count, companies: Math.ceil(count / 50), fresh });
};
