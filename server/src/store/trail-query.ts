/**
 * Which rows of the timeline a filter means, as conditions of a statement: driven by the index that leaves the fewest to look at.
 * The unary plus keeps a column from being taken for that.
 */
import type { TrailFilter } from '../domain/stores.ts';
import type { Value } from './db.ts';
import { listOf } from './lists.ts';
import { live } from './tables.ts';

/** A place in the order of a list. */
export interface Key {
  readonly at: number;
  readonly id: number;
}

/** The rows, as `FROM trail t WHERE …`, without their keyword. */
export interface TrailQuery {
  readonly where: string;
  readonly values: readonly Value[];
  /** The column that the list is ordered by, as it has to stand in ORDER BY and in bounds. */
  readonly at: string;
  /** In which of the states that `live` in tables.ts names they all are. */
  readonly live: number;
  /** Its conditions and its order lie in one index: a stretch of it costs what it holds. */
  readonly ordered: boolean;
}

/** Those of a query that lie between two keys (`from` inclusive, `until` exclusive; `null`: no bound). */
export function between(query: TrailQuery, from: Key | null, until: Key | null): TrailQuery {
  const key = `(${query.at}, t.trail_id)`;
  const values = [...query.values];
  let { where } = query;
  for (const [bound, sign] of [
    [from, '>='],
    [until, '<'],
  ] as const) {
    if (bound === null) continue;
    where += ` AND ${key} ${sign} (?, ?)`;
    values.push(bound.at, bound.id);
  }
  return { ...query, where, values };
}

const columns = { happenedAt: 'happened_at', recordedAt: 'recorded_at', updatedAt: 'updated_at' } as const;

/** Of several filters the first one drives; `<> 0` lets the partial indexes serve. */
const subjects = [
  ['opportunityId', 't.opportunity_id <> 0 AND t.opportunity_id = ?', '+t.opportunity_id = ?'],
  ['leadId', 't.lead_id <> 0 AND t.lead_id = ?', '+t.lead_id = ?'],
  ['companyId', 't.company_id = ?', '+t.company_id = ?'],
] as const;

export function trailQuery(tenantId: number, filter: TrailFilter): TrailQuery {
  const liveness = filter.removed ? live.removed : live.yes;
  const byContact = filter.contactIds.length > 0;
  const conditions = [`t.tenant_id = ? AND ${byContact ? '+' : ''}t.live = ?`];
  const values: Value[] = [tenantId, liveness];
  const list = (condition: (marks: string) => string, wanted: readonly number[]): void => {
    if (wanted.length === 0) return;
    const { marks, values: ids } = listOf(wanted);
    conditions.push(condition(marks));
    values.push(...ids);
  };
  if (byContact) {
    const { marks, values: ids } = listOf(filter.contactIds);
    conditions.push(
      `t.trail_id IN (SELECT k.trail_id FROM trail_contact k WHERE k.tenant_id = ? AND k.live = ? AND k.contact_id IN (${marks}))`,
    );
    values.push(tenantId, liveness, ...ids);
  }
  let driven = byContact;
  for (const [field, driving, passive] of subjects) {
    const id = filter[field];
    if (id === null) continue;
    conditions.push(driven ? passive : driving);
    values.push(id);
    driven = true;
  }
  // The other two times have an index over all entries only.
  const inIndex = !byContact && (!driven || filter.by === 'happenedAt');
  const at = `${inIndex ? '' : '+'}t.${columns[filter.by]}`;
  for (const [bound, sign] of [
    [filter.from, '>='],
    [filter.to, '<='],
  ] as const) {
    if (bound === null) continue;
    conditions.push(`${at} ${sign} ?`);
    values.push(bound);
  }
  list((marks) => `t.type IN (${marks})`, filter.types);
  list((marks) => `t.author_id IN (${marks})`, filter.authorIds);
  return { where: conditions.join(' AND '), values, at, live: liveness, ordered: inIndex };
}
