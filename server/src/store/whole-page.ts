/** A page with all that it shows by one statement, for an engine that is a round trip away: entries, and the objects they refer to. */
import type { Trail } from '../domain/objects.ts';
import type { TrailFilter, TrailPortion } from '../domain/stores.ts';
import type { Tx } from './db.ts';
import { emptyFound, joinedKinds, layout, shownLayouts, take } from './shown.ts';
import { tables } from './tables.ts';
import type { TrailQuery } from './trail-query.ts';

/** Makes a subquery of the ids in a list, which is JSON or empty: `column` of the rows of `from`. */
export type IdsIn = (column: string, from: string) => string;

const isText = (codec: string): boolean => codec === 'text' || codec === 'json' || codec === 'details';
const texts = tables.trail.codecs.filter(isText).length;
const width = { numbers: [tables.trail.codecs.length - texts, 'NULL'], texts: [Math.max(4, texts), 'NULL'] } as const;
const trailLayout = layout<Trail>(joinedKinds.length, tables.trail, tables.trail.fields, width);
const layouts = shownLayouts(width);

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

/** The entries of a query from the one after `skip` on, in its order. */
export async function wholePage(
  tx: Tx,
  tenantId: number,
  { where, values, at }: TrailQuery,
  { by, oldestFirst }: Pick<TrailFilter, 'by' | 'oldestFirst'>,
  size: number,
  skip: number,
  idsIn: IdsIn,
): Promise<TrailPortion> {
  const limit = sizes.find((one) => one >= size) ?? size;
  const order = oldestFirst ? 'ASC' : 'DESC';
  const parts = joinedKinds.map((kind, k) => {
    const [column, isList] = references[kind];
    const ids = isList ? idsIn(column, 'k') : `SELECT ${column} FROM k WHERE ${column} <> 0`;
    // As a list that is made first: of a subquery the planner would have to know how few ids it has beside all objects of the tenant.
    return `SELECT ${layouts[k]?.columns} FROM ${tables[kind].name} WHERE tenant_id = ? AND ${tables[kind].idColumn} = ANY (ARRAY(${ids}))`;
  });
  const rows = await tx.all(
    `WITH k AS MATERIALIZED (SELECT t.* FROM trail t WHERE ${where} ORDER BY ${at} ${order}, t.trail_id ${order} LIMIT ${limit} OFFSET ?) ` +
      `SELECT ${trailLayout.columns} FROM k UNION ALL ${parts.join(' UNION ALL ')}`,
    [...values, skip, ...joinedKinds.map(() => tenantId)],
  );
  const trails: Trail[] = [];
  const joined = emptyFound();
  for (const row of rows) {
    if (row[0] === joinedKinds.length) trails.push(trailLayout.read(row));
    else take(joined, layouts, row);
  }
  // A database may put them together in any order.
  const direction = oldestFirst ? 1 : -1;
  trails.sort((a, b) => direction * (a[by] - b[by] || a.trailId - b.trailId));
  return { trails: trails.slice(0, size), joined };
}
