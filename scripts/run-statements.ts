/**
 * Every statement that the program ran on PostgreSQL in a test run, as the server itself has noted them, held against what Citus takes: see
 * citus-rules.ts.
 */
import { type Breach, type Catalog, catalogQueries, checkCatalog, checkStatement } from './citus-rules.ts';
import { ask, type PostgresServer } from './postgres-server.ts';

/** The server notes each text once, whatever its values. */
export const statementSettings = {
  shared_preload_libraries: 'pg_stat_statements',
  'pg_stat_statements.max': '20000',
} as const;

/** Tables that every node has whole. */
export const referenceTables: ReadonlySet<string> = new Set(['schema_version']);

/** What breaks a rule and may: which rule, what the statement looks like, and why it works on Citus all the same. */
export const excused: readonly { readonly rule: Breach['rule']; readonly statement: RegExp; readonly why: string }[] = [
  {
    rule: 'a statement is bound to one tenant',
    statement: /^SELECT [a-z_, ]+ FROM tenant( ORDER BY tenant_id)?$/,
    why: 'the list of enterprises: read from all nodes, some times a second at most, by the server whose turn it is and by commands',
  },
  {
    rule: 'a statement is bound to one tenant',
    statement: /^SELECT min\(tenant_id\) FROM [a-z_]+ WHERE tenant_id > \$1$/,
    why: '`genjin check` looks for rows of enterprises that there are not: an aggregate over all nodes, once for each of them',
  },
  {
    rule: 'a statement is bound to one tenant',
    statement: /^UPDATE trail SET live = \$1 WHERE removed = \$2$/,
    why: 'a migration, and of tables that are made before they are distributed; on others it would run on all nodes',
  },
  {
    rule: 'a statement is bound to one tenant',
    statement: /^(SELECT tenant_id, trail_id FROM trail ORDER BY trail_id|UPDATE trail SET content = \$1)$/,
    why: 'the test of the walls, which forgets the tenant on purpose',
  },
  {
    rule: 'nothing that holds on one node only',
    statement: /^SELECT pg_advisory_xact_lock\(\$1\)$/,
    why: 'one migration at a time: all programs are connected to the same coordinator',
  },
  {
    rule: 'nothing that holds on one node only',
    statement: /^SELECT pg_try_advisory_lock\(\$1\)$/,
    why: 'one server sends webhooks and builds the search index: all of them are connected to the same coordinator',
  },
];

export async function catalogOf(url: string): Promise<Catalog> {
  const entries = Object.entries(catalogQueries).map(async ([name, sql]) => [name, await ask(url, sql)] as const);
  return Object.fromEntries(await Promise.all(entries)) as unknown as Catalog;
}

/** Begins to note what is run; what made the tables runs before there is anything to distribute. */
export async function noteStatements(server: PostgresServer): Promise<void> {
  await ask(server.url, 'CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await ask(server.url, 'SELECT pg_stat_statements_reset()');
}

/** Throws when the schema or a statement breaks a rule. `url`: of a database with the program's tables. */
export async function checkRun(server: PostgresServer, url: string): Promise<void> {
  const catalog = await catalogOf(url);
  const tables = new Set(catalog.tables.map(({ name }) => name).filter((name) => !referenceTables.has(name)));
  const rows = await ask(
    server.url,
    "SELECT DISTINCT query FROM pg_stat_statements s JOIN pg_roles r ON r.oid = s.userid WHERE r.rolname = 'genjin'",
  );
  const found = checkCatalog(catalog, referenceTables);
  for (const { query } of rows) found.push(...(await checkStatement(String(query), tables)));
  const breaches = found.filter(
    ({ rule, what }) => !excused.some((one) => one.rule === rule && one.statement.test(what.replaceAll(/\s+/g, ' '))),
  );
  process.stdout.write(`\n  ${rows.length} statements held against the rules of Citus: ${breaches.length} break one\n`);
  if (breaches.length === 0) return;
  // Vitest itself would end as if nothing were wrong.
  process.exitCode = 1;
  throw new Error(breaches.map(({ rule, what }) => `${rule}: ${what}`).join('\n'));
}
