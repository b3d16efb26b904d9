/** OKKI's times, `YYYY-MM-DD HH:mm:ss`, Beijing wall clock: shown as they are, never moved to the reader's zone. */
export const dayOf = (time: string): string => time.slice(0, 10);
export const minuteOf = (time: string): string => time.slice(11, 16);

const dayLength = 24 * 3600 * 1000;
const beijing = 8 * 3600 * 1000;

/** The day in Beijing, some days before today. */
export function beijingDay(daysAgo = 0): string {
  return new Date(Date.now() + beijing - daysAgo * dayLength).toISOString().slice(0, 10);
}

/** The wall clock in Beijing at an instant (ms), `YYYY-MM-DD HH:mm:ss`. */
export const beijingTime = (at: number): string => new Date(at + beijing).toISOString().slice(0, 19).replace('T', ' ');

/** 2024年8月20日 星期二 or Tuesday, 20 August 2024. */
export function dayInWords(day: string, language: string): string {
  const words = (locale: string, parts: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(locale, { ...parts, timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
  return language === 'en'
    ? words('en-GB', { dateStyle: 'full' })
    : `${words(language, { dateStyle: 'long' })} ${words(language, { weekday: 'long' })}`;
}

/** When an entry was recorded, as far as that differs from when it took place; `null` when both show as the same minute. */
export function recordedIfOther(tookPlace: string, recorded: string): string | null {
  if (dayOf(tookPlace) !== dayOf(recorded)) return recorded.slice(0, 16);
  return minuteOf(tookPlace) === minuteOf(recorded) ? null : minuteOf(recorded);
}

/** Neighbouring items of one day together, in their order. */
export function byDay<T extends { readonly create_time: string }>(items: readonly T[]): { day: string; items: T[] }[] {
  const groups: { day: string; items: T[] }[] = [];
  for (const item of items) {
    const day = dayOf(item.create_time);
    const last = groups.at(-1);
    if (last?.day === day) last.items.push(item);
    else groups.push({ day, items: [item] });
  }
  return groups;
}

/** 2024年8月 or August 2024. */
export function monthInWords(month: string, language: string): string {
  const format = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'long', timeZone: 'UTC' });
  return format.format(new Date(`${month}-01T00:00:00Z`));
}
