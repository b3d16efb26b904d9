import type { Tx } from './db.ts';
import type { Findings } from './findings.ts';

/** Entries that are in memory at a time. */
const portion = 500;

const counted =
  'SELECT c.trail_id, COUNT(*), t.own_comment_count FROM comment c ' +
  'LEFT JOIN trail t ON t.tenant_id = c.tenant_id AND t.trail_id = c.trail_id ' +
  'WHERE c.tenant_id = ? AND c.trail_id > ? AND c.removed = 0 GROUP BY c.trail_id, t.own_comment_count ORDER BY c.trail_id LIMIT ?';

/** Whether every entry has the number of its comments: each that has some the right one, and no other any. */
export async function checkComments(tx: Tx, tenantId: number, findings: Findings): Promise<void> {
  let total = 0;
  for (let after = 0; ; ) {
    const rows = (await tx.all(counted, [tenantId, after, portion])) as [number, number, number | null][];
    for (const [trailId, count, noted] of rows) {
      total += noted ?? 0;
      if (noted === null) findings.report(tenantId, `${count} comments are on entry ${trailId}, which is not there`);
      else if (noted !== count) findings.report(tenantId, `entry ${trailId} has ${count} comments, noted are ${noted}`);
    }
    const last = rows.at(-1);
    if (last === undefined) break;
    [after] = last;
  }
  const sum = 'SELECT CAST(coalesce(sum(own_comment_count), 0) AS BIGINT) FROM trail WHERE tenant_id = ?';
  const noted = (await tx.get(sum, [tenantId]))?.[0] as number;
  if (noted !== total) findings.report(tenantId, `entries have ${noted} comments noted, those that have any ${total}`);
}
