import { setTimeout as sleep } from 'node:timers/promises';
import type { ChangePortion, ChangeStore, Done, KindObject, LoggedChange, TrailVersion } from '../domain/change-stores.ts';
import type { Kind, ObjectKinds, Trail, User } from '../domain/objects.ts';
import type { Actor, ChangeAction } from '../domain/stores.ts';
import { objectOf } from './content.ts';
import type { Db, Row, Tx } from './db.ts';
import { entriesOf } from './entries.ts';
import { listOf } from './lists.ts';
import { headOf } from './log-times.ts';
import { TxView } from './object-store.ts';
import { type Table, tables } from './tables.ts';

/** Changes read at a time … */
const portion = 200;
/** … until they have so many characters, or so many others were passed over for them. */
const portionLength = 4_000_000;
const longestLook = 5_000;
/** How often it is asked whether something was committed, in ms. It costs a few µs. */
const watchEvery = 20;

/** A change with the object as it became: what the next change of the object found, or, when there was none, its row. */
const columns = 'c.revision, c.kind, c.object_id, c.action, c.actor, c.changed_at, c.erased_hash, n.before_facts, n.before_words';
const withNext = 'LEFT JOIN change n ON n.tenant_id = c.tenant_id AND n.before_revision = c.revision AND n.before_revision <> 0';

/** The change log as it is read: in order, and one entry's part of it. */
export function changeStore(db: Db): ChangeStore {
  return {
    head: (tenantId) => db.read(tenantId, (tx) => headOf(tx, tenantId)),

    after: (tenantId, revision, kinds, limit) => db.read(tenantId, (tx) => changesAfter(tx, tenantId, revision, kinds, limit)),

    trail: (tenantId, trailId) =>
      db.read(tenantId, async (tx) => {
        const sql = `SELECT ${tables.trail.columns.join(', ')}, revision FROM trail WHERE tenant_id = ? AND trail_id = ?`;
        const row = await tx.get(sql, [tenantId, trailId]);
        if (row === undefined) return null;
        const { trails, joined } = await entriesOf(tx, tenantId, [trailId], { asOf: null });
        return { trail: trails[0] as Trail, revision: row.at(-1) as number, joined };
      }),

    history: (tenantId, trailId, page) =>
      db.read(tenantId, async (tx) => {
        const head = await headOf(tx, tenantId);
        const row = await tx.get('SELECT revision FROM trail WHERE tenant_id = ? AND trail_id = ?', [tenantId, trailId]);
        if (row === undefined) return null;
        const revisions = await revisionsOf(tx, tenantId, row[0] as number);
        const skip = (page.number - 1) * page.size;
        // The one before, to tell what the first of these changed.
        const from = Math.max(0, skip - 1);
        const wanted = skip >= revisions.length ? [] : revisions.slice(from, skip + page.size);
        const versions = await versionsAt(tx, tenantId, wanted);
        const before = skip > 0 ? (versions.shift() ?? null) : null;
        return { total: revisions.length, versions, before, users: await usersOf(tx, tenantId, versions), head };
      }),

    stamp: (tenantId) => db.stamp(tenantId),

    async moved(tenantId, stamp, atMost, ended) {
      for (let left = atMost; left > 0 && !ended.aborted && (await db.stamp(tenantId)) === stamp; left -= watchEvery) {
        await sleep(Math.min(watchEvery, left), undefined, { signal: ended }).catch(() => undefined);
      }
    },
  };
}

async function changesAfter(
  tx: Tx,
  tenantId: number,
  revision: number,
  kinds: readonly Kind[],
  limit: number,
): Promise<ChangePortion> {
  const head = await headOf(tx, tenantId);
  const last = Math.min(head.revision, revision + longestLook);
  const sql =
    `SELECT ${columns} FROM change c ${withNext} WHERE c.tenant_id = ? AND c.revision > ? AND c.revision <= ? ` +
    `AND c.kind IN (${kinds.map(() => '?').join(', ')}) ORDER BY c.revision LIMIT ?`;
  const changes: LoggedChange[] = [];
  let upTo = revision;
  for (let length = 0; upTo < last && changes.length < limit && length < portionLength && kinds.length > 0; ) {
    const size = Math.min(portion, limit - changes.length);
    const rows = await tx.all(sql, [tenantId, upTo, last, ...kinds, size]);
    changes.push(...(await asChanges(tx, tenantId, rows)));
    length += rows.reduce((sum, row) => sum + String(row[8] ?? '').length, 0);
    upTo = rows.length < size ? last : (rows.at(-1)?.[0] as number);
  }
  return { changes, upTo: kinds.length > 0 ? upTo : last, head };
}

/** The changes of rows that have `columns`. */
async function asChanges(tx: Tx, tenantId: number, rows: readonly Row[]): Promise<LoggedChange[]> {
  const present = Map.groupBy(
    rows.filter((row) => row[7] === null),
    (row) => row[1] as Kind,
  );
  const view = new TxView(tx, tenantId);
  const objects = new Map<number, ObjectKinds[Kind]>();
  for (const [kind, ofKind] of present) {
    const found = await view.getMany(kind, new Set(ofKind.map((row) => row[2] as number)));
    for (const { object, revision } of found.values()) objects.set(revision, object);
  }
  return rows.map((row) => {
    const [revision, kind, objectId, , , , , facts, words] = row as [number, Kind, number, ...(string | null)[]];
    const object =
      facts === null || facts === undefined
        ? objects.get(revision)
        : objectOf(tables[kind] as Table<ObjectKinds[Kind]>, { facts, words: words ?? '{}' });
    if (object === undefined) throw new Error(`tenant ${tenantId}: nothing tells what revision ${revision} made`);
    return { ...({ kind, object } as KindObject), ...doneOf(row), objectId };
  });
}

function doneOf([revision, , , action, actor, changedAt, erasedHash]: Row): Done {
  return {
    revision: revision as number,
    action: action as ChangeAction,
    actor: actor as Actor,
    changedAt: changedAt as number,
    erased: erasedHash !== '',
  };
}

/** Every revision of the object whose last one this is, oldest first: each change names the one that it replaced. */
async function revisionsOf(tx: Tx, tenantId: number, last: number): Promise<number[]> {
  const rows = await tx.all(
    'WITH RECURSIVE version (revision, before_revision) AS (' +
      'SELECT revision, before_revision FROM change WHERE tenant_id = ? AND revision = ? UNION ALL ' +
      'SELECT c.revision, c.before_revision FROM version v JOIN change c ON c.tenant_id = ? AND c.revision = v.before_revision' +
      ') SELECT revision FROM version ORDER BY revision',
    [tenantId, last, tenantId],
  );
  return rows.map((row) => row[0] as number);
}

async function versionsAt(tx: Tx, tenantId: number, revisions: readonly number[]): Promise<TrailVersion[]> {
  if (revisions.length === 0) return [];
  const { marks, values } = listOf(revisions);
  const sql = `SELECT ${columns} FROM change c ${withNext} WHERE c.tenant_id = ? AND c.revision IN (${marks}) ORDER BY c.revision`;
  const changes = await asChanges(tx, tenantId, await tx.all(sql, [tenantId, ...values]));
  return changes.map(({ kind, object, objectId, ...done }) => ({ ...done, trail: object as Trail }));
}

/** The users behind actors: who signed in, or an application's own; a command is nobody. */
async function usersOf(tx: Tx, tenantId: number, versions: readonly TrailVersion[]): Promise<ReadonlyMap<Actor, User>> {
  const ids = new Map<Actor, number>();
  for (const actor of new Set(versions.map((version) => version.actor))) {
    const [sort, name] = [actor.slice(0, actor.indexOf(':')), actor.slice(actor.indexOf(':') + 1)];
    if (sort === 'user') ids.set(actor, Number(name));
    if (sort !== 'app') continue;
    const row = await tx.get('SELECT user_id FROM application WHERE tenant_id = ? AND client_id = ?', [tenantId, name]);
    if (row !== undefined) ids.set(actor, row[0] as number);
  }
  const known = await new TxView(tx, tenantId).objects('user', ids.values());
  const users = new Map<Actor, User>();
  for (const [actor, id] of ids) {
    const user = known.get(id);
    if (user !== undefined) users.set(actor, user);
  }
  return users;
}
