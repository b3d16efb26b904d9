/** Draws panels with two lines each as SVG, on axes of powers of ten; it reads on light and on dark ground. */

export interface Panel {
  readonly title: string;
  readonly along: string;
  /** `ours`, `usual`: ms. */
  readonly points: readonly { readonly at: number; readonly ours: number; readonly usual: number }[];
}

const width = 460;
const height = 320;
const frame = { left: 62, right: 24, top: 44, bottom: 48 };

const style = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-size: 13px; font-weight: 600 }
  .grid { stroke: #8c959f; stroke-opacity: .3 }
  .ours { stroke: #0969da; fill: #0969da }
  .usual { stroke: #bc4c00; fill: #bc4c00 }
  polyline.ours, polyline.usual { fill: none; stroke-width: 2 }
  text.ours, text.usual { stroke: none; font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 }
    .ours { stroke: #58a6ff; fill: #58a6ff }
    .usual { stroke: #f0883e; fill: #f0883e }
  }`;

export function picture(panels: readonly Panel[]): string {
  const drawn = panels.map((panel, i) => `<g transform="translate(${i * width} 0)">${draw(panel)}</g>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${panels.length * width} ${height}" role="img">
<title>Cost of a page by its depth and by the number of entries</title>
<style>${style}
</style>
${drawn.join('\n')}
</svg>
`;
}

/** Where a value lies between two powers of ten, from 0 to 1. */
function axis(values: readonly number[]): { ticks: number[]; place(value: number): number } {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)),
    place: (value) => (Math.log10(value) - low) / (high - low),
  };
}

function draw({ title, along, points }: Panel): string {
  const [right, bottom] = [width - frame.right, height - frame.bottom];
  const across = axis(points.map(({ at }) => at));
  const up = axis(points.flatMap(({ ours, usual }) => [ours, usual]));
  const x = (value: number): string => (frame.left + across.place(value) * (right - frame.left)).toFixed(1);
  const y = (value: number): string => (bottom - up.place(value) * (bottom - frame.top)).toFixed(1);
  const line = (side: 'ours' | 'usual'): string => {
    const marks = points.map((point) => `<circle class="${side}" cx="${x(point.at)}" cy="${y(point[side])}" r="3"/>`);
    return `<polyline class="${side}" points="${points.map((point) => `${x(point.at)},${y(point[side])}`).join(' ')}"/>${marks.join('')}`;
  };
  return [
    `<text class="title" x="${frame.left}" y="18">${title}</text>`,
    `<text class="usual" x="${frame.left}" y="36">OFFSET and COUNT(*)</text>`,
    `<text class="ours" x="${frame.left + 180}" y="36">Genjin</text>`,
    ...up.ticks.map(
      (tick) =>
        `<path class="grid" d="M${frame.left} ${y(tick)}H${right}"/><text x="${frame.left - 6}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick < 1000 ? `${tick} ms` : `${tick / 1000} s`}</text>`,
    ),
    ...across.ticks.map(
      (tick) =>
        `<path class="grid" d="M${x(tick)} ${frame.top}V${bottom}"/><text x="${x(tick)}" y="${bottom + 18}" text-anchor="middle">${short(tick)}</text>`,
    ),
    line('usual'),
    line('ours'),
    `<text x="${(frame.left + right) / 2}" y="${height - 8}" text-anchor="middle">${along}</text>`,
  ].join('\n');
}

const short = (value: number): string =>
  value >= 1e6 ? `${value / 1e6} M` : value >= 1000 ? `${value / 1000} k` : String(value);
