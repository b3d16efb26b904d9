/** Reader threads: they answer what the thread that serves would, and one that dies harms nobody else. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { createApp, openCore } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import { allTrails } from '../../src/domain/stores.ts';
import { formats } from '../../src/export/formats.ts';
import { Readers } from '../../src/readers/readers.ts';
import type { Place } from '../../src/store/place.ts';
import { entry, testTenant } from '../support/entries.ts';
import { send } from '../support/http.ts';
import { temporaryFolder } from '../support/place.ts';
import { listPath, startServer } from '../support/server.ts';

const server = await startServer();
const core = await openCore(server.place, { make: false, clock: server.clock.now, readers: 2 });
const app = await createApp(core, { ...readConfig({}, {}, {}).config, port: 0, logLevel: 'silent' });
await app.listen({ host: '127.0.0.1', port: 0 });
afterAll(async () => {
  await app.close();
  await core.close();
  await server.close();
});
const address = app.server.address();
const port = typeof address === 'object' && address !== null ? address.port : 0;
const token = await server.tokenOf(testTenant, 'company report');

const words = ['报价', '样品', 'invoice 2024', '会议'];
const entries = Array.from({ length: 1500 }, (_, i) =>
  entry({
    company_id: 1 + (i % 7),
    lead_id: i % 3 === 0 ? 11 : 0,
    create_user: 31 + (i % 4),
    type: 101 + (i % 5),
    content: `${words[i % 4]} ${i}`,
    create_time: `2024-0${1 + (i % 9)}-01 00:00:00`,
  }),
);
await server.import(entries.slice(0, 700));
await server.import(entries.slice(700));

describe('the same answer from a thread', () => {
  it.each([
    ['an uncounted total', `${listPath}?type=101,103&count=30`],
    ['subjects combined', `${listPath}?company_id=1&lead_id=11`],
    ['a user', `${listPath}?create_user=31&start_index=3&sort=asc`],
    ['a keyword', `${listPath}?keyword=${encodeURIComponent('报价')}&count=5`],
    ['the past', `${listPath}?as_of=710&count=50&start_index=2`],
    ['the past, uncounted', `${listPath}?as_of=710&type=102`],
    ['the present, counted, which needs none', `${listPath}?company_id=2`],
  ])('%s', async (_name, path) => {
    const own = await server.get(token, path);
    expect(own.json<{ data: { totalItem: number } }>().data.totalItem).toBeGreaterThan(0);
    for (let i = 0; i < 2; i++) {
      const read = await send(port, path, { headers: { Authorization: token } });
      expect(read.text).toBe(own.text);
      for (const name of ['etag', 'link', 'x-genjin-revision']) expect(read.headers[name]).toBe(own.headers[name]);
    }
  });

  it('a report', async () => {
    const body = { key: 'xs1', start_date: '2024-01-01', end_date: '2024-12-31' };
    const ask = { method: 'POST', headers: { Authorization: token, 'Content-Type': 'application/json' }, body };
    const own = await server.post(token, '/v1/report/info', body);
    expect(own.json().code).toBe(200);
    expect((await send(port, '/v1/report/info', ask)).text).toBe(own.text);
  });

  const period = 'start_time=2024-01-01&end_time=2024-12-31';
  it.each([
    ['periods of what has no counts of its own', 'trail/stats/periods?type=101,103'],
    ['periods of a keyword', `trail/stats/periods?keyword=${encodeURIComponent('报价')}`],
    ['periods that are counted, which need none', 'trail/stats/periods?company_id=2'],
    ['people', `trail/stats/people?${period}&unit=month`],
    ['types', `trail/stats/types?${period}`],
    ['countries', `trail/stats/countries?${period}`],
    ['silence', 'trail/stats/silence?days=0'],
    ['silence as a table', 'trail/stats/silence?days=0&format=csv'],
    ['companies', 'subject/list?sort=silence'],
  ])('%s', async (_name, path) => {
    const all = await server.tokenOf(testTenant, 'company lead opportunity');
    const own = await server.get(all, `/v1/dynamic/${path}`);
    expect(own.text).toMatch(/^(\{"code":200,.*"list":\[\{|\ufeff客户,.*\n.)/s);
    const read = await send(port, `/v1/dynamic/${path}`, { headers: { Authorization: all } });
    expect(read.text).toBe(own.text);
    expect(read.headers['x-genjin-revision']).toBe(own.headers['x-genjin-revision']);
  });

  it.each(Object.keys(formats))('an export as %s', async (format) => {
    const path = `/v1/dynamic/trail/export?format=${format}`;
    const own = await server.get(token, path);
    const read = await send(port, path, { headers: { Authorization: token } });
    expect(read.body.length).toBeGreaterThan(10_000);
    expect(read.body.equals(own.body)).toBe(true);
  });

  it('what it is asked after a write shows the write', async () => {
    const path = `${listPath}?type=111`;
    for (let i = 1; i <= 5; i++) {
      await server.import([entry({ company_id: 1, type: 111 })]);
      const read = await send(port, path, { headers: { Authorization: token } });
      expect(read.json<{ data: { totalItem: number } }>().data.totalItem).toBe(i);
    }
  });

  it('what is wrong is said in the same words', async () => {
    const path = `${listPath}?keyword=${encodeURIComponent('，')}`;
    const own = await server.get(token, path);
    expect((await send(port, path, { headers: { Authorization: token } })).text).toBe(own.text);
  });
});

async function readersOf(place: Place, count: number): Promise<Readers> {
  const readers = new Readers(place, count);
  onTestFinished(() => readers.close());
  return readers;
}

describe('a stream', () => {
  const everything = (readers: Readers) => readers.stream('export', [testTenant, allTrails, 1400, 'ndjson', 'zh']);

  it('gives what the export is, several at a time', async () => {
    const readers = await readersOf(server.place, 2);
    const read = async (): Promise<number> => {
      let lines = 0;
      for await (const chunk of everything(readers)) {
        lines += chunk.toString().split('\n').length - 1;
        await new Promise((resolve) => setImmediate(resolve));
      }
      return lines;
    };
    const counts = await Promise.all([read(), read(), read()]);
    expect(new Set(counts).size).toBe(1);
    expect(counts[0]).toBeGreaterThan(1000);
  });

  it('that is given up leaves the thread to others', async () => {
    const readers = await readersOf(server.place, 1);
    for await (const chunk of everything(readers)) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
    const { total } = await readers.run('page', [testTenant, { ...allTrails, types: [101] }, { number: 1, size: 1 }, null]);
    expect(total).toBe(300);
  });
});

describe('a thread that dies', () => {
  it('is replaced; what it was at fails', async () => {
    const { folder, remove } = temporaryFolder();
    onTestFinished(remove);
    const inside = join(folder, 'not-there-yet');
    const readers = await readersOf({ data: inside, databaseUrl: null }, 1);
    const ask = () => readers.run('counts', [testTenant, { from: null, to: null }]);
    await expect(ask()).rejects.toMatchObject({ errorName: 'store_unavailable' });
    const parts = everythingFrom(readers);
    await expect(parts).rejects.toMatchObject({ errorName: 'store_unavailable' });
    mkdirSync(inside);
    const made = await openCore({ data: inside, databaseUrl: null }, { make: true });
    await made.close();
    expect((await ask()).entries).toEqual([]);
  });

  const everythingFrom = async (readers: Readers): Promise<void> => {
    for await (const chunk of readers.stream('export', [testTenant, allTrails, 0, 'csv', 'en'])) expect(chunk).toBeDefined();
  };

  it('closed, it answers no more', async () => {
    const readers = new Readers(server.place, 1);
    const first = readers.run('counts', [testTenant, { from: null, to: null }]);
    await first;
    await readers.close();
    await expect(readers.run('counts', [testTenant, { from: null, to: null }])).rejects.toMatchObject({
      errorName: 'store_unavailable',
    });
  });
});
