/**
 * What Citus asks of tables that are distributed by `tenant_id` and of the statements on them, as rules that a schema and statements are
 * held against. The statements are read by PostgreSQL's own parser. Where each rule comes from stands beside it; docs/scale.md tells of them.
 */
import { parse } from 'libpg-query';

/** A breach of a rule. */
export interface Breach {
  readonly rule: keyof typeof rules;
  readonly what: string;
}

const source = 'https://github.com/citusdata/citus/blob/main/src/backend/distributed';
const limits = 'https://docs.citusdata.com/en/stable/develop/reference_workarounds.html';

/** Each with its source. */
export const rules = {
  'a table has tenant_id BIGINT, or is a reference table': 'https://docs.citusdata.com/en/stable/sharding/data_modeling.html',
  'a unique key has tenant_id': `${source}/commands/index.c (ErrorIfUnsupportedIndexStmt), planner: "Distributed relations cannot have UNIQUE … constraints that do not include the partition column"`,
  'a policy has no subquery': `${source}/commands/policy.c (ErrorIfUnsupportedPolicyExpr)`,
  'a foreign key has tenant_id': `${source}/commands/foreign_constraint.c`,
  'no rules, no triggers': limits,
  'a statement is bound to one tenant': 'https://docs.citusdata.com/en/stable/develop/migration_mt_query.html',
  'a row that is inserted says its tenant': `${source}/planner/multi_router_planner.c ("cannot perform an INSERT without a partition column value")`,
  'tenant_id does not change': `${source}/planner/multi_router_planner.c ("modifying the partition value of rows is not allowed")`,
  'functions in what writes are immutable': limits,
  'no function in RETURNING': `${source}/planner/multi_router_planner.c ("non-IMMUTABLE functions are not allowed in the RETURNING clause")`,
  'no subquery in INSERT': limits,
  'no WITH that writes': `${source}/planner/multi_router_planner.c ("data-modifying statements are not supported in the WITH clauses of distributed queries")`,
  'nothing that holds on one node only':
    "LISTEN, NOTIFY, advisory locks, temporary tables and cursors WITH HOLD are PostgreSQL's, and Citus sends none of them to other nodes",
} as const;

/** What a database says of its tables; see `catalogQueries`. */
export interface Catalog {
  readonly tables: readonly { readonly name: string; readonly type: string | null }[];
  readonly uniques: readonly { readonly table: string; readonly name: string; readonly columns: readonly string[] }[];
  readonly policies: readonly { readonly table: string; readonly text: string }[];
  readonly foreign: readonly { readonly table: string; readonly columns: readonly string[] }[];
  readonly active: readonly { readonly table: string; readonly name: string }[];
}

const ours = "n.nspname = current_schema() AND c.relkind = 'r'";

export const catalogQueries: Readonly<Record<keyof Catalog, string>> = {
  tables: `SELECT c.relname AS name, format_type(a.atttypid, null) AS type FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' WHERE ${ours}`,
  uniques: `SELECT c.relname AS table, i.relname AS name, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid
    AND a.attnum = ANY (x.indkey)) AS columns FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class c ON c.oid = x.indrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE x.indisunique AND ${ours}`,
  policies: `SELECT c.relname AS table, concat(pg_get_expr(p.polqual, p.polrelid), ' ', pg_get_expr(p.polwithcheck, p.polrelid)) AS text
    FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours}`,
  foreign: `SELECT c.relname AS table, array(SELECT a.attname::text FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum = ANY (k.conkey)) AS columns
    FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE k.contype = 'f' AND ${ours}`,
  active: `SELECT c.relname AS table, t.tgname AS name FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE NOT t.tgisinternal AND ${ours}
    UNION ALL SELECT c.relname, r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${ours}`,
};

/** `reference`: tables that every node has whole. */
export function checkCatalog({ tables, uniques, policies, foreign, active }: Catalog, reference: ReadonlySet<string>): Breach[] {
  const distributed = (table: string): boolean => !reference.has(table);
  const lacking = (columns: readonly string[]): boolean => !columns.includes('tenant_id');
  const breach = (rule: Breach['rule'], what: string): Breach => ({ rule, what });
  return [
    ...tables
      .filter(({ name, type }) => distributed(name) && type !== 'bigint')
      .map(({ name }) => breach('a table has tenant_id BIGINT, or is a reference table', name)),
    ...uniques
      .filter(({ table, columns }) => distributed(table) && lacking(columns))
      .map(({ name, columns }) => breach('a unique key has tenant_id', `${name} (${columns.join(', ')})`)),
    ...policies
      .filter(({ text }) => /\bselect\b/i.test(text))
      .map(({ table, text }) => breach('a policy has no subquery', `${table}: ${text}`)),
    ...foreign
      .filter(({ table, columns }) => distributed(table) && lacking(columns))
      .map(({ table, columns }) => breach('a foreign key has tenant_id', `${table} (${columns.join(', ')})`)),
    ...active.map(({ table, name }) => breach('no rules, no triggers', `${table}: ${name}`)),
  ];
}

type Node = Readonly<Record<string, unknown>>;

/** Functions that may stand in what writes: PostgreSQL has them as IMMUTABLE. */
const immutable = new Set(['min', 'max', 'sum', 'count', 'abs', 'coalesce', 'nullif', 'greatest', 'least', 'lower', 'length']);

/** `tables`: those that are distributed. */
export async function checkStatement(sql: string, tables: ReadonlySet<string>): Promise<Breach[]> {
  if (
    /^\s*(listen|notify|unlisten|create\s+temp|declare\b.*\bhold\b)/i.test(sql) ||
    /\bpg_(try_)?advisory_\w*lock|\bpg_notify\b/i.test(sql)
  )
    return [{ rule: 'nothing that holds on one node only', what: sql }];
  // Other commands are about transactions and settings.
  if (!/^\s*(select|insert|update|delete|with|merge)\b/i.test(sql)) return [];
  const { stmts } = (await parse(sql)) as { stmts?: readonly { stmt: Node }[] };
  const found = new Set<Breach['rule']>();
  for (const { stmt } of stmts ?? []) new Reading(tables, found).statement(stmt);
  return [...found].map((rule) => ({ rule, what: sql }));
}

/** The tables of one level of a statement, and what their tenants are known to be equal to. */
interface Scope {
  /** By alias; `null`: a subquery, which is looked at by itself, or a function. */
  readonly relations: Map<string, string | null>;
  /** Pairs of aliases whose tenants are equal; `$`: a value. */
  readonly equal: [string, string][];
  readonly outer: Scope | null;
}

class Reading {
  readonly #tables: ReadonlySet<string>;
  readonly #found: Set<Breach['rule']>;
  readonly #named = new Set<string>();

  constructor(tables: ReadonlySet<string>, found: Set<Breach['rule']>) {
    this.#tables = tables;
    this.#found = found;
  }

  statement(node: Node, outer: Scope | null = null): void {
    const [kind] = Object.keys(node);
    const body = node[kind as string] as Node;
    if (kind === 'SelectStmt') this.#select(body, outer);
    else if (kind === 'InsertStmt') this.#insert(body, outer);
    else if (kind === 'UpdateStmt' || kind === 'DeleteStmt') this.#change(kind, body, outer);
  }

  #select(select: Node, outer: Scope | null): void {
    this.#with(select, outer);
    for (const side of ['larg', 'rarg']) if (select[side] !== undefined) this.#select(select[side] as Node, outer);
    const scope: Scope = { relations: new Map(), equal: [], outer };
    for (const item of list(select['fromClause'])) this.#relation(item, scope);
    this.#where(select['whereClause'] as Node | undefined, scope);
    this.#isBound(scope);
    for (const part of [
      'targetList',
      'whereClause',
      'havingClause',
      'valuesLists',
      'sortClause',
      'limitCount',
      'limitOffset',
      'fromClause',
    ])
      this.#subqueries(select[part], scope, part === 'fromClause');
  }

  #with(statement: Node, outer: Scope | null): void {
    for (const { CommonTableExpr } of list((statement['withClause'] as Node | undefined)?.['ctes']) as {
      CommonTableExpr: Node;
    }[]) {
      const query = CommonTableExpr['ctequery'] as Node;
      if (query['SelectStmt'] === undefined) this.#found.add('no WITH that writes');
      this.statement(query, outer);
      this.#named.add(CommonTableExpr['ctename'] as string);
    }
  }

  #insert(insert: Node, outer: Scope | null): void {
    this.#with(insert, outer);
    const table = (insert['relation'] as Node)['relname'] as string;
    if (!this.#tables.has(table)) return;
    const place = list(insert['cols']).findIndex((column) => (column['ResTarget'] as Node)['name'] === 'tenant_id');
    const select = (insert['selectStmt'] as Node | undefined)?.['SelectStmt'] as Node | undefined;
    const rows = list(select?.['valuesLists']);
    const values = rows.map((row) => list((row['List'] as Node)['items'])[place]);
    if (place < 0 || values.some((value) => value === undefined || !isValue(value)))
      this.#found.add('a row that is inserted says its tenant');
    if (has(rows, 'SubLink')) this.#found.add('no subquery in INSERT');
    if (rows.length === 0 && select !== undefined) this.#select(select, outer);
    this.#functions([rows, insert['onConflictClause']]);
    this.#returning(insert);
    if (assigns((insert['onConflictClause'] as Node | undefined)?.['targetList'], 'tenant_id'))
      this.#found.add('tenant_id does not change');
  }

  #change(kind: string, change: Node, outer: Scope | null): void {
    this.#with(change, outer);
    const scope: Scope = { relations: new Map(), equal: [], outer };
    this.#relation({ RangeVar: change['relation'] }, scope);
    for (const item of [...list(change['fromClause']), ...list(change['usingClause'])]) this.#relation(item, scope);
    this.#where(change['whereClause'] as Node | undefined, scope);
    this.#isBound(scope);
    this.#subqueries([change['targetList'], change['whereClause']], scope, false);
    this.#functions([change['targetList'], change['whereClause']]);
    this.#returning(change);
    if (kind === 'UpdateStmt' && assigns(change['targetList'], 'tenant_id')) this.#found.add('tenant_id does not change');
  }

  #relation(item: Node, scope: Scope): void {
    const { RangeVar, JoinExpr, RangeSubselect, RangeFunction } = item as Record<string, Node | undefined>;
    const alias = (node: Node): string | undefined => (node['alias'] as Node | undefined)?.['aliasname'] as string | undefined;
    if (RangeVar !== undefined) {
      const name = RangeVar['relname'] as string;
      scope.relations.set(alias(RangeVar) ?? name, this.#tables.has(name) && !this.#named.has(name) ? name : null);
    } else if (JoinExpr !== undefined) {
      this.#relation(JoinExpr['larg'] as Node, scope);
      this.#relation(JoinExpr['rarg'] as Node, scope);
      this.#where(JoinExpr['quals'] as Node | undefined, scope);
    } else if (RangeSubselect !== undefined) {
      scope.relations.set(alias(RangeSubselect) ?? '', null);
      this.statement(RangeSubselect['subquery'] as Node, scope);
    } else if (RangeFunction !== undefined) scope.relations.set(alias(RangeFunction) ?? '', null);
  }

  /** Takes the equalities of tenants that all have to hold. */
  #where(condition: Node | undefined, scope: Scope): void {
    if (condition === undefined) return;
    const { BoolExpr, A_Expr } = condition as Record<string, Node | undefined>;
    if (BoolExpr?.['boolop'] === 'AND_EXPR') for (const one of list(BoolExpr['args'])) this.#where(one, scope);
    const operator = ((list(A_Expr?.['name'])[0] as Node | undefined)?.['String'] as Node | undefined)?.['sval'];
    if (A_Expr?.['kind'] !== 'AEXPR_OP' || operator !== '=') return;
    const sides = [A_Expr['lexpr'], A_Expr['rexpr']].map((side) => this.#tenantOf(side as Node, scope));
    if (sides[0] !== null && sides[1] !== null) scope.equal.push(sides as [string, string]);
  }

  /** `$` for a value, the alias for the tenant of a table; `null`: neither. A table further out is bound by itself. */
  #tenantOf(node: Node, scope: Scope): string | null {
    if (isValue(node)) return '$';
    const names = list((node['ColumnRef'] as Node | undefined)?.['fields']).map(
      (field) => (field['String'] as Node | undefined)?.['sval'],
    );
    if (names.at(-1) !== 'tenant_id') return null;
    if (names.length === 1) return scope.relations.size === 1 ? ([...scope.relations.keys()][0] as string) : null;
    const alias = names[0] as string;
    if (scope.relations.has(alias)) return scope.relations.get(alias) === null ? '$' : alias;
    return scope.outer === null ? null : '$';
  }

  #isBound({ relations, equal }: Scope): void {
    const bound = new Set(['$']);
    for (let size = 0; size !== bound.size; ) {
      size = bound.size;
      for (const [a, b] of equal) {
        if (bound.has(a)) bound.add(b);
        if (bound.has(b)) bound.add(a);
      }
    }
    for (const [alias, table] of relations)
      if (table !== null && !bound.has(alias)) this.#found.add('a statement is bound to one tenant');
  }

  /** Subqueries in expressions; those in FROM have been looked at. */
  #subqueries(part: unknown, scope: Scope, inFrom: boolean): void {
    for (const [name, node] of nodesIn(part)) {
      if (name === 'SubLink') this.statement((node as Node)['subselect'] as Node, scope);
      else if (name !== 'SelectStmt' && !(inFrom && name === 'RangeSubselect')) this.#subqueries(node, scope, inFrom);
    }
  }

  #functions(parts: unknown): void {
    for (const [name, node] of nodesIn(parts)) {
      const called = name === 'FuncCall' ? functionName(node as Node) : null;
      if (called !== null && !immutable.has(called)) this.#found.add('functions in what writes are immutable');
      this.#functions(node);
    }
  }

  #returning(statement: Node): void {
    const clause = statement['returningClause'] ?? statement['returningList'];
    if (has(clause, 'FuncCall')) this.#found.add('no function in RETURNING');
  }
}

const list = (value: unknown): readonly Node[] => (Array.isArray(value) ? (value as Node[]) : []);

const functionName = (call: Node): string =>
  String(((list(call['funcname']).at(-1) as Node | undefined)?.['String'] as Node | undefined)?.['sval']);

/** A parameter, a constant, or one of them with its type. */
function isValue(node: Node): boolean {
  const cast = node['TypeCast'] as Node | undefined;
  return 'ParamRef' in node || 'A_Const' in node || (cast !== undefined && isValue(cast['arg'] as Node));
}

const assigns = (targets: unknown, column: string): boolean =>
  list(targets).some((target) => (target['ResTarget'] as Node | undefined)?.['name'] === column);

/** The properties of a node, or of all nodes of a list. */
function nodesIn(part: unknown): [string, unknown][] {
  if (Array.isArray(part)) return part.flatMap(nodesIn);
  return typeof part === 'object' && part !== null ? Object.entries(part) : [];
}

const has = (part: unknown, kind: string): boolean => nodesIn(part).some(([name, node]) => name === kind || has(node, kind));
