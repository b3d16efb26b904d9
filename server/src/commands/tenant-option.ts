import type { Core } from '../app.ts';
import { AppError } from '../errors.ts';

/** Throws `usage` for anything but a whole number that JSON can carry. */
export function readId(option: string, value: unknown): number {
  const text = String(value);
  const id = /^\d{1,16}$/.test(text) ? Number(text) : 0;
  if (id < 1 || !Number.isSafeInteger(id)) {
    throw new AppError('usage', {
      reason: `${option}: ${JSON.stringify(text)} is not accepted; accepted: a whole number from 1 to 9007199254740991`,
    });
  }
  return id;
}

/** The tenant that an option names; throws `usage` listing those there are when it is none of them. */
export async function existingTenant(core: Core, option: string, value: unknown): Promise<number> {
  const tenantId = readId(option, value);
  if ((await core.tenants.get(tenantId)) !== null) return tenantId;
  const there = (await core.tenants.list()).map((tenant) => tenant.tenantId).slice(0, 20);
  throw new AppError('usage', {
    reason: `${option}: there is no tenant ${tenantId}; there ${there.length === 0 ? 'is none yet' : `are: ${there.join(', ')}`}`,
  });
}
