import { AppError, badParameter } from '../errors.ts';
import { type User, userStates } from './objects.ts';
import { changedNow } from './push.ts';
import type { Role } from './role.ts';
import type { SessionStore } from './session-stores.ts';
import { checkMail, checkPassword, mailKey, newPassword, passwordDigest, putUser } from './sign-in.ts';
import type { Actor, Clock, Edit, ObjectStore, SignIn, Stored, UserStore } from './stores.ts';
import type { Vault } from './vault.ts';

/** A user, with how it signs in. */
export interface Person {
  readonly user: User;
  /** `null`: it does not. */
  readonly signIn: SignIn | null;
}

/** What is said of a user who is to sign in; what is `undefined` stays as it is. */
export interface PersonFields {
  readonly nickname?: string | undefined;
  readonly email?: string | undefined;
  readonly role?: Role | undefined;
  readonly password?: string | undefined;
}

/** `password`: one that was made up, given out here and never again. */
export interface SavedPerson {
  readonly userId: number;
  readonly password: string | null;
}

/** Who records and signs in, as admins and the command line see to it. There is always an admin left, once there is one. */
export class People {
  readonly #users: UserStore;
  readonly #sessions: SessionStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { users: UserStore; sessions: SessionStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#users = parts.users;
    this.#sessions = parts.sessions;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  /** Users in whatever state, by ascending id; programs that record are users too. */
  async list(tenantId: number): Promise<Person[]> {
    const [users, signIns] = await Promise.all([this.#users.list(tenantId, null), this.#sessions.signIns(tenantId)]);
    const byUser = new Map(signIns.map((signIn) => [signIn.userId, signIn]));
    return users.map((user) => ({ user, signIn: byUser.get(user.userId) ?? null }));
  }

  /**
   * A new user who signs in, or what differs of one who is there. Another address, role or password signs the user out at once. Throws
   * `not_found`, `missing_parameter`, `not_acceptable`.
   */
  async save(tenantId: number, actor: Actor, userId: number | null, fields: PersonFields): Promise<SavedPerson> {
    if (fields.email !== undefined) checkMail(fields.email);
    if (fields.password !== undefined) checkPassword(fields.password);
    const made = newPassword();
    const given = fields.password;
    const passwordHash = await this.#vault.hash(passwordDigest(given ?? made));
    return this.#objects.change(tenantId, actor, async (edit) => {
      const before = userId === null ? null : ((await edit.getMany('user', [userId])).get(userId) ?? null);
      if (userId !== null && before === null) throw new AppError('not_found');
      const signIn = userId === null ? null : await edit.access.signInBy('userId', userId);
      const email = fields.email ?? (signIn === null ? undefined : addressOf(before, signIn));
      const nickname = fields.nickname ?? before?.object.nickname;
      const role = fields.role ?? signIn?.role;
      if (nickname === undefined || fields.nickname === '')
        throw badParameter('nickname', nickname, 'accepted: a text that is not empty');
      if (email === undefined) throw badParameter('email', email, 'accepted: a mail address');
      if (role === undefined) throw badParameter('role', role, 'accepted: one of admin, member, viewer');
      if (role !== 'admin' && userId !== null) await keepAnAdmin(edit, userId);
      const now = this.#clock();
      const stays = signIn !== null && given === undefined && mailKey(email) === signIn.email && role === signIn.role;
      if (stays && before !== null) {
        await edit.write('user', [changedNow(before, { ...before.object, nickname, email }, now)]);
        return { userId: before.object.userId, password: null };
      }
      const keptHash = given === undefined ? signIn?.passwordHash : undefined;
      const person = { userId, name: nickname, email, passwordHash: keptHash ?? passwordHash, replace: true, role };
      const id = await putUser(edit, person, now);
      return { userId: id, password: given === undefined && signIn === null ? made : null };
    });
  }

  /** Lets a user in again, or not any more, which ends its sessions and tokens at once. Throws `not_found`, `not_acceptable`. */
  async enable(tenantId: number, actor: Actor, userId: number, enabled: boolean): Promise<void> {
    await this.#objects.change(tenantId, actor, async (edit) => {
      const before = (await edit.getMany('user', [userId])).get(userId);
      if (before === undefined) throw new AppError('not_found');
      if (!enabled) await keepAnAdmin(edit, userId);
      const state = enabled ? userStates.normal : userStates.frozen;
      await edit.write('user', [changedNow(before, { ...before.object, state }, this.#clock())]);
      if (!enabled) await edit.access.endSessions(userId);
    });
  }
}

/** As it was given, where only that is kept in small letters. */
const addressOf = (before: Stored<User> | null, { email }: SignIn): string =>
  before !== null && mailKey(before.object.email) === email ? before.object.email : email;

/** Throws `not_acceptable` when no admin would be left without this one. */
async function keepAnAdmin(edit: Edit, userId: number): Promise<void> {
  const admins = await edit.access.admins();
  if (admins.length === 1 && admins[0] === userId)
    throw new AppError('not_acceptable', {
      reason: `user ${userId} is the only admin, and one must stay: make another one first`,
    });
}
