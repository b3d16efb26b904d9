/**
 * Brings a log that was written before it had a chain into its present shape; part of migration step 3. Reads the tables as they are
 * described today, without what a later step adds: see `later`.
 */
import { blank } from '../domain/blank.ts';
import type { JoinedKind, Kind, ObjectKinds } from '../domain/objects.ts';
import { AppError } from '../errors.ts';
import { chainHash, chainStart, contentHash, newSalt, wordsHash } from './chain.ts';
import { type Content, contentOf, objectOf } from './content.ts';
import type { Row, Tx, Value } from './db.ts';
import { placesOfFacts } from './places.ts';
import { decode, type Table, tables } from './tables.ts';

/** Rows that are in memory at a time. */
const portion = 500;

/** Fields whose columns a later step adds. */
const later: { readonly [K in Kind]?: readonly (keyof ObjectKinds[K])[] } = {
  trail: ['ownCommentCount'],
  lead: ['nextFollowUpAt'],
  opportunity: ['nextFollowUpAt'],
};

/** What a table had then. */
function formerly<T>(kind: Kind, table: Table<T>): Pick<Table<T>, 'fields' | 'codecs' | 'columns'> {
  const kept = [...table.fields.keys()].filter(
    (i) => !(later[kind] as readonly unknown[] | undefined)?.includes(table.fields[i]),
  );
  const pick = <V>(values: readonly V[]): V[] => kept.map((i) => values[i] as V);
  return { fields: pick(table.fields), codecs: pick(table.codecs), columns: pick(table.columns) };
}

/** The log's texts and chain, the entries' links, and kept answers without words, tenant by tenant. */
export async function fillLog(tx: Tx): Promise<void> {
  for (const [tenantId] of (await tx.all('SELECT tenant_id FROM tenant')) as number[][]) {
    await fillTexts(tx, tenantId as number);
    await fillLinks(tx, tenantId as number);
    await fillChain(tx, tenantId as number);
    await fillAnswers(tx, tenantId as number);
  }
}

/** Rows in the order of one key, a portion at a time; `sql` ends in the comparison with it, the key is the first column. */
async function* portions(tx: Tx, sql: string, values: readonly Value[], order: string): AsyncGenerator<Row[]> {
  for (let after = 0; ; ) {
    const rows = await tx.all(`${sql} ORDER BY ${order} LIMIT ?`, [...values, after, portion]);
    if (rows.length === 0) return;
    yield rows;
    after = rows.at(-1)?.[0] as number;
  }
}

/** The log as it was, with what stood in one text, "before", and the former revision in it. */
async function fillTexts(tx: Tx, tenantId: number): Promise<void> {
  const sql =
    'SELECT revision, kind, object_id, action, actor, changed_at, before FROM former_change WHERE tenant_id = ? AND revision > ?';
  for await (const rows of portions(tx, sql, [tenantId], 'revision'))
    await tx.runMany(
      'INSERT INTO change (tenant_id, revision, kind, object_id, action, actor, changed_at, before_revision, before_facts, before_words, ' +
        'salt, content_hash, chain_hash, places) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      rows.map((row) => {
        const [kind, text] = [row[1] as Kind, row[6] as string | null];
        const before = text === null ? null : (JSON.parse(text) as { readonly revision: number });
        const table = tables[kind] as Table<unknown>;
        const content = before === null ? null : contentOf(table, { ...unsaid(kind), ...before });
        const known = [before?.revision ?? 0, content?.facts ?? null, content?.words ?? null];
        return [tenantId, ...row.slice(0, 6), ...known, newSalt(), '', '', ''];
      }),
    );
}

/** Fields that came later are not in older texts. */
const unsaid = (kind: Kind): object =>
  kind === 'trail' ? objectOf(tables.trail, { facts: '{}', words: '{}' }) : blank[kind as JoinedKind](0);

async function fillLinks(tx: Tx, tenantId: number): Promise<void> {
  const { links } = tables.trail;
  if (links === null) return;
  const trail = formerly('trail', tables.trail);
  const sql = `SELECT trail_id, ${trail.columns.join(', ')} FROM trail WHERE tenant_id = ? AND trail_id > ?`;
  for await (const rows of portions(tx, sql, [tenantId], 'trail_id'))
    await tx.runMany(
      `INSERT INTO ${links.name} (tenant_id, ${links.columns.join(', ')}) VALUES (?, ?, ?, ?, ?)`,
      rows.flatMap((row) => links.rows(decode(trail, row, 1)).map((link) => [tenantId, ...link])),
    );
}

async function fillChain(tx: Tx, tenantId: number): Promise<void> {
  let previous = chainStart;
  let changedAt = 0;
  // `<> 0` lets the partial index serve.
  const sql =
    'SELECT c.revision, c.kind, c.object_id, c.action, c.actor, c.changed_at, c.before_revision, n.before_facts, n.before_words, c.before_facts, c.salt ' +
    'FROM change c LEFT JOIN change n ON n.tenant_id = c.tenant_id AND n.before_revision <> 0 AND n.before_revision = c.revision ' +
    'WHERE c.tenant_id = ? AND c.revision > ?';
  for await (const rows of portions(tx, sql, [tenantId], 'c.revision')) {
    const filled: Value[][] = [];
    for (const [revision, kind, id, action, actor, at, beforeRevision, facts, words, oldFacts, salt] of rows) {
      const content =
        facts === null
          ? await present(tx, tenantId, kind as Kind, id as number)
          : { facts: facts as string, words: words as string };
      // A clock that was put back no longer shows.
      changedAt = Math.max(changedAt, at as number);
      const hashOfContent = contentHash(wordsHash(salt as string, content.words), content.facts);
      const header = [tenantId, revision, kind, id, action, actor, changedAt, beforeRevision] as Value[];
      previous = chainHash(previous, header, hashOfContent);
      const places = kind === 'trail' ? placesOfFacts(oldFacts as string | null, content.facts) : '';
      filled.push([changedAt, hashOfContent, previous, places, tenantId, revision as number]);
    }
    await tx.runMany(
      'UPDATE change SET changed_at = ?, content_hash = ?, chain_hash = ?, places = ? WHERE tenant_id = ? AND revision = ?',
      filled,
    );
  }
  await tx.run('UPDATE tenant SET changed_at = ?, chain_hash = ? WHERE tenant_id = ?', [changedAt, previous, tenantId]);
}

async function present(tx: Tx, tenantId: number, kind: Kind, id: number): Promise<Content> {
  const table = tables[kind] as Table<unknown>;
  const then = formerly(kind, table);
  const row = await tx.get(`SELECT ${then.columns.join(', ')} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} = ?`, [
    tenantId,
    id,
  ]);
  if (row === undefined)
    throw new AppError('usage', {
      reason: `the store is damaged, tenant ${tenantId}: ${kind} ${id} is in the change log but not in the store; "restore" puts a backup in its place`,
    });
  return contentOf(table, decode(then, row));
}

/** What a push of a company was answered with, as it is kept now: which contacts, and none of their words. */
async function fillAnswers(tx: Tx, tenantId: number): Promise<void> {
  const sql =
    'SELECT actor, idempotency_key, answer FROM idempotency WHERE tenant_id = ? AND (actor, idempotency_key) > (?, ?) ' +
    'ORDER BY actor, idempotency_key LIMIT ?';
  for (let after = ['', '']; ; ) {
    const rows = (await tx.all(sql, [tenantId, ...after, portion])) as string[][];
    const [actor, key] = rows.at(-1) ?? [];
    if (actor === undefined || key === undefined) return;
    for (const [ofActor = '', ofKey = '', answer = ''] of rows) {
      const kept = JSON.parse(answer) as { companyId?: number; contacts?: readonly { readonly contactId: number }[] };
      if (kept.contacts === undefined) continue;
      const brief = { companyId: kept.companyId, contactIds: kept.contacts.map(({ contactId }) => contactId) };
      await tx.run('UPDATE idempotency SET answer = ? WHERE tenant_id = ? AND actor = ? AND idempotency_key = ?', [
        JSON.stringify(brief),
        tenantId,
        ofActor,
        ofKey,
      ]);
    }
    after = [actor, key];
  }
}
