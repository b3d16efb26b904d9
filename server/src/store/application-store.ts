import type { ApplicationStore } from '../domain/stores.ts';
import type { Db } from './db.ts';

/** Applications and the hashes of their tokens. */
export function applicationStore(db: Db): ApplicationStore {
  return {
    get: (tenantId, clientId) =>
      db.read(async (tx) => {
        const sql =
          'SELECT name, secret_hash, scopes, user_id, created_at FROM application WHERE tenant_id = ? AND client_id = ?';
        const row = await tx.get(sql, [tenantId, clientId]);
        if (row === undefined) return null;
        const [name, secretHash, scopes, userId, createdAt] = row as [string, string, string, number, number];
        return { tenantId, clientId, name, secretHash, scopes: split(scopes), userId, createdAt };
      }),
    token: (tenantId, tokenHash) =>
      db.read(async (tx) => {
        const sql =
          'SELECT t.client_id, t.scopes, t.expires_at, a.user_id FROM access_token t ' +
          'JOIN application a ON a.tenant_id = t.tenant_id AND a.client_id = t.client_id WHERE t.tenant_id = ? AND t.token_hash = ?';
        const row = await tx.get(sql, [tenantId, tokenHash]);
        if (row === undefined) return null;
        const [clientId, scopes, expiresAt, userId] = row as [string, string, number, number];
        return { tenantId, tokenHash, clientId, scopes: split(scopes), expiresAt, userId };
      }),
    tokenEnd: (tenantId, clientId, now) =>
      db.read(async (tx) => {
        const sql = 'SELECT max(expires_at) FROM access_token WHERE tenant_id = ? AND client_id = ? AND expires_at > ?';
        const row = await tx.get(sql, [tenantId, clientId, now]);
        return (row?.[0] as number | null | undefined) ?? null;
      }),
    addToken: ({ tenantId, tokenHash, clientId, scopes, expiresAt }, now) =>
      db.write(async (tx) => {
        await tx.run('DELETE FROM access_token WHERE tenant_id = ? AND client_id = ? AND expires_at <= ?', [
          tenantId,
          clientId,
          now,
        ]);
        await tx.run('INSERT INTO access_token (tenant_id, token_hash, client_id, scopes, expires_at) VALUES (?, ?, ?, ?, ?)', [
          tenantId,
          tokenHash,
          clientId,
          scopes.join(' '),
          expiresAt,
        ]);
      }),
  };
}

const split = (scopes: string): string[] => scopes.split(' ').filter((scope) => scope !== '');
