/** How often a page goes to the database and back: asked through a way that takes a known time. */
import { connect, createServer, type Socket } from 'node:net';
import { pageSize } from './ask.ts';
import { figure, median, type Report, step } from './report.ts';
import { again, atMost, randomPages, yearFrom } from './scale-pages.ts';
import { pageOf, type Scale, warm } from './scale-session.ts';

/** ms there, and as many back: long beside all else that a page takes. */
const oneWay = 20;
const most = 2;

export async function trips(scale: Scale): Promise<Report> {
  const data = await scale.store();
  const way = await slowWay(new URL(data.databaseUrl as string));
  try {
    return await scale.session(async (session) => {
      step('round trips of a page');
      const caches = {
        off: await session.program({ ...data, databaseUrl: way.url }, 0),
        on: await session.program({ ...data, databaseUrl: way.url }, null),
      };
      const last = Math.ceil((await session.total(caches.off)) / pageSize);
      const companies = [...new Set(data.drawnCompanies)].map((id) => pageOf(1, `&company_id=${id}`));
      const kinds: Readonly<
        Record<
          string,
          readonly [target: (typeof caches)['on'], paths: (count: number) => readonly string[], limit: number | null]
        >
      > = {
        'page that is kept': [caches.on, (count) => again(pageOf(1), count), 1],
        'page 1, nothing kept': [caches.off, (count) => again(pageOf(1), count), most],
        'page at any depth, never asked': [caches.off, (count) => randomPages(session, count, 1, last), most],
        'page and total of 365 days, never asked': [
          caches.off,
          (count) => session.unasked(count, () => pageOf(1, yearFrom(data, session))),
          most,
        ],
        'first page of a company, never asked': [caches.off, (count) => companies.splice(0, count), null],
      };
      const rows: [string, number, number | null][] = [];
      for (const [name, [target, paths, limit]] of Object.entries(kinds)) {
        await warm(session, target, paths(40));
        rows.push([name, median(await session.latencies(target, paths(scale.rounds(40)))) / (2 * oneWay), limit]);
      }
      return {
        bounds: rows.flatMap(([name, value, limit]) =>
          limit === null ? [] : [{ ...atMost(`round trips to the database: ${name}`, Math.floor(value), limit) }],
        ),
        tables: [
          {
            title: 'Round trips from the server to PostgreSQL',
            columns: ['', 'time, in round trips'],
            rows: rows.map(([name, value]) => [name, figure(value)]),
            notes: [
              `The median request, one after the other, over a way of ${oneWay} ms there and ${oneWay} ms back; what is beside whole numbers is the work itself.`,
            ],
          },
        ],
      };
    });
  } finally {
    way.close();
  }
}

/** The same database by a way on which everything takes so long. */
async function slowWay(database: URL): Promise<{ url: string; close(): void }> {
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const behind = connect(Number(database.port), database.hostname);
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ] as const) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => setTimeout(() => to.writable && to.write(chunk), oneWay));
      from.on('close', () => setTimeout(() => to.destroy(), oneWay));
      from.on('error', () => undefined);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: Object.assign(new URL(database), { port: String(port) }).toString(),
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
