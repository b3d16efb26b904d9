import type {
  AttemptState,
  Delivery,
  DeliveryStore,
  EventAction,
  EventKind,
  EventPortion,
  Subscription,
  SubscriptionKey,
  SubscriptionState,
} from '../domain/webhook-stores.ts';
import type { Db, Row, Tx } from './db.ts';
import { TxView } from './object-store.ts';
import { eventsOf, keyValues, ofSubscription } from './webhook-store.ts';

/** Changes of any kind that one look at the log goes over. */
const portion = 1_000;

/** A subscription that may be told something now, with its webhook and its application. */
const openSubscription =
  'FROM subscription s JOIN webhook w ON w.tenant_id = s.tenant_id AND w.client_id = s.client_id AND w.paused = 0 ' +
  'JOIN application a ON a.tenant_id = s.tenant_id AND a.client_id = s.client_id AND a.revoked_at = 0';

/** A delivery's state is in its row, what was done in the log. */
const deliveryColumns = 'd.revision, d.object_id, c.action, d.attempts, d.first_at, d.next_at, d.state, d.last_error';
const deliveryTables = 'FROM delivery d JOIN change c ON c.tenant_id = d.tenant_id AND c.revision = d.revision';

/** The events after the cursors, and the deliveries. */
export function deliveryStore(db: Db): DeliveryStore {
  return {
    stirring: (tenantId, now) =>
      db.read(tenantId, async (tx) => {
        const sql =
          `SELECT s.client_id, s.kind ${openSubscription} JOIN tenant t ON t.tenant_id = s.tenant_id ` +
          'WHERE s.tenant_id = ? AND (s.cursor_revision < t.revision OR EXISTS (SELECT 1 FROM delivery d WHERE d.tenant_id = s.tenant_id ' +
          "AND d.client_id = s.client_id AND d.kind = s.kind AND d.state = 'waiting' AND d.next_at <= ?))";
        const rows = await tx.all(sql, [tenantId, now]);
        return rows.map(([clientId, kind]) => ({ tenantId, clientId: clientId as string, kind: kind as EventKind }));
      }),
    open: (key) =>
      db.read(key.tenantId, async (tx) => {
        const sql = `SELECT s.events, s.cursor_revision ${openSubscription} WHERE s.tenant_id = ? AND s.client_id = ? AND s.kind = ?`;
        const row = await tx.get(sql, keyValues(key));
        return row === undefined ? null : { ...key, events: eventsOf(row[0] as string), cursor: row[1] as number };
      }),
    due: (key, now, limit) =>
      db.read(key.tenantId, async (tx) => {
        const sql =
          `SELECT ${deliveryColumns} ${deliveryTables} WHERE d.tenant_id = ? AND d.client_id = ? AND d.kind = ? AND d.state = 'waiting' ` +
          'AND d.next_at <= ? AND NOT EXISTS (SELECT 1 FROM delivery e WHERE e.tenant_id = d.tenant_id AND e.client_id = d.client_id ' +
          "AND e.kind = d.kind AND e.object_id = d.object_id AND e.state = 'waiting' AND e.next_at > ? AND e.revision < d.revision) " +
          'ORDER BY d.revision LIMIT ?';
        return (await tx.all(sql, [...keyValues(key), now, now, limit])).map((row) => deliveryOf(row));
      }),
    take: (subscription, limit) => db.read(subscription.tenantId, (tx) => take(tx, subscription, limit)),
    attempt: (key, objectId) => db.read(key.tenantId, (tx) => attempt(tx, key, objectId)),
    advance: (subscription, cursor, outcomes) =>
      db.write(subscription.tenantId, async (tx) => {
        const key = keyValues(subscription);
        const row = await tx.get(`SELECT cursor_revision FROM subscription WHERE ${ofSubscription}`, key);
        if (row?.[0] !== subscription.cursor) return false;
        for (const { delivery } of outcomes) if (delivery !== null) await insert(tx, subscription, delivery);
        await tx.run(`UPDATE subscription SET cursor_revision = ? WHERE ${ofSubscription}`, [cursor, ...key]);
        return true;
      }),
    settle: (key, outcomes) =>
      db.write(key.tenantId, async (tx) => {
        for (const { event, delivery } of outcomes) {
          if (delivery === null)
            await tx.run(`DELETE FROM delivery WHERE ${ofSubscription} AND revision = ?`, [...keyValues(key), event.revision]);
          else await update(tx, key, delivery);
        }
      }),
    list: (tenantId, parkedOnly) =>
      db.read(tenantId, async (tx) => {
        const sql =
          `SELECT ${deliveryColumns}, d.client_id, d.kind ${deliveryTables} WHERE d.tenant_id = ? ` +
          `${parkedOnly ? "AND d.state = 'parked' " : ''}ORDER BY d.client_id, d.kind, d.revision`;
        return (await tx.all(sql, [tenantId])).map((row) => keyedOf(tenantId, row));
      }),
    page: (tenantId, state, { number, size }) =>
      db.read(tenantId, async (tx) => {
        const [matching, values] = state === null ? ['', [tenantId]] : [' AND d.state = ?', [tenantId, state]];
        const total = (await tx.get(`SELECT COUNT(*) FROM delivery d WHERE d.tenant_id = ?${matching}`, values))?.[0] as number;
        const skip = (number - 1) * size;
        if (skip >= total) return { total, rows: [] };
        const sql =
          `SELECT ${deliveryColumns}, d.client_id, d.kind ${deliveryTables} WHERE d.tenant_id = ?${matching} ` +
          'ORDER BY d.revision DESC, d.client_id, d.kind LIMIT ? OFFSET ?';
        return { total, rows: (await tx.all(sql, [...values, size, skip])).map((row) => keyedOf(tenantId, row)) };
      }),
    overview: (tenantId) => db.read(tenantId, (tx) => overview(tx, tenantId)),
    replay: (tenantId, deliveries) =>
      db.write(tenantId, (tx) =>
        tx.runMany(
          "UPDATE delivery SET state = 'waiting', attempts = 0, first_at = 0, next_at = 0 " +
            "WHERE tenant_id = ? AND client_id = ? AND kind = ? AND revision = ? AND state = 'parked'",
          deliveries.map(({ clientId, kind, revision }) => [tenantId, clientId, kind, revision]),
        ),
      ),
  };
}

/** An object that comes back counts as recorded: who was told that it is gone must be told that it is there. */
const actionOf = (action: unknown): EventAction => (action === 'restored' ? 'recorded' : action) as EventAction;

function deliveryOf(row: Row): Delivery {
  const [revision, objectId, action, attempts, firstAt, nextAt, state, lastError] = row;
  return {
    revision: revision as number,
    objectId: objectId as number,
    action: actionOf(action),
    attempts: attempts as number,
    firstAt: firstAt === 0 ? null : (firstAt as number),
    nextAt: nextAt as number,
    state: state as Delivery['state'],
    lastError: lastError as string,
  };
}

/** With the columns of its subscription after those of the delivery. */
const keyedOf = (tenantId: number, row: Row): SubscriptionKey & Delivery => ({
  ...deliveryOf(row),
  tenantId,
  clientId: row[8] as string,
  kind: row[9] as EventKind,
});

async function take(tx: Tx, { events, cursor, ...key }: Subscription, limit: number): Promise<EventPortion> {
  const { tenantId, clientId, kind } = key;
  const head = (await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [tenantId]))?.[0] as number;
  const end = Math.min(cursor + portion, head);
  const sql =
    'SELECT c.revision, c.object_id, c.action, (SELECT max(d.next_at) FROM delivery d WHERE d.tenant_id = c.tenant_id ' +
    "AND d.client_id = ? AND d.kind = c.kind AND d.object_id = c.object_id AND d.state = 'waiting') " +
    'FROM change c WHERE c.tenant_id = ? AND c.revision > ? AND c.revision <= ? AND c.kind = ? ORDER BY c.revision';
  const rows = await tx.all(sql, [clientId, tenantId, cursor, end, kind]);
  const wanted = rows
    .map(([revision, objectId, action, behindUntil]) => ({
      revision: revision as number,
      objectId: objectId as number,
      action: actionOf(action),
      behindUntil: behindUntil as number | null,
    }))
    .filter(({ action }) => events.includes(action));
  const taken = wanted.slice(0, limit);
  return { events: taken, upTo: taken.length < wanted.length ? (taken.at(-1)?.revision ?? cursor) : end };
}

async function attempt(tx: Tx, key: SubscriptionKey, objectId: number): Promise<AttemptState | null> {
  const { tenantId, clientId, kind } = key;
  const sql = `SELECT w.callback_url, w.secret, w.created_at ${openSubscription} WHERE s.tenant_id = ? AND s.client_id = ? AND s.kind = ?`;
  const row = await tx.get(sql, keyValues(key));
  if (row === undefined) return null;
  const [callbackUrl, sealedSecret, createdAt] = row as [string, string, number];
  const object = await new TxView(tx, tenantId).get(kind, objectId);
  return {
    webhook: { tenantId, clientId, callbackUrl, sealedSecret, paused: false, createdAt },
    serialId: object !== null && 'serialId' in object ? object.serialId : '',
  };
}

function insert(tx: Tx, key: SubscriptionKey, delivery: Delivery): Promise<void> {
  const { revision, objectId, attempts, firstAt, nextAt, state, lastError } = delivery;
  return tx.run(
    'INSERT INTO delivery (tenant_id, client_id, kind, revision, object_id, attempts, first_at, next_at, state, last_error) ' +
      'VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    [...keyValues(key), revision, objectId, attempts, firstAt ?? 0, nextAt, state, lastError],
  );
}

async function update(tx: Tx, key: SubscriptionKey, delivery: Delivery): Promise<void> {
  const { revision, objectId, attempts, firstAt, nextAt, state, lastError } = delivery;
  await tx.run(
    `UPDATE delivery SET attempts = ?, first_at = ?, next_at = ?, state = ?, last_error = ? WHERE ${ofSubscription} AND revision = ?`,
    [attempts, firstAt ?? 0, nextAt, state, lastError, ...keyValues(key), revision],
  );
  if (state !== 'waiting') return;
  const later = `${ofSubscription} AND object_id = ? AND state = 'waiting' AND next_at < ? AND revision > ?`;
  await tx.run(`UPDATE delivery SET next_at = ? WHERE ${later}`, [nextAt, ...keyValues(key), objectId, nextAt, revision]);
}

async function overview(tx: Tx, tenantId: number): Promise<SubscriptionState[]> {
  const sql =
    'SELECT s.client_id, s.kind, s.events, s.cursor_revision, t.revision - s.cursor_revision, w.paused, a.revoked_at FROM subscription s ' +
    'JOIN webhook w ON w.tenant_id = s.tenant_id AND w.client_id = s.client_id ' +
    'JOIN application a ON a.tenant_id = s.tenant_id AND a.client_id = s.client_id ' +
    'JOIN tenant t ON t.tenant_id = s.tenant_id WHERE s.tenant_id = ? ORDER BY s.client_id, s.kind';
  return (await tx.all(sql, [tenantId])).map(([clientId, kind, events, cursor, distance, paused, revokedAt]) => ({
    tenantId,
    clientId: clientId as string,
    kind: kind as EventKind,
    events: eventsOf(events as string),
    cursor: cursor as number,
    distance: distance as number,
    paused: paused === 1,
    revoked: revokedAt !== 0,
  }));
}
