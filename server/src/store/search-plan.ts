/** What a number of changed entries changes in the search index: planned while reading, then written at one go. */
import { eachToken } from '../domain/keyword.ts';
import type { Trail } from '../domain/objects.ts';
import type { Row, Tx } from './db.ts';
import { Postings } from './search-postings.ts';
import { type Pause, posting, type SearchChanges } from './search-rows.ts';
import { blockSize, changed, type Slots, slotsIn } from './search-slots.ts';
import { type Block, blocksOf, bytesOf, keysOf, placeOf } from './search-tables.ts';
import { eachIndexToken, eachMark, liveOf } from './search-tokens.ts';

/** Entries that are placed between two pauses. */
const placedAtOnce = 128;
/** A plan holds what it splits in memory, tens of thousands of rows a block: with more of them than this it is given up. */
const mostSplits = 4;
/** Rows of a block that are read, or looked through, between two pauses. */
const rowsAtOnce = 500;
/** Rows that are asked for before the first of them is looked at, so that a database far away does not answer one after the other. */
const askedAtOnce = 100;
/** Half full: after a split there is room on both sides. */
const splitInto = blockSize / 2;

/** A block that the plan touches. */
interface Touched {
  readonly block: number;
  readonly live: number;
  readonly firstAt: number;
  readonly firstId: number;
  slots: number;
  /** Of an old block: as they were read, and written anew when the plan is done. */
  readonly keys: Float64Array;
  readonly times: Float64Array;
  /** Rows that are not in the store yet: the block is new. `null`: they are there. */
  readonly rows: Map<string, Slots> | null;
  readonly added: Postings;
  readonly removed: Postings;
}

export class SearchPlan {
  readonly #tx: Tx;
  readonly #tenantId: number;
  readonly #blocks: Map<number, (Block | Touched)[]>;
  readonly #dropped: { live: number; firstAt: number; firstId: number; block: number }[] = [];
  /** What stands in the list of blocks now under another beginning. */
  readonly #moved: { live: number; firstAt: number; firstId: number }[] = [];
  readonly #adding = new Map<number, Trail>();
  #nextBlock: number;
  #splits = 0;

  private constructor(tx: Tx, tenantId: number, nextBlock: number, blocks: Map<number, (Block | Touched)[]>) {
    this.#tx = tx;
    this.#tenantId = tenantId;
    this.#nextBlock = nextBlock;
    this.#blocks = blocks;
  }

  static async begin(tx: Tx, tenantId: number, nextBlock: number): Promise<SearchPlan> {
    const blocks = new Map<number, (Block | Touched)[]>();
    for (const live of [1, 2]) blocks.set(live, await blocksOf(tx, tenantId, live));
    return new SearchPlan(tx, tenantId, nextBlock, blocks);
  }

  get nextBlock(): number {
    return this.#nextBlock;
  }

  /** Takes an entry out, as the index has it; nothing happens when it is not there. */
  async remove(trail: Trail): Promise<void> {
    const touched = await this.#touch(liveOf(trail), trail.happenedAt, trail.trailId);
    const slot = touched === null ? -1 : slotOf(touched, trail.trailId);
    if (touched === null || slot < 0) return;
    touched.keys[2 * slot + 1] = 0;
    eachIndexToken(trail, (text, start, end) => touched.removed.add(slot, text, start, end));
  }

  /** Whether the index, with what is planned, has the entry where this state of it belongs. */
  async has(trail: Trail): Promise<boolean> {
    if (this.#adding.has(trail.trailId)) return true;
    const touched = await this.#touch(liveOf(trail), trail.happenedAt, trail.trailId);
    return touched !== null && slotOf(touched, trail.trailId) >= 0;
  }

  /** Puts an entry in; it must not be there. What has nothing to be found by is left out. */
  add(trail: Trail): void {
    if (liveOf(trail) !== 0) this.#adding.set(trail.trailId, trail);
  }

  /**
   * Gives every added entry its slot, in blocks that are filled up to `size`. `pause` is called between portions of the work. `false`: it
   * is too much for one plan, which is of no use any more.
   */
  async place(pause: Pause, size = blockSize): Promise<boolean> {
    const order = [...this.#adding.values()].sort(
      (a, b) => liveOf(a) - liveOf(b) || a.happenedAt - b.happenedAt || a.trailId - b.trailId,
    );
    for (let start = 0; start < order.length; ) {
      await pause();
      const first = order[start] as Trail;
      const live = liveOf(first);
      const blocks = this.#blocks.get(live) as (Block | Touched)[];
      if (blocks.length === 0) blocks.push(this.#fresh(live, Number.MIN_SAFE_INTEGER, 0));
      const place = Math.max(0, placeOf(blocks, first.happenedAt, first.trailId));
      const next = blocks[place + 1];
      let end = start + 1;
      while (end < order.length && end - start < placedAtOnce) {
        const trail = order[end] as Trail;
        if (liveOf(trail) !== live) break;
        if (
          next !== undefined &&
          !(trail.happenedAt < next.firstAt || (trail.happenedAt === next.firstAt && trail.trailId < next.firstId))
        )
          break;
        end += 1;
      }
      const touched = (await this.#touch(live, first.happenedAt, first.trailId)) as Touched;
      const room = size - touched.slots;
      if (room <= 0) {
        await this.#makeRoom(blocks, place, touched, first, pause);
        if (this.#splits > mostSplits && order.length > 1) return false;
        continue;
      }
      const taken = Math.min(end, start + room);
      for (let i = start; i < taken; i++) this.#put(touched, order[i] as Trail);
      start = taken;
    }
    return true;
  }

  #put(touched: Touched, trail: Trail): void {
    const slot = touched.slots;
    let found = false;
    eachToken(trail.content, (text, start, end) => {
      found = true;
      touched.added.add(slot, text, start, end);
    });
    if (!found) return;
    eachMark(trail, (token) => touched.added.add(slot, token));
    touched.keys[2 * slot] = trail.happenedAt;
    touched.keys[2 * slot + 1] = trail.trailId;
    touched.times[2 * slot] = trail.recordedAt;
    touched.times[2 * slot + 1] = trail.updatedAt;
    touched.slots += 1;
  }

  /** A block after or before the full one when the entry lies outside of what that has; otherwise its entries are cut in two. */
  async #makeRoom(blocks: (Block | Touched)[], place: number, full: Touched, trail: Trail, pause: Pause): Promise<void> {
    const slots = slotsInOrder(full);
    const last = slots.at(-1);
    const first = slots[0];
    if (last !== undefined && isBelow(full, last, trail)) {
      blocks.splice(place + 1, 0, this.#fresh(full.live, trail.happenedAt, trail.trailId));
    } else if (first !== undefined && !isBelow(full, first, trail)) {
      this.#moved.push({ live: full.live, firstAt: full.firstAt, firstId: full.firstId });
      const before = this.#fresh(full.live, full.firstAt, full.firstId);
      const after: Touched = {
        ...full,
        firstAt: full.keys[2 * first] as number,
        firstId: full.keys[2 * first + 1] as number,
      };
      blocks.splice(place, 1, before, after);
    } else {
      this.#splits += 1;
      blocks.splice(place, 1, ...(await this.#split(full, slots, pause)));
    }
  }

  /** Pieces with the entries that are still there, at new slots: one piece when they are few. */
  async #split(full: Touched, slots: readonly number[], pause: Pause): Promise<Touched[]> {
    const pieces = [this.#fresh(full.live, full.firstAt, full.firstId)];
    const piece = new Int32Array(blockSize).fill(-1);
    const slotIn = new Int32Array(blockSize);
    for (const [n, slot] of slots.entries()) {
      if (n > 0 && n % splitInto === 0)
        pieces.push(this.#fresh(full.live, full.keys[2 * slot] as number, full.keys[2 * slot + 1] as number));
      const to = pieces.at(-1) as Touched;
      piece[slot] = pieces.length - 1;
      slotIn[slot] = to.slots;
      for (const i of [0, 1]) {
        to.keys[2 * to.slots + i] = full.keys[2 * slot + i] as number;
        to.times[2 * to.slots + i] = full.times[2 * slot + i] as number;
      }
      to.slots += 1;
    }
    let n = 0;
    for (const [token, set] of await this.#rowsOf(full, pause)) {
      n += 1;
      if (n % rowsAtOnce === 0) await pause();
      const parts: number[][] = pieces.map(() => []);
      // Only those that the token has: there are tens of thousands of tokens, and most have a few.
      for (const slot of slotsIn(set)) parts[piece[slot] as number]?.push(slotIn[slot] as number);
      for (const [i, part] of parts.entries()) {
        const row = changed(
          null,
          [],
          part.sort((a, b) => a - b),
        );
        if (row !== null) pieces[i]?.rows?.set(token, row);
      }
    }
    if (full.rows === null)
      this.#dropped.push({ live: full.live, firstAt: full.firstAt, firstId: full.firstId, block: full.block });
    return pieces;
  }

  #fresh(live: number, firstAt: number, firstId: number): Touched {
    const block = this.#nextBlock;
    this.#nextBlock += 1;
    return {
      block,
      live,
      firstAt,
      firstId,
      slots: 0,
      keys: new Float64Array(2 * blockSize),
      times: new Float64Array(2 * blockSize),
      rows: new Map(),
      added: new Postings(),
      removed: new Postings(),
    };
  }

  /** The block of a key, read; `null` when there is none. */
  async #touch(live: number, at: number, id: number): Promise<Touched | null> {
    const blocks = this.#blocks.get(live);
    if (blocks === undefined) return null;
    const place = Math.max(0, placeOf(blocks, at, id));
    const block = blocks[place];
    if (block === undefined || 'keys' in block) return block ?? null;
    const keys = new Float64Array(2 * blockSize);
    const times = new Float64Array(2 * blockSize);
    keys.set(await keysOf(this.#tx, this.#tenantId, block.block, 'keys'));
    times.set(await keysOf(this.#tx, this.#tenantId, block.block, 'times'));
    const touched: Touched = { ...block, keys, times, rows: null, added: new Postings(), removed: new Postings() };
    blocks[place] = touched;
    return touched;
  }

  /** All rows of a block with what is planned. */
  async #rowsOf(touched: Touched, pause: Pause): Promise<Map<string, Slots>> {
    const rows = new Map(touched.rows);
    if (touched.rows === null) {
      const sql =
        'SELECT token, entries, slots FROM search_posting WHERE tenant_id = ? AND block = ? AND token > ? ORDER BY token LIMIT ?';
      for (let last: string | null = ''; last !== null; ) {
        const some: readonly Row[] = await this.#tx.all(sql, [this.#tenantId, touched.block, last, rowsAtOnce]);
        for (const [token, count, bytes] of some)
          rows.set(token as string, { count: count as number, bytes: bytes as Uint8Array });
        last = some.length < rowsAtOnce ? null : ((some.at(-1) as Row)[0] as string);
        await pause();
      }
    }
    let n = 0;
    for (const token of tokensIn(touched)) {
      n += 1;
      if (n % rowsAtOnce === 0) await pause();
      const row = changed(rows.get(token) ?? null, touched.removed.get(token), touched.added.get(token));
      if (row === null) rows.delete(token);
      else rows.set(token, row);
    }
    return rows;
  }

  /** What is to be written, computed from what stands in the store as `tx` sees it. */
  async finish(pause: Pause): Promise<SearchChanges> {
    const changes: SearchChanges = { dropped: this.#dropped, moved: this.#moved, blocks: [], keys: [], puts: [], deletes: [] };
    for (const blocks of this.#blocks.values()) {
      for (const touched of blocks) {
        if (!('keys' in touched)) continue;
        await pause();
        const { block, live, firstAt, firstId, slots } = touched;
        changes.blocks.push([this.#tenantId, live, firstAt, firstId, block, slots]);
        changes.keys.push([
          this.#tenantId,
          block,
          bytesOf(touched.keys.subarray(0, 2 * slots)),
          bytesOf(touched.times.subarray(0, 2 * slots)),
        ]);
        if (touched.rows !== null) {
          for (const [token, row] of await this.#rowsOf(touched, pause))
            changes.puts.push([this.#tenantId, block, token, row.count, row.bytes]);
          continue;
        }
        const tokens = tokensIn(touched);
        for (let start = 0; start < tokens.length; start += askedAtOnce) {
          await pause();
          const some = tokens.slice(start, start + askedAtOnce);
          const rows = await Promise.all(some.map((token) => this.#tx.get(posting, [this.#tenantId, block, token])));
          for (const [i, token] of some.entries()) {
            const old = rows[i];
            const row = changed(
              old === undefined ? null : { count: old[0] as number, bytes: old[1] as Uint8Array },
              touched.removed.get(token),
              touched.added.get(token),
            );
            if (row === null) changes.deletes.push([this.#tenantId, block, token]);
            else changes.puts.push([this.#tenantId, block, token, row.count, row.bytes]);
          }
        }
      }
    }
    return changes;
  }
}

/** In the order of the table. */
const tokensIn = (touched: Touched): string[] => [...new Set([...touched.added.tokens(), ...touched.removed.tokens()])].sort();

function slotOf({ keys, slots }: Touched, trailId: number): number {
  for (let slot = 0; slot < slots; slot++) if (keys[2 * slot + 1] === trailId) return slot;
  return -1;
}

/** The slots that an entry has, in the order of the timeline. */
function slotsInOrder({ keys, slots }: Touched): number[] {
  const used: number[] = [];
  for (let slot = 0; slot < slots; slot++) if (keys[2 * slot + 1] !== 0) used.push(slot);
  return used.sort(
    (a, b) => (keys[2 * a] as number) - (keys[2 * b] as number) || (keys[2 * a + 1] as number) - (keys[2 * b + 1] as number),
  );
}

/** Whether the entry at a slot comes before another one. */
function isBelow({ keys }: Touched, slot: number, trail: Trail): boolean {
  const at = keys[2 * slot] as number;
  return at < trail.happenedAt || (at === trail.happenedAt && (keys[2 * slot + 1] as number) < trail.trailId);
}
