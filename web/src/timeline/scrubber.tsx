import { Tooltip } from 'antd';
import { type KeyboardEvent, type PointerEvent, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { monthInWords } from '../parts/times.ts';

/** One month that has entries: how many newer ones there are, and how many of its own. */
export interface Month {
  readonly month: string;
  readonly newer: number;
  readonly count: number;
}

/** From counts by month, oldest first, as the server has them: newest first. */
export function monthsOf(periods: readonly { readonly period: string; readonly count: number }[]): Month[] {
  let newer = 0;
  return [...periods].reverse().map(({ period, count }) => {
    const month = { month: period, newer, count };
    newer += count;
    return month;
  });
}

/** The month that the entry at an index lies in. */
export function monthAt(months: readonly Month[], index: number): number {
  let [low, high] = [0, months.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((months[middle] as Month).newer <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

interface ScrubberProps {
  readonly months: readonly Month[];
  readonly total: number;
  /** The entry that is at the top. */
  readonly index: number;
  readonly onJump: (index: number) => void;
}

/** A rail beside the timeline, newest above: where one is in it, and a way to any month at once. Each month has the height of its share. */
export function Scrubber({ months, total, index, onJump }: ScrubberProps) {
  const { t, i18n } = useTranslation();
  const rail = useRef<HTMLDivElement>(null);
  const [hovered, setHovered] = useState<number | null>(null);
  const years = useMemo(() => yearsOf(months, total), [months, total]);
  if (months.length === 0) return null;
  const shown = Math.min(hovered ?? index, total - 1);
  const at = monthAt(months, shown);
  const month = months[at] as Month;
  const label = monthInWords(month.month, i18n.language);

  const indexAt = (event: PointerEvent): number => {
    const box = (rail.current as HTMLDivElement).getBoundingClientRect();
    const share = Math.min(1, Math.max(0, (event.clientY - box.top) / box.height));
    return Math.min(total - 1, Math.floor(share * total));
  };
  // A month is gone to from its newest entry on.
  const jump = (where: number): void => onJump((months[monthAt(months, where)] as Month).newer);
  const pressed = (event: KeyboardEvent): void => {
    const own = monthAt(months, index);
    const wanted = {
      ArrowDown: own + 1,
      ArrowUp: own - 1,
      PageDown: own + 12,
      PageUp: own - 12,
      Home: 0,
      End: months.length - 1,
    }[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    onJump((months[Math.min(months.length - 1, Math.max(0, wanted))] as Month).newer);
  };
  return (
    <div className="scrubber">
      <div
        ref={rail}
        className="scrubber-rail"
        role="slider"
        tabIndex={0}
        aria-orientation="vertical"
        aria-label={t('timeline.scrubber')}
        aria-valuemin={0}
        aria-valuemax={months.length - 1}
        aria-valuenow={monthAt(months, index)}
        aria-valuetext={monthInWords((months[monthAt(months, index)] as Month).month, i18n.language)}
        onKeyDown={pressed}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          setHovered(indexAt(event));
        }}
        onPointerMove={(event) => setHovered(indexAt(event))}
        onPointerUp={(event) => jump(indexAt(event))}
        onPointerLeave={() => setHovered(null)}
      >
        {years.map(({ year, top }) => (
          <span key={year} className="scrubber-year" style={{ top: `${top}%` }}>
            {year}
          </span>
        ))}
        <span className="scrubber-thumb" style={{ top: `${(100 * Math.min(index, total)) / total}%` }} />
        <Tooltip
          open={hovered !== null}
          placement="left"
          title={`${label} · ${t('timeline.total', { count: month.count })}`}
          align={{ offset: [-6, 0] }}
        >
          <span
            className="scrubber-hover"
            style={{ top: `${(100 * shown) / total}%`, visibility: hovered === null ? 'hidden' : 'visible' }}
          />
        </Tooltip>
      </div>
    </div>
  );
}

/** Where each year begins, those left out that would stand on one another. */
function yearsOf(months: readonly Month[], total: number): { year: string; top: number }[] {
  const found: { year: string; top: number }[] = [];
  for (const { month, newer } of months) {
    const year = month.slice(0, 4);
    const top = (100 * newer) / total;
    const last = found.at(-1);
    if (last === undefined || (last.year !== year && top - last.top >= 4)) found.push({ year, top });
  }
  return found;
}
