import { AppError } from '../errors.ts';
import type { Edit } from './stores.ts';
import type { Vault } from './vault.ts';

/**
 * Does the work once for an idempotency key of the actor, in the edit that the work belongs to, so that key and work are kept together
 * or not at all. Asked again with the same request, it answers what came of it then; `request` is the request as it was read, so
 * that `"7"` and `7` are the same. Throws `conflict` when the key stands for another request. What fails keeps no key. An answer that does
 * not stand any more, where `stands` says so, is as if there were none.
 */
export async function once<T>(
  edit: Edit,
  vault: Vault,
  key: string | null,
  request: unknown,
  work: () => Promise<T>,
  stands: (answer: T) => Promise<boolean> = async () => true,
): Promise<T> {
  if (key === null) return work();
  const requestHash = vault.digest(JSON.stringify(request));
  const kept = await edit.keptAnswer(key);
  if (kept !== null) {
    if (kept.requestHash !== requestHash)
      throw new AppError('conflict', {
        reason: 'the idempotency key was used for another request; send a new key with a new request',
      });
    const answer = JSON.parse(kept.answer) as T;
    if (await stands(answer)) return answer;
    await edit.forgetAnswer(key);
  }
  const answer = await work();
  await edit.keepAnswer(key, { requestHash, answer: JSON.stringify(answer) });
  return answer;
}
