import type { TenantStore } from '../domain/stores.ts';
import type { Db } from './db.ts';
import { insertTenant } from './object-store.ts';

/** The enterprises whose data the store holds. */
export function tenantStore(db: Db): TenantStore {
  return {
    list: () =>
      db.read(null, async (tx) => {
        const rows = await tx.all('SELECT tenant_id, name, created_at FROM tenant ORDER BY tenant_id');
        return rows.map((row) => ({ tenantId: row[0] as number, name: row[1] as string, createdAt: row[2] as number }));
      }),
    get: (tenantId) =>
      db.read(tenantId, async (tx) => {
        const row = await tx.get('SELECT name, created_at FROM tenant WHERE tenant_id = ?', [tenantId]);
        return row === undefined ? null : { tenantId, name: row[0] as string, createdAt: row[1] as number };
      }),
    create: (tenant) => db.write(tenant.tenantId, (tx) => insertTenant(tx, tenant)),
  };
}
