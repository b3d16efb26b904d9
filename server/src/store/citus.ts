/**
 * A store on Citus: every table of enterprises is distributed by `tenant_id`, all of them alike, so that one enterprise lies whole on one node; what is of
 * no enterprise is on every node. What it asks of the schema and of statements is checked in every test run (scripts/citus-rules.ts).
 */
import { AppError } from '../errors.ts';
import type { Db, WriteTx } from './db.ts';
import { tenantTables } from './migrations.ts';

/** Distributed in this order: the first one gives its shards to the others. */
const distributed = [...tenantTables, 'shared_count'] as const;
const reference = ['schema_version'] as const;

export interface Distribution {
  /** Tables that were distributed now, or copied to every node. */
  readonly made: readonly string[];
  /** Those that were already. */
  readonly there: readonly string[];
}

/**
 * Distributes what is not distributed yet: all of it, or nothing. Rows that are there move along; nobody else can read or write meanwhile. `shards`: how
 * many there shall be, for the first time. Throws `usage` where the database has no Citus.
 */
export async function distribute(db: Db, shards: number): Promise<Distribution> {
  const { walls } = db.dialect;
  return db.write(null, async (tx) => {
    const known = await distributedTables(tx);
    const missing = distributed.filter((table) => !known.has(table));
    const copied = reference.filter((table) => !known.has(table));
    const first = distributed.find((table) => known.has(table)) ?? missing[0];
    for (const table of missing) {
      // Shards are filled by COPY, which no wall lets through.
      await tx.run(`DROP POLICY IF EXISTS tenant_wall ON ${table}`);
      await tx.run(`ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`);
      await tx.run(
        table === first
          ? `SELECT create_distributed_table('${table}', 'tenant_id', colocate_with => 'none', shard_count => ${shards})`
          : `SELECT create_distributed_table('${table}', 'tenant_id', colocate_with => '${first}')`,
      );
    }
    for (const table of copied) await tx.run(`SELECT create_reference_table('${table}')`);
    for (const statement of walls(missing)) await tx.run(statement);
    return { made: [...missing, ...copied], there: [...known].toSorted() };
  });
}

async function distributedTables(tx: WriteTx): Promise<ReadonlySet<string>> {
  if ((await tx.get("SELECT 1 FROM pg_extension WHERE extname = 'citus'")) === undefined)
    throw new AppError('usage', {
      reason: '--citus: the database has no Citus; an administrator makes it there with CREATE EXTENSION citus',
    });
  const rows = await tx.all('SELECT CAST(logicalrelid AS TEXT) FROM pg_dist_partition');
  return new Set(rows.map((row) => String(row[0])));
}
