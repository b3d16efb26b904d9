const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** OKKI's three (docs/wire.md#webhooks), then ours: every hour, so that a receiver that comes back is noticed within one. */
const waits = [10 * second, 30 * second, minute, 5 * minute, 15 * minute] as const;

/** From the first attempt to the last one. */
export const patience = 72 * hour;

/** How long to wait after so many attempts without success, in ms. */
export const waitAfter = (attempts: number): number => waits[attempts - 1] ?? hour;

/** When to try again after an attempt at `now`; `null`: no more, park it. The last attempt is at the end of the patience. */
export function nextTry(attempts: number, firstAt: number, now: number): number | null {
  const end = firstAt + patience;
  return now >= end ? null : Math.min(now + waitAfter(attempts), end);
}
