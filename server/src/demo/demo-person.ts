import type { Mailbox } from '../domain/session.ts';

export const demoTenantId = 23412;

/**
 * Who signs in to the demo with one click: the one who leads its firm. The address is of a domain that nobody can have, so no store but a
 * demo's knows it.
 */
export const demoMailbox: Mailbox = { tenantId: demoTenantId, email: 'lin.xiaotang@genjin-demo.example' };
