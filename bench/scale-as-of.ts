/** What stood some changes ago, against what stands now. */
import { pageSize } from './ask.ts';
import { runJob } from './processes.ts';
import { type Bound, median, type Report, step, type Table } from './report.ts';
import { alternate, warmUps } from './rounds.ts';
import { atMost, burst, randomPages } from './scale-pages.ts';
import { ignored, lacking, pageOf, type Scale, sidesTable, type Target, warm } from './scale-session.ts';

/** µs the first page may take for each change since. */
const perChange = 5;

export async function asOf(scale: Scale): Promise<Report> {
  const data = await scale.store();
  const distances = [1000, Math.min(100_000, Math.floor(data.entries / 10))];
  step('changes to look behind');
  await runJob('history', [data.store, '1000', String(Date.now() >>> 0)]);
  return scale.session(async (session) => {
    const target = await session.program(data, 0);
    if ((await ignored(target, pageOf(1, '&as_of=1'))).includes('as_of')) {
      return { tables: [], bounds: distances.flatMap((changes) => names(changes).map((name) => lacking(name, 'no as_of'))) };
    }
    const head = await headOf(target);
    const last = Math.ceil((await session.total(target)) / pageSize) - 1;
    await warm(session, target, randomPages(session, 300, 1, last));
    const tables: Table[] = [];
    const bounds: Bound[] = [];
    for (const changes of distances) {
      step(`as_of ${changes} changes ago`);
      const [later, first] = names(changes);
      const firsts: number[] = [];
      // Each time at another revision, of which nothing is known yet; after some that are not measured, while the program is not compiled.
      for (let i = -warmUps; i < scale.rounds(7); i++) {
        const query = `&as_of=${head - changes + 37 * i}`;
        const [time] = await session.latencies(target, randomPages(session, 1, 1, last, query));
        if (i >= 0) firsts.push((1000 * (time as number)) / (changes - 37 * i));
      }
      const past = `&as_of=${head - changes}`;
      const sides = [
        session.side('now', target, () => randomPages(session, burst, 1, last)),
        session.side('then', target, () => randomPages(session, burst, 1, last, past)),
      ];
      const measured = await alternate(session.load, sides, scale.rounds(15), warmUps);
      tables.push(sidesTable(`Pages as of ${changes.toLocaleString('en-US')} changes ago`, measured, 'now', []));
      bounds.push(atMost(later, measured.cost('then', 'now'), 5), {
        what: first,
        value: median(firsts),
        limit: perChange,
        holds: 'at most',
        unit: 'µs',
      });
    }
    return { tables, bounds };
  });
}

const names = (changes: number): [string, string] => [
  `as_of ${changes.toLocaleString('en-US')} changes ago: pages after the first / now`,
  `as_of ${changes.toLocaleString('en-US')} changes ago: the first page, for each change`,
];

/** The revision that a list's answer belongs to. */
async function headOf({ server, authorization }: Target): Promise<number> {
  const response = await fetch(server.url + pageOf(1), { headers: { authorization } });
  await response.arrayBuffer();
  const revision = Number(response.headers.get('x-genjin-revision'));
  if (!Number.isSafeInteger(revision) || revision < 1) throw new Error('the list does not say its revision');
  return revision;
}
