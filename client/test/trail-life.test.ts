/** What Genjin adds to the timeline, through the client: the life of an entry, the change feed, and lists that hold still. */
import { GenjinClient, GenjinError } from '@genjin/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { modules } from '../../server/src/domain/application.ts';
import { type RunningServer, startServer } from './running-server.ts';
import { startScripted } from './scripted-server.ts';

const companyId = 16696797769;

let server: RunningServer;
let client: GenjinClient;
beforeAll(async () => {
  server = await startServer();
  client = new GenjinClient({ baseUrl: server.baseUrl, ...(await server.application([...modules])) });
});
afterAll(() => server.stop());

const record = async (content: string): Promise<number> => (await client.trails.record({ companyId, content })).trail_id;

const codeOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 200,
    (error: unknown) => (error instanceof GenjinError ? error.code : error),
  );

describe('an entry', () => {
  test('is edited as it was read, and not when it was changed since', async () => {
    const id = await record('first');
    const { entry, etag } = await client.trails.info(id);
    expect(entry).toMatchObject({ trail_id: id, content: 'first', delete_flag: 0 });
    expect(await client.trails.edit(id, { content: 'second', remarkType: 103 }, { ifMatch: etag })).toEqual({ trail_id: id });
    expect(await codeOf(client.trails.edit(id, { content: 'third' }, { ifMatch: etag }))).toBe(409);
    expect((await client.trails.info(id)).entry).toMatchObject({ content: 'second', type: 103 });
    await client.trails.edit(id, { content: 'third' });
    expect((await client.trails.info(id)).entry).toMatchObject({ content: 'third', type: 103 });
  });

  test('is removed and put back, each once for a key', async () => {
    const id = await record('to be removed');
    const { etag } = await client.trails.info(id);
    const options = { idempotencyKey: `remove-${id}`, ifMatch: etag };
    for (let i = 0; i < 2; i++) expect(await client.trails.remove(id, options)).toEqual({ trail_id: id });
    expect((await client.trails.list({ removed: 1 })).list.map(({ trail_id }) => trail_id)).toContain(id);
    const removed = await client.trails.info(id);
    expect(removed.entry.delete_flag).toBe(1);
    expect(await codeOf(client.trails.restore(id, { ifMatch: etag }))).toBe(409);
    await client.trails.restore(id, { ifMatch: removed.etag });
    expect((await client.trails.info(id)).entry.delete_flag).toBe(0);
  });

  test('has a history', async () => {
    const id = await record('a');
    await client.trails.edit(id, { content: 'b' });
    const { list, totalItem } = await client.trails.history({ trailId: id, count: 1, startIndex: 2 });
    expect(totalItem).toBe(2);
    expect(list.map(({ action }) => action)).toEqual(['edited']);
    // Over the end of a second update_time moves too.
    expect(list[0]?.changes).toContainEqual({ field: 'content', from: 'a', to: 'b' });
  });
});

describe('the change feed', () => {
  test('is read in pages, or to its end, which tells where to go on', async () => {
    const first = await client.trails.changes({ count: 3 });
    expect(first.list.map(({ revision }) => revision)).toEqual([1, 2, 3]);
    expect(first.next_after).toBe(3);
    const seen: number[] = [];
    for await (const { revision } of client.trails.changesSince(0, { count: 2 })) seen.push(revision);
    expect(seen).toEqual(seen.map((_, place) => place + 1));
    const id = await record('after it');
    await client.companies.push({ companyId, name: 'renamed' });
    const feed = client.trails.changesSince(seen.length, { kind: 'trail' });
    expect(await feed.next()).toMatchObject({
      done: false,
      value: { kind: 'trail', object_id: id, object: { content: 'after it' } },
    });
    expect(await feed.next()).toEqual({ done: true, value: seen.length + 2 });
    expect(await client.trails.changesSince(seen.length + 2).next()).toEqual({ done: true, value: seen.length + 2 });
  });
});

describe('all entries', () => {
  test('are those of one state, whatever is written, removed and restored meanwhile', async () => {
    const { list } = await client.trails.list({ count: 1000 });
    const found: number[] = [];
    const removed: number[] = [];
    for await (const { trail_id } of client.trails.all({}, { pageSize: 2 })) {
      found.push(trail_id);
      await record('meanwhile');
      const next = list[found.length + 1]?.trail_id;
      if (found.length % 3 === 0 && next !== undefined) {
        await client.trails.remove(next);
        removed.push(next);
      }
    }
    expect(found).toEqual(list.map(({ trail_id }) => trail_id));
    expect(removed.length).toBeGreaterThan(1);
  });

  test('are those of the state that is asked for', async () => {
    const { list } = await client.trails.list({ asOf: '1' });
    expect(list).toEqual([]);
    for (const query of [{ asOf: '1' }, { as_of: '1' }]) expect(await client.trails.all(query).next()).toEqual({ done: true });
    const { list: first } = await client.trails.changes({ kind: 'trail', count: 4 });
    const asOf = String(first[3]?.revision);
    const whole = await client.trails.list({ asOf, sort: 'asc', count: 1000 });
    const oldest: number[] = [];
    for await (const { trail_id } of client.trails.all({ asOf, sort: 'asc' }, { pageSize: 1 })) oldest.push(trail_id);
    expect(oldest).toEqual(whole.list.map(({ trail_id }) => trail_id));
    expect(oldest.toSorted()).toEqual(first.map(({ object_id }) => object_id).toSorted());
  });

  test('of a server that names no revision are asked for as ever', async () => {
    const other = await startScripted([
      ({ url }) => {
        const page = Number(new URL(url, 'http://x').searchParams.get('start_index'));
        return {
          status: 200,
          body: { code: 200, message: 'success', now: '', data: { list: [{ trail_id: page }], totalItem: 2 } },
        };
      },
    ]);
    try {
      const plain = new GenjinClient({ baseUrl: other.baseUrl, accessToken: 'T' });
      for await (const _entry of plain.trails.all({}, { pageSize: 1 }));
      expect(other.received.map(({ url }) => url.replace(/^.*\?/, ''))).toEqual([
        'count=1&start_index=1',
        'count=1&start_index=2',
      ]);
    } finally {
      await other.stop();
    }
  });
});
