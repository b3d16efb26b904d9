/** What a mirror needs from storage: how far it has come, in words that outlive a process. */

/** What calls are made for; each call is of one. */
export const callPurposes = ['token', 'poll', 'told', 'lists', 'info', 'fill', 'compare', 'heal', 'reread', 'verify'] as const;
export type CallPurpose = (typeof callPurposes)[number];

/** A stretch of time with both ends in it, in ms at whole seconds; `null`: open. */
export interface Window {
  readonly from: number | null;
  readonly to: number | null;
}

/** A window that is read page by page. */
export interface OpenWindow extends Window {
  /** The one to read next, from 1. */
  readonly page: number;
  /** What the last page said of the whole window. */
  readonly total: number;
  /** Times that it was read to its end, and was not what it said. */
  readonly tries: number;
}

/** A way through all entries from the newest to the oldest, window by window. */
export interface Walk {
  readonly beganAt: number;
  /** What lies at or after it was read (ms); `null`: nothing yet. */
  readonly before: number | null;
  /** How long the next window is, in ms; `null`: it begins with the first entry of all. */
  readonly length: number | null;
  readonly window: OpenWindow | null;
  /** Entries of the windows that were read to their end, and all pages that were read. */
  readonly entries: number;
  readonly pages: number;
}

/** A list of the upstream beside the entries. */
export const listNames = [
  'companies',
  'removedCompanies',
  'leads',
  'opportunities',
  'users',
  'frozenUsers',
  'removedUsers',
] as const;
export type ListName = (typeof listNames)[number];

/** How far a list was read. */
export interface ListProgress {
  /** When it was last read to its end (ms); `null`: never. */
  readonly readAt: number | null;
  /** The latest update that was seen (ms), from which the next reading begins; `null`: from the beginning. */
  readonly updatedAt: number | null;
  /** The page to read next, when it was broken off. */
  readonly page: number;
  /** The latest update seen in the reading that is under way. */
  readonly seen: number | null;
  /** When a reading from the beginning last began. */
  readonly wholeAt: number | null;
}

export const unreadList: ListProgress = { readAt: null, updatedAt: null, page: 1, seen: null, wholeAt: null };

/** An answer, or a part of one, that cannot be kept. */
export interface RefusedEntry {
  readonly at: number;
  readonly entry: string;
  readonly reason: string;
}

export interface MirrorState {
  /** What was set when it was last at work: entries a page, and calls a day (`null`: as many as it takes). */
  readonly limits: { readonly pageSize: number; readonly quota: number | null } | null;
  /** The first way through everything; `null`: it has ended. */
  readonly fill: Walk | null;
  readonly filledAt: number | null;
  /** The way through everything that is under way after the first. */
  readonly reread: Walk | null;
  /** When the last whole one began and ended. */
  readonly rereadWhole: { readonly beganAt: number; readonly endedAt: number } | null;
  /** When what is recent was last read. */
  readonly polledAt: number | null;
  /** All entries that the upstream has, when it was last asked. */
  readonly upstreamTotal: number | null;
  readonly lists: Readonly<Partial<Record<ListName, ListProgress>>>;
  /** Since when nothing sensible was answered, and what came instead. */
  readonly offline: { readonly since: number; readonly reason: string } | null;
  readonly answeredAt: number | null;
  /** What was found to differ and put right, after the first way through. */
  readonly healed: { readonly added: number; readonly changed: number; readonly removed: number };
  /** The last ones. */
  readonly refused: readonly RefusedEntry[];
}

export const firstState = (now: number): MirrorState => ({
  limits: null,
  fill: { beganAt: now, before: null, length: 86_400_000, window: null, entries: 0, pages: 0 },
  filledAt: null,
  reread: null,
  rereadWhole: null,
  polledAt: null,
  upstreamTotal: null,
  lists: {},
  offline: null,
  answeredAt: null,
  healed: { added: 0, changed: 0, removed: 0 },
  refused: [],
});

/** What a mirror is of. */
export interface MirrorOf {
  readonly tenantId: number;
  /** The address of the upstream, without anything secret. */
  readonly upstream: string;
  readonly state: MirrorState;
}

/** A month, or what lies before the first or after the last one, and how its count compared. */
export interface Compared extends Window {
  readonly comparedAt: number;
  readonly upstream: number;
  readonly own: number;
  /** When both were last equal; `null`: never. */
  readonly equalAt: number | null;
}

/** An entry that a whole answer lacked. */
export interface Miss {
  readonly trailId: number;
  readonly happenedAt: number;
  readonly missedAt: number;
  /** The upstream itself said that it was removed. */
  readonly announced: boolean;
}

/** What the upstream said has changed. */
export interface Told {
  readonly kind: 'trail' | 'company' | 'contact' | 'lead' | 'opportunity';
  readonly id: number;
  readonly toldAt: number;
  readonly removed: boolean;
}

export interface MirrorStore {
  /** Makes the enterprise a mirror of an upstream, and the enterprise when it is missing. Answers `false`, changing nothing, when it is one of another. */
  begin(tenantId: number, upstream: string, state: MirrorState, now: number): Promise<boolean>;
  /** `null`: the enterprise is no mirror. */
  get(tenantId: number): Promise<MirrorOf | null>;
  keep(tenantId: number, state: MirrorState): Promise<void>;
  /** Makes it an enterprise like any other; what it has stays. */
  end(tenantId: number): Promise<void>;
  /** Notes a call of a day (days since 1970, Beijing) before it is made; `false`, noting nothing, when that would be more than `most`. */
  spend(tenantId: number, day: number, purpose: CallPurpose, most: number): Promise<boolean>;
  /** The calls of a day. */
  spent(tenantId: number, day: number): Promise<Readonly<Record<CallPurpose, number>>>;
  compared(tenantId: number): Promise<Compared[]>;
  keepCompared(tenantId: number, compared: Compared): Promise<void>;
  misses(tenantId: number): Promise<Miss[]>;
  /** Notes what was missed; what is noted already stays as it is. */
  miss(tenantId: number, misses: readonly Miss[]): Promise<void>;
  /** These are there again, or removed. */
  forgetMisses(tenantId: number, trailIds: readonly number[]): Promise<void>;
  tell(tenantId: number, told: readonly Told[]): Promise<void>;
  /** Of some kinds those told first, up to `most`. */
  told(tenantId: number, kinds: readonly Told['kind'][], most: number): Promise<Told[]>;
  forgetTold(tenantId: number, told: readonly Told[]): Promise<void>;
}
