/** What a page costs by its depth and by the size of the store, ours beside OFFSET and COUNT(*), as figures and as a picture. */
import { writeFileSync } from 'node:fs';
import { pageSize } from './ask.ts';
import { figure, median, type Report, step } from './report.ts';
import { randomPages } from './scale-pages.ts';
import { type Panel, picture } from './scale-picture.ts';
import { pageOf, readThrough, type Scale, type Session, type Target, warm } from './scale-session.ts';

/** One point: ms a request. */
interface Cost {
  readonly at: number;
  readonly ours: number;
  readonly usual: number;
}

export async function plot(scale: Scale): Promise<Report> {
  const { entries } = scale.options;
  const sizes = [entries / 1000, entries / 100, entries / 10].map((size) => Math.max(100, Math.round(size)));
  const bySize: Cost[] = [];
  for (const size of [...new Set(sizes)]) {
    const found = await costs(scale, size, (last) => [last >> 1]);
    bySize.push({ ...(found[0] as Cost), at: size });
  }
  const byDepth = await costs(scale, entries, (last) => {
    const places: number[] = [];
    for (let page = 1; page < last; page *= 10) places.push(page);
    return [...places, last >> 1, last - 10].sort((a, b) => a - b);
  });
  // Of the depths the one in the middle.
  const middleOf = byDepth.toSorted((a, b) => Math.abs(2 * a.at - entries) - Math.abs(2 * b.at - entries))[0];
  bySize.push({ ...(middleOf as Cost), at: entries });
  const panels: Panel[] = [
    { title: `Page by depth, ${entries.toLocaleString('en-US')} entries`, along: 'entries before the page', points: byDepth },
    { title: 'Page in the middle, with its total, by size', along: 'entries in the store', points: bySize },
  ];
  if (scale.options.plot !== null) writeFileSync(scale.options.plot, picture(panels));
  return { tables: panels.map(table), bounds: [] };
}

/** At each place the median of some pages near it, one request after the other. */
async function costs(scale: Scale, entries: number, placesFor: (last: number) => readonly number[]): Promise<Cost[]> {
  const data = await scale.store(entries);
  return scale.session(async (session) => {
    step(`pages of program and straightforward way over ${figure(data.entries)} entries`);
    const target = await session.program(data, 0);
    const other = await session.straightforward(data, target);
    const last = Math.floor((await session.total(target)) / pageSize);
    const near = (page: number) => session.unasked(11, () => pageOf(Math.min(last, page + session.random.below(1 + page / 50))));
    // Until the program is compiled.
    await warm(session, target, randomPages(session, 1500, 1, last));
    await warm(session, other, near(1));
    const found: Cost[] = [];
    for (const page of placesFor(last)) {
      const at = (page - 1) * pageSize + 1;
      readThrough(data);
      found.push({ at, ours: await middle(session, target, near(page)), usual: await middle(session, other, near(page)) });
    }
    return found;
  });
}

const middle = async (session: Session, target: Target, paths: readonly string[]): Promise<number> =>
  median(await session.latencies(target, paths));

const table = ({ title, along, points }: Panel) => ({
  title,
  columns: [along, 'OFFSET and COUNT(*), ms', 'program, ms', 'ratio'],
  rows: points.map(({ at, ours, usual }) => [
    Math.round(at).toLocaleString('en-US'),
    figure(usual),
    figure(ours),
    `${figure(usual / ours)} ×`,
  ]),
  notes: ['One request after the other, no caches, each page once; medians of 11.'],
});
