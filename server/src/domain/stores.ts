/** What the rules need from storage, in the words of the trade. `store/` implements it; nothing here knows SQL. */
import type { JoinedKind, Kind, ObjectKinds, Trail } from './objects.ts';

/** An object with the revision that last changed it and the instant (ms) that its state is known from. */
export interface Stored<T> {
  readonly object: T;
  readonly revision: number;
  readonly knownAt: number;
}

/** Which entries: all given conditions must match; bounds are inclusive, in ms, on `happenedAt`. */
export interface TrailFilter {
  readonly companyId: number | null;
  readonly leadId: number | null;
  readonly opportunityId: number | null;
  readonly from: number | null;
  readonly to: number | null;
}

/** `number` counts from 1. */
export interface Page {
  readonly number: number;
  readonly size: number;
}

/** The objects that a set of entries refers to, by kind and id; unknown ones are missing. */
export type Joined = { readonly [K in JoinedKind]: ReadonlyMap<number, ObjectKinds[K]> };

/** Rows and total belong to one state of the store. */
export interface TrailPage {
  readonly total: number;
  readonly trails: readonly Trail[];
  readonly joined: Joined;
}

/** One state of a tenant's data: everything read through one view belongs together. */
export interface View {
  readonly tenantId: number;
  get<K extends Kind>(kind: K, id: number): Promise<ObjectKinds[K] | null>;
  getMany<K extends Kind>(kind: K, ids: Iterable<number>): Promise<Map<number, Stored<ObjectKinds[K]>>>;
}

/** One object to write: `before` is what this transaction read, `null` when it is new. */
export interface Write<T> {
  readonly before: Stored<T> | null;
  readonly after: T;
  readonly knownAt: number;
}

/** A view that also writes: each changed object takes one revision, consecutive within the edit. */
export interface Edit extends View {
  /** Ids of our own, from 10^15 on, so that they never meet OKKI's. Answers the first of `count` consecutive ones. */
  newIds(count: number): number;
  /** Writes what differs, with one entry in the change log each; an unchanged object only moves `knownAt`. Answers how many changed. */
  write<K extends Kind>(kind: K, writes: readonly Write<ObjectKinds[K]>[]): Promise<number>;
  /** What the actor's idempotency key was answered with; `null` when it is new. */
  keptAnswer(key: string): Promise<KeptAnswer | null>;
  keepAnswer(key: string, kept: KeptAnswer): Promise<void>;
  /** Credentials are no part of the log: nothing of them may be read back from there. */
  addApplication(application: Application): Promise<void>;
}

export interface KeptAnswer {
  /** Keyed, see `Vault.digest`. */
  readonly requestHash: string;
  /** JSON. */
  readonly answer: string;
}

/** Who changes something, as the change log keeps it. */
export type Actor = `app:${string}` | `user:${number}` | `command:${string}`;

/** Changes one tenant's objects. */
export type Change = <T>(tenantId: number, actor: Actor, work: (edit: Edit) => Promise<T>) => Promise<T>;

export interface ObjectStore {
  read<T>(tenantId: number, work: (view: View) => Promise<T>): Promise<T>;
  /** All or nothing, durable when the promise resolves. */
  readonly change: Change;
  /**
   * Several changes that become durable together, for loads so large that a commit each would cost more than the changes: what many
   * of them touch is written once. Others' writes wait until it ends. A tenant that is missing is made.
   */
  load<T>(work: (change: Change) => Promise<T>): Promise<T>;
}

export interface TrailStore {
  list(tenantId: number, filter: TrailFilter, page: Page): Promise<TrailPage>;
  /** Every entry of the tenant, removed ones included, in an order that depends on nothing but the entries; one state throughout. */
  all(tenantId: number): AsyncIterable<{ trails: readonly Trail[]; joined: Joined }>;
  /** How many entries `all` will give. */
  count(tenantId: number): Promise<number>;
}

export interface Tenant {
  readonly tenantId: number;
  readonly name: string;
  readonly createdAt: number;
}

export interface TenantStore {
  list(): Promise<Tenant[]>;
  get(tenantId: number): Promise<Tenant | null>;
  /** Answers `false` when it was there already; then nothing changes. */
  create(tenant: Tenant): Promise<boolean>;
}

/** A program with credentials of its own. */
export interface Application {
  readonly tenantId: number;
  readonly clientId: string;
  readonly name: string;
  /** SHA-256 hex of the secret: 256 random bits need no slow hash. */
  readonly secretHash: string;
  readonly scopes: readonly string[];
  /** The user that it records as. */
  readonly userId: number;
  readonly createdAt: number;
}

export interface AccessToken {
  readonly tenantId: number;
  /** SHA-256 hex. */
  readonly tokenHash: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
}

export interface ApplicationStore {
  get(tenantId: number, clientId: string): Promise<Application | null>;
  token(tenantId: number, tokenHash: string): Promise<(AccessToken & { readonly userId: number }) | null>;
  /** The latest end of the application's live tokens at `now`, `null` without any. */
  tokenEnd(tenantId: number, clientId: string, now: number): Promise<number | null>;
  /** Keeps the token and forgets those of this application that ended before `now`. */
  addToken(token: AccessToken, now: number): Promise<void>;
}

/** Milliseconds since 1970; handed in, so that tests hold the time. */
export type Clock = () => number;
