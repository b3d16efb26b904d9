import { expect, test } from 'vitest';
import { type Changed, ChangedInMemory } from '../../src/store/changed.ts';
import { ChangedOnDisk } from '../../src/store/changed-on-disk.ts';
import { scope } from '../../src/store/scope.ts';
import { announceSeed, randomFrom } from '../support/soak.ts';

const scopes = [
  scope(1, null, 0, 'happenedAt'),
  scope(2, null, 0, 'recordedAt'),
  scope(1, null, 0, 'updatedAt'),
  scope(1, 'companyId', 2, 'happenedAt'),
  scope(2, 'leadId', 1, 'happenedAt'),
  scope(1, 'opportunityId', 3, 'happenedAt'),
];

/** The first place that an entry was changed from, and the last one that it was changed to. */
class Naive {
  readonly now = new Map<number, readonly number[]>();
  readonly old = new Map<number, readonly number[]>();

  note(id: number, places: readonly number[], first: boolean): void {
    if (first && places.length > 7) this.old.set(id, places.slice(7));
    this.now.set(id, places.slice(0, 7));
  }

  keys(which: 'old' | 'now', name: string): string[] {
    const [of, subject, of2, by] = name.split(' ');
    const at = { happenedAt: 4, recordedAt: 5, updatedAt: 6 }[by as 'happenedAt'];
    const field = { enterprise: 0, companyId: 1, leadId: 2, opportunityId: 3 }[subject as 'enterprise'];
    return [...this[which]]
      .filter(([, place]) => place[0] === (of === 'removed' ? 2 : 1) && (field === 0 || place[field] === Number(of2)))
      .map(([id, place]) => `${place[at]} ${id}`)
      .sort();
  }
}

test.each<[string, () => Changed]>([
  ['in memory', () => new ChangedInMemory()],
  ['in a temporary table', () => new ChangedOnDisk()],
])('what changed, %s', (name, make) => {
  const random = randomFrom(announceSeed(`changed ${name}`));
  const below = (n: number): number => Math.floor(random() * n);
  // Ids of all sizes, some of which differ only in what lies above 32 bits.
  const ids = Array.from({ length: 3000 }, () => below(1000) + 2 ** 32 * below(3) + 10 ** 15 * below(2));
  const place = (): number[] => [below(3), below(4), below(3), below(4), 1e12 + below(99), 1e12 + below(99), 1e12 + below(99)];
  const changed = make();
  const naive = new Naive();
  const known = new Set<number>();
  for (let i = 0; i < 8000; i++) {
    const id = ids[below(ids.length)] as number;
    if (i % 1000 === 0) changed.reserve(below(500));
    const places = below(3) === 0 ? place() : [...place(), ...place()];
    changed.note(id, places, !known.has(id));
    naive.note(id, places, !known.has(id));
    known.add(id);
  }
  expect(changed.length).toBe(known.size);
  for (const id of ids) expect(changed.has(id), String(id)).toBe(known.has(id));
  expect(changed.has(10 ** 14)).toBe(false);
  for (const one of scopes) {
    for (const which of ['old', 'now'] as const) {
      const keys: string[] = [];
      changed.each(which, one, (at, id) => keys.push(`${at} ${id}`));
      expect(keys.sort(), `${which} ${one.name}`).toEqual(naive.keys(which, one.name));
    }
  }
  changed.clear();
  expect(changed.length).toBe(0);
  expect(changed.has(ids[0] as number)).toBe(false);
});
