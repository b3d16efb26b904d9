import type { NextFilter, NextRow, NextStore } from '../domain/next-stores.ts';
import { type Company, type Lead, type Opportunity, type SubjectKind, subjectKinds } from '../domain/objects.ts';
import type { Db, Tx, Value } from './db.ts';
import { lastContacts } from './last-contact.ts';
import { headOf } from './log-times.ts';
import { TxView } from './object-store.ts';

/** Where each kind lies. `<> 0` lets the partial indexes serve. */
const places: Readonly<Record<SubjectKind, { readonly id: string; readonly where: string; readonly owner: string }>> = {
  company: { id: 'company_id', where: 'removed = 0 AND next_follow_up_at <> 0', owner: ownerIn('owner_ids') },
  lead: { id: 'lead_id', where: 'next_follow_up_at <> 0', owner: ownerIn('owner_ids') },
  opportunity: { id: 'opportunity_id', where: 'removed = 0 AND next_follow_up_at <> 0', owner: 'main_user_id = ?' },
};

/** A list of ids is a text of JSON: each stands between two commas once its brackets are commas too. */
function ownerIn(column: string): string {
  return `replace(replace(${column}, '[', ','), ']', ',') LIKE ?`;
}

/** What is to be followed up, by when. */
export function nextStore(db: Db): NextStore {
  return {
    list: (tenantId, filter, { number, size }, now) =>
      db.read(tenantId, async (tx) => {
        const { revision } = await headOf(tx, tenantId);
        const arms = filter.kinds.map((kind) => matching(tenantId, kind, filter));
        const counts = await Promise.all(arms.map(({ from, values }) => tx.get(`SELECT COUNT(*) ${from}`, values)));
        const total = counts.reduce((sum, row) => sum + (row?.[0] as number), 0);
        const skip = (number - 1) * size;
        if (skip >= total) return { revision, total, rows: [] };
        const direction = filter.latestFirst ? 'DESC' : 'ASC';
        const found = await tx.all(
          `${arms.map(({ kind, id, from }) => `SELECT ${subjectKinds.indexOf(kind)} AS kind, ${id} AS id, next_follow_up_at AS due ${from}`).join(' UNION ALL ')} ` +
            `ORDER BY due ${direction}, kind ${direction}, id ${direction} LIMIT ? OFFSET ?`,
          [...arms.flatMap(({ values }) => values), size, skip],
        );
        return { revision, total, rows: await rowsOf(tx, tenantId, found as [number, number, number][], now) };
      }),
  };
}

function matching(tenantId: number, kind: SubjectKind, { id, ownerId, from, to }: NextFilter) {
  const place = places[kind];
  const conditions = ['tenant_id = ?', place.where];
  const values: Value[] = [tenantId];
  const add = (condition: string, value: Value): void => {
    conditions.push(condition);
    values.push(value);
  };
  if (from !== null) add('next_follow_up_at >= ?', from);
  if (to !== null) add('next_follow_up_at <= ?', to);
  if (id !== null) add(`${place.id} = ?`, id);
  if (ownerId !== null) add(place.owner, kind === 'opportunity' ? ownerId : `%,${ownerId},%`);
  return { kind, id: place.id, from: `FROM ${kind} WHERE ${conditions.join(' AND ')}`, values };
}

async function rowsOf(
  tx: Tx,
  tenantId: number,
  found: readonly (readonly [number, number, number])[],
  now: number,
): Promise<NextRow[]> {
  const view = new TxView(tx, tenantId);
  const known = await Promise.all(
    subjectKinds.map(async (kind, place) => {
      const ids = found.filter(([of]) => of === place).map(([, id]) => id);
      return { objects: await view.objects(kind, ids), last: await lastContacts(tx, tenantId, kind, ids, now) };
    }),
  );
  return found.map(([place, id, nextFollowUpAt]) => {
    const { objects, last } = known[place] as (typeof known)[number];
    const object = objects.get(id) as Company | Lead | Opportunity;
    const { name, updatedAt } = object;
    const ownerIds = 'ownerIds' in object ? object.ownerIds : object.mainUserId === null ? [] : [object.mainUserId];
    const kind = subjectKinds[place] as SubjectKind;
    return { kind, id, name, ownerIds, nextFollowUpAt, updatedAt, lastContactAt: last.get(id) ?? null };
  });
}
