import type { Trail } from '../domain/objects.ts';
import type { Page, TrailFilter, TrailPage, TrailPortion, TrailStore } from '../domain/stores.ts';
import { trailMatcher } from '../domain/trail-filter.ts';
import type { Db, Row, Tx, Value } from './db.ts';
import { entriesOf } from './entries.ts';
import { headOf, revisionAt } from './log-times.ts';
import { tables } from './tables.ts';
import { type Place, type Scope, scopeCondition, scopeValues, Timeline } from './timeline.ts';
import { trailQuery } from './trail-query.ts';

const columns = tables.trail.columns.join(', ');
const joinedColumns = tables.trail.columns.map((column) => `t.${column}`).join(', ');
const newestFirst = 'ORDER BY happened_at DESC, trail_id DESC';
const keyColumns = 'tenant_id, live, company_id, happened_at, trail_id';

/** Entries a portion of `all`, fewer when they are long: about this many characters. */
const portionSize = 500;
const portionLength = 2_000_000;
/** How often a page is tried again when other readers see a later state; then it is counted within its own transaction. */
const tries = 5;

/** The timeline as it is read: pages with their totals, and everything for an export. */
export function trailStore(db: Db): TrailStore {
  const timelines = new Map<number, Timeline>();
  const timelineOf = (tenantId: number): Timeline => {
    let timeline = timelines.get(tenantId);
    if (timeline === undefined) {
      timeline = new Timeline(tenantId);
      timelines.set(tenantId, timeline);
    }
    return timeline;
  };

  return {
    async list(tenantId, filter, page, _asOf) {
      const scope = scopeOf(filter);
      const skip = (page.number - 1) * page.size;
      for (let i = 0; scope !== null && i < tries; i++) {
        const found = await db.read(async (tx) => {
          const place = await timelineOf(tenantId).locate(tx, scope, filter.from, filter.to, skip, page.size);
          return place === null
            ? null
            : {
                revision: place.revision,
                total: place.total,
                ...(await entriesOf(tx, tenantId, idsOf(await rowsAt(tx, tenantId, scope, place)), null)),
              };
        });
        if (found !== null) return found;
      }
      return db.read((tx) => countedPage(tx, tenantId, filter, page, skip));
    },

    stream: (tenantId, filter) => matching(db, tenantId, filter),

    head: (tenantId) => db.read((tx) => headOf(tx, tenantId)),

    revisionAt: (tenantId, at) => db.read((tx) => revisionAt(tx, tenantId, at)),

    all: (tenantId) => portions(db, tenantId),

    count: (tenantId) =>
      db.read(async (tx) => {
        const row = await tx.get('SELECT COUNT(*) FROM trail WHERE tenant_id = ?', [tenantId]);
        return row?.[0] as number;
      }),
  };
}

/** The one scope of a filter, or `null` when it combines subjects. */
function scopeOf({ companyId, leadId, opportunityId }: TrailFilter): Scope | null {
  const scopes: Scope[] = [];
  if (companyId !== null) scopes.push({ by: 'company', id: companyId });
  if (leadId !== null) scopes.push({ by: 'lead', id: leadId });
  if (opportunityId !== null) scopes.push({ by: 'opportunity', id: opportunityId });
  if (scopes.length > 1) return null;
  return scopes[0] ?? { by: 'enterprise', id: 0 };
}

/** Reads a page's rows at their place. The table lies in the order of companies; elsewhere the index gives the keys first. */
async function rowsAt(tx: Tx, tenantId: number, scope: Scope, place: Place): Promise<Row[]> {
  if (place.take === 0) return [];
  const before = place.before === null ? '' : 'AND (happened_at, trail_id) < (?, ?)';
  const where = `${scopeCondition(scope)} ${before}`;
  const values = [...scopeValues(tenantId, scope), ...(place.before === null ? [] : [place.before.at, place.before.id])];
  const sql =
    scope.by === 'company' ? `SELECT ${columns} FROM trail WHERE ${where} ${newestFirst} LIMIT ? OFFSET ?` : rowsByKey(where);
  return tx.all(sql, [...values, place.take, place.offset]);
}

/** Passing over entries in an index of keys is cheap, in the table it would read each of them. */
const rowsByKey = (where: string): string =>
  `SELECT ${joinedColumns} FROM (SELECT ${keyColumns} FROM trail WHERE ${where} ${newestFirst} LIMIT ? OFFSET ?) AS k ` +
  `JOIN trail t ON ${keyColumns
    .split(', ')
    .map((column) => `t.${column} = k.${column}`)
    .join(' AND ')} ORDER BY k.happened_at DESC, k.trail_id DESC`;

/**
 * A page whose filter combines subjects has no counts of its own: counted and passed over in the index of its rarest subject.
 * The unary plus keeps the other subjects from being taken for that.
 */
async function countedPage(tx: Tx, tenantId: number, filter: TrailFilter, page: Page, skip: number): Promise<TrailPage> {
  const { companyId, leadId, opportunityId } = filter;
  const conditions = ['tenant_id = ? AND live = 1'];
  const values: Value[] = [tenantId];
  const lead: string = opportunityId === null ? 'lead_id <> 0 AND lead_id = ?' : '+lead_id = ?';
  const company: string = opportunityId === null && leadId === null ? 'company_id = ?' : '+company_id = ?';
  for (const [condition, value] of [
    ['opportunity_id <> 0 AND opportunity_id = ?', opportunityId],
    [lead, leadId],
    [company, companyId],
    ['happened_at >= ?', filter.from],
    ['happened_at <= ?', filter.to],
  ] as const) {
    if (value === null) continue;
    conditions.push(condition);
    values.push(value);
  }
  const where = conditions.join(' AND ');
  const row = await tx.get(`SELECT COUNT(*) FROM trail WHERE ${where}`, values);
  const total = row?.[0] as number;
  const head = await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [tenantId]);
  const rows = skip >= total ? [] : await tx.all(rowsByKey(where), [...values, page.size, skip]);
  return { revision: (head?.[0] as number | undefined) ?? 0, total, ...(await entriesOf(tx, tenantId, idsOf(rows), null)) };
}

/** All entries in the order of the table, which costs least and is the same wherever they are stored. */
async function* portions(db: Db, tenantId: number): AsyncGenerator<TrailPortion> {
  const snapshot = await db.snapshot();
  try {
    let after: readonly Value[] = [0, -1, 0, 0];
    for (let size = portionSize; ; ) {
      const keys = await snapshot.all(
        'SELECT live, company_id, happened_at, trail_id FROM trail WHERE tenant_id = ? AND (live, company_id, happened_at, trail_id) > (?, ?, ?, ?) ' +
          'ORDER BY live, company_id, happened_at, trail_id LIMIT ?',
        [tenantId, ...after, size],
      );
      const last = keys.at(-1);
      if (last === undefined) return;
      after = last;
      const portion = await entriesOf(
        snapshot,
        tenantId,
        keys.map((row) => row[3] as number),
        null,
      );
      size = nextSize(portion.trails);
      yield portion;
    }
  } finally {
    await snapshot.end();
  }
}

const idsOf = (rows: readonly Row[]): number[] => rows.map((row) => row[0] as number);

/** Everything that a filter lists, in its order. */
async function* matching(db: Db, tenantId: number, filter: TrailFilter): AsyncGenerator<TrailPortion> {
  const { where, values, at } = trailQuery(tenantId, filter);
  const order = filter.oldestFirst ? 'ASC' : 'DESC';
  const matches = trailMatcher(filter);
  const snapshot = await db.snapshot();
  try {
    let after: Value[] = [];
    for (let size = portionSize; ; ) {
      const further = after.length === 0 ? '' : `AND (${at}, t.trail_id) ${filter.oldestFirst ? '>' : '<'} (?, ?)`;
      const rows = await snapshot.all(
        `SELECT ${at}, t.trail_id FROM trail t WHERE ${where} ${further} ORDER BY ${at} ${order}, t.trail_id ${order} LIMIT ?`,
        [...values, ...after, size],
      );
      const last = rows.at(-1);
      if (last === undefined) return;
      after = [...last];
      const portion = await entriesOf(
        snapshot,
        tenantId,
        rows.map((row) => row[1] as number),
        null,
      );
      size = nextSize(portion.trails);
      const trails = filter.keyword === null ? portion.trails : portion.trails.filter(matches);
      if (trails.length > 0) yield { trails, joined: portion.joined };
    }
  } finally {
    await snapshot.end();
  }
}

/** How many entries the next portion has: as many as have about `portionLength` characters. */
function nextSize(trails: readonly Trail[]): number {
  const length = trails.reduce((sum, trail) => sum + trail.content.length, 0);
  return Math.max(1, Math.min(portionSize, Math.floor((portionLength * trails.length) / (length + 1))));
}
