/** The search index asked for one list: what it has, block by block, put right by what it does not know. */
import type { TokenQuery } from '../domain/keyword.ts';
import type { Trail } from '../domain/objects.ts';
import type { TrailFilter } from '../domain/stores.ts';
import type { Row, Tx, Value } from './db.ts';
import type { Difference, KeyPage, ListKey } from './search.ts';
import { posting } from './search-rows.ts';
import {
  addTo,
  type Bits,
  bitsOf,
  clearBit,
  countOf,
  hasBit,
  keepIn,
  noBits,
  type Slots,
  setBit,
  slotsOfBits,
} from './search-slots.ts';
import { type Block, blocksOf, keysOf, type Pairs, placeOf } from './search-tables.ts';
import { marks } from './search-tokens.ts';
import type { Verdicts } from './search-verdicts.ts';
import { live } from './tables.ts';

/** Looks at entries that were found under all tokens of a keyword; `null`: all of them have it. */
export type Verify = {
  readonly words: string;
  readonly verdicts: Verdicts;
  /** Which of the entries have the keyword. */
  look(ids: readonly number[]): Promise<ReadonlySet<number>>;
} | null;

/** Tokens of which an entry must have one. */
type Alternatives = readonly TokenQuery[];

/** How a block lies to the bounds of the filter. */
type Reach = 'inside' | 'across';

export class IndexAnswer {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #filter: TrailFilter;
  readonly #conditions: readonly Alternatives[];
  readonly #difference: Difference;
  readonly #verify: Verify;
  readonly #gone: ReadonlySet<number>;

  /** `tokens`: the keyword's; none: the index is not asked at all. */
  constructor(
    tx: Tx,
    tenantId: number,
    filter: TrailFilter,
    tokens: readonly TokenQuery[],
    difference: Difference,
    verify: Verify = null,
  ) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#filter = filter;
    this.#conditions = tokens.length === 0 ? [] : [...subjectsOf(filter), ...tokens.map((token) => [token]), ...kindsOf(filter)];
    this.#difference = difference;
    this.#verify = verify;
    this.#gone = new Set(difference.minus.map(({ trailId }) => trailId));
  }

  async page(skip: number, size: number): Promise<KeyPage> {
    const blocks =
      this.#conditions.length === 0
        ? []
        : await blocksOf(this.#tx, this.#tenantId, this.#filter.removed ? live.removed : live.yes);
    const found = await this.#found(blocks);
    return this.#filter.by === 'happenedAt' ? this.#inOrder(blocks, found, skip, size) : this.#sorted(found, skip, size);
  }

  /** The blocks lie in the order of the list: those before the page are only counted. */
  async #inOrder(blocks: readonly Block[], found: readonly Found[], skip: number, size: number): Promise<KeyPage> {
    const parts = blocks.length === 0 ? [nothing()] : found.map((one) => ({ ...one, minus: 0, plus: [] as ListKey[] }));
    const partOf = (trail: Trail): Part => parts[Math.max(0, placeOf(blocks, trail.happenedAt, trail.trailId))] as Part;
    for (const trail of this.#difference.minus) partOf(trail).minus += 1;
    for (const trail of this.#difference.plus) partOf(trail).plus.push({ at: trail.happenedAt, id: trail.trailId });
    const counts = parts.map(({ count, minus, plus }) => count - minus + plus.length);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const direction = this.#filter.oldestFirst ? 1 : -1;
    const keys: ListKey[] = [];
    let passed = 0;
    for (let n = 0; n < parts.length && passed < skip + size; n++) {
      const i = direction === 1 ? n : parts.length - 1 - n;
      const part = parts[i] as Part;
      const count = counts[i] as number;
      if (count > 0 && passed + count > skip) {
        const inPart = [...(await this.#keysIn(part)), ...part.plus].sort((a, b) => direction * (a.at - b.at || a.id - b.id));
        for (const key of inPart.slice(Math.max(0, skip - passed), skip + size - passed)) keys.push(key);
      }
      passed += count;
    }
    return { total, keys };
  }

  /** Entries of a block that match, without those that do not any more, by their place in the timeline. */
  async #keysIn({ block, count, bits }: Part): Promise<ListKey[]> {
    if (block === null || count === 0) return [];
    const keys = await keysOf(this.#tx, this.#tenantId, block.block, 'keys');
    const all: ListKey[] = [];
    for (const slot of slotsOfBits(bits ?? (await this.#bitsIn(block)) ?? noBits())) {
      const id = keys[2 * slot + 1] as number;
      if (!this.#gone.has(id)) all.push({ at: keys[2 * slot] as number, id });
    }
    return all;
  }

  /** The list is ordered by another time than the index: all that match are brought into its order. */
  async #sorted(found: readonly Found[], skip: number, size: number): Promise<KeyPage> {
    const { by, from, to, oldestFirst } = this.#filter;
    const ats: number[] = [];
    const ids: number[] = [];
    const take = (at: number, id: number): void => {
      if (from !== null && at < from) return;
      if (to !== null && at > to) return;
      ats.push(at);
      ids.push(id);
    };
    for (const { block, count, bits } of found) {
      if (block === null || count === 0) continue;
      const keys = await keysOf(this.#tx, this.#tenantId, block.block, 'keys');
      const times = await keysOf(this.#tx, this.#tenantId, block.block, 'times');
      for (const slot of slotsOfBits(bits ?? (await this.#bitsIn(block)) ?? noBits())) {
        const id = keys[2 * slot + 1] as number;
        if (!this.#gone.has(id)) take(times[2 * slot + (by === 'recordedAt' ? 0 : 1)] as number, id);
      }
    }
    for (const trail of this.#difference.plus) take(trail[by], trail.trailId);
    const keys = pageOf(ats, ids, oldestFirst, skip, size);
    return { total: ats.length, keys };
  }

  /** How many of each block match at the index's position. Of those with more than one condition, which; of the others when it is asked for. */
  async #found(blocks: readonly Block[]): Promise<Found[]> {
    const [first, ...others] = this.#conditions;
    const [token] = first ?? [];
    if (blocks.length === 0 || first === undefined || token === undefined) return [];
    const simple = others.length === 0 && first.length === 1 && !token.prefix && this.#verify === null;
    const counts = simple ? await this.#counts(token.token) : null;
    const found: Found[] = [];
    for (const [i, block] of blocks.entries()) {
      const reach = this.#reach(block, blocks[i + 1]);
      if (reach === null || (counts?.get(block.block) === undefined && counts !== null))
        found.push({ block, count: 0, bits: null });
      else if (counts !== null && reach === 'inside') found.push({ block, count: counts.get(block.block) as number, bits: null });
      else {
        const bits = await this.#bitsIn(block, reach);
        found.push({ block, count: bits === null ? 0 : countOf(bits), bits });
      }
    }
    return found;
  }

  /** By block, how many have the token. */
  async #counts(token: string): Promise<ReadonlyMap<number, number>> {
    const rows = await this.#tx.all(countsOf, [token, this.#tenantId, this.#filter.removed ? live.removed : live.yes]);
    return new Map(rows as unknown as [number, number][]);
  }

  /** `null`: no entry of the block lies within the bounds, as far as the blocks tell. */
  #reach(block: Block, next: Block | undefined): Reach | null {
    const { by, from, to } = this.#filter;
    if (by !== 'happenedAt') return 'inside';
    if (to !== null && block.firstAt > to) return null;
    if (from !== null && next !== undefined && next.firstAt < from) return null;
    const ends = next?.firstAt ?? Number.MAX_SAFE_INTEGER;
    return (from === null || block.firstAt >= from) && (to === null || ends <= to) ? 'inside' : 'across';
  }

  /** Which entries of a block fulfil all conditions; `null`: none. */
  async #bitsIn(block: Block, reach: Reach = 'inside'): Promise<Bits | null> {
    let bits: Bits | null = null;
    for (const alternatives of this.#conditions) {
      const some = await this.#bitsOf(block, alternatives);
      if (some === null) return null;
      if (bits === null) bits = some;
      else keepIn(bits, some);
    }
    if (bits === null || (reach === 'inside' && this.#verify === null)) return bits;
    const keys = await keysOf(this.#tx, this.#tenantId, block.block, 'keys');
    if (reach === 'across') this.#cut(bits, keys);
    if (this.#verify !== null) await this.#keepRight(bits, block.block, keys, this.#verify);
    return bits;
  }

  /** Which have one of the tokens; `null`: none. A set of its own. */
  async #bitsOf({ block }: Block, alternatives: Alternatives): Promise<Bits | null> {
    let bits: Bits | null = null;
    const take = (slots: Slots): void => {
      if (bits === null) bits = bitsOf(slots);
      else addTo(bits, slots);
    };
    for (const { token, prefix } of alternatives) {
      const rows: (Row | undefined)[] = prefix
        ? await this.#tx.all(postings, [this.#tenantId, block, token, `${token}\u{10ffff}`])
        : [await this.#tx.get(posting, [this.#tenantId, block, token])];
      for (const row of rows) if (row !== undefined) take(slotsOf(row));
    }
    return bits;
  }

  /** Clears those that do not have the keyword; whom it looked at before, it does not look at again. */
  async #keepRight(bits: Bits, block: number, keys: Pairs, { words, verdicts, look }: NonNullable<Verify>): Promise<void> {
    const { looked, right } = verdicts.of(this.#tenantId, block, words);
    const unknown = slotsOfBits(bits).filter((slot) => !hasBit(looked, slot));
    if (unknown.length > 0) {
      const found = await look(unknown.map((slot) => keys[2 * slot + 1] as number));
      for (const slot of unknown) {
        setBit(looked, slot);
        if (found.has(keys[2 * slot + 1] as number)) setBit(right, slot);
      }
      verdicts.keep(this.#tenantId, block, words, looked, right);
    }
    keepIn(bits, right);
  }

  #cut(bits: Bits, keys: Pairs): void {
    const { from, to } = this.#filter;
    for (const slot of slotsOfBits(bits)) {
      const at = keys[2 * slot] as number;
      if ((from !== null && at < from) || (to !== null && at > to)) clearBit(bits, slot);
    }
  }
}

/** What one block has; `bits` as far as they were read. */
interface Found {
  readonly block: Block | null;
  readonly count: number;
  readonly bits: Bits | null;
}

/** The same, put right. */
interface Part extends Found {
  minus: number;
  readonly plus: ListKey[];
}

/** Stands for the blocks where there are none. */
const nothing = (): Part => ({ block: null, count: 0, bits: null, minus: 0, plus: [] });

const countsOf =
  'SELECT p.block, p.entries FROM search_block b JOIN search_posting p ON p.tenant_id = b.tenant_id AND p.block = b.block AND p.token = ? ' +
  'WHERE b.tenant_id = ? AND b.live = ?';
const postings = 'SELECT entries, slots FROM search_posting WHERE tenant_id = ? AND block = ? AND token >= ? AND token < ?';

const slotsOf = (row: readonly Value[]): Slots => ({ count: row[0] as number, bytes: row[1] as Uint8Array });

const exactly = (token: string): TokenQuery => ({ token, prefix: false });

/** The conditions that few entries fulfil: they are asked first. */
function subjectsOf({ opportunityId, leadId, companyId, contactIds }: TrailFilter): Alternatives[] {
  const subjects: Alternatives[] = [];
  if (opportunityId !== null) subjects.push([exactly(marks.opportunityId(opportunityId))]);
  if (leadId !== null) subjects.push([exactly(marks.leadId(leadId))]);
  if (companyId !== null) subjects.push([exactly(marks.companyId(companyId))]);
  if (contactIds.length > 0) subjects.push(contactIds.map((id) => exactly(marks.contactId(id))));
  return subjects;
}

/** And those that many do. */
function kindsOf({ authorIds, types }: TrailFilter): Alternatives[] {
  const kinds: Alternatives[] = [];
  if (authorIds.length > 0) kinds.push(authorIds.map((id) => exactly(marks.authorId(id))));
  if (types.length > 0) kinds.push(types.map((type) => exactly(marks.type(type))));
  return kinds;
}

/** A page of keys that lie in no order: only those around the page are sorted by more than their time. */
function pageOf(ats: readonly number[], ids: readonly number[], oldestFirst: boolean, skip: number, size: number): ListKey[] {
  if (skip >= ats.length) return [];
  const direction = oldestFirst ? 1 : -1;
  const order = Float64Array.from(ats, (at) => direction * at).sort();
  const first = order[skip] as number;
  const last = order[Math.min(order.length, skip + size) - 1] as number;
  const near: ListKey[] = [];
  for (let i = 0; i < ats.length; i++) {
    const at = ats[i] as number;
    if (direction * at >= first && direction * at <= last) near.push({ at, id: ids[i] as number });
  }
  near.sort((a, b) => direction * (a.at - b.at || a.id - b.id));
  const before = skip - order.indexOf(first);
  return near.slice(before, before + size);
}
