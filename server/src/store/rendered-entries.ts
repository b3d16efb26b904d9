import { type Basis, type Render, refersTo } from '../domain/basis.ts';
import type { Kept } from '../domain/kept.ts';
import type { Tx } from './db.ts';
import { entriesOf } from './entries.ts';
import type { Recencies } from './recency.ts';
import type { PageKeys } from './trail-pages.ts';

/** A rendered entry, and what it rests on. */
export interface RenderedEntry {
  readonly text: Buffer;
  readonly basis: Basis;
}

/** Entries as they were rendered, as long as they stand: of a page, only the others are read. */
export class RenderedEntries {
  readonly #kept: Kept<RenderedEntry>;
  readonly #recencies: Recencies;
  readonly render: Render;

  constructor(kept: Kept<RenderedEntry>, recencies: Recencies, render: Render) {
    this.#kept = kept;
    this.#recencies = recencies;
    this.render = render;
  }

  /** The entries of a page, in its order, as they stand in the state that `tx` sees, which is that after its revision. */
  async read(
    tx: Tx,
    tenantId: number,
    { ids, revision, places }: Pick<PageKeys, 'ids' | 'revision' | 'places'>,
  ): Promise<{ entries: Buffer[]; joined: Basis['joined'] }> {
    const { clearings } = this.#kept;
    const recency = this.#recencies.of(tenantId);
    await recency.follow(tx, revision);
    const found = new Map<number, RenderedEntry>();
    const missing: number[] = [];
    for (const id of ids) {
      const key = keyOf(tenantId, id);
      const kept = this.#kept.get(key);
      // Another reader may have rendered it in a later state than this one.
      if (kept === undefined || kept.basis.revision > revision || recency.touchedSince(kept.basis)) {
        this.#kept.miss();
        missing.push(id);
      } else {
        this.#kept.hit(key);
        found.set(id, kept);
      }
    }
    if (missing.length > 0) {
      const { trails, joined } = await entriesOf(tx, tenantId, missing, null, places);
      for (const trail of trails) {
        const { trailId } = trail;
        const basis: Basis = { tenantId, revision, subject: { kind: 'entry', id: trailId }, joined: refersTo(trail) };
        const rendered = { text: this.render(tenantId, trail, joined), basis };
        this.#kept.set(keyOf(tenantId, trailId), rendered, rendered.text.length, clearings);
        found.set(trailId, rendered);
      }
    }
    const page = ids.map((id) => found.get(id)).filter((entry) => entry !== undefined);
    return { entries: page.map(({ text }) => text), joined: together(page.map(({ basis }) => basis.joined)) };
  }
}

const keyOf = (tenantId: number, trailId: number): string => `${tenantId} ${trailId}`;

/** Each object once. */
function together(all: readonly Basis['joined'][]): Basis['joined'] {
  const ids = new Map<Basis['joined'][number][0], Set<number>>();
  for (const joined of all) {
    for (const [kind, some] of joined) {
      const of = ids.get(kind) ?? new Set();
      ids.set(kind, of);
      for (const id of some) of.add(id);
    }
  }
  return [...ids].map(([kind, of]) => [kind, [...of]]);
}
