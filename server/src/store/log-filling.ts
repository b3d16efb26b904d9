/** Brings a log that was written before it had a chain into its present shape; part of migration step 3. */
import type { Kind, Trail } from '../domain/objects.ts';
import { chainHash, chainStart, contentHash, newSalt, wordsHash } from './chain.ts';
import { type Content, contentOf, objectOf } from './content.ts';
import type { Tx, Value } from './db.ts';
import { decode, type Table, tables } from './tables.ts';

const portion = 1000;

/** The log's texts, links and chain, tenant by tenant. */
export async function fillLog(tx: Tx): Promise<void> {
  for (const [tenantId] of await tx.all('SELECT tenant_id FROM tenant')) {
    await fillTexts(tx, tenantId as number);
    await fillLinks(tx, tenantId as number);
    await fillChain(tx, tenantId as number);
  }
}

/** What stood in one text, "before", with the former revision in it. */
async function fillTexts(tx: Tx, tenantId: number): Promise<void> {
  for (let after = 0; ; ) {
    const rows = await tx.all(
      'SELECT revision, kind, before FROM change WHERE tenant_id = ? AND revision > ? AND before IS NOT NULL ORDER BY revision LIMIT ?',
      [tenantId, after, portion],
    );
    const last = rows.at(-1);
    if (last === undefined) return;
    for (const [revision, kind, text] of rows) {
      const before = JSON.parse(text as string) as { revision: number };
      const table = tables[kind as Kind] as Table<unknown>;
      const { facts, words } = contentOf(table, { ...emptyOf(table), ...(before as object) });
      await tx.run(
        'UPDATE change SET before_revision = ?, before_facts = ?, before_words = ? WHERE tenant_id = ? AND revision = ?',
        [before.revision, facts, words, tenantId, revision as number],
      );
    }
    after = last[0] as number;
  }
}

/** Fields that came later are not in older texts. */
const emptyOf = (table: Table<unknown>): object => objectOf(table, { facts: '{}', words: '{}' }) as object;

async function fillLinks(tx: Tx, tenantId: number): Promise<void> {
  const { columns, links } = tables.trail;
  for (let after = 0; ; ) {
    const rows = await tx.all(
      `SELECT ${columns.join(', ')} FROM trail WHERE tenant_id = ? AND trail_id > ? ORDER BY trail_id LIMIT ?`,
      [tenantId, after, portion],
    );
    if (rows.length === 0 || links === null) return;
    const trails = rows.map((row) => decode(tables.trail, row));
    await tx.runMany(
      `INSERT INTO ${links.name} (tenant_id, ${links.columns.join(', ')}) VALUES (?, ?, ?, ?, ?)`,
      trails.flatMap((trail) => links.rows(trail).map((link) => [tenantId, ...link])),
    );
    after = (trails.at(-1) as Trail).trailId;
  }
}

async function fillChain(tx: Tx, tenantId: number): Promise<void> {
  // Later states by the revision that they follow: an index would be made in vain, since the real one comes at the end.
  await tx.run('CREATE INDEX filling ON change (tenant_id, before_revision)');
  let previous = chainStart;
  let changedAt = 0;
  for (let revision = 0; ; ) {
    const rows = await tx.all(
      'SELECT c.revision, c.kind, c.object_id, c.action, c.actor, c.changed_at, c.before_revision, n.before_facts, n.before_words FROM change c ' +
        'LEFT JOIN change n ON n.tenant_id = c.tenant_id AND n.before_revision = c.revision ' +
        'WHERE c.tenant_id = ? AND c.revision > ? ORDER BY c.revision LIMIT ?',
      [tenantId, revision, portion],
    );
    if (rows.length === 0) break;
    for (const [own, kind, id, action, actor, at, beforeRevision, facts, words] of rows) {
      const content =
        facts === null ? await present(tx, tenantId, kind as Kind, id as number) : ({ facts, words } as unknown as Content);
      changedAt = Math.max(changedAt, at as number);
      const salt = newSalt();
      const hashOfContent = contentHash(wordsHash(salt, content.words), content.facts);
      const header: Value[] = [tenantId, own, kind, id, action, actor, changedAt, beforeRevision] as Value[];
      previous = chainHash(previous, header, hashOfContent);
      await tx.run(
        'UPDATE change SET changed_at = ?, salt = ?, content_hash = ?, chain_hash = ? WHERE tenant_id = ? AND revision = ?',
        [changedAt, salt, hashOfContent, previous, tenantId, own as number],
      );
      revision = own as number;
    }
  }
  await tx.run('DROP INDEX filling');
  await tx.run('UPDATE tenant SET changed_at = ?, chain_hash = ? WHERE tenant_id = ?', [changedAt, previous, tenantId]);
}

async function present(tx: Tx, tenantId: number, kind: Kind, id: number): Promise<Content> {
  const table = tables[kind] as Table<unknown>;
  const row = await tx.get(
    `SELECT ${table.columns.join(', ')} FROM ${table.name} WHERE tenant_id = ? AND ${table.idColumn} = ?`,
    [tenantId, id],
  );
  if (row === undefined) throw new Error(`tenant ${tenantId}: ${kind} ${id} is in the log but not in the store`);
  return contentOf(table, decode(table, row));
}
