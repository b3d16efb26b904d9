/** One fault at a time, of each kind at each call: what the copy comes to, and what it has written on the way. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { LoggedChange } from '../../src/domain/change-stores.ts';
import { dayOf } from '../../src/mirror/schedule.ts';
import { announce, announceSeed, randomFrom } from '../support/soak.ts';
import { changeSomething } from './changing.ts';
import { fingerprint, logOf, unexplained } from './explained.ts';
import { drawFault, type Fault, type FaultName, faultNames, occursAt } from './faults.ts';
import { firm } from './firm.ts';
import { type Account, account, type Mirroring, type MirroringOptions, mirrorOf } from './mirroring.ts';
import type { RecordedCall } from './okki-proxy.ts';

/** With `GENJIN_SOAK` all of them, otherwise what the time of a change allows. */
const isSoak = process.env['GENJIN_SOAK'] !== undefined;
const [firstReadings, standingRounds] = isSoak ? [1_000, 500] : [200, 120];

/** Of a machine that is busy with other things. */
const timeout = isSoak ? 1_800_000 : 300_000;

/** All but types that nobody knows, which are in the account itself: a mirror cannot tell them from a fault. */
const kinds = faultNames.filter((name) => name !== 'unknown-type');

const options: MirroringOptions = { pageSize: 25, brief: true };

/** How long a mirror waits for an answer (ms): no longer than a test can, where there is none, and otherwise as long as a busy machine takes. */
const patience = ({ kind }: Schedule): number => (kind === 'hang' ? 300 : 10_000);

let of: Account;
let truth: string;
let theirs: LoggedChange[];
let began: number;

beforeAll(async () => {
  of = await account(firm(500, 60));
  truth = await fingerprint(of.upstream.core);
  theirs = await logOf(of.upstream.core);
  began = of.upstream.clock.at;
});
afterAll(() => of.close());

interface Schedule {
  readonly kind: FaultName;
  /** Among all calls, from 1. */
  readonly position: number;
  readonly seed: number;
}

/** Each kind at each of these calls at which it can be, in a random order: one of each kind by turns, and again with other seeds if those are fewer. */
function schedulesOn(calls: readonly RecordedCall[], count: number, random: () => number): Schedule[] {
  const drawn: Schedule[] = [];
  while (drawn.length < count) {
    const each = kinds.flatMap((kind) =>
      calls
        .filter(({ path }) => occursAt(kind, path))
        .map(({ number: position }) => ({ kind, position, seed: Math.floor(random() * 2 ** 31), order: random() }))
        .sort((a, b) => a.order - b.order)
        .map((one, turn) => ({ ...one, order: turn + one.order })),
    );
    drawn.push(...each.sort((a, b) => a.order - b.order));
  }
  return drawn.slice(0, count);
}

/** Once, at that call. */
function set({ kind, position, seed }: Schedule): Fault {
  const fault = drawFault(kind, randomFrom(seed));
  of.proxy.reset();
  of.proxy.fault = ({ number }) => (number === position ? fault : null);
  return fault;
}

const befallen = (): FaultName | null => of.proxy.calls.find(({ fault }) => fault !== null)?.fault ?? null;

/** What is wrong with a mirror's log lines, its state and its ledger after a round with one fault. */
async function wrongIn(mirroring: Mirroring, { kind }: Schedule, since: number, noted: number): Promise<string[]> {
  const { log, core, proxy } = mirroring;
  const of = (level: string, message: RegExp) => log.filter((line) => line.level === level && message.test(line.message)).length;
  const [went, came] = [of('warn', /gives no answer/), of('info', /answers again/)];
  const wrong = log.filter(({ level }) => level === 'error').map((line) => `logged ${JSON.stringify(line)}`);
  // Of those that wait for so short a time more than one may be in vain, and be over before it is sent.
  const isExact = kind !== 'hang';
  if ((isExact && went > 1) || came !== went)
    wrong.push(`announced ${went} times that it is offline, and ${came} times that it is not`);
  const state = (await core.mirrors.get(23412))?.state;
  if (state?.offline !== null) wrong.push('is offline at the end');
  if (state?.refused.length !== 0) wrong.push(`refused ${JSON.stringify(state?.refused)}`);
  const spent = (await spentIn(mirroring, since)) - noted;
  if (isExact ? spent !== proxy.calls.length : spent < proxy.calls.length)
    wrong.push(`noted ${spent} calls and made ${proxy.calls.length}`);
  return wrong;
}

/** Calls that are noted from a day on: those of long ago are forgotten. */
async function spentIn({ place }: Mirroring, since: number): Promise<number> {
  const [row] = await place.rows('SELECT coalesce(sum(calls), 0) AS calls FROM mirror_call WHERE day >= ?', since);
  return Number(row?.['calls']);
}

test('a first reading with one fault ends with what the upstream has, each entry written once', { timeout }, async () => {
  const random = randomFrom(announceSeed('faults of a first reading'));
  const clean = await mirrorOf(of, options);
  of.proxy.reset();
  await clean.round();
  const calls = [...of.proxy.calls];
  await clean.close();

  const counts = new Map<FaultName, number>();
  let most = 0;
  const startedAt = performance.now();
  for (const schedule of schedulesOn(calls, firstReadings, random)) {
    of.upstream.clock.at = began;
    const fault = set(schedule);
    const copy = await mirrorOf(of, { ...options, random: randomFrom(schedule.seed), timeout: patience(schedule) });
    await copy.round();
    const wrong = await wrongIn(copy, schedule, 0, 0);
    if ((await fingerprint(copy.core)) !== truth) wrong.push('is not what the upstream has');
    const log = await logOf(copy.core);
    wrong.push(...unexplained(log, theirs));
    await copy.close();
    expect(wrong, `${JSON.stringify(fault)} at call ${schedule.position}`).toEqual([]);
    most = Math.max(most, of.proxy.calls.length);
    const name = befallen();
    if (name !== null) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([...kinds].sort());
  // A fault costs a few calls, not another reading.
  expect(most).toBeLessThan(2 * calls.length);
  announce(
    `${firstReadings} first readings of ${calls.length} calls, ${[...counts.values()].reduce((a, b) => a + b)} with a fault: ` +
      `${most} calls at most, ${Math.round(performance.now() - startedAt)} ms`,
  );
});

test('a copy that stands follows what changes through one fault, and writes nothing else', { timeout }, async () => {
  const random = randomFrom(announceSeed('faults of a standing copy'));
  const copy = await mirrorOf(of, options);
  of.proxy.reset();
  await copy.round();
  of.proxy.reset();
  // As long as a mirror would wait until it asks for all lists again.
  const later = () => of.sleep(8 * 3_600_000);
  await later();
  await copy.round(true);
  const calls = [...of.proxy.calls];
  const startedAt = performance.now();
  for (const schedule of schedulesOn(calls, standingRounds, random)) {
    await later();
    const quiet = random() < 0.3;
    if (!quiet) await changeSomething(of.upstream, random, 3);
    const since = dayOf(of.upstream.clock.at);
    const [noted, revision] = [await spentIn(copy, since), await headOf(copy)];
    const fault = set(schedule);
    (copy.log as unknown[]).length = 0;
    const mirror = schedule.kind === 'hang' ? await copy.reopen(patience(schedule)) : copy.mirror;
    await mirror.round({ contents: true, sleep: of.sleep });
    const wrong = await wrongIn(copy, schedule, since, noted);
    if ((await fingerprint(copy.core)) !== (await fingerprint(of.upstream.core))) wrong.push('is not what the upstream has');
    const written = await logOf(copy.core, revision);
    if (quiet) wrong.push(...written.map((change) => `wrote ${JSON.stringify(change)}`));
    wrong.push(...unexplained(written, await logOf(of.upstream.core)));
    expect(wrong, `${JSON.stringify(fault)} at call ${schedule.position}`).toEqual([]);
  }
  expect(unexplained(await logOf(copy.core), await logOf(of.upstream.core))).toEqual([]);
  announce(`${standingRounds} rounds of ${calls.length} calls: ${Math.round(performance.now() - startedAt)} ms`);
  await copy.close();
});

const headOf = async ({ core }: Mirroring): Promise<number> => (await core.trailStore.head(23412)).revision;
