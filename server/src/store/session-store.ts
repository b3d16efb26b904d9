import { userStates } from '../domain/objects.ts';
import type { Role } from '../domain/role.ts';
import type { AccessEdit, Session, SessionStore } from '../domain/session-stores.ts';
import type { Db, Tx } from './db.ts';
import { endSignIn, endTokens, putSignIn, signInBy, signInColumns, signInOf } from './sign-in-store.ts';

/** Of a user, such as the one whom everybody is in a demo: of more, those go that were not used for longest. */
export const mostSessions = 1_000;

const forget =
  'DELETE FROM session WHERE tenant_id = ? AND user_id = ? AND ends_at <= ' +
  '(SELECT ends_at FROM session WHERE tenant_id = ? AND user_id = ? ORDER BY ends_at DESC LIMIT 1 OFFSET ?)';

/** Who is signed in on the page. */
export function sessionStore(db: Db): SessionStore {
  return {
    find: (tenantId, sessionHash) =>
      db.read(tenantId, async (tx) => {
        const sql =
          'SELECT s.user_id, s.created_at, s.ends_at, i.role, m.state FROM session s ' +
          'JOIN sign_in i ON i.tenant_id = s.tenant_id AND i.user_id = s.user_id ' +
          'LEFT JOIN member m ON m.tenant_id = s.tenant_id AND m.user_id = s.user_id WHERE s.tenant_id = ? AND s.session_hash = ?';
        const row = await tx.get(sql, [tenantId, sessionHash]);
        if (row === undefined) return null;
        const [userId, createdAt, endsAt, role, userState] = row as [number, number, number, Role, number | null];
        return { tenantId, sessionHash, userId, createdAt, endsAt, role, userState };
      }),
    begin: ({ tenantId, userId, passwordHash }, session, now) =>
      db.write(tenantId, async (tx) => {
        if ((await signInBy(tx, tenantId, 'userId', userId))?.passwordHash !== passwordHash) return false;
        await tx.run('UPDATE sign_in SET last_at = ? WHERE tenant_id = ? AND user_id = ?', [now, tenantId, userId]);
        await tx.run('DELETE FROM session WHERE tenant_id = ? AND ends_at <= ?', [tenantId, now]);
        await tx.run(forget, [tenantId, userId, tenantId, userId, mostSessions - 1]);
        await insertSession(tx, session);
        return true;
      }),
    extend: (tenantId, sessionHash, endsAt) =>
      db.write(tenantId, (tx) =>
        tx.run('UPDATE session SET ends_at = ? WHERE tenant_id = ? AND session_hash = ?', [endsAt, tenantId, sessionHash]),
      ),
    end: (tenantId, sessionHash) =>
      db.write(tenantId, (tx) => tx.run('DELETE FROM session WHERE tenant_id = ? AND session_hash = ?', [tenantId, sessionHash])),
    endAll: (tenantId, userId) => db.write(tenantId, (tx) => endTokens(tx, tenantId, userId)),
    admins: (tenantId) => db.read(tenantId, async (tx) => (await admins(tx, tenantId)).length),
    putSetupCode: (tenantId, codeHash, endsAt) =>
      db.write(tenantId, async (tx) => {
        await tx.run('DELETE FROM setup_code WHERE tenant_id = ?', [tenantId]);
        await tx.run('INSERT INTO setup_code (tenant_id, code_hash, ends_at) VALUES (?, ?, ?)', [tenantId, codeHash, endsAt]);
      }),
    signIns: (tenantId) =>
      db.read(tenantId, async (tx) => {
        const rows = await tx.all(`SELECT ${signInColumns} FROM sign_in WHERE tenant_id = ? ORDER BY user_id`, [tenantId]);
        return rows.map((row) => signInOf(tenantId, row));
      }),
    signIn: (tenantId, userId) => db.read(tenantId, (tx) => signInBy(tx, tenantId, 'userId', userId)),
  };
}

/** Who gets in, within a change of objects. */
export const accessEdit = (tx: Tx, tenantId: number): AccessEdit => ({
  signInBy: (key, value) => signInBy(tx, tenantId, key, value),
  putSignIn: (signIn) => putSignIn(tx, signIn),
  endSignIn: (userId) => endSignIn(tx, tenantId, userId),
  endSessions: (userId) => endTokens(tx, tenantId, userId),
  beginSession: (session) => insertSession(tx, session),
  admins: () => admins(tx, tenantId),
  async useSetupCode(codeHash, now) {
    const sql = 'DELETE FROM setup_code WHERE tenant_id = ? AND code_hash = ? AND ends_at > ? RETURNING tenant_id';
    return (await tx.get(sql, [tenantId, codeHash, now])) !== undefined;
  },
});

async function admins(tx: Tx, tenantId: number): Promise<number[]> {
  const sql =
    'SELECT i.user_id FROM sign_in i JOIN member m ON m.tenant_id = i.tenant_id AND m.user_id = i.user_id ' +
    "WHERE i.tenant_id = ? AND i.role = 'admin' AND m.state = ? ORDER BY i.user_id";
  return (await tx.all(sql, [tenantId, userStates.normal])).map(([userId]) => userId as number);
}

async function insertSession(tx: Tx, { tenantId, sessionHash, userId, createdAt, endsAt }: Session): Promise<void> {
  await tx.run('INSERT INTO session (tenant_id, session_hash, user_id, created_at, ends_at) VALUES (?, ?, ?, ?, ?)', [
    tenantId,
    sessionHash,
    userId,
    createdAt,
    endsAt,
  ]);
}
