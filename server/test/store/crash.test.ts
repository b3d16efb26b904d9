import { Agent, request } from 'node:http';
import { expect, test } from 'vitest';
import { engineWorkplace, type Serving } from '../support/cli.ts';
import { entry, testTenant } from '../support/entries.ts';
import { pushPath } from '../support/server.ts';
import { announce, announceSeed, randomFrom, soak } from '../support/soak.ts';

const pushes = soak(10_000);
const kills = soak(20);
const connections = 6;

/** One push on a kept connection; the id of the entry when it was acknowledged, `null` when nobody knows. Throws when nothing comes. */
function push(agent: Agent, port: number, token: string, content: string): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify({ company_id: 1, content });
    const headers = { Authorization: token, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
    const asked = request({ agent, host: '127.0.0.1', port, path: pushPath, method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (more: string) => (text += more));
      answer.on('error', () => resolve(null));
      answer.on('end', () => {
        const { code, data } = JSON.parse(text) as { code: number; data: { trail_id: number } };
        resolve(answer.statusCode === 200 && code === 200 ? data.trail_id : null);
      });
    });
    asked.setTimeout(60_000, () => {
      reject(new Error(`${content}: neither an answer nor the end of the connection`));
      asked.destroy();
    });
    asked.on('error', () => resolve(null));
    // Whatever became of it, here it is over.
    asked.on('close', () => resolve(null));
    asked.end(body);
  });
}

test('kill -9 at random moments: no acknowledged push is lost, none is there twice', { timeout: 900_000 }, async () => {
  const seed = announceSeed(`crash: ${pushes} pushes, ${kills} kills`);
  const random = randomFrom(seed);
  const at = await engineWorkplace();
  at.write('one.ndjson', JSON.stringify(entry({ trail_id: 100, company_id: 1 })));
  expect((await at.genjin(['import', 'one.ndjson'])).code).toBe(0);
  const credentials = await at.application(testTenant);

  const readyAfter: number[] = [];
  const start = async (): Promise<Serving> => {
    const started = Date.now();
    const server = await at.serve(['--log-level', 'silent']);
    const ready = await server.send('/readyz');
    expect(ready.status).toBe(200);
    readyAfter.push(Date.now() - started);
    return server;
  };
  let server = await start();
  let up = Promise.resolve();
  const token = await server.token(credentials);

  const acknowledged = new Map<string, number>();
  const unknown = new Set<string>();
  let next = 0;
  const pushing = Array.from({ length: connections }, async () => {
    while (acknowledged.size < pushes) {
      await up;
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      const { port } = server;
      for (let id: number | null = 0; id !== null && acknowledged.size < pushes; ) {
        const content = `push ${next++}`;
        id = await push(agent, port, token, content);
        if (id === null) unknown.add(content);
        else acknowledged.set(content, id);
      }
      agent.destroy();
    }
  });

  let failure: unknown = null;
  const pushed = Promise.all(pushing).catch((error: unknown) => (failure = error));

  // A moment is a number of acknowledged pushes and some milliseconds more.
  const moments = Array.from({ length: kills }, () => Math.floor(random() * pushes * 0.98)).sort((a, b) => a - b);
  for (const moment of moments) {
    while (acknowledged.size < moment && failure === null) await new Promise((resolve) => setTimeout(resolve, 1));
    await new Promise((resolve) => setTimeout(resolve, Math.floor(random() * 30)));
    let isUp = (): void => undefined;
    up = new Promise((resolve) => (isUp = resolve));
    expect((await server.end('SIGKILL')).signal).toBe('SIGKILL');
    server = await start();
    isUp();
  }
  await pushed;
  expect(failure).toBeNull();
  await server.end('SIGKILL');

  const slowest = Math.max(...readyAfter);
  announce(`crash: ${acknowledged.size} acknowledged, ${unknown.size} unknown; ready after at most ${slowest} ms`);
  expect(readyAfter).toHaveLength(kills + 1);
  expect(slowest).toBeLessThan(10_000);
  expect(acknowledged.size).toBeGreaterThanOrEqual(pushes);
  // Each kill met pushes under way.
  expect(unknown.size).toBeGreaterThan(0);

  const { code, stdout } = await at.genjin(['export']);
  expect(code).toBe(0);
  const kept = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { trail_id: number; content: string })
    .filter(({ trail_id }) => trail_id !== 100);
  const ids = new Map(kept.map(({ content, trail_id }) => [content, trail_id]));
  expect(ids.size, 'a push is there twice').toBe(kept.length);
  expect(new Set(ids.values()).size, 'an id was given out twice').toBe(kept.length);
  const lost = [...acknowledged].filter(([content, id]) => ids.get(content) !== id);
  expect(lost, 'acknowledged pushes that are lost').toEqual([]);
  const strangers = [...ids.keys()].filter((content) => !acknowledged.has(content) && !unknown.has(content));
  expect(strangers).toEqual([]);
  expect(await at.genjin(['check'])).toMatchObject({ code: 0, stderr: '' });
});
