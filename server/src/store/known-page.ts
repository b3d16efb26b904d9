import type { Page, TrailFilter } from '../domain/stores.ts';
import { before } from './block-keys.ts';
import type { Blocks } from './blocks.ts';

/** A page of a scope, found in memory; or a block whose keys that lacks. */
export type KnownPage = { readonly total: number; readonly ids: readonly number[] } | { readonly missing: number };

/** `filter`: one that lists the scope. */
export function knownPage(blocks: Blocks, { from, to, oldestFirst }: TrailFilter, { number, size }: Page): KnownPage {
  const [lower, upper] = [from === null ? 0 : rank(blocks, from), to === null ? blocks.total : rank(blocks, to + 1)];
  if (typeof lower === 'object') return lower;
  if (typeof upper === 'object') return upper;
  const total = Math.max(0, upper - lower);
  const ids: number[] = [];
  const end = Math.min(number * size, total);
  for (let place = (number - 1) * size; place < end; ) {
    const position = oldestFirst ? lower + place : upper - 1 - place;
    const { block, passed } = blocks.find(position);
    const keys = blocks.keys.get(block);
    if (keys === null) return { missing: block };
    const step = oldestFirst ? 1 : -1;
    for (let i = position - passed; i >= 0 && i < keys.id.length && place < end; i += step, place++)
      ids.push(keys.id[i] as number);
  }
  return { total, ids };
}

/** How many entries of the scope lie before the time. */
function rank(blocks: Blocks, time: number): number | { readonly missing: number } {
  const block = blocks.blockOf(time, 0);
  const keys = blocks.keys.get(block);
  return keys === null ? { missing: block } : blocks.passed(block) + before(keys, time);
}
