import type { CallPurpose, Compared, MirrorOf, MirrorState, MirrorStore, Miss, Told, Window } from '../domain/mirror-stores.ts';
import type { Db, Tx } from './db.ts';
import { mirrorTables } from './migrations.ts';
import { insertTenant } from './object-store.ts';

/** Open ends, as the columns have them: the first and the last second that the wire can name. */
const [first, last] = [Date.UTC(1000, 0, 1), Date.UTC(9999, 11, 31, 23, 59, 59)];

const windowOf = (from: number, to: number): Window => ({ from: from === first ? null : from, to: to === last ? null : to });

async function mirrorOf(tx: Tx, tenantId: number): Promise<MirrorOf | null> {
  const row = await tx.get('SELECT upstream, state FROM mirror WHERE tenant_id = ?', [tenantId]);
  if (row === undefined) return null;
  return { tenantId, upstream: row[0] as string, state: JSON.parse(row[1] as string) as MirrorState };
}

/** How far mirrors have come, and what their calls were for. */
export const mirrorStore = (db: Db): MirrorStore => ({
  begin: (tenantId, upstream, state, now) =>
    db.write(tenantId, async (tx) => {
      await insertTenant(tx, { tenantId, name: String(tenantId), createdAt: now });
      const there = await mirrorOf(tx, tenantId);
      if (there !== null) return there.upstream === upstream;
      await tx.run('INSERT INTO mirror (tenant_id, upstream, state) VALUES (?, ?, ?)', [
        tenantId,
        upstream,
        JSON.stringify(state),
      ]);
      return true;
    }),
  get: (tenantId) => db.read(tenantId, (tx) => mirrorOf(tx, tenantId)),
  keep: (tenantId, state) =>
    db.write(tenantId, (tx) => tx.run('UPDATE mirror SET state = ? WHERE tenant_id = ?', [JSON.stringify(state), tenantId])),
  end: (tenantId) =>
    db.write(tenantId, async (tx) => {
      for (const table of mirrorTables) await tx.run(`DELETE FROM ${table} WHERE tenant_id = ?`, [tenantId]);
    }),
  spend: (tenantId, day, purpose, most) =>
    db.write(tenantId, async (tx) => {
      const row = await tx.get('SELECT sum(calls) FROM mirror_call WHERE tenant_id = ? AND day = ?', [tenantId, day]);
      if (Number(row?.[0] ?? 0) >= most) return false;
      // Of longer ago nobody asks.
      await tx.run('DELETE FROM mirror_call WHERE tenant_id = ? AND day < ?', [tenantId, day - 40]);
      await tx.run(
        'INSERT INTO mirror_call (tenant_id, day, purpose, calls) VALUES (?, ?, ?, 1) ' +
          'ON CONFLICT (tenant_id, day, purpose) DO UPDATE SET calls = mirror_call.calls + 1',
        [tenantId, day, purpose],
      );
      return true;
    }),
  spent: (tenantId, day) =>
    db.read(tenantId, async (tx) => {
      const rows = await tx.all('SELECT purpose, calls FROM mirror_call WHERE tenant_id = ? AND day = ?', [tenantId, day]);
      return Object.fromEntries(rows) as Record<CallPurpose, number>;
    }),
  compared: (tenantId) =>
    db.read(tenantId, async (tx) => {
      const rows = (await tx.all(
        'SELECT from_at, to_at, compared_at, upstream, own, equal_at FROM mirror_compared WHERE tenant_id = ? ORDER BY from_at',
        [tenantId],
      )) as number[][];
      return rows.map(
        ([from = 0, to = 0, comparedAt = 0, upstream = 0, own = 0, equalAt = 0]): Compared => ({
          ...windowOf(from, to),
          comparedAt,
          upstream,
          own,
          equalAt: equalAt === 0 ? null : equalAt,
        }),
      );
    }),
  keepCompared: (tenantId, { from, to, comparedAt, upstream, own, equalAt }) =>
    db.write(tenantId, async (tx) => {
      // Where months begin and end is fixed, but the first and the last stretch grow.
      await tx.run('DELETE FROM mirror_compared WHERE tenant_id = ? AND from_at <= ? AND to_at >= ?', [
        tenantId,
        to ?? last,
        from ?? first,
      ]);
      await tx.run(
        'INSERT INTO mirror_compared (tenant_id, from_at, to_at, compared_at, upstream, own, equal_at) VALUES (?, ?, ?, ?, ?, ?, ?)',
        [tenantId, from ?? first, to ?? last, comparedAt, upstream, own, equalAt ?? 0],
      );
    }),
  misses: (tenantId) =>
    db.read(tenantId, async (tx) => {
      const rows = (await tx.all(
        'SELECT trail_id, happened_at, missed_at, announced FROM mirror_miss WHERE tenant_id = ? ORDER BY missed_at, trail_id',
        [tenantId],
      )) as number[][];
      return rows.map(
        ([trailId = 0, happenedAt = 0, missedAt = 0, announced = 0]): Miss => ({
          trailId,
          happenedAt,
          missedAt,
          announced: announced === 1,
        }),
      );
    }),
  miss: (tenantId, misses) =>
    db.write(tenantId, (tx) =>
      tx.runMany(
        'INSERT INTO mirror_miss (tenant_id, trail_id, happened_at, missed_at, announced) VALUES (?, ?, ?, ?, ?) ' +
          'ON CONFLICT (tenant_id, trail_id) DO NOTHING',
        misses.map(({ trailId, happenedAt, missedAt, announced }) => [
          tenantId,
          trailId,
          happenedAt,
          missedAt,
          announced ? 1 : 0,
        ]),
      ),
    ),
  forgetMisses: (tenantId, trailIds) =>
    db.write(tenantId, (tx) =>
      tx.runMany(
        'DELETE FROM mirror_miss WHERE tenant_id = ? AND trail_id = ?',
        trailIds.map((id) => [tenantId, id]),
      ),
    ),
  tell: (tenantId, told) =>
    db.write(tenantId, (tx) =>
      tx.runMany(
        'INSERT INTO mirror_told (tenant_id, kind, object_id, told_at, removed) VALUES (?, ?, ?, ?, ?) ' +
          'ON CONFLICT (tenant_id, kind, object_id) DO UPDATE SET told_at = excluded.told_at, removed = excluded.removed',
        told.map(({ kind, id, toldAt, removed }) => [tenantId, kind, id, toldAt, removed ? 1 : 0]),
      ),
    ),
  told: (tenantId, kinds, most) =>
    db.read(tenantId, async (tx) => {
      const rows = (await tx.all(
        `SELECT kind, object_id, told_at, removed FROM mirror_told WHERE tenant_id = ? AND kind IN (${kinds.map(() => '?').join(', ')}) ` +
          'ORDER BY told_at, kind, object_id LIMIT ?',
        [tenantId, ...kinds, most],
      )) as [Told['kind'], number, number, number][];
      return rows.map(([kind, id, toldAt, removed]) => ({ kind, id, toldAt, removed: removed === 1 }));
    }),
  forgetTold: (tenantId, told) =>
    db.write(tenantId, (tx) =>
      // What was told again meanwhile is still to be done.
      tx.runMany(
        'DELETE FROM mirror_told WHERE tenant_id = ? AND kind = ? AND object_id = ? AND told_at = ?',
        told.map(({ kind, id, toldAt }) => [tenantId, kind, id, toldAt]),
      ),
    ),
});
