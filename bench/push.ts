/** Recording over HTTP: the program, and the same program answering without storing, in turns, under the same load. */
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { totalOf } from './ask.ts';
import type { BasicOptions } from './basic.ts';
import { companiesIn, type Dataset, filledStore, scratchFolder } from './data.ts';
import { makeToken, type Server, startLoad, startProgram } from './processes.ts';
import { profileFile } from './profile.ts';
import { figure, type Report, ratio, step } from './report.ts';
import { alternate, type Measured, type Side } from './rounds.ts';

/** Durable records/s must be this share of what is answered without storing. */
const bound = 0.4;
const connections = 64;

const path = '/v1/dynamic/trail/push';

interface Rival {
  readonly name: string;
  readonly server: Server;
  readonly authorization: string;
}

export async function benchPush(data: Dataset, options: BasicOptions): Promise<Report> {
  const filled = await filledStore(data);
  step('starting the servers over copies of the store');
  const count = ({ server, authorization }: Rival) => totalOf(server.url, '', authorization);
  const running: { stop(): Promise<void> }[] = [];
  const start = async (name: string, profile: 'push' | 'push-unstored', load: string | null): Promise<Rival> => {
    const folder = join(scratchFolder(), 'store');
    cpSync(filled, folder, { recursive: true });
    const authorization = `Bearer ${await tokenFor(folder, data.tenantId)}`;
    const server = await startProgram(folder, profileFile(options.profile, profile), { load });
    running.push(server);
    return { name, server, authorization };
  };
  try {
    const unstored = await start('answered without storing', 'push-unstored', 'unstored.ts');
    const stored = await start('recorded durably', 'push', null);
    const load = startLoad();
    running.push(load);
    const there = companiesIn(filled);
    const companies = data.drawnCompanies.filter((company) => there.has(company));
    const bodies = companies.map((company_id, i) =>
      JSON.stringify({ company_id, content: content(i), remark_type: 101 + (i % 12) }),
    );
    const order = { paths: bodies.map(() => path), bodies, connections };
    const amount = Math.ceil(bodies.length / (options.quick ? 10 : 2));

    const before = [await count(unstored), await count(stored)];
    const rounds = options.quick ? 1 : 9;
    const sides = [unstored, stored].map(
      ({ name, server, authorization }): Side => ({ name, server, order: () => ({ ...order, authorization, amount }) }),
    );
    step('pushes: first pass');
    // It finds each server just started.
    await alternate(load, sides, 1);
    step('pushes: measured rounds');
    const measured = await alternate(load, sides, rounds);
    const sent = amount * (rounds + 1);
    const more = [(await count(unstored)) - (before[0] as number), (await count(stored)) - (before[1] as number)];
    if (more[0] !== 0 || more[1] !== sent) throw new Error(`of ${sent} pushes each, ${more.join(' and ')} were stored`);
    return report(data, measured);
  } finally {
    for (const one of running.reverse()) await one.stop();
  }
}

/** A follow-up of usual length. */
export const content = (i: number): string => `电话沟通 ${i}：客户确认样品没有问题，希望下周收到正式报价，交期四周以内。`;

/** Only a server that stores can make a token. */
async function tokenFor(folder: string, tenantId: number): Promise<string> {
  const server = await startProgram(folder, null);
  try {
    return await makeToken(server, folder, tenantId);
  } finally {
    await server.stop();
  }
}

function report(data: Dataset, measured: Measured): Report {
  const [least, stored] = measured.names as [string, string];
  return {
    tables: [
      {
        title: `HTTP: recording, ${connections} connections, over ${figure(data.entries)} entries`,
        columns: ['', 'requests/s', 'ratio', 'of each round', "server's CPU, µs/request"],
        rows: measured.names.map((name) => [
          name,
          figure(measured.perSecond(name)),
          ratio(measured.rate(name, least)),
          measured
            .of(name)
            .map(({ perSecond }) => figure(perSecond))
            .join(', '),
          figure(measured.cpu(name)),
        ]),
        notes: [
          'One follow-up a request, of companies drawn by their size, without idempotency keys. Recorded durably: answered when it is on disk, ' +
            'writes that meet share a commit. Answered without storing: the same program with the same requests, authenticated, ' +
            'read and checked, but nothing is written, and what is checked lies in memory (`bench/unstored.ts`). ' +
            'Ratio: the median of those of the rounds. Every one that was recorded was counted afterwards.',
        ],
      },
    ],
    bounds: [
      {
        what: 'recorded durably / answered without storing',
        value: measured.rate(stored, least),
        limit: bound,
        holds: 'at least',
        unit: '×',
      },
    ],
  };
}
