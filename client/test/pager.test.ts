import { GenjinClient } from '@genjin/client';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { announceSeed, soak } from '../../server/test/support/soak.ts';
import { type ScriptedServer, type Step, startScripted } from './scripted-server.ts';

let server: ScriptedServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** A list of ids that a foreign server has, and what happens to it before each answer. */
async function listOf(ids: number[], before: (request: number, ids: number[]) => unknown = () => {}) {
  let requests = 0;
  server = await startScripted([
    ({ url }): Step => {
      before(++requests, ids);
      const query = new URL(url, 'http://x').searchParams;
      const [count, page] = [Number(query.get('count')), Number(query.get('start_index'))];
      const list = ids.slice((page - 1) * count, page * count).map((trail_id) => ({ trail_id }));
      return { status: 200, body: { code: 200, message: 'success', now: '', data: { list, totalItem: ids.length } } };
    },
  ]);
  const client = new GenjinClient({ baseUrl: server.baseUrl, accessToken: 'T' });
  const read = async (pageSize?: number): Promise<number[]> => {
    const found: number[] = [];
    for await (const { trail_id } of client.trails.all({}, { pageSize })) found.push(trail_id);
    return found;
  };
  return { client, read, asked: () => (server?.received ?? []).map(({ url }) => url.replace(/^.*\?/, '')) };
}

const countDown = (length: number): number[] => Array.from({ length }, (_, i) => length - i);

describe('a list that stays as it is', () => {
  test.each([
    ['empty', 0, 3, 1],
    ['one page, not full', 2, 3, 1],
    ['one full page', 3, 3, 1],
    ['the last page is not full', 8, 3, 3],
    ['the last page is full', 9, 3, 3],
    ['pages of 100 when nothing is said', 250, undefined, 3],
  ])('%s', async (_name, length, pageSize, requests) => {
    const { read, asked } = await listOf(countDown(length));
    expect(await read(pageSize)).toEqual(countDown(length));
    expect(asked()).toEqual(Array.from({ length: requests }, (_, i) => `count=${pageSize ?? 100}&start_index=${i + 1}`));
  });

  test('the query goes along with each page', async () => {
    const { client, asked } = await listOf(countDown(3));
    for await (const _entry of client.trails.all({ companyId: 5, start_time: '2024-01-01' }, { pageSize: 2 }));
    expect(asked()).toEqual([1, 2].map((page) => `company_id=5&start_time=2024-01-01&count=2&start_index=${page}`));
  });
});

describe('a list that changes while it is read', () => {
  const rows: readonly [string, (request: number, ids: number[]) => unknown, readonly number[]][] = [
    ['two added in front', (n, ids) => n === 2 && ids.unshift(101, 100), [...countDown(9), 101, 100]],
    // The page before is read again, and so the new ones come in between.
    [
      'more than a page added in front',
      (n, ids) => n === 2 && ids.unshift(103, 102, 101, 100),
      [9, 8, 7, 103, 102, 101, 100, 6, 5, 4, 3, 2, 1],
    ],
    ['one removed in front', (n, ids) => n === 2 && ids.shift(), countDown(9)],
    ['a whole page removed', (n, ids) => n === 3 && ids.splice(0, 4), countDown(9)],
    ['all but the last removed', (n, ids) => n === 3 && ids.splice(0, 8), countDown(9).filter((id) => id > 3 || id === 1)],
    ['everything removed', (n, ids) => n === 2 && ids.splice(0), [9, 8, 7]],
    ['one removed behind', (n, ids) => n === 2 && ids.pop(), countDown(9).slice(0, 8)],
    ['one added behind', (n, ids) => n === 2 && ids.push(0), [...countDown(9), 0]],
    ['one moved to the front', (n, ids) => n === 2 && ids.unshift(...ids.splice(5, 1)), [9, 8, 7, 6, 5, 3, 2, 1, 4]],
    ['one removed in front before each answer', (n, ids) => n > 1 && ids.shift(), countDown(9)],
  ];
  test.each(rows)('%s', async (_name, change, expected) => {
    const { read } = await listOf(countDown(9), change);
    expect(await read(3)).toEqual(expected);
  });

  test('an end is found although the total is another one in each answer', async () => {
    const { read, asked } = await listOf(countDown(9), (n, ids) => (n % 2 === 0 ? ids.push(-n) : ids.length > 9 && ids.pop()));
    expect((await read(3)).slice(0, 9)).toEqual(countDown(9));
    expect(asked().length).toBeLessThan(30);
  });

  test('one moved to the front, behind more than a page of rows that were added there later', async () => {
    const { read } = await listOf(countDown(15), (n, ids) => {
      if (n === 2) ids.unshift(...ids.splice(6, 1));
      for (let i = 0; n > 2 && n < 6 && i < 2 * (n - 2); i++) ids.unshift(100 * n + i);
    });
    expect((await read(6)).filter((id) => id < 100).sort((a, b) => b - a)).toEqual(countDown(15));
  });

  test('two moved to the front, behind more than a page of rows that were added there later', async () => {
    const { read } = await listOf(countDown(9), (n, ids) => {
      if (n === 2) ids.unshift(100, ...ids.splice(6, 1));
      if (n === 3) ids.unshift(104, 103, 102, 101, ...ids.splice(2, 1));
      if (n === 4) ids.unshift(110, 109, 108, 107, 106, 105);
    });
    expect((await read(6)).filter((id) => id < 100).sort((a, b) => b - a)).toEqual(countDown(9));
  });

  const places = fc.array(fc.nat(), { maxLength: 3 });
  const properties = [
    ['added in front and removed anywhere', fc.record({ add: fc.nat({ max: 9 }), remove: places, move: fc.constant([]) })],
    // No more are moved in all than a page of the front holds: behind that they would not be found.
    [
      'added in front and moved there',
      fc.record({ add: fc.nat({ max: 9 }), remove: fc.constant([]), move: fc.array(fc.nat(), { maxLength: 1 }) }),
    ],
  ] as const;
  test.each(properties)('%s: none twice, and none missed that was there throughout', async (name, change) => {
    const seed = announceSeed(name);
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: 40 }),
        fc.integer({ min: 6, max: 9 }),
        fc.array<{ add: number; remove: readonly number[]; move: readonly number[] }>(change, { maxLength: 5 }),
        async (length, pageSize, changes) => {
          const first = countDown(length);
          const ids = [...first];
          let next = 1000;
          const { read } = await listOf(ids, (request) => {
            const { add, remove, move } = changes[request - 2] ?? { add: 0, remove: [], move: [] };
            for (const place of remove) if (ids.length > 0) ids.splice(place % ids.length, 1);
            for (const place of move) if (ids.length > 0) ids.unshift(...ids.splice(place % ids.length, 1));
            for (let i = 0; i < add; i++) ids.unshift(next++);
          });
          const found = await read(pageSize);
          await server?.stop();
          expect(new Set(found).size).toBe(found.length);
          expect(first.filter((id) => ids.includes(id) && !found.includes(id))).toEqual([]);
        },
      ),
      { numRuns: soak(2000), seed },
    );
  });
});

describe('stopping', () => {
  test('a loop that is left asks for no further page', async () => {
    const { client, asked } = await listOf(countDown(9));
    for await (const { trail_id } of client.trails.all({}, { pageSize: 3 })) if (trail_id === 6) break;
    expect(asked()).toHaveLength(2);
  });

  test('a signal ends it at once, with its reason', async () => {
    const { client, asked } = await listOf(countDown(9));
    const controller = new AbortController();
    const found: number[] = [];
    const reading = (async () => {
      for await (const { trail_id } of client.trails.all({}, { pageSize: 3, signal: controller.signal })) {
        found.push(trail_id);
        if (trail_id === 5) controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(found).toEqual([9, 8, 7, 6, 5]);
    expect(asked()).toHaveLength(2);
  });

  test('an error of a page is thrown', async () => {
    server = await startScripted([{ status: 200, body: { code: 400, message: 'bad', now: '', data: [] } }]);
    const client = new GenjinClient({ baseUrl: server.baseUrl, accessToken: 'T' });
    await expect(client.trails.all().next()).rejects.toMatchObject({ name: 'GenjinError', code: 400 });
  });
});
