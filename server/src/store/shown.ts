/** What entries show of the objects that they refer to: a few columns of each. */
import type { JoinedKind, ShownKinds } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { listOf, longestList } from './lists.ts';
import { type Codec, decode, tables } from './tables.ts';

/** Bytes that what is shown of an object takes in memory. */
export const shownCost = 300;

export const shownFields: { readonly [K in JoinedKind]: readonly (keyof ShownKinds[K] & string)[] } = {
  company: ['companyId', 'name', 'removed'],
  lead: ['leadId', 'name'],
  opportunity: ['opportunityId', 'name'],
  user: ['userId', 'nickname', 'avatar'],
  contact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  leadContact: ['contactId', 'name', 'email', 'phones', 'accounts'],
  file: ['fileId', 'name', 'size', 'path', 'previewUrl'],
};

interface Reading<K extends JoinedKind> {
  readonly shape: Parameters<typeof decode<ShownKinds[K]>>[0];
  /** Without its list. */
  readonly select: string;
}

function reading<K extends JoinedKind>(kind: K): Reading<K> {
  const table = tables[kind];
  const fields = shownFields[kind];
  const places = fields.map((field) => (table.fields as readonly string[]).indexOf(field));
  const columns = places.map((place) => table.columns[place]);
  return {
    shape: { fields, codecs: places.map((place) => table.codecs[place] as Codec) },
    select: `SELECT ${columns.join(', ')} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} IN`,
  };
}

const readings: { readonly [K in JoinedKind]: Reading<K> } = {
  company: reading('company'),
  lead: reading('lead'),
  opportunity: reading('opportunity'),
  user: reading('user'),
  contact: reading('contact'),
  leadContact: reading('leadContact'),
  file: reading('file'),
};

/** What is shown of the objects with these ids, as they stand; unknown ones are missing. */
export async function shownOf<K extends JoinedKind>(
  tx: Tx,
  tenantId: number,
  kind: K,
  ids: readonly number[],
): Promise<Map<number, ShownKinds[K]>> {
  const { shape, select } = readings[kind];
  const found = new Map<number, ShownKinds[K]>();
  for (let start = 0; start < ids.length; start += longestList) {
    const list = listOf(ids.slice(start, start + longestList));
    // The id comes first.
    for (const row of await tx.all(`${select} (${list.marks})`, [tenantId, ...list.values]))
      found.set(row[0] as number, decode(shape, row));
  }
  return found;
}
