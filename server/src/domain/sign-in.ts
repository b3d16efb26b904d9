import { createHash, randomBytes } from 'node:crypto';
import { AppError, shortened } from '../errors.ts';
import type { Applications, ClientCredentials, Credentials } from './application.ts';
import type { Attempts } from './attempts.ts';
import { blank } from './blank.ts';
import { userStates } from './objects.ts';
import { changedNow } from './push.ts';
import type { Role } from './role.ts';
import type { Clock, Edit, ObjectStore, SignIn, SignInStore, TokenPair } from './stores.ts';
import { type IssuedToken, newToken, refreshLife, secondsLeft, tokenHash, tokenLife } from './token.ts';
import type { Vault } from './vault.ts';

/** What a person shows through an application to get a token. */
export interface SignInRequest extends Credentials {
  /** The mail address. */
  readonly username: string;
  /** See `passwordDigest`. */
  readonly password: string;
}

export interface RefreshRequest extends ClientCredentials {
  readonly refreshToken: string;
}

/** A user who is to sign in. */
export interface NewSignIn {
  /** `null`: a new user is made. */
  readonly userId: number | null;
  /** `null`: the name that the user has. */
  readonly name: string | null;
  readonly email: string;
  readonly password: string;
  /** Whether it takes the place of what the user signed in with before. */
  readonly replace: boolean;
  /** None: `member`, or the one that the user has. */
  readonly role?: Role;
}

const shortestPassword = 8;

/** What stands for a password on the wire (docs/wire.md#tokens) and, hashed again, in the store: its SHA-256 in hex. */
export const passwordDigest = (password: string): string => createHash('sha256').update(password).digest('hex');

/** For who is given none: 120 random bits. */
export const newPassword = (): string => randomBytes(15).toString('base64url');

/** Two mail addresses that differ only in the size of their letters are one. */
export const mailKey = (email: string): string => email.trim().toLowerCase();

/** People who sign in, and the tokens that go back to that. */
export class SignIns {
  readonly #store: SignInStore;
  readonly #objects: ObjectStore;
  readonly #applications: Applications;
  readonly #vault: Vault;
  readonly #attempts: Attempts;
  readonly #clock: Clock;

  constructor(parts: {
    signIns: SignInStore;
    objects: ObjectStore;
    applications: Applications;
    vault: Vault;
    attempts: Attempts;
    clock: Clock;
  }) {
    this.#store = parts.signIns;
    this.#objects = parts.objects;
    this.#applications = parts.applications;
    this.#vault = parts.vault;
    this.#attempts = parts.attempts;
    this.#clock = parts.clock;
  }

  /**
   * Makes a user who can sign in, or lets one sign in who is there already, such as the author of imported entries. Answers the user's
   * id. Throws `not_acceptable`.
   */
  async create(tenantId: number, given: NewSignIn): Promise<number> {
    checkMail(given.email);
    checkPassword(given.password);
    const passwordHash = await this.#vault.hash(passwordDigest(given.password));
    const now = this.#clock();
    return this.#objects.change(tenantId, 'command:user', (edit) => putUser(edit, { ...given, passwordHash }, now));
  }

  /**
   * A token for a person, and one to refresh it with. `address` as with `Applications.verify`. First the application, then the person:
   * throws `invalid_client`, `invalid_scope`, `too_many_requests`; `invalid_credentials` for a wrong password and an unknown user alike;
   * `invalid_grant` for the right password of who may not sign in.
   */
  async signIn(request: SignInRequest, address: string | null = null): Promise<IssuedToken> {
    const email = mailKey(request.username);
    const account = JSON.stringify([request.clientId, email]);
    // Before the secret is hashed for somebody who has to wait anyway.
    await this.#attempts.refuse(account, address);
    const application = await this.#applications.verify(request, address);
    const scopes = this.#applications.scopesOf(application, request.scopes);
    const { tenantId } = application;
    const found = await this.#store.get(tenantId, email);
    const signIn = await this.#attempts.attempt(account, address, async () => {
      const right = await this.#vault.verify(request.password, found?.passwordHash ?? null, 'the password');
      return right ? found : null;
    });
    if (signIn === null) throw new AppError('invalid_credentials');
    if (signIn.userState !== userStates.normal) throw new AppError('invalid_grant');
    const now = this.#clock();
    const tokens = newTokens(tenantId, now);
    const family = randomBytes(16).toString('base64url');
    const end = await this.#store.begin(signIn, application, { ...tokens.kept, family, scopes }, now);
    if (end === null) throw new AppError('invalid_credentials');
    return { ...tokens.shown, expiresIn: secondsLeft(end, now) };
  }

  /**
   * New tokens for a refresh token, which is used up by that. Throws `refresh_client_invalid`, `refresh_token_invalid`,
   * `too_many_requests`.
   */
  async refresh(request: RefreshRequest, address: string | null = null): Promise<IssuedToken> {
    const application = await this.#applications.verify(request, address).catch((error: unknown) => {
      const wrong = error instanceof AppError && error.errorName === 'invalid_client';
      throw wrong ? new AppError('refresh_client_invalid') : error;
    });
    const now = this.#clock();
    const tokens = newTokens(application.tenantId, now);
    const done = await this.#store.refresh(application, tokenHash(request.refreshToken), tokens.kept, now);
    if (done === 'client') throw new AppError('refresh_client_invalid');
    if (done === 'invalid') throw new AppError('refresh_token_invalid');
    return { ...tokens.shown, expiresIn: secondsLeft(tokens.kept.accessEnd, now) };
  }
}

function newTokens(tenantId: number, now: number): { shown: { accessToken: string; refreshToken: string }; kept: TokenPair } {
  const [accessToken, refreshToken] = [newToken(tenantId), newToken(tenantId)];
  return {
    shown: { accessToken, refreshToken },
    kept: {
      accessHash: tokenHash(accessToken),
      accessEnd: now + tokenLife,
      refreshHash: tokenHash(refreshToken),
      refreshEnd: now + refreshLife,
    },
  };
}

/** Throws `not_acceptable`. */
export function checkMail(email: string): void {
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254)
    throw new AppError('not_acceptable', { reason: `${JSON.stringify(shortened(email))} is no mail address` });
}

/** Throws `not_acceptable`. */
export function checkPassword(password: string): void {
  if ([...password].length < shortestPassword)
    throw new AppError('not_acceptable', {
      reason: `the password is too short; accepted: at least ${shortestPassword} characters`,
    });
}

/** Writes the user and how it signs in; answers the user's id. Throws `not_acceptable`. */
export async function putUser(
  edit: Edit,
  { userId, name, email, passwordHash, replace, role }: Omit<NewSignIn, 'password'> & { readonly passwordHash: string },
  now: number,
): Promise<number> {
  const { tenantId, access } = edit;
  const former = await checkFree(edit, userId, mailKey(email), replace);
  const id = userId ?? edit.newIds(1);
  const before = (await edit.getMany('user', [id])).get(id) ?? null;
  if (userId !== null && before === null) throw new AppError('not_acceptable', { reason: `there is no user ${userId}` });
  const user = before?.object ?? blank.user(id);
  await edit.write('user', [changedNow(before, { ...user, nickname: name ?? user.nickname, email }, now)]);
  const signIn = { tenantId, userId: id, email: mailKey(email), passwordHash, role: role ?? former?.role ?? 'member' };
  await access.putSignIn({ ...signIn, createdAt: now, lastAt: former?.lastAt ?? null });
  return id;
}

/** The sign-in that the user has. Throws `not_acceptable` when another user signs in with the address, or this one with something already. */
async function checkFree({ access }: Edit, userId: number | null, email: string, replace: boolean): Promise<SignIn | null> {
  const taken = await access.signInBy('email', email);
  if (taken !== null && taken.userId !== userId)
    throw new AppError('not_acceptable', { reason: `user ${taken.userId} signs in with ${email} already` });
  const own = userId === null ? null : await access.signInBy('userId', userId);
  if (own !== null && !replace)
    throw new AppError('not_acceptable', {
      reason: `user ${userId} signs in with ${own.email} already; --replace gives a new password`,
    });
  return own;
}
