import { AppError, badParameter } from '../errors.ts';
import { type Caller, type Module, modules } from './application.ts';
import type { Attempts } from './attempts.ts';
import { type User, userStates } from './objects.ts';
import type { Role } from './role.ts';
import type { FoundSession, Session, SessionStore } from './session-stores.ts';
import { checkMail, checkPassword, mailKey, passwordDigest, putUser } from './sign-in.ts';
import type { Actor, Clock, Edit, ObjectStore, SignIn, SignInStore, Tenant, TenantStore } from './stores.ts';
import { newToken, tenantOf, tokenHash } from './token.ts';
import type { Vault } from './vault.ts';

const day = 24 * 3600 * 1000;

/** A session ends so long after it was last used, and at the latest so long after it began. */
const idleLife = 14 * day;
export const longestLife = 90 * day;
/** So much of the first one is used before it is written down: otherwise each request would be a write. */
const renewAfter = day;
/** Of the link for the first admin. */
const setupLife = day;

/** Sessions that are not looked up again until somebody commits. */
const maxKnown = 10_000;

const forMembers = new Set<Module>(modules.filter((module) => module !== 'webhook'));
const forAdmins = new Set<Module>(modules);

/** Who is signed in. */
export interface Signed {
  readonly tenant: Tenant;
  readonly user: User;
  readonly role: Role;
}

/** A session that begins: the token is given out here and never again. */
export interface Begun {
  readonly token: string;
  readonly signed: Signed;
}

/** Somebody's mail address at an enterprise. */
export interface Mailbox {
  readonly tenantId: number;
  readonly email: string;
}

/** What the first admin gives. */
export interface Setup {
  readonly code: string;
  readonly email: string;
  readonly password: string;
  readonly name: string;
}

interface KnownSession {
  readonly stamp: number;
  readonly caller: Caller;
  readonly endsAt: number;
  /** From when on its use is written down; never where another process owns the writes. */
  readonly renewAt: number;
}

/** People who are signed in on the page. */
export class Sessions {
  readonly #store: SessionStore;
  readonly #signIns: SignInStore;
  readonly #objects: ObjectStore;
  readonly #tenants: TenantStore;
  readonly #vault: Vault;
  readonly #attempts: Attempts;
  readonly #clock: Clock;
  readonly #writes: boolean;
  readonly #known = new Map<string, KnownSession>();
  /** Enterprises only become more. */
  #several = false;

  constructor(parts: {
    sessions: SessionStore;
    signIns: SignInStore;
    objects: ObjectStore;
    tenants: TenantStore;
    vault: Vault;
    attempts: Attempts;
    clock: Clock;
    /** `false`: another process owns the writes. */
    writes: boolean;
  }) {
    this.#store = parts.sessions;
    this.#signIns = parts.signIns;
    this.#objects = parts.objects;
    this.#tenants = parts.tenants;
    this.#vault = parts.vault;
    this.#attempts = parts.attempts;
    this.#clock = parts.clock;
    this.#writes = parts.writes;
  }

  /**
   * Signs a person in. `tenantId` may be left out where the store has one enterprise. `address` as with `Applications.verify`. Throws
   * `sign_in_refused` for a wrong password and an unknown user or enterprise alike, `sign_in_closed` for the right password of who may not
   * sign in, `missing_parameter`, `too_many_requests`.
   */
  async create(
    { tenantId: given, email, password }: { readonly tenantId: number | null; readonly email: string; readonly password: string },
    address: string | null,
  ): Promise<Begun> {
    const tenantId = given ?? (await this.#onlyTenant());
    const signIn = await this.#verify({ tenantId, email: mailKey(email) }, password, address);
    return this.#begin(signIn);
  }

  /** Signs in whose mail address it is, without a password: of a demo only. Throws `sign_in_refused` when there is no such user. */
  async enter({ tenantId, email }: Mailbox): Promise<Begun> {
    const signIn = await this.#signIns.get(tenantId, mailKey(email));
    if (signIn === null) throw new AppError('sign_in_refused');
    return this.#begin(signIn);
  }

  /** Whether somebody may sign in with this address. */
  async knows({ tenantId, email }: Mailbox): Promise<boolean> {
    return (await this.#signIns.get(tenantId, mailKey(email)))?.userState === userStates.normal;
  }

  /** Who is signed in by a token; `null`: nobody. */
  async get(token: string | null): Promise<Signed | null> {
    const found = token === null ? null : await this.#find(token);
    if (found === null) return null;
    await this.#used(found);
    return this.#signed(found.tenantId, found.userId, found.role);
  }

  /** `at`: a stamp that was just asked for. Throws `session_ended`. */
  async authenticate(token: string, at: number): Promise<Caller> {
    const hash = tokenHash(token);
    const now = this.#clock();
    const known = this.#known.get(hash);
    if (known !== undefined && known.stamp === at && known.endsAt > now && known.renewAt > now) return known.caller;
    const found = await this.#find(token);
    if (found === null) throw new AppError('session_ended');
    const session = await this.#used(found);
    const caller = callerOf(found);
    if (this.#known.size >= maxKnown) this.#known.clear();
    const { endsAt } = session;
    this.#known.set(hash, { stamp: at, caller, endsAt, renewAt: this.#writes ? renewAt(session) : Number.POSITIVE_INFINITY });
    return caller;
  }

  /** Ends the session of a token, or with `everywhere` all that its user has, and the tokens got by its password. */
  async end(token: string, everywhere: boolean): Promise<void> {
    const found = await this.#find(token);
    if (found === null) return;
    if (everywhere) await this.#store.endAll(found.tenantId, found.userId);
    else await this.#store.end(found.tenantId, found.sessionHash);
  }

  /**
   * Another password for who is signed in, which ends all of its sessions and tokens, and begins a new session. Throws `session_ended`,
   * `sign_in_refused` for a wrong old password, `not_acceptable`, `too_many_requests`.
   */
  async changePassword(
    token: string,
    { former, next }: { readonly former: string; readonly next: string },
    address: string | null,
  ): Promise<Begun> {
    const found = await this.#find(token);
    if (found === null) throw new AppError('session_ended');
    checkPassword(next);
    const { tenantId, userId } = found;
    const own = await this.#store.signIn(tenantId, userId);
    if (own === null) throw new AppError('session_ended');
    const verified = await this.#verify(own, former, address);
    const passwordHash = await this.#vault.hash(passwordDigest(next));
    const begun = await this.#beginIn(tenantId, `user:${userId}`, async ({ access }) => {
      const current = await access.signInBy('userId', userId);
      if (current?.passwordHash !== verified.passwordHash) return null;
      await access.putSignIn({ ...current, passwordHash, lastAt: this.#clock() });
      return { userId, role: current.role };
    });
    if (begun === null) throw new AppError('sign_in_refused');
    return begun;
  }

  /** A code for the first admin of an enterprise, instead of the one before; `null` when it has an admin. Shown once. */
  async setupCode(tenantId: number): Promise<string | null> {
    if ((await this.#store.admins(tenantId)) > 0) return null;
    const code = newToken(tenantId);
    await this.#store.putSetupCode(tenantId, tokenHash(code), this.#clock() + setupLife);
    return code;
  }

  /** Whether the only enterprise of the store still lacks an admin. */
  async lacksAdmin(): Promise<boolean> {
    if (this.#several) return false;
    const tenants = await this.#tenants.list();
    const [only] = tenants;
    return only !== undefined && tenants.length === 1 && (await this.#store.admins(only.tenantId)) === 0;
  }

  /** Makes the first admin and signs it in. Throws `setup_over`, `not_acceptable`, `too_many_requests`. */
  async setup({ code, email, password, name }: Setup, address: string | null): Promise<Begun> {
    checkMail(email);
    checkPassword(password);
    const tenantId = tenantOf(code);
    const codeHash = tokenHash(code);
    const begun = await this.#attempts.attempt(JSON.stringify(['setup', tenantId]), address, async () => {
      if (tenantId === null || (await this.#tenants.get(tenantId)) === null) return null;
      const passwordHash = await this.#vault.hash(passwordDigest(password));
      return this.#beginIn(tenantId, 'command:setup', async (edit) => {
        if (!(await edit.access.useSetupCode(codeHash, this.#clock())) || (await edit.access.admins()).length > 0) return null;
        const taken = await edit.access.signInBy('email', mailKey(email));
        // Who records with this address already is meant, and shows by the code that it may.
        const userId = taken?.userId ?? null;
        const made = await putUser(edit, { userId, name, email, passwordHash, replace: true, role: 'admin' }, this.#clock());
        return { userId: made, role: 'admin' };
      });
    });
    if (begun === null) throw new AppError('setup_over');
    return begun;
  }

  async #onlyTenant(): Promise<number> {
    const tenants = this.#several ? [] : await this.#tenants.list();
    this.#several ||= tenants.length > 1;
    if (this.#several)
      throw badParameter('tenant_id', undefined, 'accepted: the id of your enterprise, for there are several here');
    // Without any, nobody can sign in; and that takes as long as a wrong password.
    return tenants[0]?.tenantId ?? 1;
  }

  async #verify({ tenantId, email }: Mailbox, password: string, address: string | null): Promise<SignIn> {
    const account = JSON.stringify(['page', tenantId, email]);
    const signIn = await this.#attempts.attempt(account, address, async () => {
      const found = await this.#signIns.get(tenantId, email);
      const right = await this.#vault.verify(passwordDigest(password), found?.passwordHash ?? null, 'the password');
      return right ? found : null;
    });
    if (signIn === null) throw new AppError('sign_in_refused');
    if (signIn.userState !== userStates.normal) throw new AppError('sign_in_closed');
    return signIn;
  }

  async #begin(signIn: SignIn): Promise<Begun> {
    const now = this.#clock();
    const { token, session } = newSession(signIn, now);
    if (!(await this.#store.begin(signIn, session, now))) throw new AppError('sign_in_refused');
    return { token, signed: await this.#signed(signIn.tenantId, signIn.userId, signIn.role) };
  }

  /** Changes something and begins a session, both or neither; `null` from `work`: nobody's. */
  async #beginIn(
    tenantId: number,
    actor: Actor,
    work: (edit: Edit) => Promise<{ readonly userId: number; readonly role: Role } | null>,
  ): Promise<Begun | null> {
    const made = await this.#objects.change(tenantId, actor, async (edit) => {
      const who = await work(edit);
      if (who === null) return null;
      const { token, session } = newSession({ tenantId, userId: who.userId }, this.#clock());
      await edit.access.beginSession(session);
      return { token, ...who };
    });
    return made === null ? null : { token: made.token, signed: await this.#signed(tenantId, made.userId, made.role) };
  }

  async #signed(tenantId: number, userId: number, role: Role): Promise<Signed> {
    const [tenant, user] = await Promise.all([
      this.#tenants.get(tenantId),
      this.#objects.read(tenantId, (view) => view.get('user', userId)),
    ]);
    if (tenant === null || user === null) throw new AppError('session_ended');
    return { tenant, user, role };
  }

  /** `null`: there is none, it has ended, or its user may not sign in. */
  async #find(token: string): Promise<FoundSession | null> {
    const tenantId = tenantOf(token);
    const found = tenantId === null ? null : await this.#store.find(tenantId, tokenHash(token));
    return found !== null && found.endsAt > this.#clock() && found.userState === userStates.normal ? found : null;
  }

  /** Writes down that a session is used, where that was not done for long. */
  async #used(session: FoundSession): Promise<FoundSession> {
    const now = this.#clock();
    if (!this.#writes || renewAt(session) > now) return session;
    const endsAt = Math.min(now + idleLife, lastEnd(session));
    await this.#store.extend(session.tenantId, session.sessionHash, endsAt);
    return { ...session, endsAt };
  }
}

const lastEnd = ({ createdAt }: Session): number => createdAt + longestLife;

/** When its use is to be written down next. */
const renewAt = (session: Session): number =>
  session.endsAt < lastEnd(session) ? session.endsAt - idleLife + renewAfter : Number.POSITIVE_INFINITY;

function newSession({ tenantId, userId }: Pick<SignIn, 'tenantId' | 'userId'>, now: number): { token: string; session: Session } {
  const token = newToken(tenantId);
  return { token, session: { tenantId, sessionHash: tokenHash(token), userId, createdAt: now, endsAt: now + idleLife } };
}

/** No application has an id with a point in it. */
const callerOf = ({ tenantId, userId, role }: FoundSession): Caller => ({
  tenantId,
  clientId: `${tenantId}.page`,
  userId,
  member: true,
  scopes: role === 'admin' ? forAdmins : forMembers,
  actor: `user:${userId}`,
  role,
  session: true,
});
