/**
 * How long a mirror takes for its first way through, and what it costs in calls afterwards: docs/mirror.md. Simulated on a clock of its own,
 * so that the figures are the same on every machine.
 */
import { callPurposes } from '../server/src/domain/mirror-stores.ts';
import { type Simulated, type SimulatedDay, simulateMirror } from './mirror-simulation.ts';
import { figure, type Report, step, type Table } from './report.ts';

export interface MirrorOptions {
  readonly entries: number;
  /** Only as many entries as are asked for, instead of accounts of several sizes. */
  readonly alone: boolean;
  readonly quick: boolean;
}

const [pageSize, quota] = [500, 1_000];
/** Beside the size that the bounds are on. */
const others = [10_000, 100_000, 10_000_000];
/** What has more is simulated with a part of its entries, and pages smaller by as much: the calls are the same. */
const most = 100_000;
const [monday, saturday] = [1, 6];

interface Row extends Simulated {
  readonly entries: number;
  readonly scale: number;
}

export async function mirror({ entries, alone, quick }: MirrorOptions): Promise<Report> {
  const sizes = alone ? [entries] : [...others, entries].toSorted((a, b) => a - b);
  const rows: Row[] = [];
  for (const size of sizes) {
    const scale = quick ? 25 : Math.max(1, size / most);
    step(`${size} entries${scale === 1 ? '' : `, as ${size / scale} on pages of ${Math.round(pageSize / scale)}`}`);
    const days = quick ? 4 : 14;
    const simulated = await simulateMirror({
      ...{
        entries: Math.ceil(size / scale),
        pageSize: Math.round(pageSize / scale),
        quota,
        days,
        weekday: quick ? saturday : monday,
        seed: 1,
      },
      say: (text) => step(`  ${text}`),
    });
    rows.push({ ...simulated, entries: size, scale });
  }
  const bounded = rows.find((row) => row.entries === entries) as Row;
  return {
    about: [
      'Simulated: a real upstream and a real mirror of it on a clock of their own. The figures are calls and virtual days, and the same on',
      'every machine.',
    ],
    tables: [accounts(rows), purposes(bounded)],
    bounds: [
      { what: 'first way through', value: bounded.fillDays, limit: 3, holds: 'at most', unit: 'days' },
      { what: 'calls of the costliest day after it', value: worst(bounded), limit: 400, holds: 'at most', unit: 'calls' },
      { what: 'age of what is seen, in working hours', value: bounded.worstAge / 1000, limit: 300, holds: 'at most', unit: 's' },
      { what: 'all contents read again within', value: bounded.rereadDays, limit: 10, holds: 'at most', unit: 'days' },
    ],
  };
}

const worst = ({ days }: Simulated): number => Math.max(...days.map(({ total }) => total));

function mean(days: readonly SimulatedDay[], of: (one: SimulatedDay) => number): number {
  return days.reduce((sum, one) => sum + of(one), 0) / Math.max(1, days.length);
}

const working = ({ days }: Simulated) => days.filter(({ weekend }) => !weekend);
const weekends = ({ days }: Simulated) => days.filter(({ weekend }) => weekend);

const accounts = (rows: readonly Row[]): Table => ({
  title: `Accounts of several sizes: ${quota.toLocaleString('en-US')} calls a day, ${pageSize} entries a call`,
  columns: [
    'entries',
    'recorded on a working day',
    'first way through, days',
    'its calls',
    'calls on a working day',
    'on a weekend day',
    'at most',
    'age in working hours, at most, s',
    'all contents read again in, days',
  ],
  rows: rows.map((row) => [
    row.entries.toLocaleString('en-US'),
    figure(row.scale * mean(working(row), ({ recorded }) => recorded)),
    row.fillDays < 0.1 ? 'below 0.1' : row.fillDays.toFixed(1),
    figure(row.fillCalls),
    figure(mean(working(row), ({ total }) => total)),
    figure(mean(weekends(row), ({ total }) => total)),
    figure(worst(row)),
    (row.worstAge / 1000).toFixed(0),
    `${row.rereadDays.toFixed(1)}${row.rereadEnded ? '' : ' *'}`,
  ]),
  notes: rows.some(({ rereadEnded }) => !rereadEnded)
    ? ['* Computed from what was read again in the days that were simulated.']
    : [],
});

const purposes = (row: Row): Table => ({
  title: `${row.entries.toLocaleString('en-US')} entries: calls by what they are for`,
  columns: ['for', 'on a working day', 'on a weekend day', 'at most'],
  rows: callPurposes
    .filter((purpose) => row.days.some(({ calls }) => (calls[purpose] ?? 0) > 0))
    .map((purpose) => {
      const of = ({ calls }: SimulatedDay): number => calls[purpose] ?? 0;
      return [purpose, figure(mean(working(row), of)), figure(mean(weekends(row), of)), figure(Math.max(...row.days.map(of)))];
    }),
  notes: [],
});
