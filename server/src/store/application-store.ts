import type { Role } from '../domain/role.ts';
import type { AccessToken, Application, ApplicationStore } from '../domain/stores.ts';
import type { Db, Row, Tx } from './db.ts';

const columns = 'client_id, name, secret_hash, scopes, user_id, created_at, revoked_at';

/** Applications and the hashes of their tokens. */
export function applicationStore(db: Db): ApplicationStore {
  return {
    stamp: (tenantId) => db.stamp(tenantId),
    get: (tenantId, clientId) =>
      db.read(tenantId, async (tx) => {
        const row = await tx.get(`SELECT ${columns} FROM application WHERE tenant_id = ? AND client_id = ?`, [
          tenantId,
          clientId,
        ]);
        return row === undefined ? null : applicationOf(tenantId, row);
      }),
    list: (tenantId) =>
      db.read(tenantId, async (tx) => {
        const rows = await tx.all(`SELECT ${columns} FROM application WHERE tenant_id = ? ORDER BY client_id`, [tenantId]);
        return rows.map((row) => applicationOf(tenantId, row));
      }),
    token: (tenantId, tokenHash) =>
      db.read(tenantId, async (tx) => {
        const sql =
          'SELECT t.client_id, t.scopes, t.expires_at, t.user_id, t.family, a.user_id, m.state, i.role FROM access_token t ' +
          'JOIN application a ON a.tenant_id = t.tenant_id AND a.client_id = t.client_id ' +
          'LEFT JOIN member m ON m.tenant_id = t.tenant_id AND m.user_id = t.user_id ' +
          'LEFT JOIN sign_in i ON i.tenant_id = t.tenant_id AND i.user_id = t.user_id WHERE t.tenant_id = ? AND t.token_hash = ?';
        const row = await tx.get(sql, [tenantId, tokenHash]);
        if (row === undefined) return null;
        const [clientId, scopes, expiresAt, userId, family, applicationUserId, userState, role] = row as [
          string,
          string,
          number,
          number,
          string,
          number,
          number | null,
          Role | null,
        ];
        const member = userId === 0 ? null : { userId, family };
        return { tenantId, tokenHash, clientId, scopes: words(scopes), expiresAt, member, applicationUserId, userState, role };
      }),
    addToken: (token, secretHash, now) =>
      db.write(token.tenantId, async (tx) => ((await hasSecret(tx, token, secretHash)) ? insertToken(tx, token, now) : null)),
    rehash: (application, secretHash) =>
      db.write(application.tenantId, async (tx) => {
        if (!(await hasSecret(tx, application, application.secretHash))) return false;
        await setSecret(tx, application.tenantId, application.clientId, secretHash);
        return true;
      }),
    rotate: (tenantId, clientId, secretHash) =>
      db.write(tenantId, async (tx) => {
        await setSecret(tx, tenantId, clientId, secretHash);
        await endTokens(tx, tenantId, clientId);
      }),
    revoke: (tenantId, clientId, at) =>
      db.write(tenantId, async (tx) => {
        await tx.run('UPDATE application SET revoked_at = ? WHERE tenant_id = ? AND client_id = ?', [at, tenantId, clientId]);
        await endTokens(tx, tenantId, clientId);
      }),
  };
}

function applicationOf(tenantId: number, row: Row): Application {
  const [clientId, name, secretHash, scopes, userId, createdAt, revokedAt] = row as [
    string,
    string,
    string,
    string,
    number,
    number,
    number,
  ];
  const application = { tenantId, clientId, name, secretHash, scopes: words(scopes), userId, createdAt };
  return { ...application, revokedAt: revokedAt === 0 ? null : revokedAt };
}

export const words = (scopes: string): string[] => scopes.split(' ').filter((scope) => scope !== '');

async function setSecret(tx: Tx, tenantId: number, clientId: string, secretHash: string): Promise<void> {
  const sql = 'UPDATE application SET secret_hash = ? WHERE tenant_id = ? AND client_id = ?';
  await tx.run(sql, [secretHash, tenantId, clientId]);
}

async function endTokens(tx: Tx, tenantId: number, clientId: string): Promise<void> {
  for (const table of ['access_token', 'refresh_token'])
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ? AND client_id = ?`, [tenantId, clientId]);
}

/** Whether this is still the hash of the application's secret, and the application is in use. */
export async function hasSecret(
  tx: Tx,
  { tenantId, clientId }: { readonly tenantId: number; readonly clientId: string },
  secretHash: string,
): Promise<boolean> {
  const sql = 'SELECT 1 FROM application WHERE tenant_id = ? AND client_id = ? AND secret_hash = ? AND revoked_at = 0';
  return (await tx.get(sql, [tenantId, clientId, secretHash])) !== undefined;
}

/** Keeps a token that ends with the live ones of the same application and user, and forgets those that ended. Answers its end. */
export async function insertToken(tx: Tx, token: AccessToken, now: number): Promise<number> {
  const { tenantId, clientId, member } = token;
  const sql = 'SELECT max(expires_at) FROM access_token WHERE tenant_id = ? AND client_id = ? AND user_id = ? AND expires_at > ?';
  const row = await tx.get(sql, [tenantId, clientId, member?.userId ?? 0, now]);
  const expiresAt = (row?.[0] as number | null | undefined) ?? token.expiresAt;
  await insertTokenUntil(tx, { ...token, expiresAt }, now);
  return expiresAt;
}

/** Keeps a token that ends when it says, and forgets those that ended. */
export async function insertTokenUntil(tx: Tx, token: AccessToken, now: number): Promise<void> {
  const { tenantId, tokenHash, clientId, scopes, expiresAt, member } = token;
  await tx.run('DELETE FROM access_token WHERE tenant_id = ? AND expires_at <= ?', [tenantId, now]);
  await tx.run(
    'INSERT INTO access_token (tenant_id, token_hash, client_id, scopes, expires_at, user_id, family) VALUES (?, ?, ?, ?, ?, ?, ?)',
    [tenantId, tokenHash, clientId, scopes.join(' '), expiresAt, member?.userId ?? 0, member?.family ?? ''],
  );
}
