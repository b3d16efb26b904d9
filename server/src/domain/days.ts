/** Days and months as people in Beijing count them, by number from 1970 on: +08:00 throughout, as on the wire. */
export const beijing = 8 * 3600 * 1000;
export const dayLength = 24 * 3600 * 1000;

export type PeriodUnit = 'day' | 'month';

interface Unit {
  /** The number of the one that a time (ms) lies in. */
  of(at: number): number;
  /** Its first millisecond. */
  start(number: number): number;
}

const day: Unit = {
  of: (at) => Math.floor((at + beijing) / dayLength),
  start: (number) => number * dayLength - beijing,
};

const month: Unit = {
  of(at) {
    const date = new Date(at + beijing);
    return (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
  },
  start: (number) => Date.UTC(1970, number, 1) - beijing,
};

export const units: Readonly<Record<PeriodUnit, Unit>> = { day, month };

/** Whole days between the day of a time and today; 0 for what is still to come. */
export const daysSince = (at: number, now: number): number => Math.max(0, day.of(now) - day.of(at));
