/** What pushes of companies, leads and opportunities have in common. */
import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import type { Company } from './objects.ts';
import type { Edit, Stored, Write } from './stores.ts';

/** Throws `missing_parameter` or `bad_parameter`: a new object needs a name, and none loses it. */
export function requireName(name: string | undefined, isNew: boolean): void {
  if (name === '' || (name === undefined && isNew)) throw badParameter('name', name, 'accepted: a text that is not empty');
}

/** Throws `not_found` unless the tenant has all these users. */
export async function requireUsers(edit: Edit, ids: readonly (number | null | undefined)[]): Promise<void> {
  const wanted = new Set(ids.filter((id) => id !== null && id !== undefined));
  if ((await edit.getMany('user', wanted)).size < wanted.size) throw new AppError('not_found');
}

/** Who looks after a new firm: whom the push names, else the person who signed in. A program's stay in the public pool. */
export const firstOwners = (caller: Caller, given: readonly number[] | undefined): readonly number[] =>
  given ?? (caller.member ? [caller.userId] : []);

/** Throws `not_found` when it is not there or was removed. */
export async function presentCompany(edit: Edit, companyId: number): Promise<Stored<Company>> {
  const company = (await edit.getMany('company', [companyId])).get(companyId);
  if (company === undefined || company.object.removed) throw new AppError('not_found');
  return company;
}

/**
 * What was changed now, as it is written. It is known from `now`, and never from an earlier instant than what was there: an import
 * may have brought times that are still to come, and must not win again.
 */
export const changedNow = <T>(before: Stored<T> | null, after: T, now: number): Write<T> => ({
  before,
  after,
  knownAt: Math.max(now, before?.knownAt ?? now),
});
