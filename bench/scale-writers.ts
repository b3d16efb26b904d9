/** Recording through one or several servers on one database: 32 writers about one enterprise, and 32 about one each. */

import { ask } from '../scripts/postgres-server.ts';
import { openCore } from '../server/src/app.ts';
import { generateFirm } from '../server/src/demo/firm.ts';
import { readEntry } from '../server/src/wire/entry-wire.ts';
import { totalOf } from './ask.ts';
import { firmOptions } from './data.ts';
import type { LoadOrder } from './load.ts';
import { tokenFor } from './processes.ts';
import { content } from './push.ts';
import { type Bound, figure, median, type Report, ratio, step, type Table } from './report.ts';
import type { ScaleData } from './scale-data.ts';
import type { Scale, Session, Target } from './scale-session.ts';

const writers = 32;
/** Servers on the one database. */
const serverCounts = [1, 4] as const;
/** What 32 writers of one enterprise must reach of what 32 of one each do. */
const limit = 0.3;

const path = '/v1/dynamic/trail/push';

/** Somebody who records, and about whom. */
interface Firm {
  readonly tenantId: number;
  readonly credentials: Readonly<Record<string, string>>;
  readonly companies: readonly number[];
}

type Order = Pick<LoadOrder, 'authorization' | 'paths' | 'bodies'>;

export async function writing(scale: Scale): Promise<Report> {
  const data = await scale.store();
  step(`making ${writers} enterprises beside the large one`);
  const [large, ...small] = await firmsBeside(scale, data);
  const tables: Table[] = [];
  const bounds: Bound[] = [];
  for (const count of serverCounts) {
    const { table, share } = await scale.session((session) => rounds(session, data, count, { large: large as Firm, small }));
    tables.push(table);
    bounds.push({
      what: `${writers} writers of one enterprise / of one each, ${told(count)}`,
      value: share,
      limit,
      holds: 'at least',
      unit: '×',
    });
  }
  return { tables, bounds };
}

const told = (servers: number): string => (servers === 1 ? 'one server' : `${servers} servers`);

async function firmsBeside(scale: Scale, { tenantId, store, databaseUrl }: ScaleData): Promise<Firm[]> {
  const core = await openCore({ data: store, databaseUrl }, { make: false });
  const credentials = async (id: number): Promise<Firm['credentials']> => {
    const { clientId, clientSecret } = await core.applications.create(id, 'bench', ['company']);
    return { client_id: clientId, client_secret: clientSecret };
  };
  try {
    const url = (await scale.postgres()).administrator(databaseUrl as string);
    const there = await ask(url, `SELECT company_id AS id FROM company WHERE tenant_id = ${tenantId} AND removed = 0`);
    const firms: Firm[] = [{ tenantId, credentials: await credentials(tenantId), companies: there.map(({ id }) => Number(id)) }];
    for (let i = 1; i <= writers; i++) {
      const clientId = tenantId + i;
      await core.tenants.create({ tenantId: clientId, name: `企业 ${i}`, createdAt: Date.now() });
      const entries = [...generateFirm({ ...firmOptions(1000, 20), clientId })];
      await core.importer.take([entries.map(readEntry)]);
      const companies = entries.filter(({ company_info: info }) => 'is_archive' in info && info.is_archive === 1);
      firms.push({
        tenantId: clientId,
        credentials: await credentials(clientId),
        companies: [...new Set(companies.map(({ company_id: id }) => id))],
      });
    }
    return firms;
  } finally {
    await core.close();
  }
}

async function rounds(
  session: Session,
  data: ScaleData,
  count: number,
  { large, small }: { large: Firm; small: readonly Firm[] },
): Promise<{ table: Table; share: number }> {
  const { scale } = session;
  const postgres = await scale.postgres();
  const targets: Target[] = [];
  for (let i = 0; i < count; i++) targets.push(await session.program(data, null));
  const loads = [session.load];
  while (loads.length < count) loads.push(await session.anotherLoad());
  const amount = 3200;
  const sides: readonly (readonly [string, Order])[] = [
    [`${writers} writers of one enterprise`, await orderOf(targets, [large], amount)],
    [`${writers} writers of one each`, await orderOf(targets, small, amount)],
  ];
  const cpuOf = async (): Promise<number> =>
    (await Promise.all(targets.map(({ server }) => server.usage()))).reduce((sum, { cpu }) => sum + cpu, 0);
  const once = async ([, order]: readonly [string, Order]) => {
    const [program, database] = [await cpuOf(), postgres.cpu()];
    const results = await Promise.all(
      targets.map(({ server }, i) =>
        (loads[i] as (typeof loads)[number]).ask({
          ...order,
          url: server.url,
          connections: writers / count,
          amount: amount / count,
        }),
      ),
    );
    return {
      rate: amount / Math.max(...results.map(({ seconds }) => seconds)),
      program: ((await cpuOf()) - program) / amount,
      database: (postgres.cpu() - database) / amount,
    };
  };
  const before = await totals(targets[0] as Target, [large, ...small]);
  const measured = sides.map(() => [] as Awaited<ReturnType<typeof once>>[]);
  const [unmeasured, counted] = [2, scale.rounds(9)];
  for (let round = 1; round <= unmeasured + counted; round++) {
    step(`${told(count)}: recording, round ${round}`);
    for (const [i, side] of sides.entries()) {
      const result = await once(side);
      if (round > unmeasured) measured[i]?.push(result);
    }
  }
  const [sent, stored] = [
    sides.length * (unmeasured + counted) * amount,
    (await totals(targets[0] as Target, [large, ...small])) - before,
  ];
  if (stored !== sent) throw new Error(`of ${sent} entries ${stored} were stored`);
  const [one = [], each = []] = measured;
  const share = (results: typeof one): number => median(results.map(({ rate }, i) => rate / (each[i]?.rate as number)));
  return {
    share: share(one),
    table: {
      title: `Recording over HTTP through ${told(count)} on one PostgreSQL`,
      columns: ['', 'entries/s', 'ratio', "servers' CPU, µs/entry", "PostgreSQL's CPU, µs/entry"],
      rows: sides.map(([name], i) => {
        const of = measured[i] as typeof one;
        const middle = (key: 'rate' | 'program' | 'database'): string => figure(median(of.map((result) => result[key])));
        return [name, middle('rate'), ratio(share(of)), middle('program'), middle('database')];
      }),
      notes: [
        `${figure(amount)} entries a round, one a request, each answered when it is on disk; the load and PostgreSQL run on the same machine. ` +
          'Every one was counted afterwards.',
      ],
    },
  };
}

/** So many requests, of each firm in turn; they are asked of any server. */
async function orderOf(targets: readonly Target[], firms: readonly Firm[], amount: number): Promise<Order> {
  const [{ server }] = targets as [Target];
  const tokens = await Promise.all(firms.map(({ credentials }) => tokenFor(server, credentials)));
  const of = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;
  const bodies = Array.from({ length: amount }, (_, i) =>
    JSON.stringify({
      company_id: of(of(firms, i).companies, Math.floor(i / firms.length)),
      content: content(i),
      remark_type: 101 + (i % 12),
    }),
  );
  return { paths: bodies.map(() => path), bodies, authorization: bodies.map((_, i) => `Bearer ${of(tokens, i)}`) };
}

async function totals({ server }: Target, firms: readonly Firm[]): Promise<number> {
  let sum = 0;
  for (const { credentials } of firms) sum += await totalOf(server.url, '', `Bearer ${await tokenFor(server, credentials)}`);
  return sum;
}
