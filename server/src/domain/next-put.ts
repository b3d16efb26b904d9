import { AppError } from '../errors.ts';
import type { Subject } from './next-stores.ts';
import type { Trail } from './objects.ts';
import { changedNow } from './push.ts';
import type { Edit } from './stores.ts';

/** What a next follow-up that is said with an entry is about: the company, without one the lead, without that the opportunity. */
export function nextSubject({
  companyId,
  leadId,
  opportunityId,
}: Pick<Trail, 'companyId' | 'leadId' | 'opportunityId'>): Subject {
  if (companyId !== null) return { kind: 'company', id: companyId };
  if (leadId !== null) return { kind: 'lead', id: leadId };
  if (opportunityId !== null) return { kind: 'opportunity', id: opportunityId };
  throw new AppError('trail_subject_missing');
}

/**
 * Sets when something is to be followed up next, at `now`, a whole second; what is so already stays as it is. It was changed by that, but not
 * edited: nothing is said of what it is like. Throws `not_found` for what is not there or was removed.
 */
export async function putNextFollowUp(
  edit: Edit,
  { kind, id }: Subject,
  nextFollowUpAt: number | null,
  now: number,
): Promise<void> {
  const before = (await edit.getMany(kind, [id])).get(id);
  if (before === undefined || ('removed' in before.object && before.object.removed)) throw new AppError('not_found');
  if (before.object.nextFollowUpAt === nextFollowUpAt) return;
  await edit.write(kind, [changedNow(before, { ...before.object, nextFollowUpAt, updatedAt: now }, now)]);
}
