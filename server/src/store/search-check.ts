/** The search index against the truth: every block, row by row, against what the contents of its entries come to. */
import { eachToken } from '../domain/keyword.ts';
import type { Trail } from '../domain/objects.ts';
import type { Row, Tx } from './db.ts';
import type { Findings } from './findings.ts';
import { bitsOf, slotsOfBits } from './search-slots.ts';
import { type Block, blocksOf, keysOf, placeOf, searchState } from './search-tables.ts';
import { eachIndexToken, liveOf } from './search-tokens.ts';
import { statesAt } from './states.ts';
import { decode, tables } from './tables.ts';

/** Entries read at a time. */
const portion = 500;

const columns = tables.trail.columns.join(', ');

/**
 * Reports what the index has that it should not have, and what it misses, as of its own position. While it is being built there is
 * nothing to verify. Memory is that of one block.
 */
export async function checkSearch(tx: Tx, tenantId: number, findings: Findings): Promise<void> {
  const state = await searchState(tx, tenantId);
  if (state?.phase !== 'ready') return;
  const check = new SearchCheck(tx, tenantId, state.revision, findings);
  await check.blocks();
  await check.entries();
  await check.strays();
}

class SearchCheck {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #revision: number;
  readonly #findings: Findings;

  constructor(tx: Tx, tenantId: number, revision: number, findings: Findings) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#revision = revision;
    this.#findings = findings;
  }

  /** What the blocks have is right. */
  async blocks(): Promise<void> {
    for (const live of [1, 2]) {
      const blocks = await blocksOf(this.#tx, this.#tenantId, live);
      for (const [i, block] of blocks.entries()) await this.#block(block, blocks[i + 1]);
    }
  }

  async #block(block: Block, next: Block | undefined): Promise<void> {
    const keys = await keysOf(this.#tx, this.#tenantId, block.block, 'keys');
    const times = await keysOf(this.#tx, this.#tenantId, block.block, 'times');
    if (keys.length !== 2 * block.slots || times.length !== 2 * block.slots)
      this.#report(`block ${block.block} has ${block.slots} slots, and keys of ${keys.length / 2}`);
    const slotOf = new Map<number, number>();
    for (let slot = 0; slot < block.slots; slot++) {
      const id = keys[2 * slot + 1] as number;
      if (slotOf.has(id) && id !== 0) this.#report(`entry ${id} is twice in block ${block.block}`);
      slotOf.set(id, slot);
    }
    slotOf.delete(0);
    const expected = new Map<string, number[]>();
    const states = await statesAt(this.#tx, this.#tenantId, 'trail', slotOf.keys(), this.#revision);
    for (const [id, slot] of slotOf) {
      const trail = states.get(id)?.object;
      if (
        trail === undefined ||
        !isAt(trail, block, next, [...keys.subarray(2 * slot, 2 * slot + 2), ...times.subarray(2 * slot, 2 * slot + 2)])
      ) {
        this.#report(`entry ${id} stands in block ${block.block} otherwise than it stood at revision ${this.#revision}`);
        continue;
      }
      eachIndexToken(trail, (text, start, end) => {
        const token = text.slice(start, end);
        const slots = expected.get(token);
        if (slots === undefined) expected.set(token, [slot]);
        else if (slots.at(-1) !== slot) slots.push(slot);
      });
    }
    await this.#rows(block, expected);
  }

  async #rows({ block }: Block, expected: Map<string, number[]>): Promise<void> {
    let wrong = 0;
    const rows = await this.#tx.all('SELECT token, entries, slots FROM search_posting WHERE tenant_id = ? AND block = ?', [
      this.#tenantId,
      block,
    ]);
    for (const [token, count, bytes] of rows as [string, number, Uint8Array][]) {
      const slots = slotsOfBits(bitsOf({ count, bytes }));
      const right = (expected.get(token) ?? []).sort((a, b) => a - b);
      expected.delete(token);
      if (slots.length !== count || slots.length !== right.length || slots.some((slot, i) => slot !== right[i])) wrong += 1;
    }
    // No token is told: what is wrong may be what was erased.
    if (wrong + expected.size > 0)
      this.#report(`block ${block}: ${wrong} tokens with other entries than it should have, ${expected.size} missing`);
  }

  /** Every entry that can be found is there: those of a block follow each other. */
  async entries(): Promise<void> {
    const lists = new Map<number, Block[]>();
    for (const live of [1, 2]) lists.set(live, await blocksOf(this.#tx, this.#tenantId, live));
    let block = -1;
    let ids: ReadonlySet<number> = new Set();
    const look = async (trail: Trail): Promise<void> => {
      const blocks = lists.get(liveOf(trail));
      if (blocks === undefined || !canBeFound(trail)) return;
      const found = blocks[Math.max(0, placeOf(blocks, trail.happenedAt, trail.trailId))];
      if (found !== undefined && found.block !== block) {
        block = found.block;
        ids = new Set((await keysOf(this.#tx, this.#tenantId, block, 'keys')).filter((_, i) => i % 2 === 1));
      }
      if (found === undefined || !ids.has(trail.trailId)) this.#report(`entry ${trail.trailId} is missing`);
    };
    for (const live of [0, 1, 2]) {
      for (let after: readonly [number, number] | null = [Number.MIN_SAFE_INTEGER, 0]; after !== null; ) {
        const rows: Row[] = await this.#tx.all(
          `SELECT ${columns}, revision FROM trail WHERE tenant_id = ? AND live = ? AND (happened_at, trail_id) > (?, ?) ` +
            'ORDER BY happened_at, trail_id LIMIT ?',
          [this.#tenantId, live, ...after, portion],
        );
        const changed: number[] = [];
        for (const row of rows) {
          const trail = decode(tables.trail, row);
          after = [trail.happenedAt, trail.trailId];
          if ((row.at(-1) as number) <= this.#revision) await look(trail);
          else changed.push(trail.trailId);
        }
        for (const { object } of (await statesAt(this.#tx, this.#tenantId, 'trail', changed, this.#revision)).values())
          await look(object);
        if (rows.length < portion) after = null;
      }
    }
  }

  /** No row belongs to a block that is not there. */
  async strays(): Promise<void> {
    const known = new Set<number>();
    for (const live of [1, 2]) for (const { block } of await blocksOf(this.#tx, this.#tenantId, live)) known.add(block);
    for (const table of ['search_posting', 'search_keys']) {
      for (let block: number | null = Number.MIN_SAFE_INTEGER; block !== null; ) {
        const row = await this.#tx.get(`SELECT min(block) FROM ${table} WHERE tenant_id = ? AND block > ?`, [
          this.#tenantId,
          block,
        ]);
        block = (row?.[0] as number | null | undefined) ?? null;
        if (block !== null && !known.has(block)) this.#report(`${table} has rows of block ${block}, which is not there`);
      }
    }
  }

  #report(what: string): void {
    this.#findings.report(this.#tenantId, `search index: ${what}`);
  }
}

/** Whether an entry is where it belongs, with its times. */
function isAt(trail: Trail, block: Block, next: Block | undefined, told: readonly number[]): boolean {
  const times = [trail.happenedAt, trail.trailId, trail.recordedAt, trail.updatedAt];
  return (
    liveOf(trail) === block.live &&
    times.every((time, i) => time === told[i]) &&
    placeOf(next === undefined ? [block] : [block, next], trail.happenedAt, trail.trailId) === 0
  );
}

function canBeFound(trail: Trail): boolean {
  let found = false;
  eachToken(trail.content, () => {
    found = true;
  });
  return found;
}
