/** What a page costs the program and the database in processor time, and an entry in bytes: what docs/scale.md reckons with. */
import { ask } from '../scripts/postgres-server.ts';
import { pageSize } from './ask.ts';
import { figure, median, type Report, step } from './report.ts';
import { randomPages } from './scale-pages.ts';
import { connections, pageOf, type Scale, warm } from './scale-session.ts';

const requests = 3000;

export async function capacity(scale: Scale): Promise<Report> {
  const data = await scale.store();
  const postgres = await scale.postgres();
  const administrator = postgres.administrator(data.databaseUrl as string);
  const [size] = await ask(administrator, 'SELECT pg_database_size(current_database()) AS bytes');
  const [empty] = await ask(administrator, "SELECT pg_database_size('template1') AS bytes");
  const bytes = (Number(size?.['bytes']) - Number(empty?.['bytes'])) / data.entries;
  const largest = await ask(administrator, largestTables);
  const rowsOfAll = largest.reduce((sum, { rows }) => sum + Number(rows), 0) / data.entries;
  const pages = await scale.session(async (session) => {
    step('processor time of a page');
    const target = await session.program(data, null);
    const last = Math.ceil((await session.total(target)) / pageSize);
    const companies = data.drawnCompanies.map((id) => pageOf(1, `&company_id=${id}`));
    const kinds: Readonly<Record<string, (round: number) => readonly string[]>> = {
      'first pages of companies, drawn by their size': (round) =>
        companies
          .slice((round - 1) * requests, round * requests)
          .concat(companies.slice(0, Math.max(0, round * requests - companies.length))),
      'pages of the enterprise, never asked before': () => randomPages(session, requests / 3, 1, last),
    };
    const found: { name: string; rate: number; program: number; database: number }[] = [];
    for (const [name, paths] of Object.entries(kinds)) {
      await warm(session, target, randomPages(session, 300, 1, last));
      const measured: { rate: number; program: number; database: number }[] = [];
      for (let round = 1; round <= scale.rounds(5); round++) {
        const asked = paths(round);
        const [program, database] = [(await target.server.usage()).cpu, postgres.cpu()];
        const order = {
          url: target.server.url,
          authorization: target.authorization,
          paths: asked,
          connections,
          amount: asked.length,
        };
        const { seconds } = await session.load.ask(order);
        measured.push({
          rate: asked.length / seconds,
          program: ((await target.server.usage()).cpu - program) / asked.length,
          database: (postgres.cpu() - database) / asked.length,
        });
      }
      const middle = (key: 'rate' | 'program' | 'database'): number => median(measured.map((one) => one[key]));
      found.push({ name, rate: middle('rate'), program: middle('program'), database: middle('database') });
    }
    return found;
  });
  return {
    bounds: [],
    tables: [
      {
        title: 'What a page costs on PostgreSQL',
        columns: ['', 'pages/s', "server's CPU, µs", "PostgreSQL's CPU, µs", 'pages/s a core, both'],
        rows: pages.map(({ name, rate, program, database }) => [
          name,
          figure(rate),
          figure(program),
          figure(database),
          figure(1e6 / (program + database)),
        ]),
        notes: [`Pages of ${pageSize} entries, the caches as they come, ${connections} connections.`],
      },
      {
        title: 'Bytes on disk for each entry',
        columns: ['', 'rows/entry', 'bytes/entry', 'of it indexes'],
        rows: [
          ['all', figure(rowsOfAll), figure(bytes), ''],
          ...largest.map(({ name, rows, all, indexes }) => [
            String(name),
            figure(Number(rows) / data.entries),
            figure(Number(all) / data.entries),
            figure(Number(indexes) / data.entries),
          ]),
        ],
        notes: [
          `The whole database, change log and search index included, after a VACUUM; tables of less than a hundredth are left out.`,
        ],
      },
    ],
  };
}

const largestTables = `
  SELECT relname AS name, reltuples AS rows, pg_total_relation_size(oid) AS all, pg_indexes_size(oid) AS indexes FROM pg_class
  WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
  AND pg_total_relation_size(oid) > pg_database_size(current_database()) / 100 ORDER BY 3 DESC`;
