import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import type { Kind } from './objects.ts';
import type { Actor, Clock, Edit, ObjectStore } from './stores.ts';
import { wholeSecond } from './trail.ts';

/** What people wrote of whom, and what tells who somebody is. */
export type ErasableKind = Extract<Kind, 'trail' | 'contact' | 'leadContact' | 'user'>;

/** Clears what erased words leave in places that nobody reads any more, in its own time. */
export interface Cleaning {
  /** Something is about to be erased: from now on it is known that there is something to clear, whatever happens. */
  expect(): void;
  sweep(): Promise<unknown>;
  /** Stops what is under way where it can be taken up again. */
  close(): Promise<void>;
}

/** Deletes what privacy law gives a person the right to have deleted, and leaves the rest of the log as it is. */
export class Erasures {
  readonly #objects: ObjectStore;
  readonly #cleaning: Cleaning;
  readonly #clock: Clock;

  constructor(parts: { objects: ObjectStore; cleaning: Cleaning; clock: Clock }) {
    this.#objects = parts.objects;
    this.#cleaning = parts.cleaning;
    this.#clock = parts.clock;
  }

  /** As `eraseAs`. Throws `not_allowed` for a person who signed in: it is for the enterprise to decide, through an application. */
  async erase(caller: Caller, kind: ErasableKind, id: number): Promise<boolean> {
    if (caller.member) throw new AppError('not_allowed', { reason: 'only an application may erase, not a user who signed in' });
    return this.eraseAs(caller.tenantId, caller.actor, kind, id);
  }

  /**
   * Deletes the words of an entry or a person for good, in every state that it ever had; of a user also how it signs in. `false` when
   * there was nothing left to delete: then nothing changes. Throws `not_found`.
   */
  async eraseAs(tenantId: number, actor: Actor, kind: ErasableKind, id: number): Promise<boolean> {
    const erased = await this.#objects.change(tenantId, actor, async (edit) => {
      const ended = kind === 'user' && (await edit.access.signInBy('userId', id)) !== null;
      if (ended) await edit.access.endSignIn(id);
      const done = (await this.#eraseIn(edit, kind, id)) || ended;
      if (done) this.#cleaning.expect();
      return done;
    });
    // Whoever must know when the last copy is gone waits for it.
    if (erased) void this.#cleaning.sweep();
    return erased;
  }

  async #eraseIn<K extends ErasableKind>(edit: Edit, kind: K, id: number): Promise<boolean> {
    const stored = (await edit.getMany(kind, [id])).get(id);
    if (stored === undefined) throw new AppError('not_found');
    return edit.erase(kind, stored, wholeSecond(this.#clock()));
  }
}
