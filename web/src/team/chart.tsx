import type { HeatmapSeriesOption, LineSeriesOption } from 'echarts/charts';
import { HeatmapChart, LineChart } from 'echarts/charts';
import type { GridComponentOption, TooltipComponentOption, VisualMapComponentOption } from 'echarts/components';
import { GridComponent, TooltipComponent, VisualMapContinuousComponent } from 'echarts/components';
import { type ComposeOption, init, use } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef, useState } from 'react';
import { useDark } from '../parts/look.ts';

use([HeatmapChart, LineChart, GridComponent, TooltipComponent, VisualMapContinuousComponent, CanvasRenderer]);

export type ChartOption = ComposeOption<
  HeatmapSeriesOption | LineSeriesOption | GridComponentOption | TooltipComponentOption | VisualMapComponentOption
>;

/** The page's colours, which a canvas needs as numbers. */
export type Colours = Readonly<Record<(typeof colourNames)[number], string>>;
const colourNames = ['card', 'text', 'soft', 'faint', 'line', 'blue', 'grey'] as const;

function coloursOf(element: HTMLElement): Colours {
  const probe = document.createElement('span');
  element.append(probe);
  const colours = colourNames.map((name) => {
    probe.style.color = `var(--${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(colours) as Colours;
}

interface ChartProps {
  /** What it shows, for who does not see it. */
  readonly label: string;
  readonly height: number;
  readonly minWidth?: number;
  /** Has to stay the same function as long as the figures stay. */
  readonly optionOf: (colours: Colours) => ChartOption;
  /** The place of the clicked item in its series. */
  readonly onPick?: (index: number) => void;
}

/** A drawing by ECharts: nothing moves in it, and nothing in it is HTML. */
export function Chart({ label, height, minWidth = 0, optionOf, onPick }: ChartProps) {
  const box = useRef<HTMLDivElement>(null);
  const dark = useDark();
  const [chart, setChart] = useState<ReturnType<typeof init> | null>(null);
  const picked = useRef(onPick);
  picked.current = onPick;
  useEffect(() => {
    const element = box.current as HTMLDivElement;
    const made = init(element, null, { renderer: 'canvas' });
    made.on('click', ({ dataIndex }) => picked.current?.(dataIndex));
    const watcher = new ResizeObserver(() => made.resize());
    watcher.observe(element);
    setChart(made);
    return () => {
      watcher.disconnect();
      made.dispose();
      setChart(null);
    };
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are others in the dark
  useEffect(() => {
    const element = box.current;
    if (chart === null || element === null) return;
    chart.setOption({ animation: false, ...optionOf(coloursOf(element)) }, { notMerge: true });
  }, [chart, optionOf, dark]);
  return <div ref={box} role="img" aria-label={label} className="chart" style={{ height, minWidth }} />;
}
