import type { Opportunity } from '../domain/objects.ts';
import type { OpportunityRow, OpportunityStore } from '../domain/stores.ts';
import type { Db, Tx } from './db.ts';
import { lastEntry } from './last-contact.ts';
import { type Candidates, listIds } from './listing.ts';
import { TxView } from './object-store.ts';

/** Opportunities as they are read, each with its last entry and all that both refer to. */
export function opportunityStore(db: Db): OpportunityStore {
  return {
    list: (tenantId, bounds, page, now) =>
      db.read(tenantId, async (tx) => {
        const last = { by: 'opportunity', what: 'trail_id', now } as const;
        const { ids, last: lastIds, ...listed } = await listIds(tx, tenantId, present(tenantId), bounds, page, last);
        const opportunities = await new TxView(tx, tenantId).objects('opportunity', ids);
        return {
          ...listed,
          rows: await rowsOf(
            tx,
            tenantId,
            ids.map((id) => opportunities.get(id) as Opportunity),
            lastIds,
          ),
        };
      }),

    get: (tenantId, opportunityId, now) =>
      db.read(tenantId, async (tx) => {
        const opportunity = await new TxView(tx, tenantId).get('opportunity', opportunityId);
        if (opportunity === null || opportunity.removed) return null;
        const row = await tx.get(lastEntry('opportunity', 'trail_id', '?'), [tenantId, opportunityId, now]);
        const lastIds = new Map(row === undefined ? [] : [[opportunityId, row[0] as number]]);
        return (await rowsOf(tx, tenantId, [opportunity], lastIds))[0] ?? null;
      }),
  };
}

const present = (tenantId: number): Candidates => ({
  sql: 'SELECT opportunity_id AS id, updated_at AS listed_at FROM opportunity WHERE tenant_id = ? AND removed = 0',
  values: [tenantId],
});

async function rowsOf(
  tx: Tx,
  tenantId: number,
  opportunities: readonly Opportunity[],
  lastIds: ReadonlyMap<number, number>,
): Promise<OpportunityRow[]> {
  const view = new TxView(tx, tenantId);
  const trails = await view.objects('trail', lastIds.values());
  const contactIds = [
    ...opportunities.flatMap(({ details }) => details.contactIds ?? []),
    ...[...trails.values()].flatMap((trail) => trail.contactIds),
  ];
  const userIds = [
    ...opportunities.flatMap(({ mainUserId, createdBy, details }) => [mainUserId, createdBy, ...(details.handlerIds ?? [])]),
    ...[...trails.values()].map((trail) => trail.authorId),
  ];
  const known = {
    company: await view.objects(
      'company',
      opportunities.map(({ companyId }) => companyId),
    ),
    contact: await view.objects('contact', contactIds),
    user: await view.objects('user', userIds),
  };
  return opportunities.map((opportunity) => {
    const lastTrail = trails.get(lastIds.get(opportunity.opportunityId) ?? 0) ?? null;
    return { opportunity, lastTrail, known };
  });
}
