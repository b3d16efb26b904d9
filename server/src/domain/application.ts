import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { AppError } from '../errors.ts';
import { blank } from './blank.ts';
import type { Actor, ApplicationStore, Clock, ObjectStore } from './stores.ts';

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
}

/** What a program shows to get a token. */
export interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
  /** Empty asks for everything that the application has. */
  readonly scopes: readonly string[];
}

export interface IssuedToken {
  readonly accessToken: string;
  /** Seconds left. */
  readonly expiresIn: number;
}

/** A token lives this long from the first one of its period on: asked again, the end stays (docs/wire.md#tokens). */
const tokenLife = 8 * 3600 * 1000;

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const random = (): string => randomBytes(32).toString('base64url');

/** Tokens and application ids begin with the tenant's id, so that looking one up never leaves that tenant. */
const tenantOf = (credential: string): number | null => {
  const match = /^([1-9]\d{0,15})[.-]/.exec(credential);
  const id = match === null ? null : Number(match[1]);
  return id !== null && Number.isSafeInteger(id) ? id : null;
};

/** Applications and their tokens: opaque 256-bit secrets, of which only SHA-256 is kept. */
export class Applications {
  readonly #store: ApplicationStore;
  readonly #objects: ObjectStore;
  readonly #clock: Clock;

  constructor(parts: { applications: ApplicationStore; objects: ObjectStore; clock: Clock }) {
    this.#store = parts.applications;
    this.#objects = parts.objects;
    this.#clock = parts.clock;
  }

  /** Makes an application and the user that it records as. The secret is given out here and never again. */
  async create(tenantId: number, name: string, scopes: readonly string[]): Promise<{ clientId: string; clientSecret: string }> {
    const clientId = `${tenantId}-${randomBytes(9).toString('base64url').replaceAll(/[-_]/g, 'x')}`;
    const clientSecret = random();
    const now = this.#clock();
    await this.#objects.change(tenantId, 'command:app', async (edit) => {
      const userId = edit.newIds(1);
      await edit.write('user', [{ before: null, after: { ...blank.user(userId), nickname: name }, knownAt: now }]);
      await edit.addApplication({ tenantId, clientId, name, secretHash: sha256(clientSecret), scopes, userId, createdAt: now });
    });
    return { clientId, clientSecret };
  }

  /** Throws `invalid_client` without saying whether the id or the secret was wrong, `invalid_scope` for what it does not have. */
  async issueToken(credentials: Credentials): Promise<IssuedToken> {
    const tenantId = tenantOf(credentials.clientId);
    const application = tenantId === null ? null : await this.#store.get(tenantId, credentials.clientId);
    const expected = Buffer.from(application?.secretHash ?? sha256(''));
    const matches = timingSafeEqual(Buffer.from(sha256(credentials.clientSecret)), expected);
    if (application === null || !matches) throw new AppError('invalid_client');
    const excess = credentials.scopes.filter((scope) => !application.scopes.includes(scope));
    if (excess.length > 0) {
      throw new AppError(
        'invalid_scope',
        {},
        { hint: `Check the \`${excess[0]}\` scope; this application has: ${application.scopes.join(' ')}` },
      );
    }
    const now = this.#clock();
    const expiresAt = (await this.#store.tokenEnd(application.tenantId, application.clientId, now)) ?? now + tokenLife;
    const accessToken = `${application.tenantId}.${random()}`;
    const scopes = credentials.scopes.length === 0 ? application.scopes : credentials.scopes;
    const { clientId } = application;
    await this.#store.addToken(
      { tenantId: application.tenantId, tokenHash: sha256(accessToken), clientId, scopes, expiresAt },
      now,
    );
    // Rounded up: with a whole second left or less, 0 would read as "never ends" in some clients.
    return { accessToken, expiresIn: Math.ceil((expiresAt - now) / 1000) };
  }

  /** Throws `token_missing`, `token_invalid`. */
  async authenticate(token: string | null): Promise<Caller> {
    if (token === null) throw new AppError('token_missing');
    const tenantId = tenantOf(token);
    const found = tenantId === null ? null : await this.#store.token(tenantId, sha256(token));
    if (found === null || found.expiresAt <= this.#clock()) throw new AppError('token_invalid');
    const { clientId, userId } = found;
    return { tenantId: found.tenantId, clientId, userId, member: false, scopes: new Set(found.scopes), actor: `app:${clientId}` };
  }

  /** Throws `scope_missing`, named after the module. */
  requireScope(caller: Caller, module: Module): void {
    if (!caller.scopes.has(module)) throw new AppError('scope_missing', { module });
  }
}
