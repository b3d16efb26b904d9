/**
 * What is left in the log of an object whose words are erased: of each of its states the facts, and the hash of the words. The chain is
 * verified with that as before (chain.ts), and with the salt gone nothing can be guessed from it.
 */
import { wordsHash } from './chain.ts';
import { noWords } from './content.ts';
import type { Tx } from './db.ts';

/** A state of an object: the change that made it, and the words that it had. */
interface State {
  readonly revision: number;
  readonly words: string;
  readonly salt: string;
  /** The change that made the one before; 0 for none. */
  readonly beforeRevision: number;
}

/** The states whose words are not erased, from the last one back: those before an erasure are all erased. */
async function* states(tx: Tx, tenantId: number, revision: number, words: string): AsyncGenerator<State> {
  const sql = 'SELECT salt, erased_hash, before_revision, before_words FROM change WHERE tenant_id = ? AND revision = ?';
  for (let [at, present] = [revision, words]; at !== 0; ) {
    const row = await tx.get(sql, [tenantId, at]);
    const [salt, erasedHash, beforeRevision, before] = row as [string, string, number, string | null];
    if (erasedHash !== '') return;
    yield { revision: at, words: present, salt, beforeRevision };
    [at, present] = [beforeRevision, before ?? noWords];
  }
}

/** Whether any state of an object still has words. `revision` is the one it stands at, with `words`. */
export async function hasWords(tx: Tx, tenantId: number, revision: number, words: string): Promise<boolean> {
  for await (const state of states(tx, tenantId, revision, words)) if (state.words !== noWords) return true;
  return false;
}

/** Deletes words and salt of every state of an object up to `revision` from the log. The change that erases it is not among them. */
export async function eraseStates(tx: Tx, tenantId: number, revision: number, words: string): Promise<void> {
  for await (const state of states(tx, tenantId, revision, words))
    await tx.run("UPDATE change SET salt = '', erased_hash = ?, before_words = ? WHERE tenant_id = ? AND revision = ?", [
      wordsHash(state.salt, state.words),
      state.beforeRevision === 0 ? null : noWords,
      tenantId,
      state.revision,
    ]);
}
