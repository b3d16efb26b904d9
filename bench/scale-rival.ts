/** Against the straightforward way on the same file. */
import { checkEqual, pageSize } from './ask.ts';
import { type Report, step } from './report.ts';
import { alternate } from './rounds.ts';
import { again, randomPages, yearFrom } from './scale-pages.ts';
import { pageOf, type Scale, sidesTable, warm } from './scale-session.ts';

const [ours, usual] = ['program', 'straightforward'];
/** The page that is compared, where there are so many. */
const deepPage = 50_000;

/** What must be reached; `null`: it is only told. */
const limits = { sqlite: { once: 2, deep: 100, totals: 50 }, postgres: { once: null, deep: 50, totals: 50 } } as const;

export async function rival(scale: Scale): Promise<Report> {
  const data = await scale.store();
  return scale.session(async (session) => {
    const target = await session.program(data, 0);
    const other = await session.straightforward(data, target);
    step('comparing the answers of program and straightforward way');
    await checkEqual(data, target.server.url, other.server.url, target.authorization);
    const last = Math.ceil((await session.total(target)) / pageSize);
    const deep = Math.min(deepPage, last >> 1);
    // Each company once: most of them are small. Drawn by their size, as people ask, a large one comes again, but nothing is remembered.
    const companies = [...new Set(data.drawnCompanies)].map((id) => pageOf(1, `&company_id=${id}`));
    const drawn = data.drawnCompanies.map((id) => pageOf(1, `&company_id=${id}`));
    const share = Math.min(500, Math.floor(companies.length / (scale.rounds(9) + 2)));
    await warm(session, target, [...companies.slice(-2 * share), ...again(pageOf(deep), 50)]);
    await warm(session, other, companies.slice(-2 * share));
    const subjects = [
      {
        name: 'first pages of companies, drawn by their size',
        queries: (round: number) => drawn.slice((round - 1) * share, round * share),
        limit: null,
      },
      {
        // The bound is on pages that were not asked before.
        name: 'first pages of companies, each once',
        queries: (round: number) => companies.slice((round - 1) * share, round * share),
        limit: limits[scale.options.engine].once,
      },
      {
        name: `pages near ${deep}`,
        queries: () => randomPages(session, 16, deep - 500, deep + 500),
        limit: limits[scale.options.engine].deep,
      },
      {
        name: 'totals of 365 days',
        queries: () => session.unasked(16, () => pageOf(1, yearFrom(data, session))),
        limit: limits[scale.options.engine].totals,
      },
    ];
    const report: { tables: Report['tables'][number][]; bounds: Report['bounds'][number][] } = { tables: [], bounds: [] };
    for (const { name, queries, limit } of subjects) {
      step(`against the straightforward way: ${name}`);
      const sides = [session.side(usual, other, queries), session.side(ours, target, (round) => queries(round))];
      const measured = await alternate(session.load, sides, scale.rounds(9));
      report.tables.push(sidesTable(`Straightforward way: ${name}`, measured, usual, []));
      const value = measured.rate(ours, usual);
      if (limit !== null) report.bounds.push({ what: `${name} / straightforward`, value, limit, holds: 'at least', unit: '×' });
    }
    return report;
  });
}
