/** Keeps in the store where the blocks of large scopes lie, so that the next process need not cut them (kept-blocks.ts). */
import type { Db, Tx } from './db.ts';
import { keepBlocks, keptRevision } from './kept-blocks.ts';
import { listOf, longestList } from './lists.ts';
import { headOf } from './log-times.ts';
import { pace } from './pace.ts';
import { type Scope, scope } from './scope.ts';
import { live } from './tables.ts';
import { type At, keepEvery, type Timeline } from './timeline.ts';

const enterprise = scope(live.yes, null, 0, 'happenedAt');
const subjects = ['companyId', 'leadId', 'opportunityId'] as const;

/** Of the entries that blocks begin with, so many are about a subject that is worth its own kept blocks. */
const frequent = 24;

/** Does so for one tenant, if enough was changed since. Answers the revision that it looked at. */
export async function settle(db: Db, tenantId: number, timeline: Timeline): Promise<number> {
  const { head, unkept } = await db.read(tenantId, async (tx) => {
    const { revision } = await headOf(tx, tenantId);
    const kept = await keptRevision(tx, tenantId, enterprise.name);
    if (revision - (kept ?? 0) < keepEvery) return { head: revision, unkept: [] };
    const at = await timeline.at(tx, enterprise, revision);
    // What large scopes there are is looked at when a tenth of all was changed, as an import does.
    if (at !== null && (kept === null || 10 * (revision - kept) > at.blocks.total)) {
      for (const subject of await largeSubjects(tx, tenantId, at)) await timeline.at(tx, subject, revision);
    }
    return { head: revision, unkept: timeline.unkept() };
  });
  if (unkept.length > 0) {
    await db.write(tenantId, async (tx) => {
      for (const one of unkept) await keepBlocks(tx, tenantId, one.scope, one.revision, one.blocks);
    });
  }
  return head;
}

/** Found by a sample: the entries that the enterprise's blocks begin with. */
async function largeSubjects(tx: Tx, tenantId: number, { blocks }: At): Promise<Scope[]> {
  const ids: number[] = [];
  for (let block = 1; block < blocks.length; block++) ids.push(blocks.start(block)?.id as number);
  const counts = new Map<string, { readonly scope: Scope; count: number }>();
  const giveWay = pace();
  const some = longestList / 4;
  for (let start = 0; start < ids.length; start += some) {
    const list = listOf(ids.slice(start, start + some));
    const rows = await tx.all(
      `SELECT company_id, lead_id, opportunity_id FROM trail WHERE tenant_id = ? AND trail_id IN (${list.marks})`,
      [tenantId, ...list.values],
    );
    for (const row of rows) {
      for (const [i, subject] of subjects.entries()) {
        const id = row[i] as number;
        const key = `${subject} ${id}`;
        const known = counts.get(key);
        if (known !== undefined) known.count += 1;
        else if (id !== 0) counts.set(key, { scope: scope(live.yes, subject, id, 'happenedAt'), count: 1 });
      }
    }
    await giveWay();
  }
  return [...counts.values()].filter(({ count }) => count >= frequent).map((one) => one.scope);
}
