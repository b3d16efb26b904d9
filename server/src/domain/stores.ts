/** What the rules need from storage, in the words of the trade. `store/` implements it; nothing here knows SQL. */
import type { RenderedPage } from './basis.ts';
import type {
  Company,
  Contact,
  JoinedKind,
  Kind,
  Lead,
  LeadContact,
  ObjectKinds,
  Opportunity,
  ShownKinds,
  SubjectKind,
  Trail,
  User,
} from './objects.ts';
import type { Role } from './role.ts';
import type { AccessEdit } from './session-stores.ts';

/** An object with the revision that last changed it and the instant (ms) that its state is known from. */
export interface Stored<T> {
  readonly object: T;
  readonly revision: number;
  readonly knownAt: number;
}

/** Which entries, and in which order: all given conditions must match; of a list of values one is enough, an empty one says nothing. */
export interface TrailFilter extends Bounds {
  readonly companyId: number | null;
  readonly leadId: number | null;
  readonly opportunityId: number | null;
  readonly types: readonly number[];
  readonly authorIds: readonly number[];
  /** Contact persons of a company. */
  readonly contactIds: readonly number[];
  /** See `matches` in keyword.ts. */
  readonly keyword: string | null;
  /** Those that were removed, instead of the live ones. */
  readonly removed: boolean;
  /** The time that the list is ordered by, and that the bounds are on. */
  readonly by: 'happenedAt' | 'recordedAt' | 'updatedAt';
  readonly oldestFirst: boolean;
}

/** Every live entry, newest first. */
export const allTrails: TrailFilter = {
  companyId: null,
  leadId: null,
  opportunityId: null,
  types: [],
  authorIds: [],
  contactIds: [],
  keyword: null,
  removed: false,
  by: 'happenedAt',
  oldestFirst: false,
  from: null,
  to: null,
};

/** `number` counts from 1. */
export interface Page {
  readonly number: number;
  readonly size: number;
}

/** The objects that a set of entries refers to, by kind and id; unknown ones are missing. */
export type Joined = { readonly [K in JoinedKind]: ReadonlyMap<number, ObjectKinds[K]> };

/** The same, as far as entries show them. */
export type Shown = { readonly [K in JoinedKind]: ReadonlyMap<number, ShownKinds[K]> };

/** Rows and total belong to one state of the store. */
export interface TrailPage {
  /** That state: the last revision of the tenant's log that it has. */
  readonly revision: number;
  readonly total: number;
  readonly trails: readonly Trail[];
  readonly joined: Shown;
}

/** Counts of one state of the store, in the order of the times that they were asked for. */
export interface CountsBefore {
  /** That state: the last revision of the tenant's log that it has. */
  readonly revision: number;
  readonly counts: readonly number[];
}

/** Some entries of many, with what they refer to. */
export type TrailPortion = Pick<TrailPage, 'trails' | 'joined'>;

/** The last revision of a tenant's change log and its instant (ms); both 0 when nothing was changed yet. */
export interface Head {
  readonly revision: number;
  readonly changedAt: number;
}

/** One state of a tenant's data: everything read through one view belongs together. */
export interface View {
  readonly tenantId: number;
  get<K extends Kind>(kind: K, id: number): Promise<ObjectKinds[K] | null>;
  getMany<K extends Kind>(kind: K, ids: Iterable<number>): Promise<Map<number, Stored<ObjectKinds[K]>>>;
  /** The contact persons of a company or a lead that are not removed, by ascending id. */
  contactIdsAt(kind: 'contact' | 'leadContact', firmId: number): Promise<number[]>;
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
  /**
   * Deletes the words of an object for good: from the object and from every state of it in the log, which stays verifiable. It is a
   * change of its own, known from `at` (ms) or from when the object was known before, if that is later. `false`, changing nothing, when
   * none of its states has words.
   */
  erase<K extends Kind>(kind: K, stored: Stored<ObjectKinds[K]>, at: number): Promise<boolean>;
  /** What the actor's idempotency key was answered with; `null` when it is new. */
  keptAnswer(key: string): Promise<KeptAnswer | null>;
  keepAnswer(key: string, kept: KeptAnswer): Promise<void>;
  /** What was kept under it does not stand any more. */
  forgetAnswer(key: string): Promise<void>;
  /** An upload under an id of our own begins, at a time (ms). */
  beginUpload(fileId: number, at: number): Promise<void>;
  /**
   * The upload is whole, with so many parts, and becomes a file at a time (ms), which the caller writes. Throws `store_unavailable` when it was
   * given up meanwhile.
   */
  keepUpload(fileId: number, upload: { parts: number; at: number; thumbnail: Uint8Array | null }): Promise<void>;
  /** Whether it was uploaded, and no entry has ever had it. */
  isUnused(fileId: number): Promise<boolean>;
  /** Credentials are no part of the log: nothing of them may be read back from there. */
  addApplication(application: Application): Promise<void>;
  /** Who gets in, likewise. */
  readonly access: AccessEdit;
}

export interface KeptAnswer {
  /** Keyed, see `Vault.digest`. */
  readonly requestHash: string;
  /** JSON. */
  readonly answer: string;
}

/** Who changes something, as the change log keeps it. */
export type Actor = `app:${string}` | `user:${number}` | `command:${string}` | typeof mirrorActor;

/** What a mirror writes in the place of its upstream, and nobody else in a mirrored enterprise. */
export const mirrorActor = 'mirror';

/** What the log says was done; the words of the change feed. */
export type ChangeAction = 'recorded' | 'edited' | 'removed' | 'restored' | 'erased';

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
  /** As it stands, or stood at the revision `asOf`, which must not be after the head. */
  list(tenantId: number, filter: TrailFilter, page: Page, asOf: number | null): Promise<TrailPage>;
  /**
   * The same page, its entries rendered: those whose rendering stands are not read again. With the store's `stamp`, at which the log was
   * followed, a page of which everything is in memory as of it is answered without a look at the store.
   */
  rendered(tenantId: number, filter: TrailFilter, page: Page, asOf: number | null, stamp: number | null): Promise<RenderedPage>;
  /**
   * How many entries that the filter lists lie before each of these times (ms), on the time that it is ordered by; its own bounds say
   * nothing. For what has counts of its own that costs the same whatever lies between: totals of periods, of months, of days.
   */
  countsBefore(tenantId: number, filter: TrailFilter, times: readonly number[]): Promise<CountsBefore>;
  /** Everything that `list` would give over all pages, in its order, from one state, in portions of constant memory. */
  stream(tenantId: number, filter: TrailFilter, asOf: number | null): AsyncIterable<TrailPortion>;
  /** The end of the tenant's change log. */
  head(tenantId: number): Promise<Head>;
  /** The last revision that was recorded at or before `at` (ms); 0 when there is none. */
  revisionAt(tenantId: number, at: number): Promise<number>;
  /**
   * Keeps for the next process what was found out about large lists, as far as much was changed since it was last kept. Nothing depends on
   * it but how soon the first answers come.
   */
  settle(): Promise<void>;
  /** Every entry of the tenant, removed ones included, in an order that depends on nothing but the entries; one state throughout. */
  all(tenantId: number): AsyncIterable<TrailPortion>;
  /** How many entries `all` will give. */
  count(tenantId: number): Promise<number>;
}

/** Inclusive, in ms, on the time that the list is ordered by; a time that is not known lies within no bound. */
export interface Bounds {
  readonly from: number | null;
  readonly to: number | null;
}

/** A page of what matches, with the exact total; one state of the store. */
export interface Listed<T> {
  /** That state: the last revision of the tenant's log that it has. */
  readonly revision: number;
  readonly total: number;
  readonly rows: readonly T[];
}

/** All given conditions must match. */
export interface CompanyFilter extends Bounds {
  readonly removed: boolean;
  /** Whether somebody looks after it; `false`: it is in the public pool. */
  readonly owned: boolean | null;
  readonly groupId: number | null;
  /** The time that the list is ordered by, newest first, and that the bounds are on. */
  readonly by: 'updatedAt' | 'createdAt' | 'archivedAt';
}

/** What of a company or of its contact persons is searched. */
export type CompanySearchField =
  | 'name'
  | 'serialId'
  | 'contactName'
  | 'contactEmail'
  | 'contactEmailDomain'
  | 'contactPhone'
  | 'contactAccount';

export interface CompanyRow {
  readonly company: Company;
  /** The latest entry about it that is live and not after the `now` it was asked with. */
  readonly lastContactAt: number | null;
}

export interface CompanyInfo extends CompanyRow {
  readonly contacts: readonly Contact[];
  /** The users that the company names; unknown ones are missing. */
  readonly users: ReadonlyMap<number, User>;
}

export interface CompanyStore {
  list(tenantId: number, filter: CompanyFilter, page: Page, now: number): Promise<Listed<CompanyRow>>;
  /** Those not removed, last updated first. For `contactPhone` the word is digits. */
  search(tenantId: number, field: CompanySearchField, word: string, page: Page): Promise<Listed<Company>>;
  /** By id, by number (of several the one with the smallest id), or by both; `null` when there is none or it is removed. */
  get(tenantId: number, companyId: number | null, serialId: string | null, now: number): Promise<CompanyInfo | null>;
}

export interface UserStore {
  /** In a state, or with `null` in whatever state; by ascending id. */
  list(tenantId: number, state: number | null): Promise<User[]>;
}

export interface ReportStore {
  /** Live entries by author and type, and what was added and is not removed by user: of a period, from one state of the store. */
  counts(tenantId: number, period: Bounds): Promise<ReportCounts>;
}

export interface ReportCounts {
  readonly entries: readonly { readonly authorId: number; readonly type: number; readonly count: number }[];
  readonly added: Readonly<Record<SubjectKind, ReadonlyMap<number, number>>>;
}

/** All given conditions must match. */
export interface LeadFilter extends Bounds {
  /** Has a contact person with this e-mail, whatever the case of its letters. */
  readonly email: string | null;
  readonly converted: boolean | null;
  /** The time that the list is ordered by, newest first, and that the bounds are on. */
  readonly by: 'updatedAt' | 'editedAt' | 'lastContactAt';
}

export interface LeadRow {
  readonly lead: Lead;
  /** As of a company. */
  readonly lastContactAt: number | null;
}

export interface LeadInfo extends LeadRow {
  readonly contacts: readonly LeadContact[];
  /** The users who look after it; unknown ones are missing. */
  readonly users: ReadonlyMap<number, User>;
}

export interface LeadStore {
  list(tenantId: number, filter: LeadFilter, page: Page, now: number): Promise<Listed<LeadRow>>;
  /** By id, by number (of several the one with the smallest id), or by both; `null` when there is none. */
  get(tenantId: number, leadId: number | null, serialId: string | null, now: number): Promise<LeadInfo | null>;
}

export interface OpportunityRow {
  readonly opportunity: Opportunity;
  /** The latest entry about it that is live and not after the `now` it was asked with. */
  readonly lastTrail: Trail | null;
  /** What it and that entry refer to; unknown ones are missing. */
  readonly known: Pick<Joined, 'company' | 'contact' | 'user'>;
}

export interface OpportunityStore {
  /** Those not removed, last updated first, bounded by that time. */
  list(tenantId: number, bounds: Bounds, page: Page, now: number): Promise<Listed<OpportunityRow>>;
  /** `null` when it is not there or was removed. */
  get(tenantId: number, opportunityId: number, now: number): Promise<OpportunityRow | null>;
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
  /** See `Vault.hash`; of a former version, SHA-256 in hex. */
  readonly secretHash: string;
  readonly scopes: readonly string[];
  /** The user that it records as. */
  readonly userId: number;
  readonly createdAt: number;
  /** `null`: in use. */
  readonly revokedAt: number | null;
}

/** The user who signed in for a token, and the family of tokens that go back to that sign-in. */
export interface TokenMember {
  readonly userId: number;
  readonly family: string;
}

export interface AccessToken {
  readonly tenantId: number;
  /** SHA-256 hex. */
  readonly tokenHash: string;
  readonly clientId: string;
  readonly scopes: readonly string[];
  readonly expiresAt: number;
  /** `null`: it is the application's own. */
  readonly member: TokenMember | null;
}

/** What the token of a request leads to. */
export interface FoundToken extends AccessToken {
  readonly applicationUserId: number;
  /** The state of who signed in, and its role. */
  readonly userState: number | null;
  readonly role: Role | null;
}

export interface ApplicationStore {
  /** Another number after anybody has committed anything: what was read since it was asked for stands as long as it stays. */
  stamp(tenantId: number): number | Promise<number>;
  get(tenantId: number, clientId: string): Promise<Application | null>;
  list(tenantId: number): Promise<Application[]>;
  token(tenantId: number, tokenHash: string): Promise<FoundToken | null>;
  /**
   * Keeps the token and forgets those that ended before `now`. It ends with the live ones of its application, if there are any, and
   * otherwise when it says; answers that end. `null`, keeping nothing, when `secretHash` is not the application's any more.
   */
  addToken(token: AccessToken, secretHash: string, now: number): Promise<number | null>;
  /** The same secret under another hash; `false`, changing nothing, when the application's is not that of `application` any more. */
  rehash(application: Application, secretHash: string): Promise<boolean>;
  /** Another secret; ends every token got through the application. */
  rotate(tenantId: number, clientId: string, secretHash: string): Promise<void>;
  /** Ends the application and every token got through it. */
  revoke(tenantId: number, clientId: string, at: number): Promise<void>;
}

/** How a user signs in. */
export interface SignIn {
  readonly tenantId: number;
  readonly userId: number;
  /** In small letters: no two of a tenant differ only in that. */
  readonly email: string;
  /** See `Vault.hash`. */
  readonly passwordHash: string;
  readonly role: Role;
  readonly createdAt: number;
  /** When somebody last signed in with it; `null`: never. */
  readonly lastAt: number | null;
}

/** The hashes of tokens that are given out together, and their ends. */
export interface TokenPair {
  readonly accessHash: string;
  readonly accessEnd: number;
  readonly refreshHash: string;
  readonly refreshEnd: number;
}

export interface SignInStore {
  /** With the user's state. */
  get(tenantId: number, email: string): Promise<(SignIn & { readonly userState: number }) | null>;
  /**
   * Keeps the first tokens of a new family, and forgets what ended before `now`. The access token ends with the user's live ones of the
   * same application, if there are any, and otherwise when it says; answers that end. `null`, keeping nothing, when the secret or the
   * password is not the one any more that was verified.
   */
  begin(
    signIn: SignIn,
    application: Application,
    tokens: TokenPair & { readonly family: string; readonly scopes: readonly string[] },
    now: number,
  ): Promise<number | null>;
  /**
   * Puts new tokens in the place of a refresh token, once. `invalid`: it is not there, not this application's, or has ended, or its
   * user may not sign in. Used a second time it is `invalid` too, and every token of its family is gone: one of the two had stolen it.
   * `client`: the secret is not the one any more that was verified.
   */
  refresh(application: Application, usedHash: string, next: TokenPair, now: number): Promise<'refreshed' | 'invalid' | 'client'>;
}

/** Milliseconds since 1970; handed in, so that tests hold the time. */
export type Clock = () => number;
