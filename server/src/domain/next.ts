import { AppError, badParameter } from '../errors.ts';
import type { Caller } from './application.ts';
import { moduleOfKind } from './change.ts';
import { once } from './idempotency.ts';
import { putNextFollowUp } from './next-put.ts';
import type { NextFilter, NextRow, NextStore, Subject } from './next-stores.ts';
import { type SubjectKind, subjectKinds } from './objects.ts';
import type { Clock, Listed, ObjectStore, Page } from './stores.ts';
import { wholeSecond } from './trail.ts';
import type { Vault } from './vault.ts';

/** What is asked for: with a kind only those of it, otherwise all that the caller may see. */
export interface NextQuestion extends Omit<NextFilter, 'kinds'> {
  readonly kind: SubjectKind | null;
}

/** The kinds whose modules somebody has. */
export const kindsOf = ({ scopes }: Pick<Caller, 'scopes'>): SubjectKind[] =>
  subjectKinds.filter((kind) => scopes.has(moduleOfKind[kind]));

/** When companies, leads and opportunities are to be followed up next. */
export class NextFollowUps {
  readonly #next: NextStore;
  readonly #objects: ObjectStore;
  readonly #vault: Vault;
  readonly #clock: Clock;

  constructor(parts: { next: NextStore; objects: ObjectStore; vault: Vault; clock: Clock }) {
    this.#next = parts.next;
    this.#objects = parts.objects;
    this.#vault = parts.vault;
    this.#clock = parts.clock;
  }

  /** Throws `scope_missing` for a kind whose module the caller has not, `bad_parameter` for an id of no kind. */
  async list(caller: Caller, { kind, ...question }: NextQuestion, page: Page): Promise<Listed<NextRow>> {
    if (kind === null && question.id !== null)
      throw badParameter('id', question.id, 'accepted: with subject only, whose id it is');
    if (kind !== null) requireKind(caller, kind);
    const kinds = kind === null ? kindsOf(caller) : [kind];
    return this.#next.list(caller.tenantId, { ...question, kinds }, page, this.#clock());
  }

  /**
   * Sets when something is to be followed up next, `null` clears it. Under an idempotency `key` see `once`. Throws `scope_missing`, and
   * `not_found` for what is not there or was removed.
   */
  async push(caller: Caller, subject: Subject, nextFollowUpAt: number | null, key: string | null = null): Promise<void> {
    requireKind(caller, subject.kind);
    await this.#objects.change(caller.tenantId, caller.actor, (edit) =>
      once(edit, this.#vault, key, { next: subject, nextFollowUpAt }, async () => {
        await putNextFollowUp(edit, subject, nextFollowUpAt, wholeSecond(this.#clock()));
        return null;
      }),
    );
  }
}

function requireKind({ scopes }: Caller, kind: SubjectKind): void {
  const module = moduleOfKind[kind];
  if (!scopes.has(module)) throw new AppError('scope_missing', { module });
}
