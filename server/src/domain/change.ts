import { AppError, badParameter } from '../errors.ts';
import type { Caller, Module } from './application.ts';
import type { ChangePortion, ChangeStore } from './change-stores.ts';
import type { Kind } from './objects.ts';

/** The module that opens each kind; what only entries show, and the entries themselves, are in that of the timeline. */
export const moduleOfKind: { readonly [K in Kind]: Module } = {
  trail: 'company',
  comment: 'company',
  company: 'company',
  contact: 'company',
  leadContact: 'lead',
  lead: 'lead',
  opportunity: 'opportunity',
  user: 'user',
  file: 'company',
};

const allKinds = Object.keys(moduleOfKind) as Kind[];

/** What of the log is asked for. */
export interface ChangeQuestion {
  /** The last revision that is known already; `null`: what comes from now on. */
  readonly after: number | null;
  /** None: all that the caller may see. */
  readonly kinds: readonly Kind[];
}

/** A reader of the log, at its place. */
export interface Cursor {
  readonly kinds: readonly Kind[];
  readonly after: number;
  readonly head: number;
}

/** The change feed: everything that was done, in order. */
export class Changes {
  readonly #changes: ChangeStore;

  constructor(parts: { changes: ChangeStore }) {
    this.#changes = parts.changes;
  }

  /**
   * Where reading begins. Throws `scope_missing` for a kind whose module the token has not, `bad_parameter` for a revision after the head:
   * who knows that one knows another log.
   */
  async open(caller: Caller, { after, kinds }: ChangeQuestion): Promise<Cursor> {
    const closed = kinds.find((kind) => !caller.scopes.has(moduleOfKind[kind]));
    if (closed !== undefined) throw new AppError('scope_missing', { module: moduleOfKind[closed] });
    const { revision: head } = await this.#changes.head(caller.tenantId);
    if (after !== null && after > head) throw badParameter('after', after, `accepted: a revision up to the last one, ${head}`);
    const seen = kinds.length > 0 ? kinds : allKinds.filter((kind) => caller.scopes.has(moduleOfKind[kind]));
    return { kinds: seen, after: after ?? head, head };
  }

  /** The next changes of a reader's kinds, at most `limit`. What it was looked at up to is where the reader is then. */
  next(caller: Caller, { kinds, after }: Cursor, limit: number): Promise<ChangePortion> {
    return this.#changes.after(caller.tenantId, after, kinds, limit);
  }

  /** See `ChangeStore`. */
  stamp(tenantId: number): number | Promise<number> {
    return this.#changes.stamp(tenantId);
  }

  /** See `ChangeStore`. */
  moved(tenantId: number, stamp: number, atMost: number, ended: AbortSignal): Promise<void> {
    return this.#changes.moved(tenantId, stamp, atMost, ended);
  }
}
