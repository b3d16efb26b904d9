/** A page with all that it shows by one statement, for an engine that is a round trip away: entries, and the objects they refer to. */
import type { JoinedKind, ShownKinds, Trail } from '../domain/objects.ts';
import type { TrailFilter, TrailPortion } from '../domain/stores.ts';
import type { Row, Tx } from './db.ts';
import { shownFields } from './shown.ts';
import { type Codec, decode, type Table, tables } from './tables.ts';
import type { TrailQuery } from './trail-query.ts';

/** Makes a subquery of the ids in a list, which is JSON or empty: `column` of the rows of `from`. */
export type IdsIn = (column: string, from: string) => string;

/** Reads the entries of a query from the one after `skip` on, in its order. */
export type ReadPage = (
  tx: Tx,
  tenantId: number,
  query: TrailQuery,
  order: Pick<TrailFilter, 'by' | 'oldestFirst'>,
  size: number,
  skip: number,
) => Promise<TrailPortion>;

const isText = (codec: Codec): boolean => codec === 'text' || codec === 'json' || codec === 'details';

/** All rows have the same columns: a number that tells what it is, as many numbers as an entry has, and as many texts. */
const textCount = tables.trail.codecs.filter(isText).length;
const numberCount = tables.trail.codecs.length - textCount;

/** How one kind stands in such rows. */
interface Layout<T> {
  readonly columns: string;
  read(row: Row): T;
}

function layout<T>(
  kind: number,
  table: Pick<Table<T>, 'fields' | 'codecs' | 'columns'>,
  fields: readonly (keyof T & string)[],
): Layout<T> {
  const columns = [String(kind), ...new Array<string>(numberCount + textCount).fill('NULL')];
  let [number, text] = [1, 1 + numberCount];
  const of = fields.map((field) => table.fields.indexOf(field));
  const codecs = of.map((i) => table.codecs[i] as Codec);
  const places = codecs.map((codec) => (isText(codec) ? text++ : number++));
  for (const [i, place] of places.entries()) columns[place] = table.columns[of[i] as number] as string;
  const shape = { fields, codecs };
  const pick = (row: Row): Row => places.map((place) => row[place] ?? null);
  return { columns: columns.join(', '), read: (row) => decode<T>(shape, pick(row)) };
}

const kinds = Object.keys(shownFields) as readonly JoinedKind[];
const entry = kinds.length;
const entryLayout = layout<Trail>(entry, tables.trail, tables.trail.fields);
const layouts = kinds.map((kind, k) =>
  layout<ShownKinds[JoinedKind]>(k, tables[kind] as unknown as Table<ShownKinds[JoinedKind]>, shownFields[kind] as never[]),
);

/** The column of an entry that refers to each kind, and whether it is a list. */
const references = {
  company: ['company_id', false],
  lead: ['lead_id', false],
  opportunity: ['opportunity_id', false],
  user: ['author_id', false],
  contact: ['contact_ids', true],
  leadContact: ['lead_contact_ids', true],
  file: ['file_ids', true],
} as const;

/** So many entries are read, of more than are asked for the rest is left: the planner has to know that they are few, so the number is in the text. */
const sizes = [1, 10, 20, 50, 100, 200, 1000] as const;

export function pageReader(idsIn: IdsIn): ReadPage {
  const joins = kinds.map((kind, k) => {
    const [column, isList] = references[kind];
    const ids = isList ? idsIn(column, 'k') : `SELECT ${column} FROM k WHERE ${column} <> 0`;
    const { name, idColumn } = tables[kind];
    // As a list that is made first: of a subquery the planner would have to know how few ids it has beside all objects of the tenant.
    return `SELECT ${layouts[k]?.columns} FROM ${name} WHERE tenant_id = ? AND ${idColumn} = ANY (ARRAY(${ids}))`;
  });
  const all = `SELECT ${entryLayout.columns} FROM k UNION ALL ${joins.join(' UNION ALL ')}`;
  return async (tx, tenantId, { where, values, at }, { by, oldestFirst }, size, skip) => {
    const limit = sizes.find((one) => one >= size) ?? size;
    const order = oldestFirst ? 'ASC' : 'DESC';
    const rows = await tx.all(
      `WITH k AS MATERIALIZED (SELECT t.* FROM trail t WHERE ${where} ORDER BY ${at} ${order}, t.trail_id ${order} LIMIT ${limit} OFFSET ?) ${all}`,
      [...values, skip, ...kinds.map(() => tenantId)],
    );
    const trails: Trail[] = [];
    const found = kinds.map(() => new Map<number, ShownKinds[JoinedKind]>());
    for (const row of rows) {
      const k = row[0] as number;
      if (k === entry) trails.push(entryLayout.read(row));
      // The id is the first of the fields, and a number.
      else found[k]?.set(row[1] as number, (layouts[k] as (typeof layouts)[number]).read(row));
    }
    // A database may put them together in any order.
    const direction = oldestFirst ? 1 : -1;
    trails.sort((a, b) => direction * (a[by] - b[by] || a.trailId - b.trailId));
    const joined = Object.fromEntries(kinds.map((kind, k) => [kind, found[k]])) as unknown as TrailPortion['joined'];
    return { trails: trails.slice(0, size), joined };
  };
}
