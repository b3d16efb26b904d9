/** The period that the manager's view is about: some days, both ends counted, as they stand in the address. */
import { dayAfter, dayFrom, daysBetween } from '../parts/days.ts';
import type { Place } from '../parts/place.ts';

export interface Period {
  readonly from: string;
  readonly to: string;
  readonly days: number;
}

export const presets = ['week', 'month', 'quarter', 'thisMonth', 'lastMonth', 'thisYear'] as const;
export type Preset = (typeof presets)[number];

const firstOfMonth = (day: string): string => `${day.slice(0, 7)}-01`;

export function presetOf(preset: Preset): { from: string; to: string } {
  const today = dayFrom(0);
  const endOfLastMonth = dayAfter(firstOfMonth(today), -1);
  switch (preset) {
    case 'week':
      return { from: dayFrom(-6), to: today };
    case 'month':
      return { from: dayFrom(-29), to: today };
    case 'quarter':
      return { from: dayFrom(-89), to: today };
    case 'thisMonth':
      return { from: firstOfMonth(today), to: today };
    case 'lastMonth':
      return { from: firstOfMonth(endOfLastMonth), to: endOfLastMonth };
    case 'thisYear':
      return { from: `${today.slice(0, 4)}-01-01`, to: today };
  }
}

const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text));

/** The last 30 days, unless the address has others. */
export function periodOf({ params }: Place): Period {
  const usual = presetOf('month');
  const to = isDay(params['to'] ?? '') ? (params['to'] as string) : usual.to;
  const from = isDay(params['from'] ?? '') ? (params['from'] as string) : dayAfter(to, -29);
  return from <= to ? { from, to, days: daysBetween(from, to) } : { from: to, to: from, days: daysBetween(to, from) };
}

/** The period of the same length before. */
export const periodBefore = ({ from, days }: Period): Period => ({ from: dayAfter(from, -days), to: dayAfter(from, -1), days });

export type Unit = 'day' | 'month';

/** More days than this are shown by month. */
const mostDays = 92;
export const unitOf = ({ days }: Period): Unit => (days <= mostDays ? 'day' : 'month');

/** All days or months of a period, those without entries too. */
export function columnsOf({ from, to }: Period, unit: Unit): string[] {
  const names: string[] = [];
  for (let day = from; day <= to; day = dayAfter(day, 1)) {
    const name = unit === 'day' ? day : day.slice(0, 7);
    if (names.at(-1) !== name) names.push(name);
  }
  return names;
}

/** The days of a column that lie in the period. */
export function daysOf(column: string, period: Period): { from: string; to: string } {
  if (column.length === 10) return { from: column, to: column };
  const [year, month] = column.split('-').map(Number) as [number, number];
  const last = new Date(Date.UTC(year, month, 0)).toISOString().slice(0, 10);
  const first = `${column}-01`;
  return { from: first < period.from ? period.from : first, to: last > period.to ? period.to : last };
}
