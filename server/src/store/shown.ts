/** What entries show of the objects that they refer to: a few columns of each, of all kinds by one statement. */
import type { JoinedKind, ShownKinds } from '../domain/objects.ts';
import type { Row, Tx } from './db.ts';
import { coarseSizes, listOf, longestList } from './lists.ts';
import { type Codec, decode, type Table, tables } from './tables.ts';

/** Bytes that what is shown of an object takes in memory. */
export const shownCost = 300;

const shownFields: { readonly [K in JoinedKind]: readonly (keyof ShownKinds[K] & string)[] } = {
  company: ['companyId', 'name', 'removed'],
  lead: ['leadId', 'name'],
  opportunity: ['opportunityId', 'name'],
  user: ['userId', 'nickname', 'avatar'],
  contact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  leadContact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  file: ['fileId', 'name', 'size', 'path', 'previewUrl'],
};

/** Ids by kind. */
export type Wanted = { readonly [K in JoinedKind]: readonly number[] };
export type Found = { readonly [K in JoinedKind]: Map<number, ShownKinds[K]> };

export const joinedKinds = Object.keys(shownFields) as readonly JoinedKind[];

/** How objects of one kind stand in rows that those of others share: a number that tells the kind, then numbers, then texts. */
export interface Layout<T> {
  readonly columns: string;
  read(row: Row): T;
}

/** How many columns of each sort there are, at least as many as any kind's fields are, and what stands in those that a kind does not need. */
interface Width {
  readonly numbers: readonly [count: number, blank: string];
  readonly texts: readonly [count: number, blank: string];
}

/** `kind`: any number. */
export function layout<T>(
  kind: number,
  table: Pick<Table<T>, 'fields' | 'codecs' | 'columns'>,
  fields: readonly (keyof T & string)[],
  { numbers, texts }: Width,
): Layout<T> {
  const columns = [String(kind), ...[numbers, texts].flatMap(([count, blank]) => new Array<string>(count).fill(blank))];
  const codecs = fields.map((field) => table.codecs[table.fields.indexOf(field)] as Codec);
  let [number, text] = [1, 1 + numbers[0]];
  const places = codecs.map((codec) => (codec === 'text' || codec === 'json' || codec === 'details' ? text++ : number++));
  for (const [i, field] of fields.entries()) columns[places[i] as number] = table.columns[table.fields.indexOf(field)] as string;
  const shape = { fields, codecs };
  return {
    columns: columns.join(', '),
    read: (row) =>
      decode<T>(
        shape,
        places.map((place) => row[place] ?? null),
      ),
  };
}

/** What is shown of each kind, in rows with so many columns; the kind is its place in `joinedKinds`. */
export const shownLayouts = (width: Width): readonly Layout<object>[] =>
  joinedKinds.map((kind, k) => layout<object>(k, tables[kind] as unknown as Table<object>, shownFields[kind] as never[], width));

/** Of any kind the first one tells an engine of the columns' types. */
const layouts = shownLayouts({ numbers: [2, '0'], texts: [4, "''"] });

export const emptyFound = (): Found => Object.fromEntries(joinedKinds.map((kind) => [kind, new Map()])) as Found;

/** Takes the object of a row; its id is its first field. */
export function take(found: Found, layouts: readonly Layout<object>[], row: Row): void {
  const k = row[0] as number;
  (found[joinedKinds[k] as JoinedKind] as Map<number, object>).set(row[1] as number, (layouts[k] as Layout<object>).read(row));
}

/** What is shown of the objects with these ids, as they stand; unknown ones are missing. */
export async function shownOf(tx: Tx, tenantId: number, wanted: Wanted): Promise<Found> {
  const found = emptyFound();
  for (let start = 0; ; start += longestList) {
    const parts: string[] = [];
    const values: number[] = [];
    for (const [k, kind] of joinedKinds.entries()) {
      const ids = wanted[kind].slice(start, start + longestList);
      if (ids.length === 0) continue;
      const list = listOf(ids, coarseSizes);
      const { name, idColumn } = tables[kind];
      parts.push(`SELECT ${layouts[k]?.columns} FROM ${name} WHERE tenant_id = ? AND ${idColumn} IN (${list.marks})`);
      values.push(tenantId, ...list.values);
    }
    if (parts.length === 0) return found;
    for (const row of await tx.all(parts.join(' UNION ALL '), values)) take(found, layouts, row);
  }
}
