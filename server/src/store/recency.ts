/**
 * When what was last touched: by this one can tell of an answer that was made at some revision whether it still stands, without
 * reading anything of what it shows. It follows the change log of each tenant, whoever wrote it.
 */
import type { Basis, Standing } from '../domain/basis.ts';
import type { JoinedKind } from '../domain/objects.ts';
import type { Db, Row, Tx } from './db.ts';
import { headOf } from './log-times.ts';
import { shownFields } from './shown.ts';

/** Objects and subjects that are remembered per tenant, about 50 bytes each; of more, everything older counts as touched. */
const maxRemembered = 200_000;
/** Of more changes at a time nothing is remembered. */
const maxTail = 20_000;

const subjects = ['company', 'lead', 'opportunity'] as const;
const joinedKinds = Object.keys(shownFields) as JoinedKind[];

/** Of all tenants. */
export class Recencies implements Standing {
  readonly #db: Db;
  readonly #erased: () => void;
  readonly #tenants = new Map<number, Recency>();

  /** `erased` is called when something was erased: then nothing that was read before may be kept. */
  constructor(db: Db, erased: () => void) {
    this.#db = db;
    this.#erased = erased;
  }

  of(tenantId: number): Recency {
    let recency = this.#tenants.get(tenantId);
    if (recency === undefined) {
      recency = new Recency(tenantId, this.#erased);
      this.#tenants.set(tenantId, recency);
    }
    return recency;
  }

  stamp(tenantId: number): number | Promise<number> {
    return this.#db.stamp(tenantId);
  }

  standsAt(basis: Basis, stamp: number): number | null {
    const recency = this.#tenants.get(basis.tenantId);
    if (recency === undefined || recency.stamp !== stamp) return null;
    return recency.touchedSince(basis) ? null : recency.revision;
  }

  /** The revision of a tenant's state at this stamp, if the log was followed at it. */
  revisionAt(tenantId: number, stamp: number): number | null {
    const recency = this.#tenants.get(tenantId);
    return recency?.stamp === stamp ? recency.revision : null;
  }

  async follow(tenantId: number, stamp: number): Promise<void> {
    const recency = this.of(tenantId);
    if (recency.stamp === stamp) return;
    await this.#db.read(tenantId, async (tx) => recency.follow(tx, (await headOf(tx, tenantId)).revision));
    // It was asked for before the state was read: what was committed in between makes another one.
    recency.stamp = stamp;
  }
}

/** One tenant's. */
export class Recency {
  /** The store's at which the log was followed to its end. */
  stamp: number | null = null;
  readonly #tenantId: number;
  readonly #erased: () => void;
  #revision = -1;
  /** What was made before this revision is not known to stand. */
  #floor = 0;
  #lastTrail = 0;
  /** The last change of any of these: most changes are of entries. */
  #lastJoined = 0;
  readonly #objects = Object.fromEntries(joinedKinds.map((kind) => [kind, new Map()])) as Record<JoinedKind, Map<number, number>>;
  /** By what they are about, and by their own ids. */
  readonly #entries = {
    company: new Map<number, number>(),
    lead: new Map<number, number>(),
    opportunity: new Map<number, number>(),
    entry: new Map<number, number>(),
  };
  #remembered = 0;

  constructor(tenantId: number, erased: () => void) {
    this.#tenantId = tenantId;
    this.#erased = erased;
  }

  /** How far the log was followed. */
  get revision(): number {
    return this.#revision;
  }

  /** Whether anything that it rests on was touched after its revision, as far as the log was followed. */
  touchedSince({ revision, subject, joined }: Basis): boolean {
    if (subject === null) return false;
    if (revision < this.#floor) return true;
    const last = subject.kind === 'enterprise' ? this.#lastTrail : this.#entries[subject.kind].get(subject.id);
    if (last !== undefined && last > revision) return true;
    if (this.#lastJoined <= revision) return false;
    for (const [kind, ids] of joined) {
      const touched = this.#objects[kind];
      if (touched.size === 0) continue;
      for (const id of ids) if ((touched.get(id) ?? 0) > revision) return true;
    }
    return false;
  }

  /** Whether an object was not touched after that revision, as far as the log was followed. */
  stands(kind: JoinedKind, id: number, revision: number): boolean {
    return revision >= this.#floor && (this.#objects[kind].get(id) ?? 0) <= revision;
  }

  /** Follows the log to its end as `tx` sees it, which is at the revision `target`, if it is not past it. */
  async follow(tx: Tx, target: number): Promise<void> {
    const known = this.#revision;
    if (target <= known) return;
    if (known < 0) {
      // Of nothing that was made before is known whether it stands.
      this.#forget(target);
    } else if (target - known > maxTail) {
      if ((await tx.get(anyErased, [this.#tenantId, known, target])) !== undefined) this.#erased();
      this.#forget(target);
    } else {
      for (const change of await tx.all(tail, [this.#tenantId, known, target])) this.#mark(change);
      if (this.#remembered > maxRemembered) this.#forget(target);
    }
    // Two readers may follow at the same time: marking twice changes nothing.
    this.#revision = Math.max(this.#revision, target);
  }

  #forget(revision: number): void {
    for (const map of [...Object.values(this.#objects), ...Object.values(this.#entries)]) map.clear();
    this.#remembered = 0;
    this.#floor = revision;
  }

  /** An entry touches the subjects that it had before and those that it has now; between two changes that is the next one's before. */
  #mark([revision, kind, id, action, before, companyId, leadId, opportunityId]: Row): void {
    const at = revision as number;
    if (action === 'erased') this.#erased();
    if (kind !== 'trail') {
      const touched = this.#objects[kind as JoinedKind];
      if (touched === undefined) return;
      this.#lastJoined = Math.max(this.#lastJoined, at);
      this.#touch(touched, id as number, at);
      return;
    }
    this.#lastTrail = Math.max(this.#lastTrail, at);
    this.#touch(this.#entries.entry, id as number, at);
    const now = { companyId, leadId, opportunityId };
    for (const facts of before === null ? [now] : [now, JSON.parse(before as string) as typeof now]) {
      for (const subject of subjects) {
        const subjectId = facts[`${subject}Id`] as number | null | undefined;
        if (subjectId) this.#touch(this.#entries[subject], subjectId, at);
      }
    }
  }

  #touch(map: Map<number, number>, id: number, revision: number): void {
    const last = map.get(id);
    if (last === undefined) this.#remembered += 1;
    if (last === undefined || last < revision) map.set(id, revision);
  }
}

/** The changes in (known, target], of entries with the facts before and the subjects that they have now. */
const tail =
  'SELECT c.revision, c.kind, c.object_id, c.action, c.before_facts, t.company_id, t.lead_id, t.opportunity_id FROM change c ' +
  "LEFT JOIN trail t ON c.kind = 'trail' AND t.tenant_id = c.tenant_id AND t.trail_id = c.object_id " +
  'WHERE c.tenant_id = ? AND c.revision > ? AND c.revision <= ? ORDER BY c.revision';

const anyErased = "SELECT 1 FROM change WHERE tenant_id = ? AND revision > ? AND revision <= ? AND action = 'erased' LIMIT 1";
