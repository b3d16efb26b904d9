/**
 * Brings the search index after the change log, in portions: each is planned on a state that is read, and then written in one short
 * transaction, with the position, unless the index was changed in between. The writers of entries have nothing to do with it.
 */
import type { Trail } from '../domain/objects.ts';
import type { Db, Row, Tx } from './db.ts';
import { pace } from './pace.ts';
import { SearchPlan } from './search-plan.ts';
import { dropBlock, type SearchChanges, writeChanges } from './search-rows.ts';
import { blockSize } from './search-slots.ts';
import { type Block, keepSearchState, type SearchState, searchState } from './search-tables.ts';
import { statesAt } from './states.ts';
import { decode, tables } from './tables.ts';

/** Entries or changes of one portion. */
const portion = 4096;
/** Less at a time, when so many changes lie in blocks that have no room for them: of those each is read and written anew. */
const smallerBy = 8;
/** Entries that a block gets while the index is built: later ones find room in it. */
const builtSize = (blockSize * 7) / 8;
/** Blocks of a former index that are deleted at a time. */
const droppedAtOnce = 4;
/** An index that is so many changes behind, and by more than it has entries, is built anew, which is faster. */
const farBehind = 20_000;
const columns = tables.trail.columns.join(', ');
const width = tables.trail.columns.length;

/** How far the search of a tenant is. */
export interface SearchProgress {
  /** How many changes the log has that the index does not have. While it is built: all. */
  readonly behind: number;
  /** Whether it is being built; until it is done, a search looks through all entries. */
  readonly building: boolean;
  /** Entries that are in the index, those that were changed since counted several times. */
  readonly indexed: number;
}

export async function searchProgress(tx: Tx, tenantId: number): Promise<SearchProgress> {
  const state = await searchState(tx, tenantId);
  const head = await headOf(tx, tenantId);
  const building = state === null ? head > 0 : state.phase !== 'ready';
  return { behind: building ? head : head - (state?.revision ?? 0), building, indexed: await slotsOf(tx, tenantId) };
}

/** Deletes the index and has it built anew; a follower, or `followAll`, does the work. */
export async function rebuildSearch(tx: Tx, tenantId: number): Promise<void> {
  const state = (await searchState(tx, tenantId)) ?? nothing;
  await keepSearchState(tx, tenantId, { ...state, phase: 'drop', stamp: state.stamp + 1 });
}

const nothing: SearchState = { phase: 'drop', revision: 0, stamp: 0, nextBlock: 1, live: 0, happenedAt: 0, trailId: 0 };

/** Follows until nothing is left to do, or `stopped` says so. */
export async function followAll(db: Db, tenantId: number, stopped: () => boolean = () => false): Promise<void> {
  while (!stopped() && (await followPortion(db, tenantId)) === 'worked');
}

/** Does one portion of what is to be done. */
export async function followPortion(db: Db, tenantId: number): Promise<'worked' | 'idle'> {
  const planned = await db.read(tenantId, async (tx) => {
    const state = await searchState(tx, tenantId);
    const step = await plan(tx, tenantId, state ?? nothing);
    return step === null ? null : { from: state, ...step };
  });
  if (planned === null) return 'idle';
  await db.write(tenantId, async (tx) => {
    const now = await searchState(tx, tenantId);
    // Another process was faster, or an entry was erased: what was planned may be of before.
    if (JSON.stringify(now) !== JSON.stringify(planned.from)) return;
    if (planned.changes !== null) await writeChanges(tx, tenantId, planned.changes, pace());
    for (const block of planned.drops) await dropBlock(tx, tenantId, block);
    await keepSearchState(tx, tenantId, planned.to);
  });
  return 'worked';
}

interface Step {
  readonly changes: SearchChanges | null;
  readonly drops: readonly Omit<Block, 'slots'>[];
  readonly to: SearchState;
}

/** What is to be done next; `null`: nothing. */
async function plan(tx: Tx, tenantId: number, state: SearchState): Promise<Step | null> {
  const head = await headOf(tx, tenantId);
  switch (state.phase) {
    case 'drop':
      return planDrop(tx, tenantId, state, head);
    case 'scan':
      return planScan(tx, tenantId, state);
    case 'complete':
      return planCompletion(tx, tenantId, state, head);
    case 'ready':
      if (head <= state.revision) return null;
      if (head - state.revision > Math.max(farBehind, await slotsOf(tx, tenantId)))
        return { changes: null, drops: [], to: { ...state, phase: 'drop' } };
      return planTail(tx, tenantId, state, head);
  }
}

async function planDrop(tx: Tx, tenantId: number, state: SearchState, head: number): Promise<Step> {
  const rows = await tx.all('SELECT live, first_at, first_id, block FROM search_block WHERE tenant_id = ? LIMIT ?', [
    tenantId,
    droppedAtOnce,
  ]);
  const drops = (rows as number[][]).map(([live, firstAt, firstId, block]) => ({ live, firstAt, firstId, block }) as Block);
  if (drops.length > 0) return { changes: null, drops, to: state };
  const start = { live: 1, happenedAt: Number.MIN_SAFE_INTEGER, trailId: 0 };
  return { changes: null, drops, to: { ...state, ...start, phase: 'scan', revision: head } };
}

/** The next entries in the order of the timeline that have not been changed since the building began. */
async function planScan(tx: Tx, tenantId: number, state: SearchState): Promise<Step> {
  const { live, happenedAt, trailId, revision } = state;
  const rows = await tx.all(
    `SELECT ${columns}, revision FROM trail WHERE tenant_id = ? AND live = ? AND (happened_at, trail_id) > (?, ?) ` +
      'ORDER BY happened_at, trail_id LIMIT ?',
    [tenantId, live, happenedAt, trailId, portion],
  );
  const trails = rows.map((row) => decode(tables.trail, row));
  const unchanged = trails.filter((_, i) => ((rows[i] as Row)[width] as number) <= revision);
  const { changes, nextBlock } = await scanned(tx, tenantId, state, unchanged);
  const last = trails.at(-1);
  const cursor =
    last !== undefined && trails.length === portion
      ? { happenedAt: last.happenedAt, trailId: last.trailId }
      : live === 1
        ? { live: 2, happenedAt: Number.MIN_SAFE_INTEGER, trailId: 0 }
        : { phase: 'complete' as const, trailId: revision };
  return { changes, drops: [], to: { ...state, ...cursor, nextBlock } };
}

/** Those that were changed during the scan, as they stood when it began, unless they had been read before that. */
async function planCompletion(tx: Tx, tenantId: number, state: SearchState, head: number, size = portion): Promise<Step> {
  const tail = await tailOf(tx, tenantId, state.trailId, head, size);
  const plan = await SearchPlan.begin(tx, tenantId, state.nextBlock);
  const states = await statesAt(tx, tenantId, 'trail', tail.old, state.revision);
  const pause = pace();
  for (const { object } of states.values()) {
    await pause();
    if (!(await plan.has(object))) plan.add(object);
  }
  if (!(await plan.place(pause))) return planCompletion(tx, tenantId, state, head, smaller(size));
  const changes = await plan.finish(pause);
  const to = { ...state, nextBlock: plan.nextBlock, trailId: tail.end };
  return { changes, drops: [], to: tail.end < head ? to : { ...to, phase: 'ready' } };
}

/** The next changes of the log. */
async function planTail(tx: Tx, tenantId: number, state: SearchState, head: number, size = portion): Promise<Step> {
  const tail = await tailOf(tx, tenantId, state.revision, head, size);
  const before = await statesAt(tx, tenantId, 'trail', tail.old, state.revision);
  const after = await statesAt(tx, tenantId, 'trail', tail.all, tail.end);
  const objects = (states: typeof before): Trail[] => [...states.values()].map(({ object }) => object);
  const plan = await SearchPlan.begin(tx, tenantId, state.nextBlock);
  const pause = pace();
  for (const trail of objects(before)) {
    await pause();
    await plan.remove(trail);
  }
  for (const trail of objects(after)) plan.add(trail);
  if (!(await plan.place(pause))) return planTail(tx, tenantId, state, head, smaller(size));
  const changes = await plan.finish(pause);
  const { nextBlock } = plan;
  return { changes, drops: [], to: { ...state, nextBlock, revision: tail.end } };
}

interface Tail {
  /** The entries changed in it, and those of them that were there before. */
  readonly all: ReadonlySet<number>;
  readonly old: ReadonlySet<number>;
  /** Its last revision. */
  readonly end: number;
}

async function tailOf(tx: Tx, tenantId: number, after: number, head: number, size: number): Promise<Tail> {
  const rows = await tx.all(
    'SELECT revision, object_id, before_revision FROM change ' +
      "WHERE tenant_id = ? AND revision > ? AND revision <= ? AND kind = 'trail' ORDER BY revision LIMIT ?",
    [tenantId, after, head, size],
  );
  const all = new Set<number>();
  const old = new Set<number>();
  for (const [, id, before] of rows as [number, number, number][]) {
    if (before !== 0 && !all.has(id)) old.add(id);
    all.add(id);
  }
  return { all, old, end: rows.length < size ? head : ((rows.at(-1) as Row)[0] as number) };
}

/** Entries in the order of the timeline, after all that the index has. */
async function scanned(
  tx: Tx,
  tenantId: number,
  state: SearchState,
  trails: readonly Trail[],
): Promise<{ changes: SearchChanges; nextBlock: number }> {
  const plan = await SearchPlan.begin(tx, tenantId, state.nextBlock);
  const pause = pace();
  for (const trail of trails) plan.add(trail);
  // Each block comes after the one before it: nothing is split.
  await plan.place(pause, builtSize);
  return { changes: await plan.finish(pause), nextBlock: plan.nextBlock };
}

const smaller = (size: number): number => Math.max(1, Math.floor(size / smallerBy));

async function headOf(tx: Tx, tenantId: number): Promise<number> {
  const row = await tx.get('SELECT revision FROM tenant WHERE tenant_id = ?', [tenantId]);
  return (row?.[0] as number | undefined) ?? 0;
}

async function slotsOf(tx: Tx, tenantId: number): Promise<number> {
  const row = await tx.get('SELECT coalesce(sum(slots), 0) FROM search_block WHERE tenant_id = ?', [tenantId]);
  return row?.[0] as number;
}
