/** Four servers on one database that keeps its promises, while the database and servers are killed: nothing acknowledged is lost. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { ask, startPostgres } from '../../../scripts/postgres-server.ts';
import { type Serving, workplace } from '../support/cli.ts';
import { entry } from '../support/entries.ts';
import { announceSeed, randomFrom, soak } from '../support/soak.ts';

const processes = 4;
const writers = 16;
const readers = 8;
const pushPath = '/v1/dynamic/trail/push';
const listPath = '/v1/dynamic/trail/list';

/** What a setting of the test needs: a durable server, four processes, a token that all of them take. */
async function world() {
  const postgres = await startPostgres({ durable: true });
  onTestFinished(() => postgres.remove());
  const url = await postgres.database('storm');
  const at = workplace();
  const env = { GENJIN_DATABASE_URL: url };
  await at.genjin(['tenant', 'create', '--id', '5', '--name', 'five'], { env });
  at.write('entries.ndjson', JSON.stringify(entry({ trail_id: 1, client_id: 5, company_id: 9 })));
  await at.genjin(['import', 'entries.ndjson'], { env });
  const made = await at.genjin(['app', 'create', '--tenant', '5', '--name', 'a', '--scope', 'company', '--json'], { env });
  const { client_id, client_secret } = JSON.parse(made.stdout) as { client_id: string; client_secret: string };
  const serve = (): Promise<Serving> => at.serve(['--log-level', 'error'], { env });
  const servers = await Promise.all(Array.from({ length: processes }, serve));
  const token = await (servers[0] as Serving).token({ clientId: client_id, clientSecret: client_secret });
  const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' };
  /** The id, once it is acknowledged; `null` when that is not known. */
  const push = async (server: Serving, content: string): Promise<number | null> => {
    try {
      const answer = await server.send(pushPath, { method: 'POST', headers, body: { remark_type: 101, content, company_id: 9 } });
      return answer.status === 200 && answer.json().code === 200
        ? answer.json<{ data: { trail_id: number } }>().data.trail_id
        : null;
    } catch {
      return null;
    }
  };
  const list = async (server: Serving, query: string) => {
    const answer = await server.send(`${listPath}?${query}`, { headers });
    return answer.json<{ code: number; data: { totalItem: number; list: { trail_id: number; content: string }[] } }>();
  };
  /** What the log and the timeline have, and what `check` says. */
  const verify = async (acknowledged: ReadonlyMap<number, string>): Promise<void> => {
    const inside = Object.assign(new URL(postgres.url), { pathname: '/storm' }).toString();
    const log = await ask(
      inside,
      "SELECT object_id::text AS id, count(*)::int AS n FROM change WHERE tenant_id = 5 AND kind = 'trail' GROUP BY 1",
    );
    const times = new Map(log.map(({ id, n }) => [Number(id), n]));
    for (const [id, content] of acknowledged) expect(times.get(id), content).toBe(1);
    const [gaps] = await ask(inside, 'SELECT max(revision)::int AS last, count(*)::int AS rows FROM change WHERE tenant_id = 5');
    expect(gaps?.['last']).toBe(gaps?.['rows']);
    const checked = await at.genjin(['check'], { env });
    expect(checked.stdout + checked.stderr).toContain('all is right');
  };
  return { postgres, servers, serve, push, list, verify };
}

test('16 writers and 8 paging readers through four processes', { timeout: 600_000 }, async () => {
  const { servers, push, list, verify } = await world();
  const acknowledged = new Map<number, string>();
  const until = Date.now() + soak(60) * 1000;
  const write = async (writer: number): Promise<void> => {
    for (let i = 0; Date.now() < until; i++) {
      const content = `writer ${writer} number ${i}`;
      const id = await push(servers[(writer + i) % processes] as Serving, content);
      expect(id, content).not.toBeNull();
      acknowledged.set(id as number, content);
      // Through another process: what was acknowledged is there.
      const known = acknowledged.size;
      const found = await list(servers[(writer + i + 1) % processes] as Serving, 'count=1&company_id=9');
      expect(found.data.totalItem).toBeGreaterThanOrEqual(known);
    }
  };
  const read = async (reader: number): Promise<void> => {
    for (let i = 0; Date.now() < until; i++) {
      const { code, data } = await list(servers[(reader + i) % processes] as Serving, `count=50&page=${1 + (i % 5)}`);
      expect(code).toBe(200);
      expect(new Set(data.list.map(({ trail_id }) => trail_id)).size).toBe(data.list.length);
    }
  };
  await Promise.all([
    ...Array.from({ length: writers }, (_, i) => write(i)),
    ...Array.from({ length: readers }, (_, i) => read(i)),
  ]);
  expect(acknowledged.size).toBeGreaterThan(writers);
  await verify(acknowledged);
});

test('the database stops at once and processes are killed: nothing acknowledged is lost, and all goes on', {
  timeout: 1_200_000,
}, async () => {
  const random = randomFrom(announceSeed('crash of the database'));
  const { postgres, servers, serve, push, list, verify } = await world();
  const acknowledged = new Map<number, string>();
  for (let round = 0; round < soak(20); round++) {
    let writing = true;
    const writes = Array.from({ length: writers }, async (_, writer) => {
      for (let i = 0; writing; i++) {
        const content = `round ${round} writer ${writer} number ${i}`;
        const id = await push(servers[writer % processes] as Serving, content);
        if (id !== null) acknowledged.set(id, content);
        else await sleep(20);
      }
    });
    await sleep(300 + 700 * random());
    const victim = Math.floor(random() * processes);
    await Promise.all([postgres.crash(), (servers[victim] as Serving).end('SIGKILL')]);
    await sleep(200);
    await postgres.start();
    const back = performance.now();
    // The other processes go on by themselves.
    for (const [i, server] of servers.entries()) {
      if (i === victim) continue;
      for (;;) {
        if ((await list(server, 'count=1').catch(() => null))?.code === 200) break;
        expect(performance.now() - back, 'service is back within 10 s').toBeLessThan(10_000);
        await sleep(50);
      }
    }
    writing = false;
    await Promise.all(writes);
    servers[victim] = await serve();
  }
  expect(acknowledged.size).toBeGreaterThan(processes);
  await verify(acknowledged);
});
