/** Filters drawn at random, for histories of a store: see `changes.ts`. */
import fc from 'fast-check';
import { allTrails, type TrailFilter } from '../../src/domain/stores.ts';
import { seconds, subject } from './changes.ts';
import { atSecond } from './model.ts';

export const orNone = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { freq: 2 });
/** From a second before the first entry to one after the last; one wide when both are the same. */
const range = fc.oneof(
  fc.constant({ from: null, to: null }),
  fc.integer({ min: -1, max: seconds }).map((at) => ({ from: atSecond(at), to: atSecond(at) })),
  fc.record({ from: orNone(fc.integer({ min: -1, max: seconds })), width: orNone(fc.nat(seconds)) }).map(({ from, width }) => ({
    from: from === null ? null : atSecond(from),
    to: width === null ? null : atSecond((from ?? 0) + width),
  })),
);
const subjects = fc.oneof(
  { weight: 1, arbitrary: fc.constant({ companyId: null, leadId: null, opportunityId: null }) },
  { weight: 2, arbitrary: subject.map((companyId) => ({ companyId: companyId + 1, leadId: null, opportunityId: null })) },
  { weight: 1, arbitrary: subject.map((leadId) => ({ companyId: null, leadId: leadId + 1, opportunityId: null })) },
  { weight: 1, arbitrary: subject.map((opportunityId) => ({ companyId: null, leadId: null, opportunityId: opportunityId + 1 })) },
  // Combined ones, all pairs and the triple.
  {
    weight: 2,
    arbitrary: fc.record({
      companyId: orNone(fc.integer({ min: 1, max: 3 })),
      leadId: orNone(fc.integer({ min: 1, max: 3 })),
      opportunityId: orNone(fc.integer({ min: 1, max: 3 })),
    }),
  },
);
const some = (most: number): fc.Arbitrary<number[]> =>
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<number[]>([]) },
    { weight: 1, arbitrary: fc.uniqueArray(fc.integer({ min: 1, max: most }), { minLength: 1, maxLength: 5 }) },
  );
const more = fc.record({
  types: some(3).map((types) => types.map((type) => 100 + type)),
  authorIds: some(3),
  contactIds: fc.oneof(some(3), fc.constant([2, 9])),
  keyword: fc.option(fc.constantFrom('a', 'b', '客户', '户', '🙂'), { freq: 1 }),
  removed: fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
});
const plain = fc.constant({ types: [], authorIds: [], contactIds: [], keyword: null, removed: false });
/** Every filter that a list may be asked for. */
export const filter: fc.Arbitrary<TrailFilter> = fc
  .record({
    subjects,
    range,
    more: fc.oneof({ weight: 2, arbitrary: plain }, { weight: 1, arbitrary: more }),
    by: fc.constantFrom('happenedAt', 'happenedAt', 'recordedAt', 'updatedAt'),
    oldestFirst: fc.boolean(),
  })
  .map(({ subjects, range, more, ...order }): TrailFilter => ({ ...allTrails, ...subjects, ...range, ...more, ...order }));
