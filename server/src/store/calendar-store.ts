import type { CalendarStore } from '../domain/next-stores.ts';
import { type SubjectKind, userStates } from '../domain/objects.ts';
import type { Db } from './db.ts';

const find =
  'SELECT c.user_id, c.kinds, c.client_id, c.created_at, m.state, a.revoked_at FROM calendar c ' +
  'JOIN member m ON m.tenant_id = c.tenant_id AND m.user_id = c.user_id ' +
  'LEFT JOIN application a ON a.tenant_id = c.tenant_id AND a.client_id = c.client_id WHERE c.tenant_id = ? AND c.token_hash = ?';

/** The hashes of the tokens that calendars are read with. */
export function calendarStore(db: Db): CalendarStore {
  return {
    put: ({ tenantId, userId, tokenHash, kinds, clientId, createdAt }) =>
      db.write(tenantId, async (tx) => {
        await tx.run('DELETE FROM calendar WHERE tenant_id = ? AND user_id = ?', [tenantId, userId]);
        await tx.run(
          'INSERT INTO calendar (tenant_id, user_id, token_hash, kinds, client_id, created_at) VALUES (?, ?, ?, ?, ?, ?)',
          [tenantId, userId, tokenHash, kinds.join(' '), clientId ?? '', createdAt],
        );
      }),
    remove: (tenantId, userId) =>
      db.write(tenantId, (tx) => tx.run('DELETE FROM calendar WHERE tenant_id = ? AND user_id = ?', [tenantId, userId])),
    find: (tenantId, tokenHash) =>
      db.read(tenantId, async (tx) => {
        const row = await tx.get(find, [tenantId, tokenHash]);
        if (row === undefined) return null;
        const [userId, kinds, clientId, createdAt, state, revokedAt] = row as [
          number,
          string,
          string,
          number,
          number,
          number | null,
        ];
        if (state !== userStates.normal || (clientId !== '' && revokedAt !== 0)) return null;
        const of = { tenantId, userId, tokenHash, createdAt, clientId: clientId === '' ? null : clientId };
        return { ...of, kinds: kinds.split(' ') as SubjectKind[] };
      }),
  };
}
