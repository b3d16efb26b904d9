/** What the rules of the change feed and of an entry's life need from storage; as stores.ts, in the words of the trade. */
import type { Kind, ObjectKinds, Trail, User } from './objects.ts';
import type { Actor, ChangeAction, Head, Page, Shown } from './stores.ts';

/** An object with its kind. */
export type KindObject = { [K in Kind]: { readonly kind: K; readonly object: ObjectKinds[K] } }[Kind];

/** What was done to an object, by whom and when (ms), and whether the words that it had then were erased since. */
export interface Done {
  readonly revision: number;
  readonly action: ChangeAction;
  readonly actor: Actor;
  readonly changedAt: number;
  readonly erased: boolean;
}

/** One change of the log, with the object as it became. */
export type LoggedChange = KindObject & Done & { readonly objectId: number };

/** A portion of the log: the changes of the kinds that are asked for, and the revision up to which it was looked at. */
export interface ChangePortion {
  readonly changes: readonly LoggedChange[];
  readonly upTo: number;
  readonly head: Head;
}

/** One entry, whatever became of it, with what it shows; one state. */
export interface TrailState {
  readonly trail: Trail;
  /** The one that last changed it. */
  readonly revision: number;
  readonly joined: Shown;
}

/** An entry as it became at a revision. */
export interface TrailVersion extends Done {
  readonly trail: Trail;
}

/** Versions of an entry, oldest first. */
export interface TrailHistory {
  readonly total: number;
  readonly versions: readonly TrailVersion[];
  /** The one before the first of these; `null` when that is where the entry began. */
  readonly before: TrailVersion | null;
  /** Who made them, as far as they are users: a person, or an application's own. */
  readonly users: ReadonlyMap<Actor, User>;
  readonly head: Head;
}

export interface ChangeStore {
  head(tenantId: number): Promise<Head>;
  /** Changes after a revision, of these kinds, in their order: at most `limit`, fewer when they are large, or rare among others. */
  after(tenantId: number, revision: number, kinds: readonly Kind[], limit: number): Promise<ChangePortion>;
  /** `null` when it was never there. */
  trail(tenantId: number, trailId: number): Promise<TrailState | null>;
  /** `null` when it was never there. */
  history(tenantId: number, trailId: number, page: Page): Promise<TrailHistory | null>;
  /** A number for `moved`. */
  stamp(tenantId: number): number | Promise<number>;
  /** Waits until anybody has committed something since that stamp, at most so many ms, or until `ended` is aborted. */
  moved(tenantId: number, stamp: number, atMost: number, ended: AbortSignal): Promise<void>;
}
