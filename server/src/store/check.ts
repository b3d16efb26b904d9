import type { Kind } from '../domain/objects.ts';
import { checkCursors } from './check-cursors.ts';
import { checkLinks } from './check-links.ts';
import { type KeptHead, LogCheck } from './check-log.ts';
import { ObjectCheck } from './check-objects.ts';
import { checkTotals } from './check-totals.ts';
import type { Db, Tx } from './db.ts';
import { type Finding, Findings } from './findings.ts';
import { checkSearch } from './search-check.ts';
import { searchTableNames } from './search-tables.ts';
import { tables } from './tables.ts';

export interface CheckedTenant {
  readonly tenantId: number;
  readonly revision: number;
  readonly trails: number;
  /** The first revision of its log that is not as it was written; `null` when each is. */
  readonly firstBad: number | null;
}

export interface CheckReport {
  readonly tenants: readonly CheckedTenant[];
  /** The first hundred of each tenant. */
  readonly findings: readonly Finding[];
  readonly count: number;
}

/**
 * Verifies the whole store in one state: the file itself, the hash chain of each change log, every content that it vouches for, every
 * derived column, link and total against a recount, the search index against the contents, and every webhook's cursor. `kept`: by tenant, the head of its log as it was kept
 * elsewhere. What cannot be read is a finding too. Memory does not grow with the store.
 */
export async function checkStore(
  db: Db,
  integrity: () => string[],
  kept: ReadonlyMap<number, KeptHead> = new Map(),
): Promise<CheckReport> {
  return db.read(null, async (tx) => {
    const findings = new Findings();
    await findings.reading(0, 'the file', async () => {
      for (const what of integrity()) findings.report(0, what);
    });
    const tenants: CheckedTenant[] = [];
    const known = new Set<number>();
    await findings.reading(0, 'the enterprises', async () => {
      for (const [tenantId] of (await tx.all('SELECT tenant_id FROM tenant ORDER BY tenant_id')) as number[][])
        known.add(tenantId as number);
    });
    for (const tenantId of known) tenants.push(await checkTenant(tx, tenantId, findings, kept.get(tenantId) ?? null));
    await findings.reading(0, 'the enterprises', () => checkStrays(tx, known, findings));
    return { tenants, findings: findings.list, count: findings.count };
  });
}

/** Verifies what the store holds of one tenant, in one state, likewise; the file as a whole is left out. */
export async function checkOne(db: Db, tenantId: number): Promise<Pick<CheckReport, 'findings' | 'count'>> {
  return db.read(tenantId, async (tx) => {
    const findings = new Findings();
    await checkTenant(tx, tenantId, findings, null);
    return { findings: findings.list, count: findings.count };
  });
}

async function checkTenant(tx: Tx, tenantId: number, findings: Findings, kept: KeptHead | null): Promise<CheckedTenant> {
  let [revision, trails] = [0, 0];
  const part = (what: string, work: () => Promise<void>): Promise<void> => findings.reading(tenantId, what, work);
  const objects = new ObjectCheck(tx, tenantId, findings);
  await part('the change log', () => new LogCheck(tx, tenantId, findings, objects, kept).run());
  await part('its row', async () => {
    const row = await tx.get('SELECT revision, next_id FROM tenant WHERE tenant_id = ?', [tenantId]);
    const [head, nextId] = row as [number, number];
    revision = head;
    for (const kind of Object.keys(tables) as Kind[]) await part(`the table of ${kind}`, () => objects.rest(kind, nextId));
  });
  await part('the links', () => checkLinks(tx, tenantId, findings, objects.links));
  await part('the timeline', () => checkTotals(tx, tenantId, findings));
  await part('the search index', () => checkSearch(tx, tenantId, findings));
  await part('the webhooks', () => checkCursors(tx, tenantId, findings, revision));
  await part('the timeline', async () => {
    trails = (await tx.get('SELECT COUNT(*) FROM trail WHERE tenant_id = ?', [tenantId]))?.[0] as number;
  });
  return { tenantId, revision, trails, firstBad: findings.firstBad(tenantId) };
}

/** Rows of enterprises that are not there. */
async function checkStrays(tx: Tx, known: ReadonlySet<number>, findings: Findings): Promise<void> {
  const links = tables.trail.links === null ? [] : [tables.trail.links.name];
  for (const name of ['change', ...Object.values(tables).map((table) => table.name), ...links, ...searchTableNames]) {
    // From one to the next: each is found at once, however many rows it has.
    for (let tenantId: number | null = Number.MIN_SAFE_INTEGER; tenantId !== null; ) {
      const row = await tx.get(`SELECT min(tenant_id) FROM ${name} WHERE tenant_id > ?`, [tenantId]);
      tenantId = (row?.[0] as number | null | undefined) ?? null;
      if (tenantId !== null && !known.has(tenantId))
        findings.report(0, `${name} has rows of enterprise ${tenantId}, which is not there`);
    }
  }
}
