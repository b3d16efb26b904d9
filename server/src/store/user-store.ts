import type { User } from '../domain/objects.ts';
import type { UserStore } from '../domain/stores.ts';
import type { Db } from './db.ts';
import { decode, tables } from './tables.ts';

const select = `SELECT ${tables.user.columns.join(', ')} FROM ${tables.user.name} WHERE tenant_id = ?`;

/** The users of a tenant. They are few: whatever is asked about them is answered by reading them. */
export function userStore(db: Db): UserStore {
  return {
    list: (tenantId, state) =>
      db.read(tenantId, async (tx) => {
        const rows =
          state === null
            ? await tx.all(`${select} ORDER BY user_id`, [tenantId])
            : await tx.all(`${select} AND state = ? ORDER BY user_id`, [tenantId, state]);
        return rows.map((row): User => decode(tables.user, row));
      }),
  };
}
