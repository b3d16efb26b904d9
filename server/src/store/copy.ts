/**
 * Copies enterprises from one store to another, whatever the engines, while the source is served. The log goes over in portions, each
 * with the objects as they stood at its end: so the copy is at every moment a whole state of the source, and a copy that was broken off
 * goes on where it ended. What is derived, the target finds out by itself.
 */
import type { Kind } from '../domain/objects.ts';
import type { Stored } from '../domain/stores.ts';
import { AppError } from '../errors.ts';
import { headerColumns } from './chain.ts';
import { copiedFileTables, copyBytes } from './copy-files.ts';
import type { Db, Row, Tx, Value, WriteTx } from './db.ts';
import { insertTenant, TxView } from './object-store.ts';
import { Pending } from './pending.ts';
import { statesAt } from './states.ts';
import { type Table, tables } from './tables.ts';

/** Changes that go over in one transaction. */
const portion = 2_000;
/** Rows of other tables that are read at a time. */
const rowsAtOnce = 1_000;

/** All but `tenant_id`, in the order in which they are read and written. */
const logColumns = [
  ...headerColumns.slice(1),
  ...['before_facts', 'before_words', 'salt', 'erased_hash', 'content_hash', 'chain_hash', 'places'],
];
const [changedAt, chainHashAt] = [logColumns.indexOf('changed_at'), logColumns.indexOf('chain_hash')];

const marks = (count: number): string => new Array(count).fill('?').join(', ');
const readLog = `SELECT ${logColumns.join(', ')} FROM change WHERE tenant_id = ? AND revision > ? AND revision <= ? ORDER BY revision`;
const writeLog = `INSERT INTO change (tenant_id, ${logColumns.join(', ')}) VALUES (${marks(logColumns.length + 1)})`;

/** Tables that no log tells of: the columns of their keys after `tenant_id`, and the others. */
const unlogged = {
  application: { key: ['client_id'], rest: ['name', 'secret_hash', 'scopes', 'user_id', 'created_at', 'revoked_at'] },
  access_token: { key: ['token_hash'], rest: ['client_id', 'scopes', 'expires_at', 'user_id', 'family'] },
  refresh_token: { key: ['token_hash'], rest: ['client_id', 'user_id', 'scopes', 'family', 'expires_at', 'used'] },
  sign_in: { key: ['user_id'], rest: ['email', 'password_hash', 'role', 'created_at', 'last_at'] },
  session: { key: ['session_hash'], rest: ['user_id', 'created_at', 'ends_at'] },
  last_check: { key: ['checked_at'], rest: ['findings', 'finding_count'] },
  setup_code: { key: ['code_hash'], rest: ['ends_at'] },
  idempotency: { key: ['actor', 'idempotency_key'], rest: ['request_hash', 'answer'] },
  calendar: { key: ['user_id'], rest: ['token_hash', 'kinds', 'client_id', 'created_at'] },
  webhook: { key: ['client_id'], rest: ['callback_url', 'secret', 'paused', 'created_at'] },
  subscription: { key: ['client_id', 'kind'], rest: ['events', 'cursor_revision'] },
  delivery: {
    key: ['client_id', 'kind', 'revision'],
    rest: ['object_id', 'attempts', 'first_at', 'next_at', 'state', 'last_error'],
  },
  upload: { key: ['file_id'], rest: ['changed_at', 'whole'] },
  mirror: { key: ['upstream'], rest: ['state'] },
  mirror_call: { key: ['day', 'purpose'], rest: ['calls'] },
  mirror_compared: { key: ['from_at'], rest: ['to_at', 'compared_at', 'upstream', 'own', 'equal_at'] },
  mirror_miss: { key: ['trail_id'], rest: ['happened_at', 'missed_at', 'announced'] },
  mirror_told: { key: ['kind', 'object_id'], rest: ['told_at', 'removed'] },
} as const;

interface SourceTenant {
  readonly name: string;
  readonly createdAt: number;
  readonly revision: number;
  readonly nextId: number;
  readonly changedAt: number;
  readonly chainHash: string;
}

export interface Copied {
  readonly revision: number;
  readonly chainHash: string;
  readonly rows: number;
}

async function tenantRow(tx: Tx, tenantId: number): Promise<SourceTenant | null> {
  const row = await tx.get('SELECT name, created_at, revision, next_id, changed_at, chain_hash FROM tenant WHERE tenant_id = ?', [
    tenantId,
  ]);
  if (row === undefined) return null;
  const [name, createdAt, revision, nextId, changedAt, chainHash] = row as [string, number, number, number, number, string];
  return { name, createdAt, revision, nextId, changedAt, chainHash };
}

/**
 * Copies one tenant, or what has come since it was copied last, and compares the ends of both logs and the numbers of rows. `told` hears of the
 * revision reached and the one to reach. Throws `usage` when the target has another history of the tenant, or differs at the end.
 */
export async function copyTenant(
  from: Db,
  to: Db,
  tenantId: number,
  told: (revision: number, of: number) => void = () => undefined,
): Promise<Copied> {
  const source = await from.read(tenantId, (tx) => tenantRow(tx, tenantId));
  if (source === null) throw new AppError('usage', { reason: `the source has no tenant ${tenantId}` });
  await to.write(tenantId, (tx) => insertTenant(tx, { tenantId, name: source.name, createdAt: source.createdAt }));
  let at = await begin(from, to, tenantId);
  // While more than a portion is missing, others' changes are waited for by nobody.
  for (;;) {
    const { head, reached } = await from.read(tenantId, async (tx) => {
      const { revision } = (await tenantRow(tx, tenantId)) as SourceTenant;
      return { head: revision, reached: revision - at < portion ? at : await carry(tx, to, tenantId, at, at + portion) };
    });
    told(reached, head);
    if (reached === at) break;
    at = reached;
  }
  await copyBytes(from, to, tenantId);
  const snapshot = await from.snapshot(tenantId);
  try {
    const end = (await tenantRow(snapshot, tenantId)) as SourceTenant;
    at = await carry(snapshot, to, tenantId, at, end.revision);
    told(at, end.revision);
    // What came and went since.
    await copyBytes({ read: (_tenantId, work) => work(snapshot) }, to, tenantId);
    await to.write(tenantId, (tx) => copyRest(snapshot, tx, tenantId, end));
    return await compare(snapshot, to, tenantId, end);
  } finally {
    await snapshot.end();
  }
}

/** The revision that the target has, once it is known to be one of the source's. */
async function begin(from: Db, to: Db, tenantId: number): Promise<number> {
  const target = (await to.read(tenantId, (tx) => tenantRow(tx, tenantId))) as SourceTenant;
  if (target.revision === 0) return 0;
  const row = await from.read(tenantId, (tx) =>
    tx.get('SELECT chain_hash FROM change WHERE tenant_id = ? AND revision = ?', [tenantId, target.revision]),
  );
  if (row?.[0] === target.chainHash) return target.revision;
  throw new AppError('usage', {
    reason: `the target's tenant ${tenantId} has a history of its own, at revision ${target.revision}: nothing was copied into it`,
  });
}

/** Takes the changes after `after` up to `upTo`, all of which `source` sees, over to the target. Answers `upTo`. */
async function carry(source: Tx, to: Db, tenantId: number, after: number, upTo: number): Promise<number> {
  if (upTo <= after) return after;
  const log = await source.all(readLog, [tenantId, after, upTo]);
  const last = log.at(-1);
  if (last === undefined || last[0] !== upTo || log.length !== upTo - after)
    throw new AppError('usage', { reason: `the source's tenant ${tenantId} lacks revisions after ${after}: "check" tells more` });
  const { nextId } = (await tenantRow(source, tenantId)) as SourceTenant;
  const changed = new Map<Kind, Map<number, Stored<unknown>>>();
  const ids = new Map<Kind, Set<number>>();
  for (const [, kind, id] of log) {
    const of = ids.get(kind as Kind) ?? new Set();
    ids.set(kind as Kind, of.add(id as number));
  }
  for (const [kind, of] of ids) {
    const present = await new TxView(source, tenantId).getMany(kind, of);
    const found = new Map<number, Stored<unknown>>();
    for (const [id, { object, revision }] of await statesAt(source, tenantId, kind, of, upTo))
      found.set(id, { object, revision, knownAt: knownAtOf(kind, object, present.get(id)?.knownAt ?? 0) });
    changed.set(kind, found);
  }
  const erased = await erasedBefore(source, tenantId, log, after);
  await to.write(tenantId, async (tx) => {
    for (const [kind, objects] of changed) await putAll(tx, tenantId, kind, objects);
    await tx.runMany(
      writeLog,
      log.map((row) => [tenantId, ...row]),
    );
    await tx.runMany(
      'UPDATE change SET before_facts = ?, before_words = ?, salt = ?, erased_hash = ? WHERE tenant_id = ? AND revision = ?',
      erased,
    );
    await tx.run('UPDATE tenant SET revision = ?, next_id = ?, changed_at = ?, chain_hash = ? WHERE tenant_id = ?', [
      upTo,
      nextId,
      last[changedAt] as number,
      last[chainHashAt] as string,
      tenantId,
    ]);
  });
  return upTo;
}

/** An entry is known from its own update time. */
const knownAtOf = (kind: Kind, object: unknown, knownAt: number): number => {
  const { knownAtField } = tables[kind] as Table<unknown>;
  return knownAtField === null ? knownAt : ((object as Record<string, number>)[knownAtField] as number);
};

/** What went over before and was erased since: the states of those objects, as the source has them now. */
async function erasedBefore(source: Tx, tenantId: number, log: readonly Row[], after: number): Promise<Value[][]> {
  const rows: Value[][] = [];
  for (const [revision, , , action] of log) {
    if (action !== 'erased') continue;
    for (let at = revision as number; at > 0; ) {
      const row = await source.get(
        'SELECT before_facts, before_words, salt, erased_hash, before_revision FROM change WHERE tenant_id = ? AND revision = ?',
        [tenantId, at],
      );
      if (row === undefined) break;
      if (at <= after) rows.push([...row.slice(0, 4), tenantId, at]);
      at = row[4] as number;
    }
  }
  return rows;
}

async function putAll(tx: Tx, tenantId: number, kind: Kind, objects: ReadonlyMap<number, Stored<unknown>>): Promise<void> {
  const pending = new Pending(tables[kind] as Table<unknown>);
  const known: ReadonlyMap<number, Stored<unknown>> = await new TxView(tx, tenantId).getMany(kind, objects.keys());
  for (const [id, object] of objects) pending.put(known.get(id) ?? null, object);
  await pending.flush(tx, tenantId);
}

/** What the log does not tell: who gets in, what was answered and is to be sent, and since when joined objects are known. */
async function copyRest(source: Tx, tx: WriteTx, tenantId: number, { name, nextId }: SourceTenant): Promise<void> {
  await tx.run('UPDATE tenant SET name = ?, next_id = ? WHERE tenant_id = ?', [name, nextId, tenantId]);
  for (const [table, { key, rest }] of Object.entries(unlogged)) {
    const columns: readonly string[] = [...key, ...rest];
    await tx.run(`DELETE FROM ${table} WHERE tenant_id = ?`, [tenantId]);
    const insert = `INSERT INTO ${table} (tenant_id, ${columns.join(', ')}) VALUES (${marks(columns.length + 1)})`;
    for (let after: Row | null = null; ; ) {
      const beyond: string = after === null ? '' : ` AND (${key.join(', ')}) > (${marks(key.length)})`;
      const values: readonly Value[] = after === null ? [] : after.slice(0, key.length);
      const rows: Row[] = await source.all(
        `SELECT ${columns.join(', ')} FROM ${table} WHERE tenant_id = ?${beyond} ORDER BY ${key.join(', ')} LIMIT ?`,
        [tenantId, ...values, rowsAtOnce],
      );
      await tx.runMany(
        insert,
        rows.map((row) => [tenantId, ...row]),
      );
      after = rows.at(-1) ?? null;
      if (rows.length < rowsAtOnce) break;
    }
  }
  for (const { name: table, idColumn, knownAtColumn, knownAtField } of Object.values(tables)) {
    if (knownAtField !== null) continue;
    const sql = `SELECT ${idColumn}, ${knownAtColumn} FROM ${table} WHERE tenant_id = ? AND ${idColumn} > ? ORDER BY ${idColumn} LIMIT ?`;
    for (let after = 0; ; ) {
      const values = [tenantId, after, rowsAtOnce];
      const wanted = (await source.all(sql, values)) as [number, number][];
      const known = new Map((await tx.all(sql, values)) as [number, number][]);
      await tx.runMany(
        `UPDATE ${table} SET ${knownAtColumn} = ? WHERE tenant_id = ? AND ${idColumn} = ?`,
        wanted.filter(([id, at]) => known.get(id) !== at).map(([id, at]) => [at, tenantId, id]),
      );
      if (wanted.length < rowsAtOnce) break;
      after = (wanted.at(-1) as [number, number])[0];
    }
  }
}

/** Every table but those that the target finds out by itself. */
export const copiedTables: readonly string[] = [
  ...['tenant', 'change', 'trail_contact'],
  ...Object.values(tables).map(({ name }) => name),
  ...Object.keys(unlogged),
  ...copiedFileTables,
];

async function compare(source: Tx, to: Db, tenantId: number, end: SourceTenant): Promise<Copied> {
  return to.read(tenantId, async (tx) => {
    const differing: string[] = [];
    const head = (await tenantRow(tx, tenantId)) as SourceTenant;
    if (head.revision !== end.revision || head.chainHash !== end.chainHash) differing.push('the end of the log');
    let rows = 0;
    for (const table of copiedTables) {
      const sql = `SELECT COUNT(*) FROM ${table} WHERE tenant_id = ?`;
      const [there, here] = await Promise.all([source.get(sql, [tenantId]), tx.get(sql, [tenantId])]);
      rows += here?.[0] as number;
      if (there?.[0] !== here?.[0]) differing.push(`${table}: ${here?.[0]} rows instead of ${there?.[0]}`);
    }
    if (differing.length === 0) return { revision: end.revision, chainHash: end.chainHash, rows };
    throw new AppError('usage', { reason: `the copy of tenant ${tenantId} differs: ${differing.join('; ')}` });
  });
}
