import { type Basis, type Render, refersTo } from '../domain/basis.ts';
import type { Kept } from '../domain/kept.ts';
import type { JoinedKind, ShownKinds } from '../domain/objects.ts';
import type { Tx } from './db.ts';
import { entriesOf, type KnownObjects } from './entries.ts';
import type { PageKeys } from './placed-page.ts';
import type { Recencies, Recency } from './recency.ts';
import { shownCost } from './shown.ts';

/** A rendered entry, and what it rests on. */
export interface RenderedEntry {
  readonly text: Buffer;
  readonly basis: Basis;
}

/** An object that entries show, with the revision of the state that it was read from. */
export interface KnownObject {
  readonly revision: number;
  readonly object: ShownKinds[JoinedKind];
}

/** Entries as they were rendered, as long as they stand: of a page, only the others are read. */
export class RenderedEntries {
  readonly #kept: Kept<number, RenderedEntry>;
  readonly #shown: Kept<number, KnownObject>;
  readonly #recencies: Recencies;
  readonly render: Render;

  constructor(kept: Kept<number, RenderedEntry>, shown: Kept<number, KnownObject>, recencies: Recencies, render: Render) {
    this.#kept = kept;
    this.#shown = shown;
    this.#recencies = recencies;
    this.render = render;
  }

  /**
   * The entries of a page of the present out of memory alone; `null` when one of them is not there, or `stamp` is not the one at which the
   * log was followed. `find` answers where they lie at a revision, or `null`.
   */
  known<K extends Pick<PageKeys, 'ids' | 'revision'>>(
    tenantId: number,
    stamp: number,
    find: (revision: number) => K | null,
  ): { keys: K; entries: Buffer[]; joined: Basis['joined'] } | null {
    const revision = this.#recencies.revisionAt(tenantId, stamp);
    const keys = revision === null ? null : find(revision);
    if (keys === null) return null;
    const recency = this.#recencies.of(tenantId);
    const found: RenderedEntry[] = [];
    for (const id of keys.ids) {
      const kept = this.#kept.get(tenantId, id);
      if (kept === undefined || kept.basis.revision > keys.revision || recency.touchedSince(kept.basis)) return null;
      found.push(kept);
    }
    this.#kept.hit(found.length);
    return { keys, entries: found.map(({ text }) => text), joined: together(found.map(({ basis }) => basis.joined)) };
  }

  /** The entries of a page, in its order, as they stand in the state that `tx` sees, which is that after its revision. */
  async read(
    tx: Tx,
    tenantId: number,
    { ids, revision, places, portion }: Omit<PageKeys, 'total'>,
  ): Promise<{ entries: Buffer[]; joined: Basis['joined'] }> {
    const { clearings } = this.#kept;
    const recency = this.#recencies.of(tenantId);
    const known = this.#objects(tenantId, revision, recency);
    await recency.follow(tx, revision);
    const found = new Map<number, RenderedEntry>();
    const missing: number[] = [];
    for (const id of ids) {
      const kept = this.#kept.get(tenantId, id);
      // Another reader may have rendered it in a later state than this one.
      if (kept === undefined || kept.basis.revision > revision || recency.touchedSince(kept.basis)) {
        this.#kept.miss();
        missing.push(id);
      } else {
        this.#kept.hit();
        found.set(id, kept);
      }
    }
    if (missing.length > 0) {
      const { trails, joined } = portion ?? (await entriesOf(tx, tenantId, missing, { asOf: null, places, known }));
      for (const trail of trails) {
        const { trailId } = trail;
        if (found.has(trailId)) continue;
        const basis: Basis = { tenantId, revision, subject: { kind: 'entry', id: trailId }, joined: refersTo(trail) };
        const rendered = { text: this.render(tenantId, trail, joined), basis };
        this.#kept.set(tenantId, trailId, rendered, rendered.text.length, clearings);
        found.set(trailId, rendered);
      }
    }
    const page = ids.map((id) => found.get(id)).filter((entry) => entry !== undefined);
    return { entries: page.map(({ text }) => text), joined: together(page.map(({ basis }) => basis.joined)) };
  }

  /** The objects in memory that stand at `revision`, to which the log was followed. */
  #objects(tenantId: number, revision: number, recency: Recency): KnownObjects {
    const shown = this.#shown;
    const { clearings } = shown;
    return {
      get: (kind, ids) => {
        const space = `${tenantId} ${kind}`;
        const objects = new Map();
        for (const id of ids) {
          const known = shown.get(space, id);
          if (known !== undefined && recency.stands(kind, id, Math.min(known.revision, revision))) objects.set(id, known.object);
        }
        return objects;
      },
      read: (kind, objects) => {
        for (const [id, object] of objects) shown.set(`${tenantId} ${kind}`, id, { revision, object }, shownCost, clearings);
      },
    };
  }
}

/** Whatever one of them refers to, of several as often as that; to look twice costs less than to sort it out. */
function together(all: readonly Basis['joined'][]): Basis['joined'] {
  const joined: Basis['joined'][number][] = [];
  for (const one of all) for (const kind of one) joined.push(kind);
  return joined;
}
