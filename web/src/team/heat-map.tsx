import type { StatsPeopleDataList } from '@genjin/client';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { dayInShort } from '../parts/days.ts';
import { goTo, placeOf } from '../parts/place.ts';
import { monthInWords } from '../parts/times.ts';
import { To } from '../parts/to.tsx';
import { Chart, type ChartOption, type Colours } from './chart.tsx';
import { headHeight, leastWidth, rowHeight } from './measures.ts';
import { columnsOf, daysOf, type Period, type Unit } from './period.ts';

type Person = StatsPeopleDataList;

interface HeatMapProps {
  readonly people: readonly Person[];
  readonly period: Period;
  readonly unit: Unit;
}

/** Who recorded how much on which day; each cell leads to exactly the entries that it counts. */
export function HeatMap({ people, period, unit }: HeatMapProps) {
  const { t, i18n } = useTranslation();
  const [asTable, setAsTable] = useState(false);
  const scrolled = useRef<HTMLElement>(null);
  const columns = useMemo(() => columnsOf(period, unit), [period, unit]);
  // Where not all days fit, the latest are seen first.
  // biome-ignore lint/correctness/useExhaustiveDependencies: other days are another drawing
  useEffect(() => {
    const element = scrolled.current;
    if (element !== null) element.scrollLeft = element.scrollWidth;
  }, [columns]);
  const cells = useMemo(() => cellsOf(people, columns), [people, columns]);
  const nameOf = useCallback((person: Person) => person.nickname || t('entry.authorId', { id: person.user_id }), [t]);
  const inWords = useCallback(
    (column: string) => (unit === 'day' ? dayInShort(column, i18n.language) : monthInWords(column, i18n.language)),
    [unit, i18n.language],
  );
  const optionOf = useCallback(
    (colours: Colours) =>
      optionFor(colours, cells, columns, people.length, ([x, y, count]) => {
        const person = people[y] as Person;
        return `${nameOf(person)} · ${inWords(columns[x] as string)}\n${t('timeline.total', { count })}`;
      }),
    [cells, columns, people, nameOf, inWords, t],
  );
  const placeOfCell = (person: Person, column: string) => placeOf('colleague', { id: person.user_id, ...daysOf(column, period) });
  const pick = (index: number): void => {
    const [x, y, count] = cells[index] as Cell;
    if (count === 0) return;
    goTo(placeOfCell(people[y] as Person, columns[x] as string));
    window.scrollTo({ top: 0 });
  };
  return (
    <>
      <div className="heat-map">
        <ul style={{ paddingTop: headHeight }}>
          {people.map((person) => (
            <li key={person.user_id} style={{ height: rowHeight }}>
              <To place={placeOf('colleague', { id: person.user_id, from: period.from, to: period.to })} title={nameOf(person)}>
                {nameOf(person)}
              </To>
              <span className="faint">{person.total}</span>
            </li>
          ))}
        </ul>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: where it is wider than the screen, arrow keys scroll it */}
        <section ref={scrolled} className="heat-map-cells" tabIndex={0} aria-label={t('team.heatMap')}>
          <Chart
            label={t('team.heatMapLabel')}
            height={headHeight + people.length * rowHeight}
            minWidth={columns.length * leastWidth[unit]}
            optionOf={optionOf}
            onPick={pick}
          />
        </section>
      </div>
      <details className="as-table" onToggle={(event) => setAsTable(event.currentTarget.open)}>
        <summary>{t('team.asTable')}</summary>
        {asTable && (
          <div className="data-table">
            <table aria-label={t('team.heatMap')}>
              <thead>
                <tr>
                  <th scope="col">{t('team.person')}</th>
                  <th scope="col" className="number">
                    {t('team.sum')}
                  </th>
                  {columns.map((column) => (
                    <th key={column} scope="col" className="number">
                      {inWords(column)}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {people.map((person, y) => (
                  <tr key={person.user_id}>
                    <th scope="row">{nameOf(person)}</th>
                    <td className="number">{person.total}</td>
                    {columns.map((column, x) => {
                      const [, , count] = cells[y * columns.length + x] as Cell;
                      return (
                        <td key={column} className="number">
                          {count === 0 ? <span className="faint">0</span> : <To place={placeOfCell(person, column)}>{count}</To>}
                        </td>
                      );
                    })}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </details>
    </>
  );
}

type Cell = readonly [x: number, y: number, count: number];

/** Row by row, those without entries too. */
function cellsOf(people: readonly Person[], columns: readonly string[]): Cell[] {
  return people.flatMap(({ periods }, y) => {
    const counts = new Map(periods.map(({ period, count }) => [period, count]));
    return columns.map((column, x): Cell => [x, y, counts.get(column) ?? 0]);
  });
}

/** The number of the day, or of the month; a month's name would not fit. */
const shortOf = (column: string): string => String(Number(column.slice(-2)));

function optionFor(
  colours: Colours,
  cells: readonly Cell[],
  columns: readonly string[],
  rows: number,
  tellOf: (cell: Cell) => string,
): ChartOption {
  const most = Math.max(1, ...cells.map(([, , count]) => count));
  const axis = { axisLine: { show: false }, axisTick: { show: false }, splitLine: { show: false } };
  return {
    grid: { left: 0, right: 0, top: headHeight, bottom: 0 },
    xAxis: {
      type: 'category',
      position: 'top',
      data: columns.map(shortOf),
      axisLabel: { color: colours.faint, fontSize: 11.5, interval: 0, hideOverlap: true },
      ...axis,
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: Array.from({ length: rows }, (_, y) => String(y)),
      axisLabel: { show: false },
      ...axis,
    },
    visualMap: {
      show: false,
      type: 'continuous',
      min: 0,
      max: most,
      inRange: { color: [faded(colours.blue, 0.06), colours.blue] },
    },
    tooltip: {
      renderMode: 'richText',
      backgroundColor: colours.card,
      borderColor: colours.line,
      textStyle: { color: colours.text, fontSize: 13 },
      formatter: (item) => tellOf((Array.isArray(item) ? item[0] : item)?.value as unknown as Cell),
    },
    series: {
      type: 'heatmap',
      data: cells.map((cell) => ({
        value: [...cell],
        label: { color: cell[2] > most * 0.55 ? colours.card : colours.text },
        ...(cell[2] === 0 ? { cursor: 'default' } : {}),
      })),
      label: {
        show: true,
        fontSize: 11.5,
        formatter: ({ value }) => ((value as unknown as Cell)[2] === 0 ? '' : String((value as unknown as Cell)[2])),
      },
      itemStyle: { borderColor: colours.card, borderWidth: 2, borderRadius: 5 },
      emphasis: { itemStyle: { borderColor: colours.blue } },
    },
  };
}

/** A colour with less of itself. */
const faded = (colour: string, alpha: number): string => colour.replace(/^rgb\((.*)\)$/, `rgba($1, ${alpha})`);
