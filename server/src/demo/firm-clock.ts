import { mix } from './firm-random.ts';

const BEIJING = 8 * 3600;
const DAY = 86_400;
const BIN = 1800;

const PADDED = Array.from({ length: 60 }, (_, n) => (n < 10 ? `0${n}` : `${n}`));
const MINUTES = Array.from({ length: 1440 }, (_, n) => ` ${PADDED[Math.floor(n / 60)]}:${PADDED[n % 60]}:`);
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** First days of the Spring Festival; in other years the offices of the demo firm simply do not close. */
const SPRING_FESTIVALS = [
  '2020-01-25',
  '2021-02-12',
  '2022-02-01',
  '2023-01-22',
  '2024-02-10',
  '2025-01-29',
  '2026-02-17',
  '2027-02-06',
  '2028-01-26',
  '2029-02-13',
  '2030-02-03',
].map((day) => Date.parse(`${day}T00:00:00Z`) / 1000 / DAY);

export interface DayWords {
  iso: string;
  compact: string;
  zh: string;
  en: string;
}

const known = new Map<number, DayWords>();
let lastDay = Number.NaN;
let lastWords: DayWords | undefined;

/** The Beijing day that a second (since the epoch, UTC) falls on. */
export function dayOf(second: number): number {
  return Math.floor((second + BEIJING) / DAY);
}

export function dayWords(day: number): DayWords {
  if (day === lastDay && lastWords !== undefined) return lastWords;
  let words = known.get(day);
  if (words === undefined) {
    const iso = new Date(day * DAY * 1000).toISOString().slice(0, 10);
    const month = Number(iso.slice(5, 7));
    const date = Number(iso.slice(8, 10));
    words = { iso, compact: iso.replaceAll('-', ''), zh: `${month}月${date}日`, en: `${date} ${MONTHS[month - 1]}` };
    known.set(day, words);
  }
  lastDay = day;
  lastWords = words;
  return words;
}

/** `YYYY-MM-DD HH:mm:ss` on Beijing's wall clock. */
export function wallClock(second: number): string {
  const local = second + BEIJING;
  const day = Math.floor(local / DAY);
  const rest = local - day * DAY;
  return dayWords(day).iso + (MINUTES[Math.floor(rest / 60)] as string) + (PADDED[rest % 60] as string);
}

export function hourOf(second: number): number {
  return Math.floor(((second + BEIJING) % DAY) / 3600);
}

/** Half-past-eight to seven on working days, little in the evening, at weekends and on holidays, more from month to month. */
export class Pace {
  private readonly startsAt: Float64Array;
  private readonly reached: Float64Array;
  private readonly total: number;
  private bin = 0;

  constructor(start: number, end: number, seed: number) {
    const first = Math.floor((start + BEIJING) / BIN);
    const bins = Math.floor((end + BEIJING) / BIN) - first + 1;
    this.startsAt = new Float64Array(bins + 1);
    this.reached = new Float64Array(bins + 1);
    let total = 0;
    for (let i = 0; i < bins; i += 1) {
      const from = Math.max(start, (first + i) * BIN - BEIJING);
      const to = Math.min(end + 1, (first + i + 1) * BIN - BEIJING);
      const day = dayOf(from);
      const growth = 0.7 + (0.6 * i) / bins;
      this.startsAt[i] = from;
      this.reached[i] = total;
      total += (to - from) * growth * dayShare(day, seed) * halfHourShare((first + i) % 48);
    }
    this.startsAt[bins] = end + 1;
    this.reached[bins] = total;
    this.total = total;
  }

  /** The second at which `share` of all work is done; shares must not go down from call to call. */
  at(share: number): number {
    const goal = share * this.total;
    while (this.bin < this.startsAt.length - 2 && (this.reached[this.bin + 1] as number) <= goal) this.bin += 1;
    const low = this.reached[this.bin] as number;
    const high = this.reached[this.bin + 1] as number;
    const from = this.startsAt[this.bin] as number;
    const to = this.startsAt[this.bin + 1] as number;
    return Math.min(to - 1, from + Math.floor(((goal - low) / (high - low)) * (to - from)));
  }
}

function halfHourShare(halfHour: number): number {
  if (halfHour < 14) return 0.01;
  if (halfHour < 17) return 0.15;
  if (halfHour < 24) return 1;
  if (halfHour < 27) return 0.3;
  if (halfHour < 36) return 1.05;
  if (halfHour < 38) return 0.8;
  return halfHour < 44 ? 0.2 : 0.06;
}

function dayShare(day: number, seed: number): number {
  const noise = 0.75 + (mix(seed, day) / 4294967296) * 0.5;
  const weekday = (day + 4) % 7;
  if (isHoliday(day)) return 0.04 * noise;
  return (weekday === 0 || weekday === 6 ? 0.1 : 1) * noise;
}

function isHoliday(day: number): boolean {
  const monthAndDay = dayWords(day).iso.slice(5);
  if (monthAndDay === '01-01' || (monthAndDay >= '05-01' && monthAndDay <= '05-03')) return true;
  if (monthAndDay >= '10-01' && monthAndDay <= '10-07') return true;
  return SPRING_FESTIVALS.some((festival) => day >= festival - 1 && day <= festival + 6);
}
