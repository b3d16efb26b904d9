import type { Kind, ObjectKinds } from './objects.ts';
import { same } from './same.ts';
import type { Edit, Stored, Write } from './stores.ts';

/** What a source says of one object: the fields it knows, and the instant (ms) that this is known from. */
export interface Knowledge<K extends Kind> {
  readonly id: number;
  readonly fields: Partial<ObjectKinds[K]>;
  readonly knownAt: number;
}

export interface MergeCount {
  added: number;
  changed: number;
  unchanged: number;
  /** Differ from what stands here, which is known from the same instant or a later one. */
  kept: number;
}

/**
 * Brings what a source knows into the store: of two states of an object the one known from the later instant wins, on a tie
 * the one that was there first stays. So the order in which sources arrive changes nothing but ties, and the same source
 * twice changes nothing. `build` makes the object of what is known, over what stands here (`null`: nothing yet).
 */
export async function merge<K extends Kind>(
  edit: Edit,
  kind: K,
  known: readonly Knowledge<K>[],
  build: (known: Knowledge<K>, before: ObjectKinds[K] | null) => ObjectKinds[K],
): Promise<MergeCount> {
  const latest = new Map<number, Knowledge<K>>();
  for (const item of known) {
    const other = latest.get(item.id);
    if (other === undefined || item.knownAt > other.knownAt) latest.set(item.id, item);
  }
  const existing = await edit.getMany(kind, latest.keys());
  const writes: Write<ObjectKinds[K]>[] = [];
  let added = 0;
  let kept = 0;
  for (const item of latest.values()) {
    const before: Stored<ObjectKinds[K]> | null = existing.get(item.id) ?? null;
    if (before !== null && item.knownAt <= before.knownAt) {
      if (!agrees(before.object, item.fields)) kept += 1;
      continue;
    }
    if (before === null) added += 1;
    writes.push({ before, after: build(item, before?.object ?? null), knownAt: item.knownAt });
  }
  const written = await edit.write(kind, writes);
  return { added, changed: written - added, unchanged: known.length - written - kept, kept };
}

function agrees<T extends object>(object: T, fields: Partial<T>): boolean {
  return Object.entries(fields).every(([field, value]) => same(object[field as keyof T], value));
}
