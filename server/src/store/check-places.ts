import type { Trail } from '../domain/objects.ts';
import { objectOf } from './content.ts';
import type { Tx } from './db.ts';
import type { Findings } from './findings.ts';
import { pace } from './pace.ts';
import { placesOf } from './places.ts';
import { decode, tables } from './tables.ts';

const portion = 500;

const columns = tables.trail.columns.map((column) => `t.${column}`).join(', ');

/** Each change of an entry, with the next one, which has the state between them, and the entry's row where there is none. */
const sql =
  `SELECT c.revision, c.places, c.before_facts, n.before_facts, ${columns} FROM change c ` +
  'LEFT JOIN change n ON n.tenant_id = c.tenant_id AND n.before_revision <> 0 AND n.before_revision = c.revision ' +
  'LEFT JOIN trail t ON t.tenant_id = c.tenant_id AND t.trail_id = c.object_id ' +
  "WHERE c.tenant_id = ? AND c.revision > ? AND c.kind = 'trail' ORDER BY c.revision LIMIT ?";

/** Where the log says that entries went and came from, against their states in it; of anything else it says nothing. */
export async function checkPlaces(tx: Tx, tenantId: number, findings: Findings): Promise<void> {
  const giveWay = pace();
  for (let after: number | null = 0; after !== null; ) {
    const rows = await tx.all(sql, [tenantId, after, portion]);
    for (const row of rows) {
      const [revision, places, before, later] = row as [number, string, string | null, string | null];
      const gone = later === null && row[4] === null;
      const now = later !== null ? trailOf(later) : gone ? null : decode(tables.trail, row, 4);
      if (now === null || now === undefined || placesOf(before === null ? null : trailOf(before), now) !== places)
        findings.report(tenantId, 'where it says that the entry went or came from is not what its states say', revision);
    }
    after = rows.length === portion ? (rows.at(-1)?.[0] as number) : null;
    await giveWay();
  }
  const strays = "SELECT revision FROM change WHERE tenant_id = ? AND kind <> 'trail' AND places <> '' ORDER BY revision LIMIT 1";
  const stray = await tx.get(strays, [tenantId]);
  if (stray !== undefined) findings.report(tenantId, 'a change of what is no entry says where an entry went', stray[0] as number);
}

/** `null` when it is no text of facts, which is found where the log itself is looked at. */
function trailOf(facts: string): Trail | null {
  try {
    return objectOf(tables.trail, { facts, words: '{}' });
  } catch {
    return null;
  }
}
