import { AppError } from '../errors.ts';
import type { Caller } from './application.ts';
import type { User } from './objects.ts';
import { userStates } from './objects.ts';
import type { UserStore } from './stores.ts';

/** Which user: all given conditions must match. */
export interface UserQuestion {
  readonly userId: number | null;
  /** The size of letters does not matter. */
  readonly email: string | null;
  readonly nickname: string | null;
  readonly fullName: string | null;
}

/** The users of an enterprise, as they are read. */
export class Users {
  readonly #users: UserStore;

  constructor(parts: { users: UserStore }) {
    this.#users = parts.users;
  }

  /** Those in a state, by ascending id. */
  list(caller: Caller, state: number): Promise<User[]> {
    return this.#users.list(caller.tenantId, state);
  }

  /** In whatever state; of several, one who may sign in comes before others, then the smallest id. Throws `not_found`. */
  async get(caller: Caller, { userId, email, nickname, fullName }: UserQuestion): Promise<User> {
    const matching = (await this.#users.list(caller.tenantId, null)).filter(
      (user) =>
        (userId === null || user.userId === userId) &&
        (email === null || user.email.toLowerCase() === email.toLowerCase()) &&
        (nickname === null || user.nickname === nickname) &&
        (fullName === null || fullNameOf(user) === fullName),
    );
    const user = matching.find(({ state }) => state === userStates.normal) ?? matching[0];
    if (user === undefined) throw new AppError('not_found');
    return user;
  }
}

/** Family name and second name; the nickname when both are empty (docs/wire.md#users). */
export function fullNameOf({ nickname, details }: User): string {
  const name = (details.familyName ?? '') + (details.secondName ?? '');
  return name === '' ? nickname : name;
}
