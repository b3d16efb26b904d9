/** The exact total of 365 days by itself, asked of the store, and `COUNT(*)` of the same days, asked of the database: without HTTP, one after the other. */
import { Client } from 'pg';
import { openCore } from '../server/src/app.ts';
import { Random } from '../server/src/demo/firm-random.ts';
import { allTrails } from '../server/src/domain/stores.ts';
import { figure, median, type Report, ratio, step } from './report.ts';
import { timed } from './rounds.ts';
import type { Scale } from './scale-session.ts';

const day = 86_400_000;
const windowsARound = 24;

export async function total(scale: Scale): Promise<Report> {
  const data = await scale.store();
  const { tenantId, store, databaseUrl } = data;
  step('the total of 365 days by itself');
  const client = new Client({ connectionString: (await scale.postgres()).administrator(databaseUrl as string) });
  await client.connect();
  const core = await openCore({ data: store, databaseUrl }, { make: false, readers: 1 });
  try {
    const random = new Random(Date.now() >>> 0);
    const times = data.drawnEntries.map(({ time }) => Date.parse(`${time.replace(' ', 'T')}+08:00`)).sort((a, b) => a - b);
    const from = (): number => (times[0] as number) + random.below(730 * 86_400) * 1000;
    const counted = async (start: number): Promise<number> => {
      const text =
        'SELECT count(*) AS n FROM trail WHERE tenant_id = $1 AND live = 1 AND happened_at >= $2 AND happened_at <= $3';
      return Number((await client.query({ name: 'count', text, values: [tenantId, start, start + 365 * day] })).rows[0]?.n);
    };
    const known = async (start: number): Promise<number> => {
      const { counts } = await core.trailStore.countsBefore(tenantId, allTrails, [start, start + 365 * day + 1]);
      return (counts[1] as number) - (counts[0] as number);
    };
    const found: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round <= scale.rounds(9); round++) {
      // In turns by rounds and not by windows: who waits for the other one's count first has to wake a processor that fell asleep.
      const starts = Array.from({ length: windowsARound }, from);
      const ours: (readonly [number, number])[] = [];
      const theirs: (readonly [number, number])[] = [];
      for (const start of starts) ours.push(await timed(() => known(start)));
      for (const start of starts) theirs.push(await timed(() => counted(start)));
      for (const [i, start] of starts.entries()) {
        const [a, ms] = ours[i] as readonly [number, number];
        const [b, theirMs] = theirs[i] as readonly [number, number];
        if (a !== b) throw new Error(`from ${start}: ${a}, and counted ${b}`);
        if (round === 0) continue;
        found.ours.push(ms);
        found.theirs.push(theirMs);
      }
    }
    const value = median(found.theirs.map((ms, i) => ms / (found.ours[i] as number)));
    return {
      bounds: [{ what: 'total of 365 days, of the store / COUNT(*)', value, limit: 50, holds: 'at least', unit: '×' }],
      tables: [
        {
          title: 'The total of 365 days by itself',
          columns: ['', 'ms', 'times as fast'],
          rows: [
            ['COUNT(*), as PostgreSQL plans it', figure(median(found.theirs)), '1.00 ×'],
            ["the store's total", figure(median(found.ours)), ratio(value)],
          ],
          notes: [
            `One connection each, nothing else asked meanwhile, other days each time, ${windowsARound} of one after ${windowsARound} of the other. COUNT(*) may use both processors; its time grows with the entries, the other one does not.`,
          ],
        },
      ],
    };
  } finally {
    await core.close();
    await client.end();
  }
}
