/** What every good answer of the list has around its data: a tag to ask again with, and compression for those who ask for it. */
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { exampleEntries } from '../../src/demo/example.ts';
import { entry, testTenant } from '../support/entries.ts';
import type { Answer } from '../support/http.ts';
import { listPath, pushPath, startServer } from '../support/server.ts';

const server = await startServer();
afterAll(() => server.close());
await server.import(exampleEntries);
const token = await server.tokenOf();
const examplePath = `${listPath}?company_id=16696797769`;

const get = (path: string, headers: Record<string, string> = {}): Promise<Answer> => server.get(token, path, headers);
const tagOf = async (path: string): Promise<string> => String((await get(path)).headers.etag);

describe('ETag', async () => {
  it('is weak, because it covers everything but now', async () => {
    const answer = await get(examplePath);
    expect(answer.headers.etag).toMatch(/^W\/"[\w-]{20,}"$/);
    expect(answer.headers['cache-control']).toBe('private, no-cache');
  });

  it('stays while only now changes', async () => {
    const before = await get(examplePath);
    server.clock.advance(1000);
    const after = await get(examplePath);
    expect(after.json().now).not.toBe(before.json().now);
    expect(after.headers.etag).toBe(before.headers.etag);
  });

  it('is another for another answer', async () => {
    const tags = await Promise.all(
      [examplePath, `${examplePath}&count=1`, `${examplePath}&count=2`, `${examplePath}&start_index=2`].map(tagOf),
    );
    expect(new Set(tags).size).toBe(4);
  });

  const tag = await tagOf(examplePath);
  const opaque = tag.slice(2);
  it.each([
    { name: 'the tag', header: tag, status: 304 },
    { name: 'its strong form', header: opaque, status: 304 },
    { name: 'any', header: '*', status: 304 },
    { name: 'first of a list', header: `${tag}, "other"`, status: 304 },
    { name: 'last of a list', header: `"other", W/"another",${tag}`, status: 304 },
    { name: 'blanks around', header: `  ${tag}  `, status: 304 },
    { name: 'another', header: '"other"', status: 200 },
    { name: 'a list of others', header: '"other", W/"another"', status: 200 },
    { name: 'without quotes', header: opaque.replaceAll('"', ''), status: 200 },
    { name: 'a part of it', header: `${tag.slice(0, -2)}"`, status: 200 },
    { name: 'empty', header: '', status: 200 },
  ])('If-None-Match with $name: $status', async ({ header, status }) => {
    const answer = await get(examplePath, { 'If-None-Match': header });
    expect(answer.status).toBe(status);
    expect(answer.headers.etag).toBe(tag);
    expect(answer.headers['cache-control']).toBe('private, no-cache');
    expect(answer.headers['x-request-id']).toBeDefined();
    expect(answer.body.length === 0).toBe(status === 304);
  });

  it.each([
    { name: 'a refused parameter is answered with its error', path: `${examplePath}&count=0`, status: 200, code: 400 },
    { name: 'a path that is not there', path: '/v1/nowhere', status: 404, code: 404 },
  ])('If-None-Match: * and $name', async ({ path, status, code }) => {
    const answer = await get(path, { 'If-None-Match': '*' });
    expect(answer.status).toBe(status);
    expect(answer.json().code).toBe(code);
    expect(answer.headers.etag).toBeUndefined();
  });

  it('a tag without a token opens nothing', async () => {
    const answer = await server.send(examplePath, { headers: { 'If-None-Match': tag } });
    expect(answer.status).toBe(401);
    expect(answer.headers.etag).toBeUndefined();
  });

  it('a push has none, and does not look at If-None-Match', async () => {
    const answer = await server.post(token, pushPath, { company_id: 99, content: 'x' }, { 'If-None-Match': '*' });
    expect(answer.json().code).toBe(404);
    expect(answer.headers.etag).toBeUndefined();
  });

  it.each([
    {
      name: 'a push',
      change: () => server.post(token, pushPath, { company_id: 16696797769, content: 'x' }),
    },
    {
      name: 'a rename of the company',
      change: () =>
        server.import([
          entry({
            company_id: 16696797769,
            company_info: { company_id: 16696797769, name: 'renamed', is_archive: 1 },
            create_time: '2020-01-01 00:00:00',
            update_time: '2026-01-01 00:00:00',
            delete_flag: 1,
          }),
        ]),
    },
    {
      name: 'a rename of an author',
      change: () =>
        server.import([
          entry({
            create_user: 55281444,
            create_user_info: { user_id: '55281444', nickname: '李四', avatar: '' },
            create_time: '2026-01-01 00:00:00',
          }),
        ]),
    },
    {
      name: 'an entry that is removed',
      change: () => server.import([{ ...(exampleEntries[5] as object), delete_flag: 1, update_time: '2026-01-01 00:00:00' }]),
    },
  ])('changes after $name', async ({ change }) => {
    const before = await tagOf(examplePath);
    expect((await get(examplePath, { 'If-None-Match': before })).status).toBe(304);
    await change();
    const answer = await get(examplePath, { 'If-None-Match': before });
    expect(answer.status).toBe(200);
    expect(answer.headers.etag).not.toBe(before);
  });
});

describe('compression', () => {
  it.each([
    { name: 'not asked for', accept: undefined, encoding: undefined },
    { name: 'gzip', accept: 'gzip', encoding: 'gzip' },
    { name: 'br', accept: 'br', encoding: 'br' },
    { name: 'what browsers send', accept: 'gzip, deflate, br, zstd', encoding: 'br' },
    { name: 'gzip before br by weight', accept: 'br;q=0.1, gzip;q=0.9', encoding: 'gzip' },
    { name: 'gzip in another case', accept: 'GZIP', encoding: 'gzip' },
    { name: 'identity', accept: 'identity', encoding: undefined },
    { name: 'gzip refused', accept: 'gzip;q=0', encoding: undefined },
    { name: 'only one that is not offered', accept: 'deflate', encoding: undefined },
    { name: 'nonsense', accept: 'nonsense', encoding: undefined },
    { name: 'empty', accept: '', encoding: undefined },
  ])('$name', async ({ accept, encoding }) => {
    const plain = await get(examplePath);
    const answer = await get(examplePath, accept === undefined ? {} : { 'Accept-Encoding': accept });
    expect(answer.status).toBe(200);
    expect(answer.headers['content-encoding']).toBe(encoding);
    const bytes =
      encoding === 'gzip' ? gunzipSync(answer.body) : encoding === 'br' ? brotliDecompressSync(answer.body) : answer.body;
    expect(bytes.equals(plain.body)).toBe(true);
    if (encoding !== undefined) expect(answer.body.length).toBeLessThan(plain.body.length);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    // Weak tags are the same for every coding.
    expect(answer.headers.etag).toBe(plain.headers.etag);
  });

  it.each([
    { name: 'compressed', accept: 'gzip' },
    { name: 'not compressed', accept: 'identity' },
  ])('Vary tells a cache between that the answer depends on what is accepted: $name', async ({ accept }) => {
    const answer = await get(examplePath, { 'Accept-Encoding': accept });
    expect(String(answer.headers.vary).toLowerCase()).toContain('accept-encoding');
  });

  it.each([
    { size: 2047, encoding: undefined },
    { size: 2048, encoding: 'gzip' },
    { size: 2049, encoding: 'gzip' },
  ])('an answer of $size bytes: $encoding', async ({ size, encoding }) => {
    const company_id = 500_000 + size;
    const path = `${listPath}?company_id=${company_id}`;
    const one = entry({ company_id, content: '' });
    await server.import([one]);
    const content = 'x'.repeat(size - (await get(path)).body.length);
    await server.import([{ ...one, content, update_time: '2025-01-01 00:00:00' }]);
    expect((await get(path)).body.length).toBe(size);
    const answer = await get(path, { 'Accept-Encoding': 'gzip' });
    expect(answer.headers['content-encoding']).toBe(encoding);
    expect(answer.text === '').toBe(false);
  });

  it('304 stays without a body', async () => {
    const headers = { 'Accept-Encoding': 'gzip', 'If-None-Match': '*' };
    const answer = await get(examplePath, headers);
    expect({ status: answer.status, length: answer.body.length, encoding: answer.headers['content-encoding'] }).toEqual({
      status: 304,
      length: 0,
      encoding: undefined,
    });
  });
});

describe('the ways to ask', () => {
  it.each([
    { name: 'HEAD has the headers of GET and no body', method: 'HEAD', path: examplePath, headers: {} },
    { name: 'HEAD of an empty list', method: 'HEAD', path: `${listPath}?company_id=1`, headers: {} },
  ])('$name', async ({ method, path, headers }) => {
    const like = await get(path, headers);
    const answer = await server.send(path, { method, headers: { Authorization: token, ...headers } });
    expect(answer.status).toBe(200);
    expect(answer.body.length).toBe(0);
    for (const name of ['etag', 'content-type', 'content-length', 'cache-control'])
      expect(answer.headers[name]).toBe(like.headers[name]);
    expect(answer.headers['x-request-id']).toBeDefined();
  });

  it('HEAD with the tag: 304', async () => {
    const headers = { Authorization: token, 'If-None-Match': await tagOf(examplePath) };
    expect((await server.send(examplePath, { method: 'HEAD', headers })).status).toBe(304);
  });

  it('HEAD without a token: 401', async () => {
    const answer = await server.send(examplePath, { method: 'HEAD' });
    expect({ status: answer.status, length: answer.body.length }).toEqual({ status: 401, length: 0 });
  });

  it.each([
    { name: 'JSON', headers: { 'Content-Type': 'application/json' } },
    { name: 'JSON and a length of 0', headers: { 'Content-Type': 'application/json', 'Content-Length': '0' } },
    { name: 'a form', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    { name: 'a form with a charset', headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' } },
    { name: 'a file upload', headers: { 'Content-Type': 'multipart/form-data' } },
    { name: 'nonsense', headers: { 'Content-Type': 'nonsense' } },
    { name: 'Accept of something else', headers: { Accept: 'text/html' } },
  ])('GET that names a content type and has no body: $name', async ({ headers }) => {
    const answer = await get(examplePath, headers);
    expect({ status: answer.status, code: answer.json().code }).toEqual({ status: 200, code: 200 });
  });

  it.each([
    { name: 'JSON', headers: { 'Content-Type': 'application/json' }, body: '{"company_id":1}' },
    { name: 'no JSON', headers: { 'Content-Type': 'application/json' }, body: '{' },
    { name: 'a form', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'company_id=1' },
  ])('GET with a body: the body is not looked at: $name', async ({ headers, body }) => {
    const headersAll = { Authorization: token, ...headers };
    const answer = await server.send(examplePath, { headers: headersAll, body });
    expect(answer.json<{ data: { totalItem: number } }>().data.totalItem).toBeGreaterThan(0);
  });
});

describe('concurrency', () => {
  it('fifty pushes at once are all there, once each, and every total on the way is exact', async () => {
    const company_id = 700_001;
    await server.import([entry({ company_id, create_time: '2020-01-01 00:00:00' })]);
    const path = `${listPath}?company_id=${company_id}&count=1000`;
    type Page = { data: { list: { trail_id: number; content: string }[]; totalItem: number } };
    const contents = Array.from({ length: 50 }, (_, i) => `push ${i}`);
    const pushes = contents.map((content) => server.post(token, pushPath, { company_id, content }));
    const looks = Array.from({ length: 20 }, () => get(path));

    const ids = (await Promise.all(pushes)).map((answer) => answer.json<{ data: { trail_id: number } }>().data.trail_id);
    expect(new Set(ids).size).toBe(50);
    for (const look of await Promise.all(looks)) {
      const { list, totalItem } = look.json<Page>().data;
      // Rows and total belong to one state.
      expect(list.length).toBe(totalItem);
    }
    const { list, totalItem } = (await get(path)).json<Page>().data;
    expect(totalItem).toBe(51);
    expect(list.slice(0, 50).map((one) => one.trail_id)).toEqual(ids.toSorted((a, b) => b - a));
    expect(new Set(list.slice(0, 50).map((one) => one.content))).toEqual(new Set(contents));
    const byId = new Map(list.map((one) => [one.trail_id, one.content]));
    expect(ids.map((id) => byId.get(id))).toEqual(contents);
  });

  it('pushes of two tenants at once stay apart', async () => {
    await server.import([
      entry({ company_id: 700_002, create_time: '2020-01-01 00:00:00' }),
      entry({ client_id: 777, company_id: 700_002, create_time: '2020-01-01 00:00:00' }),
    ]);
    const tokens = [await server.tokenOf(testTenant), await server.tokenOf(777)];
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        server.post(tokens[i % 2] ?? '', pushPath, { company_id: 700_002, content: `${i % 2}` }),
      ),
    );
    for (const [i, one] of tokens.entries()) {
      const answer = await server.get(one, `${listPath}?company_id=700002&count=10`);
      const { list, totalItem } = answer.json<{ data: { list: { content: string }[]; totalItem: number } }>().data;
      expect(totalItem).toBe(11);
      expect(list.map((item) => item.content)).toEqual(Array(10).fill(String(i)));
    }
  });
});
