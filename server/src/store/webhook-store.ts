import type { EventAction, EventKind, Subscription, SubscriptionKey, WebhookStore } from '../domain/webhook-stores.ts';
import type { Db, Row, Tx } from './db.ts';

/** The column's words, in their order. */
export const eventsOf = (text: string): EventAction[] => text.split(' ') as EventAction[];

/** Binds a statement to one subscription. */
export const ofSubscription = 'tenant_id = ? AND client_id = ? AND kind = ?';
export const keyValues = ({ tenantId, clientId, kind }: SubscriptionKey): [number, string, string] => [tenantId, clientId, kind];

/** Webhooks and subscriptions, as their applications set them up. */
export function webhookStore(db: Db): WebhookStore {
  return {
    get: (tenantId, clientId) =>
      db.read(tenantId, async (tx) => {
        const row = await webhookRow(tx, tenantId, clientId);
        if (row === undefined) return null;
        const [callbackUrl, sealedSecret, paused, createdAt] = row as [string, string, number, number];
        return { tenantId, clientId, callbackUrl, sealedSecret, paused: paused === 1, createdAt };
      }),
    list: (tenantId) =>
      db.read(tenantId, async (tx) => {
        const sql =
          'SELECT client_id, callback_url, secret, paused, created_at FROM webhook WHERE tenant_id = ? ORDER BY client_id';
        return (await tx.all(sql, [tenantId])).map((row) => {
          const [clientId, callbackUrl, sealedSecret, paused, createdAt] = row as [string, string, string, number, number];
          return { tenantId, clientId, callbackUrl, sealedSecret, paused: paused === 1, createdAt };
        });
      }),
    put: ({ tenantId, clientId, callbackUrl, sealedSecret, createdAt }) =>
      db.write(tenantId, async (tx) => {
        if ((await webhookRow(tx, tenantId, clientId)) === undefined) {
          const sql =
            'INSERT INTO webhook (tenant_id, client_id, callback_url, secret, paused, created_at) VALUES (?, ?, ?, ?, 0, ?)';
          await tx.run(sql, [tenantId, clientId, callbackUrl, sealedSecret, createdAt]);
          return;
        }
        const sql = 'UPDATE webhook SET callback_url = ?, secret = ?, paused = 0 WHERE tenant_id = ? AND client_id = ?';
        await tx.run(sql, [callbackUrl, sealedSecret, tenantId, clientId]);
        await beginAnew(tx, tenantId, clientId, createdAt);
      }),
    setUrl: (tenantId, clientId, callbackUrl, now) =>
      db.write(tenantId, async (tx) => {
        if ((await webhookRow(tx, tenantId, clientId)) === undefined) return false;
        const sql = 'UPDATE webhook SET callback_url = ?, paused = 0 WHERE tenant_id = ? AND client_id = ?';
        await tx.run(sql, [callbackUrl, tenantId, clientId]);
        await beginAnew(tx, tenantId, clientId, now);
        return true;
      }),
    setSecret: (tenantId, clientId, sealedSecret) =>
      db.write(tenantId, async (tx) => {
        if ((await webhookRow(tx, tenantId, clientId)) === undefined) return false;
        const sql = 'UPDATE webhook SET secret = ? WHERE tenant_id = ? AND client_id = ?';
        await tx.run(sql, [sealedSecret, tenantId, clientId]);
        return true;
      }),
    pause: ({ tenantId, clientId, callbackUrl, sealedSecret }) =>
      db.write(tenantId, (tx) =>
        tx.run('UPDATE webhook SET paused = 1 WHERE tenant_id = ? AND client_id = ? AND callback_url = ? AND secret = ?', [
          tenantId,
          clientId,
          callbackUrl,
          sealedSecret,
        ]),
      ),
    remove: (tenantId, clientId) =>
      db.write(tenantId, async (tx) => {
        if ((await webhookRow(tx, tenantId, clientId)) === undefined) return false;
        for (const table of ['delivery', 'subscription', 'webhook'])
          await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND client_id = ?`, [tenantId, clientId]);
        return true;
      }),
    subscriptions: (tenantId, clientId) =>
      db.read(tenantId, async (tx) => {
        const sql = 'SELECT kind, events, cursor_revision FROM subscription WHERE tenant_id = ? AND client_id = ? ORDER BY kind';
        return (await tx.all(sql, [tenantId, clientId])).map(([kind, events, cursor]): Subscription => {
          const key: SubscriptionKey = { tenantId, clientId, kind: kind as EventKind };
          return { ...key, events: eventsOf(events as string), cursor: cursor as number };
        });
      }),
    subscribe: (key, events) =>
      db.write(key.tenantId, async (tx) => {
        if ((await webhookRow(tx, key.tenantId, key.clientId)) === undefined) return false;
        if (await changeEvents(tx, key, events)) return true;
        await tx.run(
          'INSERT INTO subscription (tenant_id, client_id, kind, events, cursor_revision) ' +
            'SELECT tenant_id, ?, ?, ?, revision FROM tenant WHERE tenant_id = ?',
          [key.clientId, key.kind, events.join(' '), key.tenantId],
        );
        return true;
      }),
    setEvents: (key, events) => db.write(key.tenantId, (tx) => changeEvents(tx, key, events)),
    unsubscribe: (key) =>
      db.write(key.tenantId, async (tx) => {
        if (!(await isSubscribed(tx, key))) return false;
        await tx.run(`DELETE FROM delivery WHERE ${ofSubscription}`, keyValues(key));
        await tx.run(`DELETE FROM subscription WHERE ${ofSubscription}`, keyValues(key));
        return true;
      }),
  };
}

const webhookRow = (tx: Tx, tenantId: number, clientId: string): Promise<Row | undefined> =>
  tx.get('SELECT callback_url, secret, paused, created_at FROM webhook WHERE tenant_id = ? AND client_id = ?', [
    tenantId,
    clientId,
  ]);

async function isSubscribed(tx: Tx, key: SubscriptionKey): Promise<boolean> {
  return (await tx.get(`SELECT 1 FROM subscription WHERE ${ofSubscription}`, keyValues(key))) !== undefined;
}

async function changeEvents(tx: Tx, key: SubscriptionKey, events: readonly EventAction[]): Promise<boolean> {
  if (!(await isSubscribed(tx, key))) return false;
  await tx.run(`UPDATE subscription SET events = ? WHERE ${ofSubscription}`, [events.join(' '), ...keyValues(key)]);
  return true;
}

/** The receiver is another one, or back again. */
async function beginAnew(tx: Tx, tenantId: number, clientId: string, now: number): Promise<void> {
  const sql =
    "UPDATE delivery SET attempts = 0, first_at = 0, next_at = ? WHERE tenant_id = ? AND client_id = ? AND state = 'waiting'";
  await tx.run(sql, [now, tenantId, clientId]);
}
