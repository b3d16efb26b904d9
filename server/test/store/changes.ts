/** Changes drawn at random, for histories of a store. */
import fc from 'fast-check';
import type { Change } from './history.ts';
import { type Draft, tenantIds } from './model.ts';

/** So few seconds, subjects and entries that they meet all the time. */
export const seconds = 6;
export const second = fc.nat(seconds - 1);
export const tenant = fc.constantFrom(...tenantIds);
export const subject = fc.nat(3);
export const often = fc.integer({ min: 0, max: 9 }).map((n) => n < 8);
const word = fc.constantFrom('a', 'b', 'c', '客户', '跟进 🙂');

const draft: fc.Arbitrary<Draft> = fc.record({
  tenant,
  id: fc.integer({ min: 1, max: 24 }),
  second,
  updated: fc.nat(9),
  company: subject,
  lead: subject,
  opportunity: subject,
  author: fc.nat(2),
  contact: fc.nat(2),
  file: fc.nat(2),
  enabled: often,
  removed: often.map((yes) => !yes),
  word,
});

const importing = fc.array(draft, { minLength: 1, maxLength: 30 }).map((drafts): Change => ({ do: 'import', drafts }));
const editing = fc.record({
  do: fc.constant('edit' as const),
  what: fc.constantFrom('remove', 'restore', 'disable', 'enable'),
  tenant,
  pick: fc.nat(1000),
});
const moving = fc.record({
  do: fc.constant('move' as const),
  tenant,
  pick: fc.nat(1000),
  company: subject,
  lead: subject,
  second,
});
const renaming = fc.record({ do: fc.constant('rename' as const), tenant, company: fc.integer({ min: 1, max: 3 }), word });
const commenting = fc.record({
  do: fc.constant('comment' as const),
  what: fc.constantFrom('add', 'add', 'remove'),
  tenant,
  pick: fc.nat(1000),
});
const pushing = fc.record({
  do: fc.constant('push' as const),
  tenant,
  company: subject,
  lead: subject,
  opportunity: subject,
  second,
  ago: fc.nat(3),
});
export const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 4, arbitrary: importing },
  { weight: 3, arbitrary: editing },
  { weight: 3, arbitrary: moving },
  { weight: 1, arbitrary: renaming },
  { weight: 2, arbitrary: pushing },
  { weight: 2, arbitrary: commenting },
);
