/** An import on the wire: ours alone, OKKI has nothing of it. */
import { Type } from 'typebox';
import type { TrailPortion } from '../domain/stores.ts';
import { presentTrail, trailEntrySchema } from './trail-wire.ts';

/** What was, or would be, done with the entries of a file. */
export interface ImportCounts {
  readonly rows: number;
  readonly added: number;
  readonly changed: number;
  readonly unchanged: number;
  readonly kept: number;
  readonly rejected: number;
}

/** An entry of a file that is not taken. */
export interface RejectedRow {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly field: string;
  readonly value: string;
  readonly accepted: string;
}

const count = (description: string) => Type.Integer({ description });

const counts = {
  totalItem: count('总数 · Entries in the files, rejected ones too.'),
  new_count: count('新增 · Those that were not here.'),
  changed_count: count('更新 · Those that differ from what was here, and are later.'),
  unchanged_count: count('未变 · Those that are here already.'),
  kept_count: count('保留 · Those that differ, but whose update_time is not later than the one here: what is here stays.'),
  rejected_count: count('拒绝 · Those that cannot be taken.'),
};

const rejectedList = Type.Array(
  Type.Object({
    file: Type.String({ description: '文件 · The name of its file.' }),
    row: count('行号 · The line of the file where it begins, from 1.'),
    field: Type.String({ description: '字段 · The field; "" where it is nothing of one field.' }),
    value: Type.String({ description: '值 · What stands there, its beginning if it is long.' }),
    accepted: Type.String({ description: '可接受的值 · What is accepted there.' }),
    reason: Type.String({ description: '原因 · All of it in words.' }),
  }),
  { description: '被拒绝的行 · Rejected entries in the order of the file.' },
);

/** For the documents: the form is read as it comes. */
export const importForm = Type.Object({
  file: Type.Array(Type.String({ format: 'binary', description: 'A file with its name.' }), {
    description:
      "文件 · One or several files, each in a field of this name: OKKI's answers as they came, pages, a list, or one entry a line.",
  }),
});

/** Of rejected rows an answer names so many. */
export const shownRejected = 1000;
/** Of entries a preview shows so many. */
export const shownEntries = 20;

export const importRunData = Type.Object({ ...counts, rejected_list: rejectedList });
export const importPreviewData = Type.Object({
  ...counts,
  list: Type.Array(trailEntrySchema, { description: '预览 · The first entries as they would look.' }),
  rejected_list: rejectedList,
});

export const presentImport = (taken: ImportCounts, rejected: readonly RejectedRow[]): string =>
  JSON.stringify({ ...countsOf(taken), rejected_list: rejected.map(rowOf) });

export function presentImportPreview(
  taken: ImportCounts,
  rejected: readonly RejectedRow[],
  tenantId: number,
  { trails, joined }: TrailPortion,
): string {
  const start = JSON.stringify(countsOf(taken)).slice(0, -1);
  const list = trails.map((trail) => presentTrail(tenantId, trail, joined)).join(',');
  return `${start},"list":[${list}],"rejected_list":${JSON.stringify(rejected.map(rowOf))}}`;
}

const countsOf = ({ rows, added, changed, unchanged, kept, rejected }: ImportCounts) => ({
  totalItem: rows,
  new_count: added,
  changed_count: changed,
  unchanged_count: unchanged,
  kept_count: kept,
  rejected_count: rejected,
});

const rowOf = ({ line, ...row }: RejectedRow) => ({ ...row, row: line });
