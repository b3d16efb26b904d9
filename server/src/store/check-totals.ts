import { Blocks } from './blocks.ts';
import type { Tx } from './db.ts';
import type { Findings } from './findings.ts';
import { headOf } from './log-times.ts';
import { type Scope, scope, scopeNamed } from './scope.ts';
import { live } from './tables.ts';
import { Timeline } from './timeline.ts';
import { between, trailQuery } from './trail-query.ts';

const subjects = [
  ['companyId', 'company_id'],
  ['leadId', 'lead_id'],
  ['opportunityId', 'opportunity_id'],
] as const;

/**
 * The counted blocks of the enterprise, of its 1,000 largest subjects of each kind, and of whatever has blocks that are kept in the store,
 * each against a recount.
 */
export async function checkTotals(tx: Tx, tenantId: number, findings: Findings): Promise<void> {
  const scopes = new Map<string, Scope>();
  const add = (one: Scope): void => void scopes.set(one.name, one);
  for (const state of [live.yes, live.removed]) {
    for (const by of ['happenedAt', 'recordedAt', 'updatedAt'] as const) add(scope(state, null, 0, by));
    for (const [field, column] of subjects) {
      const sql = `SELECT ${column} FROM trail WHERE tenant_id = ? AND live = ? AND ${column} <> 0 GROUP BY ${column} ORDER BY COUNT(*) DESC, 1 LIMIT 1000`;
      for (const [id] of await tx.all(sql, [tenantId, state])) add(scope(state, field, id as number, 'happenedAt'));
    }
  }
  const kept = await tx.all('SELECT scope, revision, blocks FROM timeline_block WHERE tenant_id = ?', [tenantId]);
  const { revision: head } = await headOf(tx, tenantId);
  for (const [name, revision, blocks] of kept) {
    const one = scopeNamed(name as string);
    if (one === null) findings.report(tenantId, `blocks are kept of "${name}", which is no scope`);
    else if ((revision as number) > head)
      findings.report(tenantId, `the blocks of ${name} are kept as of revision ${revision}, past the end of the log`);
    else if (Blocks.decode(blocks as string) === null) findings.report(tenantId, `the kept blocks of ${name} are not readable`);
    else add(one);
  }
  const timeline = new Timeline(tenantId);
  for (const one of scopes.values()) {
    const at = await timeline.at(tx, one, head);
    const wrong = at === null ? 'not counted' : await recount(tx, tenantId, one, at.blocks);
    if (wrong !== null) findings.report(tenantId, `${one.name}: ${wrong}`);
  }
}

/** What is wrong with the blocks of a scope. */
async function recount(tx: Tx, tenantId: number, one: Scope, blocks: Blocks): Promise<string | null> {
  const query = trailQuery(tenantId, one.filter);
  for (let block = 0; block < blocks.length; block++) {
    const { where, values } = between(query, blocks.start(block), blocks.start(block + 1));
    const row = await tx.get(`SELECT COUNT(*) FROM trail t WHERE ${where}`, values);
    if (row?.[0] !== blocks.count(block)) return `block ${block}: counted ${blocks.count(block)}, recounted ${row?.[0]}`;
  }
  return null;
}
