/** The hash chain of a tenant's log, and every content that it vouches for, wherever that stands now. */

import type { Kind } from '../domain/objects.ts';
import { chainHash, chainStart, contentHash, wordsHash } from './chain.ts';
import { isKind, type ObjectCheck } from './check-objects.ts';
import { noWords } from './content.ts';
import type { Row, Tx, Value } from './db.ts';
import type { Findings } from './findings.ts';
import { placesOfFacts } from './places.ts';

/** The end of a log as somebody kept it elsewhere. */
export interface KeptHead {
  readonly revision: number;
  readonly chainHash: string;
}

/** Changes that are in memory at a time; each may have a text of 100,000 characters. */
const portion = 200;

/** Each change, with the one that has the state after it: that of the same object which comes next. `<> 0` lets the index serve. */
const sql =
  'SELECT c.revision, c.kind, c.object_id, c.action, c.actor, c.changed_at, c.before_revision, ' +
  'c.before_facts, c.before_words IS NULL, c.salt, c.erased_hash, c.content_hash, c.chain_hash, c.places, ' +
  'n.revision, n.kind, n.object_id, n.action, n.erased_hash, n.before_facts, n.before_words ' +
  'FROM change c LEFT JOIN change n ON n.tenant_id = c.tenant_id AND n.before_revision <> 0 AND n.before_revision = c.revision ' +
  'WHERE c.tenant_id = ? AND c.revision > ? ORDER BY c.revision LIMIT ?';

/** Of one tenant. */
export class LogCheck {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #findings: Findings;
  readonly #objects: ObjectCheck;
  readonly #kept: KeptHead | null;
  #revision = 0;
  /** Of the last change; `null` when that could not be read. */
  #chainHash: string | null = chainStart;
  #changedAt = 0;
  /** Changes of an object that was there before, and those whose state after is in another change. */
  #later = 0;
  #covered = 0;

  constructor(tx: Tx, tenantId: number, findings: Findings, objects: ObjectCheck, kept: KeptHead | null) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#findings = findings;
    this.#objects = objects;
    this.#kept = kept;
  }

  /** Goes through the log once, a portion at a time, and compares its end with what the tenant's row says. */
  async run(): Promise<void> {
    for await (const row of this.#rows()) await this.#change(row);
    if (this.#later !== this.#covered) await this.#follow();
    await this.#head();
    if (this.#kept !== null && this.#kept.revision > this.#revision)
      this.#report(
        `the change log ends at revision ${this.#revision}, but the head kept elsewhere is at ${this.#kept.revision}: its tail was cut`,
        this.#revision + 1,
      );
  }

  /** A row that cannot be read is passed over. */
  async *#rows(): AsyncGenerator<Row> {
    let [size, alone] = [portion, 0];
    for (let after = 0; ; ) {
      let rows: Row[];
      try {
        rows = await this.#tx.all(sql, [this.#tenantId, after, size]);
      } catch (error) {
        if (size > 1) {
          [size, alone] = [1, portion];
          continue;
        }
        const next = await this.#nextRevision(after);
        this.#report(`the change cannot be read: ${(error as Error).message}`, next ?? after + 1);
        if (next === null) return;
        // It cannot be said where what it was about went, nor is it missing.
        this.#revision = next;
        this.#chainHash = null;
        after = next;
        continue;
      }
      const last = rows.at(-1)?.[0];
      if (last === undefined) return;
      yield* rows;
      // A revision that is none stands behind all others, or between two.
      if (typeof last !== 'number') return;
      after = Math.ceil(last);
      if (size === 1 && --alone === 0) size = portion;
    }
  }

  async #nextRevision(after: number): Promise<number | null> {
    const next = 'SELECT revision FROM change WHERE tenant_id = ? AND revision > ? ORDER BY revision LIMIT 1';
    try {
      return ((await this.#tx.get(next, [this.#tenantId, after]))?.[0] as number | undefined) ?? null;
    } catch {
      return null;
    }
  }

  async #change(row: Row): Promise<void> {
    const [revision, kind, id, action, actor, changedAt, before, oldFacts, noWordsBefore] = row as [number, ...Value[]];
    if (!Number.isSafeInteger(revision))
      return this.#report(`there is a change with revision ${revision}, which is none`, this.#revision + 1);
    const [hashOfContent, hashOfChain] = [row[11] as string, row[12] as string];
    if (revision !== this.#revision + 1)
      this.#report(`the change log has nothing between revisions ${this.#revision} and ${revision}`, this.#revision + 1);
    const header = [this.#tenantId, revision, kind, id, action, actor, changedAt, before] as Value[];
    if (this.#chainHash !== null && hashOfChain !== chainHash(this.#chainHash, header, hashOfContent))
      this.#report('the chain is broken: the hash is not that of this change after the one before it', revision);
    if ((changedAt as number) < this.#changedAt) this.#report('the time goes back', revision);
    if ((before === 0) !== (oldFacts === null) || (oldFacts === null) !== (noWordsBefore === 1) || (before as number) >= revision)
      this.#report(`the change is of what revision ${before} made, but does not have that`, revision);
    this.#revision = revision;
    this.#chainHash = hashOfChain;
    this.#changedAt = Math.max(this.#changedAt, changedAt as number);
    if (before !== 0) this.#later += 1;
    if (this.#kept?.revision === revision && this.#kept.chainHash !== hashOfChain)
      this.#report('its hash is not that of the head kept elsewhere: the log was rewritten up to here', revision);
    await this.#content(row, hashOfContent);
  }

  /** The state after the change: in the next change of the object, or else in its table. */
  async #content(row: Row, hashOfContent: string): Promise<void> {
    const [revision, kind, id] = row as [number, ...Value[]];
    const [salt, erasedHash] = [row[9] as string, row[10] as string];
    const [next, nextKind, nextId, nextAction, nextErasedHash, facts, words] = row.slice(14);
    if (!isKind(kind) || !Number.isSafeInteger(id))
      return this.#report(`it is about ${kind} ${id}, which there cannot be`, revision);
    const what = `its ${kind} ${id}`;
    let content = { facts: facts as string, words: words as string };
    if (next === null) {
      const present = await this.#objects.state(kind, id as number, revision);
      if (typeof present === 'string') return this.#report(present, revision);
      content = present;
    } else {
      this.#covered += 1;
      if (nextKind !== kind || nextId !== id)
        return this.#report(`change ${next} has it as the former state of another object, ${nextKind} ${nextId}`, revision);
      if (!(await this.#isText(next as number, content)))
        return this.#report(`${what}, kept in change ${next}, is no text`, revision);
    }
    const followed = next !== null && (nextAction === 'erased' || nextErasedHash !== '');
    if ((erasedHash !== '') !== followed)
      return this.#report(
        followed ? `${what} was erased, but not its words` : `the words of ${what} are gone without an erasure`,
        revision,
      );
    if (followed && (salt !== '' || content.words !== noWords))
      return this.#report(`${what} was erased, but words or salt are left`, revision);
    const hashOfWords = followed ? erasedHash : wordsHash(salt, content.words);
    if (contentHash(hashOfWords, content.facts) !== hashOfContent)
      this.#report(`${what}, kept in ${next === null ? 'its table' : `change ${next}`}, is not what it was then`, revision);
    else if (row[13] !== placesAfter(kind, row[7] as string | null, content.facts))
      this.#report(`${what} stands elsewhere in the lists than the log has it`, revision);
  }

  /** Bytes that are no text are read as U+FFFD, which a text may also have: then it is equal to what was read. */
  async #isText(revision: number, { facts, words }: { facts: unknown; words: unknown }): Promise<boolean> {
    if (typeof facts !== 'string' || typeof words !== 'string') return false;
    if (!words.includes('\uFFFD') && !facts.includes('\uFFFD')) return true;
    const row = await this.#tx.get(
      'SELECT 1 FROM change WHERE tenant_id = ? AND revision = ? AND before_facts = ? AND before_words = ?',
      [this.#tenantId, revision, facts, words],
    );
    return row !== undefined;
  }

  /** A change of what no change has made. */
  async #follow(): Promise<void> {
    const rows = await this.#tx.all(
      'SELECT c.revision, c.before_revision FROM change c LEFT JOIN change p ON p.tenant_id = c.tenant_id AND p.revision = c.before_revision ' +
        'WHERE c.tenant_id = ? AND c.before_revision <> 0 AND p.revision IS NULL ORDER BY c.revision LIMIT 10',
      [this.#tenantId],
    );
    for (const [revision, before] of rows)
      this.#report(`the change is of what revision ${before} made, which is not in the log`, revision as number);
  }

  async #head(): Promise<void> {
    const row = await this.#tx.get('SELECT revision, changed_at, chain_hash FROM tenant WHERE tenant_id = ?', [this.#tenantId]);
    const [revision, changedAt, hash] = row as Row;
    if (revision !== this.#revision)
      this.#report(
        `the change log ends at revision ${this.#revision}, its head says ${revision}`,
        Math.min(this.#revision, Number.isSafeInteger(revision) ? (revision as number) : this.#revision) + 1,
      );
    else if (this.#chainHash !== null && hash !== this.#chainHash)
      this.#report('the hash of the head is another one than that of the last change', this.#revision);
    if (revision === this.#revision && changedAt !== this.#changedAt)
      this.#report('the time of the head is another one than that of the last change', this.#revision);
  }

  #report(what: string, revision: number): void {
    this.#findings.report(this.#tenantId, `revision ${revision}: ${what}`, revision);
  }
}

/** What a change's `places` must be; `null` when the facts before cannot be read, which is said where they belong. */
function placesAfter(kind: Kind, before: string | null, after: string): string | null {
  if (kind !== 'trail') return '';
  try {
    return placesOfFacts(before, after);
  } catch {
    return null;
  }
}
