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

export const noCount = (): MergeCount => ({ added: 0, changed: 0, unchanged: 0, kept: 0 });

/** Adds what `count` counts. */
export function addTo<C extends MergeCount>(sum: C, count: NoInfer<C> | MergeCount): void {
  for (const [name, value] of Object.entries(count) as [keyof MergeCount, number][]) sum[name] += value;
}

/** What a merge needs of an edit. */
export type Merging = Pick<Edit, 'getMany' | 'write'>;

/** How what is known of a kind becomes its object. */
export interface Rule<K extends Kind> {
  /** The object of what is known, over what stands here (`null`: nothing yet). */
  build(known: Knowledge<K>, before: ObjectKinds[K] | null): ObjectKinds[K];
  /** What stands here, with what it lacks from older knowledge; the same object when it lacks nothing. */
  fill(before: ObjectKinds[K], known: Knowledge<K>): ObjectKinds[K];
}

/**
 * Brings what a source knows into the store: of two states of an object the one known from the later instant wins, on a tie
 * the one that was there first stays; what only the other one knows is kept. So the order in which sources arrive changes
 * nothing but ties, and the same source twice changes nothing.
 */
export async function merge<K extends Kind>(
  edit: Merging,
  kind: K,
  known: readonly Knowledge<K>[],
  rule: Rule<K>,
): Promise<MergeCount> {
  const latest = new Map<number, Knowledge<K>>();
  for (const item of known) {
    const other = latest.get(item.id);
    latest.set(item.id, other === undefined ? item : item.knownAt > other.knownAt ? over(other, item) : over(item, other));
  }
  const existing = await edit.getMany(kind, latest.keys());
  const writes: Write<ObjectKinds[K]>[] = [];
  let added = 0;
  let kept = 0;
  for (const item of latest.values()) {
    const before: Stored<ObjectKinds[K]> | null = existing.get(item.id) ?? null;
    if (before !== null && item.knownAt <= before.knownAt) {
      const filled = rule.fill(before.object, item);
      if (filled !== before.object) writes.push({ before, after: filled, knownAt: before.knownAt });
      else if (!agrees(before.object, item.fields)) kept += 1;
      continue;
    }
    if (before === null) added += 1;
    // Most often there is nothing new in it, and then the object need not be built only to find that out.
    const after =
      before !== null && agrees(before.object, item.fields) ? before.object : rule.build(item, before?.object ?? null);
    writes.push({ before, after, knownAt: item.knownAt });
  }
  const written = await edit.write(kind, writes);
  return { added, changed: written - added, unchanged: known.length - written - kept, kept };
}

/** The later state, with what only the earlier one knows. */
function over<K extends Kind>(earlier: Knowledge<K>, later: Knowledge<K>): Knowledge<K> {
  return { ...later, fields: { ...earlier.fields, ...later.fields } };
}

/** Whether an object has all of these fields as they are. */
export function agrees<T extends object>(object: T, fields: Partial<T>): boolean {
  for (const field in fields) if (!same(object[field], fields[field])) return false;
  return true;
}
