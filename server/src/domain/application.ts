import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError, shortened } from '../errors.ts';
import type { Attempts } from './attempts.ts';
import { blank } from './blank.ts';
import { userStates } from './objects.ts';
import type { Role } from './role.ts';
import type { Actor, Application, ApplicationStore, Clock, FoundToken, ObjectStore } from './stores.ts';
import { type IssuedToken, newSecret, newToken, secondsLeft, tenantOf, tokenHash, tokenLife } from './token.ts';
import type { Vault } from './vault.ts';

/** Modules of OKKI's API that a scope may name (docs/wire.md#tokens); the timeline is in `company`. */
export const modules = ['company', 'lead', 'opportunity', 'user', 'webhook', 'report', 'product', 'invoices'] as const;
export type Module = (typeof modules)[number];

/** Who asks: the tenant whose data it is, the user it acts as, and what it may touch. */
export interface Caller {
  readonly tenantId: number;
  readonly clientId: string;
  readonly userId: number;
  /** A person who signed in, and not a program: records only as itself. */
  readonly member: boolean;
  readonly scopes: ReadonlySet<string>;
  readonly actor: Actor;
  /** Of a person. */
  readonly role?: Role;
  /** It is signed in on the page. */
  readonly session?: true;
}

/** Names whose share of the server a request is: an application's, or of who is signed in on the page each person's. */
export const callerKey = ({ clientId, session, actor }: Caller): string => (session ? `${clientId} ${actor}` : clientId);

/** What a program is known by. */
export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** What a program shows to get a token. */
export interface Credentials extends ClientCredentials {
  /** Empty asks for everything that the application has. */
  readonly scopes: readonly string[];
}

/** Tokens that are not looked up again until somebody commits. */
const maxKnown = 10_000;

/** SHA-256 in hex, under which a former version kept secrets. */
const formerHash = /^[\da-f]{64}$/;

/** Throws `usage` when an application of the tenant cannot have these credentials. */
export function checkChosen(tenantId: number, { clientId, clientSecret }: ClientCredentials): void {
  if (!clientId.startsWith(`${tenantId}-`) || !/^[\w-]{3,64}$/.test(clientId)) {
    throw new AppError('usage', {
      reason: `client_id ${JSON.stringify(clientId)} is not accepted; accepted: ${tenantId}- and letters, digits, _ or -, at most 64 in all`,
    });
  }
  // Around it, blanks are cut off where it is read.
  if (clientSecret.length < 8 || clientSecret !== clientSecret.trim()) {
    throw new AppError('usage', {
      reason: 'the client secret is not accepted; accepted: at least 8 characters, without blanks around them',
    });
  }
}

/** Applications, and the tokens of their own; those of people who sign in are in `sign-in.ts`. */
export class Applications {
  readonly #store: ApplicationStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #attempts: Attempts;
  readonly #clock: Clock;
  /** By the hash of the token. */
  readonly #known = new Map<string, { readonly stamp: number; readonly caller: Caller; readonly expiresAt: number }>();

  constructor(parts: { applications: ApplicationStore; objects: ObjectStore; vault: Vault; attempts: Attempts; clock: Clock }) {
    this.#store = parts.applications;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#attempts = parts.attempts;
    this.#clock = parts.clock;
  }

  /**
   * Makes an application and the user that it records as. The secret is given out here and never again. `chosen` credentials are for
   * data that is made anew each time; throws `usage` when they are not acceptable.
   */
  async create(
    tenantId: number,
    name: string,
    scopes: readonly string[],
    chosen: ClientCredentials | null = null,
    actor: Actor = 'command:app',
  ): Promise<ClientCredentials> {
    if (chosen !== null) {
      checkChosen(tenantId, chosen);
      if ((await this.#store.get(tenantId, chosen.clientId)) !== null)
        throw new AppError('usage', { reason: `application ${chosen.clientId} is there already` });
    }
    const clientId = chosen?.clientId ?? `${tenantId}-${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
    const clientSecret = chosen?.clientSecret ?? newSecret();
    const secretHash = await this.#vault.hash(clientSecret);
    const createdAt = this.#clock();
    await this.#objects.change(tenantId, actor, async (edit) => {
      const userId = edit.newIds(1);
      await edit.write('user', [{ before: null, after: { ...blank.user(userId), nickname: name }, knownAt: createdAt }]);
      await edit.addApplication({ tenantId, clientId, name, secretHash, scopes, userId, createdAt, revokedAt: null });
    });
    return { clientId, clientSecret };
  }

  /** The tenant's applications by their ids, revoked ones too. */
  list(tenantId: number): Promise<Application[]> {
    return this.#store.list(tenantId);
  }

  /**
   * A new secret, given out here and never again: the old one and every token got through it end at once. `within`: only of this tenant.
   * Throws `not_acceptable`.
   */
  async rotate(clientId: string, within: number | null = null): Promise<ClientCredentials> {
    const { tenantId } = await this.usable(clientId, within);
    const clientSecret = newSecret();
    await this.#store.rotate(tenantId, clientId, await this.#vault.hash(clientSecret));
    return { clientId, clientSecret };
  }

  /** Ends the application and every token got through it; it stays listed. As `rotate`. */
  async revoke(clientId: string, within: number | null = null): Promise<void> {
    const { tenantId } = await this.usable(clientId, within);
    await this.#store.revoke(tenantId, clientId, this.#clock());
  }

  /** The application of that id, if it is in use. As `rotate`. */
  async usable(clientId: string, within: number | null): Promise<Application> {
    const application = within === null || tenantOf(clientId) === within ? await this.#find(clientId) : null;
    if (application === null) throw new AppError('not_acceptable', { reason: `there is no application ${shortened(clientId)}` });
    if (application.revokedAt !== null) throw new AppError('not_acceptable', { reason: `application ${clientId} was revoked` });
    return application;
  }

  async #find(clientId: string): Promise<Application | null> {
    const tenantId = tenantOf(clientId);
    return tenantId === null ? null : this.#store.get(tenantId, clientId);
  }

  /**
   * The application whose id and secret these are. `address` is where they come from, `null` when nothing is known of it.
   * Throws `invalid_client` without saying which of the two was wrong, nor taking another time for it; `too_many_requests`.
   */
  async verify({ clientId, clientSecret }: ClientCredentials, address: string | null): Promise<Application> {
    const account = JSON.stringify([clientId]);
    const application = await this.#attempts.attempt(account, address, () => this.#proven(clientId, clientSecret));
    if (application === null) throw new AppError('invalid_client');
    return application;
  }

  async #proven(clientId: string, clientSecret: string): Promise<Application | null> {
    const found = await this.#find(clientId);
    const application = found?.revokedAt === null ? found : null;
    const kept = application?.secretHash ?? null;
    if (application === null || kept === null || !formerHash.test(kept)) {
      return (await this.#vault.verify(clientSecret, kept, 'the client secret')) ? application : null;
    }
    // The other hash is for the time that it takes for everybody else.
    await this.#vault.verify(clientSecret, null, 'the client secret');
    const given = createHash('sha256').update(clientSecret).digest();
    if (!timingSafeEqual(given, Buffer.from(kept, 'hex'))) return null;
    const secretHash = await this.#vault.hash(clientSecret);
    if (await this.#store.rehash(application, secretHash)) return { ...application, secretHash };
    // Another request was first, or the secret was replaced.
    return this.#proven(clientId, clientSecret);
  }

  /** The modules of a token that asks for these: all when it asks for none. Throws `invalid_scope`. */
  scopesOf(application: Application, asked: readonly string[]): readonly string[] {
    const excess = asked.find((scope) => !application.scopes.includes(scope));
    if (excess === undefined) return asked.length === 0 ? application.scopes : asked;
    throw new AppError(
      'invalid_scope',
      {},
      { hint: `Check the \`${shortened(excess)}\` scope; this application has: ${application.scopes.join(' ')}` },
    );
  }

  /** A token of the application itself. Throws `invalid_client`, `invalid_scope`, `too_many_requests`. */
  async issueToken(credentials: Credentials, address: string | null = null): Promise<IssuedToken> {
    const application = await this.verify(credentials, address);
    const scopes = this.scopesOf(application, credentials.scopes);
    const { tenantId, clientId } = application;
    const now = this.#clock();
    const accessToken = newToken(tenantId);
    const token = { tenantId, tokenHash: tokenHash(accessToken), clientId, scopes, expiresAt: now + tokenLife, member: null };
    const end = await this.#store.addToken(token, application.secretHash, now);
    if (end === null) throw new AppError('invalid_client');
    return { accessToken, expiresIn: secondsLeft(end, now), refreshToken: null };
  }

  /** `at`: a stamp that was just asked for, if there is one. Throws `token_missing`, `token_invalid`. */
  async authenticate(token: string | null, at: number | null = null): Promise<Caller> {
    if (token === null) throw new AppError('token_missing');
    const tenantId = tenantOf(token);
    if (tenantId === null) throw new AppError('token_invalid');
    const stamp = at ?? (await this.#store.stamp(tenantId));
    const known = this.known(token, stamp);
    if (known !== null) return known;
    const hash = tokenHash(token);
    const found = await this.#store.token(tenantId, hash);
    if (found === null || found.expiresAt <= this.#clock()) throw new AppError('token_invalid');
    const caller = callerOf(found);
    if (this.#known.size >= maxKnown) this.#known.clear();
    this.#known.set(hash, { stamp, caller, expiresAt: found.expiresAt });
    return caller;
  }

  /** Whom a token leads to, if it was looked up at this stamp of the store; `null`: that must be looked up. */
  known(token: string, stamp: number): Caller | null {
    const known = this.#known.get(tokenHash(token));
    return known !== undefined && known.stamp === stamp && known.expiresAt > this.#clock() ? known.caller : null;
  }

  /** The store's stamp, for `known`: another one after anybody has committed anything of the tenant. */
  stamp(tenantId: number): number | Promise<number> {
    return this.#store.stamp(tenantId);
  }

  /** Throws `scope_missing`, named after the module. */
  requireScope(caller: Caller, module: Module): void {
    if (!caller.scopes.has(module)) throw new AppError('scope_missing', { module });
  }
}

/** Throws `token_invalid` when its user may not sign in. */
function callerOf(found: FoundToken): Caller {
  const { clientId, member } = found;
  const caller = { tenantId: found.tenantId, clientId, scopes: new Set(found.scopes) };
  if (member === null) return { ...caller, userId: found.applicationUserId, member: false, actor: `app:${clientId}` };
  if (found.userState !== userStates.normal || found.role === null) throw new AppError('token_invalid');
  return { ...caller, userId: member.userId, member: true, actor: `user:${member.userId}`, role: found.role };
}
