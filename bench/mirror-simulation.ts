/**
 * Days of a mirror with a quota, on a clock of their own: a real upstream, a real mirror of it in the same process, and a firm that goes on
 * recording, back-dating, editing and removing meanwhile. What is counted are calls and virtual time; how fast the machine is does not matter.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Core, createApp, openCore } from '../server/src/app.ts';
import { readConfig } from '../server/src/config.ts';
import { type FirmEntry, generateFirm } from '../server/src/demo/firm.ts';
import { Random } from '../server/src/demo/firm-random.ts';
import type { Caller } from '../server/src/domain/application.ts';
import type { MirrorState } from '../server/src/domain/mirror-stores.ts';
import type { MirrorLog } from '../server/src/mirror/mirror.ts';
import { dayOf, isWorking, type Spent, startOfDay, total } from '../server/src/mirror/schedule.ts';
import { openMirror } from '../server/src/mirroring.ts';
import { readEntry } from '../server/src/wire/entry-wire.ts';
import { parseTime } from '../server/src/wire/time.ts';

export interface SimulationOptions {
  /** Entries that the upstream has when the mirror begins. */
  readonly entries: number;
  readonly pageSize: number;
  readonly quota: number;
  /** Whole days that are looked at after the first way through; the first is this day of the week (0: Sunday). */
  readonly days: number;
  readonly weekday: number;
  readonly seed: number;
  say?(text: string): void;
}

export interface SimulatedDay {
  /** Days since 1970. */
  readonly day: number;
  readonly weekend: boolean;
  readonly calls: Spent;
  readonly total: number;
  /** Entries that were recorded. */
  readonly recorded: number;
}

export interface Simulated {
  /** Virtual days from the beginning of the mirror to the end of the first way through, and its calls. */
  readonly fillDays: number;
  readonly fillCalls: number;
  readonly days: readonly SimulatedDay[];
  /** ms that what was seen was old at most, at any moment in working hours of these days. */
  readonly worstAge: number;
  /** Days in which all contents were read again; computed from the pages read, where none came to its end. */
  readonly rereadDays: number;
  readonly rereadEnded: boolean;
  /** Entries on both sides at the end, before and after what is compared was compared once more. */
  readonly upstreamEntries: number;
  readonly ownEntries: number;
}

const tenantId = 23412;
const firmDays = 1095;
/** Calls a second; the program's own default. */
const rate = 2;
/** Of entries that are recorded, so many are edited within five days, and so many removed. */
const [editedPart, removedPart] = [0.05, 0.005];
/** Companies that are edited in a working day. */
const companyEdits = 15;

const day = 86_400_000;
/** A Wednesday, 10:00 in Beijing, far from holidays. */
const beginsAt = Date.UTC(2026, 4, 20, 2);
/** More often than this the upstream need not be brought up to date: it is in between asked nothing. */
const longestRest = 10 * 60_000;

const quiet: MirrorLog = {
  info() {},
  warn() {},
  error: (what, message) => process.stderr.write(`${message} ${String(Object.values(what))}\n`),
};

export async function simulateMirror(options: SimulationOptions): Promise<Simulated> {
  const folder = mkdtempSync(join(tmpdir(), 'genjin-mirror-'));
  const clock = { at: beginsAt };
  const now = () => clock.at;
  const place = { data: join(folder, 'upstream'), databaseUrl: null };
  const upstream = await openCore(place, { make: true, clock: now });
  const app = await createApp(upstream, { ...readConfig({}, {}, {}).config, ...place, port: 0, logLevel: 'silent' });
  const core = await openCore({ data: join(folder, 'mirror'), databaseUrl: null }, { make: true, clock: now });
  try {
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.server.address() as AddressInfo;
    return await live({ options, clock, upstream, core, baseUrl: `http://127.0.0.1:${port}` });
  } finally {
    await app.close();
    await upstream.close();
    await core.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface World {
  readonly options: SimulationOptions;
  readonly clock: { at: number };
  readonly upstream: Core;
  readonly core: Core;
  readonly baseUrl: string;
}

async function live({ options, clock, upstream, core, baseUrl }: World): Promise<Simulated> {
  const { pageSize, quota, say = () => undefined } = options;
  const firm = new LivingFirm(upstream, options);
  say(`recording ${options.entries} entries`);
  await firm.begin();
  const credentials = await upstream.applications.create(tenantId, 'mirror', ['company', 'lead', 'opportunity', 'user']);
  const random = new Random(options.seed);
  const sleep = async (ms: number): Promise<void> => {
    clock.at += Math.ceil(ms);
  };
  const settings = { tenantId, baseUrl, ...credentials, pageSize, quota, rate };
  const mirror = await openMirror(core, settings, quiet, { sleep, random: () => random.unit() });
  const state = async (): Promise<MirrorState> => {
    const standing = await core.mirrors.get(tenantId);
    if (standing === null) throw new Error('there is no mirror');
    return standing.state;
  };
  let standing = await state();
  /** One step, and what then is left to wait until the next one. */
  const step = async (): Promise<void> => {
    await firm.goOn(clock.at);
    const pause = await mirror.step();
    if (pause > 0) clock.at += Math.min(pause, longestRest);
    standing = await state();
  };
  say('the first way through');
  let fillCalls = 0;
  while (standing.filledAt === null) await step();
  for (let one = dayOf(beginsAt); one <= dayOf(clock.at); one++) fillCalls += (await core.mirrors.spent(tenantId, one)).fill ?? 0;
  const fillDays = (standing.filledAt - beginsAt) / day;
  say(`it took ${fillDays.toFixed(1)} days and ${fillCalls} calls`);
  // The day on which it ended is no usual one.
  const first = nextWeekday(dayOf(clock.at) + 1, options.weekday);
  while (dayOf(clock.at) < first) await step();
  const days: SimulatedDay[] = [];
  let worstAge = 0;
  const note = (): void => {
    if (isWorking(clock.at)) worstAge = Math.max(worstAge, clock.at - (standing.polledAt ?? 0));
  };
  const last = first + options.days;
  let recorded = firm.recorded;
  for (let one = first; one < last; one++) {
    while (dayOf(clock.at) <= one) {
      const polledAt = standing.polledAt ?? 0;
      const before = clock.at;
      await step();
      // The oldest that it was: just before it was read again, or now.
      if (isWorking(before)) worstAge = Math.max(worstAge, before - polledAt);
      note();
    }
    const calls = await core.mirrors.spent(tenantId, one);
    days.push({
      day: one,
      weekend: !isWorking(startOfDay(one) + day / 2),
      calls,
      total: total(calls),
      recorded: firm.recorded - recorded,
    });
    recorded = firm.recorded;
    const { day: _, ...told } = days.at(-1) as SimulatedDay;
    say(JSON.stringify(told));
  }
  const { reread, rereadWhole } = standing;
  const [upstreamEntries = 0] = await upstream.mirrorCopy.counts(tenantId, [{ from: null, to: null }]);
  const [ownEntries = 0] = await core.mirrorCopy.counts(tenantId, [{ from: null, to: null }]);
  // Of a week, whichever days were looked at.
  const weekly = 5 * rereadIn(days, false) + 2 * rereadIn(days, true);
  const perCall = reread === null || reread.pages === 0 ? pageSize : reread.entries / reread.pages;
  return {
    fillDays,
    fillCalls,
    days,
    worstAge,
    rereadDays:
      rereadWhole === null ? upstreamEntries / perCall / (weekly / 7) : (rereadWhole.endedAt - rereadWhole.beganAt) / day,
    rereadEnded: rereadWhole !== null,
    upstreamEntries,
    ownEntries,
  };
}

/** Calls for reading contents again on a day, as it was on average. */
function rereadIn(days: readonly SimulatedDay[], weekend: boolean): number {
  const those = days.filter((one) => one.weekend === weekend);
  return those.reduce((sum, { calls }) => sum + (calls.reread ?? 0), 0) / Math.max(1, those.length);
}

/** 1970-01-01 was a Thursday. */
const nextWeekday = (one: number, weekday: number): number => one + ((((weekday - one - 4) % 7) + 7) % 7);

/** A firm at the upstream, as it was when the mirror began, and as it goes on. */
class LivingFirm {
  readonly #upstream: Core;
  readonly #options: SimulationOptions;
  readonly #entries: Generator<FirmEntry>;
  readonly #random: Random;
  #next: { readonly entry: FirmEntry; readonly at: number } | null = null;
  /** Entries that will be edited or removed. */
  #planned: { readonly at: number; readonly trailId: number; readonly remove: boolean }[] = [];
  #companies: number[] = [];
  #companyAt = beginsAt;
  recorded = 0;

  constructor(upstream: Core, options: SimulationOptions) {
    const { entries, seed, quota, pageSize, days } = options;
    this.#upstream = upstream;
    this.#options = options;
    this.#random = new Random(seed + 1);
    // So long that it does not end before the simulation does; it records more from month to month.
    const ahead = Math.ceil(entries / pageSize / (0.6 * quota)) + 12 + days;
    this.#entries = generateFirm({
      clientId: tenantId,
      seed,
      entries: Math.ceil(entries * (1 + (1.35 * ahead) / firmDays)),
      companies: Math.max(10, Math.ceil(entries / 50)),
      salespeople: Math.min(200, Math.max(3, Math.ceil(entries / 500))),
      endAt: beginsAt + ahead * day,
      days: firmDays + ahead,
    });
  }

  async begin(): Promise<void> {
    const { entries } = this.#options;
    const companies = new Set<number>();
    const portions = function* (this: LivingFirm) {
      let portion: ReturnType<typeof readEntry>[] = [];
      // By the day when it began, whatever the generator has recorded until then.
      while (this.#next === null || this.#next.at <= beginsAt) {
        if (this.#next !== null) {
          const { entry } = this.#next;
          if (!Array.isArray(entry.company_info) && entry.company_info.is_archive === 1 && companies.size < 5000)
            companies.add(entry.company_id);
          portion.push(readEntry(entry));
          this.recorded += 1;
        }
        if (portion.length === 1000) {
          yield portion;
          portion = [];
        }
        if (!this.#draw()) break;
      }
      yield portion;
    }.bind(this);
    await this.#upstream.importer.take(portions());
    this.#companies = [...companies];
    const off = Math.abs(this.recorded / entries - 1);
    if (off > 0.2) throw new Error(`the firm has recorded ${this.recorded} entries, not some ${entries}`);
  }

  /** `false`: there are no more. */
  #draw(): boolean {
    const drawn = this.#entries.next();
    if (drawn.done) {
      this.#next = null;
      return false;
    }
    const entry = drawn.value;
    // What changes later is planned here.
    if (entry.update_time > entry.created_at) entry.update_time = entry.created_at;
    this.#next = { entry, at: parseTime(entry.created_at) ?? 0 };
    return true;
  }

  /** Everything that happens until a time. */
  async goOn(until: number): Promise<void> {
    const portion: ReturnType<typeof readEntry>[] = [];
    while (this.#next !== null && this.#next.at <= until) {
      const { entry, at } = this.#next;
      portion.push(readEntry(entry));
      const share = this.#random.unit();
      if (share < editedPart + removedPart) {
        const later = at + 60_000 + Math.floor(this.#random.unit() ** 3 * 5 * day);
        this.#planned.push({ at: later, trailId: entry.trail_id, remove: share < removedPart });
      }
      this.#draw();
    }
    this.recorded += portion.length;
    if (portion.length > 0) await this.#upstream.importer.take([portion]);
    const due = this.#planned.filter(({ at }) => at <= until);
    if (due.length > 0) this.#planned = this.#planned.filter(({ at }) => at > until);
    const { trailLife, companies } = this.#upstream;
    for (const { trailId, remove } of due) {
      const target = { trailId, expected: null };
      if (remove) await trailLife.remove(caller, target);
      else await trailLife.edit(caller, target, { content: `edited ${until}` });
    }
    while (this.#companyAt <= until) {
      if (isWorking(this.#companyAt)) {
        const companyId = this.#companies[this.#random.below(this.#companies.length)] as number;
        const fields = { name: `company ${companyId}, renamed ${this.#companyAt}` };
        await companies.push(caller, { companyId, fields, details: {}, contacts: [] });
      }
      this.#companyAt += Math.floor((10 * 3_600_000) / companyEdits);
    }
  }
}

const caller: Caller = {
  tenantId,
  clientId: 'simulation',
  userId: 1,
  member: false,
  scopes: new Set(),
  actor: 'command:simulation',
};
